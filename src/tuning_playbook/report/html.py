"""The report as one self-contained page."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from tuning_playbook.report.advice_words import advice_words
from tuning_playbook.report.page_files import write_page
from tuning_playbook.report.section import StudySection
from tuning_playbook.report.verdict_words import VERDICT_WORDS
from tuning_playbook.report.view import RoundView
from tuning_playbook.sources import SOURCES
from tuning_playbook.words import short

_OPTION = re.compile(r"--[a-z][a-z-]*")


def write_report(view: RoundView, path: Path) -> None:
    """Write the page of ``view`` to ``path``, all at once or not at all.

    Raises:
        InvalidInput: when the file cannot be written.
    """
    write_page(report_html(view), path, failure=f"the report cannot be written to {path}")


def report_html(view: RoundView) -> str:
    """The page: text, figures' data, and the code that draws them; it loads nothing."""
    scripts = scripts_of("report.js")
    template = page_environment().get_template("report.html.j2")
    page: str = template.render(
        view=view,
        data=script_json(_figures(view)),
        style=asset("report.css"),
        scripts=scripts,
        hashes=[content_hash(script) for script in scripts],
        sources=SOURCES,
    )
    return page


def page_environment() -> Any:
    """Templates of pages, which escape whatever is put into them."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("tuning_playbook.report", "assets"), autoescape=True
    )
    environment.filters["plain"] = _plain
    environment.filters["advice"] = advice_words
    environment.filters["whole_options"] = whole_options
    environment.filters["verdict"] = VERDICT_WORDS.__getitem__
    environment.tests["records"] = _are_records
    return environment


def whole_options(text: str) -> Any:
    """Escaped text in which no line ends within an option such as ``--direction``."""
    from markupsafe import Markup, escape

    return Markup(_OPTION.sub(r'<span style="white-space:nowrap">\g<0></span>', str(escape(text))))  # noqa: S704  escaped before


def _plain(value: Any) -> str:
    """A JSON value of a finding for a person; the template escapes it like any text."""
    if isinstance(value, str):
        return value or "–"
    if isinstance(value, (Mapping, list, tuple)) and not value:
        return "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_plain(v)}" for name, v in value.items())
    if value is None:
        return "–"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_plain, value))}]"
    if isinstance(value, float):
        return short(value, 6)
    return json.dumps(value, ensure_ascii=False, default=str)


def _are_records(value: Any) -> bool:
    """Whether a JSON value is a list of records with the same fields: a table."""
    if not isinstance(value, (list, tuple)) or not value:
        return False
    first = value[0]
    return isinstance(first, Mapping) and all(
        isinstance(record, Mapping) and list(record) == list(first) for record in value
    )


def _figures(view: RoundView) -> dict[str, Any]:
    """What the page's code needs: by number of section and plot."""
    return {
        "answer": {"plots": [plot.figure for plot in view.answer.plots] if view.answer else []},
        "sections": [section_figures(section) for section in view.sections],
    }


def section_figures(section: StudySection) -> dict[str, Any]:
    """Figures and trials of one study, as the page's code reads them."""
    return {
        "plots": [plot.figure for plot in section.plots],
        "hover": section.hover,
        "table": asdict(section.table),
    }


def script_json(document: dict[str, Any]) -> str:
    """JSON that cannot end its script element, whatever names it holds."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for character, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"),
                               ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):  # fmt: skip
        text = text.replace(character, escaped)
    return text


@cache
def asset(name: str) -> str:
    """A file of the page, as text."""
    return files("tuning_playbook.report").joinpath("assets", name).read_text(encoding="utf-8")


def scripts_of(page: str) -> tuple[str, ...]:
    """What a page runs, in this order: the library, how figures are shown, its own file."""
    return tuple(map(asset, ("plotly-cartesian.min.js", "figures.js", page)))


def content_hash(script: str) -> str:
    """For the page's content security policy: these scripts may run, and no others."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
