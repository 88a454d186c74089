"""How a drawn table looks: its fonts, colours, rules, fills and spacing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...draw.fonts import Face

Colour = tuple[int, int, int]
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


@dataclass(frozen=True)
class Look:
    """Sizes in ems of `size` pixels.

    Rules: `frame` is "none", "level" (above and below) or "box"; `level` and `upright` are "none", "all" or "groups", which is
    around cells that reach over rows, and beside the first column.
    """

    name: str
    size: float
    faces: tuple[Face, Face, Face]  # upright, bold, italic
    made: tuple[bool, bool] = (False, False)  # whether bold and italic are made from the upright face
    math: str = ""  # the font of formulas; empty = the one that comes along
    ink: Colour = BLACK
    paper: Colour = WHITE
    rule: Colour = BLACK
    light: float = 0.05  # width of rules
    heavy: float = 0.08  # of the frame and of the rule under the head
    frame: str = "level"
    level: str = "none"
    upright: str = "none"
    head_rule: bool = True
    group_rules: bool = True  # under headings that reach over columns
    dash: bool = False
    double: bool = False  # the rule over the last total
    head_bold: bool = True
    head_italic: bool = False
    stub_bold: bool = False
    stub_italic: bool = False
    head_ink: Colour | None = None
    head_fill: Colour | None = None
    stub_fill: Colour | None = None
    stripe: Colour | None = None
    section_fill: Colour | None = None
    total_fill: Colour | None = None
    section_bold: bool = True
    section_center: bool = False
    numbers: str = "center"  # alignment of columns of numbers
    texts: str = "left"
    heads: str = "same"  # of headings: "same" as their column, "center", "left"
    valign: str = "middle"
    head_valign: str = "middle"
    symbols: bool = False  # single letters in the head are slanted, as p and n are
    gap: float = 0.0  # more room under the rule of the head
    stub_rule: float = 0.0  # width of the rule beside the first column; 0 = as the others
    typed: bool = False  # rules are typed with hyphens and bars
    leading: float = 1.2
    side: float = 0.5
    above: float = 0.15
    widest: float = 18.0
    stretch: float = 1.0
    snap: bool = False
    turned: bool = False  # headings of columns are written upwards
    leaders: bool = False  # dots from the first column to the values
    margin: float = 0.5
    corner: float = 0.0  # radius of the frame
    shadow: bool = False

    @property
    def all_level(self) -> bool:
        return self.level == "all"

    @property
    def all_upright(self) -> bool:
        return self.upright == "all"
