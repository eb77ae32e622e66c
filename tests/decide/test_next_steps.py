"""What the playbook would do now, for projects in every state."""

from dataclasses import replace

import pytest
from rich.console import Console

from tuning_playbook.decide.launches.launching import decide_launch
from tuning_playbook.decide.next_step.asking_steps import gate
from tuning_playbook.decide.next_step.imported_steps import steps_after_no_search
from tuning_playbook.decide.next_step.next_steps import next_steps
from tuning_playbook.decide.next_step.overtime import Overtime
from tuning_playbook.decide.next_step.project_state import ProjectState, RoundState
from tuning_playbook.decisions import Choice, Decision, Soundness
from tuning_playbook.design.proposals import extended_values
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.records.answers import AnsweredRound
from tuning_playbook.report.results.next_steps import NextSteps, next_text
from tuning_playbook.space import (
    Categorical,
    Condition,
    Constant,
    Float,
    Hyperparameter,
    Ordered,
)
from tuning_playbook.study import FunctionTarget, Objective, Project, Round, TrainingProtocol

RATE = Float(1e-4, 1.0, "log")
ROUND = Round(
    "decay", "Does it help?", "understand", 16,
    scientific={"weight_decay": (0.0, 1e-5, 1e-4)}, nuisance={"learning_rate": RATE},
)  # fmt: skip
BEST = {"learning_rate": 0.3, "weight_decay": 1e-5, "norm": "batch"}
EXPAND = Finding(
    "search-space-boundary",
    Verdict.FAIL,
    "error still improves at the high end of learning_rate.",
    advice=(
        Advice("expand", {"hyperparameter": "learning_rate", "edge": "high", "range": [1e-4, 10.0]},
               "it still improves"),
    ),
)  # fmt: skip
THIN = Finding(
    "sampling-density", Verdict.WARN, "2 of 16 are good.",
    advice=(Advice("add-trials", {"trials": 16}, "an even chance"),), source="sampling-density",
)  # fmt: skip


@pytest.fixture
def more_useful():
    narrower = {"learning_rate": Float(1e-2, 1.0, "log")}
    return {"useful_ranges": {"a": narrower, "b": narrower}}


@pytest.fixture
def project():
    return Project(
        "p",
        Objective("error", "minimize"),
        TrainingProtocol(FunctionTarget("train.py", "train"), 100, 10),
        (
            Hyperparameter("learning_rate", RATE, 0.1, "optimizer"),
            Hyperparameter("weight_decay", Float(1e-6, 1e-2, "log"), 0.0, "regularization"),
            Hyperparameter("norm", Categorical(("batch", "layer")), "batch", "architecture"),
        ),
        test_metric="test_error",
    )


def _answered(*findings, soundness=Soundness.SOUND, **more):
    return AnsweredRound(
        soundness=soundness,
        sentence="1e-5 is best.",
        findings={"a": tuple(findings), "b": tuple(findings)},
        searched={"a": ("learning_rate",), "b": ("learning_rate",)},
        trials={"a": 16, "b": 16},
        **{"best_arm": {"weight_decay": 1e-5}, "best_config": BEST, **more},
    )


def _current(answered, **more):
    return RoundState("decay", ROUND, planned=48, finished=48, answered=answered, **more)


def _steps(project, current, **more):
    state = ProjectState(
        project, current, asked=frozenset({"weight_decay"}), names=frozenset({"decay"}), **more
    )
    return next_steps(state)


def _decision(choice, needed=0):
    return Decision(
        "decay", choice, BEST, {}, (0.1,), (0.2,), 0.1, 0.05, 0.15, 0.95, 0.0, 0.01, needed,
        ("because",),
    )  # fmt: skip


def test_a_new_project_is_offered_its_questions_and_a_first_look(project):
    steps = next_steps(ProjectState(project))
    assert [s.round.name for s in steps] == ["weight-decay", "norm", "baseline"]


def test_what_was_begun_is_finished_before_anything_else(project):
    (step,) = _steps(project, replace(_current(None), finished=40))
    assert step.command == "playbook run decay"
    assert "8 of 48 trials" in step.reason


def test_a_written_round_is_offered_before_new_questions(project):
    steps = next_steps(ProjectState(project, waiting=("mine",), names=frozenset({"mine"})))
    assert steps[0].command == "playbook run mine"


