import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tuning_playbook.errors import StoreError
from tuning_playbook.store.chunks import decode_chunk, encode_chunk

_ANY_BITS = st.integers(0, 2**64 - 1)
_SHAPES = st.tuples(st.integers(0, 20), st.integers(0, 4))


@st.composite
def _chunks(draw):
    rows, columns = draw(_SHAPES)
    steps = draw(arrays(np.int64, rows, elements=st.integers(-(2**63), 2**63 - 1)))
    bits = draw(arrays(np.uint64, (rows, columns), elements=_ANY_BITS))
    return steps, bits.view(np.float64)


@given(_chunks())
def test_a_chunk_comes_back_bit_for_bit(chunk):
    steps, values = chunk
    found_steps, found_values = decode_chunk(encode_chunk(steps, values))
    assert found_steps.tolist() == steps.tolist()
    assert found_values.shape == values.T.shape
    assert found_values.tobytes() == np.ascontiguousarray(values.T).tobytes()


def test_values_in_another_layout_come_back_the_same():
    values = np.asfortranarray(np.arange(12.0).reshape(4, 3))[::-1]
    steps = np.arange(8)[::2]
    found_steps, found_values = decode_chunk(encode_chunk(steps, values))
    assert found_steps.tolist() == [0, 2, 4, 6]
    assert found_values.tolist() == values.T.tolist()


def test_noisy_curves_need_at_most_seven_bytes_a_value():
    random = np.random.default_rng(0)
    steps = np.arange(1, 1001)
    loss = 2 / np.sqrt(1 + steps * 1e-2) + random.normal(size=1000) * 0.05
    accuracy = 1 - np.exp(-steps * 1e-3) + random.normal(size=1000) * 0.003
    rate = 1e-3 * 0.5 * (1 + np.cos(steps * 3e-3))
    data = encode_chunk(steps, np.column_stack([loss, accuracy, rate]))
    assert len(data) / 3000 <= 7


@pytest.mark.parametrize("damage", [b"", b"\x01", b"\x01\x05\0\0\0\x01\0garbage"])
def test_damaged_bytes_are_a_store_error(damage):
    with pytest.raises(StoreError, match="damaged"):
        decode_chunk(damage)


def test_a_chunk_that_claims_more_than_it_can_hold_fills_no_memory():
    data = bytearray(encode_chunk(np.arange(3), np.ones((3, 1))))
    data[4:8] = b"\xff" * 4
    with pytest.raises(StoreError, match="cannot hold"):
        decode_chunk(bytes(data))


def test_a_chunk_cut_short_or_with_another_count_is_damaged():
    data = encode_chunk(np.arange(100), np.arange(100.0)[:, None])
    for damaged in (data[:-5], data[:1] + b"\x63" + data[2:]):
        with pytest.raises(StoreError, match="damaged"):
            decode_chunk(damaged)


def test_a_chunk_of_a_later_format_is_refused_by_its_number():
    data = encode_chunk(np.arange(3), np.ones((3, 1)))
    with pytest.raises(StoreError, match="format 9"):
        decode_chunk(b"\x09" + data[1:])
