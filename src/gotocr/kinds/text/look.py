"""The look of one page: its typefaces, sizes, colours, margins and habits, drawn by lot once and kept all over it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate

import numpy as np

from ...draw.style import Style
from ...draw.supply import Supply
from .faces import Family, cast, choose
from .flow import Setting
from .letters import Letters, Run, compose

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
SMALLEST, LARGEST = 10.0, 36.0  # font size of running text in pixels
FEWEST, MOST = 300, 3000  # characters a page is sized for
FILL = 0.62  # share of a page that its text takes
WIDE = 0.62  # ems squared that a character takes, leading included
DARK = 0.03  # share of printed looks that are light on dark
LIGATED = 0.35  # share of looks that draw fi and fl as one
BULLETS = "•••-–▪◦*·"


@dataclass(frozen=True)
class Look:
    """Typefaces and manners of one page. `em` is the size of running text in pixels."""

    body: Family
    head: Family
    mono: Family
    em: float
    leading: float  # in ems
    ink: Colour = (0, 0, 0)
    accent: Colour = (0, 0, 0)  # of headings and rules
    paper: Colour = WHITE
    align: str = "left"
    hyphens: bool = False
    indent: float = 0.0  # first lines of paragraphs, in ems
    gap: float = 0.5  # between paragraphs, in ems
    bold_heads: bool = True
    ligatures: bool = False
    spacing: float = 0.0  # extra between letters, in ems
    jitter: float = 0.0
    bullet: str = "•"

    def style(self, size: float = 1.0, bold: bool = False, italic: bool = False, **more) -> Style:
        """Body text; `size` in ems."""
        more = {"colour": self.ink, "spacing": self.spacing * self.em, "jitter": self.jitter, **more}
        return self.body.style(size * self.em, bold, italic, **more)

    def heading(self, size: float = 1.0, **more) -> Style:
        return self.head.style(size * self.em, **{"bold": self.bold_heads, "colour": self.accent, **more})

    def code(self, size: float = 0.9, **more) -> Style:
        return self.mono.style(size * self.em, **{"colour": self.ink, **more})

    def setting(self, size: float = 1.0, **more) -> Setting:
        """How running text is set; fields of `Setting` may be given."""
        return replace(Setting(self.leading * size * self.em, self.align, hyphens=self.hyphens, after=self.gap * self.em), **more)

    def compose(self, *runs: Run) -> Letters:
        return compose(runs, self.ligatures)

    def text(self, text: str, style: Style | None = None) -> Letters:
        return compose([Run(text, style or self.style())], self.ligatures)


def draw_look(
    rng: np.random.Generator, supply: Supply, em: float, inset: bool = False, mono: bool = False, dark: float = DARK
) -> Look:
    """A look by chance for text of `em` pixels: an `inset` is dark on white, `mono` all in a monospaced face.

    `dark` is the share that is light on dark.
    """
    roles = cast(supply)
    body = choose(rng, roles.mono if mono else (roles.body, roles.light, roles.hand)[weighted(rng, (0.87, 0.08, 0.05))])
    head = body if rng.random() < 0.6 else choose(rng, roles.body if rng.random() < 0.7 else roles.display)
    paper, ink, accent = colours(rng, inset, dark)
    indented = rng.random() < 0.4
    justified = rng.random() < (0.1 if mono else 0.5)
    return Look(
        body,
        head,
        choose(rng, roles.mono),
        em,
        between(rng, 1.12, 1.5) if rng.random() < 0.85 else between(rng, 1.5, 2.0),
        ink,
        accent,
        paper,
        "justify" if justified else "left",
        bool(rng.random() < (0.75 if justified else 0.15)),
        between(rng, 1.0, 2.2) if indented else 0.0,
        between(rng, 0.0, 0.15) if indented else between(rng, 0.25, 1.0),
        bool(rng.random() < 0.75),
        bool(rng.random() < LIGATED) and not mono,
        between(rng, -0.015, 0.06) if rng.random() < 0.12 else 0.0,
        between(rng, 0.008, 0.03) if body in roles.shaky or rng.random() < 0.03 else 0.0,
        BULLETS[int(rng.integers(len(BULLETS)))],
    )


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """A number by chance, the one that `rng.uniform` would give, which is slow."""
    return low + (high - low) * rng.random()


def weighted(rng: np.random.Generator, shares: tuple[float, ...]) -> int:
    """The number of one of `shares`, by chance: `rng.choice` is slow."""
    return bisect_right(_sums(shares), rng.random())


@lru_cache(maxsize=256)
def _sums(shares: tuple[float, ...]) -> list[float]:
    """Where each share ends, the last at 1."""
    sums = list(accumulate(shares))
    return [value / sums[-1] for value in sums]


def colours(rng: np.random.Generator, inset: bool, dark: float) -> tuple[Colour, Colour, Colour]:
    """Paper, ink and accent: mostly black on white, sometimes tinted, sometimes light on dark."""
    black = (int(rng.integers(0, 50)),) * 3
    way = 0.0 if inset else rng.random()
    if way < 0.95 - dark and rng.random() < 0.7:
        paper, ink = WHITE, black
    elif way < 0.95 - dark:
        paper, ink = _colour(255 - between(rng, 2, 34) * rng.uniform(0.1, 1.0, 3)), black
    elif way < 0.95:
        paper = _colour(rng.uniform(10, 70) * rng.uniform(0.4, 1.3, 3))
        ink = _colour(255 - rng.uniform(0, 60) * rng.uniform(0.0, 1.0, 3))
    else:
        paper, ink = _colour(rng.uniform(190, 250, 3)), _colour(rng.uniform(0, 90, 3))
    if rng.random() < 0.75 or inset:
        return paper, ink, ink
    accent = rng.uniform(0, 150, 3) if sum(paper) > 380 else rng.uniform(140, 255, 3)
    return paper, ink, _colour(accent)


def _colour(values: np.ndarray) -> Colour:
    red, green, blue = (int(min(max(value, 0), 255)) for value in values.tolist())
    return red, green, blue


def paper_size(rng: np.random.Generator, room: tuple[int, int], aspects: tuple[float, float] = (0.6, 1.6)) -> tuple[int, int]:
    """Height and width of a page within `room` whose height is between `aspects` times its width."""
    aspect = float(np.exp(rng.uniform(*np.log(aspects))))
    height, width = room
    scale = rng.uniform(0.75, 1.0)
    width = min(width, height / aspect) * scale
    return max(int(min(width * aspect, height)), 1), max(int(width), 1)


def page_em(rng: np.random.Generator, size: tuple[int, int], columns: int = 1) -> float:
    """A font size that fits the page: from a slide's few words to a paper's small print."""
    characters = np.exp(rng.uniform(np.log(FEWEST), np.log(MOST)))
    em = float(np.sqrt(size[0] * size[1] * FILL / (WIDE * characters)))
    return float(np.clip(min(em, size[1] / (16 * columns)), SMALLEST, LARGEST))
