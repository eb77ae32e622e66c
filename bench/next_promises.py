"""Random projects led by `playbook next`: does every step that it proposes work?

    python bench/next_promises.py [--projects 500] [--seed 0] [--steps 40]

Trials end at once by a planted truth; everything else is the command line as it is: `next --apply`,
`plan`, `run`, `rerun`, `decide`, `launch`, on projects of our own and imported ones, with
interruptions, crashing programs, failures and divergence. Counted are proposed commands that are
refused, rounds that cannot be planned, steps that come again after they were done, questions asked
twice, and rounds that search what must not be searched.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path

from random_projects.journeys import journey


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--projects", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=40)
    options = parser.parse_args()
    kinds: Counter[str] = Counter()
    steps = ended = 0
    for seed in range(options.seed, options.seed + options.projects):
        with tempfile.TemporaryDirectory(prefix="playbook-journey-") as folder:
            found = journey(Path(folder), seed, most=options.steps)
        steps, ended = steps + found.steps, ended + found.ended
        kinds["kept"] += not found.broken
        kinds["broken"] += bool(found.broken)
        for words in found.broken[:1]:
            print(f"project {seed}, {words}\n    " + "\n    ".join(found.log[-6:]), flush=True)
    print(
        f"{options.projects} projects, {steps} steps, {ended} with nothing left to do; "
        f"{kinds['kept']} without a fault"
    )
    return int(kinds["broken"] > 0)


if __name__ == "__main__":
    raise SystemExit(main())
