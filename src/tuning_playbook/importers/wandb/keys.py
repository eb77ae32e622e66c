"""Which keys of a run are W&B's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TYPE = "._type"


def without_own_keys(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Without W&B's own: ``_step``, ``_runtime``, ``_wandb``, and the sizes of images and tables.

    Example:
        >>> without_own_keys({"a": 1, "_step": 2, "img._type": "image-file", "img.width": 640})
        {'a': 1}
    """
    media = tuple(key.removesuffix(_TYPE) + "." for key in flat if key.endswith(_TYPE))
    return {
        key: value
        for key, value in flat.items()
        if key[:1] != "_" and key != "wandb_version" and not (media and key.startswith(media))
    }
