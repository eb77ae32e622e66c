"""The templates of pages and what they share: styles, scripts, and data that cannot escape."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from tuning_playbook.report.phrases.advice_words import advice_words
from tuning_playbook.report.phrases.verdict_words import VERDICT_WORDS
from tuning_playbook.words import short

_OPTION = re.compile(r"--[a-z][a-z-]*")


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


def _script_json(document: dict[str, Any]) -> str:
    """JSON that cannot end its script element, whatever names it holds."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for character, escaped in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        text = text.replace(character, escaped)
    return text


@cache
def asset(name: str) -> str:
    """A file of the page, as text."""
    return files("tuning_playbook.report").joinpath("assets", name).read_text(encoding="utf-8")


def scripted(page: str, document: dict[str, Any]) -> dict[str, Any]:
    """What a template with figures is given beside its text.

    Args:
        page: its own script, which runs after the library and what shows figures.
        document: what that script reads.
    """
    scripts = list(map(asset, ("plotly-cartesian.min.js", "figures.js", page)))
    return {
        "data": _script_json(document),
        "style": asset("report.css"),
        "scripts": scripts,
        "hashes": list(map(_content_hash, scripts)),
    }


def _content_hash(script: str) -> str:
    """For the page's content security policy: these scripts may run, and no others."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
