import io

import pytest
from rich.console import Console

from tuning_playbook.checks.checklist import all_checks
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.report.phrases.advice_words import advice_words
from tuning_playbook.report.verdicts.text import VerdictsView, verdicts

TITLES = {check.id: check.title for check in all_checks()}
EXPAND = Advice(
    "expand", {"hyperparameter": "lr", "edge": "high", "range": [0.01, 10.0]}, "it rises"
)


def printed(findings, *, width=80, verbose=False, colour=False, **facts):
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=colour, color_system="standard"
                      if colour else None)  # fmt: skip
    view = VerdictsView("sweep", "8 trials", tuple(findings), **facts)
    console.print(verdicts(view, titles=TITLES, verbose=verbose))
    return file.getvalue()


def finding(check, verdict, summary="It is so.", **more):
    return Finding(check, verdict, summary, source="training-curves", **more)


MIXED = (
    finding("search-space-boundary", Verdict.FAIL, advice=(EXPAND,)),
    finding("overfitting", Verdict.WARN),
    finding("importance", Verdict.UNKNOWN, "Cannot tell: few trials."),
    finding("instability", Verdict.UNKNOWN, "Cannot tell: few trials."),
    finding("best-step", Verdict.PASS),
    finding("periodicity", Verdict.PASS),
)


def test_what_failed_is_told_with_its_question_and_its_next_step():
    lines = [line.rstrip() for line in printed(MIXED).splitlines()]
    assert lines[2].startswith("FAIL")
    assert TITLES["search-space-boundary"] in lines[2]
    assert lines[3].strip() == "It is so."
    assert lines[4].strip() == "→ search lr from 0.01 to 10: it rises"
    assert lines[5].startswith("WARN")


def test_unknown_and_passed_checks_are_folded():
    text = printed(MIXED)
    assert "importance, instability: few trials." in text
    assert "best-step, periodicity" in text
    assert text.count("cannot tell") == text.count("pass ") == 1


def test_a_passed_check_that_left_something_out_is_told_in_one_place():
    told = "lr is wide enough. batch_size was varied."
    passed = finding("best-step", Verdict.PASS, told, evidence={"aside": "batch_size was varied."})
    text = printed([passed])
    assert f"best-step: {told}" in text
    assert text.count("best-step") == 1


def test_verbose_unfolds_everything():
    text = printed(
        [finding("best-step", Verdict.PASS, evidence={"shares": list(range(40)), "limit": 0.1})],
        verbose=True,
        width=200,
    )
    assert "10, 11, ... 28 more" in text
    assert "limit: 0.1" in text
    assert "source: Examining the training curves" in text


def test_without_curves_one_line_says_so():
    quiet = [finding(name, Verdict.UNKNOWN, f"Cannot tell: {name}.") for name in
             ("overfitting", "late-variance", "importance")]  # fmt: skip
    text = " ".join(printed(quiet, has_curves=False).split())
    assert "overfitting, late-variance: these read the curves" in text
    assert "importance: importance." in text
    others = ("val_accs", "train_losses", "c", "d", "e", "f")
    text = " ".join(printed(quiet, has_curves=False, curves_of=others).split())
    assert "none were given; the curves are of val_accs, train_losses, c, d and 2 more" in text


def test_a_wrong_direction_stands_alone_until_asked():
    wrong = (finding("direction-sanity", Verdict.FAIL), *MIXED)
    assert "It is so." in printed(wrong)
    assert "overfit" not in printed(wrong)
    assert "6 other verdicts" in printed(wrong)
    assert "overfit" in printed(wrong, verbose=True)


def test_colour_is_for_terminals_only():
    assert "\x1b[1;31mFAIL" in printed(MIXED, colour=True)
    assert "\x1b" not in printed(MIXED)


@pytest.mark.parametrize("width", [30, 50, 80, 160])
def test_any_width_is_kept(width):
    text = printed(
        MIXED, width=width, notes=("A note that is long enough to be folded twice.",) * 2
    )
    assert max(map(len, text.splitlines())) <= width


def test_marks_and_control_characters_are_text():
    text = printed([finding("overfitting", Verdict.WARN, "[red]x[/red] \x1b[2J")])
    assert "[red]x[/red] ?[2J" in text


@pytest.mark.parametrize(
    ("action", "arguments", "words"),
    [
        ("add-trials", {"trials": 1200}, "add 1,200 trials"),
        ("train-longer", {"max_train_steps": 7313, "refit_schedule": True},
         "train to step 7,313, with the schedule fitted to that"),
        ("probe-stability", {"steps": 500, "multiples": [2, 5]},
         "train for 500 updates at 2, 5 times the best learning rate"),
        ("add-regularization", {"hyperparameters": [], "techniques": ["dropout"]},
         "add regularization (dropout)"),
        ("expand", {}, "expand"),
        ("something-new", {"some_number": 0.123456}, "something new (some number 0.1235)"),
    ],
)  # fmt: skip
def test_advice_is_something_to_do(action, arguments, words):
    assert advice_words(Advice(action, arguments)) == words
    assert advice_words(Advice(action, arguments, "so")) == f"{words}: so"
