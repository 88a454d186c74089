"""From cells as LaTeX has them, with blanks under what spans rows, to cells as HTML has them, on a rectangle."""

from __future__ import annotations

from dataclasses import dataclass

from .cell import MOST_COLUMNS, Cell

MOST_LOOKS = 1_000_000  # at cells in the way of others: nobody writes a table that needs more, and spans behind are 1


@dataclass
class Slot:
    """A cell and the column it starts in, as LaTeX counts; `rows` below 0: it reaches upwards."""

    column: int
    cell: Cell

    @property
    def end(self) -> int:
        return self.column + self.cell.columns

    @property
    def blank(self) -> bool:
        return not self.cell.text and -1 <= self.cell.rows <= 1


@dataclass
class Reach:
    """A cell that reaches down into the rows below: its row, its columns, how many rows are still to come."""

    slot: Slot
    row: int
    left: int


def lay_out(lines: list[list[Cell]], columns: int | None = None) -> list[list[Cell]]:
    """The cells of HTML for rows of cells of LaTeX, `columns` being what the table announces.

    Blanks that a cell with several rows covers are left away. A cell reaches no further than to text that stands in its way
    and to the last row. Rows that are short get blank cells, as LaTeX leaves them blank.
    """
    rows = [_slots(line) for line in lines]
    most = max((row[-1].end for row in rows if row), default=0)
    if any(slot.cell.rows != 1 for row in rows for slot in row):
        if most <= MOST_COLUMNS:
            _turn_upwards(rows)
            _cover(rows, most if columns is None else max(columns, 1))
        else:
            for row in rows:
                for slot in row:
                    slot.cell = slot.cell._replace(rows=1)
    table = [[slot.cell for slot in row] for row in rows]
    _fill(table, columns)
    return table


def _slots(line: list[Cell]) -> list[Slot]:
    slots, column = [], 0
    for cell in line:
        slots.append(Slot(column, cell))
        column += cell.columns
    return slots


def _within(row: list[Slot], first: int, last: int) -> list[Slot]:
    return [slot for slot in row if slot.column < last and slot.end > first]


def _turn_upwards(rows: list[list[Slot]]) -> None:
    """A cell that reaches upwards over blanks changes places with the highest of them."""
    looks = 0
    for number, row in enumerate(rows):
        for slot in [slot for slot in row if slot.cell.rows < 0]:
            wanted, high = -slot.cell.rows, 1
            while high < wanted and number - high >= 0 and looks < MOST_LOOKS:
                looks += len(rows[number - high]) + 1
                up = rows[number - high]
                while not up or up[-1].end < slot.end:  # a short row is blank there
                    up.append(Slot(up[-1].end if up else 0, Cell("", head=bool(up) and up[0].cell.head)))
                above = _within(up, slot.column, slot.end)
                if any(not other.blank or other.column < slot.column or other.end > slot.end for other in above):
                    break
                high += 1
            cell = slot.cell
            slot.cell = cell._replace(rows=1)
            if high > 1:
                top = rows[number - high + 1]
                slot.cell = Cell("", cell.columns, 1, cell.head)
                at = next(n for n, other in enumerate(top) if other.end > slot.column)
                rows[number - high + 1] = [other for other in top if other.end <= slot.column or other.column >= slot.end]
                rows[number - high + 1].insert(at, Slot(slot.column, cell._replace(rows=high)))


def _cover(rows: list[list[Slot]], most: int) -> None:
    """Take away the blanks under cells that reach down, and end those that cannot reach as far as they say."""
    reaching: list[Reach] = []
    looks = 0
    for number, row in enumerate(rows):
        looks += len(reaching)
        if looks > MOST_LOOKS:
            _end(reaching, rows, number)
            return
        wide = sum(slot.cell.columns for slot in row)
        covered = sum(reach.slot.cell.columns for reach in reaching)
        if reaching:
            omitted = wide + covered <= most and any(
                not slot.blank for reach in reaching for slot in _within(row, reach.slot.column, reach.slot.end)
            )
            if omitted:
                _shift(row, reaching)
            else:
                row = rows[number] = _without_covered(row, reaching, number)
        for reach in reaching:
            reach.left -= 1
        reaching = [reach for reach in reaching if reach.left > 0]
        for slot in row:
            if slot.cell.rows > 1:
                slot.cell = slot.cell._replace(rows=min(slot.cell.rows, len(rows) - number))
                if slot.cell.rows > 1:
                    reaching.append(Reach(slot, number, slot.cell.rows - 1))


def _end(reaching: list[Reach], rows: list[list[Slot]], number: int) -> None:
    """Nothing reaches into row `number` or beyond."""
    for reach in reaching:
        reach.slot.cell = reach.slot.cell._replace(rows=number - reach.row)
    for row in rows[number:]:
        for slot in row:
            slot.cell = slot.cell._replace(rows=1)


def _shift(row: list[Slot], reaching: list[Reach]) -> None:
    """The blanks were not written: the cells stand in the columns that are free, as in HTML."""
    taken = sorted((reach.slot.column, reach.slot.end) for reach in reaching)
    column = 0
    for slot in row:
        while taken and taken[0][0] <= column:
            column = max(column, taken.pop(0)[1])
        slot.column = column
        column = slot.end


def _without_covered(row: list[Slot], reaching: list[Reach], number: int) -> list[Slot]:
    gone: set[int] = set()
    for reach in list(reaching):
        first, last = reach.slot.column, reach.slot.end
        parts: list[Slot] = []
        for slot in row:
            wide = slot.blank and slot.cell.columns > 1 and slot.column < last and slot.end > first
            if wide and (slot.column < first or slot.end > last):
                parts += [Slot(column, Cell("", head=slot.cell.head)) for column in range(slot.column, slot.end)]
            else:
                parts.append(slot)
        row = parts
        inside = [slot for slot in _within(row, first, last) if id(slot) not in gone]
        if all(slot.blank for slot in inside):
            gone |= {id(slot) for slot in inside}
        else:
            reach.slot.cell = reach.slot.cell._replace(rows=number - reach.row)
            reaching.remove(reach)
    return [slot for slot in row if id(slot) not in gone]


def _fill(table: list[list[Cell]], columns: int | None) -> None:
    """Blank cells at the end of rows that are shorter than the others."""
    from .cell import widths

    wide = widths(table)
    most = max(wide, default=0)
    aim = most if columns is None else min(columns, most)
    missing = sum(max(aim - width, 0) for width in wide)
    if missing > 10 * sum(map(len, table)) + 1000:
        return
    for row, width in zip(table, wide, strict=True):
        if width < aim:
            row += [Cell("", head=bool(row) and row[0].head)] * (aim - width)
