import json
import math
import string
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuning_playbook.errors import StoreError
from tuning_playbook.space import (
    Categorical,
    Condition,
    Constant,
    Float,
    Hyperparameter,
    Integer,
    Ordered,
    SearchSpace,
)
from tuning_playbook.store import codec
from tuning_playbook.store.differences import differences
from tuning_playbook.study import (
    CommandTarget,
    Direction,
    FunctionTarget,
    Objective,
    Provenance,
    Study,
    TrainingProtocol,
)
from tuning_playbook.testing.example_studies import example_study
from tuning_playbook.trial import Checkpoint, MetricSummary

TEXT = st.text(max_size=8)
NUMBERS = st.floats(allow_nan=True)
VALUES = st.one_of(st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False), TEXT)
CONFIGS = st.dictionaries(TEXT, VALUES, max_size=3)


def _range(kind, low, width, scale):
    low = abs(low) + (1 if kind is Integer else 0.25)
    return kind(low, low + abs(width) + 1, scale)


_DOMAINS = st.one_of(
    st.builds(
        lambda low, width, scale: _range(Float, low, width, scale),
        st.floats(0, 1e6), st.floats(0, 1e6), st.sampled_from(["linear", "log"]),
    ),
    st.just(Float(0.9, 0.999, "reverse_log")),
    st.builds(
        lambda low, width, scale: _range(Integer, low, width, scale),
        st.integers(0, 99), st.integers(0, 99), st.sampled_from(["linear", "log"]),
    ),
    st.sampled_from([Ordered((0, 1, 2)), Ordered((0.0, 1.0)), Ordered((0, 0.5))]),
    st.sampled_from(
        [Categorical((True, False)), Categorical((1, True, 1.0, "1")), Categorical(("a", "\u00e9"))]
    ),
    st.builds(Constant, VALUES.filter(lambda v: isinstance(v, str) or math.isfinite(v))),
)  # fmt: skip


@st.composite
def spaces(draw):
    found = []
    for name in draw(st.lists(st.sampled_from(string.ascii_letters), unique=True, max_size=5)):
        domain = draw(_DOMAINS)
        default = domain.python(domain.from_unit(0.5).item())
        parents = [h for h in found if isinstance(h.domain, Categorical)]
        condition = None
        if parents and draw(st.booleans()):
            parent = draw(st.sampled_from(parents))
            condition = Condition(parent.key, draw(st.sampled_from(parent.domain.values)))
        naturals = [(None, None)]
        if isinstance(domain, Float | Integer):
            naturals += [(0, None), (0.0, 1e9)]
        natural = draw(st.sampled_from(naturals))
        kind = draw(st.sampled_from(["optimizer", "regularization", "other"]))
        found.append(Hyperparameter(name, domain, default, kind, natural, condition))
    return SearchSpace(tuple(found))


_TARGETS = st.one_of(
    st.builds(FunctionTarget, TEXT, TEXT),
    st.builds(CommandTarget, st.lists(TEXT, max_size=3).map(tuple)),
)
_PROTOCOLS = st.builds(
    TrainingProtocol,
    _TARGETS,
    max_train_steps=st.integers(10, 10**9),
    evaluation_interval=st.integers(1, 10),
    keep_best_checkpoints=st.integers(0, 3),
    timeout_seconds=st.none() | st.floats(0.1, 1e6),
    stop_on_non_finite=st.lists(TEXT, max_size=2).map(tuple),
)
STUDIES = st.builds(
    Study,
    name=st.text("abc/", min_size=1),
    space=spaces(),
    trials=st.integers(1, 10**6),
    objective=st.builds(
        Objective, TEXT, st.sampled_from(Direction), st.sampled_from(["best", "final"])
    ),
    training=_PROTOCOLS,
    round=TEXT,
    question=TEXT,
    scientific=CONFIGS,
    fixed=CONFIGS,
    algorithm=st.sampled_from(["quasi-random", "list"]),
    seed=st.integers(0, 2**63 - 1),
    configs=st.lists(CONFIGS, max_size=2).map(tuple),
    derived=st.dictionaries(TEXT, TEXT, max_size=2),
    provenance=st.builds(Provenance, *([TEXT] * 6)),
)
SUMMARIES = st.dictionaries(
    TEXT,
    st.builds(
        MetricSummary, st.integers(0), st.integers(-1), NUMBERS, st.integers(-1), NUMBERS,
        st.integers(-1), NUMBERS, st.integers(0),
    ),
    max_size=3,
)  # fmt: skip
CHECKPOINTS = st.lists(st.builds(Checkpoint, st.integers(0), TEXT, NUMBERS), max_size=3).map(tuple)

