"""Which keys of a run are W&B's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def without_own_keys(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Without W&B's own: ``_step``, ``_runtime``, ``_timestamp``, ``_wandb``, ``wandb_version``."""
    return {k: v for k, v in flat.items() if k[:1] != "_" and k != "wandb_version"}
