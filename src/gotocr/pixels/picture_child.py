"""What the child processes of `apart` do: they decode a picture of a file, and tell what is wrong with it."""

from __future__ import annotations

import io
import os
import struct

import numpy as np

from ..errors import GotocrError
from .limits import Limits
from .picture import beginning, decode

SIZE = struct.Struct(">II")  # before the pixels: height and width


class _File(io.BufferedReader):
    """A file that no more is asked of than it has: what claims to be long costs no memory."""

    def __init__(self, path: str) -> None:
        super().__init__(io.FileIO(path))
        self._length = os.fstat(self.fileno()).st_size

    def read(self, size: int | None = -1) -> bytes:
        return super().read(size if size is None or size <= 0 else min(size, max(self._length - self.tell(), 1)))


def answer(path: str, place: int | None, name: str, max_pixels: int) -> list[str] | memoryview:
    """A picture of the file at `path`, the size before its pixels, or the class of an error and what it says.

    `place` is where its page begins in a TIFF, `name` what errors call it; what is larger than `max_pixels` is not decoded.
    """
    try:
        with _File(path) as file:
            pixels = decode(beginning(file, place), name, Limits(max_pixels=max_pixels))
        height, width, _ = pixels.shape
        body = np.empty(SIZE.size + pixels.size, np.uint8)
        body[: SIZE.size] = np.frombuffer(SIZE.pack(height, width), np.uint8)
        body[SIZE.size :].reshape(pixels.shape)[:] = pixels
        return body.data
    except GotocrError as error:
        return [type(error).__name__, str(error)]
    except OSError as error:
        return ["InputError", f"cannot read {name}: {error.strerror or error}"]
    except MemoryError:
        return ["TooLargeError", f"{name} is too large to decode; make it smaller"]