slow_to_draw = settings(max_examples=50)


@slow_to_draw
@given(STUDIES)
def test_a_study_comes_back_with_every_type(study):
    found = codec.study_from_json(codec.study_to_json(study))
    assert found == study
    # equality takes True for 1 and 1 for 1.0; the spelling does not
    assert _spelled(found) == _spelled(study)
    assert differences(found, study) == []


@given(SUMMARIES)
def test_summaries_come_back(summaries):
    assert repr(codec.summaries_from_json(codec.summaries_to_json(summaries))) == repr(summaries)


@given(CHECKPOINTS)
def test_checkpoints_come_back(checkpoints):
    found = codec.checkpoints_from_json(codec.checkpoints_to_json(checkpoints))
    assert repr(found) == repr(checkpoints)


def test_a_study_without_derived_values_is_written_as_before_they_existed():
    assert "derived" not in json.loads(codec.study_to_json(example_study()))


def test_a_study_of_a_later_format_is_refused():
    document = json.loads(codec.study_to_json(example_study())) | {"format": 2}
    with pytest.raises(StoreError, match="upgrade"):
        codec.study_from_json(json.dumps(document))


def test_number_of_trials_and_provenance_are_no_part_of_the_design():
    other = replace(example_study(), trials=99, provenance=Provenance(commit="other"))
    assert differences(example_study(), other) == []


def test_a_whole_number_is_the_same_as_float_and_a_switch_is_not_a_number():
    study = example_study(fixed={"a": 1, "b": float("nan")})
    assert differences(study, replace(study, fixed={"a": 1.0, "b": float("nan")})) == []
    assert differences(study, replace(study, fixed={"a": True, "b": float("nan")})) == [
        "fixed.a was 1, is now True"
    ]


def test_differences_name_the_part_and_both_values():
    study = example_study()
    first, second, _ = study.space.hyperparameters
    more = Hyperparameter("dropout", Float(0.0, 0.5), 0.1)
    third = Hyperparameter("optimizer", Categorical(("sgd", "adam", "lion")), "sgd")
    assert differences(study, replace(study, space=SearchSpace((first, third, more)))) == [
        "search space: optimizer was ['sgd', 'adam'], is now ['sgd', 'adam', 'lion']",
        "search space: optimizer.adam.beta1 was [0.5, 0.99], is now absent",
        "search space: dropout was absent, is now [0, 0.5]",
    ]
    longer = replace(study.training, max_train_steps=200)
    assert differences(study, replace(study, training=longer)) == [
        "training.max_train_steps was 100, is now 200"
    ]
    assert differences(study, replace(study, space=SearchSpace((second, first)))) != []


def _spelled(study):
    mappings = (dict(study.fixed), dict(study.scientific), [dict(c) for c in study.configs])
    return repr(replace(study, fixed={}, scientific={}, configs=())) + repr(mappings)


@pytest.mark.parametrize("field", ["patch", "commit", "code"])
def test_provenance_that_is_no_text_is_refused(field):
    document = json.loads(codec.study_to_json(example_study()))
    document["provenance"][field] = {"a": 1}
    with pytest.raises((TypeError, ValueError)):
        codec.study_from_json(json.dumps(document))
