"""What lies beside a run's log: its configuration, tables of measurements, a telling folder name.

The one place that reads YAML.
"""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.cells.json_text import plain_whole_number, read_json
from tuning_playbook.importers.cells.values import as_number, dotted, is_step_number, typed_value
from tuning_playbook.importers.files.cut_short import is_cut, note_on
from tuning_playbook.importers.files.limits import unpacked
from tuning_playbook.importers.runs_of_tools import Points
from tuning_playbook.words import counted

# The first kind that is there counts: a file of flags repeats the hyperparameters among paths.
_CONFIGURATIONS = tuple(
    re.compile(rf"{stem}\.(json|ya?ml)")
    for stem in ("hparams", "hyperparameters", "params", "config", "args", r"flags\w*", r"meta\w*")
)
_MEASUREMENTS = re.compile(r"((\w+_)?measurements|metrics)\.csv(\.gz)?")
_STEPS = ("global_step", "step", "steps", "iteration", "epoch")
_PAIR = re.compile(r"(?P<name>[A-Za-z][\w.\-/]*?)=(?P<value>.*?)(?=[,;& ]|_+(?=[A-Za-z][\w.]*=)|$)")


def is_configuration(name: str) -> bool:
    """Whether a file of this name would hold hyperparameters."""
    return any(kind.fullmatch(name) for kind in _CONFIGURATIONS)


def is_measurements(name: str) -> bool:
    """Whether a file of this name would hold measurements, one row a step."""
    return _MEASUREMENTS.fullmatch(name) is not None


def configuration_in(files: Iterable[Path], notes: list[str]) -> dict[str, Any]:
    """The hyperparameters in the most telling of a run's files; empty where none tells any.

    Beside its ``hparams.yaml``, the command line of Lightning keeps all that was set in
    ``config.yaml``; both count.

    Args:
        files: beside the run's log.
        notes: takes a sentence for each file that cannot be used.
    """
    ordered = [p for kind in _CONFIGURATIONS for p in sorted(files) if kind.fullmatch(p.name)]
    for path in ordered:
        try:
            found = read_document(path)
        except InvalidInput as error:
            notes.append(f"{error}.")
            continue
        if isinstance(found, dict) and found:
            beside = [p for p in ordered if p == path.with_name("config.yaml") != path]
            if path.name == "hparams.yaml" and beside:
                return with_settings_of_model(configuration_in(beside, notes), dotted(found))
            return dotted(found)
    return {}


def with_settings_of_model(whole: Mapping[str, Any], model: Mapping[str, Any]) -> dict[str, Any]:
    """All settings of a run, with those of its model once: both files of Lightning have them.

    Example:
        >>> with_settings_of_model({"model.lr": 0.1, "data.size": 8}, {"lr": 0.1, "size": 4})
        {'data.size': 8, 'lr': 0.1, 'size': 4}
    """
    repeated = {
        k
        for k, v in whole.items()
        if (own := k.rpartition(".")[2]) in model and model[own] == v and own != k
    }
    return {k: v for k, v in whole.items() if k not in repeated} | dict(model)


def read_document(path: Path) -> Any:
    """What a JSON or YAML file holds; plain values only, no objects of Python are made.

    Raises:
        InvalidInput: for a file that is neither, or where YAML cannot be read here.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        return read_json(text) if path.suffix == ".json" else _from_yaml(text, path)
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(f"{path} cannot be read: {error}") from error


def require_yaml(path: Path) -> Any:
    """PyYAML's module.

    Raises:
        InvalidInput: where it is not installed.
    """
    try:
        import yaml
    except ImportError as error:
        raise InvalidInput(
            f"{path} is YAML; to read it, type: python -m pip install pyyaml"
        ) from error
    return yaml


@cache
def _plain_loader() -> Any:
    """A safe loader whose long whole numbers are fractions, as those of `read_json`."""
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        pass

    def whole_number(loader: Any, node: Any) -> int | float:
        return plain_whole_number(loader.construct_yaml_int(node))

    Loader.add_constructor("tag:yaml.org,2002:int", whole_number)
    return Loader


def _from_yaml(text: str, path: Path) -> Any:
    yaml = require_yaml(path)
    try:
        return yaml.load(text, Loader=_plain_loader())
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise InvalidInput(f"{path} cannot be read as plain YAML: {reason:.200}") from error


def named_values(folder: str) -> dict[str, Any]:
    """Hyperparameters in the name of a folder.

    Example:
        >>> named_values("lr=0.1,wd=1e-4"), named_values("lr=0.1_batch_norm=True")
        ({'lr': 0.1, 'wd': 0.0001}, {'lr': 0.1, 'batch_norm': True})
    """
    return {m["name"]: typed_value(m["value"]) for m in _PAIR.finditer(folder)}


def measurements_in(files: Sequence[Path], notes: list[str], cut: list[str]) -> dict[str, Points]:
    """Curves in a run's CSV files, up to where they end or are damaged.

    A cell may be empty: metrics are logged at different steps.

    Args:
        files: of one run.
        notes: takes a sentence for each file that is damaged.
        cut: takes one for each file that ends within a line, which is left out.
    """
    curves: dict[str, Points] = {}
    for path in sorted(files):
        for metric, points in _read_measurements(path, notes, cut).items():
            if metric not in curves or len(points[0]) > len(curves[metric][0]):
                curves[metric] = points
    return curves


def _read_measurements(path: Path, notes: list[str], cut: list[str]) -> dict[str, Points]:
    rows: list[dict[str, str]] = []
    try:
        with unpacked(path) if path.suffix == ".gz" else path.open("rb") as file:
            text = io.TextIOWrapper(cast("IO[bytes]", file), encoding="utf-8", newline="")
            rows.extend(csv.DictReader(text))  # keeps what came before an error
    except (OSError, EOFError, zlib.error, csv.Error, UnicodeDecodeError) as error:
        notes.append(f"{path} is damaged after {counted(len(rows), 'row')}: {error}.")
    names = [name for name in rows[0] if name] if rows else []
    if rows and is_cut(path, sum(cell is not None for cell in rows[-1].values()), len(names)):
        cut.append(note_on(path))
        del rows[-1]
    step = next((name for name in _STEPS if name in names), None)
    curves: dict[str, Points] = {}
    for metric in names:
        if metric == step:
            continue
        points = []
        for i, row in enumerate(rows):
            at = as_number(row.get(step) or "") if step else float(i)
            value = as_number(row.get(metric) or "")
            if at is not None and value is not None and is_step_number(at):
                points.append((int(at), value))
        if points:
            steps, values = zip(*points, strict=True)
            curves[metric] = np.array(steps, np.int64), np.array(values, np.float64)
    return curves
