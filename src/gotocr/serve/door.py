"""The door of the server: who may come in, before anything of a request is read; what every answer says to browsers; the count of answers."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from hashlib import sha256
from hmac import compare_digest
from typing import Any
from urllib.parse import urlsplit

from .meters import Meters
from .problems import RequestError, told
from .settings import Settings, is_loopback

OPEN = ("/health", "/ready", "/openapi.json")  # no key is asked for
LOCAL_CLIENT = "local"  # whoever asks from this machine, without a key
SAFE = ("GET", "HEAD", "OPTIONS")  # methods that change nothing
# What answers say to browsers where they do not say otherwise themselves: that they are data, to be neither run, shown in a frame nor kept.
GUARDS = {
    b"x-content-type-options": b"nosniff",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
    b"cache-control": b"no-store",
}
CLOSED = 499  # nginx's number for: whoever asked went away


class Door:
    """An ASGI application around another one, which finds in `scope["state"]["client"]` whom a request counts for: a digest of its
    key, else the address it came from. `paths` have names in the counters ("/v1/jobs/{id}"); those of `public` ask for no key."""

    def __init__(self, inner: Any, settings: Settings, meters: Meters, paths: Sequence[str], public: Sequence[str] = ()) -> None:
        self._inner, self._meters = inner, meters
        self._paths = {path: re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))) for path in paths}
        self._open = frozenset((*OPEN, *public))
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
                said = {name for name, _ in message["headers"]}
                guards = [pair for pair in GUARDS.items() if pair[0] not in said]
                message = {**message, "headers": [*message["headers"], *guards]}
            await send(message)

        headers = {name: value for name, value in reversed(scope["headers"])}  # of several, the first
        try:
            if error := self._refusal(scope, headers):
                await _refuse(error, note)
            else:
                scope.setdefault("state", {})["client"] = self._client(scope, headers)
                same = scope if scope["method"] != "HEAD" else {**scope, "method": "GET"}  # the server sends no body then
                await self._inner(same, receive, note)
        except BaseException:
            status = 500 if status == CLOSED else status
            raise
        finally:
            self._meters.answered(self._label(scope["path"]), scope.get("state", {}).get("gone", status))

    def _label(self, path: str) -> str:
        """Known paths by name: what strangers make up must not fill the counters."""
        if path in self._paths:
            return path
        return next((name for name, form in self._paths.items() if form.fullmatch(path)), "other")

    def _refusal(self, scope: Any, headers: dict[bytes, bytes]) -> RequestError | None:
        host = headers.get(b"host", b"")
        if self._hosts and _host(host) not in self._hosts:
            said = "this server is for its own machine; call it by localhost, or start it with a key"
            return RequestError(said, None, "wrong_host", 403)
        if self._keys:
            if scope["path"] not in self._open and not self._opens(headers.get(b"authorization", b"")):
                return RequestError("a key is needed: Authorization: Bearer KEY", None, "invalid_api_key", 401)
        elif scope["method"] not in SAFE and _is_foreign(headers, host):  # a browser sends a form anywhere, whoever's page it is on
            return RequestError("a page of another origin may not ask without a key", None, "wrong_origin", 403)
        return None

    def _client(self, scope: Any, headers: dict[bytes, bytes]) -> str:
        if self._keys:
            return sha256(_key(headers.get(b"authorization", b""))[1]).hexdigest()[:16]
        address = (scope.get("client") or ("",))[0]
        return LOCAL_CLIENT if not address or is_loopback(address) else address

    def _opens(self, authorization: bytes) -> bool:
        """Every key is compared, whole, so that the time taken tells nothing."""
        kind, given = _key(authorization)
        fits = [compare_digest(given, key) for key in self._keys]
        return any(fits) and kind == b"bearer"


def _key(authorization: bytes) -> tuple[bytes, bytes]:
    """How a key is shown, in small letters, and the key."""
    kind, _, given = authorization.partition(b" ")
    return kind.lower(), given.strip()


def _is_foreign(headers: dict[bytes, bytes], host: bytes) -> bool:
    """Whether a browser sends this for a page that is not ours. Where it says so itself, no page could make it say otherwise, and
    behind a proxy, which may call us by another name than browsers do, nothing else tells."""
    if (site := headers.get(b"sec-fetch-site")) is not None:
        return site not in (b"none", b"same-origin")
    origin = headers.get(b"origin")
    return origin is not None and origin.lower().partition(b"://")[2] != host.lower()


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
