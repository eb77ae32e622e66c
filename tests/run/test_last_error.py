import pytest

from tuning_playbook.run.last_error import error_in, last_error

TRACEBACK = """\
Epoch 1
Traceback (most recent call last):
  File "train.py", line 3, in <module>
    main()
    ^^^^^^
  File "train.py", line 2, in main
    assert rate > 0, "no rate"
AssertionError: no rate
"""
HINT = "\nSet the environment variable HYDRA_FULL_ERROR=1 for a complete stack trace.\n"

PRINTED = {
    "plain": (TRACEBACK, "AssertionError: no rate"),
    "Hydra's hint": ("Error executing job with overrides: []\n" + TRACEBACK + HINT,
                     "AssertionError: no rate"),
    "farewells": (TRACEBACK + "wandb: You can sync this run\nwandb: Find logs at: ./wandb\n",
                  "AssertionError: no rate"),
    "chained": (TRACEBACK + "\nDuring handling of the above exception, another exception occurred:"
                "\n\n" + TRACEBACK.replace("AssertionError: no rate", "KeyError: 'lr'"),
                "KeyError: 'lr'"),
    "message of several lines": (TRACEBACK + "  with more\nand more\n", "AssertionError: no rate"),
    "no message": (TRACEBACK.replace(": no rate", ""), "AssertionError"),
    "a launcher": (TRACEBACK + TRACEBACK.replace(
        "AssertionError: no rate",
        "torch.distributed.elastic.multiprocessing.errors.ChildFailedError: \n====\ntrain FAILED"),
        "AssertionError: no rate"),
    "a prefix": ("".join(f"[rank0]: {line}\n" for line in TRACEBACK.splitlines()),
                 "AssertionError: no rate"),
    "no traceback": ("usage: train.py [--lr LR]\ntrain.py: error: argument --lr: invalid\n\n",
                     "train.py: error: argument --lr: invalid"),
    "Hydra without traceback": ("Could not override 'lr'.\nTo append use +lr=0.1\n" + HINT,
                                "Could not override 'lr'."),
    "cut short": ("Traceback (most recent call last):\n  File \"train.py\", line 3\n",
                  'File "train.py", line 3'),
    "nothing": ("\n\n", ""),
}  # fmt: skip


@pytest.mark.parametrize("printed", PRINTED)
def test_the_programs_own_error_is_found(printed):
    text, error = PRINTED[printed]
    assert error_in(text) == error


def test_a_missing_or_huge_output_is_no_problem(tmp_path):
    assert last_error(tmp_path / "none") == ""
    (tmp_path / "huge").write_text("x" * 10**6 + "\n" + TRACEBACK)
    assert last_error(tmp_path / "huge") == "AssertionError: no rate"
