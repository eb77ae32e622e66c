"""The pages of docs/examples: their commands are typed again, and what they print is put below.

    python -m bench.example_pages weight-decay [optimizer-choice ...]

Takes minutes to an hour for a page. What the page says about the numbers is left as it is: read it
again afterwards. A page cuts long output by the command itself, such as ``| head -5``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[1]
_WIDTH = 110
_BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)


def renewed(page: str, folder: Path) -> str:
    """A page whose commands were typed in a folder, one after the other.

    Args:
        page: in Markdown.
        folder: of the project that it is about.

    Example:
        >>> renewed("So:\\n```console\\n$ echo a; exit 1\\nold\\n\\n$ echo b\\n```\\n", Path())
        'So:\\n```console\\n$ echo a; exit 1\\na\\n\\n$ echo b\\nb\\n```\\n'
    """
    return _BLOCK.sub(lambda block: _typed(block[0], folder), page)


def _typed(block: str, folder: Path) -> str:
    commands = re.findall(r"^\$ (.*)$", block, re.MULTILINE)
    return "\n\n".join(f"$ {command}\n{_printed(command, folder)}" for command in commands) + "\n"


def _printed(command: str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": str(_WIDTH), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout or done.stderr  # progress stands beside what is said
    lines = said.replace(str(folder), "/project").rstrip().splitlines()
    return "\n".join(line for long in lines for line in _wrapped(long))


def _wrapped(line: str) -> list[str]:
    indent = line[: len(line) - len(line.lstrip())]
    found = textwrap.wrap(
        line, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return found or [""]


def main() -> None:
    """Renew the pages that are named."""
    for name in sys.argv[1:]:
        page = ROOT / "docs" / "examples" / f"{name}.md"
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder, "project")
            shutil.copytree(ROOT / "examples" / name.replace("-", "_"), place)
            page.write_text(renewed(page.read_text(), place.resolve()))


if __name__ == "__main__":
    main()