def test_what_is_ready_to_be_decided_or_launched_comes_before_a_written_round(project):
    ready = _current(_answered(), reruns=5)
    commands = [s.command for s in _steps(project, ready, waiting=("mine",))]
    assert commands[:2] == ["playbook decide decay", "playbook run mine"]
    adopted = _current(_answered(), reruns=5, decision=_decision(Choice.ADOPT))
    commands = [s.command for s in _steps(project, adopted, waiting=("mine",))]
    assert commands[:2] == ["playbook launch decay", "playbook run mine"]
    undecided = _current(_answered())
    commands = [s.command for s in _steps(project, undecided, waiting=("mine",))]
    assert commands[:2] == ["playbook run mine", "playbook rerun decay"]


def test_a_void_answer_is_mended_and_never_decided_on(project):
    steps = _steps(project, _current(_answered(EXPAND, THIN, soundness=Soundness.VOID)))
    assert steps[0].round.nuisance["learning_rate"].high == 10.0
    assert (steps[0].round.follows, steps[0].round.name) == ("decay", "decay-2")
    assert not any(s.command for s in steps)  # no more trials in wrong ranges, no decision


def test_a_weak_answer_is_mended_first_and_may_be_decided(project):
    commands = [
        s.command for s in _steps(project, _current(_answered(THIN, soundness=Soundness.WEAK)))
    ]
    assert commands[:2] == ["playbook run decay --trials 32", "playbook rerun decay"]


def test_a_sound_answer_is_rerun_and_decided_first(project):
    commands = [s.command for s in _steps(project, _current(_answered(THIN)))]
    assert commands[:2] == ["playbook rerun decay", "playbook run decay --trials 32"]
    rerun = _current(_answered(THIN), reruns=5)
    commands = [s.command for s in _steps(project, rerun)]
    assert commands[:2] == ["playbook decide decay", "playbook run decay --trials 32"]


def test_a_round_whose_reruns_were_skipped_is_left_alone(project):
    asked = [s.command for s in _steps(project, _current(_answered(THIN)))]
    left = [s.command for s in _steps(project, _current(_answered(THIN), reruns_skipped=True))]
    assert set(asked) - set(left) == {"playbook rerun decay", "playbook run decay --trials 32"}


def test_reruns_that_were_interrupted_go_on_before_anything_is_decided(project):
    (step, *_) = _steps(project, _current(_answered(), reruns=3, reruns_left=4, reruns_planned=5))
    assert (step.command, "4 reruns" in step.reason) == ("playbook rerun decay --times 5", True)


def test_interrupted_reruns_of_the_arms_are_continued_by_one_command(project):
    arms = "playbook rerun decay --arms --times 5"
    answered = _answered(settling=f"Rerun both: {arms}.", settling_command=arms)
    steps = _steps(project, _current(answered, reruns=3, reruns_left=4))
    assert [s.command for s in steps if "rerun" in s.command] == [arms]


def test_a_round_that_is_running_elsewhere_is_said_to_be(project):
    (step,) = _steps(project, replace(_current(None), finished=40, running=2))
    assert (
        "2 of them are marked as running, by another terminal or by a run that was" in step.reason
    )
    assert "the command joins it" in step.reason


def test_what_to_fix_stays_on_the_list_of_a_round_whose_file_is_refused(project):
    failing = replace(_current(None), finished=40, failures=("3 trials failed alike",))
    titles = [s.title for s in _steps(project, failing, refused={"decay": "it is another round"})]
    assert titles[:2] == ["Correct round decay", "Fix what made trials of round decay fail"]


def test_trials_that_show_no_good_region_leave_a_next_step(project):
    asked = frozenset({"weight_decay", "norm", "learning_rate"})
    current = _current(_answered(good_ranges={}), launched=True)
    state = ProjectState(project, current, asked=asked, names=frozenset({"decay"}))
    (step,) = next_steps(state)
    assert "the trials of round decay do not show where the good ones lie" in step.reason
    assert step.command == "playbook run decay --trials 32"
    edited = replace(state, current=replace(current, mixed=True))
    (step,) = next_steps(edited)
    assert "cp -n rounds/decay.toml rounds/decay-2.toml" in step.how


