"""What arrives at the top of the command line, and the exit code that it gets."""

import sys
from importlib import import_module

import pytest


@pytest.fixture
def ends_with(monkeypatch, capsys):
    """Exit code of a command that raises something, and what is printed."""

    def run(act):
        def command(**_):
            act()

        module = import_module("tuning_playbook.cli.main")
        monkeypatch.setattr(module, "playbook", command)
        monkeypatch.setattr(sys, "argv", ["playbook", "run", "first"])
        with pytest.raises(SystemExit) as stopped:
            module.main()
        return stopped.value.code, capsys.readouterr().err

    return run


def _imported_while_interrupted():
    error = ImportError("cannot import name 'x' from partially initialized module")
    error.__context__ = KeyboardInterrupt()
    raise error


def _in_a_chain():
    try:
        _imported_while_interrupted()
    except ImportError as error:
        raise RuntimeError("the check failed") from error


@pytest.mark.parametrize("act", [_imported_while_interrupted, _in_a_chain])
def test_an_error_that_an_interruption_has_caused_is_an_interruption(ends_with, act):
    assert ends_with(act) == (130, "stopped before it was finished\n")


def test_an_error_of_our_own_is_a_fault_with_a_report(ends_with, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def act():
        raise ImportError("no module named x")

    code, told = ends_with(act)
    assert code == 3
    assert "This is a mistake in playbook" in told
    assert len(list(tmp_path.glob("playbook-fault-*"))) == 1
