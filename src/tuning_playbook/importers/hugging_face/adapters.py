"""The settings of the adapters that PEFT trains, as it keeps them in each checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tuning_playbook.importers.cells.json_text import read_json
from tuning_playbook.importers.cells.values import is_number

ADAPTER = "adapter_config.json"

_NUMBERS = {"r": "lora_r", "lora_alpha": "lora_alpha", "lora_dropout": "lora_dropout"}
_SWITCHES = ("use_rslora", "use_dora")
_LISTS = ("target_modules",)


def settings_of_adapter(files: Sequence[Path]) -> dict[str, Any]:
    """What somebody sets of an adapter, from the first file that can be read.

    The modules are sorted: PEFT writes a set, whose order changes from run to run.

    Args:
        files: of one run, one for each checkpoint; they agree.
    """
    for file in files:
        try:
            found = read_json(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(found, dict):
            return _settings(found)
    return {}


def _settings(found: dict[str, Any]) -> dict[str, Any]:
    own: dict[str, Any] = {
        name: found[key] for key, name in _NUMBERS.items() if is_number(found.get(key))
    }
    own |= {key: found[key] for key in _SWITCHES if isinstance(found.get(key), bool)}
    for key in _LISTS:
        value = found.get(key)
        if isinstance(value, str):
            own[key] = value
        elif isinstance(value, list) and all(isinstance(one, str) for one in value):
            own[key] = ", ".join(sorted(value))
    return own
