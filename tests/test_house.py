"""The shape of the house, counted."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import tuning_playbook
from tuning_playbook.sources import SOURCES

SOURCE = Path(tuning_playbook.__file__).parent
ROOT = Path(__file__).parents[1]
FILES = [p for p in SOURCE.rglob("*.py") if "demo/project" not in str(p)]


def functions(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def arguments(node):
    return [*node.args.args, *node.args.kwonlyargs]


def imported(node):
    """Names of the modules that a node imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) else []


def test_no_file_is_longer_than_450_lines():
    long = {str(p): n for p in FILES if (n := len(p.read_text().splitlines())) > 450}
    assert long == {}


def test_no_function_body_is_longer_than_50_lines():
    long = []
    for path in FILES:
        for node in functions(path):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body and body[-1].end_lineno - body[0].lineno + 1 > 50:
                long.append(f"{path.relative_to(SOURCE)}:{node.name}")
    assert long == []


def test_every_room_says_what_it_may_import():
    rooms = [p for p in SOURCE.glob("*/__init__.py") if p.parent.name != "demo"]
    silent = [p.parent.name for p in rooms if "May import" not in p.read_text()]
    assert silent == []


def test_files_are_named_by_what_they_are_about():
    nameless = {"utils", "util", "helpers", "common", "misc", "manager", "core", "base_classes"}
    assert [str(p) for p in FILES if nameless & {p.stem, p.parent.name}] == []


def test_optional_packages_are_imported_where_they_are_used():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[>=<]", line)[0] for line in project["dependencies"]}
    # scipy is slow to import; what is in testing/ is for people who have pytest
    at_once = needed - {"scipy"} | set(sys.stdlib_module_names) | {"tuning_playbook"}
    early = [
        f"{path.relative_to(SOURCE)}: {name}"
        for path in FILES
        if path.parent.name != "testing"
        for node in ast.parse(path.read_text()).body
        for name in imported(node)
        if name.split(".")[0] not in at_once
    ]
    assert early == []


def test_each_optional_package_is_imported_in_few_files():
    homes = {"torch": 1, "google": 1, "yaml": 1, "psycopg": 1, "pyarrow": 2}
    found = {package: set() for package in homes}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            for name in imported(node):
                found.get(name.split(".")[0], set()).add(path.name)
    assert {package: len(files) for package, files in found.items()} == homes


def test_rules_name_passages_of_the_playbook_that_exist():
    titles = {source.title for source in SOURCES.values()}
    unknown, pointers = [], 0
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module)):
                continue
            text = ast.get_docstring(node) or ""
            source = re.search(r"^Source: (playbook.*?)(?:;|\n\n|\Z)", text, re.S | re.M)
            named = re.findall(r'"([^"]+)"', " ".join(source[1].split())) if source else []
            pointers += len(named)
            unknown += [f"{path.name}: {title}" for title in named if title not in titles]
    assert unknown == []
    assert pointers > 50


def test_nothing_names_a_folder_of_one_machine():
    places = re.compile(r"(?<![\w.])/(?:work|root|home|Users)/\w")
    written = [
        path
        for room in ("src", "tests", "bench", "docs", "examples")
        for path in (ROOT / room).rglob("*")
        if path.suffix in {".py", ".md", ".toml"} and "data" not in path.parts
    ]
    assert [str(p) for p in written if places.search(p.read_text())] == []


def test_every_module_says_what_it_is_for():
    silent = [str(p) for p in FILES if not ast.get_docstring(ast.parse(p.read_text()))]
    assert silent == []


def test_a_room_has_rooms_of_its_own_and_those_have_none():
    deep = [p for p in FILES if len(p.relative_to(SOURCE).parts) > 3]
    # Alembic asks for a folder of versions
    assert [p for p in deep if "migrations" not in p.parts] == []


MOST_THAT_TAKE_A_STORE = 33  # those that write, and the lock on held-out metrics; may only fall


def test_the_store_is_handed_to_those_who_write():
    stores = {"Store", "StoreReader", "Store | None", "StoreReader | None"}
    taking = [
        f"{path.relative_to(SOURCE)}:{node.name}"
        for room in ("workflow", "gather", "answers", "decide", "checks", "report", "cli")
        for path in (SOURCE / room).rglob("*.py")
        for node in functions(path)
        if stores & {ast.unparse(a.annotation) for a in arguments(node) if a.annotation}
    ]
    assert len(taking) <= MOST_THAT_TAKE_A_STORE, taking


# A class that words itself, and why.
WORD_THEMSELVES = {
    "workflow/checking/checked.py": "what tuning_playbook.check returns to its user",
    "workflow/comparing/compared.py": "what tuning_playbook.compare returns to its user",
}


def test_results_do_not_know_their_layout():
    words = {"text", "as_document", "renderable"}
    found = {
        str(path.relative_to(SOURCE))
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name in words
    }
    assert found == set(WORD_THEMSELVES), "its words belong to a function in report"


# A file that names a clock or a number of seconds to wait, and why no verdict depends on it.
CLOCKS = {
    "tests/waiting.py": "the loop that waits for events; its deadline only ends a hang",
    "tests/run/test_driver.py": "a trial looks again and again for that of another driver",
    "tests/store/test_processes.py": "it spreads the moment of a kill; every moment has to pass",
}


def test_no_test_waits_for_a_number_of_seconds():
    named = r"\b(?:sleep|wait_for_timeout|monotonic|perf_counter|process_time|time\.time)(?:_ns)?\("
    clock = re.compile(rf"{named}|\btimeout=[\d.]")
    written = [*(ROOT / "tests").rglob("*.py"), *(SOURCE / "testing").rglob("*.py")]
    found = {str(path.relative_to(ROOT)) for path in written if clock.search(path.read_text())}
    assert found == set(CLOCKS), "wait for an event: see tests/waiting.py"


@pytest.mark.parametrize("name", tuning_playbook.__all__)
def test_every_name_of_the_face_is_there(name):
    assert getattr(tuning_playbook, name) is not None


def test_no_name_of_the_face_is_that_of_a_room():
    """The first import from a room would put the room in the name's place."""
    rooms = {path.stem for path in SOURCE.iterdir()}
    assert rooms & {*tuning_playbook.__all__} == set()


def test_importing_the_package_imports_nothing_heavy():
    code = (
        "import sys, tuning_playbook; "
        "print([m for m in ('numpy', 'sqlalchemy', 'click') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_file_imports_the_half_second_that_is_scipy_stats():
    files = [p for p in SOURCE.rglob("*.py") if "import scipy.stats" in p.read_text()
             or "from scipy.stats import" in p.read_text()
             or "from scipy import stats" in p.read_text()]  # fmt: skip
    assert files == []
