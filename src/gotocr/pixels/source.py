"""Anything a user may hand over becomes pages: path, bytes, stream, address, clipboard, PIL image, array, PDF."""

from __future__ import annotations

import glob
import io
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from ..errors import GotocrError, InputError, TooLargeError, UsageError
from ..schema import Lost, Page
from . import apart, pdf
from .arrays import from_array
from .clipboard import CLIPBOARD, copied, copied_files
from .limits import Limits, check_pages
from .on_disk import on_disk
from .opening import DPI, Opening
from .picture import MOST_COUNTED, SUFFIXES, from_pil, length, pages
from .web import fetch, is_address, shown

STDIN = "-"
_GLOB = re.compile(r"[*?\[]")
MOST_LOST = 1000  # pages in a row that are given up one by one
_HEAD = pdf.MARK_WITHIN

Found = Iterator[tuple[int, np.ndarray | pdf.Drawn | GotocrError]]  # pages by index from 0, or what is wrong with one


def open_source(source: Any, *, limits: Limits | None = None, opening: Opening | None = None) -> Iterator[Page | Lost]:
    """The pages of one source, decoded one at a time to upright (H, W, 3) uint8 RGB.

    `source` is a path, an http(s) address, "-" for standard input, "clipboard:", bytes, a binary file object, a PIL
    image or an array ((H, W) or (H, W, 3 or 4) of bool, integers or floats). PDF and TIFF have pages; of an animation
    only the first frame is read. `opening` says which pages are wanted (others are neither drawn nor decoded), at what
    resolution those of a PDF are drawn, and its password.

    A page that cannot be had comes as `Lost`, and those behind it still come. Errors come when a page is asked for:
    `InputError` (missing, empty, broken, not a picture, no page asked for is there), `TooLargeError` (beyond `limits`),
    `UsageError`, `MissingExtraError` (HEIC without pi_heif). Where all pages asked for are lost, the first one's is raised.
    """
    limits, opening = limits or Limits(), opening or Opening()
    name, images = _images(source, limits, opening)
    held: list[Lost] | None = None if opening.done else []  # until the first page: there may be none
    in_a_row = 0
    for index, image in images:
        if isinstance(image, GotocrError):
            in_a_row += 1
            if in_a_row > MOST_LOST:
                image = InputError(f"{MOST_LOST:,} pages of {shown(name)} in a row cannot be opened; the rest is not tried")
            lost = Lost(index, name, _bare(image))
            if held is None:
                yield lost
            else:
                held.append(lost)
            if in_a_row > MOST_LOST:
                break
            continue
        in_a_row = 0
        yield from held or ()
        held = None
        image, text = image if isinstance(image, pdf.Drawn) else (image, "")
        yield Page(image=image, index=index, source=name, text=text)
    if held:
        raise held[0].why


