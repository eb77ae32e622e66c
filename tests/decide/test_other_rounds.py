"""What is left of other rounds stays on the list, whatever the last one still needs."""

from dataclasses import replace

import pytest
from tests.decide.test_next_steps import (
    BEST,
    ROUND,
    _answered,
    _current,
    _decision,
    _steps,
    project,  # noqa: F401 - a fixture
)

from tuning_playbook.decide.next_step.mending import AdviceStep
from tuning_playbook.decide.next_step.next_steps import next_steps
from tuning_playbook.decide.next_step.project_state import FailedTry, ProjectState, RoundState
from tuning_playbook.decisions import Choice
from tuning_playbook.findings import Advice, Finding, Verdict

EARLIER = RoundState("width", ROUND, 48, 48, _answered(), reruns=5)


def _titles(steps):
    return [step.title for step in steps]


def _commands(steps):
    return [step.command for step in steps]


@pytest.mark.parametrize(
    "unfinished",
    [
        replace(_current(None), finished=20),
        _current(None),  # finished, and its answer not entered
        replace(_current(None), finished=20, failures=("boom",), crashing=True),
    ],
)
def test_a_round_with_trials_left_hides_no_other_file(project, unfinished):  # noqa: F811
    steps = _steps(
        project, unfinished, waiting=("later",), begun={"older": 3}, undecided=(EARLIER,)
    )
    assert _commands(steps)[1:] == [
        "playbook run older",
        "playbook decide width",
        "playbook run later",
    ]


@pytest.mark.parametrize(
    ("earlier", "command"),
    [
        (EARLIER, "playbook decide width"),
        (replace(EARLIER, reruns=1, reruns_left=3), "playbook rerun width"),
        (replace(EARLIER, decision=_decision(Choice.ADOPT)), "playbook launch width"),
        (
            replace(EARLIER, decision=replace(_decision(Choice.INCONCLUSIVE, 9), reruns_asked=9)),
            "playbook rerun width --times 9",
        ),
    ],
)
def test_an_open_decision_stays_after_a_later_round(project, earlier, command):  # noqa: F811
    later = _current(_answered(best_config={**BEST, "norm": "layer"}))
    (step,) = [s for s in _steps(project, later, undecided=(earlier,)) if "width" in s.command]
    assert step.command == command
    assert step.dismissal == 'playbook rerun width --skip "why"'


@pytest.mark.parametrize(
    "earlier",
    [
        replace(EARLIER, decision=_decision(Choice.KEEP)),
        replace(EARLIER, launched=True),
        replace(EARLIER, reruns_skipped=True),
    ],
)
def test_a_decision_that_was_made_or_set_aside_is_not_listed(project, earlier):  # noqa: F811
    later = _current(_answered(best_config={**BEST, "norm": "layer"}))
    assert not [c for c in _commands(_steps(project, later, undecided=(earlier,))) if "width" in c]


def test_two_rounds_with_one_best_configuration_ask_for_one_decision(project):  # noqa: F811
    steps = _steps(project, _current(_answered(), reruns=5), undecided=(EARLIER,))
    assert [c for c in _commands(steps) if "decide" in c] == ["playbook decide decay"]


def test_after_a_failed_try_no_round_is_to_be_run_before_the_program_is_mended(
    project,  # noqa: F811
):
    state = ProjectState(project, waiting=("first",), failed_try=FailedTry("boom", changed=False))
    steps = next_steps(state)
    assert steps[0].title == "Fix what made the last try of the training program fail"
    assert (steps[0].reason, steps[0].how) == ("boom", "After that: playbook try")
    assert "playbook run first" not in _commands(steps)
    steps = next_steps(replace(state, failed_try=FailedTry("boom", changed=True)))
    assert _commands(steps)[:2] == ["playbook try", "playbook run first"]


WARM = AdviceStep("Warm the learning rate up", "4 of 16 diverge.", "", "search-space-boundaries",
                  False, check="edge-of-stability")  # fmt: skip


@pytest.mark.parametrize("unfinished", [replace(_current(None), finished=20), _current(None)])
def test_advice_stays_on_the_list_while_the_next_round_runs(project, unfinished):  # noqa: F811
    steps = _steps(project, unfinished, pending={"first": (WARM,)})
    assert _titles(steps)[-1] == WARM.title


def test_advice_stays_on_the_list_while_the_round_that_mends_the_ranges_waits(project):  # noqa: F811
    unstable = Finding(
        "edge-of-stability", Verdict.WARN, "4 of 16 diverge.", advice=(Advice("warmup"),),
        source="search-space-boundaries",
    )  # fmt: skip
    steps = _steps(
        project, _current(_answered(unstable)), waiting=("decay-2",), followed=frozenset({"decay"})
    )
    assert WARM.title in _titles(steps)


ARMS = "playbook rerun decay --arms --times 28"
OPEN = {"settling": f"Rerun both: {ARMS}.", "settling_command": ARMS}


@pytest.mark.parametrize("choice", [Choice.KEEP, Choice.INCONCLUSIVE])
def test_a_decision_leaves_the_question_about_the_arms_on_the_list(project, choice):  # noqa: F811
    decided = _current(_answered(**OPEN), reruns=5, decision=_decision(choice))
    (step,) = [s for s in _steps(project, decided) if s.command == ARMS]
    assert step.dismissal == 'playbook rerun decay --skip "why"'
    for closed in ({"launched": True}, {"reruns_skipped": True}):
        assert ARMS not in _commands(_steps(project, replace(decided, **closed)))


def test_the_question_about_the_arms_stays_after_a_later_round(project):  # noqa: F811
    width = RoundState("width", answered=_answered(**OPEN))
    steps = _steps(project, _current(_answered()), open_questions=(width,))
    assert "Settle which arm of round width is better, if it matters" in _titles(steps)
