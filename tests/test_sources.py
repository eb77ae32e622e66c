"""Rules point to passages, and no passage of the checklist is forgotten."""

from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from tuning_playbook.checks import all_checks
from tuning_playbook.checks.passages import PASSAGES, page
from tuning_playbook.sources import SOURCES

PAGE = Path(__file__).parents[1] / "docs" / "passages.md"

CHECKLIST = (
    "extracting-insight", "search-space-boundaries", "sampling-density", "training-curves",
    "isolation-plots", "automatic-plots", "number-of-steps", "steps-not-compute-bound",
    "steps-sweep", "steps-compute-bound", "steps-round-1", "steps-round-2",
    "optimization-failures", "unstable-workloads", "instability-fixes", "warmup",
    "gradient-clipping",
)  # fmt: skip


@pytest.mark.parametrize("key", CHECKLIST)
def test_every_passage_of_the_checklist_has_a_check_or_a_reason(key):
    own = [p for p in PASSAGES if p.source == key]
    assert own
    for passage in own:
        assert bool(passage.checks) != bool(passage.reason), passage.asks


def test_passages_name_checks_and_sources_that_exist():
    known = {check.id for check in all_checks()}
    for passage in PASSAGES:
        assert passage.source in SOURCES
        assert set(passage.checks) <= known


def test_every_check_answers_a_passage():
    answered = {check for passage in PASSAGES for check in passage.checks}
    assert {check.id for check in all_checks()} <= answered


def test_every_check_is_data_with_a_source_and_a_rule():
    checks = all_checks()
    assert len({check.id for check in checks}) == len(checks)
    for check in checks:
        assert is_dataclass(check)
        assert check.source in SOURCES
        assert check.title.endswith("?")
        assert check.__doc__
        for field in fields(check):
            assert f"        {field.name}" in check.__doc__ or f", {field.name}" in check.__doc__


def test_the_page_of_passages_is_up_to_date():
    assert PAGE.read_text() == page(), (
        "run python -m tuning_playbook.checks.passages docs/passages.md"
    )
