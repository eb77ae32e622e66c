"""Hyperparameters as a project file writes them, and back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.project_files.writing import project_to_toml
from tuning_playbook.space import (
    Categorical,
    Condition,
    Constant,
    Float,
    Hyperparameter,
    Integer,
    Ordered,
)
from tuning_playbook.study import FunctionTarget

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_\-]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
LOW = st.floats(1e-6, 1.0)


@st.composite
def declared(draw, name, condition=None):
    low = draw(LOW)
    domain = draw(
        st.sampled_from(
            [
                Float(low, low + 1.5, "linear"),
                Float(low, 10 * low, "log"),
                Integer(1, 9),
                Integer(2, 300, "log"),
                Ordered((0, low, 2.5)),
                Categorical((True, False)),
                Constant(low),
                Constant(True),
            ]
        )
    )
    default = domain.from_unit(0.3).item()
    kind = draw(st.sampled_from(["other", "optimizer", "batch_size"]))
    return Hyperparameter(name, domain, default, kind=kind, condition=condition)


@st.composite
def pipelines(draw):
    names = draw(st.lists(NAMES, min_size=3, max_size=6, unique=True))
    choices = tuple(draw(st.lists(TEXTS, min_size=2, max_size=3, unique=True)))
    parent = Hyperparameter(names[0], Categorical(choices), choices[0])
    child = draw(declared(names[1], Condition(names[0], choices[-1])))
    return (parent, child, *(draw(declared(name)) for name in names[2:]))


@settings(max_examples=80, deadline=None)
@given(pipelines())
def test_declarations_come_back_from_the_file_that_they_were_written_to(tmp_path_factory, found):
    folder = tmp_path_factory.mktemp("project")
    text = project_to_toml(
        name="p",
        target=FunctionTarget("train.py", "train"),
        metric="error",
        direction="minimize",
        hyperparameters=found,
    )
    (folder / "playbook.toml").write_text(text)
    read = read_project(folder).hyperparameters
    assert {h.key: h for h in read} == {h.key: h for h in found}


def test_without_hyperparameters_an_example_is_written(tmp_path):
    text = project_to_toml(
        name="p", target=FunctionTarget("t.py", "f"), metric="error", direction="maximize"
    )
    (tmp_path / "playbook.toml").write_text(text)
    project = read_project(tmp_path)
    assert [h.key for h in project.hyperparameters] == ["learning_rate", "momentum", "batch_size"]
    assert (project.training.max_train_steps, project.training.evaluation_interval) == (1000, 50)
