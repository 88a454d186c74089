"""The pages of a source on their way through the reader: what is asked about each, first looks and second ones, and what comes of it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import NamedTuple

from .decode.doubt import kept, sure_of
from .engines.looks import looks
from .engines.models import Family, Setting
from .errors import GotocrError, InputError, UsageError
from .pixels.parts import Part, part_of, shrunk
from .pixels.textheight import text_height
from .schema import Block, Box, Job, Leaf, Lost, Page, Piece, Task, Word
from .trust.ink import Covered, Ink, is_bare
from .trust.late import NO_TOKEN, insert

AHEAD = 64_000_000  # bytes of pages that wait: more are not opened ahead
MOST_LINES = 60  # of a page that are read once more
ROOM = 0.35, 1.0  # letter heights kept above and beside such a line
BELIEVED, LETTERS = 0.6, 2  # what is read of it counts where its tokens are so sure, and so many of its signs are letters or digits
WHOLE = 0.97  # share of the ink that lies under boxes where nothing is missing
PLACELESS = "no ink under it"

Written = Callable[[int], Iterator[Piece]]  # the pieces of a job by its number


class Seen(NamedTuple):
    """What parts the text of a view from that of the one before, and what part of the page it shows."""

    before: str
    part: Part


class Cap:
    """What a page may take; the engine asks between tokens whether its time is up."""

    def __init__(self, task: Task) -> None:
        self._left, self._seconds = task.max_tokens, task.seconds
        self._until: float | None = None

    def __call__(self) -> bool:
        if self._until is None:
            self._until = monotonic() + (math.inf if self._seconds is None else self._seconds)
        return self._left <= 0 or monotonic() >= self._until

    def count(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """`pieces` as far as tokens are left; the last one says that they were not enough."""
        for piece in pieces:
            if self._left <= 0:
                continue  # whoever writes is told to end, and does
            self._left -= piece.token >= 0
            yield piece if self._left > 0 or piece.finish is not None else replace(piece, finish="length")


@dataclass(eq=False)
class Reading:
    """What was read of one part of a page; boxes are in pixels of the part."""

    part: Part
    pieces: list[Piece] = field(default_factory=list)
    covered: Covered | None = None
    late: int = 0  # lines that were passed over at first

    def blocks(self, mode: str) -> tuple[Block, ...]:
        from .kinds.page import parse

        height, width = self.part.page.image.shape[:2]
        return parse(self.pieces, (width, height), mode)

    def boxes(self, mode: str) -> Iterator[Box]:
        """Where something was read: words of text, and all that any other block takes."""
        for block in self.blocks(mode):
            yield from (word.box for word in block.words if word.box)
            if block.box and (block.kind != "text" or not block.words):
                yield block.box


@dataclass(eq=False)
class Sheet:
    """A page that is being read, or why it cannot be."""

    page: Page | Lost
    views: Sequence[Seen] = ()
    first: int = 0  # number of its first view's job
    size: int = 0  # bytes
    why: GotocrError | None = None
    cap: Cap | None = None
    readings: list[Reading] = field(default_factory=list)
    disbelieved: int = 0  # views of which nothing is kept

    def leaf(self, task: Task, why: GotocrError | None) -> Leaf:
        """The page as it was read."""
        from .kinds.page import confidence, parse

        width, height = self.page.image.shape[1::-1] if isinstance(self.page, Page) else (0, 0)
        pieces = [on_page(piece, reading.part) for reading in self.readings for piece in reading.pieces]
        blocks = parse(pieces, (width, height), task.mode)
        if isinstance(self.page, Page):
            blocks = tuple(doubted(block, self.page) for block in blocks)
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
            error=None if why is None else str(why),
            notes=tuple(dict.fromkeys(note for view in self.views for note in view.part.notes)),
            warnings=tuple(self._warnings(blocks, "loop" in finishes)),
            coverage=coverage,
        )

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


class Sheets:
    """The pages of a source: the first of those `waiting` is handed out, the others are read ahead."""

    def __init__(self, family: Family, setting: Callable[[], Setting], pages: Iterator[Page | Lost], task: Task) -> None:
        self._family, self._setting, self._pages, self._task = family, setting, pages, task
        self.waiting: deque[Sheet] = deque()
        self._jobs: deque[Job] = deque()
        self._count = 0
        self._trouble: GotocrError | None = None

    def open(self) -> bool:
        """Take one more page, if there is one, and look at it. Raises what is wrong with the source."""
        if self._trouble is not None:
            raise self._trouble
        page = next(self._pages, None)
        if page is None:
            return False
        if isinstance(page, Lost):
            self.waiting.append(Sheet(page, why=page.why))
            return True
        sheet = Sheet(page, first=self._count, size=page.image.nbytes, cap=Cap(self._task))
        self.waiting.append(sheet)
        try:
            sheet.views, jobs = self._look(page, sheet.cap)
        except (InputError, UsageError) as error:  # a region that is not on this page, say
            sheet.why = error
            return True
        sheet.size += sum(job.pixels.values.nbytes for job in jobs)
        self._ask(jobs)
        return True

    def _look(self, page: Page, cap: Cap) -> tuple[list[Seen], list[Job]]:
        """What a model sees of a page, and is asked about it."""
        seen, jobs = [], []
        for look in looks(page, self._task, self._family.told):
            for before, job in self._views(look.part.page, look.task, cap):
                seen.append(Seen(before if len(seen) else "", look.part))
                jobs.append(job)
        return seen, jobs

    def _views(self, page: Page, task: Task, cap: Cap) -> Iterator[tuple[str, Job]]:
        """What parts a view's text from the one before, and the job of reading it."""
        family, setting = self._family, self._setting()
        for number, view in enumerate(family.view(page, task, setting)):
            before = view.before if number else "\n" if task.mode == "plain" else "\n\n"
            yield before, Job(view.pixels, family.ask(task, view.pixels, setting), task.max_tokens, cap)

    def _ask(self, jobs: Sequence[Job]) -> range:
        """Put jobs behind those that wait; gives their numbers."""
        self._jobs += jobs
        self._count += len(jobs)
        return range(self._count - len(jobs), self._count)

    def jobs(self) -> Iterator[Job | None]:
        """What is to be written next, pages being opened for it; None where those that wait are many enough, or may ask for more."""
        opened = True
        while opened or self.waiting:
            if self._jobs:
                yield self._jobs.popleft()
            elif not opened or (self.waiting and sum(sheet.size for sheet in self.waiting) > AHEAD):
                yield None
            else:
                try:
                    opened = self.open()
                except GotocrError as error:  # those before it are not lost
                    self._trouble, opened = error, False

    def read(self, sheet: Sheet, written: Written) -> Iterator[Piece]:
        """What stands on a page, as it is written; then what was passed over, read by itself. Boxes are on the page."""
        for number, view in enumerate(sheet.views, sheet.first):
            if not sheet.readings or sheet.readings[-1].part is not view.part:
                sheet.readings.append(Reading(view.part))
            pieces = sheet.readings[-1].pieces
            before = len(pieces)
            for piece in parted(view.before, sheet.cap.count(self._sifted(written, number)), _begun(sheet)):
                pieces.append(piece)
                yield on_page(piece, view.part)
            believed = kept(pieces[before:])
            sheet.disbelieved += len(believed) < len(pieces) - before
            pieces[before:] = believed
        for reading in sheet.readings if self._task.reread else ():
            yield from self._again(sheet, reading, written)

    def _sifted(self, written: Written, number: int) -> Iterator[Piece]:
        return self._family.sift(written(number))

    def _again(self, sheet: Sheet, reading: Reading, written: Written) -> Iterator[Piece]:
        """Lines of a part that have ink and no text are read by themselves; what is believed takes its place among the rest."""
        mode, page = self._task.mode, reading.part.page
        if not any(piece.box for piece in reading.pieces):
            return  # this model does not say where its words stand
        ink = Ink(page.image)
        reading.covered = ink.covered(reading.boxes(mode))
        if reading.covered is None or not reading.covered.lines or sheet.cap():
            return
        asked = []
        for box in reading.covered.lines[:MOST_LINES]:
            part = self._close_up(page, box, reading.covered.letters)
            views = list(self._views(part.page, replace(self._task, regions=(), region=None), sheet.cap))
            asked.append((box, part, self._ask([job for _, job in views])))
        for box, part, numbers in asked:
            pieces = [on_page(piece, part) for number in numbers for piece in sheet.cap.count(self._sifted(written, number))]
            if not is_new(pieces, reading.pieces):
                continue
            reading.late += 1
            reading.pieces = insert(reading.pieces, pieces, box, reading.covered.letters, mode)
            yield from (on_page(piece, reading.part) for piece in parted("\n", iter(pieces), True))
        reading.covered = ink.covered(reading.boxes(mode))


    def _close_up(self, page: Page, box: Box, letters: float) -> Part:
        """A line as it is shown once more: at another size than at first, at which it was passed over."""
        part = part_of(page, _roomy(box, letters))
        tall = text_height(part.page) if self._family.letters else None
        return shrunk(part, self._family.letters / tall) if tall else part


