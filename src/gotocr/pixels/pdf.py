"""The pages of a PDF, one at a time, through PDFium; how one is drawn is in `pdf_page`.

It runs in this process. `Limits` bound the size of what is drawn, and the time between two things drawn; not the time
that PDFium takes to open a page or to draw a single thing. A page whose forms show each other many times over, or a
pattern of dots without size, is worked on for hours: whoever reads PDFs of strangers without watching should do so in a
process that can be ended.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from ..errors import GotocrError, InputError
from .limits import Limits
from .opening import DPI as DPI
from .opening import Opening
from .pdf_page import draw

if TYPE_CHECKING:
    import pypdfium2

MARK = b"%PDF-"
MARK_WITHIN = 1024  # readers accept some rubbish before the mark
# PDFium keeps all it has read of a document that is open: it is opened anew after so many pages, or bytes of the file.
REOPEN, KEPT = 250, 64 << 20

# PDFium may be called by one thread at a time. Reentrant: closing can happen while another page is drawn.
_lock = threading.RLock()


def is_pdf(head: bytes) -> bool:
    """Whether a file that begins with `head` is a PDF."""
    return MARK in head[:MARK_WITHIN]


def pages(data: str | bytes, name: str, limits: Limits, opening: Opening) -> Iterator[tuple[int, np.ndarray | GotocrError]]:
    """The pages of a PDF (a path or its bytes) that `opening` asks for, as index and (H, W, 3) uint8 RGB.

    Others are not looked at; memory holds one at a time. In place of a page that cannot be drawn, or would exceed
    `limits`, comes what is wrong with it. Raises `InputError` for a file that is locked or broken as a whole.
    """
    with _lock:
        document = _open(data, name, opening.password)
    try:
        with _lock:
            count = len(document)
        if count == 0:
            raise InputError(f"{name} has no pages")
        size = len(data) if isinstance(data, bytes) else os.path.getsize(data)
        stretch = max(1, min(REOPEN, KEPT * count // max(size, 1)))
        for done, number in enumerate(opening.of(count)):
            if done and done % stretch == 0:
                with _lock:
                    document.close()
                    document = _open(data, name, opening.password)
            yield number, _page(document, number, f"{name}, page {number + 1},", limits, opening.dpi)
        yield from opening.absent(name, count)
    finally:
        with _lock:
            document.close()


def length(data: str | bytes, opening: Opening) -> int:
    """How many pages a PDF says it has. Raises `InputError` as `pages` does."""
    with _lock:
        document = _open(data, "the PDF", opening.password)
        try:
            return len(document)
        finally:
            document.close()


def _open(data: str | bytes, name: str, password: str | None) -> pypdfium2.PdfDocument:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data, password=password or None)
        if document.get_formtype():
            document.init_forms()
        return document
    except (pypdfium2.PdfiumError, OSError, ValueError) as error:
        says = str(error).lower()
        if password and "password" in says and not isinstance(error, UnicodeEncodeError):
            with suppress(InputError):  # it may be meant for another of several files
                return _open(data, name, None)
        if isinstance(error, UnicodeEncodeError) or "password" in says:
            raise InputError(
                f"{name} is not opened by this password; give the right one with --password"
                if password
                else f"{name} is locked; give its password with --password"
            ) from error
        if "security" in says:
            raise InputError(f"{name} is locked in a way that cannot be opened here; save a copy without protection") from error
        raise InputError(f"{name} is a broken PDF or has no pages; save it again") from error


def _page(
    document: pypdfium2.PdfDocument, number: int, name: str, limits: Limits, dpi: float | None
) -> np.ndarray | GotocrError:
    with _lock:
        try:
            page = document[number]
        except Exception as error:
            return InputError(f"{name} cannot be opened ({_line(error)}); save the file again")
        try:
            return draw(page, name, limits, dpi)
        except GotocrError as error:
            return error
        except Exception as error:
            return InputError(f"{name} cannot be drawn ({_line(error)}); save the file again")
        finally:
            page.close()


def _line(error: Exception) -> str:
    return " ".join((str(error) or type(error).__name__).split())[:120]
