"""Pictures in files of strangers, decoded in processes of their own; what those do is in `picture_child`.

Decoders are written in C, and now and then a file is found that crashes one, keeps it busy for minutes or has it take all memory
there is. Where others than the user hand over files, only the process that decodes is lost to it: another takes its place, and the
page is an error. What comes is what `picture.pages` gives, pixels and errors alike.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from ..child import MEMORY, LateError, NoChildError, RefusedError, pool
from ..errors import GotocrError, InputError, MissingExtraError, TooLargeError, WorkerError
from .limits import Limits
from .opening import Opening
from .picture import each
from .picture_child import SIZE

ANSWER = "gotocr.pixels.picture_child:answer"
# Bytes a decoder may need for each pixel of a picture that is as large as allowed: 32 for JPEG 2000 and AVIF, as measured, and then some.
PER_PIXEL = 48
FRESH = 2_000  # pictures after which another process decodes, against leaks
MOST_ENDED = 10  # pages of a file in a row for which a process was ended
_ERRORS = {error.__name__: error for error in (InputError, TooLargeError)}


def pages(file: BinaryIO, path: str, name: str, limits: Limits, opening: Opening) -> Iterator[tuple[int, np.ndarray | GotocrError]]:
    """As `picture.pages`, of an image file that is open and lies at `path`; each page takes a free process.

    Where processes had to be ended for `MOST_ENDED` pages in a row, the rest is not tried.
    """
    decoder = _Decoder(path, limits)
    for index, found in each(file, name, opening, decoder.page):
        if decoder.ended > MOST_ENDED:
            yield index, InputError(f"{MOST_ENDED} pages of {name} in a row took too long or too much memory; the rest is not tried")
            return
        yield index, found


class _Decoder:
    def __init__(self, path: str, limits: Limits) -> None:
        self.path, self.limits = os.path.abspath(path), limits
        self.ended = 0  # processes in a row, for one page each

    def page(self, place: int | None, name: str) -> np.ndarray:
        """One page. Raises what is wrong with it."""
        self.ended += 1
        if self.ended > MOST_ENDED:
            raise InputError(f"{name} is not tried")
        memory = max(MEMORY, PER_PIXEL * self.limits.max_pixels)
        try:
            found = pool(ANSWER, self.limits.drawing, memory, FRESH)(self.path, place, name, self.limits.max_pixels)
        except LateError as error:
            raise InputError(f"{name} takes longer than {self.limits.drawing:g} s to decode; save it again, as PNG or JPEG") from error
        except NoChildError as error:
            raise InputError(f"{name} cannot be decoded: that is done in a process of its own, and {error}") from error
        except RefusedError as error:
            raise InputError(f"{name} cannot be decoded ({error})") from error
        except WorkerError as error:
            raise InputError(f"{name} cannot be decoded: what decodes it died of it, or of the memory it took; save it again") from error
        self.ended = 0
        if isinstance(found, list):
            raise _error(*found)
        height, width = SIZE.unpack_from(found)
        return np.frombuffer(found, np.uint8, height * width * 3, SIZE.size).reshape(height, width, 3)


def _error(kind: str, says: str) -> GotocrError:
    if kind == MissingExtraError.__name__:  # only one is missed here: see `heif`
        return MissingExtraError("formats", "HEIC")
    return _ERRORS.get(kind, InputError)(says)
