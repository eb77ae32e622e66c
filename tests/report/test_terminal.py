from dataclasses import replace

from rich.console import Console
from tests.report.test_tracking import STUDY, TRIALS

from tuning_playbook.report.results.status_tables import rounds_table, study_panel
from tuning_playbook.trial import MetricSummary, Reason, Status, Trial


def printed(renderable, *, width=100):
    console = Console(width=width, force_terminal=False, color_system=None, record=True)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


def accuracy(value, step):
    return {"accuracy": MetricSummary(3, 30, 0.1, 10, 0.05, step, value, 0)}


def test_each_study_is_one_line_with_its_counts():
    text = printed(rounds_table([(STUDY, {Status.COMPLETE: 2, Status.INFEASIBLE: 1})]))
    head, line = text.splitlines()
    assert head.split()[0] == "study"
    assert line.split()[:3] == ["decay", "3/3", "1"]


def test_the_best_trials_are_named_best_first_and_the_lost_are_counted():
    trials = [
        Trial("decay", 0, {"x": 0.25}, 0, Status.COMPLETE, summaries=accuracy(0.7, 10)),
        Trial("decay", 1, {"x": 0.5}, 0, Status.COMPLETE, summaries=accuracy(0.9, 20)),
        Trial("decay", 2, {"x": 1.0}, 0, Status.INFEASIBLE, Reason.NON_FINITE),
        Trial("decay", 3, {"x": 1.0}, 0, Status.FAILED, Reason.EXCEPTION, "[red]KeyError: 'x'"),
    ]
    text = printed(study_panel(STUDY, trials))
    assert text.index("accuracy 0.9 at step 20 (trial 1: x = 0.5)") < text.index("accuracy 0.7")
    assert "1 non-finite" in text
    assert "1 exception" in text
    assert "trial 3: [red]KeyError: 'x'" in text  # shown as text, not taken for markup


def test_a_study_without_measurements_is_shown_too():
    assert "decay" in printed(study_panel(STUDY, TRIALS))


def test_arm_names_stay_whole_in_a_narrow_terminal_and_a_question_is_said_once():
    arms = ("weight-decay-2/weight_decay=off", "weight-decay-2/weight_decay=on")
    asked = "Does weight decay help when lr and momentum are tuned for each, or does it not?"
    rows = [
        (replace(STUDY, name=name, round="weight-decay-2", question=asked), {Status.FAILED: 3})
        for name in arms
    ]
    text = printed(rounds_table(rows), width=80)
    assert all(name in text for name in arms)
    assert "running" not in text  # no trial is
    assert " ".join(text.split()).count("Does weight") == 1
