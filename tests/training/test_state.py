import io
import pickle
import random
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuning_playbook.errors import InvalidInput
from tuning_playbook.training.state import load_state, save_state

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False), st.text()
)
PLAIN = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def through_disk(save, load):
    buffer = io.BytesIO()
    save_state(buffer, save)
    buffer.seek(0)
    load_state(buffer, load)


@given(st.dictionaries(st.text(), PLAIN, max_size=4))
def test_plain_state_comes_back_equal(state):
    restored = {}
    through_disk({"part": state}, {"part": restored})
    assert restored == state


def test_arrays_keep_their_type_shape_and_identity():
    state = {"w": np.arange(6, dtype=np.float32).reshape(2, 3), "step": 4, "mask": np.array([True])}
    target = {"w": np.zeros((2, 3), dtype=np.float32), "step": 0, "mask": np.array([False])}
    alias = target["w"]
    through_disk({"part": state}, {"part": target})
    assert alias is target["w"]
    assert (alias == state["w"]).all()
    assert (target["step"], target["mask"].tolist()) == (4, [True])


def test_random_streams_go_on_where_they_were():
    generator = np.random.default_rng(0)
    buffer = io.BytesIO()
    save_state(buffer, {"rng": generator})
    expected = (generator.random(3).tolist(), random.random(), np.random.rand())
    other = np.random.default_rng(99)
    random.random()
    buffer.seek(0)
    load_state(buffer, {"rng": other})
    assert (other.random(3).tolist(), random.random(), np.random.rand()) == expected


def test_a_part_that_cannot_be_saved_is_named():
    with pytest.raises(InvalidInput, match="model is a set"):
        save_state(io.BytesIO(), {"model": {1, 2}})
    with pytest.raises(InvalidInput, match="function"):
        save_state(io.BytesIO(), {"part": {"f": test_a_part_that_cannot_be_saved_is_named}})


def test_a_part_that_was_not_saved_is_named():
    buffer = io.BytesIO()
    save_state(buffer, {"weights": {"w": np.zeros(1)}})
    buffer.seek(0)
    with pytest.raises(InvalidInput, match="no part 'model'"):
        load_state(buffer, {"model": {}})


def test_an_array_of_objects_is_refused_when_saving():
    with pytest.raises(InvalidInput, match="array of Python objects"):
        save_state(io.BytesIO(), {"part": {"objects": np.array([object()], dtype=object)}})


