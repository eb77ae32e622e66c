"""What commands print, whatever names of others hold, and how they end when nothing fits."""

import ast
import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from rich.table import Table
from rich.text import Text
from tests.waiting import DEADLINE_SECONDS

import tuning_playbook.cli
from tuning_playbook.cli.options import print_json
from tuning_playbook.cli.printing import console, print_file, say

command_line = import_module("tuning_playbook.cli.main")
ESCAPE = "\x1b]0;owned\x07\x9b31m\u202e"
COMMANDS = Path(tuning_playbook.cli.__file__).parent


@pytest.mark.parametrize("err", [False, True])
def test_no_text_commands_a_terminal(capsys, err):
    say(f"lr{ESCAPE}\nnext", err=err, label="error")
    table = Table("name")
    table.add_row(Text(f"lr{ESCAPE}", style="bold"))
    console(err=err).print(table)
    console(err=err).print(Text(f"lr{ESCAPE}"))
    print_file(f"a,b\r\nlr{ESCAPE},1\r\n") if not err else None
    captured = capsys.readouterr()
    printed = captured.err if err else captured.out
    assert printed.count("lr?]0;owned") == (3 if err else 4)
    assert all(c.isprintable() or c in "\r\n" for c in printed)


SENTENCE = "The candidate is better by 0.12 on average than the baseline, whatever the seed."


@pytest.fixture
def terminal(monkeypatch):
    """The streams are terminals of 40 characters."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("tuning_playbook.cli.printing._is_terminal", lambda **_: True)


@pytest.mark.usefixtures("terminal")
def test_lines_that_do_not_fit_a_terminal_are_wrapped_under_their_beginning(capsys):
    say(f"first: adopt\n  {SENTENCE}\nnext: playbook launch first")
    say(SENTENCE, err=True, label="error")
    out, err = capsys.readouterr()
    first, *inside, last = out.splitlines()
    assert (first, last) == ("first: adopt", "next: playbook launch first")
    assert max(map(len, inside)) <= 40
    assert all(line.startswith("  ") for line in inside)
    assert " ".join(line.strip() for line in inside) == SENTENCE
    plain = re.sub(r"\x1b\[\d*m", "", err)
    assert [line[:7] for line in plain.splitlines()] == ["error: ", *[" " * 7] * 2]


@pytest.mark.usefixtures("terminal")
def test_what_others_wrote_keeps_its_lines(capsys):
    say(SENTENCE, wrap=False)
    assert capsys.readouterr().out == f"{SENTENCE}\n"


def test_lines_for_a_pipe_are_not_wrapped(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    say(SENTENCE)
    assert capsys.readouterr().out == f"{SENTENCE}\n"


def test_colours_of_our_own_stay():
    from io import StringIO

    from tuning_playbook.cli.safe_console import SafeConsole

    out = StringIO()
    console = SafeConsole(file=out, force_terminal=True, color_system="standard", width=80)
    console.print(Text("bold", style="bold red"))
    assert out.getvalue() == "\x1b[1;31mbold\x1b[0m\n"


def test_json_holds_every_letter_and_no_control_character(capsys):
    name = f"größe ✓ 猫{ESCAPE}\ud800\x7f"
    print_json({name: [name]})
    out = capsys.readouterr().out
    assert json.loads(out) == {name: [name]}
    assert "größe ✓ 猫" in out
    assert all(c.isprintable() or c == "\n" for c in out)


def test_commands_print_through_one_place():
    """Terminal escapes in names of others were printed by those that did not."""
    direct = []
    for path in COMMANDS.glob("*.py"):
        if path.stem in ("printing", "safe_console"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called in ("print", "click.echo", "click.secho", "Console", "rich.print"):
                direct.append(f"{path.name}:{node.lineno}: {called}")
    assert direct == []


@pytest.fixture
def ending(monkeypatch, capsys, tmp_path):
    """How the command line ends when a command raises."""

    def run(error):
        @click.command()
        def failing():
            raise error

        monkeypatch.setattr(command_line, "playbook", failing)
        monkeypatch.setattr(sys, "argv", ["playbook"])
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        with pytest.raises(SystemExit) as ended:
            command_line.main()
        return ended.value.code, capsys.readouterr().err

    return run


def test_a_fault_of_the_program_is_one_message_and_a_report(ending, tmp_path):
    code, told = ending(IndexError("list index out of range"))
    (report,) = tmp_path.glob("playbook-fault-*.txt")
    assert code == 3
    assert "fault: IndexError: list index out of range" in told
    assert str(report) in told
    assert "Traceback" not in told
    text = report.read_text()
    assert "Traceback (most recent call last)" in text
    assert "tuning-playbook 0" in text
    assert "command: playbook" in text


def test_a_fault_is_told_where_no_report_can_be_written(ending, monkeypatch):
    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", full)
    code, told = ending(ZeroDivisionError("division by zero"))
    assert code == 3
    assert "Traceback (most recent call last)" in told


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(13, "Permission denied", "/x/rounds"), "/x/rounds cannot be used: Perm"),
        (MemoryError(), "run out of memory"),
        (click.UsageError(f"no {ESCAPE}"), "no ?]0;owned??31m?"),
    ],
)
def test_what_machine_or_user_have_caused_is_no_fault_of_the_program(ending, error, told):
    code, printed = ending(error)
    assert code == 2
    assert told in printed
    assert "fault" not in printed


def test_a_reader_that_has_had_enough_is_no_fault(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-m", "tuning_playbook", "--help"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env={**os.environ},
    ) as process:  # fmt: skip
        process.stdout.close()
        told = process.stderr.read()
        process.wait(DEADLINE_SECONDS)
    assert b"Traceback" not in told
    assert process.returncode == 0
