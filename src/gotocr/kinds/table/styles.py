"""Choose how a table looks: fonts, colours, rules, fills and spacing together, so that they make a style people use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .content import Content
from .faces import Chance, choose_faces, choose_math
from .look import BLACK, WHITE, Colour, Look

if TYPE_CHECKING:
    import numpy as np

    from ...draw.supply import Supply

STYLES = {
    "paper": 30,
    "grid": 20,
    "level": 12,
    "web": 10,
    "report": 10,
    "finance": 6,
    "sheet": 5,
    "bare": 5,
    "coloured": 6,
    "fixed": 3,
    "dark": 3,
}
TINTS = (
    (31, 78, 121),
    (68, 114, 196),
    (112, 48, 160),
    (0, 112, 92),
    (192, 0, 0),
    (64, 64, 64),
    (146, 29, 130),
    (200, 90, 17),
    (55, 86, 35),
    (0, 0, 0),
    (22, 101, 160),
)


def choose(rng: np.random.Generator, supply: Supply, content: Content, em: float | None, text: str) -> Look:
    """A look for a table whose cells hold `text`; with `em` one for white paper at that font size."""
    by = Chance(rng)
    names, weights = zip(
        *((name, weight) for name, weight in STYLES.items() if em is None or name not in ("dark", "web", "sheet")), strict=True
    )
    share = rng.random() * sum(weights)
    name = next(name for name, reached in zip(names, _sums(weights), strict=True) if share < reached)
    if content.style in names and by.yes(0.8):
        name = content.style
    size = em * by.one(1.0, 1.0, 0.9, 0.8) if em else _size(by, name)
    faces, made = choose_faces(by, supply, name, text)
    look = Look(
        name,
        size,
        faces,
        made,
        choose_math(rng, supply) if "\x02" in text else "",
        leading=by.among(1.1, 1.4),
        side=by.among(0.3, 1.1),
        above=by.one(0.04, 0.1, 0.15, 0.2, 0.3, 0.45, 0.7),
        widest=by.one(9.0, 14.0, 18.0, 26.0, 60.0),
        stretch=by.one(1.0, 1.0, 1.0, 1.1, 1.25, 1.5),
        numbers=by.one("center", "center", "right", "right", "decimal", "left"),
        texts="center" if by.yes(0.12) else "left",
        heads=by.one("same", "same", "center", "left"),
        valign=by.one("middle", "middle", "top"),
        head_valign=by.one("middle", "bottom", "bottom", "top"),
        head_bold=by.yes(0.65),
        stub_bold=by.yes(0.12),
        stub_italic=by.yes(0.06),
        section_center=by.yes(0.3),
        section_bold=by.yes(0.6),
        light=by.among(0.03, 0.08),
        heavy=by.among(0.06, 0.16),
        snap=by.yes(0.35),
        turned=by.yes(0.025) and name in ("grid", "paper", "level"),
        margin=by.one(0.0, 0.1, 0.3, 0.6, 1.0, 2.0),
    )
    look = _STYLE[name](by, look)
    return _on_white(look) if em else look


def _sums(weights) -> list[float]:
    total, found = 0.0, []
    for weight in weights:
        total += weight
        found.append(total)
    return found


def _size(by: Chance, name: str) -> float:
    """Font size in pixels: tables of papers at screen resolution are small, scans at 300 dots an inch large."""
    if name in ("web", "sheet", "dark"):
        return by.one(11.0, 12.0, 13.0, 14.0, 16.0, 18.0, 22.0)
    return by.one(
        by.among(6.3, 9.0),
        by.among(6.3, 9.0),
        by.among(9.0, 14.0),
        by.among(10.0, 18.0),
        by.among(14.0, 24.0),
        by.among(20.0, 40.0),
    )


def tint(colour: Colour, white: float) -> Colour:
    """The colour mixed with so much white."""
    return tuple(int(round(part + (255 - part) * white)) for part in colour)


def _paper(by: Chance, look: Look) -> Look:
    """Rules above, below and under the head, as journals set tables."""
    colour = by.one(BLACK, BLACK, BLACK, (90, 90, 90), by.one(*TINTS))
    return replace(
        look,
        rule=colour,
        frame=by.one("level", "level", "level", "none"),
        group_rules=by.yes(0.8),
        level=by.one("none", "none", "none", "groups"),
        head_bold=by.yes(0.6),
        head_italic=by.yes(0.06),
        ink=by.one(BLACK, BLACK, (35, 31, 32), (70, 70, 70)),
        stripe=by.one(None, None, None, None, (238, 238, 238), tint(colour, 0.85)),
        dash=by.yes(0.03),
        symbols=by.yes(0.6),
        gap=by.one(0.0, 0.0, 0.0, by.among(0.2, 0.8)),
    )


def _grid(by: Chance, look: Look) -> Look:
    """All cells in boxes, as word processors do it."""
    colour = by.one(BLACK, BLACK, (120, 120, 120), (190, 190, 190), by.one(*TINTS))
    fill = by.one(
        None, None, (217, 217, 217), (238, 238, 238), tint(by.one(*TINTS), by.among(0.6, 0.85)), (255, 250, 150), (250, 192, 144)
    )
    return replace(
        look,
        rule=colour,
        frame="box",
        level="all",
        upright="all",
        heavy=by.one(look.light, look.light, look.heavy),
        head_fill=fill,
        stub_fill=fill if by.yes(0.2) else None,
        numbers=by.one("center", "center", "right", "left"),
        double=False,
        total_fill=by.one(None, None, (230, 230, 230)),
        heads=by.one("same", "center", "center"),
        stub_rule=look.heavy * 1.5 if by.yes(0.06) else 0.0,
    )


def _level(by: Chance, look: Look) -> Look:
    """Rules between rows, or between columns, not both."""
    upright = by.one("none", "none", "groups", "all")
    return replace(
        look,
        rule=by.one(BLACK, (150, 150, 150), (200, 200, 200), by.one(*TINTS)),
        frame=by.one("level", "box", "none"),
        upright=upright,
        level=by.one("none", "groups") if upright == "all" else by.one("all", "all", "groups"),
        dash=by.yes(0.12),
        head_fill=by.one(None, None, (235, 235, 235)),
    )


def _web(by: Chance, look: Look) -> Look:
    """As style sheets of web pages have it."""
    grey = by.one((222, 226, 230), (208, 215, 222), (229, 231, 235), (204, 204, 204))
    fill = by.one(None, (246, 248, 250), (248, 249, 250), (242, 242, 242), *TINTS)
    dark = fill is not None and sum(fill) < 380
    upright = by.one("none", "none", "all")
    rounded = by.yes(0.3)
    return replace(
        look,
        rule=grey,
        light=1 / look.size,
        heavy=by.one(1.0, 1.0, 2.0) / look.size,
        frame="box" if upright == "all" or rounded else by.one("none", "level"),
        level="all",
        upright=upright,
        head_fill=fill,
        head_ink=WHITE if dark else None,
        ink=by.one((33, 37, 41), (36, 41, 47), (17, 24, 39), BLACK),
        stripe=by.one(None, None, (246, 248, 250), (242, 242, 242), (249, 250, 251)),
        numbers=by.one("left", "left", "right", "center"),
        heads=by.one("same", "left", "center"),
        side=by.among(0.5, 1.2),
        above=by.among(0.3, 0.9),
        leading=by.among(1.3, 1.6),
        head_bold=by.yes(0.85),
        snap=True,
        corner=by.among(0.2, 0.8) if rounded else 0.0,
        shadow=rounded and by.yes(0.5),
        margin=by.among(0.0, 2.0),
        paper=by.one(WHITE, WHITE, (250, 250, 250)),
        group_rules=True,
    )


def _report(by: Chance, look: Look) -> Look:
    """Tables of statistical offices: a rule beside the first column, dots that lead to the values."""
    return replace(
        look,
        frame="level",
        upright=by.one("none", "groups", "groups", "all"),
        level=by.one("none", "none", "groups"),
        leaders=by.yes(0.45),
        numbers="right",
        heads="center",
        head_valign="middle",
        stub_italic=by.yes(0.1),
        head_bold=by.yes(0.4),
        stripe=by.one(None, None, (240, 240, 240)),
        gap=by.one(0.0, 0.0, 0.3),
        stub_rule=by.one(0.0, 0.0, look.heavy),
        above=by.one(0.0, 0.05, 0.1, 0.2),
    )


def _finance(by: Chance, look: Look) -> Look:
    """Statements of accounts: rules over and under sums, stripes."""
    return replace(
        look,
        frame=by.one("none", "none", "level"),
        head_rule=by.yes(0.5),
        numbers="right",
        heads=by.one("same", "center"),
        leaders=by.yes(0.2),
        double=True,
        stripe=by.one(None, None, (204, 238, 255), (230, 240, 250), (240, 240, 240)),
        stretch=by.one(1.0, 1.2, 1.5),
        valign="bottom",
        section_center=False,
        widest=by.one(26.0, 40.0),
    )


def _sheet(by: Chance, look: Look) -> Look:
    """A spreadsheet."""
    grey = by.one((212, 212, 212), (226, 227, 227), (192, 192, 192))
    return replace(
        look,
        rule=grey,
        light=1 / look.size,
        heavy=1 / look.size,
        frame="box",
        level="all",
        upright="all",
        numbers="right",
        heads=by.one("same", "center", "left"),
        head_fill=by.one(None, (255, 242, 204), (221, 235, 247), (230, 230, 230)),
        above=by.among(0.08, 0.25),
        side=by.among(0.2, 0.4),
        snap=True,
        head_bold=by.yes(0.7),
        margin=0.0,
        valign="bottom",
        section_center=False,
    )


def _bare(by: Chance, look: Look) -> Look:
    """No rules at all, or one under the head."""
    return replace(
        look,
        frame="none",
        head_rule=by.yes(0.3),
        group_rules=by.yes(0.4),
        side=by.among(0.7, 1.4),
        stripe=by.one(None, None, (240, 240, 240)),
    )


def _coloured(by: Chance, look: Look) -> Look:
    """A head in white on a colour, stripes in its tints."""
    colour = by.one(*TINTS)
    lines = by.one("none", "all", "box")
    return replace(
        look,
        rule=by.one(WHITE, tint(colour, 0.4), tint(colour, 0.7)) if lines != "none" else colour,
        head_fill=colour,
        head_ink=WHITE,
        stripe=by.one(None, tint(colour, 0.85), tint(colour, 0.8)),
        frame="box" if lines == "box" else "none",
        level="all" if lines != "none" else "none",
        upright="all" if lines == "box" else "none",
        stub_bold=by.yes(0.3),
        head_rule=lines != "none",
        section_fill=tint(colour, 0.7),
        dash=by.yes(0.1),
        total_fill=tint(colour, 0.75) if by.yes(0.3) else None,
    )


def _fixed(by: Chance, look: Look) -> Look:
    """Typed on a typewriter or a terminal."""
    look = replace(
        look, numbers=by.one("right", "left", "center"), head_bold=by.yes(0.3), stripe=None, texts="left", valign="top"
    )
    if by.yes(0.5):
        return replace(
            look,
            typed=True,
            frame="box",
            level=by.one("none", "none", "all"),
            upright="all",
            stretch=1.0,
            snap=False,
            head_bold=False,
            leading=by.among(1.1, 1.3),
        )
    return replace(_level(by, look) if by.yes(0.6) else _bare(by, look), head_bold=by.yes(0.3), stripe=None)


def _dark(by: Chance, look: Look) -> Look:
    """A dark theme on a screen."""
    paper = by.one((13, 17, 23), (30, 30, 30), (24, 24, 27), (40, 44, 52), BLACK)
    lift = lambda by_much: tuple(min(part + by_much, 255) for part in paper)  # noqa: E731
    return replace(
        _web(by, look),
        paper=paper,
        ink=by.one((230, 237, 243), (212, 212, 212), (250, 250, 250)),
        head_ink=by.one(None, WHITE, (140, 200, 255)),
        rule=lift(40),
        head_fill=by.one(None, lift(15), lift(25)),
        stripe=by.one(None, lift(8)),
        shadow=False,
        section_fill=None,
        total_fill=None,
    )


def _on_white(look: Look) -> Look:
    return replace(look, paper=WHITE, margin=0.0, shadow=False, corner=0.0, stretch=min(look.stretch, 1.25))


_STYLE = {
    "paper": _paper,
    "grid": _grid,
    "level": _level,
    "web": _web,
    "report": _report,
    "finance": _finance,
    "sheet": _sheet,
    "bare": _bare,
    "coloured": _coloured,
    "fixed": _fixed,
    "dark": _dark,
}
