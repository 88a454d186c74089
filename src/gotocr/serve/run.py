"""A server's life: its socket, its signals, its end. The first signal lets what runs be finished, a second one does not wait."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import uvicorn

from ..errors import UsageError
from .app import build
from .connections import IDLE, Connection, Hall, most_connections
from .desk import Desk
from .jobs.office import Jobs
from .meters import Meters
from .settings import Settings

if TYPE_CHECKING:
    from ..reader import Reader

BACKLOG = 2048


def serve(reader: Reader, name: str, settings: Settings, tell: Callable[[str], None]) -> None:
    """Serve until told to stop by SIGTERM or SIGINT; `tell` gets the address once requests can come.

    Raises UsageError where the address cannot be taken, StoreError where the jobs of an earlier server cannot be had, and what
    loading the model raises.
    """
    settings.check()
    with listen(settings.host, settings.port) as sock, reader:
        desk = Desk(reader, settings, Meters())
        try:
            with Jobs(desk, name) as jobs:
                server = Server(build(desk, name, jobs), jobs.hush)
                desk.warm_up()
                tell(address(sock))
                server.run(sockets=[sock])
        finally:
            desk.close()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one."""
    try:
        family, *_, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        sock = socket.socket(family, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UsageError(f"--host {host} is no address of this machine ({_reason(error)})") from error
    try:
        if os.name != "nt":  # there it would let two servers share a port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(place)
        sock.listen(BACKLOG)
        return sock
    except (OSError, OverflowError) as error:
        sock.close()
        raise UsageError(f"cannot listen at {host}, port {port} ({_reason(error)}); --port 0 takes a free one") from error


def address(sock: socket.socket) -> str:
    """Where a listening socket is reached, up to and with /v1."""
    host, port = sock.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/v1"


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


class Server(uvicorn.Server):
    """uvicorn, with our own answers to signals; it ends with exit code 0 after the first one. `ending` is called before the last
    answers are waited for."""

    def __init__(self, app: Any, ending: Callable[[], object] = lambda: None) -> None:
        self._ending = ending
        super().__init__(
            uvicorn.Config(
                app,
                http=partial(Connection, Hall(most_connections())),
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=int(IDLE),
                backlog=BACKLOG,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._ending()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: Any) -> None:
        if self.should_exit:
            sys.stderr.flush()
            os._exit(128 + sig)  # as shells count
        self.should_exit = True
