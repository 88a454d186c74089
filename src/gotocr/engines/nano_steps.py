"""nano's way of stepping, for any engine: feed back where each token stood, never read the same ink twice, end with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from math import ceil, floor, isfinite
from typing import Any, Protocol

import numpy as np

from ..decode.grammar import Grammar
from ..decode.guide import Guide, Spelling
from ..decode.loop import choose
from ..decode.step import Step
from ..errors import EngineError
from ..kinds import KINDS
from ..model.config import CELL_HEIGHT, CELL_WIDTH
from ..prompt.published import NANO_TASKS
from ..prompt.tokenizer import Tokenizer
from ..schema import Box, Job
from .nano_table import Cells

READ = -20.0  # ink logit of cells that were read: the pointer does not come back to them
LEFT = -1.0  # where no cell's ink logit is above this, nothing is left to read
CLOSE = 2.5  # letter heights within which ink to the right is read before the writer goes elsewhere
GOES_ON = 3  # columns of cells with unread ink there: a letter or two, no speck
A_LETTER = 2  # such columns of one narrow letter, as there is in many a cell of a table
LINE = 8  # boxes from which a line's height and place are known
STRAYS = 4  # that many tokens in a row without unread ink under them end the writing
SURE = 0.5  # after half as many the writer is led to ink that is left, and goes on if it is so sure of what stands there
ROW_ENDS = 0.8  # who is so sure that a row of a table ends may end it though its line goes on
LETTERED = ("table", "display", "inline")  # structures whose letters stand on ink of their own, each read once
BY_INK = ("table", "display")  # of those, the ones that are closed as soon as their ink is read
INKLESS = frozenset("{}^_&\\$<>`~")  # what is written there without ink, beside commands and tags
BEHIND = 2  # tokens that must follow before ink counts as read: neighbours may share a cell


class Unread:
    """The ink of a picture (M cells, row by row) of which what was written is struck out.

    Whoever writes stands on ink that nobody wrote yet; where none is left the writing is over. That is what keeps a
    small model from reading a line again and from inventing on empty paper.
    """

    def __init__(self, ink: np.ndarray, columns: int) -> None:
        self.ink = np.array(ink, np.float32).reshape(-1)  # (M,)
        self._grid = self.ink.reshape(-1, columns)  # (H/8, W/4), the same memory
        self._recent: deque[Box] = deque()
        self._held: list[Box] = []  # boxes of a structure that is being written
        self._line: deque[Box] = deque(maxlen=LINE)  # the last boxes of the line that is being written
        self.strays = 0  # tokens in a row that were written where no unread ink is

    def pass_over(self, box: Sequence[float], is_mark: bool = False) -> None:
        """A token was written at `box` (left, top, right, bottom) in model pixels; marks need no ink of their own."""
        box = _finite(box)
        if not is_mark:
            self.strays = 0 if self._grid[self._cells(box, 0.0)].max(initial=READ) > LEFT else self.strays + 1
        self._recent.append(box)
        if len(self._recent) > BEHIND:
            self._grid[self._cells(self._recent.popleft(), 0.5)] = READ
        if self._line and not self._line[-1][1] < (box[1] + box[3]) / 2 < self._line[-1][3]:
            self._line.clear()
        self._line.append(box)

    def skipped(self, box: Sequence[float]) -> np.ndarray | None:
        """The ink (M,) of which the next token has to be: where `box` leaves a line that goes on close by, or enters one in its
        middle; None else."""
        if self._held or not self._line:
            return None
        box = _finite(box)
        top, bottom = min(one[1] for one in self._line), max(one[3] for one in self._line)
        left, right = self._line[-1][0], self._line[-1][2]
        far = right + CLOSE * (bottom - top)
        if top < (box[1] + box[3]) / 2 < bottom and left <= (box[0] + box[2]) / 2 <= far:
            return None  # it goes on in the line
        rows, columns = self._cells((right, top, far, bottom), 0.0)
        near = slice(min(int(right // CELL_WIDTH) + 1, columns.stop), columns.stop)  # beyond the cell that the last letter ends in
        if (self._grid[rows, near] > 0).any(0).sum() >= GOES_ON:
            return self._only(rows, near)
        return self._before(box, bottom - top) if (box[1] + box[3]) / 2 >= bottom else None

    @property
    def goes_on(self) -> bool:
        """Whether unread ink stands right of the last letters, in their line, however far."""
        if not self._line:
            return False
        _, top, right, bottom = self._line[-1]
        middle, quarter = (top + bottom) / 2, (bottom - top) / 4
        rows, columns = self._cells((right, middle - quarter, self._grid.shape[1] * CELL_WIDTH, middle + quarter), 0.0)
        beyond = slice(min(int(right // CELL_WIDTH) + 1, columns.stop), columns.stop)
        return (self._grid[rows, beyond] > 0).any(0).sum() >= A_LETTER

    @property
    def is_read(self) -> bool:
        """True when no ink is left but what the last tokens stand on."""
        left = self._grid > LEFT  # (H/8, W/4)
        for box in self._recent:
            left[self._cells(box, 0.0)] = False
        return not left.any()

    def elsewhere(self, box: Sequence[float]) -> np.ndarray | None:
        """The ink (M,) that is left, and nothing else, where the writer strays and `box` stands on paper again; None else."""
        if self.strays < STRAYS // 2 or self._held or self._grid[self._cells(_finite(box), 0.0)].max(initial=READ) > LEFT:
            return None
        left = self._grid > 0
        return np.where(left, self._grid, READ).reshape(-1) if left.sum() >= GOES_ON else None

    def _before(self, box: Box, tall: float) -> np.ndarray | None:
        """The ink (M,) from where the line that `box` stands in begins up to the box, where that was not read; None else."""
        middle = (box[1] + box[3]) / 2
        rows, _ = self._cells((box[0], middle - 0.4 * tall, box[0], middle + 0.4 * tall), 0.0)
        start = end = max(int(box[0] // CELL_WIDTH), 0)
        letters = 0
        for column in np.flatnonzero((self._grid[rows, :end] > 0).any(0))[::-1].tolist():
            if (start - column) * CELL_WIDTH > CLOSE * tall:
                break
            start, letters = column, letters + 1
        return self._only(rows, slice(start, end)) if letters >= GOES_ON else None

    def _only(self, rows: slice, columns: slice) -> np.ndarray:
        only = np.full_like(self._grid, READ)
        only[rows, columns] = self._grid[rows, columns]
        return only.reshape(-1)

    def hold(self, box: Sequence[float]) -> None:
        """A mark was written within a structure, which may come back to where it stands until the structure ends."""
        self._held.append(_finite(box))

    def let_go(self) -> None:
        """The structure ended: all it stands on, and what lies between, is read."""
        if self._held:
            lefts, tops, rights, bottoms = zip(*self._held, strict=True)
            self._grid[self._cells((min(lefts), min(tops), max(rights), max(bottoms)), 0.5)] = READ
        self._held.clear()
        self._recent.clear()
        self._line.clear()
        self.strays = 0

    def _cells(self, box: Box, margin: float) -> tuple[slice, slice]:
        """Rows and columns of the cells whose centre lies in the box or within `margin` cells of it; at least its own."""
        columns = _covered(box[0] / CELL_WIDTH, box[2] / CELL_WIDTH, margin, self._grid.shape[1])
        return _covered(box[1] / CELL_HEIGHT, box[3] / CELL_HEIGHT, margin, self._grid.shape[0]), columns

    @property
    def is_done(self) -> bool:
        """True when no ink is left but what the last tokens stand on, or the writer keeps to where there is none."""
        if self._held:  # a structure is not cut off before its last marks, but where it writes letters without ink
            return self.strays >= STRAYS
        return self.strays >= STRAYS or self.is_read


class Slot(Protocol):
    """A row's room among those of the others: what was seen of its picture, and what it wrote."""

    def close(self) -> None: ...


