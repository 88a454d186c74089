"""Glyphs that grow: delimiters, big operators, root signs, arrows and braces as wide as a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..latex_symbols import DELIMITERS
from ..latex_tree import Node
from .box import Box, Mark, centred, glyph_box, row
from .font import Growth, MathFont, Piece
from .look import DISPLAY, TEXT, Atom, Item, Look, Middle

if TYPE_CHECKING:
    from .setter import Setter

NULL_WIDTH = 0.12  # of a delimiter that is not drawn, and beside fractions; ems
SHARE, SHORTFALL = 0.901, 0.5  # of what it fences, a delimiter covers this share and lacks at most these ems
BIG_SHARE = 0.96  # how much of its size a \big delimiter must reach: plain TeX's fonts have just these sizes
_SIZES = {"big": 1.2, "Big": 1.8, "bigg": 2.4, "Bigg": 3.0}  # ems
_SIDES = {"l": "open", "r": "close", "m": "rel"}


def grow(setter: Setter, letter: str, target: float, look: Look, source: int) -> Box:
    """The smallest form of a character that is `target` ems high, on the baseline of its glyph; the largest there is, else."""
    found = setter.font.find(letter)
    if found is None:
        return setter.letter(letter, look, source)
    font, glyph = found
    scale = look.scale(setter.font)
    growth = font.tall.get(glyph, Growth())
    best = glyph_box(font, glyph, scale, letter, source)
    for variant, _ in growth.variants:
        if best.total >= target:
            return best
        best = glyph_box(font, variant, scale, letter, source)
    if best.total >= target or not growth.pieces:
        return best
    return _pile(font, growth.pieces, target, (letter, scale, source))


def fits(growth: Growth, font: MathFont, width: float, scale: float) -> int | None:
    """The widest ready-made glyph no wider than `width` ems."""
    best = None
    for variant, _ in growth.variants:
        measure = font.measure(variant)
        if (measure.right - measure.left if measure.advance == 0 else measure.advance) * scale > width:
            break
        best = variant
    return best


def stretch(setter: Setter, letter: str, target: float, look: Look, source: int, cover: bool = False) -> Box:
    """A character about `target` ems wide, put together of pieces where the font has them; with `cover` no narrower."""
    font, glyph = setter.font.find(letter) or (setter.font, 0)
    scale = look.scale(setter.font)
    growth = font.wide.get(glyph, Growth())
    chain = _chain(font, growth.pieces, target, (letter, scale, source)) if growth.pieces else None
    if chain is not None and target * 0.999 <= chain.width <= target * 1.02:
        return chain
    ready = [glyph_box(font, variant, scale, letter, source) for variant in (glyph, *(variant for variant, _ in growth.variants))]
    ready = sorted([*ready, *([chain] if chain else [])], key=lambda box: box.width)
    if cover:
        return next((box for box in ready if box.width >= target), ready[-1])
    return next((box for box in reversed(ready) if box.width <= target * 1.02), ready[0])


def _joined(font: MathFont, pieces: tuple[Piece, ...], target: float) -> tuple[list[Piece], list[float]]:
    """As many pieces as reach `target` (in ems of the font), and where each of them starts."""
    fixed, repeated = [piece for piece in pieces if not piece.extends], [piece for piece in pieces if piece.extends]
    gain = sum(piece.length - font.overlap for piece in repeated)
    base = sum(piece.length for piece in fixed) - font.overlap * (len(fixed) - 1)
    count = max(0, -(-(target - base) // gain)) if gain > 0 else 1
    chosen = [piece for piece in pieces for _ in range(int(min(count, 500)) if piece.extends else 1)]
    excess = sum(piece.length for piece in chosen) - font.overlap * (len(chosen) - 1) - target
    more = max(0.0, excess / max(1, len(chosen) - 1))
    starts, at = [], 0.0
    for before, piece in zip([None, *chosen], chosen, strict=False):
        if before is not None:
            at += before.length - max(font.overlap, min(font.overlap + more, before.end, piece.start))
        starts.append(at)
    return chosen, starts


def _pile(font: MathFont, pieces: tuple[Piece, ...], target: float, mark: tuple[str, float, int]) -> Box:
    letter, scale, source = mark
    chosen, starts = _joined(font, pieces, target / scale)
    box = Box(max(font.measure(piece.glyph).advance for piece in chosen) * scale)
    for number, (piece, start) in enumerate(zip(chosen, starts, strict=True)):
        bottom = font.measure(piece.glyph).bottom
        box.put(0.0, (start - bottom) * scale, Mark(font, piece.glyph, scale, "" if number else letter, source))
    box.height = (starts[-1] + chosen[-1].length) * scale
    return box


def _chain(font: MathFont, pieces: tuple[Piece, ...], target: float, mark: tuple[str, float, int]) -> Box:
    letter, scale, source = mark
    chosen, starts = _joined(font, pieces, target / scale)
    box = Box((starts[-1] + chosen[-1].length) * scale)
    for number, (piece, start) in enumerate(zip(chosen, starts, strict=True)):
        measure = font.measure(piece.glyph)
        box.put((start - min(0.0, measure.left)) * scale, 0.0, Mark(font, piece.glyph, scale, "" if number else letter, source))
        box.height, box.depth = max(box.height, measure.top * scale), max(box.depth, -measure.bottom * scale)
    return box


def delimiter(setter: Setter, node: Node, target: float, look: Look) -> Box:
    """A delimiter at least `target` ems high, its middle on the axis."""
    letter = DELIMITERS.get(node.name, node.name)
    if not letter:
        return Box(NULL_WIDTH)
    return centred(grow(setter, letter, target, look, node.start), look.length(setter.font, "AxisHeight"))


def covering(extent: float) -> float:
    """How high a delimiter must be that fences what reaches `extent` from the axis."""
    return max(2 * extent * SHARE, 2 * extent - SHORTFALL)


def fence(setter: Setter, left: Node, body: list[Item], right: Node, look: Look) -> Atom:
    """Items between delimiters of their height; what stands in the middle is set as they are."""
    axis = look.length(setter.font, "AxisHeight")
    boxes = [item.box for item in body if isinstance(item, Atom)]
    extent = max([abs(part) for box in boxes for part in (box.height - axis, box.depth + axis)], default=0.0)
    target = covering(max(extent, 0.0))
    tight = look.level > 0
    inner: list[Item] = [Atom("open", delimiter(setter, left, target, look), tight=tight)]
    for item, following in zip(body, [*body, None][1:], strict=True):
        ends = following is None or isinstance(following, Middle)
        if isinstance(item, Middle):
            inner.append(Atom("open", delimiter(setter, item.delimiter, target, look), tight=tight))
        else:
            if ends and isinstance(item, Atom):
                item.box.upright()
            inner.append(item)
    inner.append(Atom("close", delimiter(setter, right, target, look), tight=tight))
    return Atom("inner", setter.line(inner), tight=tight)


def set_fenced(setter: Setter, node: Node, look: Look) -> list[Item]:
    left, body, right = node.parts
    return [fence(setter, left, setter.items(body.parts, look), right, look)]


def set_big(setter: Setter, node: Node, look: Look) -> list[Item]:
    name = node.name[1:]
    size = name if name in _SIZES else name[:-1]
    kind = _SIDES.get(name[len(size) :], "ord")
    box = delimiter(setter, node.parts[0], _SIZES[size] * BIG_SHARE, look._replace(style=TEXT))
    return [Atom(kind, box, tight=look.level > 0)]


def set_middle(setter: Setter, node: Node, look: Look) -> list[Item]:
    return [Middle(node.parts[0])]


def operator(setter: Setter, letter: str, look: Look, source: int, small: bool) -> Box:
    """A big operator, its middle on the axis."""
    target = look.length(setter.font, "DisplayOperatorMinHeight") if look.style == DISPLAY and not small else 0.0
    glyph = grow(setter, letter, target, look, source)
    whole = centred(glyph, look.length(setter.font, "AxisHeight"))
    whole.italic = whole.slant = glyph.italic
    return whole


__all__ = ["delimiter", "fence", "grow", "operator", "row", "set_big", "set_fenced", "set_middle", "stretch"]
