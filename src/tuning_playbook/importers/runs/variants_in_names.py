"""What else the names of runs say, where their settings are known from their names alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tuning_playbook.importers.runs.names_of_runs import settings_in, without_settings
from tuning_playbook.importers.runs_of_tools import VARIANT, Run

_SEPARATORS = re.compile(r"[_\-\s./=,:()\[\]]+")
# What numbers runs and repeats, or tells when they ran: no setting.
_NUMBERED = re.compile(
    r"(seed|s|run|rep|repeat|trial|version|v|exp|experiment|fold|job|split)?\d+", re.IGNORECASE
)
_COUNTERS = frozenset(
    {
        "seed",
        "run",
        "rep",
        "repeat",
        "trial",
        "version",
        "exp",
        "experiment",
        "fold",
        "job",
        "split",
        "log",
        "logs",
        "metrics",
        "history",
        "train",
        "training",
        "results",
    }
)
_HASH = re.compile(r"(?=.*\d)[0-9a-f]{6,}|\d+[tT]\d+[zZ]?")


def add_variants(runs: Sequence[Run]) -> None:
    """Give runs whose names differ in more than settings and numbers a setting that says so.

    Otherwise ``resnet_frozen`` and ``resnet_augmented`` would count as repeats of one setting. Runs
    that have settings from elsewhere which vary are left as they are.

    Args:
        runs: of one study, with the settings that their names tell.
    """
    if len(runs) < 2 or any(VARIANT in run.parameters for run in runs):
        return
    told = {key for run in runs for key in settings_in(run.id.replace("/", "_"))}
    told |= {key for run in runs for part in run.id.split("/") for key in settings_in(part)}
    keys = {key for run in runs for key in run.parameters} - told
    if any(len({str(run.parameters.get(key)) for run in runs}) > 1 for key in keys):
        return
    variants = [variant_in(run.id) for run in runs]
    if len(set(variants)) > 1:
        for run, variant in zip(runs, variants, strict=True):
            run.parameters[VARIANT] = variant or "none"


def variant_in(name: str) -> str:
    """A run's name without settings, numbers of repeats, dates and hashes.

    Example:
        >>> [variant_in(n) for n in ("resnet18_derma_seed42_frozen", "lora_r16_a32", "lr_0.1/s1")]
        ['resnet18_derma_frozen', 'a32', '']
    """
    rest = [without_settings(part) for part in name.split("/")]
    words = [word for part in rest for word in _SEPARATORS.split(part) if word]
    kept = [
        word
        for word in words
        if not (_NUMBERED.fullmatch(word) or _HASH.fullmatch(word) or word.lower() in _COUNTERS)
    ]
    return "_".join(kept)
