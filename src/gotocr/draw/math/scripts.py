"""Scripts beside a base, limits above and below an operator (TeXbook, appendix G, rules 13a and 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..latex_tree import Node
from .box import Box, widened
from .look import DISPLAY, Atom, Item, Look

if TYPE_CHECKING:
    from .setter import Setter


def set_scripts(setter: Setter, node: Node, look: Look) -> list[Item]:
    base, below, above = node.parts
    before: list[Item] = []
    if base is None:
        atom = Atom("ord", Box(), tight=look.level > 0)
    else:
        *before, atom = _last_atom(setter, base, look)
    sub = setter.part(below, look.subscript()) if below else None
    sup = setter.part(above, look.superscript()) if above else None
    limits = atom.limits and look.style == DISPLAY if node.name not in ("\\limits", "\\nolimits") else node.name == "\\limits"
    box = set_limits(setter, atom.box, sup, sub, look) if limits else beside(setter, atom.box, sup, sub, look)
    return [*before, Atom(atom.kind, box, tight=look.level > 0)]


def _last_atom(setter: Setter, base: Node, look: Look) -> list[Item]:
    """The items of a base; the last is an atom, which the scripts belong to."""
    items = setter.items((base,), look)
    if items and isinstance(items[-1], Atom):
        return items
    return [*items, Atom("ord", Box(), tight=look.level > 0)]


def beside(setter: Setter, base: Box, sup: Box | None, sub: Box | None, look: Look) -> Box:
    """A base with scripts on its right."""
    font = setter.font
    gap = font.constants["SpaceAfterScript"] * look.scale(font)
    whole = Box(base.width, base.height, base.depth)
    whole.put(0.0, 0.0, base)
    up = down = 0.0
    if not base.is_character:
        up = base.height - look.length(font, "SuperscriptBaselineDropMax")
        down = base.depth + look.length(font, "SubscriptBaselineDropMin")
    if sup is not None:
        up = max(
            up,
            look.length(font, "SuperscriptShiftUpCramped" if look.cramped else "SuperscriptShiftUp"),
            sup.depth + look.length(font, "SuperscriptBottomMin"),
        )
    if sub is not None:
        down = max(down, look.length(font, "SubscriptShiftDown"))
        if sup is None:
            down = max(down, sub.height - look.length(font, "SubscriptTopMax"))
        else:
            up, down = _part(setter, (up, sup), (down, sub), look)
    bare = base.width - base.slant
    if sup is not None:
        whole.put(bare + base.italic, up, sup)
        whole.width = bare + base.italic + sup.width + gap
        whole.height, whole.depth = max(whole.height, up + sup.height), max(whole.depth, sup.depth - up)
    if sub is not None:
        whole.put(bare, -down, sub)
        whole.width = max(whole.width if sup else 0.0, bare + sub.width + gap)
        whole.height, whole.depth = max(whole.height, sub.height - down), max(whole.depth, down + sub.depth)
    return whole


def _part(setter: Setter, above: tuple[float, Box], below: tuple[float, Box], look: Look) -> tuple[float, float]:
    """The shifts of a superscript and a subscript, moved apart where they are too close."""
    (up, sup), (down, sub) = above, below
    close = look.length(setter.font, "SubSuperscriptGapMin") - ((up - sup.depth) - (sub.height - down))
    if close > 0:
        down += close
        lift = look.length(setter.font, "SuperscriptBottomMaxWithSubscript") - (up - sup.depth)
        if lift > 0:
            up, down = up + lift, down - lift
    return up, down


def set_limits(setter: Setter, base: Box, above: Box | None, below: Box | None, look: Look) -> Box:
    """A base with boxes centred above and below it, moved by its italics correction."""
    font = setter.font
    width = max(box.width for box in (base, above, below) if box is not None)
    half = base.italic / 2
    whole = Box(width, base.height, base.depth)
    whole.put(0.0, 0.0, widened(base, width))
    if above is not None:
        rise = max(look.length(font, "UpperLimitGapMin") + above.depth, look.length(font, "UpperLimitBaselineRiseMin"))
        whole.put(half, base.height + rise, widened(above, width))
        whole.height = base.height + rise + above.height
    if below is not None:
        drop = max(look.length(font, "LowerLimitGapMin") + below.height, look.length(font, "LowerLimitBaselineDropMin"))
        whole.put(-half, -base.depth - drop, widened(below, width))
        whole.depth = base.depth + drop + below.depth
    return whole


def set_sideset(setter: Setter, node: Node, look: Look) -> list[Item]:
    """`\\sideset{_a^b}{_c^d}\\prod` and `\\prescript{a}{b}{X}`: scripts on the left as well."""
    first, second, base = node.parts
    if node.name == "\\prescript":
        left, right = (second, first), (None, None)
    else:
        left, right = _pair(first), _pair(second)
    atom = _last_atom(setter, base, look)[-1]
    ghost = Box(0.0, atom.box.height, atom.box.depth)
    ghost.is_character = atom.box.is_character
    styles = (look.subscript(), look.superscript())
    boxes = [[part and setter.part(part, style) for part, style in zip(pair, styles, strict=True)] for pair in (left, right)]
    before = beside(setter, ghost, boxes[0][1], boxes[0][0], look) if any(left) else Box()
    after = beside(setter, atom.box, boxes[1][1], boxes[1][0], look) if any(right) else atom.box
    whole = Box(before.width + after.width, max(before.height, after.height), max(before.depth, after.depth))
    whole.put(0.0, 0.0, before)
    whole.put(before.width, 0.0, after)
    return [Atom(atom.kind, whole, atom.limits, look.level > 0)]


def _pair(group: Node) -> tuple[Node | None, Node | None]:
    """Subscript and superscript written in a group without a base."""
    found = next((part for part in group.parts if part.kind == "scripts"), None)
    return (found.parts[1], found.parts[2]) if found else (None, None)
