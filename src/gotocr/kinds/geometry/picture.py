"""A figure as school books and TikZ draw it, with the TikZ of it in canonical form as its truth."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from ...draw.canvas import Canvas, move
from ...draw.figure import Figure
from ...draw.figure_labels import GREEK as LETTERS
from ...draw.figure_labels import LabelLook, can_show, typeset
from ...draw.figure_paint import PALETTE, TIPS, FigureLook, frame, note, paint
from ...draw.fonts import covered, typeface
from ...errors import UsageError
from ...schema import Glyphs, Sample
from . import circles, plots, polygons, solids, triangles
from .taste import GREEK, taste_of
from .tikz import write

if TYPE_CHECKING:
    from ...draw.supply import Supply

OPENING, CLOSING = "```tikz\n", "\n```"
FAMILIES = (
    (triangles.FIGURES, 3.2),
    (circles.FIGURES, 1.8),
    (polygons.FIGURES, 2.4),
    (plots.FIGURES, 1.8),
    (solids.FIGURES, 1.0),
)
TRIES = 20
SMALLEST = 48.0  # pixels of the longer side below which a figure cannot be read
LONGEST = 1800  # characters of a truth
SHOWN = "".join(LETTERS[name.strip("$\\\\")] for name in GREEK)  # what angles are called
PROBE = "\U0001d434\U0001d44f"  # mathematical italics: a face that has them is made for formulas


def draw(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """Draw one; `room`, `em`: see `Kind`. Raises UsageError where the room is too small for any."""
    for _ in range(TRIES):
        label = _label_look(rng, supply)
        figure, look = _think(rng, label, room, em)
        left, top, right, bottom = frame(figure, look)
        if right - left + 6 > room[1] or bottom - top + 6 > room[0] or look.unit * 10 < SMALLEST:
            continue
        truth, places = write(figure)
        if len(truth) <= LONGEST and all(can_show(name.text, look.label) for name in figure.labels):
            pads = np.full(4, 3.0) if em else 1 + rng.uniform(0, 1, 4) * min(60, look.unit * 10 * rng.choice([0.02, 0.15]))
            return _paint(figure, look, (truth, places), pads, room, em is not None)
    raise UsageError(f"a room of {room[0]} x {room[1]} pixels is too small for a figure; give more")


def _think(rng: np.random.Generator, label: LabelLook, room: tuple[int, int], em: float | None) -> tuple[Figure, FigureLook]:
    """A figure and how it looks: first how large, since labels are set about it."""
    size = em or float(np.clip(np.exp(rng.normal(np.log(22), 0.35)), 11, 60))
    share = float(np.clip(np.exp(rng.normal(np.log(0.062), 0.35)), 0.03, 0.13))  # label size over the longer side
    side = min(size / share, 0.86 * min(room[0] * 1.35, room[1]))
    if not em:
        size = side * share
    label = LabelLook(label.upright, label.slanted, max(size, 8.0), label.bold)
    look = _look(rng, label, side / 10, em is not None)
    greek = covered(label.slanted, SHOWN) == SHOWN
    taste = taste_of(rng, greek)
    families = [figures for figures, _ in FAMILIES]
    family = families[_weighted(rng, [weight for _, weight in FAMILIES])]
    think = family[_weighted(rng, [weight for _, weight in family])][0]

    def measured(text: str) -> tuple[float, float]:
        left, top, right, bottom = typeset(text, label).box()
        return (right - left) / look.unit, (bottom - top) / look.unit

    sketch = think(taste)
    return sketch.finish(measured), look


def _weighted(rng: np.random.Generator, weights: list[float]) -> int:
    at = rng.random() * sum(weights)
    return min(bisect_right(list(accumulate(weights)), at), len(weights) - 1)


@lru_cache(maxsize=4)
def _kinds(supply: Supply) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of the faces, those made for formulas and the italic ones."""
    paths = [face.path for family in supply.families for face in family]
    return tuple(p for p in paths if covered(p, PROBE) == PROBE), tuple(p for p in paths if typeface(p).isItalic())


