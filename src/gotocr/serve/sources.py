"""Where a picture comes from: a data URI (RFC 2397, in base64), or a public address where those are allowed."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from functools import partial
from urllib.parse import unquote_to_bytes

from ..pixels.limits import Limits
from ..pixels.public import fetch_public
from .problems import RequestError
from .settings import Settings

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")  # base64 for addresses (RFC 4648, section 5)


def source_of(address: str, where: str, settings: Settings) -> Callable[[], bytes]:
    """What gives the bytes behind an address; nothing is fetched before it is called. Raises RequestError.

    Paths and other schemes are never opened.
    """
    found = _SCHEME.match(address)
    scheme = found[1].lower() if found else ""
    if scheme == "data":
        return partial(_same, _decode(address, where))
    if scheme in ("http", "https"):
        if not settings.allow_urls:
            raise RequestError(
                "this server fetches no addresses; send the picture as a data URI, or start it with --allow-urls",
                where,
                "unsupported_value",
            )
        return partial(_fetch, address, settings.limits)
    raise RequestError("a picture comes as a data URI: data:image/png;base64,...", where, "invalid_value")


def _same(data: bytes) -> bytes:
    return data


def _fetch(address: str, limits: Limits) -> bytes:
    return fetch_public(address, limits)


def _decode(address: str, where: str) -> bytes:
    comma = address.find(",")
    if comma < 0 or not address[:comma].lower().rstrip().endswith(";base64"):
        raise RequestError("a data URI must be in base64: data:image/png;base64,...", where, "invalid_value")
    data = address[comma + 1 :]
    try:
        return binascii.a2b_base64(data, strict_mode=True)  # without copies of what may be large
    except ValueError:
        pass
    letters = unquote_to_bytes(data) if "%" in data else data.encode("ascii", "replace")
    letters = letters.translate(_URL_SAFE, b" \t\r\n").rstrip(b"=")
    try:
        return base64.b64decode(letters + b"=" * (-len(letters) % 4), validate=True)
    except (binascii.Error, ValueError) as cause:
        raise RequestError(f"the data URI is no base64 ({cause})", where, "invalid_base64") from cause
