"""Seeding the global random streams."""

from __future__ import annotations

import random
import sys

import numpy as np


def seed_everything(seed: int) -> None:
    """Seed Python's, numpy's and, where it is imported, PyTorch's global random streams.

    Args:
        seed: 0 to 2**32 - 1.
    """
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  users' code draws from the global stream too
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(seed)
