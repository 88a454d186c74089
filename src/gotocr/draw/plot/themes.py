"""Themes: the habits of programs, papers and institutes that a chart's look is drawn around."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..supply import Supply
from .chance import choice
from .look import BLACK, WHITE, Look, letters_for
from .palettes import SETS, Colour, colour, lightness, made_up, mix, palette, ramp

THEMES = {
    "plain": 3, "office": 4, "ggplot": 2, "grid": 2, "economist": 1.5, "survey": 7, "newspaper": 2, "print": 2, "dark": 1.5,
    "minimal": 3, "figure": 3, "poster": 1,
}  # fmt: skip


def choose(rng: np.random.Generator, supply: Supply, text: str, count: int, em: float | None) -> Look:
    """A look for a chart with `count` colours; with `em` on white paper, in ink that prints."""
    names = [name for name in THEMES if em is None or name != "dark"]
    weights = np.array([THEMES[name] for name in names])
    theme = choice(rng, names, p=weights / weights.sum())
    letters = letters_for(rng, supply, text)
    heading = letters if rng.random() < 0.8 else letters_for(rng, supply, text)
    size = em * float(rng.uniform(0.75, 1.0)) if em else float(np.exp(rng.uniform(np.log(10.5), np.log(21))))
    look = Look(letters, heading, size, theme, tick=float(choice(rng, [0, 0.25, 0.35])), gap=float(rng.uniform(0.12, 0.6)))
    look = replace(
        look,
        title_size=float(rng.uniform(1.05, 1.7)),
        title_bold=bool(rng.random() < 0.65),
        align=float(choice(rng, [0.0, 0.5])),
        legend=choice(rng, ["top", "bottom", "right", "inside", "direct"], p=[0.3, 0.2, 0.2, 0.15, 0.15]),
        legend_frame=bool(rng.random() < 0.25),
        aspect=float(np.exp(rng.uniform(np.log(0.35), np.log(0.95)))),
        stroke=max(1.0, size * float(rng.uniform(0.08, 0.24))),
        line=max(0.8, size * float(rng.uniform(0.05, 0.1))),
        markers=choice(rng, ["", "o", "s", "d", "^", "mixed", "open"], p=[0.3, 0.35, 0.07, 0.05, 0.05, 0.08, 0.1]),
        smooth=bool(rng.random() < 0.08),
        grid=choice(rng, ["none", "value", "both"], p=[0.3, 0.55, 0.15]),
        grid_dash=() if rng.random() < 0.7 else tuple(size * float(part) for part in rng.uniform(0.1, 0.4, 2)),
        pad=float(rng.uniform(0.5, 1.6)),
        turn=int(choice(rng, [0, 0, 30, 45, 90])),
        border=bool(rng.random() < 0.12),
    )
    look = _COATS[theme](rng, look) if theme in _COATS else look
    return _coloured(rng, look, count)


def _coloured(rng: np.random.Generator, look: Look, count: int) -> Look:
    """With colours, and the outlines and hatches that go with them."""
    how = rng.random()
    if look.shades:
        shades = look.shades
    elif how < 0.62:
        shades = palette(choice(rng, [*SETS]), count)
    elif how < 0.85:
        shades = ramp(rng, count, look.paper)
    else:
        shades = made_up(rng, count)
    if how < 0.62 and not look.shades and rng.random() < 0.3:
        shades = [shades[k] for k in rng.permutation(count)]
    ground = lightness(look.plot or look.paper)
    apart = [shade if abs(lightness(shade) - ground) > 0.13 or look.hatches else mix(shade, look.ink, 0.35) for shade in shades]
    edge = [None, None, None, look.paper, look.ink, BLACK][int(rng.integers(6))]
    return replace(look, shades=tuple(apart), edge=edge, edge_width=max(0.8, look.size * float(rng.uniform(0.04, 0.1))))


def _office(rng: np.random.Generator, look: Look) -> Look:
    gray = (89, 89, 89)
    return replace(
        look,
        ink=gray,
        faint=gray,
        align=0.5,
        title_bold=bool(rng.random() < 0.4),
        legend=choice(rng, ["bottom", "right"]),
        grid="value",
        grid_colour=(217, 217, 217),
        spines="b",
        spine_colour=(191, 191, 191),
        tick=0.0,
        border=bool(rng.random() < 0.5),
        title_size=float(rng.uniform(1.3, 1.7)),
        shades=tuple(palette(choice(rng, ["office", "old office"]), 12)),
    )


def _ggplot(rng: np.random.Generator, look: Look) -> Look:
    return replace(
        look,
        plot=(235, 235, 235),
        grid="both",
        grid_colour=WHITE,
        grid_dash=(),
        spines="",
        tick=0.25,
        spine_colour=(51, 51, 51),
        faint=(77, 77, 77),
        legend=choice(rng, ["right", "top", "bottom"]),
        align=0.0,
        title_bold=False,
    )


def _grid(rng: np.random.Generator, look: Look) -> Look:
    blue = rng.random() < 0.6
    return replace(
        look,
        plot=(234, 234, 242) if blue else None,
        grid="both",
        grid_colour=WHITE if blue else (204, 204, 204),
        spines="" if blue else "lbtr",
        spine_colour=(204, 204, 204),
        tick=0.0,
        ink=(38, 38, 38),
        faint=(38, 38, 38),
        align=0.5,
        title_bold=False,
        grid_dash=(),
    )


def _economist(rng: np.random.Generator, look: Look) -> Look:
    paper = WHITE if rng.random() < 0.5 else colour(choice(rng, ["d5e4eb", "e9edf0", "cbdde5", "f5f4ef"]))
    return replace(
        look,
        paper=paper,
        align=0.0,
        title_bold=True,
        grid="value",
        grid_colour=mix(paper, (90, 110, 120), 0.45),
        spines="b",
        tick=0.0,
        legend=choice(rng, ["top", "direct"]),
        rules=True,
        border=False,
    )


def _survey(rng: np.random.Generator, look: Look) -> Look:
    bare = rng.random() < 0.75
    return replace(
        look,
        align=0.0,
        title_bold=True,
        title_size=float(rng.uniform(1.2, 1.5)),
        subtitle_italic=bool(rng.random() < 0.85),
        tick=0.0,
        spines="",
        legend="top",
        labels=True,
        axis=not bare,
        grid="none" if bare else "value",
        rules=bool(rng.random() < 0.85),
        border=bool(rng.random() < 0.05),
        pad=float(rng.uniform(0.1, 0.8)),
        faint=(110, 110, 110),
        gap=float(rng.uniform(0.15, 0.45)),
        first_unit=bool(rng.random() < 0.4),
        legend_frame=False,
        aspect=float(rng.uniform(0.4, 0.9)),
        shades=_survey_shades(rng),
    )


def _survey_shades(rng: np.random.Generator) -> tuple[Colour, ...]:
    if rng.random() < 0.6:
        return tuple(palette(choice(rng, ["survey", "survey warm", "survey green"]), 12))
    return ()


def _newspaper(rng: np.random.Generator, look: Look) -> Look:
    paper = WHITE if rng.random() < 0.6 else colour(choice(rng, ["fff1e5", "f7f3ea", "f2efe6", "fbf8f1"]))
    return replace(
        look,
        paper=paper,
        align=0.0,
        spines="b",
        grid="value",
        tick=0.0,
        grid_dash=(1.5, 3.0) if rng.random() < 0.5 else (),
        legend=choice(rng, ["top", "direct", "inside"]),
        subtitle_italic=bool(rng.random() < 0.3),
    )


def _print(rng: np.random.Generator, look: Look) -> Look:
    """Black and white: grays and hatches."""
    hatches = tuple(str(kind) for kind in rng.permutation(["", "/", "x", ".", "-", "\\", "|"])) if rng.random() < 0.6 else ()
    shades = (WHITE,) * 12 if hatches and rng.random() < 0.7 else tuple(ramp(rng, 5, (245, 245, 245), gray=True)) * 3
    return replace(
        look, hatches=hatches, shades=shades, edge=BLACK, spines=choice(rng, ["lb", "lbtr"]), align=0.5, border=False
    )


def _dark(rng: np.random.Generator, look: Look) -> Look:
    paper = colour(choice(rng, ["000000", "1e1e1e", "222831", "0d1117", "2b2b2b", "17202a", "2d2a4a"]))
    return replace(
        look,
        paper=paper,
        ink=(235, 235, 235),
        faint=(170, 175, 180),
        grid_colour=mix(paper, WHITE, 0.2),
        spine_colour=mix(paper, WHITE, 0.5),
        shades=tuple(palette(choice(rng, ["dark", "bright", "pastel", "flat", "soft"]), 12)),
    )


def _minimal(rng: np.random.Generator, look: Look) -> Look:
    return replace(
        look,
        spines=choice(rng, ["", "b", "lb"]),
        grid=choice(rng, ["none", "value"]),
        tick=0.0,
        labels=bool(rng.random() < 0.6),
        axis=bool(rng.random() < 0.6),
    )


def _figure(rng: np.random.Generator, look: Look) -> Look:
    """As in a paper: a box around the data, ticks, no title or a small one."""
    return replace(
        look,
        spines="lbtr",
        tick=0.3,
        grid=choice(rng, ["none", "value", "both"], p=[0.5, 0.3, 0.2]),
        spine_colour=BLACK,
        align=0.5,
        title_size=1.15,
        title_bold=False,
        faint=BLACK,
        legend=choice(rng, ["inside", "top", "right"]),
        legend_frame=True,
    )


def _poster(rng: np.random.Generator, look: Look) -> Look:
    paper = mix(colour(choice(rng, SETS["flat"].split())), WHITE, float(rng.uniform(0.75, 0.93)))
    return replace(
        look,
        paper=paper,
        title_size=float(rng.uniform(1.6, 2.2)),
        labels=True,
        axis=False,
        grid="none",
        spines="",
        tick=0.0,
        grid_colour=mix(paper, BLACK, 0.12),
    )


_COATS = {
    "office": _office, "ggplot": _ggplot, "grid": _grid, "economist": _economist, "survey": _survey, "newspaper": _newspaper,
    "print": _print, "dark": _dark, "minimal": _minimal, "figure": _figure, "poster": _poster,
}  # fmt: skip