def test_a_baseline_that_never_trains_is_left_to_its_user_and_not_rerun_for_ever(project):
    nan = float("nan")
    made = decide_launch(
        (0.1, 0.11, 0.1, 0.12, 0.1), (nan,) * 5, direction="minimize", round="decay",
        candidate=BEST, incumbent={},
    )  # fmt: skip
    assert (made.choice, made.reruns_asked) == (Choice.INCONCLUSIVE, 0)
    (step, *_) = _steps(project, _current(_answered(), reruns=5, decision=made))
    assert step.title == "Find out why the baseline does not train"
    assert 'playbook launch decay --reason "the baseline does not train"' in step.how
    assert not step.command


def test_a_switch_is_asked_about_as_one(project):
    switch = Hyperparameter("use_norm", Categorical((True, False)), True, "architecture")
    project = replace(project, hyperparameters=(*project.hyperparameters, switch))
    (question,) = [
        s.round.question
        for s in next_steps(ProjectState(project))
        if s.round is not None and "use_norm" in s.round.scientific
    ]
    assert question == "Is use_norm = true or false better when learning rate is tuned for each?"


def test_an_open_decision_is_not_made_again_on_the_same_reruns(project):
    nan = float("nan")
    open_ = replace(
        _decision(Choice.INCONCLUSIVE), reruns_asked=5,
        candidate_values=(0.1, nan, nan, nan, nan), incumbent_values=(0.2,) * 5,
    )  # fmt: skip
    (step, *_) = _steps(project, _current(_answered(), reruns=5, decision=open_))
    assert step.command == "playbook rerun decay --times 9"  # four more for the four that failed
    (step, *_) = _steps(project, _current(_answered(), reruns=9, decision=open_))
    assert step.command == "playbook decide decay"


def test_what_the_answer_says_would_settle_it_comes_before_the_decision(project):
    command = "playbook rerun decay --arms --times 5"
    open_answer = _answered(settling=f"What would settle it: {command}.", settling_command=command)
    commands = [s.command for s in _steps(project, _current(open_answer))]
    assert commands[:2] == [command, "playbook rerun decay"]


def test_reruns_that_cannot_settle_the_answer_are_not_its_first_step(project):
    words = "More reruns on the same examples cannot decide which arm is better on others."
    step = _steps(project, _current(_answered(settling=words)))[0]
    assert (step.command, step.reason) == ("", words)
    assert "evaluate on more examples" in step.title
    closing = 'rerun decay --skip "why"'
    for command in ('launch decay --reason "why"', closing, "rerun decay --arms"):
        assert step.how.count(f"playbook {command}") == 1
    console = Console(width=400)
    with console.capture() as captured:
        console.print(next_text(NextSteps("p", (step,))))
    assert captured.get().count("--skip") == 1


def test_a_range_that_is_to_be_widened_is_not_said_to_be_too_wide(project, more_useful):
    hint = "these ranges can be narrower"
    narrow = _steps(project, _current(_answered(**more_useful), reruns_skipped=True))
    assert any(hint in step.reason for step in narrow)
    open_range = _steps(project, _current(_answered(EXPAND, **more_useful)))
    assert any("corrected ranges" in step.title for step in open_range)
    assert not any(hint in step.reason for step in open_range)


def test_reruns_that_are_there_are_not_asked_for_again(project):
    commands = [s.command for s in _steps(project, _current(_answered(), reruns=5))]
    assert commands[0] == "playbook decide decay"
    assert not any("rerun" in command for command in commands)


def test_the_baseline_itself_needs_no_decision(project):
    same = {"learning_rate": 0.1, "weight_decay": 0.0, "norm": "batch"}
    steps = _steps(project, _current(_answered(best_config=same)))
    assert [s.round.name for s in steps] == ["norm"]


def test_an_adopted_candidate_is_launched(project):
    current = _current(_answered(), reruns=5, decision=_decision(Choice.ADOPT))
    step = _steps(project, current)[0]
    assert (step.command, step.reason) == ("playbook launch decay", "because")


