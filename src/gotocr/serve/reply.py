"""Several sources as one text: what `chat` asks of the desk, and what comes of it piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from ..errors import EngineError, InputError
from ..schema import Leaf, Piece, Task
from .desk import Desk
from .seat import LateError, Seat

CUT = "length"  # how an answer ends that is not whole, in OpenAI's words


@dataclass(frozen=True)
class Asked:
    """What a request wants read: functions that give the bytes of each source, fetching them if need be."""

    sources: tuple[Callable[[], bytes], ...]
    task: Task
    most: int | None = None  # tokens of the whole answer


@dataclass(frozen=True)
class End:
    """How an answer ended: `finish` is "stop" or "length", `cut` says why where it was cut off."""

    finish: str
    prompt_tokens: int
    completion_tokens: int
    cut: str | None = None  # "max_tokens", "loop" or "deadline"


def written(desk: Desk, asked: Asked, seat: Seat) -> Generator[str, None, End]:
    """The text as it is written, then its end. Raises what reading raises; LateError where nothing was written in time."""
    flow, cut = Flow(), None
    try:
        for step in _steps(desk, asked, seat):
            if isinstance(step, Leaf):
                cut = cut or ("loop" if step.truncated else None)
                flow.end_page()
            elif step.token < 0 or asked.most is None or seat.written <= asked.most:
                cut = {"length": "max_tokens", "time": "deadline"}.get(step.finish, cut)
                if text := flow.push(step.text):
                    yield text
            else:
                seat.written -= 1  # this one is not handed out
                cut = "max_tokens"
                break
    except LateError:
        if not flow.begun:
            raise
        cut = "deadline"
    return End(CUT if cut else "stop", seat.asked, seat.written, cut)


def late(seat: Seat) -> End:
    """The end of an answer whose thread is busy with something that cannot be broken off."""
    return End(CUT, seat.asked, seat.written, "deadline")


def _steps(desk: Desk, asked: Asked, seat: Seat) -> Iterator[Piece | Leaf]:
    for source in asked.sources:
        seat.check()
        for step in desk.steps(seat, source(), asked.task):
            if isinstance(step, Leaf) and step.error:  # an answer with a page missing would pass for a whole one
                raise (EngineError if step.width else InputError)(f"page {step.index + 1}: {step.error}")
            if isinstance(step, (Piece, Leaf)):
                yield step


class Flow:
    """Pieces to the text of the whole answer: of every page what was written of it, an empty line between pages.

    Lines that were passed over at first come at the end of their page, as they are read; in `schema.Leaf.text` they stand in their place.
    """

    def __init__(self) -> None:
        self.begun = False
        self._page_begun, self._held = False, ""

    def push(self, text: str) -> str:
        """What can be handed out now; white space at the end is held until more comes."""
        whole = self._held + text
        if not self._page_begun:
            whole = whole.lstrip("\n")
        body = whole.rstrip()
        self._held = whole[len(body) :]
        if not body:
            return ""
        parted = "" if self._page_begun or not self.begun else "\n\n"
        self.begun = self._page_begun = True
        return parted + body

    def end_page(self) -> None:
        self._page_begun, self._held = False, ""
