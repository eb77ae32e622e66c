"""The two files as JSON Schema, for editors that check and complete TOML."""

from __future__ import annotations

from typing import Any

from tuning_playbook.project_files.schema import ProjectFile, RoundFile

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def project_json_schema() -> dict[str, Any]:
    """JSON Schema of playbook.toml."""
    return {"$schema": _DIALECT, **ProjectFile.model_json_schema()}


def round_json_schema() -> dict[str, Any]:
    """JSON Schema of rounds/NAME.toml."""
    return {"$schema": _DIALECT, **RoundFile.model_json_schema()}
