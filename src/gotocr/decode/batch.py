"""Several texts written at once: rows join and leave between tokens, and one call of the network serves all of them.

A `Row` says what it has to ask the network next and makes a step of the answer; how several questions become one call is
the engine's. Every row writes by the same loop as it would alone, so it writes the same.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import count
from math import nan
from threading import Event
from typing import Any, NamedTuple, Protocol

from ..errors import EngineError, GotocrError
from ..schema import Job, Piece
from .loop import Stream, Terms, Writing
from .step import Step
from .watch import Watch, sound

AT_ONCE = 8  # rows, unless told
NO_TOKEN = -1  # of a piece that no model wrote
AHEAD = 2  # pictures that are looked at, at most, before there is room to write of them
LEAD = 28  # calls of the network for the first text alone, so that it shows: more than `doubt.HELD`, which are held back


class Known(NamedTuple):
    """A question whose answer is there already: of a draft that was right, say. The engine is not asked."""

    answer: Any


class Row(Protocol):
    """One picture that was looked at, and its cache. A question is whatever the engine's `answer` understands."""

    question: Any  # what is still to be asked after `hear` gave None

    def begin(self) -> Any:
        """The question for the step after the prompt."""
        ...

    def push(self, token: int) -> Any:
        """The question for the step after `token`, which was written where the last step said; it may be `Known`."""
        ...

    def hear(self, answer: Any) -> Step | None:
        """The step that `answer` makes; None when there is more to ask, which is then the row's `question`."""
        ...

    def close(self) -> None:
        """Give the cache back; a second call does nothing."""
        ...


@dataclass
class Opened:
    """A row, and how its tokens become text."""

    row: Row
    stream: Stream
    terms: Terms


@dataclass
class _Place:
    row: Row
    writing: Writing
    question: Any


class Rows:
    """Texts that are being written: `join` with a job, `step` for the next pieces of all, `leave` before the end.

    `open_row` looks at a job's picture and gives what reads it; `answer` gives an answer for each of some questions, in
    their order. A row that fails ends with its error in place of a piece; where `answer` itself fails, all do. Any other
    exception than GotocrError leaves no row. Not for several threads at the same time.

    Where there is `look`, a picture can be looked at by it in another thread, while others are written; `open_row` is
    given what it gave, too. It must bear to be called while `answer` works, and is given a function that says whether nobody
    waits for it any more: it may end with an EngineError then.
    """

    def __init__(
        self,
        open_row: Callable[..., Opened],
        answer: Callable[[Sequence[Any]], Sequence[Any]],
        most: int = AT_ONCE,
        look: Callable[[Job, Callable[[], bool]], Any] | None = None,
    ) -> None:
        if most < 1:
            raise ValueError(f"at least one row is needed, not {most}")
        self._open_row, self._answer, self.most, self._look = open_row, answer, most, look
        self._places: dict[int, _Place] = {}
        self._keys = count()
        self._looker: ThreadPoolExecutor | None = None
        self._closed = Event()

    def __len__(self) -> int:
        return len(self._places)

    @property
    def is_full(self) -> bool:
        return len(self) >= self.most

    @property
    def looks_ahead(self) -> bool:
        """Whether pictures can be looked at while others are written."""
        return self._look is not None

    def look_ahead(self, job: Job) -> Future[Any]:
        """Begin to look at the picture of `job`, for `join`."""
        if self._look is None:
            raise ValueError("these rows do not look ahead")
        self._looker = self._looker or ThreadPoolExecutor(1, "gotocr-look")
        return self._looker.submit(self._look, job, self._closed.is_set)

    def join(self, job: Job, looked: Future[Any] | None = None) -> int:
        """Look at the picture of `job`, or wait for that, and give the number under which its pieces come. Raises EngineError."""
        if self._look is None:
            opened = self._open_row(job)
        else:
            opened = self._open_row(job, looked.result() if looked else self._look(job, self._closed.is_set))
        try:
            question = opened.row.begin()
        except BaseException:
            opened.row.close()
            raise
        key = next(self._keys)
        self._places[key] = _Place(opened.row, Writing(opened.stream, opened.terms), question)
        return key

    def leave(self, key: int) -> None:
        """Nobody listens any more; a row that is gone already is no error."""
        place = self._places.pop(key, None)
        if place is not None:
            place.row.close()

    def step(self) -> list[tuple[int, Piece | GotocrError]]:
        """One call of the network: the pieces that are ready now, each with its row's number; a row's last has `finish`."""
        try:
            return list(self._step()) if self._places else []
        except BaseException:  # some rows heard their answer, some did not: nobody could go on from here
            self.close()
            raise

    def _step(self) -> Iterator[tuple[int, Piece | GotocrError]]:
        some = list(self._places.items())
        try:
            answers = self._answer([place.question for _, place in some])
        except GotocrError as error:
            for key, _ in some:
                self.leave(key)
            yield from ((key, error) for key, _ in some)  # those that are looked at meanwhile come to no harm
            return
        for (key, place), answer in zip(some, answers, strict=True):
            try:
                yield from ((key, piece) for piece in self._go_on(key, place, answer))
            except GotocrError as error:  # what was written before that is kept
                yield from ((key, piece) for piece in place.writing.left())
                self.leave(key)
                yield key, error

    def _go_on(self, key: int, place: _Place, answer: Any) -> Iterator[Piece]:
        while True:
            step = place.row.hear(answer)
            if step is None:
                place.question = place.row.question
                return
            yield from place.writing.take(step)  # also where what follows fails, as alone
            if place.writing.token is None:
                self.leave(key)
                return
            question = place.row.push(place.writing.token)
            if not isinstance(question, Known):
                place.question = question
                return
            answer = question.answer

    def close(self) -> None:
        """All rows leave; nothing is looked at any more."""
        for key in list(self._places):
            self.leave(key)
        if self._looker is not None:
            self._closed.set()
            self._looker.shutdown(cancel_futures=True)
            self._looker, self._closed = None, Event()


