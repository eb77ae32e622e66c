"""Colours and layout that all figures share.

Figures are dictionaries in Plotly's JSON schema: the page draws them, and no plotting library is
needed to make them.
"""

from __future__ import annotations

import base64
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

Figure: TypeAlias = dict[str, Any]

# Okabe and Ito's palette: told apart by colour-blind eyes too.
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, GREY = "#CC79A7", "#56B4E9", "#8A8F98"
RANKED = (RED, ORANGE, GREEN)  # first, second, third best

HEIGHT_PIXELS = 320


def typed(values: ArrayLike, dtype: str = "f4") -> dict[str, str]:
    """Numbers as the base64 typed array that Plotly reads; a third of their text's size.

    Args:
        values: any shape (n,).
        dtype: ``f4``, ``f8`` or ``i4``.
    """
    with np.errstate(over="ignore"):  # beyond single precision a value is off the plot anyway
        array = np.ascontiguousarray(values, dtype=f"<{dtype}")
    return {"dtype": dtype, "bdata": base64.b64encode(array.tobytes()).decode()}


def layout(*, x_title: str, y_title: str, **more: Any) -> dict[str, Any]:
    """Common layout; ``more`` overrides. Colours of text and grid are the page's business."""
    return {
        "height": HEIGHT_PIXELS,
        "margin": {"l": 64, "r": 16, "t": 16, "b": 52},
        "hovermode": "closest",
        "showlegend": False,
        "xaxis": {"title": {"text": x_title}, "zeroline": False, "automargin": True},
        "yaxis": {
            "title": {"text": y_title},
            "zeroline": False,
            "automargin": True,
            "exponentformat": "power",
        },
        **more,
    }
