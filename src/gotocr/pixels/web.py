"""A web address becomes bytes: http and https only, with a cap on size, silence and time."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException

from ..errors import InputError, TooLargeError, UsageError
from .limits import Limits

SCHEMES = ("http", "https")
CHUNK = 1 << 16
LONGEST = 200  # letters of a name in a message
WHOLE_DOWNLOAD = 10  # a download may take this many times `Limits.timeout`

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]+)://")


def is_address(text: str) -> bool:
    """Whether a source is a web (or other) address rather than a path."""
    return _ADDRESS.match(text) is not None


def shown(name: str) -> str:
    """A path or address for a message: on one line, not endless, no control characters."""
    clean = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in name)
    return clean if len(clean) <= LONGEST else f"{clean[: LONGEST - 20]}...{clean[-17:]}"


def fetch(address: str, limits: Limits, handlers: Sequence[urllib.request.BaseHandler] = ()) -> bytes:
    """The body behind an address, by `handlers` in place of the usual ones for http and https and of proxies.

    Raises `UsageError` for other schemes and addresses with a password in them, `InputError` where nothing can be
    fetched, `TooLargeError` beyond `limits.max_bytes`.
    """
    name = shown(address)
    try:
        parts = urllib.parse.urlsplit(address)
    except ValueError as error:
        raise InputError(f"cannot fetch {name}: {error}") from error
    if parts.scheme.lower() not in SCHEMES:
        raise UsageError(f"cannot read {parts.scheme}:// addresses; give http://, https:// or a path")
    if "@" in parts.netloc:
        raise UsageError("addresses with a user name or password are not fetched; download the file first")
    quoted = urllib.parse.quote(address, safe="%/:=&?~#+!$,;'@()*[]")
    try:
        request = urllib.request.Request(quoted, headers={"User-Agent": "gotocr", "Accept": "image/*, application/pdf"})
        with _opener(handlers).open(request, timeout=limits.timeout) as response:
            return _read(response, name, limits)
    except urllib.error.HTTPError as error:
        raise InputError(f"{name} answered {_line(error.reason)} ({error.code})") from error
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        late = isinstance(error, TimeoutError) or isinstance(reason, TimeoutError)
        why = f"no answer within {limits.timeout:g} s" if late else _line(reason) or type(error).__name__
        raise InputError(f"cannot fetch {name}: {why}") from error


def _line(reason: object) -> str:
    return " ".join(str(reason).split())


def _opener(handlers: Sequence[urllib.request.BaseHandler]) -> urllib.request.OpenerDirector:
    """An opener without the handlers for file:, ftp: and data:, so that no redirect can lead there either."""
    opener = urllib.request.OpenerDirector()
    for handler in handlers or (urllib.request.ProxyHandler(), urllib.request.HTTPHandler(), urllib.request.HTTPSHandler()):
        opener.add_handler(handler)
    for handler in (
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    return opener


def _read(response, name: str, limits: Limits) -> bytes:  # type: ignore[no-untyped-def]
    length = response.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > limits.max_bytes:
        raise _too_large(name, limits)
    body = bytearray()
    end = time.monotonic() + WHOLE_DOWNLOAD * limits.timeout
    while chunk := response.read1(CHUNK):
        body += chunk
        if len(body) > limits.max_bytes:
            raise _too_large(name, limits)
        if time.monotonic() > end:
            raise InputError(f"cannot fetch {name}: slower than {WHOLE_DOWNLOAD * limits.timeout:g} s")
    if length.isdigit() and len(body) < int(length):
        raise InputError(f"cannot fetch {name}: it broke off after {len(body):,} of {int(length):,} bytes")
    return bytes(body)


def _too_large(name: str, limits: Limits) -> TooLargeError:
    return TooLargeError(f"{name} is larger than the limit of {limits.max_bytes:,} bytes")
