"""Whether to regularize is a question; how strongly is a nuisance, tuned where it is on."""

from dataclasses import replace

import pytest

from tuning_playbook.design.arms import studies_of
from tuning_playbook.design.budget import plan_budget
from tuning_playbook.design.proposals import question_rounds
from tuning_playbook.design.warnings import design_warnings
from tuning_playbook.errors import InvalidInput
from tuning_playbook.roles import compared_keys
from tuning_playbook.space import Float, Hyperparameter, Ordered
from tuning_playbook.study import Round

RATE = {"optimizer.nesterov.learning_rate": Float(1e-3, 10.0, "log")}
MOMENTUM = {"optimizer.nesterov.momentum": Float(0.5, 0.999, "reverse_log")}
DECAY = Float(1e-6, 1e-2, "log")
# Values to compare or to fix, and range to tune, of one hyperparameter of every sort.
SORTS = {
    "optimizer.nesterov.learning_rate": ((0.1, 1.0), RATE["optimizer.nesterov.learning_rate"]),
    "optimizer": (("nesterov", "sgd"), None),
    "weight_decay": ((0.0, 1e-4), DECAY),
    "width": ((64, 128), Ordered((64, 128))),
}


def round_in_which(key, role, **more):
    values, domain = SORTS[key]
    parts = {"scientific": {}, "nuisance": {**RATE, **MOMENTUM}, "fixed": {}}
    parts["nuisance"].pop(key, None)
    if role in ("nuisance", "presence"):
        parts["nuisance"][key] = domain
    else:
        parts[role][key] = values if role == "scientific" else values[0]
    return Round(
        "r", "q", "understand", 20, presence=(key,) * (role == "presence"), **parts, **more
    )


@pytest.mark.parametrize(
    ("key", "role", "objection"),
    [
        ("optimizer.nesterov.learning_rate", "nuisance", None),
        ("optimizer.nesterov.learning_rate", "fixed", "stays fixed"),
        ("optimizer.nesterov.learning_rate", "scientific", "valid only until"),
        ("optimizer", "scientific", None),
        ("optimizer", "fixed", None),
        ("weight_decay", "nuisance", None),
        ("weight_decay", "presence", None),
        ("weight_decay", "scientific", "strength of a regularizer"),
        ("weight_decay", "fixed", None),
        ("width", "scientific", None),
        ("width", "fixed", None),
        ("width", "nuisance", "part of the architecture"),
    ],
)
def test_rules_of_thumb_by_sort_and_role(project, key, role, objection):
    warnings = design_warnings(project, round_in_which(key, role))
    if objection is None:
        assert not warnings
    else:
        (warning,) = warnings
        assert objection in warning


def test_a_strength_that_is_scientific_for_a_stated_reason_draws_no_objection(project):
    why = {"weight_decay": "the curve over its strength goes into the paper"}
    assert not design_warnings(project, round_in_which("weight_decay", "scientific", reasons=why))


def test_with_and_without_are_two_arms_and_the_strength_is_searched_where_it_is_on(project):
    off, on = studies_of(project, round_in_which("weight_decay", "presence"))
    assert [s.name for s in (off, on)] == ["r/weight_decay=off", "r/weight_decay=on"]
    assert (off.scientific, on.scientific) == ({"weight_decay": "off"}, {"weight_decay": "on"})
    assert off.fixed["weight_decay"] == 0.0  # though the baseline has 1e-4
    assert "weight_decay" not in off.space.keys
    assert on.space["weight_decay"].domain == DECAY
    assert "weight_decay" not in on.fixed
    # The shared nuisances come first, so that both arms have the same points in them.
    assert on.space.keys[:2] == off.space.keys
    assert off.trials == on.trials == 20


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"presence": ("optimizer",)}, "is a choice"),
        ({"presence": ("width",)}, "add width to nuisance"),
        ({"presence": ("wight_decay",)}, "did you mean 'weight_decay'"),
        ({"joint": True, "scientific": {"width": (64, 128)}}, "two studies"),
    ],
)
def test_a_presence_that_cannot_be_compared_is_refused(project, change, words):
    round_ = replace(round_in_which("weight_decay", "presence"), **change)
    with pytest.raises(InvalidInput, match=words):
        studies_of(project, round_)


