import numpy as np

from tuning_playbook.analysis.curves.steady_change import steadiness


def test_a_random_order_is_about_one_standard_deviation_from_its_mean():
    random = np.random.default_rng(3)
    runs, steps = np.repeat(np.arange(5), 20), np.tile(np.arange(20.0), 5)
    found = [steadiness(runs, steps, random.normal(size=100)) for _ in range(400)]
    assert abs(np.mean(found)) < 4 / np.sqrt(400)
    assert 0.9 < np.std(found) < 1.1


def test_what_every_run_shares_at_a_step_counts_once():
    random = np.random.default_rng(4)
    runs, steps = np.repeat(np.arange(50), 12), np.tile(np.arange(12.0), 50)
    found = [
        steadiness(runs, steps, np.tile(random.normal(size=12), 50) + np.repeat(np.arange(50), 12))
        for _ in range(400)
    ]
    assert 0.9 < np.std(found) < 1.1


def test_runs_that_learn_at_different_speeds_go_one_way():
    runs, steps = np.repeat(np.arange(5), 20), np.tile(np.arange(20.0), 5)
    assert steadiness(runs, steps, -np.exp(-0.1 * (1 + runs) * steps)) > 3