def is_new(late: Sequence[Piece], pieces: Sequence[Piece]) -> bool:
    """Whether what was read late says something, is believed, and does not stand among the others already."""
    text = "".join(piece.text for piece in late)
    if sum(map(str.isalnum, text)) < LETTERS or sure_of(late) < BELIEVED:
        return False
    return " ".join(text.split()) not in " ".join("".join(piece.text for piece in pieces).split())


def doubted(block: Block, page: Page) -> Block:
    """A block whose words say where there is no ink under them."""
    if not any(word.box and is_bare(page.image, word.box) for word in block.words):
        return block
    words = (_marked(word) if word.box and is_bare(page.image, word.box) else word for word in block.words)
    return replace(block, words=tuple(words))


def _marked(word: Word) -> Word:
    return replace(word, problems=(*word.problems, PLACELESS))


def on_page(piece: Piece, part: Part) -> Piece:
    return piece if piece.box is None else replace(piece, box=part.back(piece.box))


def counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _roomy(box: Box, letters: float) -> Box:
    up, aside = (room * letters for room in ROOM)
    return (box[0] - aside, box[1] - up, box[2] + aside, box[3] + up)


def _begun(sheet: Sheet) -> bool:
    return any(piece.text for reading in sheet.readings for piece in reading.pieces)


def parted(before: str, pieces: Iterator[Piece], written: bool) -> Iterator[Piece]:
    """`pieces`, behind a piece that is only `before` when something was written already and something comes."""
    for piece in pieces:
        if piece.text and written and before:
            yield Piece(NO_TOKEN, before, math.nan)
        written = written and not piece.text
        yield piece


class Failures:
    """Pages that failed are held back until one could be read: where none can, the source is what failed."""

    def __init__(self) -> None:
        self._held: list[Leaf] = []
        self._first: GotocrError | None = None
        self._any = False

    def sift(self, leaf: Leaf, why: GotocrError | None) -> Iterator[Leaf]:
        """The pages that can be handed out once `leaf` was read, or failed because of `why`."""
        self._first = self._first or why
        self._any = self._any or why is None
        self._held.append(leaf)
        if self._any:
            held, self._held = self._held, []
            yield from held

    def end(self) -> None:
        """Raise the first error where no page could be read."""
        if self._first is not None and not self._any:
            raise self._first
