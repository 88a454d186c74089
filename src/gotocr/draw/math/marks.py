"""What stands over, under, around or across a part of a formula: accents, braces, lines, arrows, boxes, strokes."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from ..latex_forms import TEXT_ACCENTS
from ..latex_symbols import ACCENTS, ARROWS, BRACKETS, WIDE_ACCENTS
from ..latex_tree import Node
from .box import Box, Mark, Rule, Stroke, glyph_box, row, widened
from .delimiters import fits, stretch
from .look import TEXT, Atom, Item, Look
from .scripts import set_limits

if TYPE_CHECKING:
    from .setter import Setter

FRAME_GAP, FRAME_RULE = 0.3, 0.04  # of \boxed, ems
ARROW_ROOM = (5, 9)  # at the tail and head of what stands on an arrow, mu of its size
SLASH = "\u0338"


def set_accent(setter: Setter, node: Node, look: Look) -> list[Item]:
    name, tight = node.name, look.level > 0
    if name in BRACKETS:
        letter, below = BRACKETS[name]
        kind = "op" if "br" in name or "group" in name or "paren" in name else "ord"
        return [
            Atom(kind, bracketed(setter, setter.part(node.parts[0], look), (letter, below), look, node.at), kind == "op", tight)
        ]
    if "line" in name or name == "\\underbar":
        return [Atom("ord", lined(setter, node, look), tight=tight)]
    body = setter.part(node.parts[0], look.cramp())
    mark = ACCENTS.get(name) or WIDE_ACCENTS.get(name) or TEXT_ACCENTS[name]
    return [Atom("ord", accented(setter, body, mark, look, node.at, name in WIDE_ACCENTS), tight=tight)]


def accented(setter: Setter, body: Box, mark: str, look: Look, source: int, wide: bool = False) -> Box:
    """A box with an accent over (or, for marks that stand there, under) it."""
    found = setter.font.find(mark)
    if found is None:
        setter.problems.append(f"no glyph for U+{ord(mark):04X}")
        return body
    font, glyph = found
    scale = look.scale(setter.font)
    if wide and glyph in font.wide:
        glyph = fits(font.wide[glyph], font, body.width / scale, 1.0) or glyph
    if look.level and not wide:
        glyph = font.scripts.get(glyph, (glyph,))[0]
    accent = glyph_box(font, glyph, scale, mark, source)
    middle = body.accent if body.is_character else body.width / 2
    below = unicodedata.combining(mark) in (202, 218, 220)  # attached or standing below
    rise = 0.0 if below else body.height - min(body.height, look.length(setter.font, "AccentBaseHeight"))
    slant = body.italic if body.is_character else 0.0
    whole = Box(
        body.width - body.slant + slant, max(body.height, rise + accent.height), max(body.depth, accent.depth if below else 0.0)
    )
    whole.put(middle - accent.accent if accent.width == 0 or glyph in font.accents else middle - accent.width / 2, rise, accent)
    whole.put(0.0, 0.0, body)
    whole.is_character, whole.italic, whole.slant, whole.accent = body.is_character, body.italic, slant, body.accent
    return whole


def bracketed(setter: Setter, body: Box, mark: tuple[str, bool], look: Look, source: int) -> Box:
    """A box with a brace or an arrow as wide as itself above or below it."""
    letter, below = mark
    brace = stretch(setter, letter, body.width, look, source)
    gap = look.length(setter.font, f"{'Under' if below else 'Over'}barVerticalGap")
    width = max(body.width, brace.width)
    whole = Box(width, body.height, body.depth)
    whole.put((width - body.width) / 2, 0.0, body)
    measure = _ink(brace)
    if below:
        whole.put((width - brace.width) / 2, -body.depth - gap - measure[1], brace)
        whole.depth = body.depth + gap + measure[1] - measure[0]
    else:
        whole.put((width - brace.width) / 2, body.height + gap - measure[0], brace)
        whole.height = body.height + gap + measure[1] - measure[0]
    return whole


def _ink(box: Box) -> tuple[float, float]:
    """Bottom and top of the ink of glyphs in a box."""
    marks = [(y, part) for _, y, part in box.parts if isinstance(part, Mark)]
    measures = [(y, part.scale, part.font.measure(part.glyph)) for y, part in marks]
    return min(y + scale * measure.bottom for y, scale, measure in measures), max(
        y + scale * measure.top for y, scale, measure in measures
    )


def lined(setter: Setter, node: Node, look: Look) -> Box:
    """`\\overline` and `\\underline`."""
    font, under = setter.font, node.name.startswith("\\under")
    body = setter.part(node.parts[0], look if under else look.cramp())
    side = "Underbar" if under else "Overbar"
    gap, bar = look.length(font, f"{side}VerticalGap"), look.length(font, f"{side}RuleThickness")
    whole = Box(body.width, body.height, body.depth)
    whole.put(0.0, 0.0, body)
    if under:
        whole.put(0.0, -body.depth - gap - bar, Rule(body.width, bar, node.at))
        whole.depth += gap + bar + look.length(font, "UnderbarExtraDescender")
    else:
        whole.put(0.0, body.height + gap, Rule(body.width, bar, node.at))
        whole.height += gap + bar + look.length(font, "OverbarExtraAscender")
    return whole


def set_stack(setter: Setter, node: Node, look: Look) -> list[Item]:
    """`\\overset`, `\\underset`, `\\stackrel`: the class is that of the base."""
    base, above, below = node.parts
    items = setter.items(base.parts if base.kind == "list" else (base,), look)
    kind = items[0].kind if len(items) == 1 and isinstance(items[0], Atom) else "ord"
    script = look.superscript()
    box = set_limits(
        setter, setter.joined(items), above and setter.part(above, script), below and setter.part(below, script.cramp()), look
    )
    kind = "rel" if node.name == "\\stackrel" else kind
    return [Atom(kind if kind in ("bin", "rel", "op") else "ord", box, tight=look.level > 0)]


def set_arrow(setter: Setter, node: Node, look: Look) -> list[Item]:
    """An arrow as long as what stands above and below it, with more room at its head."""
    script = look.superscript()
    unit = script.scale(setter.font) / 18
    before, behind = (ARROW_ROOM[1], ARROW_ROOM[0]) if "left" in node.name.lower() else ARROW_ROOM
    boxes = []
    for part, style in zip(node.parts, (script, script.cramp()), strict=True):
        empty = part is None or (part.kind == "list" and not part.parts)
        boxes.append(None if empty else row([before * unit, setter.part(part, style), behind * unit]))
    width = max([box.width for box in boxes if box is not None], default=(before + behind) * unit)
    arrow = stretch(setter, ARROWS[node.name], width, look, node.at, cover=True)
    return [Atom("rel", set_limits(setter, arrow, *boxes, look), tight=look.level > 0)]


def set_not(setter: Setter, node: Node, look: Look) -> list[Item]:
    """A struck-out atom: the ready-made character where Unicode and the font have one."""
    items = setter.items(node.parts, look)
    if len(items) != 1 or not isinstance(items[0], Atom):
        return items
    atom = items[0]
    kind = "rel" if atom.kind == "ord" and node.parts[0].kind == "unknown" else atom.kind
    mark = atom.box.parts[0][2] if atom.box.is_character and len(atom.box.parts) == 1 else None
    if isinstance(mark, Mark) and mark.letter:
        whole = unicodedata.normalize("NFC", mark.letter + SLASH)
        if len(whole) == 1 and (found := setter.font.find(whole, look.level)):
            return [Atom(kind, glyph_box(*found, mark.scale, whole, node.at, mark.bold), tight=atom.tight)]
    return [Atom(kind, struck(setter, atom.box, look, node.at), tight=atom.tight)]


def struck(setter: Setter, body: Box, look: Look, source: int) -> Box:
    """A box with a slash through its middle."""
    slash = setter.letter("/", look, source)
    whole = Box(body.width, body.height, body.depth)
    middle, own = (body.height - body.depth) / 2, (slash.height - slash.depth) / 2
    whole.put((body.width - slash.width) / 2, middle - own, slash)
    whole.put(0.0, 0.0, body)
    return whole


def set_box(setter: Setter, node: Node, look: Look) -> list[Item]:
    name, tight = node.name[1:], look.level > 0
    if not node.parts:  # a strut
        paren = setter.letter("(", look, -1)
        return [Atom("ord", Box(0.0, paren.height, paren.depth), tight=tight)]
    if name in ("boxed", "fbox", "framebox"):
        body = setter.part(node.parts[0], look._replace(style=0 if name == "boxed" else TEXT))
        return [Atom("ord", framed(body, node.at), tight=tight)]
    body = setter.part(node.parts[0], look)
    if name in ("cancel", "bcancel", "xcancel", "sout"):
        return [Atom("ord", cancelled(body, name, node.at), tight=tight)]
    whole = Box(body.width, body.height, body.depth)
    if "phantom" not in name:
        whole.put(0.0, 0.0, body)
    if name in ("hphantom", "smash"):
        whole.height = whole.depth = 0.0
    if name == "vphantom":
        whole.width = 0.0
    if name.endswith("lap"):
        left = {"rlap": 0.0, "llap": -body.width, "clap": -body.width / 2}[name.removeprefix("math")]
        whole.parts = [(left, 0.0, body)]
        whole.width = 0.0
    return [Atom("ord", whole, tight=tight)]


def framed(body: Box, source: int) -> Box:
    inside = row([FRAME_GAP + FRAME_RULE, body, FRAME_GAP + FRAME_RULE])
    edge = FRAME_GAP + FRAME_RULE
    whole = Box(inside.width, inside.height + edge, inside.depth + edge)
    whole.put(0.0, 0.0, inside)
    total = whole.total
    for x, y, width, height in (
        (0.0, whole.height - FRAME_RULE, whole.width, FRAME_RULE),
        (0.0, -whole.depth, whole.width, FRAME_RULE),
        (0.0, -whole.depth, FRAME_RULE, total),
        (whole.width - FRAME_RULE, -whole.depth, FRAME_RULE, total),
    ):
        whole.put(x, y, Rule(width, height, source))
    return whole


def cancelled(body: Box, name: str, source: int) -> Box:
    whole = row([body])
    if name == "sout":
        whole.put(0.0, (body.height - body.depth) / 2, Rule(body.width, FRAME_RULE, source))
    if name in ("cancel", "xcancel"):
        whole.put(0.0, -body.depth, Stroke(body.width, body.total, FRAME_RULE, source))
    if name in ("bcancel", "xcancel"):
        whole.put(0.0, body.height, Stroke(body.width, -body.total, FRAME_RULE, source))
    return whole


__all__ = ["accented", "set_accent", "set_arrow", "set_box", "set_not", "set_stack", "struck", "widened"]
