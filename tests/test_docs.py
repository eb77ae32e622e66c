"""The documentation is complete, and what it points to is there."""

import re
import tomllib
from pathlib import Path

import click
import pytest
from click.shell_completion import BashComplete

from tuning_playbook.checks import all_checks
from tuning_playbook.cli import reference
from tuning_playbook.cli.main import _COMMANDS, playbook

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "examples").rglob("*.md"),
]
WORDS = {page: page.read_text() for page in PAGES}
PROSE = {
    **{page: text for page, text in WORDS.items() if page.parent.name != "examples"},
    **{path: path.read_text() for ending in ("py", "j2", "toml")
       for path in (ROOT / "src").rglob(f"*.{ending}")},
}  # fmt: skip
WRITTEN_BY_HAND = "\n".join(text for page, text in WORDS.items() if page.name != "commands.md")


def test_the_page_of_commands_is_up_to_date():
    assert WORDS[ROOT / "docs" / "commands.md"] == reference.page(), (
        "run python -m tuning_playbook.cli.reference docs/commands.md"
    )


def test_every_option_says_what_it_does():
    assert "| None |" not in reference.page()


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_command_is_shown_in_use(command):
    there = f"playbook {command}" in WRITTEN_BY_HAND
    assert there, f"show `playbook {command}` in the page of docs that fits, then type: make docs"


@pytest.mark.parametrize("command", sorted({*_COMMANDS} - {"demo"}))
def test_every_command_speaks_to_programs_too(command):
    options = playbook.get_command(click.Context(playbook), command).params
    assert "--json" in {name for option in options for name in option.opts}


def test_no_command_is_shown_that_does_not_exist():
    shown = set(re.findall(r"^(?:\$|   ) ?playbook ([a-z-]+)", WRITTEN_BY_HAND, re.MULTILINE))
    assert len(shown) > 10
    assert shown <= set(_COMMANDS)


@pytest.mark.parametrize("check", [check.id for check in all_checks()])
def test_every_check_is_documented(check):
    there = f"`{check}`" in WORDS[ROOT / "docs" / "passages.md"]
    assert there, f"name {check} in checks/passages.py, then type: make docs"


def test_every_extra_is_in_the_readme():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for extra in set(extras["optional-dependencies"]) - {"test", "lint"}:
        assert f"`{extra}`" in WORDS[ROOT / "README.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", WORDS[page])
    assert [link for link in links if not (page.parent / link).exists()] == []


LOOKED_FOR = {
    "what a trial printed": "playbook logs",
    "a hyperparameter that not every trial has": '"--momentum", "{momentum}"',
    "a switch without a value": "{NAME:flag}",
    "the seed in a command": "TUNING_PLAYBOOK_SEED",
    "a program with its own checkpoints": '{"event": "restored", "step": 80}',
    "failed trials once more": "--retry failed",
    "giving a round up": "playbook abandon",
    "one trial too long": "playbook stop",
    "no pruning": "stops no trial early",
    "checks in Python": "tuning_playbook.check(",
    "figures as files": "--figures",
    "advice for a program that differs behind sh -c": "behind `sh -c`",
}


@pytest.mark.parametrize("phrase", LOOKED_FOR.values(), ids=LOOKED_FOR)
def test_what_readers_have_looked_for_in_vain_is_on_a_page(phrase):
    assert phrase in WRITTEN_BY_HAND


def test_completion_of_a_shell_works_as_it_is_shown():
    assert "_PLAYBOOK_COMPLETE=bash_source playbook" in WRITTEN_BY_HAND
    shell = BashComplete(playbook, {}, "playbook", "_PLAYBOOK_COMPLETE")
    assert {found.value for found in shell.get_completions([], "ch")} == {"check", "checkpoint"}


STUMBLED_OVER = (
    "cause: not told apart", "contributes is not told apart", "with as much below",
    "few projects can pay", "so no chance is seen", "is no evidence of how good",
    "large, its name does not tell", "the same command goes on", "Exploration: goes on",
    "sorted by their names", "only its pickles say", "tuned on what is left", "or the other one",
    "hyperparameters apart",
)  # fmt: skip


@pytest.mark.parametrize("phrase", STUMBLED_OVER)
def test_no_message_and_no_page_has_a_phrase_that_readers_stumbled_over(phrase):
    """What old runs printed stays on the pages of examples, which say of which day they are."""
    assert [str(path) for path, text in PROSE.items() if phrase in text] == []
