"""The pages of sources in a line: the first is handed out, those behind it, of later sources too, are opened and read ahead."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from ..decode.batch import NO_TOKEN
from ..engines.looks import looks
from ..engines.models import Family, Setting
from ..errors import EngineError, GotocrError, InputError, UsageError
from ..pixels.parts import Part
from ..pixels.views import View
from ..schema import Job, Leaf, Lost, Page, Piece, Task
from ..trust.late import parted
from .again import Again
from .cap import Cap
from .recall import Recall
from .sheet import Reading, Seen, Sheet, on_page
from .sources import End, Sources

AHEAD = 64_000_000  # bytes of pages that wait: more are not opened ahead

Written = Callable[[int], Iterator[Piece]]  # the pieces of a job by its number
Landmarks = Callable[[Page], Leaf]  # another reading of a page, whose words have boxes


class Asked(NamedTuple):
    """Who reads; `landmarks` where he does not say where, and another one, who does, is to be had; `recall` where pages are remembered."""

    family: Family
    setting: Callable[[], Setting]
    landmarks: Landmarks | None = None
    recall: Recall | None = None


class Sheets:
    """The pages of sources: the first of those `waiting` is handed out, the others are read ahead. A source ends with a sheet of its own."""

    def __init__(self, model: Asked, pages: Sources, task: Task) -> None:
        self._family, self._setting, self._landmarks, self._recall = model
        self._pages, self._task = pages, task
        self.waiting: deque[Sheet] = deque()
        self._jobs: deque[Job] = deque()
        self._count = 0

    def open(self) -> bool:
        """Take one more page, if there is one, and look at it."""
        page = next(self._pages, None)
        if page is None:
            return False
        if not isinstance(page, Page):
            self.waiting.append(Sheet(page, why=page.why))
            return True
        sheet = Sheet(page)
        self._renew(sheet)
        known = self._is_known(sheet)
        self.waiting.append(sheet)
        if not known:
            self._begin(sheet)
        return True

    def _is_known(self, sheet: Sheet) -> bool:
        """Whether an equal page was read, or is about to be: then this one waits for its turn before it is looked at."""
        if self._recall is None:
            return False
        sheet.name = self._recall.name(sheet.page)
        return sheet.name in self._recall.memory or any(other.name == sheet.name for other in self.waiting)

    def _renew(self, sheet: Sheet) -> None:
        """Make a page one that nobody looked at."""
        sheet.begun, sheet.why, sheet.trouble, sheet.size = False, None, None, sheet.page.image.nbytes
        sheet.views, sheet.others = (), {}
        sheet.cap = Cap(self._task)
        sheet.cap.waits = True

    def _begin(self, sheet: Sheet) -> None:
        """Look at a page, and ask what stands on it. What is wrong, with it or with the model, is said when it is its turn."""
        sheet.begun = True
        try:
            sheet.views, jobs = self._look(sheet)
        except (InputError, UsageError, EngineError) as error:  # a region that is not on this page, say
            sheet.why = error
            return
        except Exception as error:
            sheet.trouble = error
            return
        sheet.size += sum({id(job.pixels): job.pixels.values.nbytes for job in jobs}.values())
        sheet.first = self._ask(jobs).start

    def _look(self, sheet: Sheet) -> tuple[list[Seen], list[Job]]:
        """What a model sees of a page, and is asked about it."""
        page = sheet.page
        seen, jobs = [], []
        shown: dict[tuple[int, bool], list[View]] = {}  # regions that a model is told of are of one picture
        found = looks(page, self._task, self._family.told)
        for look in found:
            key = id(look.part.page.image), look.task.region is None
            shown[key] = shown[key] if key in shown else self._views(look.part.page, look.task)
            drafts = self._drafts(sheet, look.part) if shown[key] else ()
            for before, job in self._questions(shown[key], look.task, sheet.cap):
                seen.append(Seen(before if len(seen) else "", look.part))
                jobs.append(replace(job, drafts=drafts))
        return seen, jobs

    def _drafts(self, sheet: Sheet, part: Part) -> tuple[str, ...] | None:
        """What a part of a page may say: what is told, what a PDF says itself, and another reading where its places are wanted anyway."""
        if self._task.drafts is None or not self._family.drafts:
            return self._task.drafts
        if self._landmarks is not None:
            with suppress(GotocrError):  # what is wrong with the other reader is said when the places are wanted
                self._other(sheet, part)
        other = sheet.others.get(id(part))
        return tuple(dict.fromkeys(filter(None, (*self._task.drafts, part.page.text, other and other.text))))

    def _other(self, sheet: Sheet, part: Part) -> Leaf:
        """Another reading of a part of a page, made once."""
        if id(part) not in sheet.others:
            sheet.others[id(part)] = self._landmarks(part.page)
        return sheet.others[id(part)]

    def _views(self, page: Page, task: Task) -> list[View]:
        return self._family.view(page, task, self._setting())

    def _questions(self, views: Sequence[View], task: Task, cap: Cap) -> Iterator[tuple[str, Job]]:
        """What parts a view's text from the one before, and the job of reading it."""
        for number, view in enumerate(views):
            before = view.before if number else "\n" if task.mode == "plain" else "\n\n"
            yield before, Job(view.pixels, self._family.ask(task, view.pixels, self._setting()), task.max_tokens, cap)

    def _ask(self, jobs: Sequence[Job]) -> range:
        """Put jobs behind those that wait; gives their numbers."""
        self._jobs += jobs
        self._count += len(jobs)
        return range(self._count - len(jobs), self._count)

    def jobs(self) -> Iterator[Job | None]:
        """What is to be written next, pages being opened for it; None where those that wait are many enough, or may ask for more."""
        opened = True
        while opened or self.waiting:
            while opened and not self._jobs and self._has_room and not self._pages.must_wait:
                opened = self.open()
                if opened and self.waiting[-1].page != End():  # no more than one page at a time: somebody waits for what is written
                    break
            if self._jobs:
                yield self._jobs.popleft()
            elif opened or self.waiting:
                yield None

    @property
    def _has_room(self) -> bool:
        return not self.waiting or sum(sheet.size for sheet in self.waiting) <= AHEAD

    def read(self, sheet: Sheet, written: Written) -> Iterator[Piece]:
        """What stands on a page, as it is written; then what was passed over, read by itself. Boxes are on the page."""

        def hear(number: int) -> Iterator[Piece]:
            return sheet.cap.count(self._family.sift(written(number)))

        if not sheet.begun and isinstance(sheet.page, Page):
            if self._recalled(sheet):
                yield Piece(NO_TOKEN, sheet.known.text, math.nan, finish="stop")
                return
            self._begin(sheet)
            self.first()
        for number, view in enumerate(sheet.views, sheet.first):
            if not sheet.readings or sheet.readings[-1].part is not view.part:
                sheet.readings.append(Reading(view.part))
            pieces = sheet.readings[-1].pieces
            before = len(pieces)
            for piece in parted(view.before, hear(number), _begun(sheet)):
                pieces.append(piece)
                yield on_page(piece, view.part)
            believed = self._family.keep(pieces[before:])
            sheet.disbelieved += believed != pieces[before:]
            pieces[before:] = believed
        again = Again(partial(self._show, sheet), hear, self._task.mode, self._family.letters)
        for reading in sheet.readings:
            if not sheet.cap():
                self._place(sheet, reading)
            if self._task.reread and not sheet.cap():
                yield from again.lines(reading)
            if self._task.verify and not sheet.cap():
                again.blocks(reading)

    def _recalled(self, sheet: Sheet) -> bool:
        if sheet.known is None and self._recall is not None:
            sheet.known = self._recall.find(sheet.name, sheet.page)
        return sheet.known is not None

    def first(self) -> Sheet:
        """The first of those waiting, whose turn it is. Raises what keeps its source from being read."""
        if not self.waiting:
            self.open()
        sheet = self.waiting[0]
        if sheet.trouble is not None:
            raise sheet.trouble
        if sheet.cap is not None:
            sheet.cap.waits = False
        return sheet

    def is_read(self, sheet: Sheet) -> bool:
        """Whether no model is needed for it: it was read before, or cannot be."""
        return not isinstance(sheet.page, Page) or (not sheet.begun and self._recalled(sheet))

    def end(self) -> None:
        """Take the end of a source out. Raises what was wrong with the source."""
        if (why := self.waiting.popleft().why) is not None:
            raise why

    def skip(self) -> None:
        """Take out what is left of a source, with its end; what stands behind it is to be looked at again."""
        while self.waiting:
            if isinstance(self.waiting.popleft().page, End):
                break
        else:  # it was not read ahead so far
            self._pages.skip()
        self._jobs.clear()
        self._count = 0
        for sheet in self.waiting:
            if isinstance(sheet.page, Page):
                self._renew(sheet)

    def leave(self) -> Leaf:
        """The first of those waiting as it was read, which waits no longer."""
        sheet = self.waiting[0]
        leaf = sheet.leaf(self._task)
        if self._recall is not None and sheet.is_final:
            self._recall.memory.keep(sheet.name, leaf)
        self.waiting.popleft()
        return leaf

    def _show(self, sheet: Sheet, page: Page) -> range:
        """Ask what stands in a part of a page."""
        task = replace(self._task, regions=(), region=None)
        return self._ask([job for _, job in self._questions(self._views(page, task), task, sheet.cap)])

    def _place(self, sheet: Sheet, reading: Reading) -> None:
        """Give the pieces boxes where the model did not say where it read them."""
        if self._landmarks is None or any(piece.box for piece in reading.pieces) or not any(piece.text for piece in reading.pieces):
            return
        from ..trust.placing import placed

        page = reading.part.page
        blocks = self._other(sheet, reading.part).blocks
        reading.landmarks = [word for block in blocks for word in block.words if word.box]
        reading.estimated = True
        reading.pieces = placed(reading.pieces, page.image, reading.landmarks, self._task.mode)


def _begun(sheet: Sheet) -> bool:
    return any(piece.text for reading in sheet.readings for piece in reading.pieces)
