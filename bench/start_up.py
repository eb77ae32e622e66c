"""CPU time of imports and commands, beside Optuna.

python bench/start_up.py
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile

from side_by_side import print_table
from tuning_playbook.workflow.starting.demo import write_demo_project


def cpu_seconds(*command: str, folder: str = ".") -> float:
    """Least user and system time of five runs."""
    found = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True, cwd=folder)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def main() -> None:
    from pathlib import Path

    python = sys.executable
    playbook = str(Path(python).parent / "playbook")
    with tempfile.TemporaryDirectory() as root:
        write_demo_project(Path(root) / "demo")
        demo = f"{root}/demo"
        round_file = Path(demo) / "rounds" / "hidden-units.toml"
        round_file.write_text(round_file.read_text().replace("= 24", "= 2"))
        subprocess.run(
            [playbook, "run", "hidden-units"], cwd=demo, check=True, capture_output=True,
            env={**os.environ},
        )  # fmt: skip
        optuna = cpu_seconds(python, "-c", "import optuna")
        rows = [
            ["python -c pass", cpu_seconds(python, "-c", "pass")],
            ["import tuning_playbook", cpu_seconds(python, "-c", "import tuning_playbook")],
            ["import optuna", optuna],
            ["playbook --help", cpu_seconds(playbook, "--help")],
            ["optuna --help", cpu_seconds(str(Path(python).parent / "optuna"), "--help")],
            ["playbook status", cpu_seconds(playbook, "status", folder=demo)],
        ]
    for row in rows:
        row.append(row[1] / optuna)
    print_table("Start-up", ["what", "CPU seconds", "of import optuna"], rows)


if __name__ == "__main__":
    main()
