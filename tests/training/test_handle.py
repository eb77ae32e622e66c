import math

import numpy as np
import pytest

from tuning_playbook.errors import InvalidInput, TrialDiverged
from tuning_playbook.training.handle import TrialHandle
from tuning_playbook.training.journal import JournalEvent, JournalReader


def events(attempt):
    return [e for e in JournalReader(attempt.journal).read() if isinstance(e, JournalEvent)]


def test_the_program_sees_plain_names_and_cannot_change_them(handle):
    assert dict(handle.config) == {"optimizer": "adam", "learning_rate": 0.1}
    with pytest.raises(TypeError):
        handle.config["learning_rate"] = 1


def test_evaluation_is_due_at_intervals_and_at_the_last_step(handle):
    due = [step for step in handle.steps() if handle.evaluation_due(step)]
    assert due == [30, 60, 90, 100]


def test_steps_go_on_after_the_restored_one(handle):
    assert handle.steps(98) == range(99, 101)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_non_finite_objective_is_recorded_and_ends_the_trial(handle, attempt, value):
    with pytest.raises(TrialDiverged):
        handle.evaluate(30, error=value)
    rows, event = JournalReader(attempt.journal).read()
    assert rows.metrics == ("error",)
    assert event.kind == "diverged"
    assert event.data["step"] == 30


def test_a_non_finite_training_loss_ends_the_trial_but_a_gradient_norm_does_not(handle):
    handle.log(1, gradient_norm=math.inf)
    with pytest.raises(TrialDiverged, match="train_loss"):
        handle.log(2, train_loss=math.nan)


def test_scalars_of_numpy_are_numbers_and_text_is_not(handle, attempt):
    handle.log(1, loss=np.float32(0.5), flag=True)
    with pytest.raises(InvalidInput, match="not a number"):
        handle.log(2, loss="0.5")
    assert [e.kind for e in events(attempt)] == ["not-a-number"]


@pytest.mark.parametrize("step", [-1, 101])
def test_a_step_out_of_range_is_refused(handle, step):
    with pytest.raises(InvalidInput, match=r"outside 0 .. 100.*max_train_steps in playbook.toml"):
        handle.log(step, loss=1.0)


def test_a_checkpoint_has_the_value_of_the_evaluation_at_its_step(handle, attempt):
    state = {"w": np.arange(3.0)}
    handle.evaluate(30, error=0.5)
    handle.checkpoint(30, state)
    handle.checkpoint(31, state)
    kept = events(attempt)[-1].data["kept"]
    assert (kept[0]["step"], float(kept[0]["value"])) == (30, 0.5)
    assert math.isnan(float(kept[1]["value"]))


def test_predictions_are_for_the_same_examples_at_every_step(handle):
    handle.predictions(30, ids=[4, 7], probability=[0.1, 0.9])
    handle.predictions(60, ids=[4, 7], probability=[0.2, 0.8])
    with pytest.raises(InvalidInput, match="differ from those of earlier steps"):
        handle.predictions(90, ids=[4, 8], probability=[0.2, 0.8])
    with pytest.raises(InvalidInput, match="there are 2 examples"):
        handle.predictions(90, ids=[4, 7], probability=[0.2])
    stored = np.load(handle.folder / "predictions" / "step-00000060.npz")
    assert stored["probability"].tolist() == [0.2, 0.8]


def test_the_predictions_of_a_restarted_trial_replace_those_of_the_first_start(handle, attempt):
    handle.predictions(30, ids=["a", "b"], score=[0.1, 0.9])
    again = TrialHandle(attempt)
    again.predictions(30, ids=["a", "b"], score=[0.3, 0.7])
    stored = np.load(handle.folder / "predictions" / "step-00000030.npz")
    assert stored["score"].tolist() == [0.3, 0.7]
    with pytest.raises(InvalidInput, match="one number or string for each example"):
        again.predictions(60, ids=["a", "b"], score=[object(), None])


@pytest.mark.parametrize("step", [10.0, "10", None, np.float64(10)])
def test_a_step_that_is_no_integer_is_refused_by_every_method(handle, step):
    for call in (handle.log, handle.evaluate):
        with pytest.raises(InvalidInput, match="expected a whole number as step"):
            call(step, error=0.5)
    with pytest.raises(InvalidInput, match="expected a whole number as step"):
        handle.checkpoint(step, {"w": np.zeros(1)})
    with pytest.raises(InvalidInput, match="expected a whole number as step"):
        handle.predictions(step, ids=[1], p=[0.5])


def test_a_program_says_where_its_own_checkpoint_goes_on(handle, attempt):
    handle.resumed(60)
    (event,) = JournalReader(attempt.journal).read()
    assert (event.kind, dict(event.data)) == ("restored", {"step": 60})


def test_steps_of_numpy_are_integers(handle, attempt):
    handle.evaluate(np.int64(30), error=0.5)
    handle.checkpoint(np.int64(30), {"w": np.zeros(1)})
    rows, event = JournalReader(attempt.journal).read()
    assert rows.steps.tolist() == [30]
    assert (event.data["kept"][0]["step"], float(event.data["kept"][0]["value"])) == (30, 0.5)


@pytest.mark.parametrize("value", [None, [0.1, 0.2], np.zeros(2), 10**400, 1j, {"a": 1}])
def test_what_is_not_one_number_is_recorded_and_refused(handle, attempt, value):
    with pytest.raises(InvalidInput, match="not a number"):
        handle.evaluate(30, error=value)
    (event,) = events(attempt)
    assert (event.kind, event.data["metric"], event.data["step"]) == ("not-a-number", "error", 30)


def test_the_first_metric_that_diverged_is_named_and_the_row_keeps_all(handle, attempt):
    with pytest.raises(TrialDiverged, match="train_loss was nan at step 4"):
        handle.log(4, gradient_norm=math.inf, train_loss=math.nan, loss=math.inf)
    rows, event = JournalReader(attempt.journal).read()
    assert np.isnan(rows.values[0, 1])
    assert np.isinf(rows.values[0, [0, 2]]).all()
    assert event.data == {"metric": "train_loss", "step": 4, "value": "nan"}


@pytest.mark.torch
def test_scalars_of_torch_are_numbers_and_tensors_of_many_values_are_not(handle, attempt):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    handle.log(1, loss=torch.tensor(0.5, requires_grad=True), half=torch.tensor(2.0).bfloat16())
    with pytest.raises(InvalidInput, match=r"loss.item\(\)"):
        handle.log(2, loss=torch.zeros(3))
    rows, _ = JournalReader(attempt.journal).read()
    assert rows.values.tolist() == [[0.5, 2.0]]
    handle.predictions(3, ids=torch.arange(2), p=torch.ones(2, requires_grad=True) / 2)
    assert np.load(handle.folder / "predictions" / "step-00000003.npz")["p"].tolist() == [0.5, 0.5]
