"""The life of the MCP server: over its standard streams until these end, or over HTTP until it is told to stop."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from .calls import Calls
from .server import build
from .settings import Settings

if TYPE_CHECKING:
    from ..reader import Reader
    from ..serve.settings import Settings as Door

PATIENCE = 3.0  # seconds in which threads may come to an end when the server does
LEAVING = 5  # seconds for which answers that are under way are waited for
PATH = "/mcp"
MOST_BYTES = 1 << 20  # of a request: files are named, not sent
SESSIONS, IDLE = 100, 1800.0  # clients at once, and seconds after which one that says nothing is forgotten


def over_streams(reader: Reader, settings: Settings) -> None:
    """Serve whoever started this process, until standard input ends, SIGTERM or SIGINT; then the process ends with exit code 0."""
    calls = Calls(reader, settings)
    _on_signals(lambda: threading.Thread(target=_end, args=(calls,)).start())
    try:
        asyncio.run(_streams(calls))
    except BaseException as error:
        if not _is_gone(error):
            raise
    _end(calls)


async def _streams(calls: Calls) -> None:
    server = build(calls)
    async with stdio_server() as (incoming, outgoing):  # standard output is its own from here on: what others print goes to standard error
        await server.run(incoming, outgoing, server.create_initialization_options())


def _on_signals(end: Callable[[], object]) -> None:
    for one in (signal.SIGTERM, signal.SIGINT):
        with suppress(ValueError, OSError):  # not in the main thread
            signal.signal(one, lambda *_: end())


def _end(calls: Calls) -> None:
    """End the process, whatever a thread still waits for: nobody is left to hear of it."""
    calls.close(PATIENCE)
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(0)


def _is_gone(error: BaseException) -> bool:
    """Whether nothing else went wrong than that whoever started this listens no more."""
    inner = getattr(error, "exceptions", None)
    return all(map(_is_gone, inner)) if inner else isinstance(error, (BrokenPipeError, ConnectionError, KeyboardInterrupt))


def over_http(reader: Reader, settings: Settings, door: Door, tell: Callable[[str], None]) -> None:
    """Serve at http://host:port/mcp until SIGTERM or SIGINT; `tell` gets the address. Raises UsageError where it cannot be taken."""
    from ..serve.run import address, listen

    door.check()
    calls = Calls(reader, settings)
    with listen(door.host, door.port) as sock:
        asyncio.run(_http(calls, door, sock, lambda: tell(address(sock).removesuffix("/v1") + PATH)))
    if not calls.close(PATIENCE):
        _end(calls)


async def _http(calls: Calls, door: Door, sock: Any, tell: Callable[[], None]) -> None:
    from ..serve.door import Door as Doorkeeper
    from ..serve.meters import Meters
    from ..serve.run import Server

    manager = StreamableHTTPSessionManager(build(calls), session_idle_timeout=IDLE, max_sessions=SESSIONS, max_request_body_size=MOST_BYTES)

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].rstrip("/") == PATH:
            await manager.handle_request(scope, receive, send)
        else:
            await _nothing(send)

    server = Server(Doorkeeper(inner, door, Meters(), [PATH]))
    server.config.timeout_graceful_shutdown = LEAVING
    async with manager.run():
        tell()
        await server.serve(sockets=[sock])


async def _nothing(send: Any) -> None:
    body = json.dumps({"error": f"there is nothing here; the server is at {PATH}"}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": body})
