"""What holds for every check of the checklist, whatever it looks at."""

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from tuning_playbook import checks
from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.checks.base import Premise
from tuning_playbook.checks.checklist import all_checks, ids_with
from tuning_playbook.findings import Verdict
from tuning_playbook.study import Objective

CHECKS = {check.id: check for check in all_checks()}


@pytest.fixture(params=["ten trials", "one trial", "no curves", "all failed"])
def study(request, curve_study):
    def falling(share):
        return np.exp(-4 * share)

    if request.param == "one trial":
        return curve_study(falling, falling, trials=1)
    if request.param == "no curves":
        rates = list(np.geomspace(0.001, 1, 30))
        return table_from_columns(
            "s", ids=[f"t{i}" for i in range(30)], values={"lr": rates},
            objective=Objective("error", "minimize"), metric_values=[r**2 for r in rates],
        )  # fmt: skip
    failed = ["failed"] * 10 if request.param == "all failed" else None
    return curve_study(falling, falling, status=failed)


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_says_something_of_any_study_as_data_with_its_thresholds(check, study):
    used = {field.name for field in fields(CHECKS[check])}
    found = CHECKS[check].run(study)
    assert found
    for finding in found:
        assert (finding.check, finding.source) == (check, CHECKS[check].source)
        assert finding.summary.endswith((".", "?")), finding.summary
        assert finding.evidence["thresholds"].keys() == used
        json.dumps([dict(finding.evidence), [dict(a.arguments) for a in finding.advice]],
                   allow_nan=False)  # fmt: skip


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_is_frozen(check):
    assert type(CHECKS[check]).__dataclass_params__.frozen


def test_every_file_with_a_check_has_a_line_in_the_checklist():
    folder = Path(checks.__file__).parent
    written = {p.stem for p in folder.glob("*.py") if '    id: ClassVar[str] = "' in p.read_text()}
    assert {type(check).__module__.rpartition(".")[2] for check in all_checks()} == written


@pytest.mark.parametrize("premise", Premise)
def test_every_premise_is_taken_by_some_checks_and_not_by_all(premise):
    assert 0 < len(ids_with(premise)) < len(CHECKS)


@pytest.mark.parametrize("check", ids_with(Premise.SEARCH))
def test_a_check_of_a_search_cannot_tell_of_one_run(curve_study, check):
    (finding,) = checks.run_checks(curve_study(np.cos, np.cos, trials=1), select=[check])
    assert finding.verdict is Verdict.UNKNOWN
    assert "this is one run" in finding.summary