class Trap:
    """Leaves a trace where it is unpickled."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return (Path.touch, (self.trace,))


def test_a_pickle_smuggled_into_a_checkpoint_is_not_loaded(tmp_path):
    trace, original, forged = tmp_path / "trace", io.BytesIO(), io.BytesIO()
    save_state(original, {"part": {"w": np.zeros(2)}})
    with zipfile.ZipFile(original) as old, zipfile.ZipFile(forged, "w") as new:
        for member in old.namelist():
            if member == "part.0.npy":
                with new.open(member, "w") as file:
                    np.save(file, np.array([Trap(trace)], dtype=object), allow_pickle=True)
            else:
                new.writestr(member, old.read(member))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load_state(forged, {"part": {"w": np.zeros(2)}})
    assert not trace.exists()


def test_inner_arrays_are_filled_not_replaced():
    saved = {"layers": [{"w": np.ones(2)}, {"w": np.full(3, 2.0)}], "pair": (np.ones(1), 5)}
    target = {"layers": [{"w": np.zeros(2)}, {"w": np.zeros(3)}], "pair": (np.zeros(1), 0)}
    first, second, third = target["layers"][0]["w"], target["layers"][1]["w"], target["pair"][0]
    through_disk({"net": saved}, {"net": target})
    assert [first.tolist(), second.tolist(), third.tolist()] == [[1, 1], [2, 2, 2], [1]]
    assert target["pair"][1] == 5


@pytest.mark.parametrize("other", [np.zeros(1), np.zeros((2, 2)), np.zeros(2, dtype=np.float32)])
def test_an_array_of_another_shape_or_type_is_refused_and_named(other):
    with pytest.raises(InvalidInput, match=r"net\['w'\] is"):
        through_disk({"net": {"w": np.ones(2)}}, {"net": {"w": other}})


def test_nothing_is_changed_when_a_part_is_missing():
    buffer, weights, generator = io.BytesIO(), np.zeros(2), np.random.default_rng(1)
    save_state(buffer, {"net": {"w": np.ones(2)}})
    with pytest.raises(InvalidInput, match="no part 'rng'"):
        load_state(buffer, {"net": {"w": weights}, "rng": generator})
    assert weights.tolist() == [0, 0]


@pytest.mark.torch
def test_a_torch_run_goes_on_bit_by_bit():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")

    def parts():
        torch.manual_seed(0)
        model = torch.nn.Sequential(
            torch.nn.Linear(4, 8), torch.nn.Dropout(0.5), torch.nn.Linear(8, 1)
        )
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        return {"m": model, "o": optimizer, "s": torch.optim.lr_scheduler.StepLR(optimizer, 3)}

    def train(p, steps):
        for _ in range(steps):
            loss = (p["m"](torch.randn(5, 4)) ** 2).mean()
            p["o"].zero_grad()
            loss.backward()
            p["o"].step()
            p["s"].step()
        return [w.detach().clone() for w in p["m"].parameters()]

    train(p := parts(), 4)
    undisturbed = train(p, 6)
    train(q := parts(), 4)
    buffer = io.BytesIO()
    save_state(buffer, q)
    torch.randn(100)
    buffer.seek(0)
    load_state(buffer, r := parts())
    resumed = train(r, 6)
    assert all(torch.equal(a, b) for a, b in zip(undisturbed, resumed, strict=True))


@pytest.mark.torch
@pytest.mark.parametrize(
    "schedule",
    [
        lambda t, o: t.lr_scheduler.MultiStepLR(o, [2, 5]),
        lambda t, o: t.lr_scheduler.OneCycleLR(o, 0.5, total_steps=12),
        lambda t, o: t.lr_scheduler.CosineAnnealingWarmRestarts(o, 3),
        lambda t, o: t.lr_scheduler.SequentialLR(
            o, [t.lr_scheduler.LinearLR(o), t.lr_scheduler.ExponentialLR(o, 0.9)], [6]
        ),
    ],
    ids=["multi-step", "one-cycle", "restarts", "sequence"],
)
def test_schedules_and_adam_of_torch_go_on_bit_by_bit(schedule):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")

    def parts():
        torch.manual_seed(3)
        model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
        # A numpy scalar among the settings must not make the checkpoint unreadable.
        optimizer = torch.optim.AdamW(
            model.parameters(), lr=float(np.float64(0.1)), betas=(0.9, np.float64(0.99))
        )
        return {"m": model, "o": optimizer, "s": schedule(torch.optim, optimizer)}

    def train(p, steps):
        for _ in range(steps):
            p["o"].zero_grad()
            (p["m"](torch.randn(5, 3)) ** 2).sum().backward()
            p["o"].step()
            p["s"].step()
        return [*p["m"].state_dict().values()], p["s"].get_last_lr()

    train(p := parts(), 4)
    buffer = io.BytesIO()
    save_state(buffer, p)
    weights, rates = train(p, 6)
    load_state(buffer, q := parts())
    assert type(q["s"].state_dict().get("milestones")) is type(
        p["s"].state_dict().get("milestones")
    )
    resumed, resumed_rates = train(q, 6)
    assert rates == resumed_rates
    assert all(torch.equal(a, b) for a, b in zip(weights, resumed, strict=True))


@pytest.mark.torch
def test_bare_tensors_of_any_type_are_filled_in_place_beside_arrays():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    large = torch.arange(1_000_000.0)
    saved = {"w": large[:3], "half": torch.ones(2, dtype=torch.bfloat16), "ids": np.arange(3)}
    target = {
        "w": torch.zeros(3, requires_grad=True),
        "half": torch.zeros(2),
        "ids": np.zeros(3, int),
    }
    target["half"] = target["half"].bfloat16()
    alias, buffer = target["w"], io.BytesIO()
    save_state(buffer, {"net": saved})
    load_state(buffer, {"net": target})
    assert alias.tolist() == [0.0, 1.0, 2.0]
    assert target["half"].tolist() == [1.0, 1.0]
    assert target["ids"].tolist() == [0, 1, 2]
    assert buffer.getbuffer().nbytes < 50_000
    with pytest.raises(InvalidInput, match="shape"):
        load_state(buffer, {"net": {"w": torch.zeros(4)}})


@pytest.mark.torch
def test_a_pickle_in_place_of_a_tensor_is_not_loaded(tmp_path):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    trace, original, forged = tmp_path / "trace", io.BytesIO(), io.BytesIO()
    save_state(original, {"net": {"w": torch.zeros(2)}})
    with zipfile.ZipFile(original) as old, zipfile.ZipFile(forged, "w") as new:
        for member in old.namelist():
            data = old.read(member)
            if member.endswith(".pt"):
                torch.save(Trap(trace), trap := io.BytesIO())
                data = trap.getvalue()
            new.writestr(member, data)
    with pytest.raises(pickle.UnpicklingError):
        load_state(forged, {"net": {"w": torch.zeros(2)}})
    assert not trace.exists()
