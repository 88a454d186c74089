"""Second looks at a page: at lines that were passed over, and at blocks that do not look like what was read of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..decode.doubt import is_believed, sure_of
from ..pixels.parts import Part, framed, part_of, shrunk
from ..pixels.textheight import text_height
from ..schema import Block, Box, Page, Piece, Word
from ..trust.ink import Covered, Ink
from ..trust.late import insert, parted, structures
from .sheet import Reading, boxes, is_drawing, on_page

MOST_LINES, MOST_BLOCKS = 60, 12  # of a page that are read once more
ROOM = 0.35, 1.0  # letter heights kept above and beside such a line
BELIEVED, LETTERS = 0.6, 2  # what is read of it counts where its tokens are so sure, and so many of its signs are letters or digits
TOGETHER = 1.5  # letter heights between lines that are one region, at most
SEEN = 0.5  # share of a line's width under words of another reading that says there is something to read
PAPER = 0.06  # of a block's sides that is added as paper, so that it is seen at another place and size
BETTER = 0.05  # agreement that a second reading must have more

Ask = Callable[[Page], Sequence[int]]  # what a model sees of a picture is put to it; the numbers under which it answers
Hear = Callable[[int], Iterator[Piece]]  # the pieces of an answer


@dataclass(frozen=True)
class Again:
    """Asks once more about parts of a page. `letters`: how tall they are shown, in pixels, where not as they are."""

    ask: Ask
    hear: Hear
    mode: str
    letters: float | None = None

    def lines(self, reading: Reading) -> Iterator[Piece]:
        """Lines that have ink and no text are read by themselves; what is believed takes its place in the reading. Boxes are on the page."""
        if not any(piece.box for piece in reading.pieces):
            return  # nobody knows where its words stand
        blocks = reading.blocks(self.mode)
        if is_drawing(blocks):
            return  # it has no lines
        page = reading.part.page
        ink = Ink(page.image)
        reading.covered = covered = ink.covered(boxes(blocks))
        if covered is None:
            return
        asked = [(box, *self._show(page, box, covered.letters)) for box in self._missing(reading, covered)]
        for box, part, numbers in asked:
            late = [on_page(piece, part) for number in numbers for piece in self.hear(number)]
            if not is_new(late, reading.pieces):
                continue
            reading.late += 1
            reading.pieces = insert(reading.pieces, late, box, covered.letters, self.mode)
            yield from (on_page(piece, reading.part) for piece in parted("\n", iter(late), True))
        if reading.late:
            reading.covered = ink.covered(boxes(reading.blocks(self.mode)))

    def _missing(self, reading: Reading, covered: Covered) -> list[Box]:
        """What is to be read; where boxes are estimates, only what another reading has words for, a region at a time."""
        lines = list(covered.lines)
        if reading.estimated:
            lines = together([line for line in lines if seen(line, reading.landmarks)], covered.letters)
        return lines[:MOST_LINES]

    def _show(self, page: Page, box: Box, letters: float) -> tuple[Part, Sequence[int]]:
        """A line as it is shown once more, at another size than at first, at which it was passed over; and the numbers of the answers."""
        part = part_of(page, _roomy(box, letters))
        tall = text_height(part.page) if self.letters else None
        part = shrunk(part, self.letters / tall) if tall else part
        return part, self.ask(part.page)

    def blocks(self, reading: Reading) -> None:
        """Blocks are drawn anew and compared with the page; those that disagree are read once more, and the better reading is kept.

        Raises MissingExtraError where what draws is not installed.
        """
        from ..trust.verify import doubtful, verified

        page = reading.part.page
        blocks = [block for block in verified(reading.blocks(self.mode), page.image) if block.kind != "text"]
        places = structures(reading.pieces)
        alike = len(places) == len(blocks)  # else nobody knows which pieces a block came from
        asked = []
        for number, block in enumerate(blocks):
            if alike and doubtful(block) and has_room(block.box) and len(asked) < MOST_BLOCKS:
                part = framed(part_of(page, block.box), PAPER)
                asked.append((number, part, self.ask(part.page)))
        for number, part, numbers in reversed(asked):  # from the last on, so that the places of the others stay
            late = [on_page(piece, part) for answer in numbers for piece in self.hear(answer)]
            if (better := self._better(late, blocks[number], page)) is not None:
                blocks[number] = better
                reading.pieces[places[number]] = [replace(piece, finish=None) for piece in late]
        reading.agreements.update({(block.kind, block.text): block for block in blocks if block.agreement is not None})

    def _better(self, late: Sequence[Piece], block: Block, page: Page) -> Block | None:
        """The block that was read late, where it is one of the same kind and looks more like the page."""
        from ..kinds.page import parse
        from ..trust.paper import crop
        from ..trust.verify import agreement

        found = [one for one in parse(late, page.image.shape[1::-1], self.mode) if one.text.strip()] if is_believed(late) else []
        if len(found) != 1 or found[0].kind != block.kind:
            return None
        new = agreement(found[0], crop(page.image, block.box))
        if new is None or new < block.agreement + BETTER:
            return None
        return replace(found[0], agreement=new, warnings=("read once more, for it did not look like the page",))


def is_new(late: Sequence[Piece], pieces: Sequence[Piece]) -> bool:
    """Whether what was read late says something, is believed, and does not stand among the others already."""
    text = "".join(piece.text for piece in late)
    if sum(map(str.isalnum, text)) < LETTERS or sure_of(late) < BELIEVED:
        return False
    said = "".join(piece.text for piece in pieces)
    return f" {' '.join(text.split())} " not in f" {' '.join(said.split())} "


def seen(line: Box, words: Iterable[Word]) -> bool:
    """Whether words of another reading stand on a line."""
    under = 0.0
    for word in words:
        if word.box and line[1] < (word.box[1] + word.box[3]) / 2 < line[3]:
            under += max(0.0, min(word.box[2], line[2]) - max(word.box[0], line[0]))
    return under >= SEEN * (line[2] - line[0])


def together(lines: Iterable[Box], letters: float) -> list[Box]:
    """Lines of which each stands close under the one before it as one region each."""
    found: list[Box] = []
    for line in sorted(lines, key=lambda box: box[1]):
        for number, box in enumerate(found):
            shared = min(box[2], line[2]) - max(box[0], line[0])
            if line[1] - box[3] <= TOGETHER * letters and shared > 0.5 * min(box[2] - box[0], line[2] - line[0]):
                found[number] = (min(box[0], line[0]), box[1], max(box[2], line[2]), max(box[3], line[3]))
                break
        else:
            found.append(line)
    return found


def has_room(box: Box) -> bool:
    """Whether there is something in a box; what was cut to the page may be a line at its edge."""
    return box[0] < box[2] and box[1] < box[3]


def _roomy(box: Box, letters: float) -> Box:
    up, aside = (room * letters for room in ROOM)
    return (box[0] - aside, box[1] - up, box[2] + aside, box[3] + up)
