"""The documentation is complete, and what it points to is there."""

import re
import tomllib
from pathlib import Path

import click
import pytest

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
WRITTEN_BY_HAND = "\n".join(text for page, text in WORDS.items() if page.name != "commands.md")


def test_the_page_of_commands_is_up_to_date():
    assert WORDS[ROOT / "docs" / "commands.md"] == reference.page(), (
        "run python -m tuning_playbook.cli.reference docs/commands.md"
    )


def test_every_option_says_what_it_does():
    assert "| None |" not in reference.page()


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_command_is_shown_in_use(command):
    assert f"playbook {command}" in WRITTEN_BY_HAND


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
    assert f"`{check}`" in WORDS[ROOT / "docs" / "passages.md"]


def test_every_extra_is_in_the_readme():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for extra in set(extras["optional-dependencies"]) - {"test", "lint"}:
        assert f"`{extra}`" in WORDS[ROOT / "README.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", WORDS[page])
    assert [link for link in links if not (page.parent / link).exists()] == []
