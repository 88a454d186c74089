"""Cells with their truth and a look, as slots to lay out: style, alignment, fill and indent of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .cell import Placed
from .content import Content
from .look import Colour, Look
from .truth import NONE, Text, Truth

if TYPE_CHECKING:
    from ...draw.canvas import Canvas
    from ...draw.grid import Slot, Spacing
    from ...draw.style import Style

INDENT = 1.1  # of one level, in ems
_NUMBER = re.compile(r"[^\w.,]{0,3}\d[\d.,\s]*(?:[^\w]?\W{0,2}|[%)*†‡§ᵃᵇᶜ]{0,3}|\s?[A-Za-z%°]{1,3}|\s?[\(±+–-].{0,16})")
_SYMBOL = re.compile(r"[A-Za-zα-ω][²*]?|[pP][ -]values?")
_DECIMAL = re.compile(r"[^\d.]{0,3}\d[\d,]*(?:\.\d+)?[^\d.]{0,5}")


def slots_of(content: Content, truth: Truth, look: Look) -> list[Slot]:
    """A slot for each cell in the order of the truth."""
    from ...draw.grid import Slot

    numeric = _numeric_columns(content)
    heads = content.heads
    striped = look.stripe and not any(at.cell.rows > 1 for at in content.cells if at.row >= heads)
    styles: dict[tuple, Style] = {}
    found = []
    for at in content.cells:
        text = truth.cells[at.row][at.number]
        style = _style(content, at, look, styles)
        found.append(
            Slot(
                at.row,
                at.column,
                at.cell.rows,
                at.cell.columns,
                text.text,
                text.plain,
                text.format,
                truth.rooms[at.row][at.number],
                style,
                _align(content, at, look, numeric),
                look.head_valign if at.row < heads else look.valign,
                content.rows[at.row].indent * INDENT * look.size if at.column == 0 else 0.0,
                _fill(content, at, look, bool(striped)),
                look.turned and at.row == heads - 1 and at.column > 0 and at.cell.columns == 1 and len(at.cell.text) < 30,
                _formulas(text, look, style),
            )
        )
    return found


def spacing_of(look: Look, content: Content) -> Spacing:
    """The room around texts; where rules are typed, these have lines of their own."""
    from ...draw.grid import Spacing
    from ...draw.style import advances

    size, heads, rows = look.size, content.heads, len(content.rows)
    leading = round(look.leading * size) if look.snap else look.leading * size
    side, above, extra = look.side * size, look.above * size, {}
    if look.typed:
        side, above = 1.5 * float(advances("-", style_of(look))[0]), leading / 2 * look.all_level
        for line in () if look.all_level else {0, heads, rows}:
            for row, place in ((line, 0), (line - 1, 1)):
                more = list(extra.get(row, (0.0, 0.0)))
                more[place] = leading / 2
                extra[row] = tuple(more)
    elif look.gap and 0 < heads < rows:
        extra = {heads: (look.gap * size, 0.0)}
    return Spacing(leading, side, above, look.widest * size, look.stretch, look.snap, extra)


def style_of(look: Look, bold: bool = False, italic: bool = False, colour: Colour | None = None, scale: float = 1.0) -> Style:
    """The letters of a look."""
    from ...draw.style import Style

    face = look.faces[1] if bold else look.faces[2] if italic else look.faces[0]
    slant = 0.2 if italic and (bold or look.made[1]) else 0.0
    return Style(face.path, look.size * scale, colour or look.ink, slant=slant, bold=bold and look.made[0])


def _style(content: Content, at: Placed, look: Look, styles: dict[tuple, Style]) -> Style:
    role, head, stub = content.rows[at.row].role, at.row < content.heads, content.stub and at.column == 0
    bold = head and look.head_bold or role == "section" and look.section_bold or role == "total" and look.section_bold
    bold = bold or stub and look.stub_bold or (at.row, at.number) in content.strong
    italic = (
        head
        and (look.head_italic or look.symbols and bool(_SYMBOL.fullmatch(at.cell.text)))
        or stub
        and not head
        and look.stub_italic
    )
    key = (bool(bold), bool(italic), look.head_ink if head else None)
    if key not in styles:
        styles[key] = style_of(look, *key)
    return styles[key]


def _align(content: Content, at: Placed, look: Look, numeric: set[int]) -> str:
    head, role = at.row < content.heads, content.rows[at.row].role
    if at.cell.columns > 1:
        if role == "section":
            return "center" if look.section_center else "left"
        ruled = look.all_upright or head and look.group_rules
        return "center" if not ruled or look.heads != "left" else "left"
    own = look.numbers if at.column in numeric else look.texts if at.column == 0 or look.texts == "center" else "left"
    if head and look.heads != "same":
        return "left" if at.column == 0 and content.stub else look.heads
    if own == "decimal" and (head or look.typed or not _DECIMAL.fullmatch(at.cell.text)):
        return "center"
    return own


def _numeric_columns(content: Content) -> set[int]:
    """Columns most of whose texts are numbers, the one that names the rows aside."""
    counts: dict[int, list[int]] = {}
    for at in content.cells:
        if at.row >= content.heads and at.cell.columns == 1 and at.cell.text:
            both = counts.setdefault(at.column, [0, 0])
            both[0] += bool(_NUMBER.fullmatch(at.cell.text))
            both[1] += 1
    return {column for column, (numbers, texts) in counts.items() if numbers > 0.6 * texts and (column or not content.stub)}


def _fill(content: Content, at: Placed, look: Look, striped: bool) -> Colour | None:
    role = content.rows[at.row].role
    if role == "head" and look.head_fill:
        return look.head_fill
    if role == "section" and look.section_fill:
        return look.section_fill
    if role == "total" and look.total_fill:
        return look.total_fill
    if role != "head" and at.column == 0 and look.stub_fill:
        return look.stub_fill
    return look.stripe if striped and role != "head" and (at.row - content.heads) % 2 else None


class _Formula:
    """A set formula as a slot holds it."""

    def __init__(self, latex: str, look: Look, colour: Colour) -> None:
        from ...draw.math.font import math_font
        from ...draw.math.formula import set_formula

        self._made, self._colour = set_formula(latex, math_font(look.math or None), look.size, display=False), colour
        _, top, _, bottom = self._made.ink()
        self.width, self.ascent, self.descent = self._made.width, max(-top, 0.0), max(bottom, 0.0)

    def paint(self, canvas: Canvas, at: tuple[float, float], plain: int, format: int) -> None:
        """Draw it; `format` is where its `$` stands, which gets the room of the formula."""
        from ...draw.math.formula import paint

        canvas.area((at[0], at[1] - self.ascent, at[0] + self.width, at[1] + self.descent), format=format)
        paint(self._made, canvas, at, self._colour, plain, format + 1)


def _formulas(text: Text, look: Look, style: Style) -> Mapping[int, _Formula]:
    return {place: _Formula(latex, look, style.colour) for place, latex in text.formulas.items()} if text.formulas else NONE