def _covered(start: float, end: float, margin: float, count: int) -> slice:
    """Which of `count` cells in a row have their centre between start and end (in cells), within `margin`; at least one."""
    start, end = min(start, end), max(start, end)
    own = floor((start + end) / 2)
    low, high = min(ceil(start - 0.5 - margin), own), max(floor(end - 0.5 + margin), own)
    return slice(min(max(low, 0), count - 1), min(max(high, 0), count - 1) + 1)


def _finite(box: Sequence[float]) -> Box:
    """A box without what is no number; the writing loop tells of such a model by its logits."""
    left, top, right, bottom = (value if isfinite(value) else 0.0 for value in map(float, box))
    return left, top, right, bottom


@lru_cache(maxsize=2)
def _spelling(tokenizer: Tokenizer) -> Spelling:
    texts = [tokenizer.token_bytes(token).decode("utf-8", "replace") for token in range(tokenizer.vocab_size)]
    return Spelling(texts, partial(tokenizer.encode, specials=False))


@lru_cache(maxsize=32)
def grammar(name: str) -> Grammar | None:
    """The grammar of tables ("table"), displayed formulas ("display"), or of fenced blocks by their info string."""
    marks = {"table": ("table", ""), "display": ("formula", "$$")}
    kind, closing = marks.get(name) or (next((one.name for one in KINDS.working() if one.info == name), ""), "\n```")
    text = KINDS[kind].grammar if kind else None
    return Grammar(text, closing) if text else None


