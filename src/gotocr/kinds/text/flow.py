"""Paragraphs flowing through columns from top to bottom, column by column, until the last is full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .letters import Letters, break_rows
from .sheet import PARAGRAPH, Marks, Sheet

ASCENT = 0.8  # baseline below the top of a line whose leading is its size, in ems
LOOSEST = 1.3  # most a justified line's spaces grow, in ems: beyond it the line stays ragged


@dataclass(frozen=True)
class Column:
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Setting:
    """How a paragraph is set; lengths in pixels."""

    leading: float
    align: str = "left"  # justify, centre, right
    indents: tuple[float, ...] = ()  # of the first lines, in place of `left`
    left: float = 0.0
    right: float = 0.0
    before: float = 0.0
    after: float = 0.0
    hyphens: bool = False
    whole: bool = False  # not to be parted over columns

    def indent(self, number: int) -> float:
        return self.indents[number] if number < len(self.indents) else self.left


class Flow:
    """A place on a sheet that moves down its columns; `full` when nothing more fits."""

    def __init__(self, sheet: Sheet, columns: Sequence[Column]) -> None:
        self.sheet, self._columns = sheet, list(columns)
        self._number, self.y = 0, columns[0].top
        self.full = False
        self.lowest = columns[0].top  # how far down anything was written

    @property
    def column(self) -> Column:
        return self._columns[self._number]

    @property
    def width(self) -> float:
        return self.column.right - self.column.left

    @property
    def left_over(self) -> float:
        """Pixels below, in this column."""
        return self.column.bottom - self.y

    def turn(self) -> bool:
        """Go on in the next column; False, and full, when there is none."""
        if self._number + 1 >= len(self._columns):
            self.full = True
            return False
        self._number += 1
        self.y = self.column.top
        return True

    def skip(self, height: float) -> None:
        """Leave room, except at the top of a column."""
        if self.y > self.column.top:
            self.y += height

    def add(self, letters: Letters, setting: Setting, marks: Marks = PARAGRAPH) -> bool:
        """Write a paragraph, as much of it as there is room for; False when nothing could be written."""
        if self.full or not letters.text.strip():
            return False
        width = self.width
        rows = break_rows(letters, lambda number: max(width - setting.indent(number) - setting.right, 1.0), setting.hyphens)
        self.skip(setting.before)
        if setting.whole and len(rows) * setting.leading > self.left_over and not self.turn():
            return False
        places, done = [], 0
        size = letters.size
        while done < len(rows):
            if self.y + setting.leading > self.column.bottom + 0.5 and not self.turn():
                break
            row = rows[done]
            x, extra = self._across(letters, row, setting, done, last=done + 1 == len(rows))
            places.append((x, self.y + (setting.leading - size) / 2 + ASCENT * size, extra))
            self.y += setting.leading
            done += 1
        if not done:
            return False
        self.lowest = max(self.lowest, self.y)
        self.sheet.write(letters, rows[:done], places, marks)
        self.y += setting.after
        return True

    def _across(self, letters: Letters, row, setting: Setting, number: int, last: bool) -> tuple[float, float]:
        """Where a row starts, and what is added to each of its spaces."""
        left = self.column.left + setting.indent(number)
        spare = self.column.right - setting.right - left - float(letters.ends[row.stop] - letters.ends[row.start])
        if row.hyphen:
            spare -= letters.size / 3
        if setting.align == "centre":
            return left + max(spare, 0.0) / 2, 0.0
        if setting.align == "right":
            return left + max(spare, 0.0), 0.0
        if setting.align == "justify" and not (row.forced or last):
            gaps = letters.text.count(" ", row.start, row.stop)
            if gaps and 0 < spare < LOOSEST * letters.size * gaps:
                return left, spare / gaps
        return left, 0.0
