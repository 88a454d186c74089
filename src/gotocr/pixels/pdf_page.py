"""One page of a PDF becomes a picture: its size, its bounds in pixels and seconds, its resolution."""

from __future__ import annotations

import ctypes
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError, TooLargeError
from .arrays import WHITE, check_size
from .dpi import better_dpi, first_dpi
from .limits import Limits

if TYPE_CHECKING:
    import pypdfium2

POINTS_PER_INCH = 72.0
NESTED = 40  # forms within forms, in which pictures are looked for


def draw(page: pypdfium2.PdfPage, name: str, limits: Limits, dpi: float | None) -> np.ndarray:
    """A page as it is shown, (H, W, 3) uint8 RGB: turned, cropped, with its annotations and filled-in forms.

    `dpi` None = by the size of its text (see `dpi`). Raises `TooLargeError` where the page, or a picture on it, has
    more pixels than `limits.max_pixels`, `InputError` where it is not drawn within `limits.drawing` seconds. That is
    looked at between two things drawn: one alone that takes longer is waited for.
    """
    sheet = _Sheet(page, name, limits, time.monotonic() + limits.drawing)
    if dpi is not None:
        sheet.check(dpi)
        sheet.check_pictures()
        return sheet.drawn(dpi)
    dpi = first_dpi(sheet.inches, limits.max_pixels)
    sheet.check(dpi)
    sheet.check_pictures()
    image = sheet.drawn(dpi)
    better = better_dpi(image, dpi, sheet.inches, limits.max_pixels)
    return image if better is None else sheet.drawn(better)


@dataclass(frozen=True)
class _Sheet:
    page: pypdfium2.PdfPage
    name: str
    limits: Limits
    end: float  # by the monotonic clock

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
        check_size(*self.size(dpi), self.limits, f"{self.name} drawn at {dpi:g} dpi", "lower the dpi")

    def check_pictures(self) -> None:
        """Raises `TooLargeError` for a picture on the page that would be too large to decode."""
        import pypdfium2.raw as raw

        width, height = ctypes.c_uint(), ctypes.c_uint()

        def look(count: int, get: Callable[[int], Any], depth: int) -> None:
            for number in range(count):
                thing = get(number)
                kind = raw.FPDFPageObj_GetType(thing)
                if kind == raw.FPDF_PAGEOBJ_IMAGE:
                    if raw.FPDFImageObj_GetImagePixelSize(thing, width, height):
                        if width.value * height.value > self.limits.max_pixels:
                            raise TooLargeError(
                                f"{self.name} holds a picture of {width.value} x {height.value} pixels, over the limit of "
                                f"{self.limits.max_pixels:,}; make it smaller"
                            )
                elif kind == raw.FPDF_PAGEOBJ_FORM and depth < NESTED:
                    inside = raw.FPDFFormObj_CountObjects(thing)
                    look(inside, lambda place, form=thing: raw.FPDFFormObj_GetObject(form, place), depth + 1)
                self.hurry()

        look(raw.FPDFPage_CountObjects(self.page), lambda place: raw.FPDFPage_GetObject(self.page, place), 0)

    def hurry(self) -> None:
        if time.monotonic() > self.end:
            raise InputError(f"{self.name} is not drawn within {self.limits.drawing:g} s; save it in a simpler way, as a scan")

    def drawn(self, dpi: float) -> np.ndarray:
        import pypdfium2.raw as raw

        self.check(dpi)
        width, height = self.size(dpi)
        image = np.full((height, width, 3), WHITE, np.uint8)
        bitmap = raw.FPDFBitmap_CreateEx(width, height, raw.FPDFBitmap_BGR, image.ctypes.data_as(ctypes.c_void_p), width * 3)
        if not bitmap:
            raise TooLargeError(f"{self.name} is too large to draw at {dpi:g} dpi; lower the dpi")
        place = (0, 0, width, height, 0, raw.FPDF_ANNOT | raw.FPDF_REVERSE_BYTE_ORDER)
        try:
            self.render(bitmap, place)
            if self.page.formenv:
                raw.FPDF_FFLDraw(self.page.formenv, bitmap, self.page, *place)
        finally:
            raw.FPDFBitmap_Destroy(bitmap)
        return image

    def render(self, bitmap: Any, place: tuple[int, ...]) -> None:
        import pypdfium2.raw as raw

        pause = raw.IFSDK_PAUSE(version=1)
        # It pauses wherever it can: `bool` of a pointer is true, and no line of Python is run in there that Ctrl-C could break off.
        pause.NeedToPauseNow = type(pause.NeedToPauseNow)(bool)
        status = raw.FPDF_RenderPageBitmap_Start(bitmap, self.page, *place, pause)
        try:
            while status == raw.FPDF_RENDER_TOBECONTINUED:
                self.hurry()
                status = raw.FPDF_RenderPage_Continue(self.page, pause)
            if status != raw.FPDF_RENDER_DONE:
                raise InputError(f"{self.name} cannot be drawn; save the file again")
        finally:
            raw.FPDF_RenderPage_Close(self.page)
