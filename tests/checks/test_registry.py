"""Running the checks: selection, order, and ids that nobody has."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from tuning_playbook.checks import all_checks, run_checks
from tuning_playbook.errors import InvalidInput
from tuning_playbook.findings import Finding, Verdict


def one_of(verdict, name):
    @dataclass(frozen=True)
    class Fixed:
        """Always says the same."""

        id: ClassVar[str] = name
        title: ClassVar[str] = "?"
        source: ClassVar[str] = "training-curves"

        def run(self, table):
            return (Finding(name, verdict, "said"),)

    return Fixed()


def test_failed_findings_come_first_and_the_order_of_the_checklist_stays(curve_study):
    checks = (
        one_of(Verdict.PASS, "a"), one_of(Verdict.UNKNOWN, "b"), one_of(Verdict.WARN, "c"),
        one_of(Verdict.FAIL, "d"), one_of(Verdict.FAIL, "e"),
    )  # fmt: skip
    found = run_checks(curve_study(np.cos), checks=checks)
    assert [f.check for f in found] == ["d", "e", "c", "b", "a"]


def test_checks_are_selected_and_ignored_by_id(curve_study):
    table = curve_study(lambda t: 1 - t)
    assert [f.check for f in run_checks(table, select=["overfitting"])] == ["overfitting"]
    left = {f.check for f in run_checks(table, ignore=["overfitting"])}
    assert left == {c.id for c in all_checks()} - {"overfitting"}


@pytest.mark.parametrize("option", ["select", "ignore"])
def test_an_unknown_id_is_answered_with_the_nearest_one(curve_study, option):
    with pytest.raises(InvalidInput, match="did you mean 'overfitting'"):
        run_checks(curve_study(np.cos), **{option: ["overfiting"]})


def test_an_error_of_a_check_is_not_swallowed(curve_study):
    @dataclass(frozen=True)
    class Broken:
        """Raises."""

        id: ClassVar[str] = "broken"
        title: ClassVar[str] = "?"
        source: ClassVar[str] = "training-curves"

        def run(self, table):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_checks(curve_study(np.cos), checks=[Broken()])
