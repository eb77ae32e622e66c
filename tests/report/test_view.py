import json
import re

import numpy as np
import pytest

from tuning_playbook.analysis.table.building import study_table
from tuning_playbook.errors import InvalidInput
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.report.rounds.page import report_html, write_report
from tuning_playbook.report.rounds.view import round_view
from tuning_playbook.space import Categorical, Float, Hyperparameter, SearchSpace
from tuning_playbook.study import FunctionTarget, Objective, Provenance, Study, TrainingProtocol
from tuning_playbook.trial import Curve, Event, Reason, Status, Trial

HOSTILE = "</script><img src=x onerror=alert(1)>'\"\u2028é"
FINDING = Finding(
    "search-space-boundary",
    Verdict.FAIL,
    f"too tight {HOSTILE}",
    {"edge": 0.1, "trials": [1, 2], HOSTILE: HOSTILE},
    (Advice("expand", {"hyperparameter": "rate"}, f"widen it {HOSTILE}"),),
    "search-space-boundaries",
    "low",
)


def view_of(count=9, direction="maximize", *, finished=True, findings=(), detail="", events=(),
            ids=None, patches=(f"+{HOSTILE}",)):  # fmt: skip
    space = SearchSpace(
        (
            Hyperparameter("rate", Float(1e-3, 1.0, "log"), 0.1),
            Hyperparameter("kind", Categorical(("plain", HOSTILE)), "plain"),
        )
    )
    studies = [
        Study(
            "first" if i == 0 else f"first/{i}", space, count, Objective("accuracy", direction),
            TrainingProtocol(FunctionTarget("t.py", "t"), 30, 10), question=f"Is it so? {HOSTILE}",
            provenance=Provenance(command=f"playbook run {HOSTILE}", patch=patch),
        )
        for i, patch in enumerate(patches)
    ]  # fmt: skip
    trials, curves = [], {}
    for i in range(count):
        config = {"rate": 10 ** (-3 * i / count), "kind": HOSTILE if i % 2 else "plain"}
        status = Status.WAITING
        if finished:
            status = Status.INFEASIBLE if i % 3 == 2 else Status.COMPLETE
            curves[i] = {"accuracy": Curve(np.array([10, 20, 30]), np.array([0.1, 0.2, i / count]))}
        reason = Reason.NON_FINITE if status is Status.INFEASIBLE else Reason.NONE
        trials.append(Trial("first", i, config, i, status, reason, detail))
    return round_view(
        "project",
        [(study, trials, study_table(study, trials, curves, ids=ids)) for study in studies],
        findings={"first": findings},
        caveats=(),
        version="1",
        events={"first": events},
    )


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_the_table_of_trials_opens_with_the_better_values_first(direction):
    table = view_of(direction=direction).sections[0].table
    assert table.columns[1] == "accuracy"
    assert table.descending == (direction == "maximize")


def test_a_caption_tells_where_the_best_trials_lie_and_how_many_were_lost():
    plots = {p.title: p for p in view_of().sections[0].plots}
    # the objective rises with the index: trials 7, 6 and 4 are the best that completed
    assert "Best trials (stars) at 0.00464, 0.01, 0.0464." in plots["rate"].caption
    assert "3 infeasible (crosses, bottom)" in plots["rate"].caption
    # stars may lie in a shaded fifth that is not known to be too tight
    assert plots["rate"].caption.startswith("Low and high ends: not known from these trials.")
    assert "Why trials were lost" in plots


@pytest.mark.parametrize("count", [1, 5])
def test_a_study_in_which_nothing_has_run_yet_has_a_page(count):
    page = report_html(view_of(count, finished=False))
    assert "No trial completed" in page


def test_a_finding_is_shown_with_its_numbers_its_source_and_what_to_do():
    page = report_html(view_of(findings=(FINDING,)))
    assert '<span class="badge">fail</span>' in page
    assert "widen it" in page
    assert "Identifying bad search space boundaries</a>" in page
    assert "<dt>edge</dt><dd>0.1</dd>" in page
    assert "<dd>[1, 2]</dd>" in page
    assert "low confidence" in page


def test_advice_is_said_in_words_whatever_a_check_of_ones_own_advises():
    advice = (
        Advice("expand", {"hyperparameter": "rate", "range": [1e-4, 1.0]}, "it still improves"),
        Advice("add-trials", {"trials": [1, 2]}),
        Advice("expand", {"range": 3}),
    )
    page = report_html(view_of(findings=(Finding("own", Verdict.WARN, "", advice=advice),)))
    assert "→ search rate from 0.0001 to 1: it still improves" in page
    assert "→ add trials (trials 1, 2)" in page


