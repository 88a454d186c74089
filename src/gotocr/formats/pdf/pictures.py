"""A source that is a picture as a PDF: a page for each of its pages, at its resolution, with nothing of it lost.

The bytes of a JPEG go in as they are, turned by the page where it says that it lies on its side. All else is packed anew
without loss (Flate, with the filters of PNG), in gray or in black and white where it is no more than that. Colour profiles
go along where they fit.
"""

from __future__ import annotations

import io
import zlib
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image

from ...errors import GotocrError
from ...pixels.limits import Limits
from ...pixels.picture import from_pil, opened, orientation
from .writer import PageWriter

POINTS = 72.0  # to the inch
SHEET = 11.69  # inches: what the longer side of a picture is taken for that does not say how large it is, ...
LEAST, MOST = 72.0, 300.0  # ... dots per inch within these
DOUBTED, TOO_LONG = 100.0, 24.0  # so few dots per inch that make so long a page, in inches, are a camera's habit
LONGEST = 14_400.0  # points of a page's side (ISO 32000-1, annex C)
BLANK = (595.0, 842.0)  # points of a page that is lost, where none stands before it
LARGEST_PROFILE = 4 << 20  # bytes
_SPACES = {"L": ("DeviceGray", 1, b"GRAY"), "RGB": ("DeviceRGB", 3, b"RGB "), "CMYK": ("DeviceCMYK", 4, b"CMYK")}
# How the unit square is laid on a page of width w and height h, by EXIF orientation.
_LAID = {
    1: "{w} 0 0 {h} 0 0",
    2: "-{w} 0 0 {h} {w} 0",
    3: "-{w} 0 0 -{h} {w} {h}",
    4: "{w} 0 0 -{h} 0 {h}",
    5: "0 -{h} -{w} 0 {w} {h}",
    6: "0 -{h} {w} 0 0 {h}",
    7: "0 {h} {w} 0 0 0",
    8: "0 {h} -{w} 0 {w} 0",
}
_SIDEWAYS = (5, 6, 7, 8)


class _Packed(NamedTuple):
    """A picture as a PDF holds it."""

    size: tuple[int, int]
    mode: str  # of `_SPACES`
    entries: str  # of its dictionary that are not told by these
    data: bytes
    laid: int = 1  # EXIF orientation
    bits: int = 8


def write_pictures(file: BinaryIO, name: str, out: BinaryIO, limits: Limits | None = None) -> None:
    """A PDF of the pages of an image file; a page that cannot be opened is blank, in the size of the one before it.

    Raises `InputError` and `TooLargeError` where there is only one page and it cannot be had.
    """
    limits = limits or Limits()
    pages, size = PageWriter(out), BLANK
    for image in opened(file, name, limits):
        try:
            if isinstance(image, GotocrError):
                raise image
            packed = _packed(image, file, limits, name)
        except GotocrError:
            pages.page(*size)
            continue
        size = _points(packed, _dpi(image))
        _page(pages, packed, size, _profile(image, packed.mode))
    pages.close()


def write_blank(sizes: list[tuple[float, float]], out: BinaryIO) -> None:
    """A PDF of empty pages of so many points each."""
    pages = PageWriter(out)
    for width, height in sizes:
        pages.page(min(max(width, 1.0), LONGEST), min(max(height, 1.0), LONGEST))
    pages.close()


def _page(pages: PageWriter, packed: _Packed, size: tuple[float, float], profile: bytes | None) -> None:
    device, channels, _ = _SPACES[packed.mode]
    space = f"/{device}"
    if profile:
        entries = f"/N {channels} /Alternate /{device} /Filter /FlateDecode"
        space = f"[/ICCBased {pages.stream(entries, zlib.compress(profile))} 0 R]"
    width, height = packed.size
    about = f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace {space} /BitsPerComponent {packed.bits}"
    number = pages.stream(f"{about} {packed.entries}", packed.data)
    matrix = _LAID[packed.laid].format(w=f"{size[0]:.3f}", h=f"{size[1]:.3f}")
    pages.page(*size, f"q {matrix} cm /Picture Do Q\n".encode(), f"/XObject << /Picture {number} 0 R >>")


def _packed(image: Image.Image, file: BinaryIO, limits: Limits, name: str) -> _Packed:
    laid = orientation(image)
    if image.format in ("JPEG", "MPO") and image.mode in _SPACES and laid in _LAID:
        inverted = " /Decode [1 0 1 0 1 0 1 0]" if image.mode == "CMYK" and "adobe" in image.info else ""
        size = image.size
        from_pil(image, limits, name)  # that it is whole
        file.seek(0)
        return _Packed(size, image.mode, f"/Filter /DCTDecode{inverted}", file.read(), laid)
    return _deflated(_lean(from_pil(image, limits, name)))


def _lean(values: np.ndarray) -> Image.Image:
    """A picture (H, W, 3) uint8 in as few colours and bits as it takes."""
    first = values[:, :, 0]
    if not (np.array_equal(first, values[:, :, 1]) and np.array_equal(first, values[:, :, 2])):
        return Image.fromarray(values)
    gray = Image.fromarray(np.ascontiguousarray(first))
    return gray.convert("1", dither=Image.Dither.NONE) if not sum(gray.histogram()[1:255]) else gray


def _deflated(image: Image.Image) -> _Packed:
    """Packed as PNG does, which PDF understands (ISO 32000-1, 7.4.4.4)."""
    written = io.BytesIO()
    image.save(written, "PNG")
    mode, bits = ("L", 1) if image.mode == "1" else (image.mode, 8)
    columns = f"/Columns {image.width} /Colors {_SPACES[mode][1]} /BitsPerComponent {bits}"
    data = b"".join(_chunks(written.getvalue(), b"IDAT"))
    return _Packed(image.size, mode, f"/Filter /FlateDecode /DecodeParms << /Predictor 15 {columns} >>", data, bits=bits)


def _chunks(png: bytes, kind: bytes) -> list[bytes]:
    found, at = [], 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == kind:
            found.append(png[at + 8 : at + 8 + length])
        at += 12 + length
    return found


def _points(packed: _Packed, dpi: tuple[float, float] | None) -> tuple[float, float]:
    """Width and height of the page, upright."""
    size = packed.size
    if dpi is None:
        given = min(max(max(size) / SHEET, LEAST), MOST)
        dpi = given, given
    width, height = (POINTS * length / by for length, by in zip(size, dpi, strict=True))
    shrink = min(1.0, LONGEST / max(width, height))
    width, height = max(width * shrink, 1.0), max(height * shrink, 1.0)
    return (height, width) if packed.laid in _SIDEWAYS else (width, height)


def _dpi(image: Image.Image) -> tuple[float, float] | None:
    """What a picture says of its resolution, as it lies; None where it says nothing or nothing likely."""
    try:
        across, down = (float(value) for value in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    if not (1 < across < 1e5 and 1 < down < 1e5 and 0.2 < across / down < 5):
        return None
    inches = max(image.width / across, image.height / down)
    return None if min(across, down) < DOUBTED and inches > TOO_LONG else (across, down)


def _profile(image: Image.Image, mode: str) -> bytes | None:
    """The colour profile, where it is one for these colours."""
    found = image.info.get("icc_profile")
    fits = isinstance(found, bytes) and 128 < len(found) < LARGEST_PROFILE and found[16:20] == _SPACES[mode][2]
    return found if fits and found[36:40] == b"acsp" else None
