import hashlib
import re
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from tests.cli.conftest import run_playbook, write_project
from tests.report.test_view import FINDING, view_of
from tests.waiting import DEADLINE_SECONDS, wait_until

from tuning_playbook.report.rounds.page import write_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = write_project(tmp_path_factory.mktemp("report") / "project")
    done = run_playbook("run", "first", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder / "reports" / "first.html"


DEADLINE_MILLISECONDS = 1000 * DEADLINE_SECONDS


@pytest.fixture(scope="module")
def page(report):
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, timeout=DEADLINE_MILLISECONDS
        )
        context = browser.new_context(viewport={"width": 1200, "height": 900})
        context.set_default_timeout(DEADLINE_MILLISECONDS)
        opened = context.new_page()
        opened.heard = []
        opened.on("console", lambda message: opened.heard.append(message.text))
        opened.on("pageerror", lambda error: opened.heard.append(str(error)))
        opened.on("dialog", lambda dialog: (opened.heard.append("dialog"), dialog.dismiss()))
        opened.asked = []
        opened.on("request", lambda request: opened.asked.append(request.url))
        opened.goto(report.as_uri())
        opened.evaluate("document.querySelectorAll('.group').forEach((g) => { g.open = true; })")
        for place in opened.query_selector_all(".plot"):
            place.evaluate("(place) => place.scrollIntoView()")
            place.wait_for_selector(".main-svg", state="attached")
        yield opened
        browser.close()


@pytest.mark.browser
def test_the_page_opens_without_an_error_and_asks_for_nothing(page):
    assert page.heard == []
    assert [url for url in page.asked if not url.startswith(("file:", "data:", "blob:"))] == []


@pytest.mark.browser
def test_every_figure_is_drawn_when_it_is_scrolled_to(page):
    places = page.evaluate("document.querySelectorAll('.plot').length")
    drawn = page.evaluate("document.querySelectorAll('.plot .main-svg:first-child').length")
    assert places >= 12
    assert drawn == places


@pytest.mark.browser
def test_a_page_that_is_printed_has_every_figure(report, page):
    fresh = page.context.new_page()
    fresh.goto(report.as_uri())
    fresh.evaluate("dispatchEvent(new Event('beforeprint'))")
    places = fresh.evaluate("document.querySelectorAll('.plot').length")
    assert (
        fresh.evaluate("document.querySelectorAll('.plot .main-svg:first-child').length") == places
    )
    fresh.close()


@pytest.mark.browser
def test_the_few_figures_of_a_short_page_are_drawn_without_scrolling(report, page):
    fresh = page.context.new_page()
    fresh.goto(report.as_uri())
    fresh.wait_for_function(
        "[...document.querySelectorAll('.plot')].filter((place) => place.offsetParent)"
        ".every((place) => place.querySelector('.main-svg'))"
    )
    assert fresh.evaluate("scrollY") == 0
    fresh.close()


@pytest.mark.browser
@pytest.mark.parametrize(("format_", "begins"), [("png", b"\x89PNG"), ("svg", b"<svg")])
def test_a_figure_is_saved_by_one_click(page, format_, begins):
    figure = page.locator("figure").first
    with page.expect_download() as download:
        figure.locator(".save button", has_text=format_.upper()).click()
    saved = Path(download.value.path()).read_bytes()
    assert saved.startswith(begins)
    assert len(saved) > 2000
    assert download.value.suggested_filename.endswith(f".{format_}")
    assert page.heard == []


@pytest.mark.browser
def test_foreign_names_are_shown_as_text(page):
    assert "</script><script>alert('q')</script>" in page.inner_text("h1")
    assert "<script>alert(1)</script>" in page.inner_text("main")
    assert page.heard == []


