"""Several texts written at once: rows join and leave between tokens, and one call of the network serves all of them.

A `Row` says what it has to ask the network next and makes a step of the answer; how several questions become one call is
the engine's. Every row writes by the same loop as it would alone, so it writes the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from ..errors import GotocrError
from ..schema import Job, Piece
from .loop import Stream, Terms, Writing
from .step import Step

AT_ONCE = 8  # rows, unless told


class Row(Protocol):
    """One picture that was looked at, and its cache. A question is whatever the engine's `answer` understands."""

    question: Any  # what is still to be asked after `hear` gave None

    def begin(self) -> Any:
        """The question for the step after the prompt."""
        ...

    def push(self, token: int) -> Any:
        """The question for the step after `token`, which was written where the last step said."""
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
    """

    def __init__(
        self, open_row: Callable[[Job], Opened], answer: Callable[[Sequence[Any]], Sequence[Any]], most: int = AT_ONCE
    ) -> None:
        if most < 1:
            raise ValueError(f"at least one row is needed, not {most}")
        self._open_row, self._answer, self.most = open_row, answer, most
        self._places: dict[int, _Place] = {}
        self._keys = count()

    def __len__(self) -> int:
        return len(self._places)

    @property
    def is_full(self) -> bool:
        return len(self) >= self.most

    def join(self, job: Job) -> int:
        """Look at the picture of `job`, and give the number under which its pieces come. Raises EngineError."""
        opened = self._open_row(job)
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
            self.close()
            yield from ((key, error) for key, _ in some)
            return
        for (key, place), answer in zip(some, answers, strict=True):
            try:
                yield from ((key, piece) for piece in self._go_on(key, place, answer))
            except GotocrError as error:
                self.leave(key)
                yield key, error

    def _go_on(self, key: int, place: _Place, answer: Any) -> Iterator[Piece]:
        step = place.row.hear(answer)
        if step is None:
            place.question = place.row.question
            return
        yield from place.writing.take(step)  # also where what follows fails, as alone
        if place.writing.token is None:
            self.leave(key)
        else:
            place.question = place.row.push(place.writing.token)

    def close(self) -> None:
        """All rows leave."""
        for key in list(self._places):
            self.leave(key)


def write_all(rows: Rows, jobs: Iterable[Job]) -> Iterator[tuple[int, Piece]]:
    """The pieces of all jobs as they come, each with its job's number; at most `rows.most` are written at a time.

    Jobs are taken one between two tokens, so that the first pieces of the first one do not wait for the others to be looked at.
    Raises what fails, after which no row is left; so does turning away.
    """
    todo, numbers = enumerate(jobs), {}
    more = True
    try:
        while more or rows:
            if more and not rows.is_full:
                number, job = next(todo, (None, None))
                more = job is not None
                if more:
                    numbers[rows.join(job)] = number
            for key, piece in rows.step():
                if isinstance(piece, GotocrError):
                    raise piece
                yield numbers[key], piece
    finally:
        rows.close()


def in_order(pairs: Iterator[tuple[int, Piece]], total: int) -> list[Iterator[Piece]]:
    """The pieces of each of `total` jobs on their own, whatever order they come in; those nobody asked for yet are kept.

    What fails is raised to everyone whose text was not over by then.
    """
    kept: list[deque[Piece]] = [deque() for _ in range(total)]
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
            yield piece
            if piece.finish is not None:
                return

    return [of(number) for number in range(total)]
