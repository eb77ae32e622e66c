import io
import random

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


def test_no_pickle_is_ever_loaded():
    buffer = io.BytesIO()
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        save_state(buffer, {"part": {"objects": np.array([object()], dtype=object)}})


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

    undisturbed = train(p := parts(), 4)
    undisturbed = train(p, 6)
    train(q := parts(), 4)
    buffer = io.BytesIO()
    save_state(buffer, q)
    torch.randn(100)
    buffer.seek(0)
    load_state(buffer, r := parts())
    resumed = train(r, 6)
    assert all(torch.equal(a, b) for a, b in zip(undisturbed, resumed, strict=True))
