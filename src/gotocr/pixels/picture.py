"""Image files and PIL images become upright 8-bit RGB; what is not a picture becomes one clear line."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, features

from ..errors import GotocrError, InputError, TooLargeError
from .arrays import WHITE, depth_table, to_uint8
from .heif import SUFFIXES as HEIF_SUFFIXES
from .heif import is_avif, is_contained, is_heif, open_heif
from .limits import Limits, check_size
from .opening import Opening
from .tiff import beginning_with, directories, is_tiff

# Formats that are safe to decode from strangers: none of these starts another program or is guessed without a mark.
FORMATS = ("PNG", "JPEG", "MPO", "TIFF", "GIF", "WEBP", "BMP", "PPM", "JPEG2000", "AVIF", "ICO", "QOI")
SUFFIXES = HEIF_SUFFIXES | frozenset(
    ".png .apng .jpg .jpeg .jpe .jfif .mpo .tif .tiff .gif .webp .bmp .dib .pbm .pgm .ppm .pnm .jp2 .j2k .jpx .avif "
    ".ico .qoi".split()
)

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PREMULTIPLIED = {"La": "LA", "RGBa": "RGBA"}
_TIFF_BITS = 258
_TIFF_PHOTOMETRIC = 262
_HEAD = 1024  # bytes that tell what a file is
_CODECS: tuple[tuple[str, str, Callable[[bytes], bool]], ...] = (
    ("WebP", "webp", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
    ("AVIF", "avif", is_avif),
    ("JPEG 2000", "jpg_2000", lambda head: head.startswith((b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  \r\n\x87\n"))),
)
MOST_COUNTED = 20_000  # pages of a TIFF

_HINTS = (
    ((b"<!doctype", b"<html"), "a web page"),
    ((b"<svg",), "an SVG drawing; turn it into PNG or PDF"),
    ((b"PK\x03\x04",), "a ZIP or office file; turn it into PDF"),
    ((b"\xd0\xcf\x11\xe0",), "an old office file; turn it into PDF"),
    ((b"%!PS",), "PostScript; turn it into PDF"),
    ((b"AT&TFORM",), "DjVu; turn it into PDF"),
    ((b"\x00\x01\x00\x00\x00", b"OTTO"), "a font"),
)

_open_lock = threading.Lock()  # PIL keeps its size limit in a module variable


def pages(file: BinaryIO, name: str, limits: Limits, opening: Opening) -> Iterator[tuple[int, np.ndarray | GotocrError]]:
    """The pages of an image file that `opening` asks for, one at a time, as index and (H, W, 3) uint8 RGB.

    Pages of a TIFF are found without decoding those before (smaller copies and masks are none); in place of one that
    is broken or exceeds `limits` comes what is wrong with it. All other pictures have one page: see `decode`, also
    for its errors.
    """
    return each(file, name, opening, lambda place, called: decode(beginning(file, place), called, limits))


def opened(file: BinaryIO, name: str, limits: Limits) -> Iterator[Image.Image | GotocrError]:
    """All pages of an image file, not decoded yet (`from_pil` does), or what is wrong with one; as `pages` finds them.

    Each is of use until the next is asked for.
    """
    for _, found in each(file, name, Opening(), lambda place, called: _header(beginning(file, place), called, limits)):
        yield found


def beginning(file: BinaryIO, place: int | None) -> BinaryIO:
    """An image file from its beginning; where it is a TIFF, as if its first page were the one at `place`."""
    file.seek(0)
    return file if place is None else beginning_with(file, place)


def each(file: BinaryIO, name: str, opening: Opening, take: Callable[[int | None, str], Any]) -> Iterator[tuple[int, Any]]:
    """What `take` makes of the pages that `opening` asks for, by index, or an error in its place.

    It is given where a page begins (for `beginning`) and what it is called.
    """
    head = file.read(_HEAD)
    file.seek(0)
    count = 0
    if is_tiff(head):
        last, several = opening.last, sum(1 for _ in islice(directories(file), 2)) > 1
        for place in directories(file):
            if last is not None and count > last:
                break
            count += 1
            if opening.wants(count - 1):
                called = f"{name}, page {count}," if several else name
                yield count - 1, _tried(take, place, called)
    if count == 0:  # no TIFF, or one whose first directory is already broken: PIL says how
        count = 1
        if opening.wants(0):
            yield 0, take(None, name)
    yield from opening.absent(name, count)


def length(file: BinaryIO) -> int | None:
    """How many pages an image file has, without decoding; None where counting would take long."""
    head = file.read(_HEAD)
    if not is_tiff(head):
        return 1
    counted = sum(1 for _ in islice(directories(file), MOST_COUNTED + 1))
    return max(counted, 1) if counted <= MOST_COUNTED else None


def decode(file: BinaryIO, name: str, limits: Limits) -> np.ndarray:
    """The picture in an image file as (H, W, 3) uint8 RGB; of several the first, or in HEIC the main one.

    Of animations (GIF, WebP, APNG) and of several pictures in one JPEG the others are the same scene, not more pages.
    Raises `InputError` for what is no picture or is broken, `TooLargeError` beyond `limits.max_pixels`,
    `MissingExtraError` for HEIC where pi_heif is not installed.
    """
    with _clear(name), _open(file, name, limits) as image:
        return from_pil(image, limits, name)


def from_pil(image: Image.Image, limits: Limits, name: str = "<image>") -> np.ndarray:
    """The current frame of a PIL image as (H, W, 3) uint8 RGB, upright, transparency laid on white.

    Colour profiles are ignored. Raises `InputError` and `TooLargeError` like `frames`.
    """
    check_size(image.width, image.height, limits.max_pixels, name)
    with _clear(name):
        image.load()
        values = _rgb(image)
        turn = _TURNS.get(orientation(image))
        return values if turn is None else np.asarray(Image.fromarray(values).transpose(turn))


def _header(file: BinaryIO, name: str, limits: Limits) -> Image.Image:
    with _clear(name):
        image = _open(file, name, limits)
        check_size(image.width, image.height, limits.max_pixels, name)
        return image


def _tried(take: Callable[[int | None, str], Any], place: int, name: str) -> Any:
    try:
        return take(place, name)
    except GotocrError as error:
        return error


def hint(head: bytes) -> str:
    """What the first bytes of a file that is no picture look like; empty when they tell nothing."""
    if not head:
        return "empty"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512]
    if start.startswith(b"<?xml") and b"<svg" in head:
        start = b"<svg"
    for marks, what in _HINTS:
        if start.lower().startswith(tuple(mark.lower() for mark in marks)):
            return what
    if is_contained(head):
        return "a video; save the page that is to be read as a picture"
    return "text" if head.isascii() and b"\x00" not in head else ""


@contextmanager
def _clear(name: str) -> Iterator[None]:
    """Any failure of a decoder fed by strangers becomes one line of ours."""
    try:
        yield
    except GotocrError:
        raise
    except (MemoryError, Image.DecompressionBombError) as error:
        raise TooLargeError(f"{name} is too large to decode; make it smaller") from error
    except Exception as error:
        reason = " ".join((str(error) or type(error).__name__).split())[:120]
        raise InputError(f"{name} is broken or cut off ({reason}); save it again") from error


@lru_cache(maxsize=1)
def _formats() -> tuple[str, ...]:
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


def _open(file: BinaryIO, name: str, limits: Limits) -> Image.Image:
    """Read a file's header only. PIL's own limit is set to ours meanwhile, so that ours decides."""
    head = file.read(_HEAD)
    file.seek(0)
    if is_heif(head):
        return open_heif(file, name, limits)
    _check_codec(head, name)
    with _open_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, max(1, limits.max_pixels // 2)  # PIL allows twice
        try:
            return Image.open(file, formats=_formats())
        except Image.UnidentifiedImageError as error:
            what = hint(head)
            if is_tiff(head):
                raise InputError(f"{name} is broken; save it again") from error
            says = "is empty" if what == "empty" else f"is not a picture or a PDF{f': it is {what}' if what else ''}"
            raise InputError(f"{name} {says}") from error
        except Image.DecompressionBombError as error:
            raise TooLargeError(
                f"{name} has more pixels than the limit of {limits.max_pixels:,}; make it smaller"
            ) from error
        finally:
            Image.MAX_IMAGE_PIXELS = before


def _check_codec(head: bytes, name: str) -> None:
    """Raises `InputError` for a format that Pillow knows, where its library was left out of this Pillow."""
    for kind, library, is_one in _CODECS:
        if is_one(head) and not features.check(library):
            raise InputError(f"{name} is {kind}, which the Pillow here was built without; turn it into PNG, or install another")


def orientation(image: Image.Image) -> int:
    """EXIF orientation, 1 where there is none. PIL has already turned a TIFF and removed its mark."""
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # broken EXIF is no reason not to read the picture
        return 1
    return value if isinstance(value, int) else 1


def _rgb(image: Image.Image) -> np.ndarray:
    mode = image.mode
    if mode.startswith("I;16"):
        return _gray(_deep(image))
    if mode in ("I", "F"):
        values = to_uint8(np.asarray(image))
        return _gray(WHITE - values if _white_is_zero(image) and mode == "F" else values)
    if mode == "LAB":  # without colour profiles only its lightness is certain
        return _gray(np.asarray(image.getchannel(0)))
    if image.has_transparency_data:
        whole = _PREMULTIPLIED.get(mode)
        seen = (image.convert(whole) if whole else image).convert("RGBA")
        paper = Image.new("RGB", image.size, (WHITE, WHITE, WHITE))
        paper.paste(seen, mask=seen.getchannel("A"))
        return np.array(paper)
    return np.array(image.convert("RGB"))


def _deep(image: Image.Image) -> np.ndarray:
    tags = getattr(image, "tag_v2", {})
    bits = tags.get(_TIFF_BITS, (16,))[0] if tags else 16
    values = depth_table(bits if bits in (12, 16) else 16)[np.asarray(image)]
    return WHITE - values if _white_is_zero(image) else values


def _white_is_zero(image: Image.Image) -> bool:
    return getattr(image, "tag_v2", {}).get(_TIFF_PHOTOMETRIC, 1) == 0


def _gray(values: np.ndarray) -> np.ndarray:
    return np.repeat(values[:, :, None], 3, axis=2)  # (H, W, 3)
