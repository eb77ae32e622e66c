"""Figures of a report as image files. Drawn by kaleido in a browser that is on this machine."""

from __future__ import annotations

import html
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Literal, TypeAlias

from tuning_playbook.errors import InvalidInput
from tuning_playbook.plots.theme import Figure
from tuning_playbook.report.rounds.view import RoundView

ImageFormat: TypeAlias = Literal["svg", "png", "pdf"]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_WIDTH, _WIDE = 640, 1000  # pixels
_SHARPER = 2  # pixels of a PNG for each of the page
_TEXTS = frozenset({"text", "ticktext", "categoryarray", "name", "x", "y", "values", "label"})


def figures_of(view: RoundView) -> Iterator[tuple[str, Figure, bool]]:
    """Every figure of a report: a name for its file, the figure, and whether it is a wide one."""
    plots = [("answer", plot) for plot in (view.answer.plots if view.answer else ())]
    plots += [(section.name, plot) for section in view.sections for plot in section.plots]
    taken: set[str] = set()
    for study, plot in plots:
        name = re.sub(r"[^\w.-]+", "-", f"{study}-{plot.key}").strip("-")
        numbered = (f"{name}-{number}" if number > 1 else name for number in count(1))
        taken.add(free := next(one for one in numbered if one not in taken))
        yield free, plot.figure, plot.wide


def write_images(view: RoundView, folder: Path, form: ImageFormat) -> tuple[Path, ...]:
    """Write every figure of a report to a file of its own.

    Args:
        view: what the report shows.
        folder: where to; made if it is not there.
        form: of the files.

    Returns:
        The files written.

    Raises:
        InvalidInput: without kaleido or a browser, or where the folder cannot be written.
    """
    try:
        import kaleido
    except ImportError:
        raise InvalidInput(
            "figures as files are drawn by kaleido, which is not installed; type: "
            "pip install 'tuning-playbook[images]'. Without it, the buttons PNG and SVG of the "
            "report save one figure each"
        ) from None
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is not None:
        os.environ.setdefault("BROWSER_PATH", browser)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be written: {error.strerror}") from error
    asked: list[dict[str, Any]] = [
        {
            "fig": {"data": escaped(figure["data"]), "layout": _on_white(figure["layout"])},
            "path": folder / f"{name}.{form}",
            "opts": {
                "format": form,
                "width": _WIDE if wide else _WIDTH,
                "height": figure["layout"]["height"],
                "scale": _SHARPER if form == "png" else 1,
            },
        }
        for name, figure, wide in figures_of(view)
    ]
    try:
        kaleido.write_fig_from_object_sync(asked)
    except Exception as error:  # its own, a browser's, and a process's
        if browser is None and "BROWSER_PATH" not in os.environ:
            raise InvalidInput(
                "figures as files need Chromium or Google Chrome on this machine; install one, or "
                "name it in the environment variable BROWSER_PATH"
            ) from error
        raise InvalidInput(f"the figures cannot be drawn: {error}") from error
    return tuple(Path(one["path"]) for one in asked)


def escaped(value: Any, key: str = "") -> Any:
    """Figure data in which names of the user's stand as they are: Plotly reads tags in texts.

    Example:
        >>> escaped({"name": "<a href='x'>adam</a>", "mode": "lines"})["name"]
        '&lt;a href=&#x27;x&#x27;&gt;adam&lt;/a&gt;'
    """
    if isinstance(value, Mapping):
        return {name: escaped(inner, name) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [escaped(inner, key) for inner in value]
    return html.escape(value) if isinstance(value, str) and key in _TEXTS else value


def _on_white(layout: Any) -> Any:
    white = {"paper_bgcolor": "white", "plot_bgcolor": "white"}
    return {**escaped(layout), **white, "font": {"size": 12, "color": "#3b4252"}}
