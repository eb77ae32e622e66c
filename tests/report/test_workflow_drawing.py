from xml.etree import ElementTree

import pytest
from tests.report.history_examples import a_history, a_round

from tuning_playbook.report.history.drawing import workflow_svg

SVG = "{http://www.w3.org/2000/svg}"


def drawn(history, **options):
    return ElementTree.fromstring(workflow_svg(history, **options))


def boxes(root):
    found = [e for e in root.iter(f"{SVG}svg") if e is not root]
    return [tuple(float(e.get(k)) for k in ("x", "y", "width", "height")) for e in found]


@pytest.mark.parametrize("count", [0, 1, 3, 10, 40])
def test_every_round_has_a_box_of_its_own_inside_the_drawing(count):
    root = drawn(a_history(count, seed=count))
    placed = boxes(root)
    assert len(placed) == count
    _, _, width, height = map(float, root.get("viewBox").split())
    for x, y, w, h in placed:
        assert x >= 0
        assert x + w <= width
        assert y + h <= height
    for i, (x, y, w, h) in enumerate(placed):
        for x2, y2, _, _ in placed[i + 1 :]:
            assert abs(x - x2) >= w or abs(y - y2) >= h


def test_arrows_are_drawn_for_what_was_followed_and_what_was_launched():
    history = a_history(40, launch_every=6, seed=3)
    root = drawn(history)
    kinds = [p.get("class") for p in root.iter(f"{SVG}path")]
    legend = 1
    assert kinds.count("follows") == sum(bool(r.follows) for r in history.rounds) + legend
    assert kinds.count("won") == len(history.baselines) + legend
    stones = [c for c in root.iter(f"{SVG}circle") if "stone" in c.get("class")]
    assert len(stones) == len(history.baselines) + 1


def test_names_stay_text_whatever_they_hold():
    svg = workflow_svg(a_history(12, hostile=True), links=True)
    root = ElementTree.fromstring(svg)
    assert "<script" not in svg
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {
        "svg", "style", "title", "rect", "circle", "path", "text", "g", "a",
    }  # fmt: skip
    assert any("alert('x')" in (t.text or "") for t in root.iter(f"{SVG}title"))


def test_a_round_that_follows_one_outside_the_history_has_no_arrow():
    history = a_history(1)
    lonely = type(history)(
        **{f: getattr(history, f) for f in history.__slots__}
        | {"rounds": (a_round(1, follows="gone"),)}
    )
    assert [p.get("class") for p in drawn(lonely).iter(f"{SVG}path")].count("follows") == 1


def test_rounds_stand_in_the_row_of_the_baseline_they_were_asked_from():
    history = a_history(8, launch_every=4)
    rows = [y for _, y, _, _ in boxes(drawn(history))]
    assert len(set(rows[:4])) == len(set(rows[4:])) == 1
    assert rows[4] > rows[0]
