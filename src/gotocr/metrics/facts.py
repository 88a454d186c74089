"""Facts about a page that a reading states or does not: single checks that pass or fail, in the manner of olmOCR-bench.

Source: Poznanski et al. 2025, "olmOCR", arXiv 2502.18443, section 4, and `olmocr/bench/tests.py` of its program, whose limits
and comparisons are kept to the letter so that counts can be compared. Text is compared as `plain_text` gives it; `max_diffs`
is how many letters may differ. Where formulas stand is compared in `layout`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from .fuzzy import near_matches, partial_ratio, ratio

_MARKS = (  # of Markdown and HTML: what matches is replaced
    (re.compile(r"<br/?>"), " "),
    (re.compile(r"\*\*(.*?)\*\*"), r"\1"),
    (re.compile(r"__(.*?)__"), r"\1"),
    (re.compile(r"</?[bi]>"), ""),
    (re.compile(r"(\*\*|__)(.*?)\1"), r"\2"),  # what the tags were between
    (re.compile(r"([*_])(.*?)\1"), r"\2"),
    (re.compile(r"\s+"), " "),
)
_ONE_WAY = str.maketrans(  # quotation marks, dashes and the micro sign are written in one way
    {**dict.fromkeys("‘’‚", "'"), **dict.fromkeys("“”„", '"'), **dict.fromkeys("–—‑‒−", "-"), "＿": "_", "µ": "μ"}
)
_STRANGE = re.compile(  # in documents of Latin script: Chinese, Japanese, pictograms, flags
    "[\u4e00-\u9fff\u3040-\u309f\u30a0-\u30ff\U0001f600-\U0001f64f\U0001f300-\U0001f5ff\U0001f680-\U0001f6ff\U0001f1e0-\U0001f1ff]"
)
_IMAGE = re.compile(r"!\[[^\]\n]{0,2000}\]\([^)\n]{0,2000}\)")
LONGEST_RUN = 5  # letters that may repeat
LEAST_ALIKE = 0.5  # of cells, however many letters may differ


@lru_cache(maxsize=32)
def plain_text(text: str) -> str:
    """Text without bold and italic marks, NFC, with plain quotation marks and dashes, every run of white space one space."""
    for pattern, replacement in _MARKS:
        text = pattern.sub(replacement, text)
    return unicodedata.normalize("NFC", text).translate(_ONE_WAY)


@dataclass(frozen=True)
class Wanted:
    """A text to be found, in the first or last so many characters of a page (in both, where both are given)."""

    text: str
    max_diffs: int = 0
    case_sensitive: bool = True
    first_n: int | None = None
    last_n: int | None = None


def is_present(reading: str, wanted: Wanted) -> bool:
    """Whether some stretch of the reading is as much like the text as `max_diffs` of its letters allow (`partial_ratio`).

    A text is absent where it is not present; a reading too short to hold it does not.
    """
    page, text = plain_text(reading), plain_text(wanted.text)
    if not wanted.case_sensitive:
        page, text = page.lower(), text.lower()
    first, last = wanted.first_n, wanted.last_n
    if first or last:
        page = (page[:first] if first else "") + (page[-last:] if last else "")
    if len(page) < len(text) - wanted.max_diffs:
        return False
    least = _least(text, wanted.max_diffs)
    return partial_ratio(text, page, 100 * least - 1e-9) / 100 >= least


def _least(text: str, max_diffs: int) -> float:
    return 1.0 - max_diffs / max(len(text), 1)


def is_in_order(reading: str, before: str, after: str, max_diffs: int = 0) -> bool:
    """Whether one text begins somewhere before the other; both may be up to `max_diffs` edits away from what is written."""
    page = plain_text(reading)
    first = near_matches(plain_text(before), page, max_diffs)
    second = near_matches(plain_text(after), page, max_diffs) if first else []
    return bool(second) and first[0].start < second[-1].start


def is_blank(reading: str, most: int = 0, images: bool = True) -> bool:
    """Whether there are no more than `most` letters and digits; those of the images' descriptions count unless told not to."""
    return sum(map(str.isalnum, reading if images else _IMAGE.sub("", reading))) <= most


