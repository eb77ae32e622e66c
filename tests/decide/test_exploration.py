"""What an exploring round says beside its answer."""

import pytest

from tuning_playbook.decide.rounds.exploration import (
    agreed_narrowing,
    exploration_lines,
    narrowing_words,
)
from tuning_playbook.findings import Finding, Verdict
from tuning_playbook.space import Categorical, Float, Ordered

WIDE = {"rate": Float(1e-4, 1.0, "log"), "norm": Categorical(("batch", "layer"))}
EDGES = Finding("search-space-boundary", Verdict.PASS, "Wide enough.")


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.PASS, "Tuning has saturated in adam: twice the 20"),
        (Verdict.WARN, "Tuning has not saturated in adam: twice the 20"),
        (Verdict.UNKNOWN, "Whether more trials are worth it in adam: twice the 20"),
    ],
)
def test_whether_tuning_has_saturated_follows_the_density_of_trials(verdict, words):
    density = Finding("sampling-density", verdict, "Twice the 20 trials would bring 0.1.")
    assert exploration_lines([density], {}, arm="adam")[0].startswith(words)


def test_where_to_narrow_is_told_and_so_is_that_it_cannot_be_told():
    (line,) = exploration_lines([EDGES], {"rate": Float(1e-2, 1.0, "log")})
    assert line.startswith("Ranges that could be narrowed: rate from 0.01 to 1.")
    (line,) = exploration_lines([EDGES], {})
    assert line.startswith("Ranges that could be narrowed: none yet")


def test_what_matters_is_said_here_only_where_it_cannot_be_told():
    unknown = Finding("importance", Verdict.UNKNOWN, "Cannot tell: 9 trials; 15 are needed.")
    known = Finding("importance", Verdict.NOTE, "What decides is rate.")
    (line,) = exploration_lines([unknown], {})
    assert line == "Which hyperparameters matter cannot be told yet: 9 trials; 15 are needed."
    assert exploration_lines([known], {}) == ()  # among the insights already


def test_arms_narrow_a_range_together_by_the_least_of_them():
    first, second = {"rate": Float(1e-2, 1.0, "log")}, {"rate": Float(1e-3, 0.1, "log")}
    assert agreed_narrowing(WIDE, [first, second]) == {"rate": Float(1e-3, 1.0, "log")}
    assert agreed_narrowing(WIDE, [first, {}]) == {}
    assert agreed_narrowing(WIDE, []) == {}
    assert agreed_narrowing({"rate": Float(1e-2, 1.0, "log")}, [first]) == {}  # it is so narrow
    assert narrowing_words({"n": Ordered((2, 4, 8))}) == "n from 2 to 8"
