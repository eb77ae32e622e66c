"""The two files as JSON Schema, for editors that check and complete TOML."""

from __future__ import annotations

from typing import Any

from tuning_playbook.project_files.schema import PROJECT, ROUND
from tuning_playbook.project_files.structure import Key, Table

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def project_json_schema() -> dict[str, Any]:
    """JSON Schema of playbook.toml."""
    return {"$schema": _DIALECT, **_of_table(PROJECT)}


def round_json_schema() -> dict[str, Any]:
    """JSON Schema of rounds/NAME.toml."""
    return {"$schema": _DIALECT, **_of_table(ROUND)}


def _of_table(table: Table) -> dict[str, Any]:
    return {
        "type": "object",
        "description": table.meaning,
        "properties": {
            name: _of_table(inner) if isinstance(inner, Table) else _of_key(inner)
            for name, inner in table.keys.items()
        },
        "required": [name for name, inner in table.keys.items() if inner.required],
        "additionalProperties": False,
    }


def _of_key(key: Key) -> dict[str, Any]:
    words = {word: value for word, value in key.schema.items() if word != "finite"}
    default = {} if key.default is None else {"default": _plain(key.default)}
    return {**words, "description": key.meaning, **default}


def _plain(default: Any) -> Any:
    return list(default) if isinstance(default, tuple) else default
