"""Invented tables: rows named and grouped, columns of values under heads of up to three levels, sections, totals, notes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from .cell import Cell
from .content import Content, Row
from .values import DAYS, MONTHS, Column, Values

if TYPE_CHECKING:
    import numpy as np

    from ...draw.supply import Supply

_WORD = re.compile(r"[^\W_][\w'’-]*[^\W_]|[^\W_]")
NOTE_MARKS = ("*†‡§", "ᵃᵇᶜᵈᵉ", "¹²³⁴⁵", ("(1)", "(2)", "(3)", "(4)"))


def vocabulary(rng: np.random.Generator, supply: Supply) -> tuple[Callable[[int, int], str], bool]:
    """A maker of labels of so many words (least, most), and whether its language has decimal commas."""
    latin = supply.items("text_latin") if rng.random() < 0.2 else ()
    text = latin[int(rng.integers(len(latin)))] if latin else supply.corpus.passage(rng, 700)
    found = [word for word in _WORD.findall(text) if len(word) < 18] or ["item"]

    def words(least: int, most: int) -> str:
        count = int(rng.integers(least, most + 1))
        at = int(rng.integers(max(len(found) - count, 1)))
        label = " ".join(found[at : at + count])
        return label[:1].upper() + label[1:] if rng.random() < 0.85 else label

    return words, bool(latin) and rng.random() < 0.7


def invent(rng: np.random.Generator, supply: Supply, most: tuple[int, int]) -> Content:
    """A table of at most so many (rows, columns)."""
    words, comma = vocabulary(rng, supply)
    values = Values(rng, supply, words, comma)
    heads, columns = _heads(values, max(most[1] - 1, 1))
    body = _body(values, columns, max(most[0] - len(heads), 1))
    content = Content((*heads, *body), strong=_best(values, heads, body))
    if rng.random() < 0.22:
        content = _annotated(values, content)
    if rng.random() < 0.3:
        content = Content(content.rows, _caption(values), content.notes, content.stub, content.strong)
    return content


def _heads(values: Values, most: int) -> tuple[list[Row], list[Column]]:
    """The rows of the head and the columns under it."""
    rng = values.rng
    corner = values.pick(
        ["", "", values.words(1, 2), values.words(1, 3), "Variable", "Item", "Name", "Parameter", "Year", "Method"]
    )
    grouped = most >= 4 and rng.random() < 0.38
    if not grouped:
        count = int(rng.integers(1, min(most, 9) + 1))
        alike = rng.random() < 0.45
        columns = _alike(values, count) if alike else [values.column(numeric=rng.random() < 0.5) for _ in range(count)]
        return [Row((Cell(corner), *(Cell(column.heading) for column in columns)), "head")], columns
    each = int(rng.integers(2, 4))
    groups = int(rng.integers(2, max(min(most // each, 4), 2) + 1))
    inner = _alike(values, each) if rng.random() < 0.3 else [values.column(numeric=True) for _ in range(each)]
    alone = [values.column() for _ in range(int(rng.integers(0, max(min(2, most - each * groups), 0) + 1)))]
    names = _names(values, groups)
    first = [Cell(corner, 1, 2), *(Cell(name, each) for name in names), *(Cell(column.heading, 1, 2) for column in alone)]
    second = [Cell(column.heading) for _ in names for column in inner]
    rows = [Row(tuple(first), "head"), Row(tuple(second), "head")]
    if rng.random() < 0.2:
        rows[0] = rows[0]._replace(
            cells=(Cell(corner, 1, 3), *first[1 : groups + 1], *(Cell(column.heading, 1, 3) for column in alone))
        )
        top = [Cell("", 1, 1), Cell(values.words(1, 4), each * groups), *(Cell("") for _ in alone)]
        lower = [cell._replace(rows=2) if cell.rows > 1 else cell for cell in first]
        rows = [Row(tuple(top), "head"), Row(tuple(lower), "head"), rows[1]]
    return rows, [*inner * groups, *alone]


def _alike(values: Values, count: int) -> list[Column]:
    """Columns of one sort: years, months, places."""
    make = values.column(numeric=True).make
    return [Column(name, make) for name in _names(values, count)]


def _names(values: Values, count: int) -> list[str]:
    rng = values.rng
    year, sort = int(rng.integers(1960, 2027 - count)), int(rng.integers(9))
    if sort < 3:
        years = [str(year + at) for at in range(count)]
        return years[::-1] if sort == 1 else years
    if sort == 3:
        months = [MONTHS[(at + year) % 12] for at in range(count)]
        return months if count < 5 else [month[:3] for month in months]
    if sort == 4:
        return [f"Q{at % 4 + 1}" if count <= 4 else f"Q{at % 4 + 1} {year + at // 4}" for at in range(count)]
    if sort == 5:
        total = [int(rng.integers(10, 600)) for _ in range(count)]
        return [f"{values.words(1, 1)} (n = {number})" for number in total]
    if sort == 6:
        return [f"{values.pick(['Group', 'Model', 'Level', 'Phase', 'Class'])} {letter}" for letter in "ABCDEFGHIJKL"[:count]]
    return [values.words(1, 2) for _ in range(count)]


def _body(values: Values, columns: list[Column], most: int) -> list[Row]:
    rng = values.rng
    count = int(min(rng.geometric(0.09) + 1, most))
    name, rows = _row_names(values), []
    gaps = values.pick([0.0, 0.0, 0.0, 0.04, 0.25])
    missing = values.pick(["", "", "–", "—", "n/a", "-", "N/A", "ND", "…", "."])

    def cells() -> list[Cell]:
        return [Cell(missing if rng.random() < gaps else column.make()) for column in columns]

    form = float(rng.random())
    if form < 0.14 and count > 3:
        return _spanned(values, columns, count)
    while len(rows) < count:
        if form < 0.3 and count > 4:  # sections of indented rows
            size = int(rng.integers(2, 6))
            title, wide = name(), rng.random() < 0.5
            rows.append(Row((Cell(title, len(columns) + 1),) if wide else (Cell(title), *(Cell("") for _ in columns)), "section"))
            rows += [Row((Cell(name()), *cells()), "body", int(not wide)) for _ in range(size)]
        else:
            rows.append(Row((Cell(name()), *cells())))
    rows = rows[: max(count, 1)]
    if rows[-1].role == "section":
        rows.pop()
    if rng.random() < 0.2 and len(rows) > 2:
        rows[-1] = Row((Cell(values.pick(["Total", "Total", "All", "Mean", "Sum", "Overall", "Average"])), *cells()), "total")
    return rows or [Row((Cell(name()), *cells()))]


def _spanned(values: Values, columns: list[Column], count: int) -> list[Row]:
    """Rows in groups whose name spans them; then the second column names the rows."""
    rows: list[Row] = []
    name = _row_names(values)
    inner = [values.words(1, 2) for _ in range(int(values.rng.integers(2, 5)))]
    same = values.rng.random() < 0.6
    while len(rows) < count:
        size = len(inner) if same else int(values.rng.integers(1, 5))
        title = name()
        for at in range(size):
            first = [Cell(title, 1, size)] if at == 0 else []
            second = inner[at] if same else name()
            cells = [Cell(column.make()) for column in columns[1:]]
            rows.append(Row((*first, *([Cell(second)] if len(columns) else []), *cells)))
    return rows


def _row_names(values: Values) -> Callable[[], str]:
    rng, sort = values.rng, int(values.rng.integers(12))
    length = values.pick([1, 2, 3, 3, 5, 9])
    start, step = int(rng.integers(1900, 2015)), 0

    def count_up(names) -> Callable[[], str]:
        def name() -> str:
            nonlocal step
            step += 1
            return names(step - 1)

        return name

    if sort == 0:
        return count_up(lambda at: str(start + at))
    if sort == 1:
        return count_up(lambda at: str(at + 1))
    if sort == 2:
        return count_up(lambda at: MONTHS[at % 12])
    if sort == 3:
        low, width = int(rng.integers(0, 20)), int(rng.integers(4, 15))
        return count_up(lambda at: f"{low + at * width}–{low + (at + 1) * width - 1}")
    if sort == 4:
        return values.name().make
    if sort == 5:
        return count_up(lambda at: f"{at + 1}. {values.words(1, length)}")
    if sort == 6:
        units = ["mm", "kg", "%", "years", "mmHg", "g/L", "€", "n", "kg/m²", "US$", "°C", "μg"]
        return lambda: f"{values.words(1, length)} ({values.pick(units)})"
    if sort == 7:
        return count_up(lambda at: DAYS[at % 7])
    return lambda: values.words(1, length)


def _best(values: Values, heads: list[Row], body: list[Row]) -> frozenset[tuple[int, int]]:
    """Now and then the best value of some columns, to be set in bold."""
    if values.rng.random() > 0.15:
        return frozenset()
    longest = max(len(row.cells) for row in body)
    full = [number for number, row in enumerate(body) if row.role == "body" and len(row.cells) == longest]
    return frozenset((len(heads) + values.pick(full), index) for index in range(1, longest) if full and values.rng.random() < 0.8)


def _annotated(values: Values, content: Content) -> Content:
    """Marks behind some texts, and the notes they point at."""
    marks = values.pick(NOTE_MARKS)[: int(values.rng.integers(1, 4))]
    places = [(row, index) for row, line in enumerate(content.rows) for index, cell in enumerate(line.cells) if cell.text]
    rows, notes = list(content.rows), []
    for mark in marks:
        row, index = values.pick(places)
        cells = list(rows[row].cells)
        between = " " if mark[0] == "(" else ""
        cells[index] = cells[index]._replace(text=f"{cells[index].text}{between}{mark}")
        rows[row] = rows[row]._replace(cells=tuple(cells))
        notes.append(f"{mark}{values.pick(['', ' '])}{values.words(3, 14)}.")
    if values.rng.random() < 0.3:
        notes.append(f"{values.pick(['Source', 'Note', 'Notes', 'Abbreviations'])}: {values.words(3, 14)}.")
    return Content(tuple(rows), content.caption, tuple(notes), content.stub, content.strong)


def _caption(values: Values) -> str:
    number = int(values.rng.integers(1, 30))
    head = values.pick(
        [
            f"Table {number}. ",
            f"Table {number}: ",
            f"TABLE {number} ",
            f"Tab. {number}: ",
            f"Table {number}.{number % 7 + 1} ",
            "",
            "",
        ]
    )
    return head + values.words(2, 12) + values.pick(["", "."])
