"""A round becomes studies: one for each arm, fair to all of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuning_playbook.design.arms import arm_names, studies_of
from tuning_playbook.errors import InvalidInput, RefusedByPlaybook
from tuning_playbook.space import Categorical, Float
from tuning_playbook.study import Round

RATE, MOMENTUM = Float(1e-3, 10.0, "log"), Float(0.5, 0.999, "reverse_log")
SGD_RATE, ADAM_RATE = "optimizer.nesterov.learning_rate", "optimizer.adam.learning_rate"


def round_of(**parts):
    return Round("first", "Does it help?", "understand", parts.pop("trials", 10), **parts)


def test_a_round_without_scientific_values_is_one_study(project):
    (study,) = studies_of(project, round_of(nuisance={SGD_RATE: RATE}))
    assert (study.name, study.round, study.trials) == ("first", "first", 10)
    assert study.space.keys == (SGD_RATE,)
    assert study.fixed == {
        "optimizer": "nesterov", "optimizer.nesterov.momentum": 0.9, "weight_decay": 1e-4,
        "activation": "relu", "width": 64, "batch_size": 64,
    }  # fmt: skip


def test_the_round_goes_before_the_baseline_and_the_baseline_before_the_default(project):
    round_ = round_of(
        nuisance={"optimizer.adam.beta1": MOMENTUM}, fixed={"optimizer": "adam", "width": 128}
    )
    (study,) = studies_of(project, round_)
    assert study.fixed["width"] == 128
    assert study.fixed[ADAM_RATE] == 0.01
    assert study.fixed["activation"] == "relu"


def test_every_arm_gets_the_nuisances_that_exist_in_it(project):
    round_ = round_of(
        scientific={"optimizer": ("nesterov", "adam")},
        nuisance={SGD_RATE: RATE, ADAM_RATE: RATE, "weight_decay": Float(1e-6, 1e-2, "log")},
        seed=7,
    )
    nesterov, adam = studies_of(project, round_)
    assert [nesterov.name, adam.name] == ["first/optimizer=nesterov", "first/optimizer=adam"]
    assert nesterov.space.keys == ("weight_decay", SGD_RATE)
    assert adam.space.keys == ("weight_decay", ADAM_RATE)
    assert (nesterov.seed, adam.seed) == (7, 7)
    assert "optimizer.nesterov.momentum" not in adam.fixed
    assert adam.scientific == {"optimizer": "adam"}


def test_shared_nuisances_come_first_so_that_arms_get_paired_points(project):
    from tuning_playbook.search import planned_trials

    round_ = round_of(
        scientific={"optimizer": ("nesterov", "adam")},
        nuisance={SGD_RATE: RATE, "weight_decay": Float(1e-6, 1e-2, "log")},
    )
    points = [
        [t.config["weight_decay"] for t in planned_trials(s, start=0, count=5, created_at=0.0)]
        for s in studies_of(project, round_)
    ]
    assert points[0] == points[1]
    assert len(set(points[0])) == 5


def test_arms_that_differ_only_in_what_does_not_exist_are_one_arm(project):
    round_ = round_of(
        scientific={"optimizer": ("sgd", "adam"), "optimizer.adam.beta1": (0.8, 0.9)},
        nuisance={"weight_decay": Float(1e-6, 1e-2, "log")},
    )
    assert [s.scientific for s in studies_of(project, round_)] == [
        {"optimizer": "sgd"},
        {"optimizer": "adam", "optimizer.adam.beta1": 0.8},
        {"optimizer": "adam", "optimizer.adam.beta1": 0.9},
    ]


def test_a_grandchild_exists_only_under_its_whole_line_of_parents(project):
    round_ = round_of(
        fixed={"optimizer": "adam", "optimizer.adam.schedule": "cosine"},
        nuisance={"optimizer.adam.schedule.cosine.floor": Float(0.0, 0.5)},
    )
    (study,) = studies_of(project, round_)
    assert study.space.keys == ("optimizer.adam.schedule.cosine.floor",)
    outside = round_of(nuisance={"optimizer.adam.schedule.cosine.floor": Float(0.0, 0.5)})
    with pytest.raises(InvalidInput, match="only where optimizer = 'adam'"):
        studies_of(project, outside)


def test_a_searched_parent_keeps_its_branches_in_the_space(project):
    choice = Categorical(("nesterov", "adam"))
    (study,) = studies_of(project, round_of(
        nuisance={"optimizer": choice, SGD_RATE: RATE, ADAM_RATE: RATE}))  # fmt: skip
    assert study.space.keys == ("optimizer", SGD_RATE, ADAM_RATE)
    assert len(study.space.branches()) == 2
    assert {"optimizer.nesterov.momentum", "optimizer.adam.beta1"} <= study.fixed.keys()


def test_fewer_choices_may_leave_out_the_default(project):
    (study,) = studies_of(project, round_of(nuisance={"optimizer": Categorical(("adam", "sgd"))}))
    assert study.space["optimizer"].default == "adam"
    assert SGD_RATE not in study.fixed


def test_listed_configurations_are_completed_from_the_baseline(project):
    round_ = round_of(
        algorithm="list", trials=99, configs=({"weight_decay": 0.0}, {SGD_RATE: 1.0}),
        nuisance={"weight_decay": Float(1e-6, 1e-2, "log"), SGD_RATE: RATE},
    )  # fmt: skip
    (study,) = studies_of(project, round_)
    assert study.trials == 2
    assert study.configs == ({SGD_RATE: 0.1, "weight_decay": 0.0},
                             {SGD_RATE: 1.0, "weight_decay": 1e-4})  # fmt: skip


@pytest.mark.parametrize("key", ["batch_size"])
@pytest.mark.parametrize("role", ["nuisance", "scientific"])
def test_a_search_over_batch_size_is_refused(project, key, role):
    value = {"nuisance": Float(1.0, 2.0), "scientific": (32, 64)}[role]
    with pytest.raises(RefusedByPlaybook, match="steps to a target"):
        studies_of(project, round_of(**{role: {key: value}}))


def test_all_that_is_wrong_with_a_round_built_in_python_is_told(project):
    round_ = round_of(
        scientific={"width": (64,)}, nuisance={"weight_decay": RATE}, fixed={"weight_decay": "no"}
    )
    with pytest.raises(InvalidInput) as caught:
        studies_of(project, round_)
    for words in ("compare nothing", "nuisance and fixed at once", "expected a number"):
        assert words in str(caught.value)


def test_an_unknown_key_in_python_is_answered_with_the_nearest(project):
    with pytest.raises(InvalidInput, match="did you mean 'weight_decay'"):
        studies_of(project, round_of(nuisance={"weight_decy": RATE}))


@pytest.mark.parametrize(("part", "words"), [("kind", "improve"), ("algorithm", "quasi-random")])
def test_a_word_that_is_not_known_in_python_is_answered_with_those_that_are(project, part, words):
    parts = {"kind": "improve", "nuisance": {"weight_decay": RATE}, part: "halton"}
    with pytest.raises(InvalidInput, match=rf"{part} is .*{words}.*; found 'halton'"):
        studies_of(project, Round("first", "q", trials=3, **parts))


def test_many_trials_of_nothing_are_refused_and_one_is_fine(project):
    with pytest.raises(InvalidInput, match="set trials = 1"):
        studies_of(project, round_of())
    assert len(studies_of(project, round_of(trials=1))) == 1


@pytest.mark.parametrize("name", ["", "..", "a/b", "a" * 200])
def test_a_round_name_that_cannot_be_a_folder_is_refused(project, name):
    round_ = Round(name, "q", "improve", 3, nuisance={"weight_decay": RATE})
    with pytest.raises(InvalidInput, match="cannot name a round"):
        studies_of(project, round_)


def test_names_of_arms_that_would_collide_are_told_apart():
    slash, dash = arm_names("r", [{"activation": "a/b"}, {"activation": "a-b"}])
    assert slash != dash
    assert slash.startswith("r/activation=a-b~")
    assert (dash, slash) == arm_names("r", [{"activation": "a-b"}, {"activation": "a/b"}])


def test_two_hyperparameters_of_one_name_are_written_in_full():
    (name,) = arm_names("r", [{"optimizer.adam.beta1": 0.9, "schedule.cosine.beta1": 0.1}])
    assert name == "r/optimizer.adam.beta1=0.9,schedule.cosine.beta1=0.1"


VALUES = st.one_of(st.text(max_size=30), st.booleans(), st.floats(allow_nan=False), st.integers())


@settings(max_examples=200, deadline=None)
@given(st.lists(VALUES, min_size=2, max_size=6, unique_by=lambda v: (type(v), v)))
def test_names_of_arms_are_different_and_fit_to_be_folders(values):
    names = arm_names("r", [{"x": value} for value in values])
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        head, _, arm = name.partition("/")
        assert head == "r"
        assert len(arm.encode()) <= 255
        assert not set(arm) & set('/\\:*?"<>|\0')


def test_a_joint_round_is_one_study_that_covers_every_scientific_value_evenly(project):
    from tuning_playbook.search import planned_trials

    values = (0.0, 1e-5, 1e-4, 1e-3, 1e-2)
    for algorithm in ("quasi-random", "random"):
        (study,) = studies_of(
            project,
            round_of(
                scientific={"weight_decay": values}, nuisance={SGD_RATE: RATE}, joint=True,
                trials=20, algorithm=algorithm,
            ),
        )  # fmt: skip
        assert (study.trials, study.joint) == (100, ("weight_decay",))
        tried = [t.config["weight_decay"] for t in planned_trials(
            study, start=0, count=100, created_at=0.0)]  # fmt: skip
        counts = [tried.count(value) for value in values]
        expected = 20
        chi_square = sum((count - expected) ** 2 / expected for count in counts)
        assert chi_square < 13.3  # 99 % quantile with 4 degrees of freedom
        if algorithm == "quasi-random":
            assert max(counts) - min(counts) <= 2


def test_a_masked_joint_study_gives_each_value_its_own_hyperparameters(project):
    from tuning_playbook.design.warnings import design_warnings
    from tuning_playbook.search import planned_trials

    parts = {
        "scientific": {"optimizer": ("nesterov", "adam")},
        "nuisance": {SGD_RATE: RATE, ADAM_RATE: RATE}, "joint": True,
    }  # fmt: skip
    with pytest.raises(InvalidInput, match="masked = true"):
        studies_of(project, round_of(**parts))
    round_ = round_of(**parts, masked=True)
    (study,) = studies_of(project, round_)
    trials = planned_trials(study, start=0, count=study.trials, created_at=0.0)
    for trial in trials:
        own, other = (SGD_RATE, ADAM_RATE)[:: 1 if trial.config["optimizer"] == "nesterov" else -1]
        assert own in trial.config
        assert other not in trial.config
    assert {t.config["optimizer"] for t in trials} == {"nesterov", "adam"}
    assert not any("less thoroughly" in words for words in design_warnings(project, round_))
    wider = parts["nuisance"] | {"optimizer.nesterov.momentum": Float(0.5, 0.99)}
    uneven = round_of(**parts | {"nuisance": wider}, masked=True)
    assert any("nesterov: 2 and adam: 1" in words for words in design_warnings(project, uneven))


def test_a_range_of_scientific_values_is_searched_in_one_study(project):
    round_ = round_of(
        scientific_ranges={"weight_decay": Float(1e-6, 1e-2, "log")}, nuisance={SGD_RATE: RATE},
        joint=True, trials=60,
    )  # fmt: skip
    (study,) = studies_of(project, round_)
    assert study.trials == 60
    assert study.space.keys == ("weight_decay", SGD_RATE)


def test_many_arms_are_answered_with_a_joint_study(project):
    from tuning_playbook.design.warnings import design_warnings

    round_ = round_of(
        scientific={"weight_decay": tuple(k * 1e-4 for k in range(12))}, nuisance={SGD_RATE: RATE}
    )
    assert any("joint = true" in words for words in design_warnings(project, round_))


@pytest.mark.parametrize(
    ("trials", "too_many"),
    [(9, ["beta1"]), (10, []), (24, []), (25, []), (49, []), (50, [])],
)
def test_adams_hyperparameters_open_with_the_budget(project, trials, too_many):
    from tuning_playbook.design.warnings import design_warnings

    round_ = round_of(
        fixed={"optimizer": "adam"}, trials=trials,
        nuisance={ADAM_RATE: RATE, "optimizer.adam.beta1": MOMENTUM},
    )  # fmt: skip
    told = [words for words in design_warnings(project, round_) if "Adam" in words]
    assert len(told) == len(too_many)


def test_the_reason_for_a_fixed_hyperparameter_stands_in_its_caveat(project):
    from tuning_playbook.design.plan import plan_round

    round_ = round_of(nuisance={SGD_RATE: RATE}, reasons={"width": "the first round settled it"})
    caveats = plan_round(project, round_, studies_of(project, round_)).caveats
    assert "The answer holds for width = 64 only (the first round settled it)." in caveats
