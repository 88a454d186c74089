"""A sheet that paragraphs are written on line by line: it keeps both truths in step with the ink, then draws it all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from ...draw.canvas import Canvas, within
from ...draw.style import SPACE_HEIGHT, Style, shape
from ...draw.text import BREAK_WIDTH
from ...schema import Sample
from .letters import UNDRAWN, Letters, Row

REACH = 2.0  # pixels that ink may reach out of its measured box
Place = tuple[float, float, float]  # of a row: x, baseline y, pixels added to each space


@dataclass(frozen=True)
class Marks:
    """What Markdown writes around a block, and what parts it from the one before."""

    opening: str = ""
    closing: str = ""
    between: str = "\n\n"


PARAGRAPH, TIGHT = Marks(), Marks(between="\n")


@dataclass(frozen=True)
class Block:
    """A paragraph as it was written: its rows, their places, and where it stands in Markdown."""

    letters: Letters
    rows: Sequence[Row]
    places: Sequence[Place]
    offsets: np.ndarray  # (characters up to the end of the last row,) int32 of each in Markdown
    end: int  # where in Markdown the block ends, its marks included
    hyphen: int  # where the hyphen stands that the last row ends with

    @property
    def stop(self) -> int:
        return len(self.offsets)


@dataclass(frozen=True)
class Laid:
    """Everything written, one row a character: n of them."""

    styles: list[Style]
    codes: np.ndarray  # (n,) uint32
    ids: np.ndarray  # (n,) int64 glyphs of the style's font, UNDRAWN = none
    steps: np.ndarray  # (n,) float64; of a line break, the room behind its line
    ink: np.ndarray  # (n, 4) float32
    looks: np.ndarray  # (n,) int64: which of `styles`
    xs: np.ndarray  # (n,) float64
    ys: np.ndarray  # (n,) float64
    format: np.ndarray  # (n,) int64


class Sheet:
    """Collects written lines in reading order; `draw` makes the sample. Shapes under the text are functions of a skia canvas."""

    def __init__(self) -> None:
        self.plain: list[str] = []
        self.format: list[str] = []
        self.shapes: list[Callable] = []
        self._written = 0  # characters of `format`
        self._blocks: list[Block] = []
        self._extras: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, Style]] = []  # ids, xs, ys, ink, style
        self._laid: tuple[Laid, np.ndarray] | None = None

    def __bool__(self) -> bool:
        return bool(self.plain)

    def ornament(self, text: str, at: tuple[float, float], style: Style, pitch: float = 0.0) -> None:
        """Ink that is in no truth: dots of a leader `pitch` pixels apart, letters of a neighbouring line."""
        ids, steps, ink = shape(text, style)
        if pitch:
            steps = np.full(len(ids), pitch)
        self._extras.append((ids, at[0] + steps.cumsum() - steps, np.full(len(ids), float(at[1])), ink, style))

    def write(self, letters: Letters, rows: Sequence[Row], places: Sequence[Place], marks: Marks = PARAGRAPH) -> None:
        """Write the rows of a paragraph as one block; the letters are not to be changed afterwards."""
        if not rows:
            return
        before = marks.between + marks.opening if self._blocks else marks.opening
        written, offsets = letters.marked(rows[-1].stop)
        first = self._written + len(before)
        hyphen = "-" * rows[-1].hyphen  # the word goes on where nobody sees it
        self.plain.append(
            "\n" * bool(self._blocks) + "\n".join(letters.text[row.start : row.stop] + "-" * row.hyphen for row in rows)
        )
        self.format.append(f"{before}{written}{hyphen}{marks.closing}")
        self._written += len(self.format[-1])
        self._blocks.append(Block(letters, rows, places, offsets + first, self._written, first + len(written)))
        self._laid = None

    def _lay(self) -> tuple[Laid, np.ndarray]:
        """Everything written so far, and the boxes (n, 4)."""
        if self._laid is None:
            laid = _laid(self._blocks, self.plain)
            self._laid = laid, _boxes(laid)
        return self._laid

    def extent(self) -> tuple[float, float, float, float]:
        """The box around all ink of the text."""
        laid, boxes = self._lay()
        drawn = laid.ids != UNDRAWN
        boxes = boxes if drawn.all() else boxes[drawn]
        return (*boxes.min(0)[:2].tolist(), *boxes.max(0)[2:].tolist())

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
        for style in dict.fromkeys(extra[4] for extra in self._extras):
            columns = zip(*(extra[:4] for extra in self._extras if extra[4] == style), strict=True)
            ids, xs, ys, ink = map(_joined, columns)
            ys = ys + move[1]
            seen = (ys + ink[:, 3] > -REACH) & (ys + ink[:, 1] < size[0] + REACH)  # the others would cost as much
            canvas.draw(ids[seen], xs[seen] + move[0], ys[seen], style)
        laid, boxes = self._lay()
        xs, ys = laid.xs + move[0], laid.ys + move[1]
        boxes = boxes + np.array([*move, *move], np.float32)
        drawn, inked = laid.ids != UNDRAWN, laid.ink[:, 2] > laid.ink[:, 0]
        for number, style in enumerate(laid.styles):
            mine = drawn & (laid.looks == number) if len(laid.styles) > 1 else drawn
            if style.jitter:
                shift = mine * rng.normal(0, style.jitter * style.size, len(ys))
                ys, boxes[:, 1::2] = ys + shift, boxes[:, 1::2] + shift[:, None]
            mine = mine & inked  # spaces would cost as much as letters
            canvas.draw(laid.ids[mine], xs[mine], ys[mine], style)
        plain, written = "".join(self.plain), "".join(self.format)
        canvas.add(plain, boxes, 0, laid.format)
        image, glyphs = canvas.finish()
        return Sample(image, plain, written, within(glyphs, size), "text", notes=_notes(notes))


def _notes(notes: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in notes.items() if value is not None}


def _laid(blocks: Sequence[Block], plain: Sequence[str]) -> Laid:
    """The characters of all blocks in a row: those of `plain`, a string a block."""
    if len(blocks) == len(blocks[0].rows) == 1 and not blocks[0].rows[0].hyphen:
        return _laid_row(blocks[0])
    styles: dict[Style, int] = {}
    numbers = np.array([styles.setdefault(style, len(styles)) for block in blocks for style in block.letters.styles])
    firsts = accumulate((len(block.letters.styles) for block in blocks), initial=0)
    looks = numbers[_joined([block.letters.looks[: block.stop] + first for block, first in zip(blocks, firsts, strict=False)])]
    ids, steps, ink = (
        _joined([getattr(block.letters, name)[: block.stop] for block in blocks]) for name in ("ids", "steps", "ink")
    )
    order, counts, ends = _order(blocks)
    xs, ys, extra = np.array([place for block in blocks for place in block.places]).T
    laid = Laid(
        list(styles),
        np.frombuffer("".join(plain).encode("utf-32-le"), np.uint32),
        ids[order],
        steps[order],
        ink[order],
        looks[order],
        xs.repeat(counts),
        ys.repeat(counts),
        _joined([block.offsets for block in blocks])[order],
    )
    _end_rows(laid, ends)
    if extra.any():
        laid.steps[:] += extra.repeat(counts) * (laid.codes == 32)
    stops = [0, *(stop + 1 for stop in accumulate(map(len, plain)))]
    pens = _joined([laid.steps[start:stop].cumsum() for start, stop in pairwise(stops)]) - laid.steps
    laid.xs[:] += pens - pens[counts.cumsum() - counts].repeat(counts)
    breaks = np.flatnonzero(laid.codes == 10)
    laid.steps[breaks] = BREAK_WIDTH * np.array([style.size for style in styles])[laid.looks[breaks]]
    if any(block.letters.rises is not None for block in blocks):
        laid.ys[:] -= _rises(blocks)[order] * (laid.codes != 10)
    return laid


def _laid_row(block: Block) -> Laid:
    """The characters of a block of one row, what `_laid` would find, sooner."""
    letters, (start, stop, *_), (x, y, extra) = block.letters, block.rows[0], block.places[0]
    part = slice(start, stop)
    codes = np.frombuffer(letters.text[part].encode("utf-32-le"), np.uint32)
    steps = letters.steps[part] + extra * (codes == 32) if extra else letters.steps[part]
    ys = np.full(len(codes), y) if letters.rises is None else y - letters.rises[part]
    ids, ink, looks, offsets = letters.ids[part], letters.ink[part], letters.looks[part], block.offsets[part]
    return Laid(list(letters.styles), codes, ids, steps, ink, looks, x + (steps.cumsum() - steps), ys, offsets)


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _rises(blocks: Sequence[Block]) -> np.ndarray:
    """How far above its baseline each character of the blocks stands, in pixels."""
    found = [(block.letters.rises, block.stop) for block in blocks]
    return np.concatenate([np.zeros(stop) if rises is None else rises[:stop] for rises, stop in found])


def _end_rows(laid: Laid, ends: np.ndarray) -> None:
    """Put hyphens and line breaks where rows end."""
    if not ends.size:
        return
    laid.format[ends[0]] = ends[2]
    breaks, hyphens = (ends[0][laid.codes[ends[0]] == code] for code in (10, 45))
    laid.ids[breaks], laid.steps[breaks], laid.ink[breaks] = UNDRAWN, 0.0, 0.0
    for look in set(laid.looks[hyphens].tolist()):
        mine = hyphens[laid.looks[hyphens] == look]
        glyph, step, box = shape("-", laid.styles[look])
        laid.ids[mine], laid.steps[mine], laid.ink[mine] = glyph[0], step[0], box[0]


def _order(blocks: Sequence[Block]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For every printed character which of all blocks' characters it is; how many each row has; the hyphens and breaks.

    Those are (3, m): where they are printed, and where they stand in Markdown; in the order they look like the one before.
    """
    starts, counts, ends, at, base = [], [], [], 0, 0
    for number, block in enumerate(blocks):
        for row in block.rows:
            first, last = at, row is block.rows[-1]
            like = base + max(row.stop - 1, 0)
            at += row.stop - row.start
            if row.hyphen:
                ends.append((at, like, block.hyphen if last else -1))
                at += 1
            if not last:
                ends.append((at, like, int(block.offsets[row.stop]) if row.after > row.stop else -1))
                at += 1
            elif number + 1 < len(blocks):
                ends.append((at, like, block.end))
                at += 1
            starts.append(base + row.start)
            counts.append(at - first)
        base += block.stop
    lengths, marks = np.array(counts), np.array(ends, np.int64).reshape(-1, 3).T
    order = np.arange(at) + (np.array(starts) - lengths.cumsum() + lengths).repeat(lengths)
    order[marks[0]] = marks[1]
    return order, lengths, marks


def _boxes(laid: Laid) -> np.ndarray:
    """The ink box (n, 4) of every character; of a space or a line break, its advance."""
    boxes, styles = laid.ink.astype(np.float32), laid.styles
    empty = np.flatnonzero(laid.ink[:, 2] <= laid.ink[:, 0])
    sizes = np.array([style.size for style in styles])[laid.looks[empty]]
    boxes[empty] = 0.0
    boxes[empty, 2] = np.maximum(laid.steps[empty], 1.0)
    boxes[:, 0::2] += laid.xs.astype(np.float32)[:, None]
    boxes[:, 1::2] += laid.ys.astype(np.float32)[:, None]
    boxes[empty, 1] = laid.ys[empty] - SPACE_HEIGHT * sizes
    if any(style.outline for style in styles):
        halves = np.array([style.outline / 2 for style in styles])[laid.looks]
        halves[empty] = 0.0
        boxes += halves[:, None] * np.array([-1, -1, 1, 1])
    return boxes
