"""The answer to a listener: server-sent events until the job is over, whoever listens has gone, or is too slow."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi.responses import Response

from ..completions import STREAM
from .events import Hub, Listener

SILENCE = 15.0  # seconds after which something is said, so that nobody in between takes the connection for dead
SLOW = 30.0  # seconds a listener may take to take what was said
_PIECE = 1 << 16  # bytes of what is said first that are sent at a time


class Stream(Response):
    """`first` is said at once, then what the listener, who listens to the job of that number, is told."""

    def __init__(self, hub: Hub, number: int, listener: Listener, first: Sequence[bytes]) -> None:
        super().__init__()
        self._hub, self._number, self._listener, self._first = hub, number, listener, first

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        tasks = [asyncio.create_task(self._say(send)), asyncio.create_task(_gone(receive))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.leave(self._number, self._listener)
            self._listener.close()  # before Python 3.12 `wait_for` may swallow what is cancelled: it would be told forever
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _say(self, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": STREAM})
        waiting = b""
        for said in self._first:
            waiting += said
            if len(waiting) >= _PIECE:
                await _sent(send, waiting)
                waiting = b""
        await _sent(send, waiting)
        while (said := await self._listener.next(SILENCE)) is not None:
            await _sent(send, said)
        await _sent(send, b"", last=True)


async def _sent(send: Any, body: bytes, last: bool = False) -> None:
    await asyncio.wait_for(send({"type": "http.response.body", "body": body, "more_body": not last}), SLOW)


async def _gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
