"""A table that does not say what decides is answered with a command that works as it stands."""

import re
import shlex

import pytest
from click.testing import CliRunner

from tuning_playbook.cli.main import playbook
from tuning_playbook.errors import PlaybookError

ROWS = [(lr, 2 - lr, 1 - lr / 2, lr / 2, lr / 3) for lr in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)]


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
        (("loss", "accuracy"), "loss"),
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
