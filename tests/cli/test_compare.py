"""``playbook compare`` as its user types it."""

import json
import sys

import pytest

from tuning_playbook.cli.main import main

ROWS = [("A", 0, 1.00), ("A", 1, 1.02), ("A", 2, 0.98), ("A", 3, 1.01),
        ("B", 0, 0.90), ("B", 1, 0.93), ("B", 2, 0.87), ("B", 3, 0.91)]  # fmt: skip


@pytest.fixture
def compare(monkeypatch, capsys, tmp_path):
    """Exit code, output and errors of ``playbook compare ...`` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    lines = ["recipe,seed,val_loss", *(f"{a},{s},{v}" for a, s, v in ROWS)]
    (tmp_path / "runs.csv").write_text("\n".join(lines))

    def run(*arguments):
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["playbook", "compare", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        output = capsys.readouterr()
        return stopped.value.code or 0, output.out, output.err

    return run


def test_the_answer_comes_first_with_its_numbers(compare):
    code, out, err = compare("runs.csv")
    assert (code, err) == (0, "")
    assert "B is better than A: val_loss" in out
    assert "Paired t-test over 4 seeds" in out


@pytest.mark.parametrize("verdict", ["better", "worse"])
def test_every_answer_ends_with_zero(compare, verdict):
    code, out, _ = compare("runs.csv", "--baseline", "A" if verdict == "better" else "B")
    assert code == 0
    assert out.split("\n")[2].startswith(verdict)


def test_json_has_the_promised_fields(compare):
    code, out, _ = compare("runs.csv", "--arm", "recipe", "--seed", "seed", "--metric", "val_loss",
                           "--direction", "minimize", "--margin", 0.01, "--json")  # fmt: skip
    found = json.loads(out)
    assert code == 0
    assert (found["schema"], found["metric"], found["direction"]) == (1, "val_loss", "minimize")
    (pair,) = found["comparisons"]
    assert set(pair) >= {"baseline", "candidate", "repeats", "means", "difference", "interval",
                         "p_value", "paired", "verdict", "repeats_needed"}  # fmt: skip
    assert pair["difference"] == pytest.approx(pair["means"][1] - pair["means"][0])


@pytest.mark.parametrize(
    "arguments",
    [("nothing.csv",), ("runs.csv", "--arm", "x"), ("runs.csv", "--baseline", "C"),
     ("runs.csv", "--margin", "x"), ("runs.csv", "runs.csv"), ()],
)  # fmt: skip
def test_unusable_input_ends_with_two(compare, arguments):
    code, out, err = compare(*arguments)
    assert code == 2
    assert out == ""
    assert "rror" in err


def test_the_page_holds_its_picture_and_loads_nothing(compare, tmp_path):
    code, out, _ = compare("runs.csv", "-o", "out/answer.html")
    page = (tmp_path / "out" / "answer.html").read_text()
    assert code == 0
    assert "wrote out/answer.html" in out
    assert "Content-Security-Policy" in page
    assert 'src="http' not in page
    assert "B is better than A" in page


def test_the_arms_of_a_round_are_compared(compare, finished_project):
    round_name = next((finished_project / "rounds").glob("*.toml")).stem
    code, out, err = compare(round_name, "--project", finished_project, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["kind"] == "searches"
    assert found["comparisons"][0]["candidate"].startswith("activation = ")
