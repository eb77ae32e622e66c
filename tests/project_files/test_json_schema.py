"""Editors learn from the schema what the reader accepts."""

import json

from tuning_playbook.project_files.json_schema import project_json_schema, round_json_schema


def test_the_schema_names_the_ranges_and_kinds_of_hyperparameters():
    schema = json.loads(json.dumps(project_json_schema()))
    declaration = schema["properties"]["hyperparameters"]["additionalProperties"]
    assert {"log", "reverse_log", "choice", "default", "when"} <= declaration["properties"].keys()
    assert "batch_size" in declaration["properties"]["kind"]["enum"]
    assert schema["required"] == ["metric", "training", "hyperparameters"]


def test_the_schema_of_a_round_requires_question_and_kind():
    schema = json.loads(json.dumps(round_json_schema()))
    assert schema["required"] == ["question", "kind"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["trials"]["minimum"] == 1
