"""The workflow of a project as it happened, drawn: rounds in time order, launches between them.

A row of boxes for every baseline: the launch that made it stands at the left, on a line that runs
down through all baselines, and the rounds that were asked from it follow to the right.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape

from tuning_playbook.report.history.view import BaselineStep, ProjectHistory, RoundStep
from tuning_playbook.report.phrases.looks import day

_WIDTH, _LEFT, _TOP = 1120, 208, 44
_BOX_WIDTH, _BOX_HEIGHT, _COLUMNS = 204, 104, 4
_COLUMN_GAP, _ROW_GAP, _BAND_GAP = 24, 34, 30
_SPINE = 14
_MOST_CHANGES = 3
_DECISIONS = {"adopt": "adopted", "keep": "kept", "inconclusive": "open"}

_STYLE = """
.wf { font: 12px system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif; }
.wf text { fill: var(--text, #1d2330); } .wf .soft { fill: var(--muted, #667085); }
.wf .strong { font-weight: 600; font-size: 13px; }
.wf .box { fill: var(--card, #fff); stroke: var(--line, #d5dae3); }
.wf a:hover .box, .wf a:focus-visible .box { stroke: #0072b2; stroke-width: 2; }
.wf .band { fill: var(--text, #1d2330); fill-opacity: .035; }
.wf .explore { fill: #0072b2; } .wf .exploit { fill: #d55e00; }
.wf .sound { fill: #00795a; } .wf .weak { fill: #b7791f; } .wf .void { fill: #c0392b; }
.wf .none { fill: #98a2b3; }
.wf .spine { stroke: var(--muted, #667085); stroke-width: 2; fill: none; }
.wf .stone { fill: #00795a; } .wf .stone.overruled { fill: #c0392b; }
.wf .stone.start { fill: var(--muted, #667085); }
.wf .follows { stroke: var(--muted, #667085); stroke-width: 1.4; fill: none; }
.wf .won { stroke: #00795a; stroke-width: 1.6; fill: none; stroke-dasharray: 5 4; }
.wf .head { fill: var(--muted, #667085); } .wf .head.green { fill: #00795a; }
.wf .green { fill: #00795a; } .wf .number { fill: #fff; font-weight: 600; font-size: 11px; }
"""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a round's box stands: its corner, and the number of its row and column."""

    x: float
    y: float
    row: int
    column: int

    @property
    def middle(self) -> float:
        return self.x + _BOX_WIDTH / 2

    @property
    def bottom(self) -> float:
        return self.y + _BOX_HEIGHT


@dataclass(frozen=True, slots=True)
class _Band:
    """The rounds that were asked from one baseline."""

    launch: BaselineStep | None
    rounds: tuple[RoundStep, ...]
    y: float
    height: float


def workflow_svg(history: ProjectHistory, *, links: bool = False) -> str:
    """The drawing, as an SVG element that stands alone or in a page.

    Args:
        history: what happened.
        links: whether a box leads to the element ``round-NUMBER`` of its page.
    """
    bands = _bands(history)
    places = _places(bands)
    height = bands[-1].y + bands[-1].height + 12
    size = f'viewBox="0 0 {_WIDTH} {height:g}" width="{_WIDTH}" height="{height:g}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="wf" role="img" {size}>',
        "<title>Workflow of the project</title>",
        f"<style>{_STYLE}</style>",
        *_legend(),
        *_spine(bands),
        *(part for number, band in enumerate(bands) for part in _band(band, number)),
        *_won_arrows(bands, places),
        *_follow_arrows(history.rounds, places),
        *(_box(r, places[r.name], links=links) for band in bands for r in band.rounds),
        "</svg>",
    ]
    return "\n".join(parts)


def _bands(history: ProjectHistory) -> list[_Band]:
    """Rounds by the launch that they began after; a round of unknown time goes by its order."""
    groups: list[tuple[BaselineStep | None, list[RoundStep]]] = [(None, [])]
    waiting = sorted(history.baselines, key=lambda launch: launch.at)
    for round_ in history.rounds:
        while waiting and waiting[0].at <= round_.at:
            groups.append((waiting.pop(0), []))
        groups[-1][1].append(round_)
    groups += [(launch, []) for launch in waiting]
    found, y = [], float(_TOP)
    for launch, rounds in groups:
        rows = max(1, -(-len(rounds) // _COLUMNS))
        height = rows * _BOX_HEIGHT + (rows - 1) * _ROW_GAP + 24
        found.append(_Band(launch, tuple(rounds), y, height))
        y += height + _BAND_GAP
    return found


def _places(bands: Sequence[_Band]) -> dict[str, _Place]:
    places, row = {}, 0
    for band in bands:
        for number, round_ in enumerate(band.rounds):
            down, column = divmod(number, _COLUMNS)
            places[round_.name] = _Place(
                _LEFT + 12 + column * (_BOX_WIDTH + _COLUMN_GAP),
                band.y + 12 + down * (_BOX_HEIGHT + _ROW_GAP),
                row + down,
                column,
            )
        row += max(1, -(-len(band.rounds) // _COLUMNS))
    return places


def _legend() -> Iterator[str]:
    x = float(_LEFT)
    for shape, words in (
        ("explore", "exploring"),
        ("exploit", "exploiting"),
        ("sound", "sound answer"),
        ("weak", "weak or unfair"),
        ("void", "void"),
        ("none", "no answer yet"),
    ):
        if shape in ("explore", "exploit"):
            yield f'<rect class="{shape}" x="{x:g}" y="8" width="4" height="14" rx="2"/>'
        else:
            yield f'<circle class="{shape}" cx="{x + 2:g}" cy="15" r="4.5"/>'
        yield _text(words, x + 12, 19, "soft")
        x += 34 + 7 * len(words)
    yield f'<path class="follows" d="M{x:g} 15h20"/>' + _head(x + 26, 15, "right")
    yield _text("follows", x + 32, 19, "soft")
    yield f'<path class="won" d="M{x + 90:g} 15h20"/>' + _head(x + 116, 15, "right", "green")
    yield _text("launched", x + 122, 19, "soft")


def _spine(bands: Sequence[_Band]) -> Iterator[str]:
    if len(bands) > 1:
        top, bottom = bands[0].y + 22, bands[-1].y + 22
        yield f'<path class="spine" d="M{_SPINE} {top:g}V{bottom:g}"/>'


def _band(band: _Band, number: int) -> Iterator[str]:
    """The baseline at the left, and the ground that its rounds stand on."""
    launch, y = band.launch, band.y + 22
    if band.rounds:
        yield (
            f'<rect class="band" x="{_LEFT}" y="{band.y:g}" width="{_WIDTH - _LEFT}" '
            f'height="{band.height:g}" rx="10"/>'
        )
    kind = "start" if launch is None else "" if launch.choice == "adopt" else "overruled"
    yield "<g>" + _tip(_launch_tip(launch))
    yield f'<circle class="stone {kind}" cx="{_SPINE}" cy="{y:g}" r="11"/>'
    yield (
        f'<text class="number" style="fill: #fff" text-anchor="middle" x="{_SPINE}" '
        f'y="{y + 4:g}">{number}</text>'
    )
    yield _text("First baseline" if launch is None else f"Baseline {number}", 34, y + 4, "strong")
    if launch is not None:
        yield _text(_fitted(f"{day(launch.at)} {launch.round}", 25), 34, y + 21, "soft")
        for line, words in enumerate(_change_lines(launch)):
            yield _text(_fitted(words, 25), 34, y + 39 + 16 * line, "")
    yield "</g>"


def _change_lines(launch: BaselineStep) -> list[str]:
    lines = [f"{key.rsplit('.', 1)[-1]} {_short(a)} → {_short(b)}" for key, a, b in launch.changes]
    if len(lines) > _MOST_CHANGES:
        return [*lines[: _MOST_CHANGES - 1], f"and {len(lines) - _MOST_CHANGES + 1} more"]
    return lines


def _short(value: str | None) -> str:
    if value is None:
        return "absent"
    with suppress(ValueError):  # a long number is cut to what tells it apart, never to 1
        number = f"{float(value):.4g}"
        return number if len(value) > len(number) and number != "1" else value
    return value


def _launch_tip(launch: BaselineStep | None) -> str:
    if launch is None:
        return "The baseline as playbook.toml declared it"
    changes = [f"{key}: {a or 'absent'} → {b or 'absent'}" for key, a, b in launch.changes]
    return "\n".join(filter(None, (launch.reason, *changes, launch.evidence)))


def _box(round_: RoundStep, place: _Place, *, links: bool) -> str:
    """A round's box; what does not fit is in its tooltip."""
    width, height = _BOX_WIDTH, _BOX_HEIGHT
    sound = "weak" if round_.soundness == "unfair" else round_.soundness
    sound = sound if sound in ("sound", "weak", "void") else "none"
    decided = _DECISIONS.get(round_.decision, "")
    colour = "green" if decided == "adopted" else "soft"
    trials = f"{round_.trials:,} trials" + (f" + {round_.reruns}" if round_.reruns else "")
    lines = _wrapped(round_.question, 27, lines=3)
    inner = [
        _tip("\n".join(filter(None, (round_.name, round_.question, round_.answer)))),
        f'<rect class="box" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8"/>',
        f'<rect class="{round_.mode}" x="0" y="12" width="4" height="{height - 24}" rx="2"/>',
        _text(_fitted(f"{round_.number}. {round_.name}", 22), 14, 21, "strong"),
        *(_text(line, 14, 41 + 15 * n, "") for n, line in enumerate(lines)),
        f'<circle class="{sound}" cx="18" cy="{height - 14}" r="4.5"/>',
        _text(trials, 29, height - 10, "soft"),
        f'<g text-anchor="end">{_text(decided, width - 12, height - 10, colour)}</g>',
    ]
    box = (
        f'<svg x="{place.x:g}" y="{place.y:g}" width="{width}" height="{height}">'
        + "".join(inner)
        + "</svg>"
    )
    return f'<a href="#round-{round_.number}">{box}</a>' if links else box


def _won_arrows(bands: Sequence[_Band], places: dict[str, _Place]) -> Iterator[str]:
    """From the round that won to the baseline that it became."""
    for band in bands:
        place = places.get(band.launch.round) if band.launch else None
        if place is None:
            continue
        x, below, above = place.middle + 40, place.bottom + 17, band.y - _BAND_GAP / 2
        # straight between the bands, or first along the gap under an earlier row
        aside = [] if above - below < _ROW_GAP else [(_LEFT - 8, below), (_LEFT - 8, above)]
        turn = above if not aside else below
        corners = [(x, place.bottom), (x, turn), *aside, (_SPINE, above), (_SPINE, band.y + 4)]
        yield f'<path class="won" d="{_rounded(corners)}"/>'
        yield _head(_SPINE, band.y + 10, "down", "green")


def _follow_arrows(rounds: Sequence[RoundStep], places: dict[str, _Place]) -> Iterator[str]:
    for number, round_ in enumerate(rounds):
        start, end = places.get(round_.follows), places[round_.name]
        if start is None:
            continue
        if start.row == end.row and end.column == start.column + 1:
            y = end.y + 18
            yield f'<path class="follows" d="M{start.x + _BOX_WIDTH:g} {y:g}H{end.x - 5:g}"/>'
            yield _head(end.x, y, "right")
            continue
        shift = 4 * (number % 3 - 1)  # neighbours that share a lane stay apart
        above = end.y - 10 + shift
        top = end.middle + 12 * (number % 3 - 1)
        if start.row == end.row:
            corners = [(start.middle, start.y), (start.middle, above), (top, above)]
        elif end.row == start.row + 1:
            corners = [(start.middle, start.bottom), (start.middle, above), (top, above)]
        else:
            lane = end.x - _COLUMN_GAP / 2 + shift
            below = start.bottom + 10 + shift
            corners = [
                (start.middle, start.bottom),
                (start.middle, below),
                (lane, below),
                (lane, above),
                (top, above),
            ]
        yield f'<path class="follows" d="{_rounded([*corners, (top, end.y - 5)])}"/>'
        yield _head(top, end.y, "down")


def _rounded(corners: Sequence[tuple[float, float]], radius: float = 5) -> str:
    """A path of straight lines with rounded corners; every second line is upright."""
    path = f"M{corners[0][0]:g} {corners[0][1]:g}"
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        near = _towards(corner, before, radius)
        far = _towards(corner, after, radius)
        path += f"L{near[0]:g} {near[1]:g}Q{corner[0]:g} {corner[1]:g} {far[0]:g} {far[1]:g}"
    return path + f"L{corners[-1][0]:g} {corners[-1][1]:g}"


def _towards(
    corner: tuple[float, float], other: tuple[float, float], radius: float
) -> tuple[float, float]:
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = abs(dx) + abs(dy)  # one of them is 0
    share = min(radius, length / 2) / length if length else 0.0
    return corner[0] + share * dx, corner[1] + share * dy


def _head(x: float, y: float, way: str, kind: str = "") -> str:
    """An arrow's head with its tip at (x, y)."""
    back = "l-7 -4v8z" if way == "right" else "l-4 -7h8z"
    return f'<path class="head {kind}" d="M{x:g} {y:g}{back}"/>'


def _text(words: str, x: float, y: float, kind: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{_escaped(words)}</text>'


def _tip(words: str) -> str:
    return f"<title>{_escaped(words)}</title>"


def _escaped(words: str) -> str:
    """Text that can end no element, without the characters that XML has no way to write."""
    bad = ("Cc", "Cs", "Cn")
    kept = ("\ufffd" if unicodedata.category(c) in bad and c not in "\n\t" else c for c in words)
    return escape("".join(kept))


def _fitted(words: str, width: int) -> str:
    """The beginning of a line that fits ``width`` columns, with an ellipsis where it was cut."""
    words = " ".join(words.split())
    if _columns(words) <= width:
        return words
    while words and _columns(words) > width - 1:
        words = words[:-1]
    return words.rstrip() + "…"


def _wrapped(words: str, width: int, *, lines: int) -> list[str]:
    """Words in lines of ``width`` columns, the last one cut where they do not fit."""
    found: list[str] = [""]
    for word in words.split():
        longer = f"{found[-1]} {word}".strip()
        if _columns(longer) <= width or not found[-1]:
            found[-1] = longer
        else:
            found.append(word)
    if len(found) > lines:
        found = [*found[: lines - 1], " ".join(found[lines - 1 :])]
    return [_fitted(line, width) for line in found]


def _columns(words: str) -> int:
    """Width in columns; East Asian characters take two."""
    return sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in words)
