"""Damaged inputs end in an answer or a message, never in a traceback, a hang or silence.

Many more cases: ``python bench/fuzz.py``. What it has found stands in the tests of the rooms.
"""

import sys
from pathlib import Path

import pytest

for package in ("pyarrow", "optuna", "tensorboard"):
    pytest.importorskip(package, reason=f"{package} is not installed")

BENCH = Path(__file__).parents[1] / "bench"
KINDS = ("tables", "folders", "stores", "toml")
EACH = 15


@pytest.fixture(scope="module")
def cases():
    sys.path.insert(0, str(BENCH))
    try:
        from fuzzing import cases, samples

        assert samples.KINDS == KINDS
        samples.samples_of("stores")  # it imports what lies in bench
        return cases
    finally:
        sys.path.remove(str(BENCH))


@pytest.mark.parametrize("kind", KINDS)
def test_no_damaged_input_ends_in_a_fault(cases, kind):
    failures = {n: f for n in range(EACH) if (f := cases.run_case(cases.case_of(0, n, kind)))}
    assert failures == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_case_is_told_by_its_seed_and_number(cases, kind):
    first, again = cases.case_of(3, 7, kind), cases.case_of(3, 7, kind)
    assert first == again
    assert first.files != cases.case_of(4, 7, kind).files


@pytest.mark.parametrize("kind", KINDS)
def test_the_sound_samples_are_sound(cases, kind):
    for sample in cases.samples_of(kind):
        commands = sample.commands[0]
        assert cases.is_answered(cases.Case(kind, sample.name, sample.files, commands)), sample.name
