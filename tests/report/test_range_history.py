import pytest

from tuning_playbook.report.history.ranges import SearchedRanges, range_change, range_history
from tuning_playbook.space import Categorical, Constant, Float, Integer, Ordered

LOG = Float(1e-3, 1e-1, "log")


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        (LOG, LOG, "unchanged"),
        (LOG, Float(1e-3, 1.0, "log"), "wider"),
        (LOG, Float(1e-2, 1e-1, "log"), "narrower"),
        (LOG, Float(1e-2, 1.0, "log"), "moved"),
        (LOG, Float(1e-4, 1e-2, "log"), "moved"),
        (LOG, Float(1e-3, 1e-1), "other scale"),
        (Integer(1, 4), Integer(1, 8), "wider"),
        (Ordered((1, 2)), Ordered((1, 2, 4)), "wider"),
        (Categorical(("a", "b", "c")), Categorical(("a", "b")), "narrower"),
        (Categorical(("a", "b")), Categorical(("b", "c")), "other values"),
        (LOG, Ordered((0.01, 0.1)), "other scale"),
        (Constant(1), Constant(1), "unchanged"),
    ],
)
def test_what_became_of_a_range_in_a_word(before, after, word):
    assert range_change(before, after) == word


def advice(edge, **more):
    arguments = {"hyperparameter": "rate", "edge": edge, "range": [1e-3, 1.0], **more}
    advised = {"action": "expand", **arguments, "reason": f"better at the {edge} end"}
    return {"check": "search-space-boundary", "summary": "tight", "advice": [advised]}


def test_a_change_is_explained_by_the_files_reason_then_by_the_advice_it_follows():
    wider = {"rate": Float(1e-3, 1.0, "log")}
    first = SearchedRanges("first", {"rate": LOG}, findings=[advice("low"), advice("high")])
    (_, followed) = range_history([first, SearchedRanges("second", wider)])
    assert followed.why == "search-space-boundary in first: better at the high end"
    reason = {"rate": "the paper goes to 1"}
    (_, own) = range_history([first, SearchedRanges("second", wider, reason)])
    assert own.why == "the paper goes to 1"


def test_advice_that_was_not_followed_explains_nothing():
    first = SearchedRanges("first", {"rate": LOG}, findings=[advice("low")])
    second = SearchedRanges("second", {"rate": Float(1e-3, 1.0, "log")})
    assert [step.why for step in range_history([first, second])] == ["", ""]


def test_each_range_is_compared_with_the_last_round_that_searched_it():
    rounds = [
        SearchedRanges("a", {"rate": LOG, "momentum": Float(0.5, 0.9, "reverse_log")}),
        SearchedRanges("b", {"momentum": Float(0.5, 0.99, "reverse_log")}),
        SearchedRanges("c", {"rate": Float(1e-2, 1e-1, "log")}),
    ]
    found = [(s.hyperparameter, s.round, s.change) for s in range_history(rounds)]
    assert found == [
        ("rate", "a", "first"),
        ("rate", "c", "narrower"),
        ("momentum", "a", "first"),
        ("momentum", "b", "wider"),
    ]


def test_spans_lie_on_the_ranges_own_scale():
    rounds = [
        SearchedRanges("a", {"x": Float(1e-4, 1e-2, "log"), "y": Float(0.9, 0.99, "reverse_log")}),
        SearchedRanges("b", {"x": Float(1e-3, 1.0, "log"), "y": Float(0.9, 0.999, "reverse_log")}),
        SearchedRanges("c", {"x": Categorical((1, 2))}),
    ]
    spans = {(s.hyperparameter, s.round): s.span for s in range_history(rounds)}
    assert spans["x", "a"] == pytest.approx((0.0, 0.5))
    assert spans["x", "b"] == pytest.approx((0.25, 1.0))
    assert spans["x", "c"] is None
    assert spans["y", "a"] == pytest.approx((0.0, 0.5))
    assert spans["y", "b"] == pytest.approx((0.0, 1.0))
