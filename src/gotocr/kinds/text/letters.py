"""Runs of text measured as one paragraph, its marks in Markdown, and where its lines break."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from ...draw.lettering import has_small_letters
from ...draw.style import Style, shape
from .faces import REPLACED
from .hyphens import points

SPACE = 0.28  # ems between cells, at least
UNDRAWN = -1  # the glyph id of what has no ink of its own: line breaks, the second half of a ligature
LIGATURES = {"fi": "\ufb01", "fl": "\ufb02"}
_WORD = re.compile(r"[^\W\d_]+")
_GLUE = re.compile(r"[-–—/](?<=\w.)(?=\w)")  # behind it a line may end without a hyphen of its own
BULLET = "-"  # a mark of runs that stand for the dash of a list item
_AROUND = {"^": ("[^", "]"), "^:": ("[^", "]:")}  # a reference to a footnote, and the footnote's own number


@dataclass(frozen=True)
class Run:
    """A stretch of a paragraph in one style.

    `mark` is written around it in Markdown: `**`, `*`; `^` makes it `[^1]`, `^:` `[^1]:`, and `-` the dash of an item.
    """

    text: str
    style: Style
    mark: str = ""
    raised: float = 0.0  # of the baseline, in pixels


@dataclass
class Letters:
    """The characters of a paragraph: one row a character of `text`; "\\n" is a line break that Markdown keeps too."""

    text: str
    ids: np.ndarray  # (n,) int64 glyph ids of the style's font; UNDRAWN = none
    steps: np.ndarray  # (n,) float64
    ink: np.ndarray  # (n, 4) float32
    looks: np.ndarray  # (n,) int64: which of `styles`
    styles: tuple[Style, ...]
    spans: tuple[tuple[int, int, str], ...]  # marked stretches: start, end, mark
    rises: np.ndarray | None = None  # (n,) float64 pixels above the baseline
    _ends: np.ndarray | None = field(default=None, repr=False)

    @property
    def ends(self) -> np.ndarray:
        """(n + 1,) float64: where the pen stands before each character, and after the last."""
        if self._ends is None:
            self._ends = np.zeros(len(self.text) + 1)
            np.cumsum(self.steps, out=self._ends[1:])
        return self._ends

    def widen(self, at: int | slice | list[int], steps: float | np.ndarray) -> None:
        """Set the advance of some characters by hand."""
        self.steps[at] = steps
        self._ends = None

    @property
    def width(self) -> float:
        return float(self.ends[-1])

    @property
    def size(self) -> float:
        """The font size of most of it, in pixels."""
        if len(self.styles) < 2:
            return self.styles[0].size if self.styles else 0.0
        return self.styles[int(np.bincount(self.looks).argmax())].size

    def marked(self, end: int) -> tuple[str, np.ndarray]:
        """What is written in Markdown of the first `end` characters, and where in it each stands, (end,) int32."""
        offsets = np.arange(end, dtype=np.int32)
        pieces, at = [], 0
        for start, stop, mark in self.spans:
            stop = min(stop, end)
            if start >= stop:
                break
            if mark == BULLET:
                before, said, after = "", "-", ""
                offsets[start:stop] = offsets[start]
                offsets[stop:] += 1 - (stop - start)
            else:
                before, after = _AROUND.get(mark, (mark, mark))
                said = self.text[start:stop]
                offsets[start:] += len(before)
                offsets[stop:] += len(after)
            pieces += [self.text[at:start], before, said, after]
            at = stop
        return "".join([*pieces, self.text[at:end]]), offsets


def compose(runs: Sequence[Run], ligatures: bool = False) -> Letters:
    """Measure runs as one paragraph; characters a font lacks are replaced or left out, of the truth too."""
    parts, spans, at = [], [], 0
    for run in runs:
        text, ids, steps, ink = _fitting(run)
        if not text:
            continue
        if ligatures:
            _ligate(text, run.style, ids, steps, ink)
        if run.mark and text.strip():
            first = at + len(text) - len(text.lstrip())
            spans.append((first, first + len(text.strip()), run.mark))
        parts.append((text, ids, steps, ink, run))
        at += len(text)
    if not parts:
        return Letters("", np.zeros(0, np.int64), np.zeros(0), np.zeros((0, 4)), np.zeros(0, np.int64), (), ())
    text = "".join(part[0] for part in parts)
    ids, steps, ink = parts[0][1:4] if len(parts) == 1 else (np.concatenate([part[at] for part in parts]) for at in (1, 2, 3))
    lengths = [len(part[0]) for part in parts]
    raised = any(part[4].raised for part in parts)
    rises = np.repeat([part[4].raised for part in parts], lengths) if raised else None
    if "\n" in text:
        breaks = [at for at, letter in enumerate(text) if letter == "\n"]
        ids[breaks], steps[breaks], ink[breaks] = UNDRAWN, 0.0, 0.0
    styles: dict[Style, int] = {}
    numbers = [styles.setdefault(part[4].style, len(styles)) for part in parts]
    looks = np.repeat(numbers, lengths) if len(parts) > 1 else np.zeros(len(text), np.int64)
    return Letters(text, ids, steps, ink, looks, tuple(styles), tuple(spans), rises)


def _fitting(run: Run) -> tuple[str, np.ndarray, np.ndarray, np.ndarray]:
    """A run's text without what its font lacks, and its measures."""
    text = run.text if has_small_letters(run.style.font) else run.text.upper()
    measured = shape(text, run.style) if text else (np.zeros(0, np.int64), np.zeros(0), np.zeros((0, 4), np.float32))
    if not measured[0].all() and (missing := {text[at] for at in np.flatnonzero(measured[0] == 0).tolist()} - {"\n"}):
        table = {ord(letter): REPLACED.get(letter, "") for letter in missing}
        text = text.translate(table)
        ids = shape(text, run.style)[0] if text else measured[0]
        lost = {text[at] for at in np.flatnonzero(ids == 0).tolist()} - {"\n"} if text else set()
        text = "".join(letter for letter in text if letter not in lost)
        measured = shape(text, run.style) if text else measured
    return text, *measured


