"""CPU seconds and memory that the checks on training curves take.

python bench/curve_checks.py [--trials 1000 --points 1000]
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from calibration_curves import Setting, overfit, study
from tuning_playbook.checks.checklist import all_checks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--points", type=int, default=1000)
    options = parser.parse_args()
    setting = Setting(options.trials, options.points, 0.01, 0.6)
    table = study(setting, np.random.default_rng(0), overfit(0.5, 0.2))
    print(f"{options.trials} trials x {options.points} points x {len(table.curves)} metrics")
    total = 0.0
    for check in all_checks():
        start = time.process_time()
        verdict = check.run(table)[0].verdict
        seconds = time.process_time() - start
        total += seconds
        print(f"  {check.id:24}{seconds:8.3f} s  {verdict}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"  {'all':24}{total:8.3f} s  peak memory {peak:.2f} GiB")


if __name__ == "__main__":
    main()