def open_rows(engine: Any, most: int | None = None) -> Rows | SingleRow:
    """At most `most` rows of an engine (None = as it sees fit), or one where it has none to give."""
    if not hasattr(engine, "rows"):
        return SingleRow(engine)
    return engine.rows() if most is None else engine.rows(most)


class SingleRow:
    """`Rows` with room for one, of an engine that reads one picture at a time by `run`, and of which nothing is believed.

    Its text is cut where it goes in circles, at the caps of the job, and where the time is up, whether the engine knows of
    that or not; a call that does not come back cannot be broken off. See `watch.sound` for what else is put right.
    """

    most, looks_ahead = 1, False

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._running: Iterator[Piece] | None = None
        self._watch, self._size = Watch(1), (0, 0)
        self._keys, self._key = count(), -1

    def __len__(self) -> int:
        return int(self._running is not None)

    @property
    def is_full(self) -> bool:
        return self._running is not None

    def join(self, job: Job) -> int:
        self._running, self._key = iter(self._engine.run(job)), next(self._keys)
        self._watch, self._size = Watch(job.max_tokens, job.over), job.pixels.page_size
        return self._key

    def leave(self, key: int) -> None:
        if self._running is not None and key == self._key:
            running, self._running = self._running, None
            close = getattr(running, "close", None)  # of a generator; another iterator holds nothing
            if close is not None:
                with suppress(RuntimeError):  # of one that will not be closed
                    close()

    def step(self) -> list[tuple[int, Piece | GotocrError]]:
        if self._running is None:
            return []
        found: list[Piece | GotocrError]
        try:
            found = [*self._next()]
        except GotocrError as error:  # what was written before that is kept
            found = [*self._watch.left(), error]
        if found and (isinstance(found[-1], GotocrError) or found[-1].finish is not None):
            self.leave(self._key)
        return [(self._key, piece) for piece in found]

    def _next(self) -> list[Piece]:
        """What can be handed out once the engine has written a piece more. Raises what it raises."""
        piece = next(self._running, None)
        if piece is None:
            raise EngineError("the engine ended without saying so")
        for part in sound(piece, self._size):
            if part.finish is not None:
                return self._watch.end(part.finish, part)
            if finish := self._watch.push(part):
                return self._watch.end(finish)
        return self._watch.ready()

    def close(self) -> None:
        self.leave(self._key)


