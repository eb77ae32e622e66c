"""Failed trials are located where one hyperparameter tells them from the others, else nowhere."""

from tuning_playbook.run.failing_region import where_they_fail

RATES = [0.001, 0.004, 0.01, 0.02, 0.04, 0.07, 0.1]


def configs(rates, **fixed):
    return [{"lr": rate, "momentum": i % 3 / 4, **fixed} for i, rate in enumerate(rates)]


def test_trials_that_fail_above_a_value_are_located_between_the_nearest_of_both():
    said = where_they_fail(configs([0.3, 0.2, 0.7]), configs(RATES))
    assert said == (
        "every trial with lr = 0.2 or more failed in this way, and no trial with lr = 0.1 or less "
        "did"
    )
    said = where_they_fail(configs([1e-5, 2e-5, 3e-5]), configs(RATES))
    assert said == (
        "every trial with lr = 3e-05 or less failed in this way, and "
        "no trial with lr = 0.001 or more did"
    )


def test_trials_that_fail_with_one_choice_are_located_at_it():
    others = configs(RATES, optimizer="sgd")
    said = where_they_fail(configs(RATES[:4], optimizer="adam"), others)
    assert said == "every trial with optimizer = adam failed in this way, and no other trial did"


def test_trials_that_chance_may_have_sorted_are_not_located():
    assert where_they_fail(configs([0.3, 0.2]), configs(RATES)) == ""
    assert where_they_fail(configs([0.3, 0.2, 0.7]), configs(RATES[:3])) == ""


def test_trials_that_fail_among_the_others_are_not_located():
    assert where_they_fail(configs([0.3, 0.002, 0.7]), configs(RATES)) == ""


def test_a_switch_is_a_choice_and_a_missing_value_locates_nothing():
    on, off = configs(RATES[:4], nesterov=True), configs(RATES, nesterov=False)
    assert (
        where_they_fail(on, off)
        == "every trial with nesterov = true failed in this way, and no other trial did"
    )
    assert where_they_fail(configs(RATES[:4]), off) == ""
