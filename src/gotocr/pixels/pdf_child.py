"""What the child process of `pdf` does: it keeps the last few documents open, counts their pages and draws them.

PDFium cannot be interrupted: a page whose forms show each other many times over, or a pattern of dots without size, keeps it
busy for hours. So it is called here alone, in a process that can be ended.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pypdfium2

from ..errors import GotocrError, InputError, TooLargeError
from .pdf_page import draw

HELD = 4  # documents that are open at a time: several readers may take turns
MOST_TEXT = 100_000  # characters of a page
KEPT = 64 << 20  # bytes of a file after which it is opened anew: PDFium keeps all it has read of one that is open

Document = tuple[str, int, int, str | None]  # path, its size and time of change, password


@dataclass
class _Held:
    document: pypdfium2.PdfDocument
    stretch: int  # pages that are drawn before it is opened anew
    drawn: int = 0


_held: OrderedDict[Document, _Held] = OrderedDict()


def answer(document: list, name: str, page: list | None) -> int | list[str] | bytearray:
    """The number of pages of a `Document`, or one of them drawn, or the class of an error and what it says.

    `page` is its index from 0, whether its text is wanted behind its pixels, in UTF-8, the resolution (None = by the size of its
    text) and the most pixels it may have; how a drawing looks, `pdf_page.draw` says. `name` is the document's, for errors.
    """
    try:
        held = _opened(tuple(document), name)
        if page is None:
            return len(held.document)
        held.drawn += 1
        return _drawn(held.document, f"{name}, page {page[0] + 1},", *page)
    except GotocrError as error:
        return [type(error).__name__, str(error)]


def _opened(key: Document, name: str) -> _Held:
    held = _held.pop(key, None)
    if held is not None and held.drawn >= held.stretch:
        held.document.close()
        held = None
    if held is None:
        while len(_held) >= HELD:
            _held.popitem(last=False)[1].document.close()
        path, size, _, password = key
        document = _open(path, name, password)
        held = _Held(document, max(1, KEPT * len(document) // max(size, 1)))
    _held[key] = held
    return held


def _open(path: str, name: str, password: str | None) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(path, password=password or None)
        if document.get_formtype():
            document.init_forms()
        return document
    except (pypdfium2.PdfiumError, OSError, ValueError) as error:
        says = str(error).lower()
        if password and "password" in says and not isinstance(error, UnicodeEncodeError):
            with suppress(InputError):  # it may be meant for another of several files
                return _open(path, name, None)
        if isinstance(error, UnicodeEncodeError) or "password" in says:
            raise InputError(
                f"{name} is not opened by this password; give the right one with --password"
                if password
                else f"{name} is locked; give its password with --password"
            ) from error
        if "security" in says:
            raise InputError(f"{name} is locked in a way that cannot be opened here; save a copy without protection") from error
        raise InputError(f"{name} is a broken PDF or has no pages; save it again") from error


def _drawn(document: pypdfium2.PdfDocument, name: str, number: int, text: bool, *how: Any) -> bytearray:
    try:
        page = document[number]
    except Exception as error:
        raise InputError(f"{name} cannot be opened ({_line(error)}); save the file again") from error
    try:
        drawing = draw(page, name, *how)
        if text:
            drawing += _text(page)
        return drawing
    except GotocrError:
        raise
    except MemoryError as error:
        raise TooLargeError(f"{name} takes more memory to draw than it may; lower the dpi") from error
    except Exception as error:
        raise InputError(f"{name} cannot be drawn ({_line(error)}); save the file again") from error
    finally:
        page.close()


def _text(page: pypdfium2.PdfPage) -> bytes:
    """What a page itself says, as far as it can be had: nobody relies on it."""
    with suppress(Exception):
        found = page.get_textpage()
        try:
            return found.get_text_range(0, min(found.count_chars(), MOST_TEXT)).replace("\r\n", "\n").encode("utf-8", "replace")
        finally:
            found.close()
    return b""


def _line(error: Exception) -> str:
    return " ".join((str(error) or type(error).__name__).split())[:120]