def write_all(rows: Rows | SingleRow, jobs: Iterable[Job]) -> Iterator[tuple[int, Piece]]:
    """As `write_each`, but raises what fails, after which no row is left."""
    with closing(write_each(rows, jobs)) as pairs:
        for number, piece in pairs:
            if isinstance(piece, GotocrError):
                raise piece
            yield number, piece


def write_each(
    rows: Rows | SingleRow, jobs: Iterable[Job | None], lead: int = 0
) -> Iterator[tuple[int, Piece | GotocrError]]:
    """The pieces of all jobs as they come, each with its job's number; at most `rows.most` are written at a time.

    Jobs are taken one between two tokens, so that the first pieces of the first one do not wait for the others to be looked
    at; none before the network was called `lead` times for the first, unless that is over. Where the rows can do so, `AHEAD`
    pictures are looked at while others are written. None among the jobs says that there is none yet. A job that fails ends
    with its error in place of a piece, one whose time is up before it begins with a piece that says so. Where nothing is
    written and there is no job yet, whoever asks for more has to bring one: ValueError. Turning away closes the rows.
    """
    queue = _Queue(rows, iter(jobs))
    given: dict[int, int] = {}
    first = 0  # calls of the network for the first text
    try:
        while queue.more or queue.waiting or rows:
            if not (rows and first < lead):
                queue.take()
            while (number := queue.next()) is not None:
                job, looked = queue.waiting.popleft()[1:]
                if _is_late(job):
                    yield number, Piece(NO_TOKEN, "", nan, finish="time")
                    continue
                try:
                    given[rows.join(job) if looked is None else rows.join(job, looked)] = number
                except GotocrError as error:
                    yield number, error
            first += bool(rows)
            for key, piece in rows.step():
                ended = isinstance(piece, GotocrError) or piece.finish is not None
                yield given.pop(key) if ended else given[key], piece
    finally:
        rows.close()


def _is_late(job: Job) -> bool:
    return job.over is not None and job.over()


class _Queue:
    """Jobs that were taken and are not written yet, looked at ahead where that is possible."""

    def __init__(self, rows: Rows | SingleRow, jobs: Iterator[Job | None]) -> None:
        self.more = True  # whether jobs may be left
        self.waiting: deque[tuple[int, Job, Future[Any] | None]] = deque()
        self._rows, self._jobs, self._numbers = rows, jobs, count()

    def take(self) -> None:
        """One more job, if there is one and room for it. Raises ValueError where there has to be one and is none."""
        if not self.more or len(self.waiting) >= AHEAD or (self._rows.is_full and not self._rows.looks_ahead):
            return
        job = next(self._jobs, _NO_MORE)
        self.more = job is not _NO_MORE
        if job is None and not self._rows and not self.waiting:
            raise ValueError("no text is being written, and there is no job")
        if self.more and job is not None:
            ahead = self._rows.looks_ahead and (self._rows or self.waiting) and not _is_late(job)
            looked = self._rows.look_ahead(job) if ahead else None
            self.waiting.append((next(self._numbers), job, looked))

    def next(self) -> int | None:
        """The number of the first that waits, if it can be written now: it was looked at, or nothing else is written."""
        if not self.waiting or self._rows.is_full:
            return None
        number, _, looked = self.waiting[0]
        return number if looked is None or looked.done() or not self._rows else None


_NO_MORE: Any = object()


def in_order(pairs: Iterator[tuple[int, Piece | GotocrError]]) -> Callable[[int], Iterator[Piece]]:
    """A function that gives the pieces of a job by its number, whatever order they come in; what nobody asked for yet is kept.

    A job's error is raised where its pieces end; so is what the pairs themselves raise, to everyone whose text was not over by then.
    """
    kept: defaultdict[int, deque[Piece | GotocrError]] = defaultdict(deque)
    failed: list[GotocrError] = []

    def of(number: int) -> Iterator[Piece]:
        while True:
            while not kept[number]:
                if failed:
                    raise failed[0]
                try:
                    found = next(pairs, None)
                except GotocrError as error:
                    failed.append(error)
                    raise
                if found is None:
                    return
                kept[found[0]].append(found[1])
            piece = kept[number].popleft()
            if isinstance(piece, GotocrError):
                raise piece
            yield piece
            if piece.finish is not None:
                del kept[number]
                return

    return of
