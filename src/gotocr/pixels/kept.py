"""A source that can be read only once (standard input, an address, a pipe, the clipboard) kept in a file, for what needs it again."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple

from PIL import Image

from ..errors import InputError, OutputError
from .clipboard import CLIPBOARD, copied
from .limits import Limits
from .source import STDIN, read_once
from .web import is_address


class Kept(NamedTuple):
    """`path` is a file with the source's bytes; `source` is what `open_source` is to be given in its place."""

    path: str
    source: Any


class _Named(io.BytesIO):
    """Bytes that are called in errors what the source was."""

    name = ""


@contextmanager
def kept(source: str, limits: Limits | None = None) -> Iterator[Kept]:
    """A source as a file, which is gone afterwards where it was not one before.

    Raises what `open_source` would where it cannot be had, OutputError where it cannot be kept.
    """
    if _is_file(source):
        yield Kept(os.path.expanduser(source), source)
        return
    data = _bytes(source, limits or Limits())
    path: str | None = None
    try:
        try:
            with NamedTemporaryFile(prefix="gotocr-", delete=False) as file:
                path = file.name
                file.write(data)
        except OSError as error:
            raise OutputError(f"{source} cannot be kept in a temporary file ({error.strerror or error}); set TMPDIR to a folder with room") from error
        stream = _Named(data)
        stream.name = {STDIN: "<stdin>", CLIPBOARD: "<clipboard>"}.get(source, source)
        del data
        yield Kept(path, stream)
    finally:
        if path is not None:
            Path(path).unlink(missing_ok=True)


def _is_file(source: str) -> bool:
    """Whether a source is a file that can be read again, or is nothing at all, as its reader will say."""
    if source in (STDIN, CLIPBOARD) or is_address(source):
        return False
    try:
        mode = os.stat(os.path.expanduser(source)).st_mode
    except (OSError, ValueError):
        return True
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def _bytes(source: str, limits: Limits) -> bytes:
    if source != CLIPBOARD:
        return read_once(source, limits)
    found = copied()
    if not isinstance(found, Image.Image):
        raise InputError("the files on the clipboard are no longer those it was asked for; give their paths")
    written = io.BytesIO()
    found.save(written, "PNG")
    return written.getvalue()
