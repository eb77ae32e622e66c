"""playbook.toml: what it may say, and what is told about one that cannot be used."""

import os

import pytest

from tuning_playbook.errors import InvalidFile, InvalidInput
from tuning_playbook.project_files.mistakes import OpenFile
from tuning_playbook.project_files.places import find_project
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.project_files.writing import project_to_toml
from tuning_playbook.space import Categorical, Constant, Float, Integer, Ordered
from tuning_playbook.study import CommandTarget, Direction, Failures, FunctionTarget

HEAD = """\
[metric]
name = "validation_error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 1000
evaluation_interval = 50
"""

WHOLE = (
    HEAD
    + """\
[hyperparameters]
dropout = { linear = [0.1, 0.5], default = 0, kind = "regularization" }
layers = { integer = [1, 8], default = 2 }
hidden = { integer_log = [16, 1024], default = 128 }
width = { ordered = [64, 128, 256], default = 64 }
batch_size = { fixed = 64, kind = "batch_size" }
decay = { log = [1e-6, 1e-2], default = 0.0, natural = [0.0, inf] }
[hyperparameters.optimizer]
choice = ["nesterov", "adam"]
default = "nesterov"
[hyperparameters.optimizer.when.nesterov]
learning_rate = { log = [1e-3, 10.0], default = 0.1 }
momentum = { reverse_log = [0.5, 0.999], default = 0.9 }
[hyperparameters.optimizer.when.adam]
learning_rate = { log = [1e-5, 1e-1], default = 1e-3 }
[baseline]
adam.learning_rate = 1e-2
"optimizer.nesterov.learning_rate" = 1
"""
)


@pytest.fixture
def read(tmp_path):
    def read_text(text):
        (tmp_path / "playbook.toml").write_text(text)
        return read_project(tmp_path)

    return read_text


def mistakes_of(read, text):
    with pytest.raises(InvalidFile) as caught:
        read(text)
    return {(m.path, m.line): f"{m.message} | {m.suggestion}" for m in caught.value.mistakes}


def test_every_kind_of_range_is_read(read, tmp_path):
    project = read(WHOLE)
    domains = {h.key: h.domain for h in project.hyperparameters}
    assert domains == {
        "dropout": Float(0.1, 0.5),
        "layers": Integer(1, 8),
        "hidden": Integer(16, 1024, "log"),
        "width": Ordered((64, 128, 256)),
        "batch_size": Constant(64),
        "decay": Float(1e-6, 1e-2, "log"),
        "optimizer": Categorical(("nesterov", "adam")),
        "optimizer.nesterov.learning_rate": Float(1e-3, 10.0, "log"),
        "optimizer.nesterov.momentum": Float(0.5, 0.999, "reverse_log"),
        "optimizer.adam.learning_rate": Float(1e-5, 1e-1, "log"),
    }
    assert project.name == tmp_path.name
    assert project.training.target == FunctionTarget("train.py", "train")
    assert project.hyperparameters[5].natural == (0.0, None)


def test_names_in_the_baseline_may_be_shortened_and_written_without_quotes(read):
    assert read(WHOLE).baseline == {
        "optimizer.adam.learning_rate": 0.01,
        "optimizer.nesterov.learning_rate": 1.0,
    }


def test_a_whole_number_for_a_real_hyperparameter_becomes_real(read):
    default = read(WHOLE).hyperparameters[0].default
    assert (default, type(default)) == (0.0, float)


@pytest.mark.parametrize("line", ['direction = "min"', 'mode = "min"', 'goal = "minimize"'])
def test_directions_in_the_words_of_other_tools_are_understood(read, line):
    project = read(WHOLE.replace('direction = "minimize"', line))
    assert project.objective.direction is Direction.MINIMIZE


@pytest.mark.parametrize(
    ("written", "domain"),
    [("loguniform = [1e-4, 1.0]", Float(1e-4, 1.0, "log")),
     ("log_uniform = [1e-4, 1.0]", Float(1e-4, 1.0, "log")),
     ("uniform = [0.0, 1.0]", Float(0.0, 1.0)), ("int = [0, 3]", Integer(0, 3))],
)  # fmt: skip
def test_ranges_in_the_words_of_other_tools_are_understood(read, written, domain):
    project = read(HEAD + f"[hyperparameters]\nx = {{ {written}, default = 1 }}\n")
    assert project.hyperparameters[0].domain == domain