def is_sound(reading: str, max_repeats: int = 30, latin: bool = True) -> bool:
    """Whether there is text, that does not end in one to five letters repeated over and over, of a Latin script if asked."""
    if is_blank(reading) or max(repeats(reading)) > max_repeats:
        return False
    return not (latin and _STRANGE.search(reading))


def repeats(text: str) -> list[int]:
    """For each size from one to LONGEST_RUN: how often the last so many characters stand one after another at the end."""
    text, found = " ".join(re.split(r"\s+", text)), []
    for size in range(1, LONGEST_RUN + 1):
        end, run = len(text), text[-size:]
        while size <= end and text[end - size : end] == run:
            end -= size
        found.append((len(text) - end) // size)
    return found


class GridCell(NamedTuple):
    """A cell of a table and the rows and columns it covers, the last ones exclusive."""

    text: str
    head: bool  # marked as a heading
    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Grid:
    """A table with its spans laid out: `places[row][column]` is the number of the cell that covers it, -1 for none."""

    cells: Sequence[GridCell]
    places: Sequence[Sequence[int]]


DIRECTIONS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}  # rows, columns
HEADINGS = {"top_heading": "up", "left_heading": "left"}


def has_cell(grids: Sequence[Grid], cell: str, around: Mapping[str, str], max_diffs: int = 0) -> bool:
    """Whether a table has a cell with such a text and such texts around it.

    `around` names the nearest cell that has another number (up, down, left, right), any of them where a cell spans
    several rows or columns, or a heading above or left of it (top_heading, left_heading): a cell marked as one, else the
    last in that direction. Texts are as much alike as `max_diffs` of the wanted one's letters allow, and at least by half.
    """
    for grid in grids:
        for number, found in enumerate(grid.cells):
            if _alike(cell, found.text, max_diffs) and all(
                any(_alike(wanted, grid.cells[other].text, max_diffs) for other in _found(grid, number, where))
                for where, wanted in around.items()
                if wanted
            ):
                return True
    return False


def _alike(wanted: str, text: str, max_diffs: int) -> bool:
    wanted, text = plain_text(wanted), plain_text(text)
    least = max(LEAST_ALIKE, _least(wanted, max_diffs))
    both = len(wanted) + len(text)
    if 2 * min(len(wanted), len(text)) < (least - 1e-9) * both:
        return False
    return ratio(wanted, text) / 100 >= least


def _found(grid: Grid, number: int, where: str) -> set[int]:
    return _headings(grid, number, HEADINGS[where]) if where in HEADINGS else {*_next(grid, number, where)}


def _next(grid: Grid, number: int, where: str) -> Iterator[int]:
    """The nearest other cells in a direction, over gaps in the table."""
    (down, across), cell = DIRECTIONS[where], grid.cells[number]
    rows = range(cell.top, cell.bottom) if across else [cell.top]
    columns = [cell.left] if across else range(cell.left, cell.right)
    for row, column in product(rows, columns):
        owner = number
        while owner in (-1, number):
            row, column = row + down, column + across
            if not (0 <= row < len(grid.places) and 0 <= column < len(grid.places[row])):
                break
            owner = grid.places[row][column]
        else:
            yield owner


def _headings(grid: Grid, number: int, where: str) -> set[int]:
    """The cells that are marked as headings on all ways in a direction; where none is, those at the ways' ends."""
    seen, waiting, ends = {number}, [number], set()
    for at in waiting:  # grows
        further = {*_next(grid, at, where)}
        if not further:
            ends.add(at)
        waiting += further - seen
        seen |= further
    return ({at for at in seen if grid.cells[at].head} - {number}) or ends - {number}
