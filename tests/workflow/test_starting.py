import pytest

from tuning_playbook.errors import InvalidInput
from tuning_playbook.project_files import read_project
from tuning_playbook.workflow.starting import init_project


@pytest.mark.parametrize(
    ("metric", "given", "direction"),
    [
        ("val_acc", None, "maximize"),
        ("accuracy", None, "maximize"),
        ("validation_error", None, "minimize"),
        ("valid_loss_epoch", None, "minimize"),
        ("accuracy", "minimize", "minimize"),
        ("throughput_of_mine", "maximize", "maximize"),
    ],
)
def test_a_new_project_has_the_direction_that_is_given_or_that_the_name_tells(
    tmp_path, metric, given, direction
):
    file, _ = init_project(tmp_path, target="train.py:train", metric=metric, direction=given)
    assert read_project(tmp_path).objective.direction == direction
    other = {"minimize": "maximize", "maximize": "minimize"}[direction]
    assert f'direction = "{direction}"            # or "{other}"' in file.read_text()


def test_a_direction_that_the_name_does_not_tell_is_asked_for_and_nothing_is_written(tmp_path):
    with pytest.raises(InvalidInput, match="--direction minimize, or --direction maximize"):
        init_project(tmp_path, target="train.py:train", metric="zorp")
    assert list(tmp_path.iterdir()) == []
