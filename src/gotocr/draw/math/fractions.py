"""Fractions, binomials and roots (TeXbook, appendix G, rules 11 and 15)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..latex_tree import Node
from .box import Box, Rule, row, shifted, widened
from .delimiters import NULL_WIDTH, delimiter, grow
from .look import DISPLAY, SCRIPTSCRIPT, TEXT, Atom, Item, Look

if TYPE_CHECKING:
    from .setter import Setter

_FENCES = {"binom": "()", "dbinom": "()", "tbinom": "()", "\\choose": "()", "\\brack": "[]", "\\brace": ("\\{", "\\}")}
_NUMBER = re.compile(r"[\d.]+")
CONTINUED_STRUT = (0.84, 0.36)  # least height and depth of the parts of a \cfrac, ems
DELIMITER_SIZES = (2.39, 1.01)  # of binomials: in display style, else; ems


def set_fraction(setter: Setter, node: Node, look: Look) -> list[Item]:
    fences = node.parts[2:]
    own, thickness = _style(node, look)
    if thickness is None:
        thickness = own.length(setter.font, "FractionRuleThickness")
    box = _stack(setter, node, own, thickness)
    name = node.name.removeprefix("\\") if "binom" in node.name else node.name
    if name in _FENCES:
        fences = tuple(Node("symbol", node.at, node.at, node.at, mark) for mark in _FENCES[name])
    if fences:
        target = DELIMITER_SIZES[own.style != DISPLAY] * own.scale(setter.font)
        left, right = (delimiter(setter, fence, target, own) for fence in fences)
        box = row([left, box, right])
    else:
        box = widened(box, box.width + 2 * NULL_WIDTH)
    return [Atom("ord", box, tight=look.level > 0)]  # LaTeX puts braces around its fractions


def _style(node: Node, look: Look) -> tuple[Look, float | None]:
    """The style that a fraction is set in, and how thick its bar is (None: as the font says)."""
    name = node.name[1:]
    if name == "genfrac":
        thick, style = node.value.rsplit(",", 1)
        number = _NUMBER.match(thick)
        return look._replace(style=int(style)) if style in ("0", "1", "2", "3") else look, float(
            number[0]
        ) / 10 if number else None
    if name in ("dfrac", "dbinom", "cfrac"):
        look = look._replace(style=DISPLAY)
    if name in ("tfrac", "tbinom"):
        look = look._replace(style=TEXT)
    return look, None if name in ("frac", "dfrac", "tfrac", "cfrac", "over") else 0.0


def _stack(setter: Setter, node: Node, look: Look, thickness: float) -> Box:
    font, display = setter.font, look.style == DISPLAY
    if node.name == "\\cfrac":
        above, below = (row([setter.part(part, look), Box(0.0, *CONTINUED_STRUT)]) for part in node.parts[:2])
    else:
        above, below = setter.part(node.parts[0], look.numerator()), setter.part(node.parts[1], look.denominator())
    axis = look.length(font, "AxisHeight")
    shown = "DisplayStyle" if display else ""
    if thickness:
        up, down = (
            look.length(font, f"FractionNumerator{shown}ShiftUp"),
            look.length(font, f"FractionDenominator{shown}ShiftDown"),
        )
        gaps = (
            ("FractionNumDisplayStyleGapMin", "FractionDenomDisplayStyleGapMin")
            if display
            else ("FractionNumeratorGapMin", "FractionDenominatorGapMin")
        )
        up = max(up, axis + thickness / 2 + look.length(font, gaps[0]) + above.depth)
        down = max(down, below.height + look.length(font, gaps[1]) + thickness / 2 - axis)
    else:
        up, down = look.length(font, f"StackTop{shown}ShiftUp"), look.length(font, f"StackBottom{shown}ShiftDown")
        lack = look.length(font, f"Stack{shown}GapMin") - ((up - above.depth) - (below.height - down))
        if lack > 0:
            up, down = up + lack / 2, down + lack / 2
    width = max(above.width, below.width)
    whole = Box(width, up + above.height, down + below.depth)
    whole.put(0.0, up, widened(above, width))
    if thickness:
        whole.put(0.0, axis - thickness / 2, Rule(width, thickness, node.at))
    whole.put(0.0, -down, widened(below, width))
    return whole


def set_root(setter: Setter, node: Node, look: Look) -> list[Item]:
    font = setter.font
    body = setter.part(node.parts[0], look.cramp())
    gap = look.length(font, "RadicalDisplayStyleVerticalGap" if look.style == DISPLAY else "RadicalVerticalGap")
    bar = look.length(font, "RadicalRuleThickness")
    sign = grow(setter, "\u221a", body.total + gap + bar, look, node.at)
    gap += max(0.0, (sign.total - bar - body.total - gap) / 2)
    top = body.height + gap + bar
    sign = shifted(sign, top - sign.height)
    whole = Box(sign.width + body.width, top + look.length(font, "RadicalExtraAscender"), max(body.depth, sign.depth))
    whole.put(0.0, 0.0, sign)
    whole.put(sign.width, top - bar, Rule(body.width, bar, node.at))
    whole.put(sign.width, 0.0, body)
    if node.parts[1] is not None:
        whole = _with_degree(setter, whole, (sign, setter.part(node.parts[1], look._replace(style=SCRIPTSCRIPT))), look)
    return [Atom("ord", whole, tight=look.level > 0)]


def _with_degree(setter: Setter, root: Box, parts: tuple[Box, Box], look: Look) -> Box:
    sign, degree = parts
    before, after = (look.length(setter.font, f"RadicalKern{side}Degree") for side in ("Before", "After"))
    raised = setter.font.constants["RadicalDegreeBottomRaisePercent"] * sign.total - sign.depth
    left = max(0.0, before + degree.width + after)
    whole = Box(left + root.width, max(root.height, raised + degree.height), root.depth)
    whole.put(max(before, left - degree.width - after), raised, degree)
    whole.put(left, 0.0, root)
    return whole