def _label_look(rng: np.random.Generator, supply: Supply) -> LabelLook:
    """The faces of labels: one for formulas, one italic, or any slanted by force."""
    mathematical, italic = _kinds(supply)
    kind = rng.random()
    bold = bool(rng.random() < 0.06)
    if kind < 0.5 and mathematical:
        path = mathematical[int(rng.integers(len(mathematical)))]
        return LabelLook(path, path, 1.0, bold)
    face = supply.face(rng, "αβγδθ°′−")
    upright = face.path
    if kind < 0.75 and italic:
        slanted = italic[int(rng.integers(len(italic)))]
        if covered(slanted, "αβγδθ") == "αβγδθ":
            return LabelLook(upright, slanted, 1.0, bold)
    return LabelLook(upright, upright, 1.0, bold)


def _look(rng: np.random.Generator, label: LabelLook, unit: float, inset: bool) -> FigureLook:
    line = float(max(0.8, np.exp(rng.normal(np.log(0.0052), 0.4)) * unit * 10))
    paper, ink = (255, 255, 255), (0, 0, 0)
    kind = rng.random()
    if not inset and kind > 0.8:
        paper = tuple(int(v) for v in rng.integers(228, 256, 3))
        ink = (int(rng.integers(0, 80)),) * 3 if kind > 0.9 else tuple(int(v) for v in rng.integers(0, 60, 3))
    if not inset and kind < 0.03:
        paper, ink = tuple(int(v) for v in rng.integers(0, 45, 3)), (int(rng.integers(215, 256)),) * 3
    names = [name for name in PALETTE if name != "white"]
    shades = np.array([PALETTE[name] for name in names]) + rng.normal(0, 22, (len(names), 3))
    colours = dict(zip(names, map(tuple, np.clip(shades, 0, 255).astype(int).tolist()), strict=True))
    colours["gray"] = (int(rng.integers(105, 160)),) * 3
    if rng.random() < 0.3:
        colours.update(red=(255, 0, 0), blue=(0, 0, 255), green=(0, 255, 0))
    return FigureLook(
        unit=unit,
        label=label,
        line=line,
        thick=float(rng.uniform(1.9, 2.8)),
        dot=float(max(line * rng.uniform(1.4, 2.6), 1.8, unit * rng.uniform(0.05, 0.12))),
        tip=TIPS[int(rng.integers(len(TIPS)))],
        tip_size=float(max(5.0, label.size * rng.uniform(0.35, 0.6), line * 4)),
        dash=(float(line * rng.uniform(2.5, 5) + 1), float(line * rng.uniform(2, 4) + 1)),
        ink=ink,
        paper=paper,
        colours=colours,
        tint=float(rng.uniform(0.18, 0.42)),
    )


def _paint(
    figure: Figure, look: FigureLook, written: tuple[str, list], pads: np.ndarray, room: tuple[int, int], cropped: bool = False
) -> Sample:
    truth, places = written
    left, top, right, bottom = frame(figure, look)
    spare = np.array([room[1] - (right - left), room[0] - (bottom - top)] * 2) / 2
    pads = np.minimum(pads, np.maximum(spare, 0.0))
    wanted = (max(8, int(np.ceil(bottom - top + pads[1] + pads[3]))), max(8, int(np.ceil(right - left + pads[0] + pads[2]))))
    size = (min(wanted[0], room[0]), min(wanted[1], room[1]))
    canvas = Canvas(size, look.paper)
    origin = (pads[0] - left, pads[1] - top)
    note(canvas, figure, look, origin, (places, len(OPENING), paint(canvas, figure, look, origin)))
    image, glyphs = canvas.finish()
    if cropped:
        image, glyphs = _crop(image, glyphs, look)
        size = image.shape[:2]
    glyphs = replace(glyphs, boxes=np.clip(glyphs.boxes, 0, [*size[::-1], *size[::-1]]).astype(np.float32))
    return Sample(image, "", f"{OPENING}{truth}{CLOSING}", glyphs, "geometry", notes={"unit_pixels": round(look.unit, 2)})


def _crop(image: np.ndarray, glyphs: Glyphs, look: FigureLook) -> tuple[np.ndarray, Glyphs]:
    """The part with ink, and a pixel about it."""
    ink = (image != np.array(look.paper, np.uint8)).any(2)
    (top, bottom), (left, right) = (np.nonzero(ink.any(axis))[0][[0, -1]] for axis in (1, 0))
    top, left = max(0, top - 1), max(0, left - 1)
    return np.ascontiguousarray(image[top : bottom + 2, left : right + 2]), move(glyphs, (-float(left), -float(top)))