def test_mistakes_of_all_kinds_are_told_at_once_with_their_lines(read):
    text = """\
[metric]
nmae = "validation_error"
direction = "lower"

[training]
target = "train.py"
max_train_steps = "1000"
evaluation_interval = 50

[hyperparameters]
learning_rate = { log = [10.0, 1e-4], default = 0.1, kind = "optimiser" }
weight_decay = { log = [0.0, 1e-2], default = 0.0 }

[baseline]
wieght_decay = 1e-4
"""
    found = mistakes_of(read, text)
    told = {
        ("metric.nmae", 2): "did you mean 'name'?",
        ("metric.direction", 3): "expected minimize or maximize, found 'lower'",
        ("training.target", 6): "FILE:FUNCTION",
        ("training.max_train_steps", 7): "expected a whole number, found '1000'",
        ("hyperparameters.learning_rate.log", 11): "low is above high",
        ("hyperparameters.learning_rate.kind", 11): "did you mean 'optimizer'?",
        ("hyperparameters.weight_decay.log", 12): "log scale cannot reach 0",
        ("baseline.wieght_decay", 15): "did you mean 'weight_decay'?",
    }
    assert {k: words in found[k] for k, words in told.items()} == dict.fromkeys(told, True)
    assert found.keys() == told.keys()


@pytest.mark.parametrize(
    ("right", "typo", "path"),
    [
        ('target = "train.py:train"', 'comand = ["python", "train.py"]', "training.comand"),
        ('target = "train.py:train"', 'tagret = "train.py:train"', "training.tagret"),
        ("max_train_steps = 1000", "max_train_stpes = 1000", "training.max_train_stpes"),
        ("[metric]", "[metrics]", "metrics"),
    ],
)
def test_a_key_with_a_typo_is_one_mistake_and_not_missing_as_well(read, right, typo, path):
    text = f"{HEAD}[hyperparameters]\nx = {{ log = [1, 2], default = 1 }}\n"
    assert [p for p, _ in mistakes_of(read, text.replace(right, typo))] == [path]


def test_an_unknown_key_hides_no_missing_one_that_it_is_unlike(read):
    text = HEAD.replace('name = "validation_error"', "colour = 1").replace("target", "colour")
    found = [p for p, _ in mistakes_of(read, text)]
    assert {"metric.name", "metric.colour", "training", "training.colour"} <= set(found)


def test_a_faulty_declaration_is_not_told_again_where_it_is_used(read):
    text = f"{HEAD}[hyperparameters]\nx = {{ log = [2, 1], default = 1 }}\n[baseline]\nx = 3\n"
    assert list(mistakes_of(read, text)) == [("hyperparameters.x.log", 9)]


