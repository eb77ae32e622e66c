"""Changing the baseline of a project file as a person would: everything else stays as it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.project_files.naming import entries, matching
from tuning_playbook.space import Config, Hyperparameter, Value

_TABLE = "baseline"


def with_baseline(text: str, config: Config, hyperparameters: Sequence[Hyperparameter]) -> str:
    r"""A project file whose baseline has the values of ``config``.

    What is written already is changed in its place; what differs from its default is added; nothing
    is removed. Values of another branch (of the optimizer before, say) stay: they do no harm, and
    they are the best known when a later round goes back to that branch. Comments, order and
    spelling of everything else are kept.

    Args:
        text: of a valid playbook.toml.
        config: by key.
        hyperparameters: all that the file declares.

    Raises:
        InvalidInput: where the package that edits TOML is not installed.

    Example:
        >>> from tuning_playbook.space import Float
        >>> rate = Hyperparameter("rate", Float(0.0, 1.0), 0.1)
        >>> with_baseline("[baseline]\nrate = 0.3  # from a paper\n", {"rate": 0.25}, [rate])
        '[baseline]\nrate = 0.25  # from a paper\n'
    """
    tomlkit = _tomlkit()
    declared = {h.key: h for h in hyperparameters}
    document = tomlkit.parse(text)
    written = _places(document.get(_TABLE, {}), declared)
    new = {
        key: value
        for key, value in config.items()
        if key not in written and not _same(value, declared[key].default)
    }
    if new and _TABLE not in document:
        text = text if text.endswith("\n") or not text else f"{text}\n"
        document = tomlkit.parse(f"{text}\n[{_TABLE}]\n")
    for key, place in written.items():
        if key in config:
            _set(document[_TABLE], place, config[key])
    for key, value in new.items():
        document[_TABLE][_shortest(key, declared)] = value
    edited: str = tomlkit.dumps(document)
    return edited


def _tomlkit() -> Any:
    try:
        import tomlkit
    except ImportError as error:
        raise InvalidInput(
            "editing playbook.toml needs tomlkit; type: python -m pip install tomlkit"
        ) from error
    return tomlkit


def _places(table: Any, declared: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Where in the table each hyperparameter is written."""
    found = {}
    for name, place, _ in entries(table, ()):
        keys = matching(name, declared)
        if len(keys) == 1:
            found[keys[0]] = tuple(str(part) for part in place)
    return found


def _set(table: Any, place: Sequence[str], value: Value) -> None:
    for part in place[:-1]:
        table = table[part]
    if not _same(table[place[-1]], value):
        table[place[-1]] = value


def _shortest(key: str, declared: Collection[str]) -> str:
    """The shortest end of a key that no other hyperparameter shares."""
    parts = key.split(".")
    ends = (".".join(parts[i:]) for i in range(len(parts) - 1, 0, -1))
    return next((end for end in ends if len(matching(end, declared)) == 1), key)


def _same(a: Any, b: Any) -> bool:
    # True == 1 in Python, and a switch is not a number.
    return isinstance(a, bool) == isinstance(b, bool) and bool(a == b)
