"""The door of the server: who may come in, before anything of a request is read; and the count of what was answered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hmac import compare_digest
from typing import Any
from urllib.parse import urlsplit

from .meters import Meters
from .problems import RequestError, told
from .settings import Settings

OPEN = ("/health", "/ready", "/openapi.json")  # no key is asked for
CLOSED = 499  # nginx's number for: whoever asked went away


class Door:
    """An ASGI application around another one."""

    def __init__(self, inner: Any, settings: Settings, meters: Meters, paths: Sequence[str]) -> None:
        self._inner, self._meters, self._paths = inner, meters, frozenset(paths)
        self._keys = [key.encode() for key in settings.keys]
        self._hosts = frozenset(host.lower() for host in settings.hosts)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        status = CLOSED

        async def note(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        headers = {name: value for name, value in reversed(scope["headers"])}  # of several, the first
        try:
            if error := self._refusal(scope["path"], headers):
                await _refuse(error, note)
            else:
                await self._inner(scope, receive, note)
        except BaseException:
            status = 500 if status == CLOSED else status
            raise
        finally:
            self._meters.answered(self._label(scope["path"]), scope.get("state", {}).get("gone", status))

    def _label(self, path: str) -> str:
        """Known paths by name: what strangers make up must not fill the counters."""
        if path in self._paths:
            return path
        return "/v1/models/{id}" if path.startswith("/v1/models/") else "other"

    def _refusal(self, path: str, headers: dict[bytes, bytes]) -> RequestError | None:
        if self._hosts and _host(headers.get(b"host", b"")) not in self._hosts:
            said = "this server is for its own machine; call it by localhost, or start it with a key"
            return RequestError(said, None, "wrong_host", 403)
        if self._keys and path not in OPEN and not self._opens(headers.get(b"authorization", b"")):
            return RequestError("a key is needed: Authorization: Bearer KEY", None, "invalid_api_key", 401)
        return None

    def _opens(self, authorization: bytes) -> bool:
        """Every key is compared, whole, so that the time taken tells nothing."""
        kind, _, given = authorization.partition(b" ")
        fits = [compare_digest(given.strip(), key) for key in self._keys]
        return any(fits) and kind.lower() == b"bearer"


def _host(value: bytes) -> str:
    """The name in a Host header, without its port."""
    try:
        return urlsplit("//" + value.decode("latin-1")).hostname or ""
    except ValueError:
        return ""


async def _refuse(error: RequestError, send: Any) -> None:
    status, body, headers = told(error)
    if status == 401:
        headers = {**headers, "WWW-Authenticate": "Bearer"}
    content = json.dumps(body).encode()
    listed = {"content-type": "application/json", "content-length": str(len(content)), **headers}
    pairs = [(name.lower().encode(), value.encode()) for name, value in listed.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": content})
