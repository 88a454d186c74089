"""PDF pages become pictures, one at a time, through PDFium."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator

import numpy as np

from ..errors import InputError
from .arrays import check_size
from .limits import Limits

DPI = 144.0
POINTS_PER_INCH = 72.0
MARK = b"%PDF-"
MARK_WITHIN = 1024  # readers accept some rubbish before the mark

# PDFium may be called by one thread at a time. Reentrant: closing can happen while another page is drawn.
_lock = threading.RLock()


def is_pdf(head: bytes) -> bool:
    """Whether a file that begins with `head` is a PDF."""
    return MARK in head[:MARK_WITHIN]


def pages(data: str | bytes, name: str, limits: Limits, dpi: float = DPI, first: int = 0) -> Iterator[np.ndarray]:
    """The pages of a PDF (a path or its bytes) from `first` on as (H, W, 3) uint8 RGB; memory holds one at a time.

    Filled-in forms are drawn. Raises `InputError` for a locked or broken file, `TooLargeError` for a page that
    would exceed `limits.max_pixels` at this resolution.
    """
    import pypdfium2

    with _lock:
        document = _open(pypdfium2, data, name)
    try:
        with _lock:
            count = len(document)
        if count == 0:
            raise InputError(f"{name} has no pages")
        for number in range(first, count):
            yield _draw(document, number, f"{name}, page {number + 1},", limits, dpi)
    finally:
        with _lock:
            document.close()


def _open(pypdfium2, data: str | bytes, name: str):  # type: ignore[no-untyped-def]
    try:
        document = pypdfium2.PdfDocument(data)
        if document.get_formtype():
            document.init_forms()
        return document
    except (pypdfium2.PdfiumError, OSError, ValueError) as error:
        if "password" in str(error).lower():
            raise InputError(f"{name} is locked with a password; save a copy without one") from error
        raise InputError(f"{name} is a broken PDF or has no pages; save it again") from error


def _draw(document, number: int, name: str, limits: Limits, dpi: float) -> np.ndarray:  # type: ignore[no-untyped-def]
    scale = dpi / POINTS_PER_INCH
    with _lock:
        try:
            page = document[number]
        except Exception as error:
            raise InputError(f"{name} cannot be opened ({error}); save the file again") from error
        try:
            width, height = page.get_size()
            size = math.ceil(width * scale), math.ceil(height * scale)
            check_size(*size, limits, f"{name} drawn at {dpi:g} dpi", "lower the dpi")
            bitmap = page.render(scale=scale, rev_byteorder=True)
            try:
                return np.array(bitmap.to_numpy()[:, :, :3])  # (H, W, 3)
            finally:
                bitmap.close()
        except InputError:
            raise
        except Exception as error:
            raise InputError(f"{name} cannot be drawn ({error}); save the file again") from error
        finally:
            page.close()
