"""The shape of the house, counted."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tuning_playbook

SOURCE = Path(tuning_playbook.__file__).parent
FILES = [p for p in SOURCE.rglob("*.py") if "demo/project" not in str(p)]


def functions(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def test_no_file_is_longer_than_600_lines():
    long = {str(p): n for p in FILES if (n := len(p.read_text().splitlines())) > 600}
    assert long == {}


def test_no_function_body_is_longer_than_60_lines():
    long = []
    for path in FILES:
        for node in functions(path):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body and body[-1].end_lineno - body[0].lineno + 1 > 60:
                long.append(f"{path.relative_to(SOURCE)}:{node.name}")
    assert long == []


def test_every_module_says_what_it_is_for():
    silent = [str(p) for p in FILES if not ast.get_docstring(ast.parse(p.read_text()))]
    assert silent == []


def test_the_package_is_at_most_two_levels_deep():
    deep = [p for p in FILES if len(p.relative_to(SOURCE).parts) > 2]
    # Alembic asks for a folder of versions
    assert [p for p in deep if "migrations" not in p.parts] == []


@pytest.mark.parametrize("name", tuning_playbook.__all__)
def test_every_name_of_the_face_is_there(name):
    assert getattr(tuning_playbook, name) is not None


def test_importing_the_package_imports_nothing_heavy():
    code = (
        "import sys, tuning_playbook; "
        "print([m for m in ('numpy', 'pydantic', 'sqlalchemy', 'click') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
