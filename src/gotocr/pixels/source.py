"""Anything a user may hand over becomes pages: path, bytes, stream, address, PIL image, array, PDF."""

from __future__ import annotations

import glob
import io
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from ..errors import InputError, TooLargeError, UsageError
from ..schema import Page
from . import pdf
from .arrays import from_array
from .limits import Limits
from .picture import SUFFIXES, frames, from_pil
from .web import fetch, is_address, shown

STDIN = "-"
_GLOB = re.compile(r"[*?\[]")
_HEAD = pdf.MARK_WITHIN


def open_source(source: Any, *, limits: Limits | None = None, dpi: float = pdf.DPI, opening: Any = None) -> Iterator[Page]:
    """The pages of one source, decoded one at a time to upright (H, W, 3) uint8 RGB.

    `source` is a path, an http(s) address, "-" for standard input, bytes, a binary file object, a PIL image or an
    array ((H, W) or (H, W, 3 or 4) of bool, integers or floats). PDF and TIFF have pages; of an animation only the
    first frame is read. `dpi` is the resolution PDF pages are drawn at. Errors come when a page is asked for:
    `InputError` (missing, empty, broken, not a picture), `TooLargeError` (beyond `limits`), `UsageError`.
    """
    limits = limits or Limits()
    if not dpi > 0:
        raise UsageError(f"dpi must be positive (got {dpi:g})")
    name, images = _images(source, limits, dpi)
    for index, image in enumerate(images):
        yield Page(image=image, index=index, source=name)


def page_of(path: Path, number: int = 0, *, dpi: float = pdf.DPI) -> Page:
    """One page of a file, counted from 0; the other pages of a PDF are not drawn. Raises `InputError` as `open_source` does."""
    name = shown(str(path))
    found: Iterator[Page] = open_source(path, dpi=dpi)
    if number > 0 and _is_pdf(path):
        images = pdf.pages(str(path), name, Limits(), dpi, first=number)
        found = (Page(image, number, str(path)) for image in images)
    for page in found:
        if page.index == number:
            return page
    raise InputError(f"{name} has no page {number + 1}")


def _is_pdf(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return pdf.is_pdf(file.read(_HEAD))
    except (OSError, ValueError):
        return False  # `open_source` says why


def expand(sources: Iterable[Any]) -> list[Any]:
    """Folders and glob patterns among `sources` become the files in them, in natural order ("p2" before "p10").

    Folders give the visible picture and PDF files directly in them, `**` in a pattern looks into folders. All else
    is passed on as it is; so is a folder or pattern that holds nothing, for `open_source` to say so when its turn
    comes and the others are still read.
    """
    found: list[Any] = []
    for source in sources:
        if not isinstance(source, (str, os.PathLike)) or source == STDIN or is_address(str(source)):
            found.append(source)
            continue
        try:
            files = _inside(Path(source).expanduser())
        except (OSError, ValueError):  # not allowed to look, or no possible name: `open_source` will say it
            files = []
        found.extend(sorted(files, key=natural) or [source])
    return found


def natural(name: str) -> list[str | int]:
    """A sorting key that counts: runs of digits compare as numbers."""
    return [int(part) if part.isdigit() else part for part in re.split(r"([0-9]+)", name.casefold())]


def _inside(path: Path) -> list[str]:
    """The readable files in a folder or behind a pattern; none for anything else."""
    if path.is_dir():
        inside = (path / name for name in os.listdir(path) if not name.startswith("."))
    elif _is_pattern(path):
        inside = map(Path, glob.iglob(str(path), recursive=True))
    else:
        return []
    return [str(file) for file in inside if file.suffix.lower() in SUFFIXES | {".pdf"} and file.is_file()]


def _images(source: Any, limits: Limits, dpi: float) -> tuple[str, Iterator[np.ndarray]]:
    """The name of a source and its pages, not yet decoded."""
    if isinstance(source, Image.Image):
        return "<image>", iter([from_pil(source, limits)])
    if isinstance(source, (bytes, bytearray, memoryview)):
        return "<bytes>", _decode(bytes(source), "the data", limits, dpi)
    if isinstance(source, (str, os.PathLike)):
        text = os.fspath(source)
        text = os.fsdecode(text) if isinstance(text, bytes) else text
        if text == STDIN:
            return "<stdin>", _decode(_read_stdin(limits), "standard input", limits, dpi)
        if is_address(text):
            return text, _decode(fetch(text, limits), shown(text), limits, dpi)
        return text, _from_path(Path(text).expanduser(), shown(text), limits, dpi)
    if hasattr(source, "read"):
        name = getattr(source, "name", None)
        name = name if isinstance(name, str) else "<file>"
        return name, _decode(_read_stream(source, shown(name), limits), shown(name), limits, dpi)
    if hasattr(source, "__array__"):
        return "<array>", iter([from_array(np.asarray(source), limits)])
    raise UsageError(
        f"cannot read a {type(source).__name__}; give a path, address, bytes, file object, PIL image or array"
    )


def _from_path(path: Path, name: str, limits: Limits, dpi: float) -> Iterator[np.ndarray]:
    try:
        if "\x00" in str(path) or not name:
            raise InputError(f"'{name}' is not a path")
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f"{name} is a folder without pictures or PDF files")
        with path.open("rb") as file:
            if not stat.S_ISREG(mode):  # a pipe or a device: no seeking, no size
                yield from _decode(_read_stream(file, name, limits), name, limits, dpi)
                return
            head = file.read(_HEAD)
            file.seek(0)
            yield from pdf.pages(str(path), name, limits, dpi) if pdf.is_pdf(head) else frames(file, name, limits)
    except FileNotFoundError as error:
        says = "nothing matches" if _is_pattern(path) else "there is no file"
        raise InputError(f"{says} {name}") from error
    except OSError as error:
        raise InputError(f"cannot read {name}: {error.strerror or error}") from error


def _decode(data: bytes, name: str, limits: Limits, dpi: float) -> Iterator[np.ndarray]:
    if pdf.is_pdf(data[:_HEAD]):
        return pdf.pages(data, name, limits, dpi)
    return frames(io.BytesIO(data), name, limits)


def _read_stdin(limits: Limits) -> bytes:
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("nothing is piped into standard input; use it as in: gotocr read - < page.png")
    return _read_stream(sys.stdin.buffer, "standard input", limits)


def _read_stream(stream: BinaryIO, name: str, limits: Limits) -> bytes:
    """All that is left of a stream, up to the limit."""
    body = bytearray()
    try:
        while chunk := stream.read(min(1 << 20, limits.max_bytes + 1 - len(body))):
            if isinstance(chunk, str):
                raise UsageError(f'{name} was opened as text; open it with mode "rb"')
            body += chunk
            if len(body) > limits.max_bytes:
                raise TooLargeError(f"{name} is larger than the limit of {limits.max_bytes:,} bytes")
    except UnicodeDecodeError as error:
        raise UsageError(f'{name} was opened as text; open it with mode "rb"') from error
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {name}: {error}") from error
    return bytes(body)


def _is_pattern(path: Path) -> bool:
    return _GLOB.search(str(path)) is not None and not path.exists()