def _bare(error: GotocrError) -> GotocrError:
    """An error that holds nothing of where it was raised: many may be kept, and pictures hang on it."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def page_of(path: Path, number: int = 0, *, dpi: float = DPI) -> Page:
    """One page of a file, counted from 0; no other is drawn or decoded. Raises `InputError` as `open_source` does."""
    if number < 0:
        raise InputError(f"{shown(str(path))} has no page {number + 1}")
    page = next(open_source(path, opening=Opening(((number + 1, number + 1),), dpi)))
    assert isinstance(page, Page), "what is lost alone is raised"
    return page


def page_count(source: Any, opening: Opening | None = None, limits: Limits | None = None) -> int | None:
    """How many pages `open_source` will give, lost ones and those that `opening` counts as done among them.

    None where it is not known without much work, or only by reading a stream, an address or the clipboard: nothing is
    consumed. None, too, where the source cannot be opened: `open_source` says why.
    """
    opening = opening or Opening()
    try:
        count = _length(source, limits or Limits(), opening)
    except (GotocrError, OSError, ValueError):
        return None
    return None if count is None else opening.number_of(count) + sum(1 for _ in opening.absent("", count))


def expand(sources: Iterable[Any], *, recursive: bool = False) -> list[Any]:
    """Folders and glob patterns among `sources` become the files in them, in natural order ("p2" before "p10").

    Folders give the visible picture and PDF files directly in them, with `recursive` also those in the visible folders
    within (links to folders are not followed); `**` in a pattern looks into folders. "clipboard:" becomes the files that
    were copied, if some were. All else is passed on as it is; so is a folder or pattern that holds nothing, for
    `open_source` to say so when its turn comes and the others are still read.
    """
    found: list[Any] = []
    for source in sources:
        if isinstance(source, str) and source == CLIPBOARD:
            found.extend(expand(copied_files(), recursive=recursive) or [source])
            continue
        if not isinstance(source, (str, os.PathLike)) or source == STDIN or is_address(str(source)):
            found.append(source)
            continue
        try:
            files = _inside(Path(source).expanduser(), recursive)
        except (OSError, ValueError):  # not allowed to look, or no possible name: `open_source` will say it
            files = []
        found.extend(sorted(files, key=natural) or [source])
    return found


def natural(name: str) -> list[str | int]:
    """A sorting key that counts: runs of digits compare as numbers."""
    return [int(part) if part.isdigit() else part for part in re.split(r"([0-9]+)", name.casefold())]


def _inside(path: Path, recursive: bool) -> list[str]:
    """The readable files in a folder or behind a pattern; none for anything else."""
    if path.is_dir():
        inside = _below(path) if recursive else (path / name for name in os.listdir(path) if not name.startswith("."))
    elif _is_pattern(path):
        inside = map(Path, glob.iglob(str(path), recursive=True))
    else:
        return []
    return [str(file) for file in inside if file.suffix.lower() in SUFFIXES | {".pdf"} and file.is_file()]


def _below(path: Path) -> Iterator[Path]:
    for folder, inner, files in os.walk(path):
        inner[:] = [name for name in inner if not name.startswith(".")]
        yield from (Path(folder, name) for name in files if not name.startswith("."))


def _images(source: Any, limits: Limits, opening: Opening) -> tuple[str, Found]:
    """The name of a source and its pages, not yet decoded."""
    if isinstance(source, Image.Image):
        return "<image>", _single(lambda: from_pil(source, limits), "the image", opening)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return "<bytes>", _decode(bytes(source), "the data", limits, opening)
    if isinstance(source, (str, os.PathLike)):
        text = _text(source)
        if text == STDIN:
            return "<stdin>", _decode(_read_stdin(limits), "standard input", limits, opening)
        if text == CLIPBOARD:
            return "<clipboard>", _from_clipboard(limits, opening)
        if is_address(text):
            return text, _decode(fetch(text, limits), shown(text), limits, opening)
        return text, _from_path(Path(text).expanduser(), shown(text), limits, opening)
    if hasattr(source, "read"):
        name = getattr(source, "name", None)
        name = name if isinstance(name, str) else "<file>"
        return name, _decode(_read_stream(source, shown(name), limits), shown(name), limits, opening)
    if hasattr(source, "__array__"):
        return "<array>", _single(lambda: from_array(np.asarray(source), limits), "the array", opening)
    raise UsageError(
        f"cannot read a {type(source).__name__}; give a path, address, bytes, file object, PIL image or array"
    )


def is_stream(source: Any) -> bool:
    """Whether a source has to be waited for, nobody knows how long: standard input, a pipe or a device."""
    try:
        if isinstance(source, (str, os.PathLike)):
            text = _text(source)
            mode = 0 if text == STDIN else Path(text).expanduser().stat().st_mode
        else:
            mode = os.fstat(source.fileno()).st_mode
    except (AttributeError, OSError, ValueError, RuntimeError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def read_once(source: str, limits: Limits) -> bytes:
    """The bytes of standard input ("-"), an address, or a path that is a pipe or a device. Raises as `open_source` does."""
    if source == STDIN:
        return _read_stdin(limits)
    if is_address(source):
        return fetch(source, limits)
    try:
        with Path(source).expanduser().open("rb") as file:
            return _read_stream(file, shown(source), limits)
    except OSError as error:
        raise InputError(f"cannot read {shown(source)}: {error.strerror or error}") from error


def _length(source: Any, limits: Limits, opening: Opening) -> int | None:
    if isinstance(source, (bytes, bytearray, memoryview)):
        data = bytes(source)
        return pdf.length(data, limits, opening) if pdf.is_pdf(data[:_HEAD]) else length(io.BytesIO(data))
    if isinstance(source, (str, os.PathLike)):
        text = _text(source)
        path = Path(text).expanduser()
        if text in (STDIN, CLIPBOARD) or is_address(text) or "\x00" in text or not path.is_file():
            return None
        with path.open("rb") as file:
            head = file.read(_HEAD)
            file.seek(0)
            return pdf.length(str(path), limits, opening) if pdf.is_pdf(head) else length(file)
    return 1 if isinstance(source, Image.Image) or (not hasattr(source, "read") and hasattr(source, "__array__")) else None


def _text(source: str | os.PathLike[Any]) -> str:
    text = os.fspath(source)
    return os.fsdecode(text) if isinstance(text, bytes) else text


def _single(image: Callable[[], np.ndarray], name: str, opening: Opening) -> Found:
    """What has one page alone; it is not made unless it is wanted."""
    if opening.wants(0):
        yield 0, image()
    yield from opening.absent(name, 1)


def _from_clipboard(limits: Limits, opening: Opening) -> Found:
    """The picture on the clipboard, or the pages of the files that were copied, one behind the other."""
    found = copied()
    if isinstance(found, Image.Image):
        yield from _single(lambda: from_pil(found, limits, "the picture on the clipboard"), "the clipboard", opening)
        return
    every = Opening(dpi=opening.dpi, password=opening.password)
    count = 0
    for path in expand(found):
        try:
            for _, image in _from_path(Path(path), shown(path), limits, every):
                if opening.wants(count):
                    yield count, image
                count += 1
        except GotocrError as error:
            if opening.wants(count):
                yield count, error
            count += 1
    yield from opening.absent("the clipboard", count)


def _from_path(path: Path, name: str, limits: Limits, opening: Opening) -> Found:
    try:
        if "\x00" in str(path) or not name:
            raise InputError(f"'{name}' is not a path")
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f"{name} is a folder without pictures or PDF files")
        with path.open("rb") as file:
            if not stat.S_ISREG(mode):  # a pipe or a device: no seeking, no size
                yield from _decode(_read_stream(file, name, limits), name, limits, opening)
                return
            head = file.read(_HEAD)
            file.seek(0)
            yield from pdf.pages(str(path), name, limits, opening) if pdf.is_pdf(head) else _pictures(file, str(path), name, limits, opening)
    except FileNotFoundError as error:
        says = "nothing matches" if _is_pattern(path) else "there is no file"
        raise InputError(f"{says} {name}") from error
    except OSError as error:
        raise InputError(f"cannot read {name}: {error.strerror or error}") from error


def _decode(data: bytes, name: str, limits: Limits, opening: Opening) -> Found:
    if pdf.is_pdf(data[:_HEAD]):
        return pdf.pages(data, name, limits, opening)
    return _apart(data, name, limits, opening) if limits.apart else _pictures(io.BytesIO(data), "", name, limits, opening)


def _apart(data: bytes, name: str, limits: Limits, opening: Opening) -> Found:
    with on_disk(data, name) as path, open(path, "rb") as file:
        yield from _pictures(file, path, name, limits, opening)


def _pictures(file: BinaryIO, path: str, name: str, limits: Limits, opening: Opening) -> Found:
    """The pages of an image file, which lies at `path` where that is to be known."""
    if limits.max_pages is not None:
        count = length(file)
        file.seek(0)
        check_pages(opening.number_of(MOST_COUNTED + 1 if count is None else count), limits, name)
    yield from apart.pages(file, path, name, limits, opening) if limits.apart else pages(file, name, limits, opening)


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
