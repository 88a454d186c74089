"""One request over HTTP and its answer, with the standard library alone: proxies, certificates, time limits, and a way to cut it off.

Nothing is followed to another host, so that a key goes where its owner sent it, and nowhere else. What goes wrong on the way is a
`LineError`; what a server answers is for others to judge.
"""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from threading import Lock
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from ..errors import EngineError

CONNECT = 10.0  # seconds until a connection has to stand
CHUNK = 1 << 16
MOST_MOVES = 3  # redirects within one host
PATIENCE = 5  # so many times `silence` an answer may take to come to its next whole line, whatever drips
MOVED = (301, 302, 307, 308)
AGENT = "gotocr"


class LineError(EngineError):
    """The connection could not be made, broke, or fell silent; it may work another time, unless `lasting`."""

    def __init__(self, why: str, lasting: bool = False) -> None:
        super().__init__(why)
        self.lasting = lasting


class CutError(Exception):
    """Nobody waits for the answer any more."""


@dataclass(frozen=True)
class Request:
    """What is sent; `headers` may hold a key, and are never shown."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


class Answer:
    """What came back: its status, its headers by small letters, and its body in parts as they come."""

    def __init__(self, wire: Wire, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self._wire, self._response, self._length = wire, response, response.length  # which some versions of Python count down

    @property
    def kind(self) -> str:
        """The media type, in small letters, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def parts(self, most: int) -> Iterator[bytes]:
        """The body, as far as `most` bytes. Raises LineError where it breaks off, falls silent or has no end, CutError."""
        size = 0
        while self._length is None or size < self._length:
            with self._wire.telling():
                part = self._response.read1(CHUNK if self._length is None else min(CHUNK, self._length - size))
            if not part:
                if self._length is not None:
                    raise LineError(f"the line broke {self._length - size:,} bytes before the end of the answer")
                return
            size += len(part)
            if size > most:
                raise EngineError(f"the server's answer has no end: it is longer than {most:,} bytes")
            yield part

    def body(self, most: int) -> bytes:
        """All of it, in the time that a server may be silent, `PATIENCE` times. Raises what `parts` does."""
        until, found = time.monotonic() + PATIENCE * self._wire.silence, bytearray()
        for part in self.parts(most):
            found += part
            if time.monotonic() > until:
                raise LineError("the answer comes too slowly")
        return bytes(found)


class Wire:
    """A connection for one request at a time; `cut` may be called by any thread, and ends whatever it is busy with."""

    def __init__(self, silence: float) -> None:
        self.silence = silence
        self._lock, self._cut = Lock(), False
        self._connection: http.client.HTTPConnection | None = None
        self._sock: socket.socket | None = None

    def ask(self, request: Request) -> Answer:
        """Send a request and wait until the answer begins. Redirects within its host are followed. Raises LineError, CutError."""
        for _ in range(MOST_MOVES + 1):
            answer = self._once(request)
            if answer.status not in MOVED:
                return answer
            request = Request(request.method, _moved(request.url, answer), request.headers, request.body)
        raise LineError("the server sends every request somewhere else, round and round", lasting=True)

    def _once(self, request: Request) -> Answer:
        self.close()
        parts = urlsplit(request.url)
        connection, target, more = _connection(parts)
        with self.telling():
            connection.connect()
            connection.sock.settimeout(self.silence)
            with self._lock:
                if self._cut:
                    connection.close()
                    raise CutError
                self._connection, self._sock = connection, connection.sock
            headers = {"User-Agent": AGENT, "Connection": "close", "Accept-Encoding": "identity", **more, **request.headers}
            try:
                connection.request(request.method, target, request.body or None, headers)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it may have answered before it heard all, that it was too much
            return Answer(self, connection.getresponse())

    def telling(self) -> _Telling:
        """Around whatever uses the connection: failures come as LineError, or CutError where it was cut off."""
        return _Telling(self)

    @property
    def is_cut(self) -> bool:
        return self._cut

    def cut(self) -> None:
        """End it at once, and for good."""
        with self._lock:
            self._cut = True
            if self._sock is not None:
                with suppress(OSError):
                    socket.socket.shutdown(self._sock, socket.SHUT_RDWR)  # wakes whoever reads, under TLS, too

    def close(self) -> None:
        with self._lock:
            connection, sock = self._connection, self._sock
            self._connection = self._sock = None
        for one in (connection, sock):
            if one is not None:
                with suppress(OSError):
                    one.close()


