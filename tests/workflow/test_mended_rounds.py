"""A mistake in the project or the round is mended, and the round goes on under its name."""

PROJECT = """\
[metric]
name = "eror"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 4
evaluation_interval = 2
[hyperparameters]
lr = { log = [1e-3, 10.0], default = 0.01, kind = "optimizer" }
optimizer = { choice = ["sgd", "admw"], default = "sgd", kind = "optimizer" }
"""
TRAIN = """\
def train(trial):
    if trial.config["optimizer"] == "admw":
        raise ValueError("no optimizer admw")
    if trial.config["lr"] > 5:
        trial.log(1, train_loss=float("nan"))
    for step in trial.steps(0):
        if trial.evaluation_due(step):
            trial.evaluate(step, error=trial.config["lr"] + 1 / step)
"""
TUNE = """\
question = "Which learning rate?"
kind = "understand"
nuisance = ["lr"]
trials = 4
"""
COMPARE = """\
question = "Which optimizer?"
kind = "compare"
scientific = { optimizer = "all" }
nuisance = ["lr"]
trials = 4
"""
RUN = ("--no-report", "--no-try")


def counts(project, name):
    return project.json("run", name, *RUN)[1]["counts"]


def test_after_a_mistyped_metric_the_same_command_runs_the_round(written_project):
    project = written_project(PROJECT, TRAIN, first=TUNE)
    assert project.json("run", "first", *RUN)[1]["counts"]["failed"] >= 3
    project.edit("playbook.toml", '"eror"', '"error"')
    step = project.json("next")[1]["steps"][0]
    assert "playbook run first --retry failed" in step["reason"]
    assert project.type("plan", "first")[0] == 0
    code, said, message = project.type("run", "first", "--retry", "failed", *RUN)
    assert (code, message) == (0, "")
    assert "objective.metric was eror, is now error" in said
    assert counts(project, "first") == {"complete": 4}
    (outputs,) = (project.folder / ".playbook/trials").glob("first~1/00000")
    assert (outputs / "attempt-1.output").exists()
    (note,) = project.json("history")[1]["notes"]
    assert note.startswith("3 trials (0 s) of studies that were changed")


def test_trials_that_diverged_do_not_keep_the_mistyped_name(written_project):
    wide = TUNE.replace('["lr"]', "{ lr = { log = [1.0, 10.0] } }").replace("= 4", "= 6")
    project = written_project(PROJECT, TRAIN, first=wide)
    assert "infeasible" in project.json("run", "first", *RUN)[1]["counts"]
    project.edit("playbook.toml", '"eror"', '"error"')
    assert counts(project, "first")["complete"] > 0


def test_a_mistyped_arm_is_left_out_and_the_good_one_stays(written_project):
    project = written_project(PROJECT.replace("eror", "error"), TRAIN, opt=COMPARE)
    project.type("run", "opt", *RUN)
    good = project.store().trials("opt/optimizer=sgd")
    project.edit("playbook.toml", "admw", "adamw")
    code, said, message = project.type("run", "opt", "--retry", "failed", *RUN)
    assert (code, message) == (0, "")
    assert "optimizer=admw: 3 trials failed and none completed" in said
    assert "admw" not in project.type("status", "opt")[1]
    assert project.store().trials("opt/optimizer=sgd") == good
    assert not any("--retry" in s["reason"] for s in project.json("next")[1]["steps"])


def test_a_round_with_a_complete_trial_is_asked_under_a_new_name(written_project):
    project = written_project(PROJECT.replace("eror", "error"), TRAIN, first=TUNE)
    assert counts(project, "first")["complete"] > 0
    project.edit("rounds/first.toml", '["lr"]', "{ lr = { log = [1e-4, 1.0] } }")
    assert "exists already with another design" in project.refused("run", "first", *RUN)
    assert "exists already with another design" in project.refused("plan", "first")


def test_a_range_is_mended_where_every_trial_failed(written_project):
    mistyped = PROJECT.replace("eror", "error").replace('default = "sgd"', 'default = "admw"')
    project = written_project(mistyped, TRAIN, first=TUNE)
    project.type("run", "first", *RUN)
    project.edit("playbook.toml", 'default = "admw"', 'default = "sgd"')
    project.edit("rounds/first.toml", '["lr"]', "{ lr = { log = [1e-4, 1.0] } }")
    assert counts(project, "first") == {"complete": 4}