def test_evidence_that_is_a_list_of_records_is_a_table():
    records = [{"edge_name": "low", "p_value": 0.5}, {"edge_name": "high", "p_value": None}]
    finding = Finding("own", Verdict.WARN, "", {"edges": records, "thresholds": {"alpha": 0.1}})
    page = report_html(view_of(findings=(finding,)))
    assert "<th>edge name</th><th>p value</th>" in page
    assert "<tr><td>high</td><td>–</td></tr>" in page
    assert "<dd>alpha: 0.1</dd>" in page


def test_alarms_are_open_and_what_passed_or_cannot_be_told_is_named_and_folded():
    findings = [Finding(f"check-{v}", Verdict(v), "") for v in ("fail", "warn", "unknown", "pass")]
    page = report_html(view_of(findings=tuple(findings)))
    assert page.index("<b>check-fail</b>") < page.index("<b>check-warn</b>")
    assert page.index("<b>check-warn</b>") < page.index("<summary>Cannot tell (1): check-unknown")
    assert page.index("<b>check-unknown</b>") < page.index("<summary>Passed (1): check-pass")


def test_every_figure_stands_on_the_page_once():
    finding = Finding("search-space-boundary", Verdict.FAIL, "", advice=(
        Advice("expand", {"hyperparameter": "rate"}),))  # fmt: skip
    page = report_html(view_of(findings=(finding,)))
    places = re.findall(r'<figure id="(plot-0-\d+)"', page)
    assert len(places) == len(set(places)) == len(view_of().sections[0].plots)
    assert page.index('id="plot-0-0"') < page.index("<h3>Hyperparameters</h3>")
    for target in re.findall(r'href="#(plot-[^"]+)"', page):
        assert target in places


def test_an_imported_trial_is_called_as_its_table_calls_it():
    ids = [f"run-{i}" for i in range(9)]
    section = view_of(ids=ids).sections[0]
    assert [row[0] for row in section.table.rows] == ids
    assert section.hover[4].startswith("trial run-4:")
    numbered = view_of(ids=[str(10 * i) for i in range(9)]).sections[0]
    assert [row[0] for row in numbered.table.rows] == [10 * i for i in range(9)]


def test_every_distinct_patch_of_the_round_is_shown_once():
    view = view_of(patches=("+one", "+two", "+one", ""))
    assert [(p.studies, p.text) for p in view.patches] == [
        (("first", "first/2"), "+one"), (("first/1",), "+two"),
    ]  # fmt: skip
    page = report_html(view)
    assert page.count("<pre>+one</pre>") == page.count("<pre>+two</pre>") == 1
    assert "Uncommitted changes of first, first/2" in page


def test_what_happened_is_told_for_each_study():
    events = (Event(1.0, "malformed-line", trial=2, data={"line": f"x {HOSTILE}"}),)
    page = report_html(view_of(events=events))
    assert "<h2>What happened</h2>" in page
    assert "<td>malformed line</td><td>1</td><td>2</td>" in page
    assert "What happened" not in report_html(view_of())


@pytest.mark.parametrize(("arms", "parts"), [(1, "all"), (2, "ranges"), (4, "none")])
def test_the_more_arms_a_round_has_the_more_is_folded(arms, parts):
    page = report_html(view_of(patches=("",) * arms))
    titles = re.findall(r'<details class="group" open><summary><h3>([^<]*)', page)
    every = ["Hyperparameters", "Training", "The search as a whole", "All trials"]
    expected = {"all": every, "ranges": ["Hyperparameters"] * arms, "none": []}
    assert titles == expected[parts]


def test_foreign_text_cannot_become_markup_anywhere():
    records = {"edges": [{HOSTILE: HOSTILE}], "kinds": {HOSTILE: HOSTILE}}
    other = Finding(HOSTILE, Verdict.UNKNOWN, HOSTILE, records)
    events = (Event(1.0, HOSTILE, HOSTILE, 1), Event(1.0, "other", "", 2, {HOSTILE: HOSTILE}))
    view = view_of(findings=(FINDING, other), detail=HOSTILE, events=events,
                   ids=[f"{HOSTILE}{i}" for i in range(9)], patches=(HOSTILE, "+"))  # fmt: skip
    page = report_html(view)
    assert "<img" not in page.split("<script>")[0]
    data = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert "<" not in data[1]
    section = json.loads(data[1])["sections"][0]
    assert HOSTILE in section["hover"][1]
    assert HOSTILE in section["table"]["rows"][1]
    assert section["table"]["rows"][1][0] == f"{HOSTILE}1"


def test_a_page_that_cannot_be_written_says_which_and_what_to_do(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="another file with -o"):
        write_report(view_of(), tmp_path / "file" / "report.html")


def test_what_is_not_known_is_an_empty_cell():
    table = view_of(finished=False).sections[0].table
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert (row["accuracy"], row["best step"], row["seconds"]) == (None, None, None)
