"""Every figure of a report as a file of its own."""

import shutil
import sys
from dataclasses import replace

import pytest
from tests.report.test_view import view_of

from tuning_playbook.errors import InvalidInput
from tuning_playbook.report.rounds.images import figures_of, write_images

_BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.browser
@pytest.mark.parametrize(("form", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_every_figure_is_a_file_and_names_of_the_user_stand_in_it_as_text(tmp_path, form, begins):
    pytest.importorskip("kaleido", reason="kaleido is not installed")
    if _BROWSER is None:
        pytest.skip("Chromium is not installed")
    view = view_of()
    written = write_images(view, tmp_path / "new" / "figures", form)
    assert [path.stem for path in written] == [name for name, *_ in figures_of(view)]
    assert len({*written}) == len(written) > 3
    for path in written:
        data = path.read_bytes()
        assert data.startswith(begins), path
        assert b"<img" not in data
        assert b"<a " not in data
    if form == "svg":
        assert any(b"onerror" in path.read_bytes() for path in written)  # as it stands


def test_without_kaleido_it_is_said_what_to_type(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "kaleido", None)
    with pytest.raises(InvalidInput, match=r"pip install 'tuning-playbook\[images\]'"):
        write_images(view_of(), tmp_path, "svg")


def test_figures_whose_names_differ_in_letters_that_no_file_has_do_not_share_one():
    view = view_of()
    (section, *_) = view.sections
    twin = replace(section, name=section.name.replace("-", "/") + "?")
    both = replace(view, sections=(replace(section, name=f"{twin.name}?"), twin))
    names = [name for name, *_ in figures_of(both)]
    assert len(names) == len({*names}) == len(list(figures_of(view))) + len(section.plots)
