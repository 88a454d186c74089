"""What every path needs that has something read: a place in the queue, and an eye on whoever asked while it is done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import JSONResponse

from ..errors import TooLargeError
from .desk import Desk, Reading
from .door import LOCAL_CLIENT
from .problems import RequestError, told
from .seat import GoneError
from .settings import Settings

T = TypeVar("T")
Understand = Callable[[bytes, str, Settings], T]  # of a body, the name of the model that is here, and the settings
UPLOAD = 60.0  # seconds a request's body may take to come, and as many more as it needs at
DOWNLOAD = 300.0  # seconds whoever asked may take to fetch an answer, and as many more, too
SLOWEST = 1 << 16  # bytes a second: large files come from slow lines, too


def client_of(request: Request) -> str:
    """Whom a request counts for: a digest of its key, else the address it came from; see `door.Door`."""
    return request.scope.get("state", {}).get("client", LOCAL_CLIENT)


@contextmanager
def place(desk: Desk, request: Request) -> Iterator[str]:
    """A place in the queue while this lasts; gives the client. Raises BusyError."""
    client = client_of(request)
    desk.enter(client)
    try:
        yield client
    finally:
        desk.leave(client)


async def done(request: Request, reading: Reading) -> Any:
    """What a reading's work returns, its events passed over. The body of the request must have been read.

    Raises what the work does, LateError, and GoneError as soon as whoever asked has gone away: the rows are then free.
    """
    watch = asyncio.create_task(tell_when_gone(request, reading))
    try:
        async for _ in reading:
            pass
        return reading.end
    finally:
        watch.cancel()
        reading.close()


async def tell_when_gone(request: Request, reading: Reading) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    reading.gone()


def fetched(sending: Awaitable[None], size: int) -> Awaitable[None]:
    """An answer of `size` bytes while it is sent, which is not kept for ever for whoever does not fetch it: TimeoutError."""
    return asyncio.wait_for(sending, DOWNLOAD + size / SLOWEST)


def problem(error: BaseException) -> JSONResponse:
    """The answer that says what went wrong."""
    status, body, headers = told(error)
    return JSONResponse(body, status, headers)


async def understood(request: Request, desk: Desk, understand: Understand[T], model: str) -> T:
    """What the JSON in the body of a request asks for. Raises RequestError, and what `parts_of` does."""
    if media_type(request) != "application/json":
        raise RequestError("the body must be JSON; send Content-Type: application/json", None, "wrong_content_type", 415)
    body = await body_of(request, desk.settings.max_bytes)
    return await asyncio.get_running_loop().run_in_executor(desk.unpackers, understand, body, model, desk.settings)


async def body_of(request: Request, most: int) -> bytes:
    """The body of a request."""
    return b"".join([part async for part in parts_of(request, most)])


async def parts_of(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body of a request as it comes, refused meanwhile when it is too long or too slow.

    Raises TooLargeError beyond `most` bytes, RequestError (408), GoneError.
    """
    too_large = TooLargeError(f"the request is larger than the limit of {most:,} bytes; --max-bytes sets it")
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        raise too_large
    began, size = time.monotonic(), 0
    while True:
        most_seconds = UPLOAD + size / SLOWEST
        try:
            message = await asyncio.wait_for(request.receive(), max(began + most_seconds - time.monotonic(), 0.0))
        except asyncio.TimeoutError as cause:
            said = f"the request came too slowly: {size:,} bytes in {most_seconds:.0f} s"
            raise RequestError(said, None, "request_timeout", 408) from cause
        if message["type"] == "http.disconnect":
            raise GoneError
        part = message.get("body", b"")
        size += len(part)
        if size > most:
            raise too_large
        yield part
        if not message.get("more_body", False):
            return


def media_type(request: Request) -> str:
    """What a request says its body is, in small letters, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
