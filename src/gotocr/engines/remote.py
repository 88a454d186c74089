"""Reads by a server that speaks OpenAI's protocol: vLLM, llama.cpp, Ollama, LM Studio, OpenAI or our own; a thread for each request.

The server is believed no more than any engine of strangers: its text is watched for circles and capped here, and a request whose
text is cut, or that nobody waits for, is ended by closing its connection.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

from ..decode.batch import NO_TOKEN, write_all
from ..decode.watch import Watch, sound
from ..errors import EngineError, GotocrError, UsageError
from ..schema import Job, Piece
from .remote_call import Call, Desk
from .remote_chat import Ended, Said, Words, warned
from .remote_server import Server
from .remote_wraps import Wraps

if TYPE_CHECKING:
    from .remote_call import Letter

LOOK = 0.02  # seconds after which whoever waits for text may look after other things


class RemoteEngine:
    """A server that was greeted; see `engine.Engine`."""

    name = "remote"

    def __init__(self, desk: Desk) -> None:
        self.desk: Desk | None = desk

    @property
    def told(self) -> dict[str, Any]:
        """What a family has to know to look at pages and to ask: see `models.REMOTE_FAMILY`."""
        desk = self._opened()
        return {"model": desk.model, "owner": desk.owner, "prompt": desk.server.prompt, "side": desk.server.side}

    def run(self, job: Job) -> Iterator[Piece]:
        """Write what stands in the picture, a piece a word or token. Raises EngineError, also while writing; ServerError where no other picture would fare better."""
        yield from (piece for _, piece in write_all(self.rows(1), [job]))

    def rows(self, most: int | None = None) -> RemoteRows:
        """Several requests at once, by default as many as the server is to be asked at a time; see `decode.batch.Rows`."""
        desk = self._opened()
        return RemoteRows(desk, min(most or desk.server.at_once, desk.server.at_once))

    def close(self) -> None:
        self.desk = None

    def _opened(self) -> Desk:
        if self.desk is None:
            raise EngineError("this engine was closed; open another")
        return self.desk


@dataclass
class _Place:
    """One text that is being written."""

    call: Call
    job: Job
    watch: Watch
    words: Words
    wraps: Wraps | None
    chance: float = math.nan  # the last one that was told
    is_over: bool = False  # nothing more comes: what is held is looked at, late or not


class RemoteRows:
    """`decode.batch.Rows` whose texts are written elsewhere: `join` asks, `step` gives what came within a moment, `leave` hangs up."""

    looks_ahead = False  # a thread does so for each

    def __init__(self, desk: Desk, most: int) -> None:
        self.most, self._desk = most, desk
        self._places: dict[int, _Place] = {}
        self._mail: SimpleQueue[tuple[int, Letter]] = SimpleQueue()
        self._keys = count()

    def __len__(self) -> int:
        return len(self._places)

    @property
    def is_full(self) -> bool:
        return len(self) >= self.most

    def join(self, job: Job) -> int:
        """Ask the server about the picture of `job`; its pieces come under the number this gives. Raises ServerError where it cannot be used any more."""
        if not job.prompt.text:
            raise EngineError("this prompt has no words to ask a server with; it was made for another engine")
        self._desk.check()
        key, mail = next(self._keys), self._mail
        call = Call(self._desk, job, lambda letter: mail.put((key, letter)))
        wraps = None if self._desk.is_got else Wraps(job.prompt.mode)
        self._places[key] = _Place(call, job, Watch(job.max_tokens, job.over), Words(), wraps)
        Thread(target=call.live, name=f"gotocr remote {key}", daemon=True).start()
        return key

    def leave(self, key: int) -> None:
        place = self._places.pop(key, None)
        if place is not None:
            place.call.hang_up()

    def step(self) -> list[tuple[int, Piece | GotocrError]]:
        """What came; nothing where nothing came for `LOOK` seconds. A text whose time is up ends, whether the server says something or not."""
        found: list[tuple[int, Piece | GotocrError]] = []
        for key, letter in self._letters():
            place = self._places.get(key)
            if place is None:
                continue
            try:
                pieces = self._read(place, letter)
            except GotocrError as error:  # what was written before that is kept
                pieces = self._rest(place)
                if not pieces or pieces[-1].finish is None:
                    found += ((key, piece) for piece in (*pieces, *place.watch.left()))
                    found.append((key, error))
                    self.leave(key)
                    continue
            found += ((key, piece) for piece in pieces)
            if pieces and pieces[-1].finish is not None:
                self.leave(key)
        for key, place in list(self._places.items()):
            if place.job.over is not None and place.job.over():
                found += ((key, piece) for piece in self._end(place, "time"))
                self.leave(key)
        return found

    def _letters(self) -> Iterator[tuple[int, Letter]]:
        if not self._places:
            return
        try:
            yield self._mail.get(timeout=LOOK)
            while True:
                yield self._mail.get_nowait()
        except Empty:
            return

    def _read(self, place: _Place, letter: Letter) -> list[Piece]:
        """What can be handed out once more was heard; the last piece has `finish` where the text is over. Raises what went wrong."""
        if isinstance(letter, GotocrError):
            raise letter
        if isinstance(letter, Said):
            return self._write(place, place.words.push(letter))
        return self._end(place, _finish(letter))

    def _rest(self, place: _Place) -> list[Piece]:
        """What was held back until it is known what comes behind it."""
        place.is_over = True
        written = self._write(place, place.words.close())
        if not written or written[-1].finish is None:
            written += self._watched(place, place.wraps.close() if place.wraps else [])
        return written

    def _write(self, place: _Place, words: list[Said]) -> list[Piece]:
        found: list[Piece] = []
        for said in words:
            found += self._watched(place, place.wraps.push(said) if place.wraps else [said])
            if found and found[-1].finish is not None:
                break
        return found

    def _watched(self, place: _Place, words: list[Said]) -> list[Piece]:
        for said in words:
            if not math.isnan(said.probability):
                place.chance = said.probability
            piece = Piece(zlib.crc32(said.text.encode("utf-8", "replace")), said.text, said.probability, alternatives=said.alternatives)
            for part in sound(piece, place.job.pixels.page_size):
                finish = place.watch.push(part)
                if finish and not (finish == "time" and place.is_over):
                    return self._told(place, place.watch.end(finish))
        return place.watch.ready()

    def _end(self, place: _Place, finish: str) -> list[Piece]:
        written = self._rest(place)
        if written and written[-1].finish is not None:  # a circle was seen in that
            return written
        return [*written, *self._told(place, place.watch.end(finish, Piece(NO_TOKEN, "", math.nan)))]

    def _told(self, place: _Place, pieces: list[Piece]) -> list[Piece]:
        """The last pieces, the very last one with what the page is to say about how it was written."""
        said = (*(place.wraps.told if place.wraps else ()), *place.call.told, warned([place.chance]))
        return [*pieces[:-1], replace(pieces[-1], warnings=said)]

    def close(self) -> None:
        for key in list(self._places):
            self.leave(key)


def _finish(ended: Ended) -> str:
    """Why a text ended, in words of `schema.Piece`. Raises EngineError for what is no end of a text."""
    if ended.reason in ("stop", "length"):
        return ended.reason
    if ended.reason == "content_filter":
        raise EngineError("the server's filter of contents broke this answer off")
    raise EngineError(f"the server ended its answer for another reason than that it was done: {ended.reason[:40]!r}")


def open_engine(server: Server | Path, device: str = "cpu") -> RemoteEngine:
    """Greet a server: whether it is there, lets us in, and has the model. See `engine.OpenEngine`. Raises ServerError, UsageError."""
    if not isinstance(server, Server):
        raise UsageError("the remote engine reads by a server, not with a folder; give its address: --url http://localhost:8000/v1")
    if device != "cpu":
        raise UsageError(f"--device {device} is for engines on this machine; the server has devices of its own")
    desk = Desk(server)
    desk.greet()
    return RemoteEngine(desk)