def guide(job: Job, tokenizer: Tokenizer) -> Guide | None:
    """What watches over the structures of a text where `job` asks for Markdown, else None: printed lines have none."""
    return Guide(_spelling(tokenizer), grammar) if tokenizer.id(NANO_TASKS["format"]) in job.prompt.ids else None


@dataclass(frozen=True)
class Question:
    """What a row asks the decoder: what follows `token`, which was written at `place`, with this ink left to read."""

    slot: Slot
    token: int
    place: np.ndarray  # (4,) box in model pixels
    position: int  # of the token, the first of the prompt is 0
    ink: np.ndarray  # (M,)


Answer = tuple[np.ndarray, np.ndarray]  # logits (V,), box (4,) of what follows


class NanoRow:
    """One picture being read; see `decode.batch.Row`."""

    def __init__(self, slot: Slot, prompt: Sequence[int], unread: Unread, end: int, guide: Guide | None = None):
        """`guide` watches over structures where such are written (Markdown); they have rules of their own.

        Raises EngineError for a prompt without tokens.
        """
        if not prompt:
            raise EngineError("the prompt is empty; nano needs a token that says what to write")
        self._slot, self._prompt = slot, deque(prompt)
        self._unread, self._end = unread, end
        self._guide, self._cells = guide, Cells()
        self._box = np.zeros(4, np.float32)  # where the next token stands; a prompt stands on no ink
        self._asked: Callable[..., Any] | None = None  # why the last question was asked again
        self.question: Question | None = None

    def begin(self) -> Question:
        self.question = self._ask(self._prompt.popleft(), 0)
        return self.question

    def push(self, token: int) -> Question:
        self._stand(token)
        self.question = self._ask(token, self.question.position + 1)
        return self.question

    def hear(self, answer: Answer) -> Step | None:
        logits, box = answer
        question = self.question
        if self._prompt:
            self.question = self._ask(self._prompt.popleft(), question.position + 1)
            return None
        if (again := self._again(logits, box)) is not None:
            self.question = replace(question, ink=again)
            return None
        self._asked = None
        self._box = box
        place = tuple(float(value) for value in box)
        if (forced := self._forced(place)) is not None:
            only = np.full_like(logits, -np.inf)
            only[forced] = logits.max()
            return Step(only, place)
        return Step(self._guide.allow(logits, self._never(logits)) if self._guide else logits, place)

    def close(self) -> None:
        self._slot.close()

    @property
    def _in_table(self) -> bool:
        return self._guide is not None and self._guide.kind == "table"

    def _forced(self, place: Box) -> int | None:
        """The only token that may follow: what ends the text where nothing is left to read, or a row where a cell would stand on
        another; None where the model is free."""
        if not self.question.position:
            return None
        is_read = self._guide is not None and self._guide.kind in BY_INK and self._unread.is_read
        if self._unread.is_done or self._cells.run_dry or is_read:
            closing = self._guide.closing() if self._guide else None
            return self._end if closing is None else closing
        return self._guide.first("</tr>") if self._in_table and self._cells.covers(place) else None

    def _never(self, logits: np.ndarray) -> str:
        """What may not be written: the end of a row while its line goes on, unless the model is sure of it."""
        if not self._in_table or not self._unread.goes_on:
            return ""
        token, sure = choose(logits)[:2]
        return "</tr>" if sure < ROW_ENDS and "</tr>" in self._guide.spelling(token) else ""

    def _again(self, logits: np.ndarray, box: np.ndarray) -> np.ndarray | None:
        """The ink with which to ask once more for the same token; None where the answer stands."""
        if self._asked is None:
            for ask in (self._unread.skipped, self._unread.elsewhere):
                if (rest := ask(box)) is not None:
                    self._asked = ask
                    return rest
        elif self._asked == self._unread.elsewhere and choose(logits)[1] < SURE:
            self._asked = self._again  # it was led astray: as it would have gone on by itself
            return self._unread.ink
        return None

    def _ask(self, token: int, position: int) -> Question:
        return Question(self._slot, token, self._box, position, self._unread.ink)

    def _stand(self, token: int) -> None:
        """Note where `token` was written."""
        text = self._guide.spelling(token) if self._guide else "x"
        ended = self._guide.push(token) if self._guide else None
        kind = self._guide.kind if self._guide else None
        if kind == "table":
            self._cells.push(text, tuple(map(float, self._box)))
        if kind is not None:
            self._unread.hold(self._box)
            if kind in LETTERED and len(text) == 1 and not text.isspace() and text not in INKLESS:
                self._unread.pass_over(self._box)
        elif ended is not None:
            self._unread.hold(self._box)
            self._unread.let_go()
        else:
            self._unread.pass_over(self._box, not any(map(str.isalnum, text)))
