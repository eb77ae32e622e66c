"""A table that does not say what decides is answered with a command that works as it stands."""

import re
import shlex

import pytest
from click.testing import CliRunner

from tuning_playbook.cli.main import playbook
from tuning_playbook.errors import PlaybookError

ROWS = [
    (lr, 2 - lr, 1 - lr / 2, lr * (1 - lr), (lr * 3.7) % 1)
    for lr in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
]


def table(folder, *columns):
    lines = [",".join(("lr", *columns))]
    lines += [",".join(map(str, row[: len(columns) + 1])) for row in ROWS]
    file = folder / "a table.csv"
    file.write_text("\n".join(lines))
    return str(file)


def typed(*arguments):
    done = CliRunner().invoke(playbook, arguments, standalone_mode=False)
    if isinstance(done.exception, PlaybookError):
        return 2, done.output, str(done.exception)
    return done.exit_code, done.output, ""


def proposed(said):
    return shlex.split(re.search(r"Type: playbook (.*?)(, or |$)", said)[1])


@pytest.mark.parametrize(
    ("columns", "metric"),
    [
        (("train_loss", "val_loss", "val_acc"), "val_loss"),
        (("test_loss", "val_loss", "val_acc", "test_acc"), "val_loss"),
        (("loss", "accuracy"), "accuracy"),  # the loss may be that of training
    ],
)
def test_the_command_names_a_validation_metric_and_is_answered(tmp_path, columns, metric):
    file = table(tmp_path, *columns)
    code, _, said = typed("check", file, "--tolerance", "0.01", "--ignore", "best-step")
    assert code == 2
    assert all(name in said for name in columns if not name.startswith("train"))
    command = proposed(said)
    assert command == [
        "check", file, "--metric", metric, "--ignore", "best-step", "--tolerance", "0.01",
    ]  # fmt: skip
    code, out, _ = typed(*command)
    assert code in (0, 1)
    assert metric in out


def test_a_metric_whose_name_has_no_direction_is_completed_with_both(tmp_path):
    code, _, said = typed("check", table(tmp_path, "badness"), "--metric", "badness")
    assert code == 2
    assert said.endswith("--direction minimize, or with --direction maximize")
    assert typed(*proposed(said))[0] in (0, 1)


def test_a_metric_on_test_data_is_never_proposed(tmp_path):
    code, _, said = typed("check", table(tmp_path, "test_loss", "test_acc"))
    assert code == 2
    assert "Type:" not in said
    assert "not chosen by itself: test_loss, test_acc" in said


def test_beside_training_metrics_one_on_test_data_is_asked_about_by_name(tmp_path):
    file = table(tmp_path, "train_loss", "train_acc", "test_acc", "test_loss")
    code, _, said = typed("check", file)
    assert code == 2
    assert "Type:" not in said
    assert "Did these test data serve for validation?" in said
    assert "--metric test_loss" in said
    assert typed("check", file, "--metric", "test_loss")[0] in (0, 1)


def test_a_table_of_unknown_scores_is_answered_with_a_whole_command(tmp_path):
    file = tmp_path / "board.csv"
    rows = ["a,zero-shot,61.2,55.4,70.8,62.47", "a,tuned,74.1,63.8,78.2,72.03", "b,,50,50,50,50"]
    rows += ["c,zero-shot,66.4,58.9,73.6,66.3", "d,tuned,60.8,54.6,71.4,62.27"]
    file.write_text("\n".join(["model,method,melody,rhythm,timbre,overall", *rows]))
    code, _, said = typed("check", str(file))
    assert (code, proposed(said)[3]) == (2, "overall")
    code, out, _ = typed("check", str(file), "--metric", "overall", "--direction", "maximize")
    assert code == 0
    assert "melody, rhythm, timbre, overall" in " ".join(out.split())


def test_trials_without_a_setting_between_them_are_not_called_repeats(tmp_path):
    file = tmp_path / "runs.csv"
    rows = [f"run_{i},0.1,{0.9 + i / 100}" for i in range(5)]
    file.write_text("\n".join(["run,lr,val_acc", *rows]))
    code, out, _ = typed("check", str(file))
    assert code == 0
    assert "5 trials with the same settings, as far as is recorded" in " ".join(out.split())