@pytest.mark.parametrize(
    ("line", "path", "words"),
    [
        ("x = 128", "hyperparameters.x", "write x = { fixed = 128 }"),
        ("x = { default = 1 }", "hyperparameters.x", "has no range"),
        ("x = { low = 1, high = 2, default = 1 }", "hyperparameters.x", "log = [1, 2]"),
        ("x = { log = [1, 2] }", "hyperparameters.x", "add: default"),
        ("x = { log = [1, 2], linear = [1, 2], default = 1 }", "hyperparameters.x", "keep one"),
        ("x = { lgo = [1, 2], default = 1 }", "hyperparameters.x.lgo", "did you mean 'log'?"),
        ("x = { log = 3, default = 1 }", "hyperparameters.x.log", "two numbers"),
        ("x = { log = [1, 1], default = 1 }", "hyperparameters.x.log", "single value"),
        ("x = { log = [1, nan], default = 1 }", "hyperparameters.x.log", "finite"),
        ("x = { reverse_log = [0.5, 1.0], default = 0.9 }", "hyperparameters.x.reverse_log",
         "below 1"),
        ("x = { integer = [1, 8], default = 2.5 }", "hyperparameters.x.default", "whole number"),
        ("x = { linear = [0, 1], default = true }", "hyperparameters.x.default", "a number"),
        ("x = { linear = [0, 1], default = nan }", "hyperparameters.x.default", "finite"),
        ("x = { linear = [0, 1], default = 'a' }", "hyperparameters.x.default", "a number"),
        ("x = { linear = [-1, 1], default = 0, natural = [0, 1] }", "hyperparameters.x.linear",
         "below 0"),
        ("x = { linear = [0, 1], default = 0, natural = [1, 0] }", "hyperparameters.x.natural",
         "not below"),
        ("x = { linear = [0, 1], default = 0, natural = 1 }", "hyperparameters.x.natural",
         "[smallest, largest]"),
        ("x = { ordered = [2, 1], default = 1 }", "hyperparameters.x.ordered", "increasing"),
        ("x = { choice = ['a', 'b'], default = 'c' }", "hyperparameters.x.default", "a, b"),
        ("x = { choice = ['a', 'a'], default = 'a' }", "hyperparameters.x.choice", "twice"),
        ("x = { fixed = [1, 2] }", "hyperparameters.x.fixed", "a number, a string"),
        ("x = { fixed = 1, default = 2 }", "hyperparameters.x.default", "remove default"),
        ("'x y' = { fixed = 1 }", "hyperparameters.x y", "not a usable name"),
        ("x = { linear = [0, 1], default = 0, when = { a = {} } }", "hyperparameters.x.when",
         "not a choice"),
        ("x = { choice = ['a', 'b'], default = 'a', when = { c = {} } }",
         "hyperparameters.x.when.c", "no value 'c'"),
        ("x = { choice = ['a', 'b'], default = 'a', when = { a = 1 } }",
         "hyperparameters.x.when", "a table for each value"),
    ],
)  # fmt: skip
def test_a_declaration_that_cannot_be_is_told_with_its_line(read, line, path, words):
    found = mistakes_of(read, f"{HEAD}[hyperparameters]\n{line}\n")
    assert list(found) == [(path, 9)]
    assert words in found[path, 9]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("evaluation_interval = 50", "evaluation_interval = 5000", "more than the 1000"),
        ("evaluation_interval = 50", "evaluation_interval = 0", "at least 1"),
        ('target = "train.py:train"', "", "neither target nor command"),
        ('target = "train.py:train"', "command = []", "empty"),
        ('target = "train.py:train"', 'command = ["x", "{leyers}"]', "did you mean 'layers'?"),
        ("[metric]", "[metrics]", "did you mean 'metric'?"),
        ("[metric]", "[zorp]", "add: [metric] with name = ..., direction = ..."),
        ("[baseline]", "[base line]", "TOML"),
        ("[baseline]", "[baseline]\nlearning_rate = 1", "could be"),
        ("[baseline]", "[baseline]\nlayers = 2.5", "whole number"),
        ("[baseline]", "[store]\nurl = ''\n[baseline]", "some text"),
        ("[baseline]", "[resources]\nworkers = 0\n[baseline]", "at least 1"),
        ("[baseline]", "[baselin]", "did you mean 'baseline'?"),
        ("[hyperparameters]", "[hyperparameters]\nlearning_rate = { fixed = 1 }",
         "can exist in the same trial"),
    ],
)  # fmt: skip
def test_a_mistake_elsewhere_is_told(read, old, new, words):
    with pytest.raises(InvalidFile) as caught:
        read(WHOLE.replace(old, new, 1))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = 1\nb = \n", 2), ("a = 1\na = 2\n", 2), ("a = 1\n[x\n", 2), ("a = [1,\n2\n", 2),
     ("a = 'x\n", 1)],
)  # fmt: skip
def test_broken_toml_is_one_mistake_with_its_line(read, text, line):
    assert list(mistakes_of(read, text)) == [("TOML", line)]


def test_an_empty_file_tells_all_that_is_missing(read):
    assert {path for path, _ in mistakes_of(read, "")} == {"metric", "training", "hyperparameters"}


