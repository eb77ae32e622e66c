"""A project of another kind than the playbook was written for says so in what it is told."""

import json

from tests.workflow.test_decisions import BETTER, PROJECT, TRAIN

_LESS = {"high": "medium", "medium": "low", "low": "low"}


def test_reinforcement_learning_lowers_confidence_and_is_said_in_the_answer(
    tmp_path, typed_project
):
    (tmp_path / "rounds").mkdir()
    (tmp_path / "playbook.toml").write_text(PROJECT)
    (tmp_path / "train.py").write_text(TRAIN)
    (tmp_path / "rounds/better.toml").write_text(BETTER.replace("trials = 4", "trials = 16"))
    project = typed_project(tmp_path)

    def answer():
        return json.loads(project.type("run", "better", "--json")[1])["answer"]

    def findings():
        studies = project.json("check", "better")[1]["studies"]
        return [f for study in studies for f in study["findings"]]

    assert not any("supervised" in caveat for caveat in answer()["caveats"])
    before = findings()
    (tmp_path / "playbook.toml").write_text(PROJECT + '[project]\nkind = "rl"\n')
    assert any("reinforcement learning" in caveat for caveat in answer()["caveats"])
    after = findings()
    assert [f["check"] for f in after] == [f["check"] for f in before]
    judged = [(a, b) for a, b in zip(before, after, strict=True)
              if a["verdict"] in ("pass", "warn", "fail")]  # fmt: skip
    assert judged
    assert all(b["confidence"] == _LESS[a["confidence"]] for a, b in judged)
