"""Colours and layout that all figures share.

Figures are dictionaries in Plotly's JSON schema: the page draws them, and no plotting library is
needed to make them.
"""

from __future__ import annotations

import base64
import math
import sys
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

Figure: TypeAlias = dict[str, Any]

# Okabe and Ito's palette: told apart by colour-blind eyes too.
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
GREY, LOST = "#8A8F98", "#C0392B"  # what did not complete is told apart by its shape, too
PURPLE, INK = "#CC79A7", "#4A505A"
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
        "xaxis": {
            "title": {"text": x_title, "standoff": 8},
            "zeroline": False,
            "automargin": True,
            # Invisible ticks keep the labels away from what stands on the border.
            "ticks": "outside",
            "ticklen": 6,
            "tickcolor": "rgba(0,0,0,0)",
        },
        "yaxis": {
            "title": {"text": y_title, "standoff": 10},
            "zeroline": False,
            "automargin": True,
        },
        **more,
    }


def range_with_room(low: float, high: float, room: float) -> list[float]:
    """Ends of a linear axis around two values; at the ends of floating point, those themselves.

    Example:
        >>> range_with_room(0.0, 10.0, 0.5), math.isfinite(range_with_room(-1e308, 1e308, 1e308)[0])
        ([-0.5, 10.5], True)
    """
    largest = sys.float_info.max
    return [max(low - room, -largest), min(high + room, largest)]


def log_axis(low: float, high: float) -> dict[str, Any]:
    """A logarithmic axis from ``low`` to ``high`` whose ticks read as plain numbers.

    Plotly's own log ticks mix sizes (a large power of ten between small digits).

    Example:
        >>> log_axis(0.002, 3.0)["ticktext"]
        ['0.01', '0.1', '1']
    """
    first, last = math.log10(low), math.log10(high)
    decades = range(math.floor(first), math.ceil(last) + 1)
    every = max(1, math.ceil((last - first) / 7))
    digits = (1,) if last - first > 1.7 else (1, 2, 5)
    ticks = [
        digit * 10.0**power
        for power in decades
        if power % every == 0
        for digit in digits
        if low <= digit * 10.0**power * (1 + 1e-9) and digit * 10.0**power <= high * (1 + 1e-9)
    ]
    axis: dict[str, Any] = {"type": "log", "range": [first, last]}
    if len(ticks) > 1:  # less than that is a range so narrow that Plotly's own ticks are fine
        axis |= {"tickvals": ticks, "ticktext": [f"{tick:.6g}" for tick in ticks]}
    return axis
