"""How much a source may cost before it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds on hostile or careless sources; what exceeds them raises `TooLargeError` before it is decoded."""

    max_pixels: int = 200_000_000  # of one page, decoded
    max_bytes: int = 256 << 20  # of a stream, standard input or download; files are read in place
    timeout: float = 30.0  # seconds a server may stay silent; ten times as long for a whole download
    drawing: float = 60.0  # seconds a page of a PDF may take to be drawn; looked at between one thing drawn and the next