def test_an_open_decision_asks_for_the_reruns_that_would_settle_it(project):
    current = _current(_answered(), reruns=5, decision=_decision(Choice.INCONCLUSIVE, 12))
    assert _steps(project, current)[0].command == "playbook rerun decay --times 12"


def test_where_only_more_examples_settle_it_that_comes_before_reruns(project):
    decision = replace(
        _decision(Choice.INCONCLUSIVE, 1001), reruns_asked=20, example_deviation=0.05
    )
    first, second = _steps(project, _current(_answered(), decision=decision, reruns=5))[:2]
    assert first.command == ""
    assert "evaluate on more examples" in first.title
    assert "no number of reruns" in first.reason
    assert second.command == "playbook rerun decay --times 20"
    assert "only if the true gain is larger" in second.reason


def test_an_open_decision_asks_for_no_more_than_it_says_is_worth_making(project):
    dear = replace(_decision(Choice.INCONCLUSIVE, 431), reruns_asked=20)
    current = _current(_answered(), reruns=5, decision=dear)
    assert _steps(project, current)[0].command == "playbook rerun decay --times 20"


@pytest.mark.parametrize(
    "more",
    [
        {"decision": _decision(Choice.KEEP)},
        {"decision": replace(_decision(Choice.INCONCLUSIVE, 30), reruns_asked=0)},
        {"decision": _decision(Choice.INCONCLUSIVE, 400)},  # dearer than the difference is worth
        {"decision": _decision(Choice.ADOPT), "launched": True},
    ],
)
def test_after_the_decision_comes_the_next_question(project, more):
    steps = _steps(project, _current(_answered(THIN), reruns=5, **more))
    assert steps[0].round.name == "norm"


@pytest.mark.parametrize(
    "more",
    [
        {"decision": _decision(Choice.KEEP)},
        {"decision": _decision(Choice.INCONCLUSIVE, 400)},
        {"decision": _decision(Choice.ADOPT), "launched": True},
        {"launched": True},
    ],
)
def test_an_open_range_is_still_to_be_widened_once_the_round_is_decided(project, more):
    first, *rest = _steps(project, _current(_answered(EXPAND, THIN), reruns=5, **more))
    assert (first.round.name, first.round.nuisance["learning_rate"].high) == ("decay-2", 10.0)
    assert "--trials" not in "".join(step.command for step in rest)


