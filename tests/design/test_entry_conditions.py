from dataclasses import replace

import pytest

from tuning_playbook.design.entry_conditions import undeclared

DECLARED = {
    "task": "digits",
    "metric_reason": "every misread digit costs the same",
    "test_metric": "test_error",
    "reference": "none",
}


@pytest.fixture
def declared(project):
    return replace(project, **DECLARED)


def test_a_project_that_says_all_is_told_nothing(declared):
    assert undeclared(declared) == ""


@pytest.mark.parametrize(
    ("entry", "blank", "named"),
    [
        ("task", "", "task under [project]"),
        ("metric_reason", " ", "reason under [metric]"),
        ("test_metric", None, "test (a metric on held-out data)"),
        ("reference", "", "reference under [project]"),
        ("reference", "custom", "for custom, say why"),
    ],
)
def test_what_is_left_open_is_named_and_nothing_else(declared, entry, blank, named):
    said = undeclared(replace(declared, **{entry: blank}))
    assert named in said
    assert said.count(" under [") == 1


def test_a_reason_for_custom_will_do(declared):
    assert undeclared(replace(declared, reference="custom: grown here over two years")) == ""