def _ligate(text: str, style: Style, ids: np.ndarray, steps: np.ndarray, ink: np.ndarray) -> None:
    """Put the fi and fl of the font in place: one glyph, half of whose ink and width each letter gets."""
    if style.spacing:
        return
    for pair, letter in LIGATURES.items():
        at = text.find(pair)
        if at < 0:
            continue
        glyph, step, box = shape(letter, style)
        while at >= 0 and glyph[0]:
            half, middle = step[0] / 2, (box[0, 0] + box[0, 2]) / 2
            ids[at], ids[at + 1] = glyph[0], UNDRAWN
            steps[at : at + 2] = half
            ink[at], ink[at + 1] = box[0], box[0]
            ink[at, 2], ink[at + 1, 0], ink[at + 1, 2] = middle, middle - half, box[0, 2] - half
            at = text.find(pair, at + 2)


class Row(NamedTuple):
    """One printed line: characters `start` up to `stop` of the paragraph; the next line starts at `after`."""

    start: int
    stop: int
    after: int
    hyphen: bool = False  # one is printed that the word does not have
    forced: bool = False  # the line ends because the text says so: not to be justified


def break_rows(letters: Letters, width: Callable[[int], float], hyphens: bool = False, tight: float = 0.15) -> list[Row]:
    """Break a paragraph into lines, line i at most `width(i)` wide, at spaces, after hyphens, in words where nothing else fits.

    With `hyphens` words are parted where a line would else end more than `tight` of its width short.
    """
    text, ends = letters.text, letters.ends.tolist()
    glue = [found.end() for found in _GLUE.finditer(text)]
    rows: list[Row] = []
    start = 0
    while start < len(text):
        room = width(len(rows))
        fits = bisect_right(ends, ends[start] + room + 1e-6, start) - 1
        stop = text.find("\n", start, fits + 1)
        if stop >= 0:
            rows.append(Row(start, stop, stop + 1, forced=True))
        elif fits >= len(text):
            rows.append(Row(start, len(text), len(text), forced=True))
        else:
            rows.append(_best(letters, ends, (start, fits, room), glue, tight if hyphens else None))
        start = rows[-1].after
    return rows


def _best(letters: Letters, ends: list[float], limit: tuple[int, int, float], glue: list[int], tight: float | None) -> Row:
    """The row that ends best; `limit` is where it starts, the character it must end before, its room in pixels."""
    start, fits, room = limit
    space = max(letters.text.rfind(" ", start + 1, fits + 1), 0)
    mark = glue[at - 1] if (at := bisect_right(glue, fits)) else 0
    stop = max(space, mark if mark > start else 0)
    best = Row(start, stop, stop + (stop == space)) if stop else None
    if tight is not None and (ends[stop] - ends[start] if stop else 0.0) < (1 - tight) * room:
        word = _WORD.match(letters.text, best.after if best else start)
        extra = letters.styles[letters.looks[start]].size / 3
        for point in reversed(points(word[0])) if word else ():
            at = word.start() + point
            if ends[at] - ends[start] + extra <= room:
                return Row(start, at, at, hyphen=True)
    if best:
        return best
    at = max(fits, start + 1)
    if letters.ids[min(at, len(letters.ids) - 1)] == UNDRAWN and at > start + 1:
        at -= 1
    return Row(start, at, at)


def tabbed(cells: Sequence[Letters], stops: Sequence[float]) -> Letters:
    """Cells on one line, a space of the needed width between them, cell i + 1 starting at `stops[i]` pixels."""
    joined = join([cells[0], *(part for cell in cells[1:] for part in (_space(cell), cell))])
    starts = [*accumulate(len(cell.text) + 1 for cell in cells[:-1])]
    for start, stop in zip(starts, stops, strict=True):
        joined.widen(start - 1, max(stop - float(joined.ends[start - 1]), joined.steps[start - 1]))
    return joined


def _space(like: Letters) -> Letters:
    style = like.styles[0]
    columns = np.array([UNDRAWN]), np.array([SPACE * style.size]), np.zeros((1, 4), np.float32)
    return Letters(" ", *columns, np.zeros(1, np.int64), (style,), ())


def join(parts: Sequence[Letters]) -> Letters:
    """Several measured stretches as one paragraph."""
    styles: dict[Style, int] = {}
    spans, looks, at = [], [], 0
    for part in parts:
        numbers = np.array([styles.setdefault(style, len(styles)) for style in part.styles], np.int64)
        looks.append(numbers[part.looks])
        spans += [(start + at, stop + at, mark) for start, stop, mark in part.spans]
        at += len(part.text)
    columns = [np.concatenate([getattr(part, name) for part in parts]) for name in ("ids", "steps", "ink")]
    rises = [np.zeros(len(part.text)) if part.rises is None else part.rises for part in parts]
    raised = np.concatenate(rises) if any(part.rises is not None for part in parts) else None
    return Letters("".join(part.text for part in parts), *columns, np.concatenate(looks), tuple(styles), tuple(spans), raised)
