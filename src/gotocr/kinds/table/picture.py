"""Draw a table: what it says, how it looks, and a layout that fits the room there is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...errors import InputError
from ...schema import Sample
from .cell import Cell
from .content import Content, Row, crop, settle, visible
from .drawing import CAPTION_GAP, Drawing, beside_of, draw, margin_of
from .look import Look
from .styles import choose
from .truth import write

if TYPE_CHECKING:
    import numpy as np

    from ...draw.supply import Supply

SMALLEST = 6.3  # font size in pixels below which nobody reads
TRIED, FITS = 8, 12  # how many tables are tried, how often one is made smaller
MOST_ROWS, MOST_COLUMNS = 40, 14


def sample(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """A table of the corpus or an invented one, in a look by chance, with HTML as its truth (see `truth`).

    Where the room is too small the table loses columns and rows; InputError where not even one cell fits. A picture of its own may have a caption and notes, which are
    in the truth as paragraphs; an inset has none.
    """
    for tried in range(TRIED + 1):
        content = _content(rng, supply) if tried < TRIED else Content((Row((Cell("1"),)),))
        if em:
            content = replace(content, caption="", notes=())
        text = "".join([*(cell.text for row in content.rows for cell in row.cells), content.caption, *content.notes])
        drawing = _fit(content, choose(rng, supply, content, em, text), room, em, last=tried == TRIED)
        if drawing:
            return draw(rng, drawing, em)
    raise InputError(f"no table fits into {room[0]} x {room[1]} pixels; give it more room")


def _content(rng: np.random.Generator, supply: Supply) -> Content:
    from . import collected, invented, special

    share, found = rng.random(), None
    if share < 0.42:
        found = collected.from_corpus(rng, supply)
    elif share < 0.5:
        found = collected.from_chart(rng, supply)
    elif share < 0.68:
        found = special.special(rng, supply)
    if found is None:
        found = invented.invent(rng, supply, (int(rng.integers(3, 30)), int(rng.integers(2, 11))))
    if share < 0.5 and rng.random() < 0.75:
        found = replace(found, caption="")
    found = settle(crop(found, MOST_ROWS, MOST_COLUMNS))
    return found or settle(invented.invent(rng, supply, (12, 5)))


def _fit(content: Content, look: Look, room: tuple[int, int], em: float | None, last: bool = False) -> Drawing | None:
    """The table laid out in the room, with a smaller font, then without its last columns and rows if need be."""
    from ...draw.grid import lay_out
    from .slots import slots_of, spacing_of

    content = _roughly(content, look, room) if em or look.size * 0.8 <= SMALLEST else content
    for _ in range(FITS * (4 if last else 1)):
        edge = 2 * margin_of(look) + 1
        high, wide = room[0] - edge - (CAPTION_GAP * look.size if content.caption else 0), room[1] - edge
        if look.typed and any(at.cell.rows > 1 or at.cell.columns > 1 for at in content.cells):
            look = replace(look, typed=False)
        groups = look.level == "groups" or look.valign == "middle"
        shown = visible(content, look.all_level, look.all_upright, groups, look.section_center)
        truth = write(shown)
        try:
            slots = slots_of(shown, truth, look)
        except InputError:  # a formula that cannot be set
            return None
        table = lay_out(slots, spacing_of(look, shown), (high, wide))
        beside = beside_of(truth, look, table, wide) if table else None
        above = sum(float(part.ys[-1]) for part in [beside[0], *beside[1]] if part) if beside else 0.0
        if table and beside and table.ys[-1] + above <= high:
            return Drawing(shown, truth, look, table, *beside)
        if last or em is None and look.size * 0.8 > SMALLEST:
            look = replace(look, size=look.size * 0.8, margin=0.0 if last else look.margin)
        elif table is None:
            if content.columns < 3:
                return None
            content = crop(content, len(content.rows), max(int(content.columns * 0.75), 1))
        else:
            fitting = sum(1 for y in table.ys[1:] if y + above <= high)
            if fitting < content.heads + 1:
                return None
            content = crop(content, fitting, content.columns)
    return None


def _roughly(content: Content, look: Look, room: tuple[int, int]) -> Content:
    """The part of a table that may fit by the length of its longest words, before anything is measured."""
    least = [2 * look.side] * content.columns
    for at in content.cells:
        if at.cell.columns == 1 and at.cell.text:
            longest = max(map(len, at.cell.text.split(" ")))
            least[at.column] = max(least[at.column], 2 * look.side + 0.42 * min(longest, 14))
    wide, fitting = 0.0, 0
    for width in least:
        wide += width * look.size
        fitting += wide <= room[1]
    rows = int(room[0] / (look.size * (look.leading + 2 * look.above)))
    return crop(content, max(rows, content.heads + 1), max(fitting, 1))
