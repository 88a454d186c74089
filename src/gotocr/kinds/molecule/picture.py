"""A molecule as books, patents and programs draw it, with the SMILES of what is drawn as its truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ...draw.bonds import BondLook
from ...draw.canvas import Canvas
from ...draw.molecule import Ink, Look, paint, plan, require_rdkit
from ...draw.style import Style, measure
from ...errors import UsageError
from ...schema import Sample
from .choose import choose
from .layout import Layout, Taste, lay_out

if TYPE_CHECKING:
    from ...draw.supply import Supply

OPENING, CLOSING = "```smiles\n", "\n```"
TRIES = 30
SHORTEST = 11.0  # pixels of a bond below which a picture cannot be read
SANS = frozenset(
    "Arimo,Liberation Sans,Liberation Sans Narrow,Helvetica,Nimbus Sans,FreeSans,TeX Gyre Heros,Roboto,Open Sans,"
    "Inter,Noto Sans,PT Sans,Source Sans 3,DejaVu Sans,Work Sans,Libre Franklin,IBM Plex Sans,Archivo,Carlito,Lato".split(",")
)
SERIF = frozenset(
    "Tinos,Liberation Serif,FreeSerif,Nimbus Roman,TeX Gyre Termes,STIX,STIXGeneral,PT Serif,Old Standard TT,Source Serif 4,"
    "Libre Baskerville,IBM Plex Serif,Crimson Pro,DejaVu Serif,Latin Modern Roman,LM Roman 10".split(",")
)
CAPTIONS = ("{n}", "({n})", "({r})", "Compound {n}", "compound {n}", "Formula {r}", "Formula ({r})", "({l}-{n})", "{n}{s}",
            "Example {n}", "Step {l}", "[{n}]", "(CG-{n})", "No. {n}", "EX. {n}", "Chemical formula {n}")  # fmt: skip
ROMANS = ("I", "II", "III", "IV", "V", "VI", "VII", "Ia", "IIb", "IX", "XI")
RDKIT = {"O": (255, 0, 0), "N": (0, 0, 255), "S": (190, 160, 0), "F": (51, 170, 170), "Cl": (0, 170, 0), "Br": (150, 75, 25),
         "I": (120, 20, 160), "P": (255, 127, 0), "B": (230, 120, 120)}  # fmt: skip
DEEP = {"O": (200, 20, 20), "N": (20, 40, 200), "S": (150, 130, 10), "F": (20, 120, 60), "Cl": (20, 120, 60), "Br": (130, 40, 20),
        "I": (90, 0, 130), "P": (180, 90, 0)}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """A molecule that fits: its ink, how it looks, and the box of all that is painted, caption too, in pixels."""

    layout: Layout
    ink: Ink
    look: Look
    length: float  # pixels a bond


def draw(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """Draw one; `room`, `em`: see `Kind`. Raises UsageError where the room is too small for any."""
    require_rdkit()
    for attempt in range(TRIES):
        look = _look(rng, supply, em)
        most = 60 if attempt < TRIES // 2 else 12
        layout = lay_out(rng, choose(rng, supply, most), _taste(rng, em))
        planned = layout and _fit(rng, layout, look, room, em)
        if planned:
            return _paint(rng, planned, room, em)
    raise UsageError(f"a room of {room[0]} x {room[1]} pixels is too small for a molecule; give more")


def _taste(rng: np.random.Generator, em: float | None) -> Taste:
    turn = rng.random()
    angle = 0.0 if turn < 0.5 else np.pi / 6 * int(rng.integers(12)) if turn < 0.88 else rng.uniform(0, 2 * np.pi)
    colours = None if em is not None or rng.random() < 0.72 else (RDKIT, DEEP)[int(rng.integers(2))]
    return Taste(
        coordgen=bool(rng.random() < 0.3),
        angle=float(angle),
        mirror=bool(rng.random() < 0.5),
        ends=bool(rng.random() < 0.4),
        carbons=bool(rng.random() < 0.012),
        circles=bool(rng.random() < 0.1),
        groups=float(rng.choice([0.0, 0.3, 0.7], p=[0.45, 0.3, 0.25])),
        hydrogens=float(rng.choice([0.0, 0.5, 1.0], p=[0.5, 0.2, 0.3])),
        upright=bool(rng.random() < 0.75),
        centred=bool(rng.random() < 0.85),
        arrows=bool(rng.random() < 0.15),
        deuterium=bool(rng.random() < 0.7),
        colours=colours,
    )


def _font(rng: np.random.Generator, supply: Supply, names: frozenset[str]) -> str:
    """An upright face of the families named, or any where there is none of them."""
    from ...draw.fonts import typeface

    chosen = [family for family in supply.families if family[0].family in names]
    for _ in range(6):
        family = chosen[int(rng.integers(len(chosen)))] if chosen else [supply.face(rng, "CHNOS0123456789+")]
        face = family[int(rng.integers(len(family)))]
        if not typeface(face.path).isItalic():
            break
    return face.path


def _look(rng: np.random.Generator, supply: Supply, em: float | None) -> Look:
    kind = rng.random()
    font = _font(rng, supply, SANS if kind < 0.5 else SERIF) if kind < 0.85 else supply.face(rng, "CHNOS0123456789+").path
    width = float(np.clip(np.exp(rng.normal(np.log(0.048), 0.33)), 0.022, 0.13))
    size = float(np.clip(rng.normal(0.58 if kind < 0.5 else 0.54, 0.09), 0.38, 0.85))
    paper, ink = (255, 255, 255), (0, 0, 0)
    if em is None and rng.random() < 0.2:
        paper = tuple(int(v) for v in rng.integers(225, 256, 3)) if rng.random() < 0.7 else (int(rng.integers(225, 256)),) * 3
        ink = (int(rng.integers(0, 70)),) * 3
    bond = BondLook(
        width=width,
        gap=float(max(np.clip(rng.normal(0.165, 0.03), 0.1, 0.25), width * 2.2)),
        shorten=float(rng.uniform(0.06, 0.2)),
        wedge=float(max(np.clip(rng.normal(0.2, 0.05), 0.1, 0.34), width * 2.5)),
        hashes=int(rng.integers(5, 10)),
        hash_form=("growing", "growing", "even", "dashed")[int(rng.integers(4))],
        hollow=bool(rng.random() < 0.04),
    )
    return Look(
        font, size, float(rng.uniform(0.62, 0.78)), float(rng.uniform(0.04, 0.12)), bool(rng.random() < 0.08), ink, paper, bond
    )


def _fit(rng: np.random.Generator, layout: Layout, look: Look, room: tuple[int, int], em: float | None) -> Plan | None:
    """Choose how long a bond is, so that the molecule fits; None where it would be too small."""
    ink = plan(layout.joints, layout.links, layout.circles, look)
    left, top, right, bottom = ink.box(look)
    most = min((room[0] - 4) / (bottom - top + 0.1), (room[1] - 4) / (right - left + 0.1))
    wished = em / look.size if em else float(np.clip(np.exp(rng.normal(np.log(36), 0.42)), 14, 110))
    length = min(wished, most)
    if length < SHORTEST or (em and length < 0.6 * wished):
        return None
    return Plan(layout, ink, look, length)


def _paint(rng: np.random.Generator, planned: Plan, room: tuple[int, int], em: float | None) -> Sample:
    look, length = planned.look, planned.length
    left, top, right, bottom = planned.ink.box(look)
    width, height = (right - left) * length, (bottom - top) * length
    pads = np.array([1.0, 1.0, 1.0, 1.0])
    caption, at = None, (0.0, 0.0)
    if em is None:
        spread = length * float(rng.choice([0.02, 0.3, 1.0], p=[0.3, 0.45, 0.25]))
        pads = 1 + rng.uniform(0, 1, 4) * spread
        if rng.random() < 0.1:
            pads[rng.integers(4)] += rng.uniform(0, 8) * length
        if rng.random() < 0.22:
            caption = _caption(rng, look, length)
    if caption:
        pads, at = _beside(rng, caption, pads, (width, height))
    spare = np.array([room[1] - width, room[0] - height, room[1] - width, room[0] - height])
    if (pads[0] + pads[2] > spare[0]) or (pads[1] + pads[3] > spare[1]):
        caption, pads = None, np.minimum(pads, np.maximum(spare / 2, 0.0))
    size = (
        min(room[0], max(8, int(np.ceil(height + pads[1] + pads[3])))),
        min(room[1], max(8, int(np.ceil(width + pads[0] + pads[2])))),
    )
    canvas = Canvas(size, look.paper)
    origin = complex(left - pads[0] / length, top - pads[1] / length)
    paint(canvas, _shifted(planned.ink), look, origin, length)
    if caption:
        canvas.text(caption[0], (at[0] + pads[0], at[1] + pads[1]), caption[1])
    image, glyphs = canvas.finish()
    glyphs = replace(glyphs, boxes=np.clip(glyphs.boxes, 0, [*size[::-1], *size[::-1]]).astype(np.float32))
    smiles = planned.layout.smiles
    return Sample(
        image, "", f"{OPENING}{smiles}{CLOSING}", glyphs, "molecule", notes={"smiles": smiles, "bond_pixels": round(length, 1)}
    )


def _shifted(ink: Ink) -> Ink:
    """Places counted from the start of the fence."""
    step = len(OPENING)
    letters = [replace(one, mark=replace(one.mark, places=tuple(p + step for p in one.mark.places))) for one in ink.letters]
    return Ink(ink.strokes, letters, ink.circles, [(box, tuple(p + step for p in places)) for box, places in ink.areas])


def _caption(rng: np.random.Generator, look: Look, length: float) -> tuple[str, Style, tuple[float, float]]:
    """A name or number that stands outside, its style, width and height in pixels."""
    pattern = CAPTIONS[int(rng.integers(len(CAPTIONS)))]
    text = pattern.format(
        n=int(rng.integers(1, 200)),
        r=ROMANS[int(rng.integers(len(ROMANS)))],
        l="ABCDX"[int(rng.integers(5))],
        s="abc"[int(rng.integers(3))],
    )
    size = look.size * length * float(rng.uniform(0.8, 1.25))
    style = Style(look.font, size, look.ink, bold=bool(rng.random() < 0.3))
    return text, style, (float(measure(text, style)[0].sum()), size)


def _beside(
    rng: np.random.Generator, caption: tuple[str, Style, tuple[float, float]], pads: np.ndarray, ink: tuple[float, float]
) -> tuple[np.ndarray, tuple[float, float]]:
    """Room for the caption below, right or left of the ink; where its baseline starts, from the ink's top left."""
    (wide, high), (width, height) = caption[2], ink
    gap, pads = high * float(rng.uniform(0.5, 1.6)), pads.copy()
    side = int(rng.integers(4))
    if side < 2:
        x = (width - wide) / 2 if side else float(rng.uniform(0, max(width - wide, 1)))
        pads[[0, 2]] = np.maximum(pads[[0, 2]], [2 - x, x + wide - width + 2])
        pads[3] = max(pads[3], gap + 1.3 * high)
        return pads, (x, height + gap + high * 0.8)
    y = float(rng.uniform(0.3, 1)) * height
    pads[[1, 3]] = np.maximum(pads[[1, 3]], [high - y, y + 0.3 * high - height])
    if side == 2:
        pads[2] = max(pads[2], gap + wide + 2)
        return pads, (width + gap, y)
    pads[0] = max(pads[0], gap + wide + 2)
    return pads, (-gap - wide, y)
