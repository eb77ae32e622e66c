"""Settings that people write into the names of runs, files and folders."""

from __future__ import annotations

import re
from typing import Any

from tuning_playbook.importers.run_folders import named_values
from tuning_playbook.importers.values import typed_value
from tuning_playbook.vocabulary import hyperparameter_family

_NUMBER = r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_PAIR = re.compile(
    rf"(?P<name>[A-Za-z]+(?:_[A-Za-z]+)*?)[_=:\-]?(?P<value>{_NUMBER})(?![A-Za-z0-9])"
)


def settings_in(name: str) -> dict[str, Any]:
    """The hyperparameters in a run's name: what is written ``name=value``, and known names.

    Example:
        >>> settings_in("lr_0.1_bs32_run7"), settings_in("lr=0.1,mixup=0.2")
        ({'lr': 0.1, 'bs': 32}, {'lr': 0.1, 'mixup': 0.2})
    """
    written = named_values(name)
    if written:
        return written
    return {
        m["name"]: typed_value(m["value"])
        for m in _PAIR.finditer(name)
        if hyperparameter_family(m["name"]) is not None
    }
