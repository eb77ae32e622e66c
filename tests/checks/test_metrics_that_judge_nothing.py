"""Metrics that say less of a model than their names promise: parts of it, episodes of training."""

from dataclasses import replace

import numpy as np
import pytest

from tuning_playbook.checks import run_checks
from tuning_playbook.findings import Verdict


def turning(share):
    return np.where(share < 0.4, 1 - share, 0.6 + (share - 0.4))


@pytest.mark.parametrize("metric", ["g_loss", "loss_D", "train/policy_loss", "qf1_loss"])
def test_the_loss_of_one_network_against_another_judges_nothing(curve_study, metric):
    found = run_checks(curve_study(turning, metric=metric))
    judged = {f.check for f in found if f.verdict is not Verdict.UNKNOWN}
    assert not judged & {"overfitting", "still-improving", "saturated-early", "best-step"}
    assert any("lower value need not be better" in f.summary for f in found)


@pytest.mark.parametrize("metric", ["episode_reward", "rollout/ep_rew_mean"])
def test_what_an_agent_collects_while_training_shows_no_overfitting(curve_study, metric):
    table = curve_study(turning, metric=metric, direction="maximize")
    (finding,) = run_checks(table, select=["overfitting"])
    assert finding.verdict is Verdict.UNKNOWN
    table = curve_study(turning, metric="eval/mean_reward", direction="maximize")
    (finding,) = run_checks(table, select=["overfitting"])
    assert finding.verdict is Verdict.FAIL


def test_losses_of_a_policy_and_its_critic_do_not_have_to_fall(curve_study):
    table = curve_study(turning, lambda t: -1 + t, metric="rollout/ep_rew_mean",
                        direction="maximize")  # fmt: skip
    curves = dict(table.curves)
    rising = curves.pop("train_loss")
    for names in (["train/entropy_loss", "train/loss"], ["d_loss", "g_loss"]):
        own = replace(table, curves={**curves, **dict.fromkeys(names, rising)})
        for finding in run_checks(own, select=["rising-train-loss", "instability"]):
            assert finding.verdict is Verdict.UNKNOWN
            assert "none of them has to fall" in finding.summary


def test_the_loss_of_an_agent_that_collects_rewards_does_not_have_to_fall(curve_study):
    table = curve_study(turning, lambda t: -1 + t, metric="Reward_Mean", direction="maximize")
    curves = dict(table.curves)
    own = replace(table, curves={**curves, "Loss": curves.pop("train_loss")})
    for finding in run_checks(own, select=["rising-train-loss", "instability"]):
        assert finding.verdict is Verdict.UNKNOWN
        assert "does not have to fall" in finding.summary


@pytest.mark.parametrize("beside", ["rewards/chosen", "rewards/margins"])
def test_the_loss_that_preferences_are_learnt_with_has_to_fall(curve_study, beside):
    table = curve_study(lambda t: 1 - t, lambda t: -1 + t, metric="accuracy", direction="maximize")
    table = replace(table, curves={**table.curves, beside: table.curves["accuracy"]})
    (finding,) = run_checks(table, select=["rising-train-loss"])
    assert finding.verdict is Verdict.FAIL


def test_a_loss_of_validation_beside_rewards_is_that_of_a_model(curve_study):
    table = curve_study(lambda t: 1 - t, lambda t: -1 + t, metric="val_loss")
    table = replace(table, curves={**table.curves, "reward": table.curves["val_loss"]})
    (finding,) = run_checks(table, select=["rising-train-loss"])
    assert finding.verdict is Verdict.FAIL
