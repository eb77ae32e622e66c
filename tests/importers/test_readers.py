"""What holds for the reader of every tool."""

import json
from pathlib import Path

import pytest
from tests.importers.layouts import only, require_told_where_damaged, write

from tuning_playbook import importers
from tuning_playbook.importers.readers import Reader, all_readers, known_tools, reader_of

FOLDER = Path(importers.__file__).parent
READERS = {reader.tool: reader for reader in all_readers()}


def test_every_line_is_a_reader_and_no_two_are_alike():
    assert all(isinstance(reader, Reader) for reader in READERS.values())
    assert len(READERS) == len(list(all_readers()))


def test_every_file_with_a_reader_has_a_line():
    written = [p.read_text().count(" = Reader(") for p in FOLDER.rglob("*.py")]
    assert sum(written) == len(READERS)


@pytest.mark.parametrize("tool", READERS)
def test_a_reader_does_not_take_what_is_not_its_own(tool, tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "notes.txt").write_text("lr was 0.1")
    for path in (tmp_path, tmp_path / "a" / "notes.txt"):
        assert not READERS[tool].looks_like(path)
    assert reader_of(tmp_path) is None


@pytest.mark.parametrize("tool", [*known_tools("runs"), *known_tools("storage")])
def test_every_tool_is_in_the_page_of_imports(tool):
    page = FOLDER.parents[2] / "docs" / "import.md"
    rows = [line for line in page.read_text().splitlines() if line.startswith("| ")]
    assert any(tool in row.split(" | ")[0] for row in rows)


def test_a_damaged_search_of_keras_tuner_is_read_or_refused(tmp_path):
    for number in range(3):
        document = {
            "trial_id": str(number),
            "hyperparameters": {
                "space": [{"class_name": "Float", "config": {"name": "lr", "min_value": 0.1,
                                                             "max_value": 1.0, "conditions": []}}],
                "values": {"lr": 0.1 * (number + 1)},
            },
            "metrics": {"metrics": {"loss": {"direction": "min", "observations": [
                {"value": [0.5 + number], "step": 1}]}}},
            "score": 0.5 + number,
            "status": "COMPLETED",
        }  # fmt: skip
        write(tmp_path / f"trial_{number}" / "trial.json", json.dumps(document))
    assert only(tmp_path).objective.metric == "loss"
    require_told_where_damaged(tmp_path)
