"""Blocks drawn anew from what was read: the ink of a formula, molecule, figure or score, and the box of each of its parts.

`drawn` is for a child process (`gotocr.child`): what was read is untrusted, and some of it kills what draws.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..errors import InputError

EM = 32.0  # pixels of a formula's font
BOND = 34.0  # pixels a bond
SIDE = 480.0  # pixels of a figure's longer side
LETTERS = 28.0  # pixels of the font that single words are set in
SPACE = 12.0  # pixels between two staff lines
MOST_LETTERS = 8000  # of a source that is drawn
MOST_PARTS = 3000  # signs of a formula, lines of a figure
MOST_ATOMS = 150
MOST_NOTES = 1500
FACES = (("PT Sans", "Roboto"), ("PT Serif", "Crimson Pro"), ("IBM Plex Mono",))  # families that words are set in
LARGEST = 4_000_000  # pixels of a drawing


class Anew(NamedTuple):
    """`image` is (H, W) uint8, 255 = ink; `boxes` (n, 4) float32 are its parts in pixels."""

    image: np.ndarray
    boxes: np.ndarray


def packed(made: Anew) -> bytes:
    """A drawing as bytes, for the way between processes."""
    held = io.BytesIO()
    np.savez(held, image=made.image, boxes=made.boxes.astype(np.float32))
    return held.getvalue()


def unpacked(held: bytes | bytearray) -> Anew:
    with np.load(io.BytesIO(bytes(held)), allow_pickle=False) as arrays:
        return Anew(arrays["image"], arrays["boxes"])


def drawn(kind: str, text: str, look: list[float]) -> bytes:
    """The drawing of a block's text, `packed`. `look` is, of a molecule, its pose (`molecule`), of a formula its font (0 or 1).

    Raises InputError for what cannot be drawn or is too large, and whatever the libraries raise.
    """
    if len(text) > MOST_LETTERS:
        raise InputError("too long to be drawn; read it in parts")
    return packed(DRAWERS[kind](text, look))


def _ink(image: np.ndarray) -> np.ndarray:
    return 255 - image.min(2)


def _canvas(width: float, height: float):
    from ..draw.canvas import Canvas

    if not 0 <= width * height <= LARGEST:
        raise InputError("too large to be drawn; read it in parts")
    return Canvas((max(1, round(height)), max(1, round(width))))


def formula(text: str, look: list[float]) -> Anew:
    from ..draw.math.font import math_font
    from ..draw.math.formula import paint, set_formula
    from ..kinds.formula import normalise
    from ..kinds.formula.scores import body

    fonts = _math_fonts()
    made = set_formula(normalise(body(text)), math_font(fonts[int(look[0]) % len(fonts)] if look else None), EM)
    if len(made.placed) > MOST_PARTS:
        raise InputError("too many signs to be drawn; read it in parts")
    left, top, right, bottom = made.ink()
    canvas = _canvas(right - left + 4, bottom - top + 4)
    paint(made, canvas, (2 - left, 2 - top))
    image, glyphs = canvas.finish()
    return Anew(_ink(image), glyphs.boxes)


def molecule(text: str, look: list[float]) -> Anew:
    """`look`: 1 for the layout of CoordGen, the angle in radians, 1 for mirrored."""
    from ..draw.bonds import BondLook
    from ..draw.molecule import Look, paint, plan, require_rdkit
    from ..kinds.molecule.layout import Taste, lay_out
    from ..kinds.molecule.reading import molecule as read

    require_rdkit()
    made = read(text)
    if made is None or not 0 < made.GetNumAtoms() <= MOST_ATOMS:
        raise InputError("no molecule that can be drawn")
    coordgen, angle, mirror = [*look, 0.0, 0.0, 0.0][:3]
    taste = Taste(coordgen=bool(coordgen), angle=angle, mirror=bool(mirror))
    layout = lay_out(np.random.default_rng(0), made, taste)
    if layout is None:
        raise InputError("this molecule cannot be laid out")
    style = Look(_face(FACES[0]), bond=BondLook(width=0.06))
    ink = plan(layout.joints, layout.links, layout.circles, style)
    left, top, right, bottom = ink.box(style)
    canvas = _canvas((right - left) * BOND + 4, (bottom - top) * BOND + 4)
    paint(canvas, ink, style, complex(left - 2 / BOND, top - 2 / BOND), BOND)
    image, glyphs = canvas.finish()
    boxes = np.unique(np.round(glyphs.boxes), axis=0)
    return Anew(_ink(image), boxes[(boxes[:, 2] - boxes[:, 0] > 2) | (boxes[:, 3] - boxes[:, 1] > 2)])


@lru_cache
def _face(families: tuple[str, ...]) -> str:
    """The file of the first bundled face of one of the families, or of any."""
    from ..draw.fonts import find_faces

    faces = find_faces(held_out=None)
    return next((face.path for name in families for face in faces if face.family == name), faces[0].path)


@lru_cache
def _math_fonts() -> tuple[str, ...]:
    from ..draw.math.font import BUNDLED, find_math_fonts

    return tuple(find_math_fonts([BUNDLED]))


def geometry(text: str, look: list[float]) -> Anew:
    from ..draw.figure_labels import LabelLook
    from ..draw.figure_paint import FigureLook, frame, paint
    from ..kinds.geometry.tikz import read

    reading = read(text)
    if reading.problems or not reading.figure.paths:
        raise InputError("no figure that can be drawn")
    if len(reading.figure.paths) + len(reading.figure.labels) > MOST_PARTS:
        raise InputError("too many lines to be drawn")
    face = _face(FACES[1])
    label = LabelLook(face, face, SIDE * 0.06, False)
    rough = FigureLook(unit=1.0, label=LabelLook(face, face, 0.5, False), line=0.02, dot=0.08, tip_size=0.2)
    left, top, right, bottom = frame(reading.figure, rough)
    unit = SIDE / max(right - left, bottom - top, 1e-6)
    if not np.isfinite(unit) or unit < 0.5:
        raise InputError("too large to be drawn")
    style = FigureLook(unit=unit, label=label, line=2.2, dot=4.0, tint=0.15)
    left, top, right, bottom = frame(reading.figure, style)
    canvas = _canvas(right - left + 6, bottom - top + 6)
    found = paint(canvas, reading.figure, style, (3 - left, 3 - top))
    image, _ = canvas.finish()
    return Anew(_ink(image), np.array([box for box, _ in found], np.float32).reshape(-1, 4))


def music(text: str, look: list[float]) -> Anew:
    from ..kinds.music.block import read
    from ..kinds.music.picture import Look, draw

    score, _ = read(text)
    count = sum(len(voice) for bar in score.bars for voice in bar.voices)
    if not 0 < count <= MOST_NOTES:
        raise InputError("no music that can be drawn")
    options = {"font": "Leland", "xmlIdSeed": 1}
    if any(bar.last for bar in score.bars[:-1]):
        options |= {"pageWidth": 2600, "pageHeight": 60_000}
    made = draw(score, Look(SPACE, _face(FACES[1]), options=options, margins=(2, 2, 2, 2), most=(4000, 12_000), least=3.0))
    if made is None:
        raise InputError("too large to be drawn")
    image, _, _, glyphs = made
    if image.shape[0] * image.shape[1] > 3 * LARGEST:
        raise InputError("too large to be drawn")
    return Anew(_ink(image), np.unique(np.round(glyphs.boxes), axis=0))


def words(text: str, look: list[float]) -> Anew:
    """Words, one a line of `text`, set side by side on one baseline in face `look[0]` of FACES; `boxes` are their advances."""
    from ..draw.fonts import covered
    from ..draw.style import Style, advances

    path = _face(FACES[int(look[0]) % len(FACES) if look else 0])
    style = Style(path, LETTERS)
    space = float(advances(" ", style)[0])
    set_words = [covered(path, word) for word in text.split("\n")]
    wide = [float(advances(word, style).sum()) + space for word in set_words]
    edges = np.concatenate([[2.0], 2.0 + np.cumsum(wide)])
    canvas = _canvas(edges[-1] + 4, 1.6 * LETTERS)
    for word, left in zip(set_words, edges, strict=False):
        canvas.text(word, (float(left), 1.15 * LETTERS), style)
    image, _ = canvas.finish()
    tall = np.zeros(len(wide))
    return Anew(_ink(image), np.stack([edges[:-1], tall, edges[1:], tall + image.shape[0]], 1))


DRAWERS = {"words": words, "formula": formula, "molecule": molecule, "geometry": geometry, "music": music}
