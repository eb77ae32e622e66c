"""What part of the pipeline a hyperparameter belongs to, by its name."""

from __future__ import annotations

from typing import Literal, TypeAlias

from tuning_playbook.vocabulary.hyperparameters import Family, hyperparameter_family
from tuning_playbook.vocabulary.metrics import is_gradient_norm
from tuning_playbook.vocabulary.names import contains, phrases, without_digits, words_of

Kind: TypeAlias = Literal[
    "optimizer",
    "schedule",
    "regularization",
    "architecture",
    "initialization",
    "data",
    "batch_size",
    "training_length",
    "other",
]
_OPTIMIZERS = phrases("optimizer, optim, opt, optimiser, solver")
_CHOOSING = _OPTIMIZERS | phrases("algorithm, algo, model, arch, architecture, backbone, network")
_LABELS = phrases("name, type, class")
_ARCHITECTURES = phrases(
    """
    activation, architecture, arch, model, backbone, pooling, normalization, norm, residual,
    attention, kernel, encoder, decoder, head, lora alpha
    """
)
_INITIALIZATIONS = phrases(
    """
    initializer, initialization, initialisation, init, init scale, init std
    """
)
_DATA = phrases(
    """
    augment, augmentation, augmentations, crop, flip, mixup, cutmix, randaugment, resolution,
    image size, imgsz, tokenizer, preprocessing, noise, cutout, sequence length, seq len,
    context length, vocab size
    """
)
# Of an agent that learns from what it has stored.
_REPLAYS = phrases(
    """
    buffer size, buffer capacity, replay size, replay capacity, replay buffer, replay memory,
    replay start, learning starts, train freq, train frequency, update interval, update freq,
    update frequency, target update, exploration fraction
    """
)


def kind_by_name(name: str) -> Kind:
    """What part of the pipeline a hyperparameter belongs to by its name; ``other`` if unknown.

    Example:
        >>> [kind_by_name(n) for n in ("lr", "dropout", "n_layers", "epochs", "optimizer")]
        ['optimizer', 'regularization', 'architecture', 'training_length', 'optimizer']
    """
    family = hyperparameter_family(name)
    if family in _KINDS:
        return _KINDS[family]
    if is_gradient_norm(name):  # though a norm of another name is a layer
        return "other"
    words = words_of(name)
    for kind, found in _OTHER_KINDS:
        if contains(words[-2:], found) or contains(tuple(map(without_digits, words[-2:])), found):
            return kind
    return "other"


def names_a_setting(name: str) -> bool:
    """Whether a name is known to be that of a hyperparameter, of whatever kind.

    Example:
        >>> [names_a_setting(n) for n in ("adam_beta2", "activation", "zorp")]
        [True, True, False]
    """
    return hyperparameter_family(name) is not None or kind_by_name(name) != "other"


def chooses_what_is_trained(name: str) -> bool:
    """Whether a hyperparameter of words chooses the optimizer, the algorithm or the model.

    Example:
        >>> [chooses_what_is_trained(n) for n in ("optimizer", "model_name", "arch", "activation")]
        [True, True, True, False]
    """
    words = words_of(name)
    kept = words[:-1] if words[-1:] in _LABELS and len(words) > 1 else words
    return kept[-1:] in _CHOOSING or contains(kept[-2:], _OPTIMIZERS)


_KINDS: dict[Family | None, Kind] = {
    Family.LEARNING_RATE: "optimizer",
    Family.MOMENTUM: "optimizer",
    Family.OPTIMIZER_CONSTANT: "optimizer",
    Family.CLIPPING: "optimizer",
    Family.SCHEDULE: "schedule",
    Family.WARMUP: "schedule",
    Family.WEIGHT_PENALTY: "regularization",
    Family.PROBABILITY: "regularization",
    Family.SIZE: "architecture",
    Family.BATCH_SIZE: "batch_size",
    Family.TRAINING_LENGTH: "training_length",
}
_OTHER_KINDS: tuple[tuple[Kind, frozenset[tuple[str, ...]]], ...] = (
    ("optimizer", _OPTIMIZERS),
    ("initialization", _INITIALIZATIONS),
    ("data", _DATA),
    ("data", _REPLAYS),
    ("architecture", _ARCHITECTURES),
)
