"""Searchable PDF: the source as it is, and under each page what was read of it as invisible text that can be found and copied.

A source that is a picture becomes a page with that picture. Without the source at hand (`Format.parts`) the pages are empty
but for their text, to be laid on others: `qpdf pages.pdf --overlay text.pdf -- both.pdf`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ...errors import InputError, MissingExtraError, OutputError
from ...pixels.opening import DPI
from ...schema import Leaf
from ..format import Format, Original

CHUNK = 1 << 20  # bytes that are handed out at a time


def ready() -> None:
    try:
        import pikepdf  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("pdf", "writing searchable PDF", error) from None


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    """Empty pages with their text, in the sizes that they have at the resolution PDFs are drawn at."""
    yield from alone(leaves, source, (DPI, DPI))


def alone(leaves: Iterable[Leaf], source: str, dpi: tuple[float, float]) -> Iterator[bytes]:
    """Empty pages with their text; `dpi` is how many of a page's pixels are an inch, across and down."""
    ready()
    from .overlay import overlay
    from .pictures import POINTS, write_blank

    pages = list(leaves)
    with _room() as (folder, begun):
        last = max((leaf.index for leaf in pages), default=-1)
        sizes = [(1.0, 1.0)] * (last + 1)
        for leaf in pages:
            sizes[leaf.index] = leaf.width * POINTS / dpi[0], leaf.height * POINTS / dpi[1]
        with open(begun, "wb") as file:
            write_blank(sizes or [(1.0, 1.0)], file)
        original = Original(begun, source, own_text="add")
        done = folder / "done.pdf"
        yield from _read(done if overlay(os.fspath(begun), pages, original, os.fspath(done)) else begun)


def over(leaves: Iterable[Leaf], original: Original, model: str) -> Iterator[bytes]:
    """The source with its text. Raises InputError where it cannot be opened, OutputError where there is no room to work in."""
    ready()
    from ...pixels.pdf import MARK_WITHIN, is_pdf
    from .overlay import overlay
    from .pictures import write_pictures

    path = Path(original.path)
    with _room() as (folder, begun):
        try:
            with path.open("rb") as file:
                drawn = not is_pdf(file.read(MARK_WITHIN))
                file.seek(0)
                if drawn:
                    with open(begun, "wb") as out:
                        write_pictures(file, original.called, out)
                    path = begun
        except FileNotFoundError as error:
            raise InputError(f"there is no file {original.called}; a searchable PDF is made of the source itself") from error
        done = folder / "done.pdf"
        yield from _read(done if overlay(os.fspath(path), leaves, original, os.fspath(done)) else path)


@contextmanager
def _room() -> Iterator[tuple[Path, Path]]:
    """A folder to work in, and the path of a file that may be begun with."""
    try:
        with TemporaryDirectory(prefix="gotocr-") as folder:
            yield Path(folder), Path(folder) / "begun.pdf"
    except OSError as error:
        raise OutputError(f"cannot work in a temporary folder ({error.strerror or error}); set TMPDIR to one with room") from error


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


FORMAT = Format("pdf", ".pdf", "application/pdf", parts, over=over, whole=True, binary=True, ready=ready)
