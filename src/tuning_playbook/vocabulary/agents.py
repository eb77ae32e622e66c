"""Metrics of agents, and of networks that train against or after each other, by their names."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from tuning_playbook.vocabulary.names import without_digits, words_of

# Networks, or terms, that train against each other or after each other's moving answers.
_PARTS = frozenset({"g", "d", "gen", "disc", "generator", "discriminator", "critic", "actor",
                    "policy", "pol", "pi", "q", "qf", "vf", "adv", "adversarial", "gan",
                    "entropy"})  # fmt: skip
_LOSS = frozenset({"loss", "losses"})
_POLICIES = frozenset({"policy", "pol", "pi", "actor"})
_OF_EPISODES = frozenset({"reward", "rewards", "rew", "rews", "return", "returns"})


def is_of_a_part(name: str) -> bool:
    """Whether a loss is that of one of several networks that train against or after each other.

    It falls where the others fall behind, so that lower need not be better.

    Example:
        >>> [is_of_a_part(n) for n in ("d_loss", "loss_G", "policy_gradient_loss", "val_loss")]
        [True, True, True, False]
        >>> is_of_a_part("cross_entropy_loss"), is_of_a_part("loss_value")
        (False, False)
    """
    words = [without_digits(word.lower()) for word in words_of(name)]
    words = [word for word in words if word != "gradient"]
    for first, second in pairwise(["", *words]):
        if second in _LOSS and first == "value":
            return True
        if (first in _PARTS and second in _LOSS) or (first in _LOSS and second in _PARTS):
            return "cross" not in words
    return False


def may_be_loss_of_values(name: str, beside: Iterable[str]) -> bool:
    """Whether ``val_loss`` may be how well an agent knows values: a policy's loss stands beside it.

    Example:
        >>> may_be_loss_of_values("val_loss", ["train_loss", "pol_loss"])
        True
        >>> may_be_loss_of_values("val_loss", ["train_loss", "d_loss"])
        False
    """
    if "val" not in words_of(name) or not _LOSS & set(words_of(name)):
        return False
    return any(_POLICIES & set(words_of(o)) and _LOSS & set(words_of(o)) for o in beside)


def is_of_episodes(name: str) -> bool:
    """Whether a metric is what an agent collects: while it trains, where its name says no more.

    Example:
        >>> is_of_episodes("rollout/ep_rew_mean"), is_of_episodes("val_acc")
        (True, False)
    """
    return bool(_OF_EPISODES & set(words_of(name)))
