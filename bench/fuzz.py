"""Damaged studies, stores and project files: none may end in a traceback, a hang or silence.

    python bench/fuzz.py CASES [--seed S] [--first N] [--kind tables|folders|stores|toml]

Sound samples of every kind that is read are damaged, and the commands are run on them in this
process. Counted are tracebacks (an exception that is not told in one message), hangs (20 seconds
of CPU time, or 5 minutes) and silent failures (output of ``--json`` that is no JSON). Of each
distinct failure the smallest input is kept, and said how to repeat it: a case is the same for the
same seed and number.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from fuzzing.cases import Case, case_of, run_case
from fuzzing.running import Failure
from fuzzing.samples import KINDS


@dataclass(frozen=True, slots=True)
class Found:
    """A failure, the smallest case that has it so far, and how often it was met."""

    failure: Failure
    case: Case
    number: int
    times: int


def search(cases: range, seed: int, kind: str | None) -> dict[tuple[str, str, str], Found]:
    """The distinct failures among the cases of these numbers."""
    found: dict[tuple[str, str, str], Found] = {}
    for number in cases:
        case = case_of(seed, number, kind)
        failure = run_case(case)
        if number % 500 == 499:
            print(f"case {number + 1}: {len(found)} distinct failures", file=sys.stderr)
        if failure is None:
            continue
        known = found.get(failure.key)
        if known is None:
            print(f"case {number}: {failure.what} at {failure.where}", file=sys.stderr)
            found[failure.key] = Found(failure, case, number, 1)
        elif case.size < known.case.size:
            found[failure.key] = Found(failure, case, number, known.times + 1)
        else:
            found[failure.key] = Found(known.failure, known.case, known.number, known.times + 1)
    return found


def keep(found: Found, folder: Path) -> None:
    """Write the input of a failure and what it ends in."""
    found.case.write(folder / "input")
    told = f"{' '.join(found.failure.command)}\n\n{found.failure.detail}"
    (folder / "failure.txt").write_text(told, errors="backslashreplace")


def main() -> None:
    """Run the cases and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("cases", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--keep", type=Path, help="folder for the inputs that fail")
    asked = parser.parse_args()
    start = time.perf_counter()
    numbers = range(asked.first, asked.first + asked.cases)
    found = search(numbers, asked.seed, asked.kind)
    counts: Counter[str] = Counter()
    for one in found.values():
        counts[one.failure.kind] += one.times
    print(
        f"{asked.cases} cases, seed {asked.seed}: {counts['traceback']} tracebacks, "
        f"{counts['hang']} hangs, {counts['silent']} silent failures, {len(found)} of them "
        f"distinct, in {time.perf_counter() - start:.0f} s"
    )
    kept = asked.keep or (Path(tempfile.mkdtemp(prefix="playbook-fuzz-kept-")) if found else None)
    of_kind = f" --kind {asked.kind}" if asked.kind else ""
    for place, one in enumerate(sorted(found.values(), key=lambda f: -f.times)):
        assert kept is not None
        keep(one, kept / str(place))
        print(f"\n{one.failure.kind}: {one.failure.what} at {one.failure.where}, {one.times} times")
        print(
            f"  {one.failure.detail.strip().splitlines()[-1][:200] if one.failure.detail else ''}"
        )
        print(f"  smallest input: {kept / str(place)} ({one.case.sample}, {one.case.size} bytes)")
        print(f"  python bench/fuzz.py 1 --seed {asked.seed} --first {one.number}{of_kind}")


if __name__ == "__main__":
    main()