SHRINK = replace(
    EXPAND,
    advice=(
        Advice("shrink", {"hyperparameter": "learning_rate", "edge": "high", "range": [1e-4, 0.1]},
               "most trials diverge beyond"),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("finding", "more"),
    [
        (SHRINK, {"launched": True}),
        (EXPAND, {"reruns_skipped": True}),  # which closes the round
        (EXPAND, {"launched": True, "followed": frozenset({"decay"})}),
    ],
)
def test_a_decided_round_is_not_asked_again_without_need(project, finding, more):
    followed = {"followed": more.pop("followed")} if "followed" in more else {}
    steps = _steps(project, _current(_answered(finding), reruns=5, **more), **followed)
    assert not any(s.round is not None and s.round.follows for s in steps)


def test_a_best_value_at_the_end_of_the_list_asks_for_values_beyond(project):
    answered = _answered(best_arm={"weight_decay": 1e-4})
    steps = _steps(project, _current(answered))
    (beyond,) = [s for s in steps if s.round is not None and s.round.follows]
    assert beyond.round.scientific["weight_decay"] == (0.0, 1e-5, 1e-4, 1e-3, 1e-2)
    assert beyond.round.question == (
        "Which weight decay is best when learning rate is tuned for each: "
        "0, 1e-05, 0.0001, 0.001, 0.01?"
    )


@pytest.mark.parametrize("waiting", [(), ("decay-2",)])
def test_the_last_search_waits_for_a_round_that_asks_again(project, waiting):
    good = {"learning_rate": Float(0.05, 0.5, "log")}
    answered = _answered(best_arm={"weight_decay": 1e-4}, good_ranges=good)
    state = ProjectState(
        project,
        _current(answered, decision=_decision(Choice.KEEP), launched=True),
        waiting=waiting,
        asked=frozenset({"weight_decay", "norm"}),
        names=frozenset({"decay", *waiting}),
    )
    steps = next_steps(state)
    assert not any(s.round is not None and s.round.mode == "exploit" for s in steps)
    assert any(s.title.startswith(("Run round decay-2", "Compare values")) for s in steps)


def test_when_all_is_asked_the_last_search_waits_for_the_gate(project):
    asked = {"asked": frozenset({"weight_decay", "norm"})}
    done = _current(_answered(EXPAND), decision=_decision(Choice.KEEP))
    state = ProjectState(project, done, names=frozenset({"decay"}), **asked)
    _, step = next_steps(state)
    assert step.round is None
    assert "concentrated at an edge" in step.reason
    good = {"learning_rate": Float(0.05, 0.5, "log")}
    done = _current(_answered(good_ranges=good), decision=_decision(Choice.KEEP))
    (step,) = next_steps(replace(state, current=done))
    assert (step.round.mode, step.round.nuisance) == ("exploit", good)


def test_the_last_search_leaves_out_what_the_baseline_does_not_have(project):
    optimizer = Hyperparameter("optimizer", Categorical(("sgd", "adam")), "sgd", "optimizer")
    beta = Hyperparameter("beta1", Float(0.8, 0.99), 0.9, "optimizer",
                          condition=Condition("optimizer", "adam"))  # fmt: skip
    whole = replace(project, hyperparameters=(*project.hyperparameters, optimizer, beta))
    asked = frozenset({"weight_decay", "norm", "optimizer"})
    good = {"learning_rate": RATE, "optimizer.adam.beta1": beta.domain}
    for ranges in (good, {"optimizer.adam.beta1": beta.domain}):
        done = _current(_answered(good_ranges=ranges), decision=_decision(Choice.KEEP))
        state = ProjectState(whole, done, asked=asked, names=frozenset({"decay"}))
        (step,) = next_steps(state)
        assert step.round.nuisance["learning_rate"] == RATE
        assert beta.key not in step.round.nuisance


def test_the_test_set_comes_last_and_only_after_exploration(project):
    state = ProjectState(
        project, _current(_answered(), decision=_decision(Choice.KEEP)), final_done=True,
        asked=frozenset({"weight_decay", "norm"}), names=frozenset({"decay"}),
    )  # fmt: skip
    (step,) = next_steps(state)
    assert step.command.startswith("playbook close-exploration --reason ")
    over = replace(state, exploration_over=True)
    assert [s.command for s in next_steps(over)] == ["playbook look --test"]
    silent = replace(state, project=replace(project, test_metric=""))
    assert next_steps(silent) == ()


def test_a_round_whose_file_is_gone_still_gets_its_decision(project):
    gone = replace(_current(_answered(EXPAND)), written=None)
    assert _steps(project, gone)[0].command == "playbook rerun decay"


def test_the_gate_opens_where_edges_and_density_are_fine():
    passed = replace(EXPAND, verdict=Verdict.PASS, advice=())
    assert gate(_answered(passed)) == ()
    assert len(gate(_answered(EXPAND, THIN))) == 2


def test_the_gate_stays_shut_after_a_void_answer():
    (missing,) = gate(_answered(soundness=Soundness.VOID))
    assert "void" in missing


def test_the_last_search_waits_for_what_was_interrupted_and_what_has_no_answer(project):
    good = {"learning_rate": Float(0.05, 0.5, "log")}
    done = _current(_answered(good_ranges=good), decision=_decision(Choice.KEEP))
    void = RoundState("norm", replace(ROUND, name="norm"), 8, 8,
                      _answered(EXPAND, soundness=Soundness.VOID))  # fmt: skip
    state = ProjectState(
        project, done, names=frozenset({"decay", "norm"}), begun={"early": 3}, unsettled=(void,),
        asked=frozenset({"weight_decay", "norm"}),
    )  # fmt: skip
    first, mend, last = next_steps(state)
    assert first.command == "playbook run early"
    assert mend.round.follows == "norm"
    assert last.round is None
    assert "early was interrupted and has 3 trials left" in last.reason
    assert "norm has no answer yet" in last.reason


def test_a_round_that_is_mended_already_is_not_mended_again(project):
    void = _current(_answered(EXPAND, soundness=Soundness.VOID))
    steps = _steps(project, void, waiting=("decay-2",), followed=frozenset({"decay"}))
    assert steps[0].command == "playbook run decay-2"
    assert not any(s.round is not None and s.round.follows for s in steps)


def test_a_void_answer_that_no_range_mends_says_what_is_wrong(project):
    void = _answered(soundness=Soundness.VOID, reasons=("a was not tuned: none trained.",))
    step = _steps(project, _current(void))[0]
    assert (step.round, step.reason) == (None, "a was not tuned: none trained.")


def test_a_finished_round_without_its_answer_is_answered_first(project):
    (step,) = _steps(project, _current(None))
    assert step.command == "playbook run decay"
    assert "not in the logbook" in step.reason


def test_more_trials_come_after_the_decision_once_they_were_doubled(project):
    weak = replace(_answered(THIN, soundness=Soundness.WEAK), trials={"a": 32, "b": 32})
    commands = [s.command for s in _steps(project, _current(weak))]
    assert commands[:2] == ["playbook rerun decay", "playbook run decay --trials 48"]


def test_an_open_decision_is_taken_again_once_its_reruns_are_there(project):
    current = _current(_answered(), reruns=12, decision=_decision(Choice.INCONCLUSIVE, 12))
    commands = [s.command for s in _steps(project, current)]
    assert commands[0] == "playbook decide decay"
    assert not any("rerun" in command for command in commands)


def test_no_trials_are_added_to_a_void_round(project):
    void = _answered(THIN, soundness=Soundness.VOID, reasons=("a was not tuned.",))
    assert not any("--trials" in s.command for s in _steps(project, _current(void)))


def test_values_beyond_the_winner_are_offered_after_its_launch_too(project):
    current = _current(
        _answered(best_arm={"weight_decay": 1e-4}), decision=_decision(Choice.ADOPT), launched=True
    )
    (beyond,) = [s for s in _steps(project, current) if s.round is not None and s.round.follows]
    assert beyond.round.scientific["weight_decay"][-1] == 1e-2


def test_a_file_that_never_ran_and_has_a_mistake_may_be_deleted(project):
    found = next_steps(ProjectState(project, refused={"weight-decay": "line 3: unknown key"}))
    assert found[0].title == "Correct round weight-decay"
    assert "delete rounds/weight-decay.toml" in found[0].how


def test_a_round_with_trials_is_given_up_and_not_deleted(project):
    state = ProjectState(
        project, current=RoundState("norm", planned=8, finished=3), refused={"norm": "changed"}
    )
    assert 'playbook abandon norm --reason "why"' in next_steps(state)[0].how


def test_a_program_that_never_ran_is_tried_before_the_first_round(project):
    (first, *_) = next_steps(ProjectState(project, waiting=("first",), untried=True))
    assert first.command == "playbook run first"
    assert "playbook try" in first.reason


def test_nothing_is_gone_on_with_while_every_trial_fails_alike(project):
    state = RoundState("norm", planned=8, finished=3, failures=("3 failed alike",), crashing=True)
    (only,) = next_steps(ProjectState(project, current=state))
    assert only.title.startswith("Fix what made trials")


def test_the_command_that_settles_it_stands_once_in_a_step(project):
    command = "playbook rerun decay --arms --times 5"
    answered = _answered(
        settling=f"The best of every arm again may settle it: {command}.", settling_command=command
    )
    (step,) = [s for s in _steps(project, _current(answered)) if s.command == command]
    assert step.reason == "The best of every arm again may settle it."


def test_the_usual_number_of_trials_is_said_where_the_last_rounds_file_cannot_be_read(project):
    answered = _answered(best_config={"learning_rate": 0.1, "weight_decay": 0.0, "norm": "batch"})
    for file, said in ((ROUND, False), (None, True)):
        current = replace(_current(answered), written=file)
        asked = [s for s in _steps(project, current) if s.title.startswith("Ask: ")]
        assert asked
        found = ["the number in rounds/decay.toml would be used" in s.reason
                 for s in asked]  # fmt: skip
        assert found == [said] * len(asked)


def test_a_void_round_names_no_best_value_to_go_beyond_and_says_how_it_is_asked_again(project):
    last = _answered(
        soundness=Soundness.VOID, best_arm={"weight_decay": 1e-4}, reasons=("b is bad",)
    )
    steps = _steps(project, _current(last))
    assert not [s for s in steps if "beyond" in s.title]
    (by_hand,) = [s for s in steps if s.title.startswith("Correct round decay by hand")]
    assert "cp -n rounds/decay.toml rounds/decay-2.toml" in by_hand.how


@pytest.mark.parametrize(
    ("declared", "title"),
    [
        ((), "Declare the hyperparameters of the training program in playbook.toml"),
        (("learning_rate",), "Declare ranges for learning_rate in playbook.toml"),
    ],
)
def test_after_an_imported_list_of_a_project_that_fixes_everything_ranges_are_asked_for(
    project, declared, title
):
    fixed = tuple(Hyperparameter(key, Constant(0.1), 0.1, "optimizer") for key in declared)
    current = _current(_answered(shape="lengths"), imported=True)
    state = ProjectState(replace(project, hyperparameters=fixed), current)
    steps = list(steps_after_no_search(state, current, current.answered))
    assert [step.title for step in steps[1:]] == [title]


def test_a_score_like_that_of_chance_is_asked_about_with_the_first_reason(project):
    decision = replace(
        _decision(Choice.INCONCLUSIVE), apparent_chance=0.1, reasons=("stuck", "and noisy")
    )
    current = _current(_answered(), reruns=5, decision=decision)
    reasons = [step.reason for step in _steps(project, current)]
    assert "stuck" in reasons
    assert "and noisy" not in reasons


def test_a_question_whose_file_is_refused_is_not_asked_again_under_another_name(project):
    state = ProjectState(
        project, refused={"norm": "line 3: unknown key"}, names=frozenset({"norm", "other"})
    )
    assert [s.round.name for s in next_steps(state) if s.round] == ["weight-decay", "baseline"]
    asked = frozenset({"weight_decay", "learning_rate"})
    done = _current(_answered(), decision=_decision(Choice.KEEP))
    steps = next_steps(replace(state, current=done, asked=asked))
    assert [s.title for s in steps] == ["Correct round norm"]


def test_a_number_of_trials_below_the_default_is_said_to_come_from_the_last_round(project):
    done = _current(_answered(), decision=_decision(Choice.KEEP))
    done = replace(done, answered=replace(done.answered, trials={"a": 8, "b": 8}))
    few = replace(done, written=replace(ROUND, trials=8))
    (asked,) = [s for s in _steps(project, few) if s.round is not None]
    assert asked.round.trials == 8
    assert "that of round decay; the default is 20" in asked.reason
    enough = replace(done, written=replace(ROUND, trials=20))
    (asked,) = [s for s in _steps(project, enough) if s.round is not None]
    assert "the default is" not in asked.reason


def test_a_round_whose_trials_all_take_too_long_says_what_to_change_first(project):
    overtime = Overtime(9, limit=600.0, used=602.5, reached=(40, 70), length=100)
    slow = RoundState("decay", ROUND, planned=48, finished=9, overtime=overtime)
    raised, going_on = _steps(project, slow)
    assert raised.title.startswith("Raise timeout_seconds")
    assert "after 602 s by timeout_seconds = 600, at steps 40 to 70 of 100" in raised.reason
    assert "rounds/decay-2.toml" in raised.how
    assert "playbook abandon decay" in raised.how
    assert going_on.command == "playbook run decay"
    void = _answered(soundness=Soundness.VOID, reasons=("a was not tuned: none trained.",))
    ended = _steps(project, replace(_current(void), overtime=replace(overtime, trials=48)))
    assert ended[0].title == raised.title
    assert not any("by hand" in step.title for step in ended)
    some = _steps(project, replace(slow, overtime=replace(overtime, trials=8)))
    assert [step.command for step in some] == ["playbook run decay"]


def test_an_imported_round_without_a_good_region_goes_on_with_trials_of_the_project(project):
    asked = frozenset({"weight_decay", "norm"})
    imported = replace(_current(_answered(good_ranges={})), imported=True, reruns_skipped=True)
    state = ProjectState(project, imported, asked=asked, names=frozenset({"decay"}))
    (step,) = next_steps(state)
    assert step.round.name == "decay-2"
    assert "cp -n" not in step.how  # there is no file to copy


def test_a_round_that_was_run_with_more_trials_is_asked_again_with_as_many(project):
    more = replace(_answered(EXPAND, soundness=Soundness.WEAK), trials={"a": 24, "b": 20})
    first, *_ = _steps(project, _current(more))
    assert (first.round.name, first.round.trials) == ("decay-2", 24)


def test_a_training_length_that_the_project_has_by_now_is_not_advised_any_more(project):
    longer = Finding(
        "still-improving", Verdict.WARN, "It still improves.",
        advice=(Advice("train-longer", {"max_train_steps": 150}),), source="training-curves",
    )  # fmt: skip
    current = _current(_answered(longer), reruns_skipped=True)
    title = "Train longer: set training.max_train_steps = 150"
    assert title in [s.title for s in _steps(project, current)]
    followed = replace(project, training=replace(project.training, max_train_steps=150))
    assert title not in [s.title for s in _steps(followed, current)]


FEW = Finding(
    "search-space-boundary", Verdict.UNKNOWN, "Cannot tell: 12 configurations are too few.",
    {"thresholds": {"fewest_trials": 15}}, source="search-space-boundaries",
)  # fmt: skip


def test_a_round_with_too_few_trials_to_judge_its_ranges_is_given_as_many_as_it_takes(project):
    few = replace(_answered(FEW, soundness=Soundness.WEAK), trials={"a": 12, "b": 12})
    commands = [s.command for s in _steps(project, _current(few))]
    assert commands[0] == "playbook run decay --trials 15"
    both = replace(_answered(FEW, THIN, soundness=Soundness.WEAK), trials={"a": 12, "b": 12})
    runs = [s.command for s in _steps(project, _current(both)) if "--trials" in s.command]
    assert runs == ["playbook run decay --trials 24"]
    for current in (
        _current(replace(few, soundness=Soundness.VOID)),
        replace(_current(few), imported=True),
        replace(_current(few), mixed=True),
        _current(replace(few, trials={"a": 15, "b": 15})),
    ):
        assert not any("--trials 15" in s.command for s in _steps(project, current))


def test_the_test_set_is_not_proposed_to_be_looked_at_twice(project):
    asked = frozenset({"weight_decay", "norm", "learning_rate"})
    done = _current(_answered(), decision=_decision(Choice.KEEP))
    over = ProjectState(
        project, done, asked=asked, names=frozenset({"decay"}), final_done=True,
        exploration_over=True,
    )  # fmt: skip
    assert [s.command for s in next_steps(over)] == ["playbook look --test"]
    assert next_steps(replace(over, test_was_looked_at=True)) == ()


def test_advice_to_regularize_names_what_the_project_declares_for_it(project):
    overfits = Finding(
        "overfitting", Verdict.FAIL, "It overfits.", advice=(Advice("add-regularization"),),
        source="training-curves",
    )  # fmt: skip
    current = _current(_answered(overfits), reruns_skipped=True)
    (step,) = [s for s in _steps(project, current) if s.title.startswith("Add regularization")]
    assert step.how == (
        "playbook.toml declares weight_decay: tune it, or compare with and without."
    )
    bare = replace(project, hyperparameters=project.hyperparameters[:1])
    gone = replace(current, written=None)
    (step,) = [s for s in _steps(bare, gone) if s.title.startswith("Add regularization")]
    assert step.how.startswith("Declare dropout")


def test_once_the_trials_were_doubled_the_last_search_takes_the_whole_ranges(project):
    asked = frozenset({"weight_decay", "norm", "learning_rate"})
    doubled = replace(_answered(good_ranges={}), trials={"a": 32, "b": 32})
    state = ProjectState(
        project, _current(doubled, launched=True), asked=asked, names=frozenset({"decay"})
    )
    (step,) = next_steps(state)
    assert step.title == "Search the ranges of the baseline closely: round final"
    assert step.round.nuisance == {"learning_rate": RATE}
    assert step.round.reasons["learning_rate"].startswith("the whole range")
    assert step.round.trials == 40  # by the round's file, and not by what it grew to


def test_a_list_of_positive_sizes_does_not_go_on_to_zero():
    rank = Hyperparameter("rank", Ordered((2, 4, 8)), 4, "architecture")
    assert extended_values(rank, (2, 4, 8), 2) == (1,)
