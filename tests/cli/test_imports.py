"""Commands start fast because each imports only what it uses."""

import json
import os
import subprocess
import sys

import pytest

# What the package depends on, and libraries that only some of its features need.
LIBRARIES = {"alembic", "click", "importlib.metadata", "jinja2", "numpy", "numpy.random", "pandas",
             "plotly", "polars", "pyarrow", "rich", "scipy", "scipy.optimize", "scipy.stats",
             "sqlalchemy", "tomlkit", "torch"}  # fmt: skip
ABOUT_A_PROJECT = {"click", "numpy", "rich"}
NOT_FOR_A_PROJECT = {"answers", "checks", "importers", "plots", "training"}
NOT_FOR_A_FILE = {"answers", "decide", "gather", "run", "search", "store", "training"}


def modules_of(*arguments, folder):
    """Every module that a command has imported when it ends."""
    code = (
        "import sys, atexit, json\n"
        "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))\n"
        "from tuning_playbook.cli import main\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True, text=True, check=False, cwd=folder, env={**os.environ},
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


def rooms_of(modules):
    names = [m.split(".") for m in modules]
    return {parts[1] for parts in names if parts[0] == "tuning_playbook" and len(parts) > 1}


@pytest.mark.parametrize("arguments", [["--help"], ["next", "--help"], ["check", "--help"]])
def test_help_imports_click_alone(tmp_path, arguments):
    assert modules_of(*arguments, folder=tmp_path) & LIBRARIES == {"click"}


@pytest.mark.parametrize("arguments", [["status"], ["plan", "first"], ["next"]])
def test_looking_at_a_project_imports_no_statistics_and_no_reader(finished_project, arguments):
    modules = modules_of(*arguments, folder=finished_project)
    assert modules & LIBRARIES == ABOUT_A_PROJECT
    assert rooms_of(modules) & NOT_FOR_A_PROJECT == set()


def test_looking_at_a_file_imports_no_project_and_no_database(tmp_path):
    rows = [f"{10 ** (-4 + 0.05 * i)},{0.1 + 0.001 * (i * 37 % 80)}" for i in range(80)]
    (tmp_path / "table.csv").write_text("\n".join(["learning_rate,val_error", *rows]))
    modules = modules_of("check", "table.csv", folder=tmp_path)
    unneeded = LIBRARIES - {"click", "importlib.metadata", "numpy", "numpy.random", "rich", "scipy"}
    assert modules & unneeded == set()
    assert rooms_of(modules) & NOT_FOR_A_FILE == set()
