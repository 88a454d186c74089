"""Lines of JSON, packed by Zstandard: equal lines give equal bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..errors import MissingExtraError

LEVEL = 3
BLOCK = 1 << 16  # bytes unpacked at a time


def zstandard() -> Any:
    """The package. Raises MissingExtraError."""
    try:
        import zstandard as found
    except ImportError as cause:
        raise MissingExtraError("batch", "gotocr batch", cause) from cause
    return found


def line(row: Mapping[str, Any]) -> bytes:
    """One line with its end; characters beyond ASCII are escaped, so names of files that are no text survive."""
    return json.dumps(row, separators=(",", ":")).encode("ascii") + b"\n"


def packed(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return zstandard().ZstdCompressor(level=LEVEL).compress(b"".join(map(line, rows)))


def lines_of(data: bytes) -> Iterator[dict[str, Any]]:
    """A line at a time. Raises ValueError for what is damaged, or is not all there."""
    package = zstandard()
    stream, held = package.ZstdDecompressor().decompressobj(), b""
    try:
        for place in range(0, len(data), BLOCK):
            *lines, held = (held + stream.decompress(data[place : place + BLOCK])).split(b"\n")
            yield from map(json.loads, lines)
    except package.ZstdError as error:
        raise ValueError(str(error)) from error
    if held or not stream.eof or stream.unused_data:
        raise ValueError("it ends too early" if not stream.eof else "something stands behind its end")
