"""A pipeline that learns nothing is mended, and nothing is tuned or asked on it."""

from tests.workflow.test_failed_trials import PROJECT, ROUND

TRAIN = """
import numpy as np

def train(trial):
    random = np.random.default_rng(trial.seed)
    for step in trial.steps(0):
        trial.log(step, train_loss=2.3)
        if trial.evaluation_due(step):
            trial.evaluate(step, error=random.binomial(100, 0.9) / 100)
"""


def test_next_proposes_nothing_to_tune_on_a_pipeline_at_chance_level(tmp_path, typed_project):
    (tmp_path / "rounds").mkdir()
    told = "[metric]\nchance = 0.9\nexamples = 100"
    (tmp_path / "playbook.toml").write_text(PROJECT.replace("[metric]", told))
    (tmp_path / "train.py").write_text(TRAIN)
    (tmp_path / "rounds" / "first.toml").write_text(ROUND.replace("trials = 4", "trials = 8"))
    project = typed_project(tmp_path)
    _, ran = project.json("run", "first", "--no-report")
    assert ran["answer"]["soundness"] == "void"
    (step,) = project.json("next")[1]["steps"]
    assert step["title"] == "Fix the pipeline: it learns nothing"
    assert "chance level is 0.9 (declared)" in step["reason"]
    assert (step["round"], step["command"]) == (None, "")
