"""Draw formulas with our own typesetter: alone with any look, or as a piece that other sources set within their text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...draw.canvas import NOWHERE, Canvas
from ...draw.fonts import Face
from ...draw.math.font import find_math_fonts, math_font
from ...draw.math.formula import SetFormula, paint, set_formula
from ...errors import InputError
from ...schema import Sample
from .spelled import spell_out
from .writer import LONGEST, compose

if TYPE_CHECKING:
    from ...draw.supply import Supply

SMALLEST = 8.0  # pixels of an em that can still be read
TRIES = 10
MARGIN = 2  # pixels kept around the ink of an inset
DOLLARS = 2  # characters of `$$` before the LaTeX in the format truth


@dataclass(frozen=True)
class Piece:
    """A formula ready to be painted: its canonical LaTeX, and the marks that stand for its characters. Sizes are in pixels."""

    latex: str
    set: SetFormula

    @property
    def width(self) -> float:
        return self.set.width

    @property
    def ascent(self) -> float:
        return self.set.ascent

    @property
    def descent(self) -> float:
        return self.set.descent

    def paint(
        self,
        canvas: Canvas,
        at: tuple[float, float],
        colour: tuple[int, int, int] = (0, 0, 0),
        plain: int = NOWHERE,
        format: int = NOWHERE,
    ) -> float:
        """Draw it with the left end of its baseline `at`; `plain` and `format` are where `latex` begins in the truths."""
        return paint(self.set, canvas, at, colour, plain, format)


@dataclass(frozen=True)
class Look:
    """How a formula is drawn. `size` is an em in pixels; `margins` are left, top, right, bottom in ems."""

    font: str
    size: float
    display: bool
    ink: tuple[int, int, int]
    paper: tuple[int, int, int]
    margins: tuple[float, float, float, float]


@lru_cache(maxsize=8)
def math_fonts(folders: tuple[str, ...], validate: bool) -> tuple[str, ...]:
    """The math fonts of the folders and those that come along, one a name; some are kept apart to validate on."""
    from ...draw.math.font import BUNDLED

    by_name = {Path(path).stem: path for path in find_math_fonts([*folders, BUNDLED])}
    kept = {name: path for name, path in by_name.items() if Face(path, name).held_out is validate}
    return tuple(path for _, path in sorted((kept or by_name).items()))


def choose_font(rng: np.random.Generator, supply: Supply) -> str:
    """A math font by chance; the one that most papers are set in (Latin Modern) more often than others."""
    paths = math_fonts(supply.font_folders, supply.validate)
    modern = [path for path in paths if "latinmodern" in path.lower() or "newcm" in path.lower()]
    if modern and rng.random() < 0.35:
        return modern[int(rng.integers(len(modern)))]
    return paths[int(rng.integers(len(paths)))]


def choose_look(rng: np.random.Generator, supply: Supply) -> Look:
    """Any look: most often black on white at the sizes of screens and scans."""
    size = float(np.exp(rng.uniform(np.log(10), np.log(60)))) if rng.random() < 0.4 else float(rng.uniform(14, 32))
    ink, paper = (0, 0, 0), (255, 255, 255)
    chance = rng.random()
    if chance < 0.2:
        ink = tuple(int(value) for value in rng.integers(0, 70, 3))
    if 0.12 < chance < 0.24:
        paper = tuple(int(value) for value in rng.integers(225, 256, 3))
    elif chance > 0.95:
        ink, paper = tuple(int(v) for v in rng.integers(200, 256, 3)), tuple(int(v) for v in rng.integers(0, 60, 3))
    elif chance > 0.92:
        ink = tuple(
            int(value)
            for value in rng.permutation([int(rng.integers(120, 220)), int(rng.integers(0, 80)), int(rng.integers(0, 80))])
        )
    margins = rng.uniform(0.1, 1.2, 4) if rng.random() < 0.6 else np.full(4, rng.uniform(0.1, 1.0))
    return Look(choose_font(rng, supply), size, bool(rng.random() < 0.85), ink, paper, tuple(float(margin) for margin in margins))


def set_piece(rng: np.random.Generator, latex: str, font: str, size: float, display: bool) -> Piece:
    """Set canonical LaTeX as some author might have typed it. Raises InputError for what no font has."""
    drawn, offsets = spell_out(rng, latex)
    made = set_formula(drawn, math_font(font), size, display)
    placed = [
        replace(part, part=part.part._replace(source=int(offsets[part.part.source]) if part.part.source >= 0 else -1))
        for part in made.placed
    ]
    placed.sort(key=lambda part: part.part.source if part.part.source >= 0 else len(latex))
    return Piece(latex, replace(made, placed=tuple(placed)))


def sample(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """A displayed formula by itself (see `Kind.sample`). Truths: the LaTeX between `$$`; plain the LaTeX alone."""
    look = choose_look(rng, supply)
    if em is not None:
        look = replace(look, size=em, display=True, ink=(0, 0, 0), paper=(255, 255, 255), margins=(0.0,) * 4)
    longest = LONGEST
    for attempt in range(TRIES):
        latex = without_scripts_twice(compose(rng, supply, longest)) if attempt < TRIES - 1 else "x"
        try:
            piece = set_piece(rng, latex, look.font, look.size, look.display)
        except InputError:
            continue
        shrink = _shrink(piece.set, look, room)
        if shrink == 1.0 or attempt == TRIES - 1 or (em is None and look.size * shrink > SMALLEST):
            break
        longest = max(12, longest // 2)
    return _picture(scaled(piece, shrink), replace(look, size=look.size * shrink))


def without_scripts_twice(latex: str) -> str:
    r"""Math fonts have one script alphabet: `\mathscr` looks like `\mathcal` in them, and is written so."""
    return latex.replace(r"\mathscr", r"\mathcal")


def scaled(piece: Piece, by: float) -> Piece:
    """A piece at another size."""
    made = piece.set
    return Piece(
        piece.latex, replace(made, size=made.size * by, width=made.width * by, ascent=made.ascent * by, descent=made.descent * by)
    )


def _extent(made: SetFormula, look: Look) -> tuple[float, float]:
    """Height and width of the picture."""
    left, top, right, bottom = made.ink()
    a, b, c, d = (margin * look.size for margin in look.margins)
    return bottom - top + b + d + 2 * MARGIN, right - left + a + c + 2 * MARGIN


def _shrink(made: SetFormula, look: Look, room: tuple[int, int]) -> float:
    """By how much a formula must be scaled to fit into the room; 1 = it fits."""
    height, width = _extent(made, look)
    return min(1.0, *((most - 2 * MARGIN) / (side - 2 * MARGIN) for most, side in ((room[0], height), (room[1], width))))


def _picture(piece: Piece, look: Look) -> Sample:
    left, top, _, _ = piece.set.ink()
    height, width = _extent(piece.set, look)
    canvas = Canvas((max(1, int(height + 1e-6)), max(1, int(width + 1e-6))), look.paper)
    at = (look.margins[0] * look.size + MARGIN - left, look.margins[1] * look.size + MARGIN - top)
    piece.paint(canvas, at, look.ink, 0, DOLLARS)
    image, glyphs = canvas.finish()
    notes = {"font": Path(look.font).stem, "display": look.display, "engine": "own"}
    return Sample(image, piece.latex, f"$${piece.latex}$$", glyphs, "formula", notes=notes)
