"""Commands as typed, and what they print, with all that differs from run to run left out."""

import contextlib
import io
import os
import re
import sys
from pathlib import Path
from unittest.mock import patch

from tests.cli.conftest import run_playbook
from tuning_playbook.cli.main import main

# these start training programs and belong in a process of their own
_RUNNING = {"run", "rerun", "try"}
_MASKS = (
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?( UTC)?", "DATE"),
    (r"\d{4}-\d\d-\d\d", "DATE"),
    (r'("(?:at|\w+_at|\w*seconds\w*)": )-?[\d.]+(e[+-]?\d+)?', r"\1SECONDS"),
    (r"(?<![\w.])(?=[0-9a-f]*[a-f])[0-9a-f]{12,64}\b", "DIGEST"),
    (r"\bcode [0-9a-f]{8}\b", "code DIGEST"),
    (r"(?<![\w.])\d+(\.\d+)? (ms|s|min|h|seconds|minutes)\b", "TIME"),
    (r"playbook-fault-\w+", "playbook-fault-NAME"),
)  # fmt: skip


def transcript(commands: tuple[str, ...], folder: Path) -> str:
    """What a terminal shows after these commands.

    Args:
        commands: each without the word playbook; one that starts with "write NAME" and a newline
            writes the lines below it to that file, one that starts with "#" is a heading.
        folder: where they are typed.
    """
    shown = []
    for command in commands:
        if command.startswith("#"):
            shown.append(f"\n{command}\n")
        elif command.startswith("write "):
            name, text = command.removeprefix("write ").split("\n", 1)
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        else:
            shown.append(_one(command, folder))
    return "\n".join(shown).lstrip("\n")


def _one(command: str, folder: Path) -> str:
    arguments = re.findall(r"\"[^\"]*\"|\S+", command)
    arguments = [a.strip('"') for a in arguments]
    run = _in_a_process if arguments[0] in _RUNNING else _in_this_process
    code, output, errors = run(arguments, folder)
    printed = output + (errors if code not in (0, 1) else "")
    lines = [line.rstrip() for line in _masked(printed, folder).splitlines()]
    return "\n".join([f"$ playbook {command}", *lines, f"[exit code {code}]", ""])


def _in_a_process(arguments: list[str], folder: Path) -> tuple[int, str, str]:
    done = run_playbook(*arguments, folder=folder)
    return done.returncode, done.stdout, done.stderr


def _in_this_process(arguments: list[str], folder: Path) -> tuple[int, str, str]:
    output, errors = io.StringIO(), io.StringIO()
    before = Path.cwd()
    os.chdir(folder)
    try:
        with (
            patch.dict(os.environ, {"COLUMNS": "100", "NO_COLOR": "1"}),
            patch.object(sys, "argv", ["playbook", *arguments]),
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(errors),
        ):
            main()
    except SystemExit as stopped:
        return int(stopped.code or 0), output.getvalue(), errors.getvalue()
    finally:
        os.chdir(before)
    return 0, output.getvalue(), errors.getvalue()


def _masked(text: str, folder: Path) -> str:
    text = text.replace(str(folder.resolve()), "/project").replace(str(folder), "/project")
    for pattern, name in _MASKS:
        text = re.sub(pattern, name, text)
    # the last digits of a sum differ between processors
    return re.sub(r"\d+\.\d{9,}", lambda found: f"{float(found.group()):.6g}", text)
