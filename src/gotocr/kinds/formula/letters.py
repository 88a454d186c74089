"""Letters, digits and spaces of a formula as items, with as much of their font as shows."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from . import spelling
from .item import Item

if TYPE_CHECKING:
    from ...draw.latex import Node

SPACES = {
    **dict.fromkeys([r"\,", r"\thinspace"], 0.167),
    **dict.fromkeys([r"\:", r"\>", r"\medspace"], 0.222),
    **dict.fromkeys([r"\;", r"\thickspace"], 0.278),
    **dict.fromkeys(["\\ ", "\\\n", "~", r"\space", r"\nobreakspace"], 0.333),
    **dict.fromkeys([r"\!", r"\negthinspace"], -0.167),
    **dict.fromkeys([r"\enspace", r"\enskip"], 0.5),
    r"\negmedspace": -0.222,
    r"\negthickspace": -0.278,
    r"\quad": 1.0,
    r"\qquad": 2.0,
    r"\hfill": 2.0,
}
_EMS = {"pt": 0.1, "em": 1.0, "ex": 0.43, "mu": 1 / 18, "cm": 2.85, "mm": 0.285, "in": 7.2, "pc": 1.2, "bp": 0.1, "sp": 0.0}
_LENGTH = re.compile(r"([-+]?[\d.]+)([a-z]{2})")
GREEK = frozenset("Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split())


@dataclass(frozen=True)
class Look:
    """The font letters are in; `prose` within text."""

    font: str = ""
    bold: bool = False
    prose: bool = False


def restyled(look: Look, name: str) -> Look:
    """The look behind a switch or in a font command."""
    if name in spelling.FONTS:
        return replace(look, font=spelling.FONTS[name])
    if name in spelling.BOLD:
        return replace(look, bold=True)
    return replace(look, bold=False) if name == r"\unboldmath" else look


def prose_items(mark: str | None, name: str, look: Look) -> list[Item]:
    """A character of running text."""
    if mark is None and name.startswith("\\"):
        from ...draw.latex import symbol

        found = symbol(name)
        mark = found.text if found else ""
    mark = mark or name
    return [Item(letter, "letter", look.font or "mathrm") for letter in mark if letter.isprintable() and letter not in "^~\\"]


def letter_item(text: str, look: Look) -> Item:
    """A letter, digit or Greek letter with as much of its look as shows."""
    font, bold = look.font, look.bold
    if text.isdigit() and bold and font in ("", "mathrm"):
        font, bold = "mathbf", False
    if font == "mathbf" or (bold and font == "mathrm"):
        font, bold = "mathbf", False
    if text[0] == "\\":
        known = text[1:] in GREEK
        font = font if known and font in ("mathbf",) else ""
        bold = bold or False
    if (text.isdigit() and font in ("mathrm", "textit", "mathsf")) or (font == "textit" and text.isalpha()):
        font = ""
    if font in ("mathbb", "mathfrak", "mathbf", "mathtt", "mathsf"):
        bold = False
    return Item(text, "letter", font, bold)


def space_items(node: Node, look: Look) -> list[Item]:
    if look.prose and node.name in (" ", "~", "\\ "):
        return [Item(" ", "letter", look.font or "mathrm")]
    if node.value:
        found = _LENGTH.fullmatch(node.value)
        upright = node.name in (r"\vspace", r"\vskip")
        width = (
            float(found[1].strip(".") or 0) * _EMS.get(found[2], 0.0)
            if found and found[1].count(".") < 2 and not upright
            else 0.0
        )
        return [Item("", "space", width=width)]
    return [Item("", "space", width=SPACES.get(node.name, 0.0))]
