import re
from html.parser import HTMLParser
from io import StringIO

import pytest
from rich.console import Console
from tests.report.history_examples import HOSTILE, a_history

from tuning_playbook.errors import InvalidInput
from tuning_playbook.report.history.page import (
    history_html,
    history_markdown,
    history_text,
)
from tuning_playbook.report.history.tables import history_tables
from tuning_playbook.report.pages.files import write_page


class Elements(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found, self.words = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.words.append(data)


def test_the_page_runs_nothing_loads_nothing_and_shows_every_name():
    page = history_html(a_history(12, hostile=True))
    elements = Elements(page)
    tags = {tag for tag, _ in elements.found}
    assert "script" not in tags
    assert not {"img", "iframe", "object", "link"} & tags
    assert not [a for _, a in elements.found if any(name.startswith("on") for name in a)]
    assert not re.search(r'(?:href|src)="(?!#)', page)
    assert "alert('x')" in " ".join(elements.words)


def test_a_box_leads_to_its_round_in_the_table():
    elements = Elements(history_html(a_history(5)))
    targets = {a["href"][1:] for tag, a in elements.found if tag == "a"}
    assert targets == {f"round-{n}" for n in range(1, 6)}
    assert targets <= {a.get("id") for _, a in elements.found}


@pytest.mark.parametrize("hostile", [False, True])
def test_every_markdown_row_has_the_cells_of_its_header(hostile):
    text = history_markdown(a_history(6, hostile=hostile))
    blocks = [b for b in text.split("\n\n") if b.startswith("|")]
    assert len(blocks) == len(history_tables(a_history(6)))
    for block in blocks:
        cells = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(cells) == 1
    assert not re.search(r"(?<!\\)<", text)


def test_the_terminal_shows_names_as_they_are():
    console = Console(file=StringIO(), width=200, force_terminal=False)
    console.print(history_text(a_history(3, hostile=True)))
    shown = console.file.getvalue()
    assert "</script><script>" in shown
    assert "Search spaces" in shown


def test_rounds_that_searched_the_same_range_again_are_one_row():
    (table,) = [t for t in history_tables(a_history(2)) if t.title == "Search spaces"]
    assert [row.cells[1] for row in table.rows] == ["study", "b and 1 more"]
    assert table.rows[1].cells[4] == HOSTILE


def test_a_history_without_anything_says_so():
    empty = a_history(0)
    text = history_markdown(empty)
    assert "No round has been run." in text
    assert "Nothing has been launched" in text


def test_a_file_that_cannot_be_written_is_named_and_leaves_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_page("x", tmp_path / "file" / "history.html")
    write_page("é", tmp_path / "deep" / "history.md")
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["history.md"]
