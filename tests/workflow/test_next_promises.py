"""Every step that `playbook next` proposes works, in projects of every kind.

500 projects and more steps: ``python bench/next_promises.py``.
"""

import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture(scope="module")
def journey():
    sys.path.insert(0, str(BENCH))
    try:
        from random_projects.journeys import journey

        return journey
    finally:
        sys.path.remove(str(BENCH))


@pytest.mark.parametrize("seed", range(50))
def test_no_proposed_step_is_refused_repeated_or_forgotten(journey, tmp_path, seed):
    found = journey(tmp_path / "project", seed, most=10)
    assert not found.broken, "\n".join([*found.broken, *found.log[-8:]])
    assert found.steps
