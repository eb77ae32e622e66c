"""What a hyperparameter is, by its name."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from tuning_playbook.vocabulary.metrics import is_gradient_norm, is_measured_rank
from tuning_playbook.vocabulary.names import Words, contains, phrases, without_digits, words_of


class Family(StrEnum):
    """Hyperparameters that behave alike: one scale, one natural limit, one rule."""

    LEARNING_RATE = "learning rate"  # the one that a schedule begins or peaks at
    SCHEDULE = "schedule"  # what becomes of it
    WARMUP = "warmup"
    MOMENTUM = "momentum"  # shares of the past in (0, 1): momentum, betas, averages of weights
    OPTIMIZER_CONSTANT = "optimizer constant"
    CLIPPING = "clipping"
    WEIGHT_PENALTY = "weight penalty"
    PROBABILITY = "probability"  # shares in [0, 1): dropout, label smoothing, ...
    SIZE = "size"  # counts of layers, units, heads, ...
    BATCH_SIZE = "batch size"
    TRAINING_LENGTH = "training length"
    SEED = "seed"


_SEEDS = phrases("seed, seeds, random state, rng")
_RATES = phrases("lr, lrs, lrate, learning rate, learning rates, learningrate, step size, stepsize")
_OF_SCHEDULES = phrases(
    """
    decay, decays, schedule, schedules, scheduler, sched, gamma, factor, ratio, patience,
    multiplier, mult, scale, scaling, min, minimum, final, end, last, steps, epochs, epoch, policy,
    type, mode, cooldown, threshold, milestones, power, restart, restarts, cycle, cycles, frac,
    fraction, name, ramp, anneal, annealing, half life
    """
)
_WARMUPS = phrases("warmup, warm up, warmups")
_SCHEDULES = phrases(
    """
    schedule, scheduler, sched, decay steps, decay epochs, decay rate, milestones, cosine,
    cooldown, anneal, annealing, lrf
    """
)
_BATCH_SIZES = phrases(
    """
    batch size, batch sizes, mini batch, minibatch, batchsize, bs, bsz, batch tokens,
    tokens per batch, accumulation, accum, accumulate grad batches
    """
)
_OTHER_BATCHES = phrases(
    """
    eval, evaluation, val, valid, validation, test, dev, predict, inference, virtual, ghost,
    norm
    """
)
_LENGTHS = phrases("epoch, epochs, steps, iterations, iters, updates, tokens, samples, timesteps")
_OF_LENGTHS = phrases(
    """
    num, n, nb, number, of, no, max, maximum, total, planned, train, training, trainer, args,
    config, cfg, params, param, hparams, hyperparameters, optimization, optimizer, run, global,
    data, model
    """
)
_LIMITS = phrases("max iter, training length, max time")
# One step is a place on the way; ``n_steps`` is the length of a rollout as often as that of
# training.
_NO_LENGTHS = phrases("n steps, samples, updates, n samples, num samples, number of samples")
_CLIPS = phrases(
    """
    clip, clipping, clipnorm, clipvalue, clip norm, max grad norm, max gradient norm, grad norm
    clip, gradclip
    """
)
_AVERAGES = phrases(
    """
    momentum, ema, polyak, betas, rho, averaging decay, average decay, nesterov momentum
    """
)
_BETAS = phrases("beta1, beta2, beta3, b1, b2, beta 1, beta 2")
_OWN_NUMBERS = frozenset({"l1", "l2", "beta1", "beta2", "beta3", "b1", "b2"})
_ADAM: dict[Literal["beta1", "beta2", "epsilon"], frozenset[Words]] = {
    "beta1": phrases("beta1, beta 1, b1"),
    "beta2": phrases("beta2, beta 2, b2"),
    "epsilon": phrases("epsilon, eps"),
}
_NORMALIZATION = phrases("bn, norm, batchnorm, batch norm")
_SWITCHES = frozenset({"use", "with", "without", "has", "is", "no", "enable", "disable", "add"})
_COMPLEMENTS = phrases("one minus")
_PENALTIES = phrases(
    """
    weight decay, wd, weightdecay, wdecay, l1, l2, weight penalty, regularizer, reg,
    regularization, reg lambda, lambda reg, l2reg, l1reg
    """
)
_PROBABILITIES = phrases(
    """
    dropout, drop out, drop rate, droprate, drop path, droppath, drop prob, dropconnect,
    layerdrop, dropouts, label smoothing, smoothing, stochastic depth, prob, probability,
    discount, discount factor, gae lambda, pdrop
    """
)
_SHARES = _PROBABILITIES - phrases("prob, probability")
# What happens to examples or parts of a model with a probability that somebody sets.
_CHANCES = frozenset({"p", "drop", "keep", "retain", "mask", "masking", "aug", "augment",
                      "augmentation", "mixup", "cutmix", "cutout", "flip", "crop", "rotate",
                      "noise", "swap", "erase", "erasing", "jitter", "blur", "skip", "replace",
                      "mutation", "crossover", "teacher", "sample", "sampling", "random",
                      "exploration", "uncond", "unconditional", "switch", "color", "grayscale",
                      "mosaic", "shift", "scale", "apply", "layer", "attention",
                      "attn"})  # fmt: skip
_KEPT = phrases("keep, keep prob, retain, discount, discount factor, gae lambda")
_CONSTANTS = phrases(
    """
    epsilon, eps, amsgrad, nesterov, centered, initial accumulator, decouple, bias correction
    """
)
_SIZES = phrases(
    """
    layers, layer, depth, blocks, units, hidden, width, widths, channels, filters, heads, d
    model, n embd, embed dim, embedding dim, emb dim, hidden dim, hidden dims, hidden size,
    neurons, nodes, dim, dims, ffn, d ff, dff, kernel size, kernel, kernels, rank, experts,
    nlayers, nhid, nhead, emsize, n layer, n head, lora r
    """
)
_COEFFICIENTS = frozenset({"c", "alpha", "gamma", "beta", "lambda", "lam", "lambd", "tau",
                           "temperature", "temp", "weight", "coef", "coeff", "coefficient",
                           "strength", "scale", "margin", "sigma", "epsilon", "eta"})  # fmt: skip
_BIT_WIDTHS = frozenset({"bit", "bits", "nbits", "wbits", "abits", "bitwidth"})
_BITS_OF = phrases("bit width, bits width")
_LETTERS = frozenset({"alpha", "beta", "gamma", "lambda", "lam", "lambd", "tau"})
_LOGARITHMS = {"log": 10.0, "log10": 10.0, "log2": 2.0, "ln": math.e, "logarithm": 10.0}  # bases


@lru_cache(maxsize=4096)  # every check asks for the same few names
def hyperparameter_family(name: str) -> Family | None:
    """What a hyperparameter is by its name; ``None`` where the name does not tell.

    Separators, capitals, prefixes and numbers at the end do not matter.

    Example:
        >>> [str(hyperparameter_family(n)) for n in ("optim.lr", "lr0", "log_lr", "lrBackbone")]
        ['learning rate', 'learning rate', 'learning rate', 'learning rate']
        >>> [str(hyperparameter_family(n)) for n in ("lr_decay", "adam_beta2", "wd", "n_layers")]
        ['schedule', 'momentum', 'weight penalty', 'size']
        >>> hyperparameter_family("alpha")
    """
    if is_gradient_norm(name) or is_measured_rank(name):  # ``grad_l2_norm`` is no penalty
        return None
    words = tuple(w if w in _OWN_NUMBERS else without_digits(w) for w in words_of(name))
    return next((family for family, holds in _RULES if holds(words)), None)


def may_be_switch(name: str) -> bool:
    """Whether 0 and 1 under this name mean off and on, and not two values of a quantity.

    Example:
        >>> [may_be_switch(n) for n in ("use_dropout", "nesterov", "batch_norm", "mixup", "flag_x")]
        [True, True, True, True, True]
        >>> [may_be_switch(n) for n in ("dropout", "n_layers", "warmup_epochs")]
        [False, False, False]
    """
    words = words_of(name)
    if words[0] in _SWITCHES or contains(words[-2:], _NORMALIZATION):
        return True
    return hyperparameter_family(name) in (None, Family.OPTIMIZER_CONSTANT)


def is_not_tuned(name: str) -> bool:
    """Whether a name is that of a batch size or a training length: never searched for quality.

    Example:
        >>> [is_not_tuned(n) for n in ("train_batch_size", "max_epochs", "warmup_steps", "bs")]
        [True, True, False, True]

    Source: playbook, "Why shouldn't the batch size be tuned to directly improve validation set
    performance?" and "Determining the number of steps for each training run".
    """
    return hyperparameter_family(name) in (Family.BATCH_SIZE, Family.TRAINING_LENGTH)


def is_bit_width(name: str) -> bool:
    """Whether a name is that of a number of bits, which trades quality for memory and speed.

    Example:
        >>> [is_bit_width(n) for n in ("weight_bits", "n_bits", "wbits", "bits_per_byte", "orbits")]
        [True, True, True, False, False]
    """
    last = words_of(name)[-1]
    return last in _BIT_WIDTHS or words_of(name)[-2:] in _BITS_OF


def is_any_probability(name: str) -> bool:
    """Whether nothing but the word says that a probability of that name is a setting.

    Example:
        >>> [is_any_probability(n) for n in ("forget_QA_prob", "drop_prob", "mask_prob", "lr")]
        [True, False, False, False]
    """
    words = words_of(name)
    known = contains(words, _SHARES) or bool(_CHANCES & set(words))
    return hyperparameter_family(name) is Family.PROBABILITY and not known


def is_strength(name: str) -> bool:
    """Whether a regularizer of that name is absent at 0, as dropout is; ``keep_prob`` is not.

    Example:
        >>> [is_strength(n) for n in ("dropout", "l2", "keep_prob", "log_weight_decay", "discount")]
        [True, True, False, False, False]
    """
    words = words_of(name)
    normalization = contains(words, _NORMALIZATION) and words[-1] == "momentum"
    return not contains(words, _KEPT) and not normalization and logarithm_base(name) is None


def is_coefficient(name: str) -> bool:
    """Whether a number of that name is as a rule a coefficient that somebody sets, of any size.

    Example:
        >>> [is_coefficient(n) for n in ("svc__C", "gamma", "kd_temperature", "weight_bits")]
        [True, True, True, False]
    """
    return words_of(name)[-1] in _COEFFICIENTS


def is_letter(name: str) -> bool:
    """Whether a name is that of a coefficient which papers write as a Greek letter.

    Example:
        >>> [is_letter(n) for n in ("gamma", "gae_lambda", "margin", "sharpe_beta_t")]
        [True, True, False, False]
    """
    return words_of(name)[-1] in _LETTERS


def adam_constant(name: str) -> Literal["beta1", "beta2", "epsilon"] | None:
    """Which of Adam's own constants a name means; ``None`` for any other.

    Example:
        >>> [adam_constant(n) for n in ("optim.beta1", "adam_b2", "eps", "adam_epsilon", "lr")]
        ['beta1', 'beta2', 'epsilon', 'epsilon', None]
    """
    words = words_of(name)
    return next((own for own, known in _ADAM.items() if contains(words[-2:], known)), None)


def logarithm_base(name: str) -> float | None:
    """The base of the logarithms that a name speaks of, 10 where it names none.

    Returns:
        ``None`` where the name speaks of no logarithm.

    Example:
        >>> [logarithm_base(name) for name in ("log_lr", "log2_width", "lr")]
        [10.0, 2.0, None]
    """
    words = words_of(name)
    if len(words) < 2:
        return None
    return _LOGARITHMS.get(words[0], _LOGARITHMS.get(words[-1]))


def _is_rate(words: Words) -> bool:
    plain = contains(words, _RATES) or words in (("eta",), ("optimizer", "eta"))
    return plain and not contains(words, _OF_SCHEDULES) and not contains(words, _WARMUPS)


def _is_schedule(words: Words) -> bool:
    rate = contains(words, _RATES) and contains(words, _OF_SCHEDULES)
    return rate or contains(words, _SCHEDULES)


def _is_batch_size(words: Words) -> bool:
    named = contains(words, _BATCH_SIZES) or words == ("batch",)
    return named and not contains(words, _OTHER_BATCHES)


def _is_length(words: Words) -> bool:
    if words == ("n", "iter") or words[-2:] in _LIMITS:
        return True
    qualified = all((word,) in _OF_LENGTHS for word in words[:-1])
    return words[-1:] in _LENGTHS and qualified and words not in _NO_LENGTHS


def _is_momentum(words: Words) -> bool:
    if contains(words, _NORMALIZATION) or contains(words, _COMPLEMENTS):
        return False
    of_adam = words[-1] == "beta" and words[0].startswith("adam")
    return of_adam or contains(words, _BETAS) or contains(words, _AVERAGES)


def _is_probability(words: Words) -> bool:
    of_normalization = contains(words, _NORMALIZATION) and words[-1] == "momentum"
    return of_normalization or contains(words, _PROBABILITIES)


def _names(known: frozenset[Words]) -> Callable[[Words], bool]:
    return lambda words: contains(words, known)


# The first that holds: ``weight_decay_warmup`` is a warmup, ``lr_decay_epochs`` a schedule.
_RULES: tuple[tuple[Family, Callable[[Words], bool]], ...] = (
    (Family.SEED, _names(_SEEDS)),
    (Family.WARMUP, _names(_WARMUPS)),
    (Family.WEIGHT_PENALTY, _names(_PENALTIES)),
    (Family.LEARNING_RATE, _is_rate),
    (Family.SCHEDULE, _is_schedule),
    (Family.BATCH_SIZE, _is_batch_size),
    (Family.TRAINING_LENGTH, _is_length),
    (Family.CLIPPING, _names(_CLIPS)),
    (Family.MOMENTUM, _is_momentum),
    (Family.PROBABILITY, _is_probability),
    (Family.OPTIMIZER_CONSTANT, _names(_CONSTANTS)),
    (Family.SIZE, _names(_SIZES)),
)