@pytest.mark.browser
def test_no_text_of_a_figure_holds_a_tag_that_plotly_would_follow(page):
    """A name such as <a href=...> would be a link in the label that appears at a point."""
    kinds = "['text', 'hovertext', 'x', 'y', 'name']"
    tagged = page.evaluate(
        "[...document.querySelectorAll('.plot')].flatMap((place) => place.data.flatMap((trace) => "
        f"{kinds}.flatMap((kind) => [trace[kind]].flat()).filter((value) => "
        "typeof value === 'string' && /<(?!br>)/.test(value))))"
    )
    assert tagged == []


@pytest.mark.browser
def test_foreign_names_are_text_in_figures_too(page, tmp_path):
    write_report(view_of(findings=(FINDING,)), tmp_path / "hostile.html")
    fresh = page.context.new_page()
    heard = []
    fresh.on("dialog", lambda dialog: (heard.append("dialog"), dialog.dismiss()))
    fresh.on("pageerror", lambda error: heard.append(str(error)))
    fresh.goto((tmp_path / "hostile.html").as_uri())
    fresh.evaluate("dispatchEvent(new Event('beforeprint'))")
    ticks = fresh.evaluate(
        "[...document.querySelectorAll('.xtick text')].map((text) => text.textContent)"
    )
    # Plotly takes tags in texts for markup, and would show only what is between them.
    assert any("</script><img src=x onerror=alert(1)>" in tick for tick in ticks)
    assert heard == []
    fresh.close()


@pytest.mark.browser
def test_a_link_to_a_figure_opens_what_it_is_folded_into(page):
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = false; })")
    page.click("details.quiet summary >> nth=0")
    link = page.query_selector(".quiet[open] .support a[href^='#plot-']")
    assert link is not None
    target = link.get_attribute("href")
    link.click()
    assert page.is_visible(f"{target} h4")
    page.evaluate("document.querySelectorAll('.group').forEach((box) => { box.open = true; })")


@pytest.mark.browser
def test_the_table_of_trials_sorts_by_any_column(page):
    def first_column():
        cells = page.query_selector_all(".trials >> nth=0 >> tbody tr td:nth-child(2)")
        return [float(c.inner_text()) for c in cells if c.inner_text()]

    values = first_column()
    assert values == sorted(values)
    page.click(".trials >> nth=0 >> th:nth-child(2) button")
    assert first_column() == sorted(values, reverse=True)


@pytest.mark.browser
def test_the_first_screen_holds_the_answer_its_doubt_and_the_next_step(page):
    page.set_viewport_size({"width": 1300, "height": 800})
    page.evaluate("window.scrollTo(0, 0)")
    lowest = page.evaluate(
        """(selectors) => selectors.map(
            (s) => document.querySelector(s).getBoundingClientRect().bottom)""",
        [".sentence", ".soundness", ".next-step"],
    )
    page.set_viewport_size({"width": 1200, "height": 900})
    assert max(lowest) < 500
    answer, how_it_was_run = (page.inner_text("main").find(h) for h in ("Answer", "How it was run"))
    assert 0 <= answer < how_it_was_run
    assert "train.py:train" not in page.inner_text("header")


def test_nothing_is_cut_off_on_a_narrow_screen(page):
    page.set_viewport_size({"width": 420, "height": 900})
    # Figures follow a change of the window one after the other.
    wait_until(
        lambda: page.evaluate("document.documentElement.scrollWidth") <= 420, "a narrow page"
    )
    page.set_viewport_size({"width": 1200, "height": 900})


def test_no_foreign_text_can_end_a_script_or_a_tag(report):
    text = report.read_text()
    assert "<script>alert" not in text
    assert "\u2028" not in re.search(r'<script id="data".*?</script>', text, re.DOTALL)[0]


def test_the_page_tells_how_to_run_it_again(report):
    text = report.read_text()
    assert "playbook run first" in text
    assert "rounds/first.toml" in text


def test_the_bundle_is_the_released_one():
    bundle = files("tuning_playbook.report").joinpath("assets", "plotly-cartesian.min.js")
    digest = hashlib.sha256(bundle.read_bytes()).hexdigest()
    assert digest == "79542150855a52c567260e3137095dbe2b744e6d702a5cabe67da246942fba7a"
