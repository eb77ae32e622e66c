import re

import numpy as np
import pytest

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.checks import all_checks, run_checks
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.report.rounds.figures import study_plots
from tuning_playbook.report.rounds.pictures import named_trials, pictured
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.study import Objective

KEYS = ("rate", "decay")


def study(count=60, points=40):
    """The best rate lies beyond the range, rates above 0.1 fail, and the curves still fall."""
    rng = np.random.default_rng(0)
    units = rng.random((count, 2))
    space = SearchSpace(tuple(Hyperparameter(k, Float(1e-4, 1.0, "log"), 0.1) for k in KEYS))
    values = {k: space[k].domain.from_unit(units[:, i]) for i, k in enumerate(KEYS)}
    steps = np.arange(1, points + 1)
    end = (units[:, 1] + 0.2) ** 2
    level = end[:, None] + np.exp(-2 * steps / points) + 0.003 * rng.normal(size=(count, points))
    failed = units[:, 0] > 0.75
    level[failed, points // 2 :] = np.nan
    rows = np.repeat(np.arange(count), points)
    long = {m: (rows, np.tile(steps, count), level.ravel()) for m in ("error", "train_loss")}
    return table_from_columns(
        "s", ids=[f"run-{i}" for i in range(count)], values=values, space=space, curves=long,
        objective=Objective("error", "minimize"),
        status=["infeasible" if f else "complete" for f in failed],
        metadata={"lr_schedule": ["constant"] * count},
    )  # fmt: skip


@pytest.fixture(scope="module")
def judged():
    table = study()
    findings = run_checks(table)
    return findings, study_plots(table, named=named_trials(findings))


def test_every_check_that_is_no_cannot_tell_has_a_picture(judged):
    findings, plots = judged
    told = [p for p in pictured(findings, plots) if p.finding.verdict is not Verdict.UNKNOWN]
    assert len(told) >= 10
    lacking = [p.finding.check for p in told if not p.shown and not p.linked]
    assert lacking == []


def test_a_figure_stands_beside_one_alarm_only_and_passes_have_links(judged):
    findings, plots = judged
    found = pictured(findings, plots)
    shown = [number for p in found for number in p.shown]
    assert len(shown) == len(set(shown))
    assert shown
    assert all(not p.shown for p in found if p.finding.verdict in ("pass", "unknown"))


def test_the_picture_of_a_tight_edge_is_the_axis_that_should_grow(judged):
    findings, plots = judged
    (boundary,) = [p for p in pictured(findings, plots)
                   if p.finding.check == "search-space-boundary"]  # fmt: skip
    assert boundary.finding.verdict is Verdict.FAIL
    assert [plots[number].key for number in boundary.shown] == ["axis:decay"]
    assert (
        "The trials still improve at the low end: search 1e-06 to 1"
        in plots[boundary.shown[0]].caption
    )


def test_the_picture_of_failures_is_the_axis_that_explains_them(judged):
    findings, plots = judged
    (failing,) = [p for p in pictured(findings, plots) if p.finding.check == "infeasible-fraction"]
    numbers = failing.shown or failing.linked
    assert plots[numbers[0]].key == "axis:rate"
    assert re.search(
        r"Above 0\.\d+ \(dashed\) 100 % of the trials are infeasible, 0 %",
        plots[numbers[0]].caption,
    )


def test_trials_that_an_alarm_names_are_marked_in_its_curves(judged):
    findings, plots = judged
    (improving,) = [f for f in findings if f.check == "still-improving"]
    assert improving.verdict in (Verdict.WARN, Verdict.FAIL)
    (curve,) = [p for p in plots if p.key == "curve:error"]
    named = [t["name"] for t in curve.figure["data"]]
    for trial in improving.evidence["improving_trials"]:
        assert any(name.endswith(f"trial {trial}") for name in named)
    assert "purple" in curve.caption


def test_a_finding_of_a_foreign_check_with_odd_evidence_has_no_picture(judged):
    _, plots = judged
    advice = (Advice("expand", {"hyperparameter": ["a", "list"]}),)
    odd = [
        Finding(check, verdict, "", {"edges": edges, "where": edges, "curves": edges}, advice)
        for check in ("my-own", *(c.id for c in all_checks()))
        for verdict in Verdict
        for edges in (None, "text", 3, [1, "x"], [{"other": 1}])
    ]
    alone = [p for p in pictured(odd, plots) if p.finding.check == "my-own"]
    assert all(not p.shown and not p.linked for p in alone)


def test_more_pictures_than_fit_become_links():
    edges = [{"hyperparameter": f"h{i}", "edge": "low", "verdict": "tight"} for i in range(5)]
    advice = tuple(Advice("expand", {"hyperparameter": e["hyperparameter"]}) for e in edges)
    finding = Finding("search-space-boundary", Verdict.FAIL, "", {"edges": edges}, advice)
    plots = [_plot(f"axis:h{i}") for i in range(5)]
    (found,) = pictured([finding], plots)
    assert (found.shown, found.linked) == ((0, 1, 2), (3, 4))


def _plot(key):
    from tuning_playbook.report.rounds.plot import Plot

    return Plot(key, "hyperparameters", key, "", {"data": [], "layout": {"height": 1}})
