"""Verdicts and answers on studies whose truth is known: false alarms, power, what a verdict holds.

    python bench/truth.py DATA                      # all families on the judging half, to stdout
    python bench/truth.py DATA edges arms --half tuning --studies 120
    python bench/truth.py DATA --write docs/truth.md

DATA is the folder of the public data sets, one folder each. What the families need comes with
`pip install -e . --group bench`. Tasks with an even number are for tuning thresholds, those with an
odd number for judging them.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

from truth_families.sections import Section, Setting, table

FAMILIES = ("edges", "gains", "sampling", "curves", "arms", "launches", "compare")


def measured(family: str, setting: Setting) -> Section:
    """What one family finds."""
    return importlib.import_module(f"truth_families.{family}").measure(setting)


def page(sections: list[tuple[Section, float]], setting: Setting) -> str:
    """All sections as one page, the bars first."""
    rows: list[list[object]] = [
        [bar.what, bar.limit, bar.share, "yes" if bar.holds else "**no**"]
        for section, _ in sections
        for bar in section.bars
    ]
    parts = ["# Verdicts and answers on studies with known truth\n", INTRODUCTION]
    parts += [
        f"Half: {setting.half}; seed {setting.seed}; about {setting.studies} studies a row.\n"
    ]
    parts += [table(["limit on", "limit", "found", "holds"], rows)]
    for section, seconds in sections:
        parts += [f"## {section.title}\n", section.markdown, f"Measured in {seconds:.0f} CPU s.\n"]
    return "\n".join(parts)


INTRODUCTION = """Written by `python bench/truth.py DATA --write docs/truth.md`. A limit is missed
where the 95 % interval of what was found excludes it. Tasks with an even number are for tuning,
tasks with an odd number for judging; the seed of this run was not used while tuning.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("families", nargs="*", default=FAMILIES, metavar="FAMILY")
    parser.add_argument("--half", choices=("tuning", "judging"), default="judging")
    parser.add_argument("--studies", type=int, default=480)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", type=Path, help="write the page there instead of to stdout")
    given = parser.parse_args()
    setting = Setting(given.data, given.half, given.studies, given.seed)
    sections = []
    for family in given.families:
        begun = time.process_time()
        section = measured(family, setting)
        sections.append((section, time.process_time() - begun))
        print(f"{family}: done", file=sys.stderr)
    text = page(sections, setting)
    if given.write:
        given.write.write_text(text)
    else:
        print(text)
    return 0 if all(bar.holds for section, _ in sections for bar in section.bars) else 1


if __name__ == "__main__":
    sys.exit(main())
