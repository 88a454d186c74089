"""A sheet that paragraphs are written on line by line: it keeps both truths in step with the ink, then draws it all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...draw.canvas import Canvas, ink_boxes, within
from ...draw.style import SPACE_HEIGHT, Style, shape
from ...draw.text import BREAK_WIDTH
from ...schema import Sample
from .letters import UNDRAWN, Letters, Row

HYPHEN, BREAK = -1, -2  # what stands at a line's end and is no character of the paragraph
COLUMNS = ("codes", "ids", "steps", "ink", "looks", "xs", "ys", "format")


@dataclass(frozen=True)
class Marks:
    """What Markdown writes around a block, and what parts it from the one before."""

    opening: str = ""
    closing: str = ""
    between: str = "\n\n"


PARAGRAPH, TIGHT = Marks(), Marks(between="\n")


class Sheet:
    """Collects written lines in reading order; `draw` makes the sample. Shapes under the text are functions of a skia canvas."""

    def __init__(self) -> None:
        self.plain: list[str] = []
        self.format: list[str] = []
        self.shapes: list[Callable] = []
        self._counts = [0, 0]  # characters of both truths
        self._columns: dict[str, list[np.ndarray]] = {name: [] for name in COLUMNS}
        self._plain: list[np.ndarray] = []
        self._styles: dict[Style, int] = {}
        self._extras: list[tuple[np.ndarray, np.ndarray, np.ndarray, Style]] = []
        self._laid: tuple[list[Style], dict[str, np.ndarray], np.ndarray] | None = None
        self._tail: tuple[float, float, int] | None = None  # where the last line ended, and its style

    def __bool__(self) -> bool:
        return bool(self.plain)

    def ornament(self, text: str, at: tuple[float, float], style: Style, pitch: float = 0.0) -> None:
        """Ink that is in no truth: dots of a leader `pitch` pixels apart, letters of a neighbouring line."""
        ids, steps, _ = shape(text, style)
        if pitch:
            steps = np.full(len(ids), pitch)
        self._extras.append((ids, at[0] + np.cumsum(steps) - steps, np.full(len(ids), float(at[1])), style))

    def write(self, letters: Letters, rows: Sequence[Row], places: np.ndarray, marks: Marks = PARAGRAPH) -> None:
        """Write the rows of a paragraph as one block; `places` (rows, 3): x, baseline y, pixels added to each space."""
        if not rows:
            return
        numbers = np.array([self._styles.setdefault(style, len(self._styles)) for style in letters.styles], np.int64)
        self._open(marks)
        written, offsets = letters.marked(rows[-1].stop)
        order, row, firsts = _order(rows)
        real = order >= 0
        safe = np.where(real, order, np.array([max(line.stop - 1, 0) for line in rows])[row])
        codes, ids, steps, ink = (column[safe] for column in (letters.codes, letters.ids, letters.steps, letters.ink))
        looks, stands = numbers[letters.looks[safe]], offsets[safe]
        self._hyphenate(np.flatnonzero(order == HYPHEN), (codes, ids, steps, ink, looks, stands))
        if rows[-1].hyphen:  # the word goes on where nobody sees it
            stands[-1] = len(written)
            written += "-"
        breaks = np.flatnonzero(order == BREAK)
        codes[breaks], ids[breaks], steps[breaks], ink[breaks] = 10, UNDRAWN, 0.0, 0.0
        stands[breaks] = [offsets[line.stop] if line.after > line.stop else -1 for line in rows[:-1]]
        places = np.asarray(places, float)
        steps[codes == 32] += places[row, 2][codes == 32]
        pens = np.cumsum(steps) - steps
        xs, ys = pens - pens[firsts][row] + places[row, 0], places[row, 1].copy()
        if letters.rises is not None:
            ys -= letters.rises[safe]
        stands = np.where(stands < 0, -1, stands + self._counts[1])
        self._append(codes, ids, steps, ink, looks, xs, ys, stands)
        self._count(codes, written + marks.closing)
        self._tail = (float(xs[-1] + steps[-1]), float(places[-1, 1]), int(looks[-1]))

    def _open(self, marks: Marks) -> None:
        """The line break behind the last block, and the marks before the next."""
        if self._tail is not None:
            x, y, look = self._tail
            self._append([10], [UNDRAWN], [0.0], np.zeros((1, 4)), [look], [x], [y], [self._counts[1]])
            self._count(np.array([10], np.uint32), marks.between)
        self._count(np.zeros(0, np.uint32), marks.opening)

    def _append(self, *columns) -> None:
        self._laid = None
        for name, column in zip(COLUMNS, columns, strict=True):
            self._columns[name].append(np.asarray(column))
        self._plain.append(np.arange(self._counts[0], self._counts[0] + len(columns[0]), dtype=np.int32))

    def _count(self, codes: np.ndarray, written: str) -> None:
        self.plain.append(codes.astype("<u4").tobytes().decode("utf-32-le"))
        self.format.append(written)
        self._counts[0] += len(codes)
        self._counts[1] += len(written)

    def _hyphenate(self, places: np.ndarray, columns: tuple[np.ndarray, ...]) -> None:
        codes, ids, steps, ink, looks, stands = columns
        styles = list(self._styles)
        for at in places.tolist():
            glyph, step, box = shape("-", styles[looks[at]])
            codes[at], ids[at], steps[at], ink[at], stands[at] = 45, glyph[0], step[0], box[0], -1

    def _lay(self) -> tuple[list[Style], dict[str, np.ndarray], np.ndarray]:
        """The styles used, everything written so far as one array a column, and the boxes (n, 4)."""
        if self._laid is None:
            columns = {name: np.concatenate(self._columns[name]) for name in COLUMNS}
            self._laid = list(self._styles), columns, _boxes(columns, list(self._styles))
        return self._laid

    def extent(self) -> tuple[float, float, float, float]:
        """The box around all ink of the text."""
        _, columns, boxes = self._lay()
        boxes = boxes[columns["ids"] != UNDRAWN]
        return (*boxes[:, :2].min(0).tolist(), *boxes[:, 2:].max(0).tolist())

    def draw(
        self, size: tuple[int, int], paper: np.ndarray | tuple[int, int, int], rng: np.random.Generator, move=(0.0, 0.0), **notes
    ) -> Sample:
        """Draw everything, shifted by `move` (x, y), on paper of `size` (height, width) pixels."""
        canvas = Canvas(size, paper)
        if self.shapes:
            canvas.skia.save()
            canvas.skia.translate(*move)
            for draw_shape in self.shapes:
                draw_shape(canvas.skia)
            canvas.skia.restore()
        for style in dict.fromkeys(extra[3] for extra in self._extras):
            ids, xs, ys = (np.concatenate([extra[column] for extra in self._extras if extra[3] == style]) for column in range(3))
            canvas.draw(ids, xs + move[0], ys + move[1], style)
        styles, columns, boxes = self._lay()
        xs, ys = columns["xs"] + move[0], columns["ys"] + move[1]
        boxes = boxes + np.array([*move, *move], np.float32)
        drawn = columns["ids"] != UNDRAWN
        for number, style in enumerate(styles):
            mine = drawn & (columns["looks"] == number) if len(styles) > 1 else drawn
            if style.jitter:
                shift = mine * rng.normal(0, style.jitter * style.size, len(ys))
                ys, boxes[:, 1::2] = ys + shift, boxes[:, 1::2] + shift[:, None]
            canvas.draw(columns["ids"][mine], xs[mine], ys[mine], style)
        plain, written = "".join(self.plain), "".join(self.format)
        canvas.add(plain, boxes, np.concatenate(self._plain), columns["format"])
        image, glyphs = canvas.finish()
        return Sample(image, plain, written, within(glyphs, size), "text", notes=_notes(notes))


def _notes(notes: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in notes.items() if value is not None}


def _order(rows: Sequence[Row]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For every printed character which of the paragraph it is (or HYPHEN, BREAK) and its row; the first of each row."""
    pieces, lengths = [], []
    for number, row in enumerate(rows):
        ends = [HYPHEN] * row.hyphen + [BREAK] * (number + 1 < len(rows))
        pieces.append(np.arange(row.start, row.stop))
        if ends:
            pieces.append(np.array(ends, np.int64))
        lengths.append(row.stop - row.start + len(ends))
    counts = np.array(lengths)
    return np.concatenate(pieces), np.repeat(np.arange(len(rows)), counts), np.cumsum(counts) - counts


def _boxes(columns: Mapping[str, np.ndarray], styles: Sequence[Style]) -> np.ndarray:
    """The ink box (n, 4) of every character; of a space its advance, of a line break the room behind its line."""
    steps = columns["steps"].copy()
    sizes = np.array([style.size for style in styles])[columns["looks"]]
    breaks = columns["codes"] == 10
    steps[breaks] = BREAK_WIDTH * sizes[breaks]
    flat = replace(styles[0], outline=0.0) if styles[0].outline else styles[0]
    boxes = ink_boxes(columns["ink"], columns["xs"], columns["ys"], steps, flat)
    empty = columns["ink"][:, 2] <= columns["ink"][:, 0]
    boxes[empty, 1] = (columns["ys"] - SPACE_HEIGHT * sizes)[empty]
    if any(style.outline for style in styles):
        halves = np.array([style.outline / 2 for style in styles])[columns["looks"]] * ~empty
        boxes += halves[:, None] * np.array([-1, -1, 1, 1])
    return boxes
