"""Finding the user's training function."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from tuning_playbook.errors import TargetError
from tuning_playbook.study import FunctionTarget


def load_function(target: FunctionTarget, folder: Path) -> Callable[[Any], Any]:
    """The training function of a project.

    Args:
        target: file and function.
        folder: of the project.

    Raises:
        TargetError: when the file is missing, cannot be imported, or has no such function.
    """
    module = load_module(target, folder)
    function = getattr(module, target.function, None)
    if function is None:
        names = [n for n in vars(module) if not n.startswith("_") and callable(vars(module)[n])]
        near = get_close_matches(target.function, names, n=1)
        hint = f" Did you mean {target.file}:{near[0]}?" if near else ""
        raise TargetError(
            f"{target.file} has no function {target.function!r}.{hint} Correct training.target in "
            "playbook.toml."
        )
    if not callable(function):
        raise TargetError(
            f"{target.file}:{target.function} is not a function but of type "
            f"{type(function).__name__}; name a function in training.target in playbook.toml"
        )
    _require_one_argument(function, target)
    return function  # type: ignore[no-any-return]


def _require_one_argument(function: Callable[..., Any], target: FunctionTarget) -> None:
    """Refuse a function that cannot be called with the trial alone."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # written in C
        return
    try:
        signature.bind(None)
    except TypeError:
        raise TargetError(
            f"{target.file}:{target.function}{signature} is called with one argument, the trial; "
            f"write def {target.function}(trial): and read each hyperparameter from trial.config, "
            'as in trial.config["learning_rate"]. A script that takes them as command-line '
            "arguments stays as it is with command under [training]."
        ) from None


def load_module(target: FunctionTarget, folder: Path) -> ModuleType:
    """The module of a target, imported once in a process; its siblings can be imported too."""
    path = (folder / target.file).resolve()
    loaded = sys.modules.get(path.stem)
    if loaded is not None and getattr(loaded, "__file__", None) == str(path):
        return loaded
    if not path.is_file():
        near = get_close_matches(path.name, [p.name for p in path.parent.glob("*.py")], n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise TargetError(
            f"the training program {path} does not exist.{hint} Correct training.target in "
            "playbook.toml."
        )
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise TargetError(f"{path} is not a Python file; name one ending in .py, or use command")
    for place in (str(folder.resolve()), str(path.parent)):
        if place not in sys.path:
            sys.path.insert(0, place)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        sys.modules.pop(path.stem, None)
        if isinstance(error, KeyboardInterrupt):
            raise
        raise TargetError(
            f"{target.file} cannot be imported: {type(error).__name__}: {error}"
            f"{place_of(error, folder)}\nTo see the whole error: python {target.file}"
        ) from error
    return module


def place_of(error: BaseException, folder: Path) -> str:
    """Where in the project's own files an error came from, such as `` (train.py, line 3)``.

    Empty for a mistake in Python's grammar: its own text ends with the place.
    """
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return ""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(folder.resolve()) and ".venv" not in path.parts:
            return f" ({path.relative_to(folder.resolve())}, line {frame.lineno})"
    return ""
