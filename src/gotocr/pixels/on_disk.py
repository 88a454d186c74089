"""Bytes as a file, while a process of its own reads them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ..errors import InputError


@contextmanager
def on_disk(data: bytes, name: str, suffix: str = "") -> Iterator[str]:
    """The path of a temporary file that holds `data` until it is no longer needed. Raises InputError where there is no room."""
    path = None
    try:
        try:
            handle, path = tempfile.mkstemp(suffix, "gotocr-")
            with open(handle, "wb") as file:
                file.write(data)
            del data
        except OSError as error:
            raise InputError(f"{name} cannot be kept in a temporary file ({error.strerror or error}); set TMPDIR to a folder with room") from error
        yield path
    finally:
        if path is not None:
            with suppress(OSError):
                os.unlink(path)
