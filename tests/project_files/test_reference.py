"""The reference of the files shows files that can be read."""

import re
from pathlib import Path

from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.project_files.reading_round import read_round

REFERENCE = Path(__file__).parents[2] / "docs" / "project-file.md"


def test_the_files_of_the_reference_are_valid(tmp_path):
    blocks = re.findall(r"```toml\n(.*?)```", REFERENCE.read_text(), re.DOTALL)
    project, conditional, derived, command, round_, configs = blocks
    (tmp_path / "playbook.toml").write_text(
        project.replace("[baseline]", "weight_decay = { fixed = 0.0 }\n[baseline]")
    )
    declared = read_project(tmp_path)
    (tmp_path / "decay.toml").write_text(round_)
    assert len(read_round(tmp_path / "decay.toml", declared).scientific["weight_decay"]) == 3
    (tmp_path / "list.toml").write_text(
        'question = "q"\nkind = "improve"\nalgorithm = "list"\n' + configs
    )
    assert read_round(tmp_path / "list.toml", declared).trials == 2
    start = project.split("[hyperparameters]")[0]
    (tmp_path / "playbook.toml").write_text(start + conditional)
    keys = [h.key for h in read_project(tmp_path).hyperparameters]
    assert keys[1:] == ["optimizer.nesterov.learning_rate", "optimizer.adam.learning_rate"]
    (tmp_path / "playbook.toml").write_text(start + derived)
    assert read_project(tmp_path).derived == {"weight_decay": "decay_ratio * learning_rate"}
    target = re.search(r"^target = .*$", project, re.MULTILINE)[0]
    line = command.partition("[training]")[2].strip()
    (tmp_path / "playbook.toml").write_text(
        project.replace("[baseline]", "weight_decay = { fixed = 0.0 }\n[baseline]").replace(
            target, line
        )
    )
    assert read_project(tmp_path).training.target.arguments[0] == "./train"


def test_every_synonym_is_in_the_reference():
    from tuning_playbook.project_files.domains import DOMAIN_WORDS, SYNONYMS

    text = REFERENCE.read_text()
    assert [word for word in (*SYNONYMS, *DOMAIN_WORDS) if f"`{word}" not in text] == []
