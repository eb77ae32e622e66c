"""How many small mistakes in the judging rooms do the tests notice? Mutation testing by sample.

    pip install cosmic-ray
    python -m bench.mutants --count 200 --seed 1 --out mutants.jsonl

The mistakes are those of cosmic-ray: another comparison, another arithmetic operator, a number one
larger or smaller, `and` for `or`, a `not` more or less, a loop that never runs. Each is written
into a copy of the tree, never here. Of every room come as many as it has lines, in mixed order, so
that a run that is stopped early is a sample as well; `--out` is continued where it holds some.

A mutant is `killed` where a test of its room or a doctest of its file fails, `hung` where a test
does not end (counted as killed), `survived` where none fails, `no program` where Python cannot read
it (counted as nothing). Files of tests that import the file come first, the other rooms' tests are
not asked. No further test is started after `--seconds` of processor time, and a mutant that is
still alive then has `survived (part)`: run the other tests of the room on it by hand. Each mutant
runs in a fork of this process, which has loaded what does not change. Some survivors are the same
program in other words (a `strict=True` of `zip`): whoever counts looks at each survivor first.
"""

import argparse
import ast
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import Visitor, get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.plugins import get_operator

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path("src/tuning_playbook")
ROOMS = (
    *("decide", "design", "edges", "space", "search", "checks"),
    *("analysis/statistics", "analysis/comparison", "analysis/table"),
)
# The rooms whose tests lie in the folder of another room
TESTS = {"edges": "tests/analysis"}

_COMPARISONS = (
    *("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is", "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt"),
    *("Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt"),
)
_ARITHMETIC = ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_Mul", "Pow_Mul")
OPERATORS = (
    *(f"core/ReplaceComparisonOperator_{one}" for one in _COMPARISONS),
    *(f"core/ReplaceBinaryOperator_{one}" for one in _ARITHMETIC),
    *("core/ReplaceUnaryOperator_Delete_Not", "core/ReplaceUnaryOperator_Delete_USub"),
    *("core/AddNot", "core/ReplaceAndWithOr", "core/ReplaceOrWithAnd", "core/NumberReplacer"),
    *("core/ReplaceTrueWithFalse", "core/ReplaceFalseWithTrue", "core/ZeroIterationForLoop"),
    *("core/ReplaceBreakWithContinue", "core/ReplaceContinueWithBreak"),
)


@dataclass(frozen=True)
class Mutant:
    room: str
    path: str
    line: int
    operator: str
    occurrence: int

    @property
    def name(self) -> str:
        return f"{self.path}:{self.line}:{self.operator.removeprefix('core/')}:{self.occurrence}"


class _Places(Visitor):
    """Where an operator of cosmic-ray applies, in its own order."""

    def __init__(self, operator) -> None:
        self.operator = operator
        self.found: list[tuple[int, int]] = []

    def visit(self, node):
        self.found.extend(start for start, _ in self.operator.mutation_positions(node))
        return node


def mutants_of(room: str, path: str) -> dict[tuple[int, int], list[Mutant]]:
    """The mutants of one file by the place that they change."""
    tree = get_ast((ROOT / path).read_text(encoding="utf-8"))
    by_place: dict[tuple[int, int], list[Mutant]] = {}
    for operator in OPERATORS:
        places = _Places(get_operator(operator)())
        places.walk(tree)
        for occurrence, place in enumerate(places.found):
            one = Mutant(room, path, place[0], operator, occurrence)
            by_place.setdefault(place, []).append(one)
    return by_place


def sample(count: int, seed: int) -> list[Mutant]:
    """As many mutants of each room as its share of the lines, mixed; one for a place."""
    draw = random.Random(seed)
    files = {room: sorted((ROOT / SOURCE / room).rglob("*.py")) for room in ROOMS}
    lines = {
        room: sum(len(one.read_text(encoding="utf-8").splitlines()) for one in found)
        for room, found in files.items()
    }
    chosen: list[Mutant] = []
    for room, found in files.items():
        places = [
            place
            for one in found
            for place in mutants_of(room, str(one.relative_to(ROOT))).values()
        ]
        share = round(count * lines[room] / sum(lines.values()))
        chosen += [draw.choice(one) for one in draw.sample(places, min(share, len(places)))]
    draw.shuffle(chosen)
    return chosen


def imported_names(path: Path) -> set[str]:
    """The modules that a file names in its imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{one.name}" for one in node.names}
    return names


class Nearness:
    """How many imports lie between a file of tests and a module."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self.imports = {
            module_name(one.relative_to(tree)): imported_names(one)
            for one in (tree / SOURCE).rglob("*.py")
        }

    def tests_of(self, mutant: Mutant) -> list[str]:
        """The files of tests of a mutant's room, the nearest first, and the file itself."""
        steps = {module_name(Path(mutant.path)): 0}
        todo = list(steps)
        for one in todo:
            for other, names in self.imports.items():
                if one in names and other not in steps:
                    steps[other] = steps[one] + 1
                    todo.append(other)
        folder = TESTS.get(mutant.room, f"tests/{mutant.room.split('/')[0]}")
        found = self._near(folder, steps) or self._near("tests", steps)
        return [mutant.path, *(one for _, one in sorted(found))]

    def _near(self, folder: str, steps: dict[str, int]) -> list[tuple[int, str]]:
        found = []
        for one in sorted((self.tree / folder).rglob("test_*.py")):
            near = [steps[name] for name in imported_names(one) if name in steps]
            if near:
                found.append((min(near), str(one.relative_to(self.tree))))
        return found