def test_a_command_is_a_target(read):
    command = 'command = ["python", "train.py", "--width={width}"]'
    project = read(WHOLE.replace('target = "train.py:train"', command))
    assert project.training.target == CommandTarget(("python", "train.py", "--width={width}"))


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("{leyers}", "did you mean 'layers'?; known here: batch_size, decay"),
        ("{sed}", "did you mean 'seed'?"),
        ("{nothing_like_it}", "trial_folder, config_file"),
        ("{layers:flog}", "write {layers}, {layers:flag} or {layers:flag|no}"),
        ("{layers:flag}", "needs a hyperparameter that is true or false"),
        ("{seed:flag}", "needs a hyperparameter that is true or false"),
        ("python train.py --momentum {momentum}", "has no value in some trials"),
    ],
)
def test_a_placeholder_that_cannot_be_filled_is_told_with_what_is_known(read, argument, words):
    command = f'command = ["sh", "-c", "{argument}"]'
    text = WHOLE.replace('target = "train.py:train"', command)
    assert words in mistakes_of(read, text)["training.command[2]", text[: text.index(command)]
                                            .count("\n") + 1]  # fmt: skip


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ("[hyperparameters]\nmade_up = { log = [2, 1], default = 1 }", "did you mean 'layers'"),
        ("[hyperparameters]\nmade_up = 3", "did you mean 'layers'"),
        ("[hyperparametrs]\nmade_up = { fixed = 1 }", "does not name"),
        (
            "[hyperparameters]\nmade_up = { choice = ['a'], default = 'a', whn = { a = {} } }",
            "did you mean",
        ),
        (
            "[hyperparameters]\nz = { fixed = 1, when = { a = { made_up = { fixed = 1 } } } }",
            "did you mean",
        ),
        ("[hyperparameters]\nz.whn.x = { made_up = { fixed = 1 } }", "did you mean"),
        ("[hyperparameters]\nmade_up.whn.x = { y = { fixed = 1 } }", "did you mean 'layers'"),
    ],
)
def test_a_placeholder_is_told_beside_other_mistakes_and_a_faulty_one_is_told_once(
    read, declared, words
):
    command = 'command = ["train", "{leyers}", "{made_up}", "{learning_rate}"]'
    text = WHOLE.replace('target = "train.py:train"', command)
    text = text.replace("[hyperparameters]", declared, 1)
    told = mistakes_of(read, text)
    assert len(told) > 1
    commands = {path: said for (path, _), said in told.items() if path.startswith("training")}
    assert list(commands) == ["training.command[1]"]
    assert words in commands["training.command[1]"]


@pytest.mark.parametrize(
    "argument",
    [
        "{seed} {max_train_steps} {evaluation_interval} {trial_folder} {config_file}",
        "--lr {learning_rate}",  # exists under every optimizer
        "--momentum={momentum}",
        "{amp:flag}",
        "{amp:flag|no}",
        "dir=${oc.env:HOME}/${nothing}",
        "model={nothing:auto}",
    ],
)
def test_a_placeholder_that_can_be_filled_is_no_mistake(read, argument):
    text = WHOLE.replace('target = "train.py:train"', f'command = ["train", "{argument}"]')
    amp = "[hyperparameters]\namp = { choice = [true, false], default = true }"
    read(text.replace("[hyperparameters]", amp, 1))


def test_what_errors_mean_is_declared(read):
    table = "[training.failures]\ndiverged = ['loss is nan', 3]\nmachine = ['NCCL']\n"
    found = read(WHOLE.replace("[baseline]", table + "[baseline]")).failures
    assert found == Failures(diverged=("loss is nan", 3), machine=("NCCL",))


@pytest.mark.parametrize(
    ("line", "words"),
    [("diverged = [0]", "a whole number from 1 to 255"),
     ("divergd = []", "did you mean 'diverged'?"),
     ("diverged = ['']", "expected some text"), ("machine = 'NCCL'", "list")],
)  # fmt: skip
def test_what_errors_cannot_mean_is_told(read, line, words):
    with pytest.raises(InvalidFile) as caught:
        read(WHOLE.replace("[baseline]", f"[training.failures]\n{line}\n[baseline]"))
    assert words in str(caught.value)


def test_a_file_of_a_windows_editor_is_read(tmp_path):
    (tmp_path / "playbook.toml").write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert len(read_project(tmp_path).hyperparameters) == 10


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "playbook.toml").write_bytes(b"name = \xff")
    with pytest.raises(InvalidInput, match="byte 7 is not UTF-8"):
        read_project(tmp_path)