class _Telling:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def __enter__(self) -> None:
        if self._wire.is_cut:
            raise CutError

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, (EngineError, CutError)):
            return
        if self._wire.is_cut and isinstance(error, Exception):
            raise CutError from None
        if isinstance(error, (OSError, http.client.HTTPException, ValueError)):
            raise LineError(*_why(error, self._wire.silence)) from None  # what it holds may show headers


def _why(error: BaseException, silence: float) -> tuple[str, bool]:
    """What went wrong on the line, in words, and whether it would again."""
    if isinstance(error, ssl.SSLCertVerificationError):
        why = f"its certificate is not to be trusted ({error.verify_message or 'unknown'})"
        return f"{why}; SSL_CERT_FILE names a file of authorities to trust", True
    if isinstance(error, ssl.SSLError):
        return f"no TLS is spoken there ({error.reason or 'unknown'}); is it http://?", True
    if isinstance(error, TimeoutError):
        return f"it said nothing for {silence:g} s", False
    if isinstance(error, socket.gaierror):
        return "its name is not known", True
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there", False
    if isinstance(error, (ConnectionError, http.client.IncompleteRead)):
        return "the line broke", False
    if isinstance(error, http.client.HTTPException):
        return "what it says is no HTTP", False
    return f"the line failed ({getattr(error, 'strerror', None) or type(error).__name__})", False


def _connection(parts: SplitResult) -> tuple[http.client.HTTPConnection, str, dict[str, str]]:
    """What a request goes through, the target of its first line, and headers that a proxy wants."""
    host, port = parts.hostname or "", parts.port
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    secure = ssl.create_default_context() if parts.scheme == "https" else None
    proxy = _proxy(parts)
    if proxy is None:
        if secure is None:
            return http.client.HTTPConnection(host, port, timeout=CONNECT), path, {}
        return http.client.HTTPSConnection(host, port, timeout=CONNECT, context=secure), path, {}
    login = _login(proxy)
    if proxy.scheme not in ("", "http") or not proxy.hostname:
        raise LineError(f"a proxy of the kind {proxy.scheme or '?'}:// is not known here; http:// is", lasting=True)
    if secure is None:
        return http.client.HTTPConnection(proxy.hostname, proxy.port or 80, timeout=CONNECT), f"http://{parts.netloc}{path}", login
    tunnel = http.client.HTTPSConnection(proxy.hostname, proxy.port or 80, timeout=CONNECT, context=secure)
    tunnel.set_tunnel(host, port or 443, login)
    return tunnel, path, {}


def _proxy(parts: SplitResult) -> SplitResult | None:
    """The proxy that the environment names for an address; none for this machine itself."""
    host = parts.hostname or ""
    with suppress(ValueError):
        if ip_address(host).is_loopback:
            return None
    if host == "localhost" or urllib.request.proxy_bypass(parts.netloc):
        return None
    found = urllib.request.getproxies()
    address = found.get(parts.scheme) or found.get("all")
    if not address:
        return None
    return urlsplit(address if "://" in address else f"http://{address}")


def _login(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    said = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}".encode()
    return {"Proxy-Authorization": f"Basic {base64.b64encode(said).decode('ascii')}"}


def _moved(url: str, answer: Answer) -> str:
    """Where a redirect leads, on the same host. Raises LineError for any other."""
    try:
        target = urlsplit(urljoin(url, answer.headers.get("location", "")))
        here, there = (_origin(urlsplit(url)), _origin(target))
    except ValueError:
        raise LineError("it sends requests to an address that is none", lasting=True) from None
    if here != there:
        shown = "".join(letter for letter in f"{target.scheme}://{target.hostname}" if letter.isprintable())
        raise LineError(f"it sends requests on to {shown[:200]}, which is not followed; if that is right, give that address as --url", lasting=True)
    return target.geturl()


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
