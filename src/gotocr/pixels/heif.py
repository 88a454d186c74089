"""HEIC and HEIF pictures, the photographs of telephones, through pi_heif; known by their brand, never guessed.

AVIF has the same container and is Pillow's; videos have it, too, and are not read.
"""

from __future__ import annotations

from typing import BinaryIO

from PIL import Image

from ..errors import MissingExtraError
from .limits import Limits, check_size

SUFFIXES = frozenset((".heic", ".heif", ".hif"))
NAMED_WITHIN = 256  # bytes in which a file says what it is

_HEVC = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"))  # ISO/IEC 23008-12, annex B
_ANY = frozenset((b"mif1", b"msf1", b"mif2"))  # a picture of whatever coding
_AVIF = frozenset((b"avif", b"avis"))
_BOX = b"ftyp"


def brands(head: bytes) -> tuple[bytes, frozenset[bytes]]:
    """The brand that a file in an ISO container (beginning with `head`) names first, and all it names; (b"", none) for others."""
    if head[4:8] != _BOX:
        return b"", frozenset()
    end = min(max(int.from_bytes(head[:4], "big"), 12), NAMED_WITHIN, len(head))
    first = head[8:12]
    return first, frozenset([first, *(head[place : place + 4] for place in range(16, end - 3, 4))])


def is_heif(head: bytes) -> bool:
    """Whether a file that begins with `head` is a picture in HEIC or HEIF."""
    first, every = brands(head)
    return first in _HEVC or (first in _ANY and bool(every & _HEVC) and not every & _AVIF)


def is_avif(head: bytes) -> bool:
    """Whether a file that begins with `head` is a picture in AVIF."""
    first, every = brands(head)
    return first in _AVIF or (first in _ANY and bool(every & _AVIF))


def is_contained(head: bytes) -> bool:
    """Whether a file that begins with `head` is in an ISO container: one of these pictures, or a video."""
    return bool(brands(head)[0])


def open_heif(file: BinaryIO, name: str, limits: Limits) -> Image.Image:
    """The main picture of a HEIC or HEIF file, upright, not yet decoded before its size is found right.

    Raises MissingExtraError without pi_heif, `TooLargeError` beyond `limits.max_pixels`, and what pi_heif raises.
    """
    try:
        import pi_heif
    except ImportError as error:
        raise MissingExtraError("formats", "HEIC") from error
    found = pi_heif.open_heif(file)
    check_size(*found.size, limits.max_pixels, name)
    image: Image.Image = found.to_pillow()
    image.info.pop("exif", None)  # its turn is that of the container, which was followed
    return image
