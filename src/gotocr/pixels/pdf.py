"""The pages of a PDF, one at a time, drawn by PDFium in a process of its own; what that one does is in `pdf_child`.

PDFium can neither be interrupted nor held to an amount of memory, and some bytes crash it. So it never runs in this process:
where a page takes longer than `Limits` allow, too much memory, or crashes, its process is ended, and another draws the pages
behind it. Ctrl-C comes at once. Readers in several threads have a process each, as far as there are processors (`child.pool`).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from ..child import MEMORY, LateError, NoChildError, RefusedError, pool
from ..errors import GotocrError, InputError, TooLargeError, WorkerError
from .limits import Limits, check_pages
from .on_disk import on_disk
from .opening import DPI as DPI
from .opening import Opening

MARK = b"%PDF-"
MARK_WITHIN = 1024  # readers accept some rubbish before the mark
ANSWER = "gotocr.pixels.pdf_child:answer"
# Bytes PDFium may need for each pixel of a page that is as large as allowed: the page, and a picture on it packed and unpacked.
PER_PIXEL = 14
FRESH = 40  # pages after which another process draws: what PDFium has taken it keeps
MOST_ENDED = 10  # pages in a row for which a process was ended
_SIZE = struct.Struct(">II")  # before the pixels of a page: height and width, as `pdf_page` writes them
_ERRORS = {error.__name__: error for error in (InputError, TooLargeError)}


class Drawn(NamedTuple):
    """A page: (H, W, 3) uint8 RGB, and what it says itself, where that was asked for."""

    image: np.ndarray
    text: str


def is_pdf(head: bytes) -> bool:
    """Whether a file that begins with `head` is a PDF."""
    return MARK in head[:MARK_WITHIN]


def pages(data: str | bytes, name: str, limits: Limits, opening: Opening) -> Iterator[tuple[int, Drawn | GotocrError]]:
    """The pages of a PDF (a path or its bytes) that `opening` asks for, by index.

    Others are not looked at; memory holds one at a time. In place of a page that cannot be drawn, or would exceed
    `limits`, comes what is wrong with it; where that is so for `MOST_ENDED` pages in a row whose process had to be ended,
    the rest is not tried. Raises `InputError` for a file that is locked or broken as a whole.
    """
    with _at(data, name) as path:
        del data
        document = _Document(path, name, limits, opening)
        count = document.length()
        if count == 0:
            raise InputError(f"{name} has no pages")
        check_pages(opening.number_of(count), limits, name)
        for number in opening.of(count):
            if document.ended == MOST_ENDED:
                yield number, InputError(f"{MOST_ENDED} pages of {name} in a row took too long or too much memory; the rest is not tried")
                break
            yield number, document.page(number)
        yield from opening.absent(name, count)


def length(data: str | bytes, limits: Limits, opening: Opening) -> int:
    """How many pages a PDF says it has. Raises `InputError` as `pages` does."""
    with _at(data, "the PDF") as path:
        return _Document(path, "the PDF", limits, opening).length()


class _Document:
    """A PDF on disk, as it was when this was made; `name` for errors."""

    def __init__(self, path: str, name: str, limits: Limits, opening: Opening) -> None:
        status = os.stat(path)
        self.key = (path, status.st_size, status.st_mtime_ns, opening.password)
        self.name, self.limits, self.dpi, self.text = name, limits, opening.dpi, opening.text
        self.ended = 0  # processes in a row, for one page each

    def length(self) -> int:
        try:
            found = self._asked(None)
        except LateError as error:
            raise InputError(f"{self.name} takes longer than {self.limits.drawing:g} s to open; save it in a simpler way") from error
        except WorkerError as error:
            raise InputError(f"{self.name} cannot be opened: PDFium died of it, or of the memory it took; save it again") from error
        if isinstance(found, InputError):
            raise found
        return found

    def page(self, number: int) -> Drawn | InputError:
        """A page, or what is wrong with it."""
        name = f"{self.name}, page {number + 1},"
        self.ended += 1
        for text in (True, False) if self.text else (False,):  # it may be the text that is too much
            try:
                found = self._asked((number, text, self.dpi, self.limits.max_pixels))
                break
            except LateError:
                why = f"{name} takes longer than {self.limits.drawing:g} s to draw"
            except WorkerError:
                why = f"{name} cannot be drawn: PDFium died of it, or of the memory it took"
        else:
            return InputError(f"{why}; save it in a simpler way, as a scan")
        self.ended = 0
        if isinstance(found, InputError):
            return found
        height, width = _SIZE.unpack_from(found)
        pixels = np.frombuffer(found, np.uint8, height * width * 3, _SIZE.size).reshape(height, width, 3)
        return Drawn(pixels, found[_SIZE.size + pixels.size :].decode("utf-8", "replace"))

    def _asked(self, page: tuple[int, bool, float | None, int] | None) -> int | bytearray | InputError:
        """What the child answers, or the error it tells of. Raises LateError and WorkerError where it had to be ended."""
        memory = max(MEMORY, PER_PIXEL * self.limits.max_pixels)
        try:
            found = pool(ANSWER, self.limits.drawing, memory, FRESH)(self.key, self.name, page)
        except NoChildError as error:
            raise InputError(f"{self.name} cannot be opened: PDFs are drawn in a process of their own, and {error}") from error
        except RefusedError as error:
            raise InputError(f"{self.name} cannot be opened ({error})") from error
        return _ERRORS.get(found[0], InputError)(found[1]) if isinstance(found, list) else found


@contextmanager
def _at(data: str | bytes, name: str) -> Iterator[str]:
    """The path of a PDF."""
    if isinstance(data, str):
        yield os.path.abspath(data)
        return
    with on_disk(data, name, ".pdf") as path:
        del data
        yield path
