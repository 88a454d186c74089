"""A page on its way through the reader: what was asked about it, what was written, and the leaf that comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ..errors import GotocrError
from ..pixels.parts import Part
from ..schema import Block, Box, Leaf, Lost, Page, Piece, Task, Word
from ..trust.ink import Covered, is_bare
from .cap import Cap
from .sources import End

WHOLE = 0.97  # share of the ink that lies under boxes where nothing is missing
PLACELESS = "no ink under it"
DRAWN, LABELS = ("chart", "music", "molecule", "geometry"), 0.15  # kinds with labels around them, so far away in shares of their sides


class Seen(NamedTuple):
    """What parts the text of a view from that of the one before, and what part of the page it shows."""

    before: str
    part: Part


@dataclass(eq=False)
class Reading:
    """What was read of one part of a page; boxes are in pixels of the part."""

    part: Part
    pieces: list[Piece] = field(default_factory=list)
    covered: Covered | None = None
    late: int = 0  # lines that were passed over at first
    landmarks: Sequence[Word] = ()  # words of another reading of the part, with their boxes
    estimated: bool = False  # the boxes are not the model's own
    agreements: dict[tuple[str, str], Block] = field(default_factory=dict)  # blocks that were drawn anew, by kind and text

    def blocks(self, mode: str) -> tuple[Block, ...]:
        from ..kinds.page import parse

        height, width = self.part.page.image.shape[:2]
        return parse(self.pieces, (width, height), mode)


@dataclass(eq=False)
class Sheet:
    """A page that is being read, or why it cannot be; or the end of a source."""

    page: Page | Lost | End
    views: Sequence[Seen] = ()
    first: int = 0  # number of its first view's job
    size: int = 0  # bytes
    why: GotocrError | None = None
    trouble: Exception | None = None  # it cannot be read, nor can the rest of its source
    cap: Cap | None = None
    readings: list[Reading] = field(default_factory=list)
    others: dict[int, Leaf] = field(default_factory=dict)  # another reading of each part, by the part's id
    disbelieved: int = 0  # views of which not all is kept
    name: str = ""  # of its content, where pages are remembered
    begun: bool = False  # it was looked at
    known: Leaf | None = None  # it was read before

    @property
    def is_final(self) -> bool:
        """Whether its reading went to its end, so that another one would be the same."""
        finishes = {piece.finish for reading in self.readings for piece in reading.pieces}
        return self.begun and self.why is None and not self.cap.late and not finishes & {"length", "time"}

    def leaf(self, task: Task) -> Leaf:
        """The page as it was read."""
        from ..kinds.page import confidence, parse

        if self.known is not None:
            return self.known
        width, height = self.page.image.shape[1::-1] if isinstance(self.page, Page) else (0, 0)
        pieces = [on_page(piece, reading.part) for reading in self.readings for piece in reading.pieces]
        blocks = parse(pieces, (width, height), task.mode)
        if isinstance(self.page, Page):
            blocks = tuple(self._compared(doubted(block, self.page)) for block in blocks)
        finishes = {piece.finish for piece in pieces}
        known = [reading.covered for reading in self.readings if reading.covered]
        ink = sum(covered.ink for covered in known)
        coverage = sum(covered.share * covered.ink for covered in known) / ink if ink else None
        is_whole = coverage is not None and coverage >= WHOLE and not any(covered.lines for covered in known)
        return Leaf(
            index=self.page.index,
            width=width,
            height=height,
            text="".join(piece.text for piece in pieces).strip("\n").rstrip(),
            blocks=blocks,
            truncated=bool(finishes - {None, "stop"} - ({"loop"} if is_whole else set())),
            confidence=confidence(blocks),
            error=None if self.why is None else str(self.why),
            notes=tuple(dict.fromkeys(note for view in self.views for note in view.part.notes)),
            warnings=tuple(dict.fromkeys((*self._warnings(blocks, "loop" in finishes), *(line for piece in pieces for line in piece.warnings)))),
            coverage=coverage,
            estimated=any(reading.estimated for reading in self.readings),
        )

    def _compared(self, block: Block) -> Block:
        for reading in self.readings:
            if (known := reading.agreements.get((block.kind, block.text))) is not None:
                return replace(block, agreement=known.agreement, warnings=tuple(dict.fromkeys((*block.warnings, *known.warnings))))
        return block

    def _warnings(self, blocks: Iterable[Block], circled: bool) -> Iterator[str]:
        late = sum(reading.late for reading in self.readings)
        left = sum(len(reading.covered.lines) for reading in self.readings if reading.covered)
        bare = sum(PLACELESS in word.problems for block in blocks for word in block.words)
        if circled:
            yield "the writer went in circles; one round of them was kept"
        if self.disbelieved:
            yield f"what was written of {counted(self.disbelieved, 'part')} of the page is not to be believed, and is left out"
        if late:
            yield f"{counted(late, 'line')} that had been passed over {'was' if late == 1 else 'were'} read by {'itself' if late == 1 else 'themselves'}"
        if left:
            yield f"{counted(left, 'line')} {'has' if left == 1 else 'have'} ink and no text"
        if bare:
            yield f"{counted(bare, 'word')} {'has' if bare == 1 else 'have'} no ink under {'it' if bare == 1 else 'them'}"


def boxes(blocks: Iterable[Block]) -> Iterator[Box]:
    """Where something was read: words of text, and all that any other block takes, labels of a drawing too."""
    for block in blocks:
        yield from (word.box for word in block.words if word.box)
        if block.box and (block.kind != "text" or not block.words):
            yield _labelled(block.box) if block.kind in DRAWN else block.box


def is_drawing(blocks: Sequence[Block]) -> bool:
    """Whether all of a reading is one thing that is not made of lines."""
    return len(blocks) == 1 and blocks[0].kind in (*DRAWN, "formula")


def _labelled(box: Box) -> Box:
    wide, high = LABELS * (box[2] - box[0]), LABELS * (box[3] - box[1])
    return (box[0] - wide, box[1] - high, box[2] + wide, box[3] + high)


def doubted(block: Block, page: Page) -> Block:
    """A block whose words say where there is no ink under them."""
    words = tuple(_marked(word) if word.box and is_bare(page.image, word.box) else word for word in block.words)
    return replace(block, words=words)


def _marked(word: Word) -> Word:
    return replace(word, problems=(*word.problems, PLACELESS))


def on_page(piece: Piece, part: Part) -> Piece:
    return piece if piece.box is None else replace(piece, box=part.back(piece.box))


def counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
