"""Tables of last results in which a scheduler stopped most trials early."""

import numpy as np
import pandas
import pytest

import tuning_playbook


def halved(seed, count=120, ladder=(1, 3, 9, 27), column="training_iteration", factor=3):
    """Successive halving where large learning rates are fast and small ones end best.

    The loss at step t is ``0.2 + 0.15 (log10 lr + 2.5)^2 + 1.5 exp(-t speed / 4)``.
    """
    rng = np.random.default_rng(seed)
    rates, dropout = 10 ** rng.uniform(-4, -1, count), rng.uniform(0, 0.5, count)
    best_possible = 0.2 + 0.15 * (np.log10(rates) + 2.5) ** 2
    alive, ends, loss = np.arange(count), np.zeros(count, int), np.zeros(count)
    for length in ladder:
        now = best_possible + 1.5 * np.exp(-((rates / 3e-3) ** 0.7) * length / 4)
        now += rng.normal(0, 0.003, count)
        ends[alive], loss[alive] = length, now[alive]
        alive = alive[np.argsort(now[alive])[: max(1, len(alive) // factor)]]
    return pandas.DataFrame({"lr": rates, "dropout": dropout, "val_loss": loss, column: ends})


def edge_verdicts(checked):
    return {f.verdict.value for f in checked.findings if f.check == "search-space-boundary"}


def statuses(checked):
    return checked.studies[0].table.status.tolist()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("column", ["training_iteration", "epoch", "epochs_ran"])
def test_trials_stopped_at_rungs_raise_no_edge_alarm(seed, column):
    frame = halved(seed, count=400, ladder=(1, 3, 9), column=column)
    checked = tuning_playbook.check(frame)
    assert "fail" not in edge_verdicts(checked)
    finished = frame[frame[column] == 9]
    assert statuses(checked).count("complete") == len(finished) == 44
    table = checked.studies[0].table
    assert set(table.status[frame[column] < 9]) == {"cancelled"}


def test_the_best_trial_is_the_best_of_those_that_reached_the_end():
    frame = halved(0)
    frame.loc[frame.training_iteration == 1, "val_loss"] -= 5  # better, at another length
    checked = tuning_playbook.check(frame)
    best = frame[frame.training_iteration == 27].val_loss.idxmin()
    assert f"(trial {best})" in repr(checked)
    note = next(n for n in checked.studies[0].notes if "training_iteration ends at" in n)
    assert "1, 3, 9 or 27" in note
    assert "116 trials stopped before 27" in note
    assert "the 4 trials that reached 27" in note


def test_a_run_that_diverged_on_a_rung_stays_infeasible():
    frame = halved(1, count=90)
    lost = frame.index[frame.training_iteration == 1][:7]
    frame.loc[lost, "val_loss"] = np.inf
    assert statuses(tuning_playbook.check(frame)).count("infeasible") == 7


@pytest.mark.parametrize(
    "ladder", [(2, 4, 12, 34, 100), (1, 4, 16, 64, 100), (3, 27), (1, 2, 4, 8, 16, 32)]
)
def test_ladders_of_usual_schedulers_are_known(ladder):
    frame = halved(2, count=243, ladder=ladder, factor=2)
    checked = tuning_playbook.check(frame)
    assert statuses(checked).count("complete") == (frame.training_iteration == ladder[-1]).sum()


@pytest.mark.parametrize("first", [0, 1])
def test_curves_that_end_at_rungs_count_as_stopped_too(first):
    ends = halved(0).training_iteration.to_numpy()
    rng = np.random.default_rng(0)
    rates = 10 ** rng.uniform(-4, -1, 120)
    rows = [
        {"trial_id": f"t{trial}", "step": step + first, "lr": rates[trial], "val_loss": 1 / step_}
        for trial, end in enumerate(ends)
        for step, step_ in enumerate(range(1, end + 1))
    ]
    checked = tuning_playbook.check(pandas.DataFrame(rows))
    assert statuses(checked).count("cancelled") == 116
    assert any(
        "The curve of val_loss ends at" in note and f"reached {26 + first}" in note
        for note in checked.studies[0].notes
    )


def lengths_of_patience(rng, count):
    return np.minimum(10 + rng.geometric(0.05, count), 60)


@pytest.mark.parametrize(
    "lengths",
    [
        lengths_of_patience,
        lambda rng, count: rng.choice(np.arange(10, 60, 5), count),  # evaluated every 5 epochs
        lambda rng, count: np.resize([10, 20, 40], count),  # chosen, as often each
        lambda rng, count: np.full(count, 40),
        lambda rng, count: np.r_[np.full(count - 1, 10), 1000],  # one run that went on
    ],
)
def test_lengths_that_are_no_rungs_are_judged_as_they_are(lengths):
    rng = np.random.default_rng(3)
    frame = halved(3, count=60, ladder=(27,))
    frame["epochs_ran"] = lengths(rng, 60)
    checked = tuning_playbook.check(frame.drop(columns="training_iteration"))
    assert set(statuses(checked)) == {"complete"}


def test_unequal_iterations_of_ray_tune_are_stops_unless_the_user_says_otherwise():
    rng = np.random.default_rng(5)
    frame = halved(3, count=60, ladder=(27,))
    lengths = np.r_[np.full(6, 60), lengths_of_patience(rng, 54)]
    frame["training_iteration"] = lengths
    frame.loc[lengths < 60, "val_loss"] -= 5
    checked = tuning_playbook.check(frame)
    assert statuses(checked).count("complete") == (lengths == 60).sum() > 1
    assert f"(trial {frame[lengths == 60].val_loss.idxmin()})" in repr(checked)
    (note,) = [n for n in checked.studies[0].notes if "scheduler" in n]
    assert "--steps training_iteration" in note.replace("steps=", "--steps ")
    told = tuning_playbook.check(frame, steps="training_iteration")
    assert set(statuses(told)) == {"complete"}


def test_the_longest_trial_may_be_the_only_whole_one():
    frame = halved(3, count=20, ladder=(27,))
    frame["training_iteration"] = np.random.default_rng(1).permutation(20) + 3
    assert statuses(tuning_playbook.check(frame)).count("complete") == 1


def test_one_trial_that_went_on_does_not_stop_all_others():
    frame = halved(3, count=60, ladder=(27,))
    frame["training_iteration"] = np.r_[np.full(59, 10), 1000]
    assert set(statuses(tuning_playbook.check(frame))) == {"complete"}


def test_arms_are_compared_by_trials_that_reached_the_end():
    adam, sgd = halved(4, count=270), halved(5, count=270)
    sgd["val_loss"] += 0.2
    sgd.loc[sgd.training_iteration == 1, "val_loss"] -= 5
    frame = pandas.concat([adam.assign(arm="adam"), sgd.assign(arm="sgd")], ignore_index=True)
    compared = tuning_playbook.compare(frame, arm="arm", metric="val_loss")
    assert compared.verdicts == {("adam", "sgd"): "worse"}


def test_results_of_trials_whose_status_says_that_they_were_stopped_are_of_earlier_steps():
    frame = halved(6, count=60, ladder=(27,)).drop(columns="training_iteration")
    frame["state"] = np.resize(["COMPLETE", "PRUNED", "COMPLETE"], 60)
    frame.loc[frame.state == "PRUNED", "val_loss"] = 0.01
    checked = tuning_playbook.check(frame)
    best = frame[frame.state == "COMPLETE"].val_loss.idxmin()
    assert f"(trial {best})" in repr(checked)
    assert any(
        note.startswith("20 trials stopped before the end: val_loss of a stopped trial is from an")
        for note in checked.studies[0].notes
    )
