"""Another installed package brings a check and a plot, or one that fails."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MODULE = """\
from dataclasses import dataclass
from typing import ClassVar

import tuning_playbook as tp
from tuning_playbook.checks import Premise


@dataclass(frozen=True)
class FewTrials:
    id: ClassVar[str] = "some name"
    title: ClassVar[str] = "Are there at least 30 trials?"
    source: ClassVar[str] = "sampling-density"
    premises: ClassVar[frozenset[Premise]] = frozenset({Premise.SEARCH})

    def run(self, table):
        return (tp.Finding("some name", tp.Verdict.WARN, f"{len(table)} trials <b>only</b>."),)


class Raises(FewTrials):
    def run(self, table):
        raise ValueError("no curve\\nat all")


def bars(table):
    figure = {"data": [{"type": "bar", "x": ["trials"], "y": [len(table)]}], "layout": {}}
    return tp.Plot("any", "search", "Number of trials <i>", "How many there are.", figure)


def nothing(table):
    return None


def wrong(table):
    return tp.Plot("any", "search", "Objects", "", {"data": [object()]})
"""
CHECKS = """\
[tuning_playbook.checks]
few-trials = our_checks:FewTrials
raises = our_checks:Raises
absent = our_checks:Absent
"""
PLOTS = """\
[tuning_playbook.plots]
bars = our_checks:bars
nothing = our_checks:nothing
wrong = our_checks:wrong
"""


def installed(folder, entry_points):
    """An environment in which a package ``our-checks`` is installed beside everything else."""
    site = folder / "site"
    information = site / "our_checks-1.0.dist-info"
    information.mkdir(parents=True)
    (site / "our_checks.py").write_text(MODULE)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: our-checks\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(entry_points)
    paths = [str(site), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


@pytest.fixture
def playbook(tmp_path):
    rows = [f"{10 ** (-4 + 0.15 * i):.4g},{0.1 + 0.001 * (i * 7 % 20)}" for i in range(20)]
    (tmp_path / "table.csv").write_text("\n".join(["learning_rate,val_error", *rows]))

    def run(entry_points, *arguments):
        return subprocess.run(
            [sys.executable, "-m", "tuning_playbook", *arguments],
            capture_output=True, text=True, check=False, cwd=tmp_path,
            env=installed(tmp_path, entry_points),
        )  # fmt: skip

    return run


def test_a_check_of_another_package_stands_beside_the_others(playbook):
    done = playbook(CHECKS, "check", "table.csv", "--json")
    assert done.returncode == 0, done.stderr
    study = json.loads(done.stdout)
    found = {finding["check"]: finding for finding in study["findings"]}
    assert (found["few-trials"]["verdict"], found["few-trials"]["summary"]) == (
        "warn", "20 trials <b>only</b>."
    )  # fmt: skip
    assert found["raises"]["summary"] == (
        "Cannot tell: the package our-checks, which brings this check, failed: "
        "ValueError: no curve."
    )
    assert found["absent"]["verdict"] == "unknown"
    assert "AttributeError" in found["absent"]["summary"]
    assert "search-space-boundary" in found


def test_a_check_of_another_package_is_selected_by_the_name_of_its_entry_point(playbook):
    done = playbook(CHECKS, "check", "table.csv", "--select", "few-trials")
    assert "Are there at least 30 trials?" in done.stdout
    assert "raises" not in done.stdout


def test_a_check_cannot_take_the_place_of_one_of_this_package(playbook):
    done = playbook("[tuning_playbook.checks]\ninstability = our_checks:FewTrials\n",
                    "check", "table.csv")  # fmt: skip
    assert done.returncode == 2
    assert "the package our-checks declares a check instability" in done.stderr


def test_a_plot_of_another_package_is_in_the_report_and_one_that_fails_says_why(playbook, tmp_path):
    done = playbook(PLOTS, "check", "table.csv", "-o", "page.html")
    assert done.returncode == 0, done.stderr
    page = Path(tmp_path / "page.html").read_text()
    assert "Number of trials &lt;i&gt;" in page
    assert "Not drawn: the package our-checks, which brings this plot, failed: TypeError" in page