def test_a_missing_file_names_the_folder_and_the_command(tmp_path):
    with pytest.raises(InvalidInput, match="playbook init") as caught:
        read_project(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_the_project_is_found_from_a_folder_inside(tmp_path):
    (tmp_path / "playbook.toml").write_text(WHOLE)
    inside = tmp_path / "rounds" / "deep"
    inside.mkdir(parents=True)
    assert find_project(inside) == tmp_path.resolve()


def test_the_template_is_valid_as_it_stands(read):
    text = project_to_toml(
        name='a "b" \\ c\n',
        target=FunctionTarget("train.py", "train"),
        metric="accuracy",
        direction="maximize",
    )
    project = read(text)
    assert project.name == 'a "b" \\ c\n'
    assert project.objective.direction is Direction.MAXIMIZE


def test_every_commented_line_of_the_template_is_valid_too(read):
    text = project_to_toml(
        name="x", target=FunctionTarget("t.py", "f"), metric="m", direction="minimize"
    )
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if "[hyperparameters.optimizer]" in line)
    on = [line.removeprefix("# ") if i >= start else line for i, line in enumerate(lines)]
    text = "\n".join(line for line in on if not line.startswith("learning_rate") or "1e-5" in line)
    for word in ("chance", "examples", "timeout"):
        text = text.replace(f"# {word}", word)
    project = read(text)
    assert "optimizer.adam.learning_rate" in {h.key for h in project.hyperparameters}
    assert (project.chance_level, project.training.timeout_seconds) == (0.9, 3600)
    assert project.evaluation_examples == 5000


def test_direction_in_python_names_the_right_word():
    with pytest.raises(InvalidInput, match="found 'max'; write 'maximize'"):
        Direction("max")


@pytest.mark.parametrize(
    "value",
    [
        "1" + 400 * "0",
        "9" * 5000,
        "-" + "9" * 25,
        "[" * 3000 + "]" * 3000,
        "[1, 1" + 400 * "0" + "]",
        "{ fixed = 1" + 400 * "0" + " }",
        "{ integer = [1, 1" + 400 * "0" + "], default = 1 }",
        "{ linear = [0.1, 0.5], default = 1" + 400 * "0" + " }",
        "{ linear = [nan, inf], default = nan }",
    ],
)
@pytest.mark.parametrize("where", ["[hyperparameters]\nx = ", "[baseline]\nx = ", "x = "])
def test_numbers_and_nests_that_no_program_takes_are_told(read, value, where):
    with pytest.raises(InvalidInput):
        read(f"{HEAD}{where}{value}\n")


def test_a_pipe_is_no_project_file(tmp_path):
    os.mkfifo(tmp_path / "playbook.toml")
    with pytest.raises(InvalidInput, match="is not a file"):
        OpenFile(tmp_path / "playbook.toml")


@pytest.mark.parametrize("deep", ["a" + ".a" * 990 + " = 1", "a = " + "[" * 60 + "]" * 60])
def test_tables_within_hundreds_of_tables_are_refused_in_one_sentence(tmp_path, deep):
    file = tmp_path / "playbook.toml"
    file.write_text(f"{deep}\n")
    with pytest.raises(InvalidInput, match="too deeply nested"):
        read_project(find_project(tmp_path))


@pytest.mark.parametrize(
    "declared",
    ['"optimizer.lr" = { log = [0.1, 1], default = 1 }',
     "optimizer.lr = { log = [0.1, 1], default = 1 }"],
)  # fmt: skip
def test_a_name_with_dots_is_told_what_to_write(read, declared):
    told = str(mistakes_of(read, f"{HEAD}[hyperparameters]\n{declared}\n"))
    assert "declare lr, and write optimizer.lr={lr} in the command" in told
    assert "declare optimizer__lr, and give the program {nested_config_file}" in told


def test_a_placeholder_with_dots_is_told_what_to_write(read):
    text = WHOLE.replace('target = "train.py:train"', 'command = ["x", "{optimizer.lr}"]')
    assert "write optimizer.lr={lr} in the command" in str(mistakes_of(read, text))


def test_a_value_that_would_hold_others_is_told(read):
    text = WHOLE.replace('target = "train.py:train"', 'command = ["x", "{nested_config_file}"]')
    read(text)
    both = "[hyperparameters]\noptimizer__lr = { fixed = 0.1 }"
    told = str(mistakes_of(read, text.replace("[hyperparameters]", both, 1)))
    assert "optimizer__name" in told