def test_where_0_makes_no_sense_there_is_no_arm_without(project):
    odd = Hyperparameter("l2", DECAY, 1e-4, "regularization", natural=(1e-8, 1.0))
    project = replace(project, hyperparameters=(*project.hyperparameters, odd))
    round_ = Round("r", "q", "compare", 20, nuisance={**RATE, "l2": DECAY}, presence=("l2",))
    with pytest.raises(InvalidInput, match="0 in the arm without it"):
        studies_of(project, round_)


def test_a_smaller_budget_never_stops_tuning_what_is_compared(project):
    round_ = round_in_which("weight_decay", "presence")
    planned = plan_budget(project, round_, studies_of(project, round_), budget=12)
    fewer = [o for o in planned.options if o.title.startswith("tune")]
    assert fewer
    assert all("weight_decay" in o.write[0] for o in fewer)


@pytest.fixture
def with_dropout(project):
    dropout = Hyperparameter(
        "dropout", Float(0.0, 0.5), 0.0, "regularization", natural=(0.0, 1.0)
    )  # fmt: skip
    decay = {"weight_decay", "schedule"}
    rest = tuple(h for h in project.hyperparameters if h.name not in decay)
    rest = tuple(h for h in rest if h.name != "floor")
    baseline = {k: v for k, v in project.baseline.items() if k != "weight_decay"}
    return replace(project, hyperparameters=(*rest, dropout), baseline=baseline)


def test_dropout_is_first_a_question_and_then_a_nuisance(with_dropout):
    """The playbook's own example."""
    before = {compared_keys(r)[0]: r for r in question_rounds(with_dropout, asked=(), trials=40)}
    asked = before["dropout"]
    assert asked.presence == ("dropout",)
    assert asked.nuisance["dropout"] == Float(0.0, 0.5)
    assert "learning rate" in asked.question
    assert not design_warnings(with_dropout, asked)
    # Off and untested, it stays off in other rounds, with the reason.
    assert "dropout" not in before["activation"].nuisance
    assert "question of its own" in before["activation"].reasons["dropout"]
    # Adopted, its rate is tuned in every round.
    adopted = replace(with_dropout, baseline={**with_dropout.baseline, "dropout": 0.2})
    rounds = question_rounds(adopted, asked={"dropout"}, trials=40)
    after = {compared_keys(r)[0]: r for r in rounds}
    assert "dropout" not in after
    assert "dropout" in after["activation"].nuisance
    assert "dropout" not in after["activation"].presence
    # Rejected, it stays off.
    rejected = question_rounds(with_dropout, asked={"dropout"}, trials=40)
    assert all("dropout" not in r.nuisance for r in rejected)


def test_levels_that_hold_an_exact_0_leave_it_to_the_arm_without(project):
    smoothing = Hyperparameter("label_smoothing", Ordered((0.0, 0.05, 0.1)), 0.0, "regularization")
    project = replace(project, hyperparameters=(*project.hyperparameters, smoothing))
    asked = {compared_keys(r)[0]: r for r in question_rounds(project, asked=())}
    assert asked["label_smoothing"].nuisance["label_smoothing"] == Ordered((0.05, 0.1))


def test_a_share_that_is_kept_is_not_compared_with_nothing_kept(project):
    keep = Hyperparameter("keep_prob", Float(0.5, 1.0), 1.0, "regularization")
    project = replace(project, hyperparameters=(*project.hyperparameters, keep))
    asked = {compared_keys(r)[0]: r for r in question_rounds(project, asked=())}
    assert not asked["keep_prob"].presence
    assert min(asked["keep_prob"].scientific["keep_prob"]) >= 0.5
