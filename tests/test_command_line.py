import pytest

from tuning_playbook.command_line import filled, placeholders

VALUES = {"lr": 1e-5, "nesterov": True, "decay": False, "seed": 7, "weight-decay": 0.1}

CASES = [
    (["--lr", "{lr}"], ["--lr", "1e-05"]),
    (["--lr={lr}", "optimizer.lr={lr}", "+seed={seed}"],
     ["--lr=1e-05", "optimizer.lr=1e-05", "+seed=7"]),
    (["--pair", "{lr},{seed}"], ["--pair", "1e-05,7"]),
    (["--wd", "{weight-decay}"], ["--wd", "0.1"]),
    # What does not exist in this arm goes with its flag.
    (["--momentum", "{momentum}", "--lr", "{lr}"], ["--lr", "1e-05"]),
    (["-m", "{momentum}", "x"], ["x"]),
    (["--momentum={momentum}", "optimizer.momentum={momentum}", "--on"], ["--on"]),
    (["--betas", "{beta1}", "{beta2}", "--on"], ["--on"]),
    (["--all={x}", "{momentum}"], []),
    (["program", "{momentum}"], ["program"]),
    (["--verbose=1", "{momentum}"], ["--verbose=1"]),
    (["--verbose", "x={momentum}"], ["--verbose"]),
    # Switches.
    (["{nesterov:flag}", "{decay:flag}"], ["--nesterov"]),
    (["{nesterov:flag|no}", "{decay:flag|no}"], ["--nesterov", "--no-decay"]),
    (["--use-nesterov{nesterov:flag}", "--use-decay{decay:flag|no}"],
     ["--use-nesterov", "--no-use-decay"]),
    (["{absent:flag}", "{absent:flag|no}"], []),
    # What belongs to shells, Hydra and JSON stays.
    (["dir=${oc.env:HOME}/${seed}"], ["dir=${oc.env:HOME}/${seed}"]),
    (["model={lr:0.1,seed:auto}"], ["model={lr:0.1,seed:auto}"]),
    (["model={x:auto}"], ["model={x:auto}"]),
    (['{"lr": 1}', "{}"], ['{"lr": 1}', "{}"]),
]  # fmt: skip


@pytest.mark.parametrize(("written", "read"), CASES)
def test_a_command_is_filled_with_the_values_of_a_trial(written, read):
    assert filled(written, VALUES) == read


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again():
    assert filled(["{a}"], {"a": "{b}", "b": 1}) == ["{b}"]


def test_a_text_of_several_words_is_known():
    (found,) = placeholders("python train.py --lr {lr:flag}")
    assert (found.name, found.form, found.among_words) == ("lr", "flag", True)
