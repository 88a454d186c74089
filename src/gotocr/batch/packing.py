"""Lines of JSON, packed by Zstandard: equal lines give equal bytes."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..errors import MissingExtraError

LEVEL = 3


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
    """Raises ValueError for what is damaged."""
    package = zstandard()
    try:
        with package.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True) as reader:
            for text in io.TextIOWrapper(reader, "utf-8"):
                yield json.loads(text)
    except package.ZstdError as error:
        raise ValueError(str(error)) from error
