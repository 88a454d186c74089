"""Connections that are waited for no longer than they deserve: uvicorn's own have no time for the head of a request, nor for who does not read.

What a connection does when nothing of it is being answered is timed; so is whoever does not take what is sent to it. There are only
so many at a time: when one more comes, the one that has been idle for longest goes, so that who asks something always gets in.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from .problems import form

HEAD = 30.0  # seconds the head of a request may take to come, from when it was connected or its first byte came
IDLE = 75.0  # seconds a connection may stay open between two requests
REST = 30.0  # seconds for the rest of a body that nobody reads any more: who sends it may see the answer only then
UNREAD = 60.0  # seconds in which whoever is sent something must have taken some of it
MOST = 4096  # connections at a time
SPARED = 256  # files that are left for other things than connections
FILES = 8192  # files this process asks to be allowed to open


def most_connections() -> int:
    """How many there may be, by how many files this process may open; it asks for more where it may."""
    try:
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != resource.RLIM_INFINITY and soft < FILES:
            wanted = FILES if hard == resource.RLIM_INFINITY else max(soft, min(hard, FILES))
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    except (ImportError, OSError, ValueError):
        return MOST
    return MOST if soft == resource.RLIM_INFINITY else min(MOST, max(soft - SPARED, soft // 2))


class Hall:
    """The connections of a server that are idle, the longest first, and how many there may be in all."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.idle: dict[Connection, None] = {}


class Connection(H11Protocol):
    """One connection; see above."""

    def __init__(self, hall: Hall, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._hall = hall
        self._state: float | None = None  # the time for what it does; None while a request of it is answered
        self._timer: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > self._hall.most:
            oldest = next(iter(self._hall.idle), self)
            oldest.transport.abort()
            self._hall.idle.pop(oldest, None)
            if oldest is self:
                return
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._timer, self._unread):
            if timer is not None:
                timer.cancel()
        self._hall.idle.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(UNREAD, self._give_up)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def send_400_response(self, msg: str) -> None:
        """In OpenAI's form, as all errors."""
        content = json.dumps(form(msg, 400, code="invalid_http")).encode()
        headers = [("content-type", "application/json"), ("content-length", str(len(content))), ("connection", "close")]
        try:
            for event in (h11.Response(status_code=400, headers=headers, reason=b"Bad Request"), h11.Data(data=content), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event))
        except h11.LocalProtocolError:  # it is in the middle of an answer
            pass
        self.transport.close()

    def _look(self) -> None:
        """Time what it does now, if that is something else than before."""
        if self.transport.is_closing():
            return
        state = self._doing()
        if state == self._state:
            return
        self._state = state
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._hall.idle.pop(self, None)
        if state is not None:
            self._timer = self.loop.call_later(state, self._give_up)
            self._hall.idle[self] = None

    def _doing(self) -> float | None:
        if self.cycle is not None and not self.cycle.response_complete:
            return None
        if self.conn.their_state is h11.SEND_BODY:
            return REST
        return HEAD if self.cycle is None or self.conn.trailing_data[0] else IDLE

    def _give_up(self) -> None:
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()
