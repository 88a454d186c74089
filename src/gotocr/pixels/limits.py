"""How much a source may cost before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InputError, TooLargeError


@dataclass(frozen=True)
class Limits:
    """Bounds on hostile or careless sources; what is too large raises `TooLargeError` before it is decoded."""

    max_pixels: int = 200_000_000  # of one page, decoded
    max_bytes: int = 256 << 20  # of a stream, standard input or download; files are read in place
    timeout: float = 30.0  # seconds a server may stay silent; ten times as long for a whole download
    drawing: float = 60.0  # seconds a PDF may take to be opened, or a page of it to be drawn; then its process is ended
    max_pages: int | None = None  # of one source, those that are asked for; None = any number
    apart: bool = False  # files of pictures are decoded in processes of their own, too, each picture within `drawing`: see `apart`


def check_pages(count: int, limits: Limits, name: str) -> None:
    """Raises `TooLargeError` where more pages are asked for than may be."""
    if limits.max_pages is not None and count > limits.max_pages:
        raise TooLargeError(f"{name} has {count:,} pages to be read, over the limit of {limits.max_pages:,}; ask for fewer at a time")


def check_size(width: int, height: int, max_pixels: int, name: str, advice: str = "make it smaller") -> None:
    """Raises `InputError` for an empty picture and `TooLargeError` for one with too many pixels."""
    if width < 1 or height < 1:
        raise InputError(f"{name} is {width} x {height} pixels: there is nothing to read")
    if width * height > max_pixels:
        raise TooLargeError(f"{name} is {width} x {height} pixels, over the limit of {max_pixels:,}; {advice}")
