"""What other installed packages bring, found by their entry points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Group: TypeAlias = Literal["tuning_playbook.checks", "tuning_playbook.plots"]


@dataclass(frozen=True, slots=True)
class Plugin:
    """One entry point.

    Args:
        name: of the entry point.
        package: that declares it.
        load: imports what it names.
    """

    name: str
    package: str
    load: Callable[[], object]


def plugins_of(group: Group) -> tuple[Plugin, ...]:
    """The entry points of a group, by name.

    Where two packages declare one name, that of the first package by name counts.
    """
    from importlib.metadata import entry_points  # imported here: most commands do not need it

    found = [
        Plugin(entry.name, "unknown" if entry.dist is None else entry.dist.name, entry.load)
        for entry in entry_points(group=group)
    ]
    by_name = {plugin.name: plugin for plugin in sorted(found, key=lambda p: p.package)[::-1]}
    return tuple(by_name[name] for name in sorted(by_name))


def failure_words(plugin: Plugin, what: Literal["check", "plot"], error: Exception) -> str:
    """That code of another package failed, in words that end a sentence.

    Example:
        >>> failure_words(Plugin("late-start", "our-checks", dict), "check", ValueError("no curve"))
        'the package our-checks, which brings this check, failed: ValueError: no curve.'
    """
    said = next(iter(str(error).splitlines()), "")[:200].rstrip(".")
    words = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return f"the package {plugin.package}, which brings this {what}, failed: {words}."
