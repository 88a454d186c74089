"""One page of a PDF becomes a picture: its size, its bounds in pixels, its resolution; for the child of `pdf`."""

from __future__ import annotations

import ctypes
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from ..errors import TooLargeError
from .limits import check_size

SIZE = struct.Struct(">II")  # before the pixels: height and width
WHITE = b"\xff"
POINTS_PER_INCH = 72.0
NESTED = 40  # forms within forms, in which pictures are looked for


def draw(page: pypdfium2.PdfPage, name: str, dpi: float | None, max_pixels: int) -> bytearray:
    """A page as it is shown: turned, cropped, with its annotations and filled-in forms; `SIZE` and H x W x 3 bytes of RGB.

    `dpi` None = by the size of its text (see `dpi`). Raises `TooLargeError` where the page, or a picture on it, has
    more pixels than `max_pixels`.
    """
    sheet = _Sheet(page, name, max_pixels)
    if dpi is not None:
        sheet.check(dpi)
        sheet.check_pictures()
        return sheet.drawn(dpi)
    import numpy as np

    from .dpi import better_dpi, first_dpi

    dpi = first_dpi(sheet.inches, max_pixels)
    sheet.check(dpi)
    sheet.check_pictures()
    picture = sheet.drawn(dpi)
    width, height = sheet.size(dpi)
    better = better_dpi(np.frombuffer(picture, np.uint8, offset=SIZE.size).reshape(height, width, 3), dpi, sheet.inches, max_pixels)
    if better is None:
        return picture
    del picture
    return sheet.drawn(better)


@dataclass(frozen=True)
class _Sheet:
    page: pypdfium2.PdfPage
    name: str
    max_pixels: int

    @property
    def inches(self) -> tuple[float, float]:
        """Width and height."""
        width, height = self.page.get_size()
        return width / POINTS_PER_INCH, height / POINTS_PER_INCH

    def size(self, dpi: float) -> tuple[int, int]:
        """Width and height in pixels."""
        width, height = self.page.get_size()
        return math.ceil(width * dpi / POINTS_PER_INCH), math.ceil(height * dpi / POINTS_PER_INCH)

    def check(self, dpi: float) -> None:
        check_size(*self.size(dpi), self.max_pixels, f"{self.name} drawn at {dpi:g} dpi", "lower the dpi")

    def check_pictures(self) -> None:
        """Raises `TooLargeError` for a picture on the page that would be too large to decode."""
        width, height = ctypes.c_uint(), ctypes.c_uint()

        def look(count: int, get: Callable[[int], Any], depth: int) -> None:
            for number in range(count):
                thing = get(number)
                kind = raw.FPDFPageObj_GetType(thing)
                if kind == raw.FPDF_PAGEOBJ_IMAGE:
                    if raw.FPDFImageObj_GetImagePixelSize(thing, width, height):
                        if width.value * height.value > self.max_pixels:
                            raise TooLargeError(
                                f"{self.name} holds a picture of {width.value} x {height.value} pixels, over the limit of "
                                f"{self.max_pixels:,}; make it smaller"
                            )
                elif kind == raw.FPDF_PAGEOBJ_FORM and depth < NESTED:
                    inside = raw.FPDFFormObj_CountObjects(thing)
                    look(inside, lambda place, form=thing: raw.FPDFFormObj_GetObject(form, place), depth + 1)

        look(raw.FPDFPage_CountObjects(self.page), lambda place: raw.FPDFPage_GetObject(self.page, place), 0)

    def drawn(self, dpi: float) -> bytearray:
        self.check(dpi)
        width, height = self.size(dpi)
        picture = bytearray(WHITE) * (SIZE.size + height * width * 3)  # no copy of it is made on its way to the reader
        SIZE.pack_into(picture, 0, height, width)
        pixels = (ctypes.c_char * (len(picture) - SIZE.size)).from_buffer(picture, SIZE.size)
        at = ctypes.addressof(pixels)  # `ctypes.cast` would hold the picture in a circle until the collector comes by
        bitmap = raw.FPDFBitmap_CreateEx(width, height, raw.FPDFBitmap_BGR, at, width * 3)
        if not bitmap:
            raise TooLargeError(f"{self.name} is too large to draw at {dpi:g} dpi; lower the dpi")
        place = (0, 0, width, height, 0, raw.FPDF_ANNOT | raw.FPDF_REVERSE_BYTE_ORDER)
        try:
            raw.FPDF_RenderPageBitmap(bitmap, self.page, *place)
            if self.page.formenv:
                raw.FPDF_FFLDraw(self.page.formenv, bitmap, self.page, *place)
        finally:
            raw.FPDFBitmap_Destroy(bitmap)
        return picture