def module_name(path: Path) -> str:
    parts = path.with_suffix("").parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


class _Patience:
    """A plugin of pytest: starts no further test after so much processor time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.partly = False

    def pytest_runtest_setup(self, item) -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        if used.ru_utime + used.ru_stime > self.seconds:
            self.partly = True
            item.session.shouldstop = "long enough"


def _in_fork(tree: Path, tests: list[str], seconds: float) -> None:
    """Run the tests; what they say is the exit code: 0 all pass, 1 some fail, 3 part of them."""
    import pytest

    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime + seconds) + 30
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    sys.dont_write_bytecode = True
    os.chdir(tree)
    sys.path[:0] = [str(tree / "src"), str(tree)]
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    patience = _Patience(used.ru_utime + used.ru_stime + seconds)
    arguments = ["-x", "-p", "no:cacheprovider", "-p", "no:xdist", "--doctest-modules"]
    # Loaded before the fork, so that pytest cannot rewrite its assertions
    arguments += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    code = pytest.main([*arguments, *tests], plugins=[patience])
    if code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) or (
        code == pytest.ExitCode.INTERRUPTED and patience.partly
    ):
        os._exit(3 if patience.partly else 0)
    failed = code in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
    os._exit(1 if failed else 9)


def verdict(tree: Path, tests: list[str], seconds: float) -> str:
    child = os.fork()
    if child == 0:
        try:
            _in_fork(tree, tests, seconds)
        finally:
            os._exit(9)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "hung" if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else "killed"
    said = {0: "survived", 3: "survived (part)", 1: "killed"}.get(os.WEXITSTATUS(status))
    if said is None:
        raise SystemExit(f"pytest could not run {' '.join(tests)}")
    return said


def judged(mutant: Mutant, tree: Path, tests: list[str], seconds: float) -> str:
    """What the tests say of one mutant; the copy is as before afterwards."""
    whole = (ROOT / mutant.path).read_text(encoding="utf-8")
    operator = get_operator(mutant.operator)()
    changed = MutationVisitor.mutate_code(whole, operator, mutant.occurrence)
    target = tree / mutant.path
    try:
        compile(changed, mutant.path, "exec")
    except SyntaxError:
        return "no program"
    try:
        target.write_text(changed, encoding="utf-8")
        return verdict(tree, tests, seconds)
    finally:
        shutil.copy2(ROOT / mutant.path, target)


def changed_line(mutant: Mutant) -> str:
    whole = (ROOT / mutant.path).read_text(encoding="utf-8")
    operator = get_operator(mutant.operator)()
    changed = MutationVisitor.mutate_code(whole, operator, mutant.occurrence)
    pairs = zip(whole.splitlines(), changed.splitlines(), strict=False)
    differing = [f"{old.strip()}  ->  {new.strip()}" for old, new in pairs if old != new]
    return differing[0] if differing else "?"


def warmed_up() -> None:
    """Load what no mutant changes, once for all forks."""
    import hypothesis  # noqa: F401
    import numpy  # noqa: F401
    import pytest  # noqa: F401
    import scipy.optimize
    import scipy.stats  # noqa: F401


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20.0, help="processor time of a mutant")
    parser.add_argument("--out", type=Path, default=Path("mutants.jsonl"))
    parser.add_argument("--only", default="", help="mutants whose name contains this")
    options = parser.parse_args()
    done = set()
    if options.out.exists():
        done = {json.loads(one)["name"] for one in options.out.read_text().splitlines()}
    warmed_up()
    with tempfile.TemporaryDirectory(prefix="playbook-mutants-") as folder:
        tree = Path(folder) / "tree"
        ignored = shutil.ignore_patterns(".git", ".venv", ".*_cache")
        shutil.copytree(ROOT, tree, ignore=ignored)
        nearness = Nearness(tree)
        chosen = sample(options.count, options.seed)
        for mutant in {one.room: one for one in chosen}.values():  # one of each room
            if not verdict(tree, nearness.tests_of(mutant), 0.5).startswith("survived"):
                raise SystemExit(f"The tests of {mutant.room} fail without any mutant")
        for mutant in chosen:
            if mutant.name in done or options.only not in mutant.name:
                continue
            said = judged(mutant, tree, nearness.tests_of(mutant), options.seconds)
            row = {"name": mutant.name, "room": mutant.room, "said": said}
            row["change"] = changed_line(mutant)
            with options.out.open("a", encoding="utf-8") as out:
                out.write(json.dumps(row) + "\n")
            print(f"{said:16} {mutant.name}  {row['change']}", flush=True)


if __name__ == "__main__":
    main()
