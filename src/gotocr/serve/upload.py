"""A file and the fields of a form (multipart/form-data, RFC 7578) as they come in: the file goes to a disk, within limits."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import python_multipart  # noqa: F401  what Starlette takes forms apart with; its absence is said before the server begins
from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from .asking import media_type, parts_of
from .options import LONGEST
from .problems import RequestError, no_room
from .settings import Settings

FILE = "file"  # the name of the part with the file
KIND = "multipart/form-data"
MOST_FIELDS = 200
LONGEST_NAME = 150  # bytes of a file's name that are kept: disks take 255, and results have longer names
LONGEST_SUFFIX = 20
UNKEPT = "what was sent cannot be kept"
OTHERWISE = "document"  # what a file without a name is called


@dataclass(frozen=True)
class Upload:
    """`path` is a file with the contents, None where none was sent; `name` what it was called, without folders."""

    name: str
    path: Path | None
    fields: tuple[tuple[str, str], ...]


@asynccontextmanager
async def receive(request: Request, settings: Settings, fileless: bool = False) -> AsyncIterator[Upload]:
    """The upload of a request; its file is gone afterwards, unless it was moved. With `fileless` there need be none.

    Raises RequestError for what is no form (415, 400), is without a file, or comes too slowly (408), TooLargeError, and
    OutputError where there is no room for it.
    """
    if media_type(request) != KIND:
        raise RequestError(f"send a form: Content-Type: {KIND}, with a part named {FILE!r}", None, "wrong_content_type", 415)
    form = await _form(request, settings.max_bytes)
    try:
        files = [(name, value) for name, value in form.multi_items() if isinstance(value, UploadFile)]
        fields = tuple((name, value) for name, value in form.multi_items() if isinstance(value, str))
        if any(name == FILE for name, _ in fields):
            raise RequestError(f"the part {FILE!r} has no filename; send it as a file", FILE, "invalid_value")
        if [name for name, _ in files] not in ([FILE], *([[]] if fileless else [])):
            raise RequestError(f"send one file, in a part named {FILE!r}", FILE, "missing_value")
        with Room() as folder:
            path = None
            if files:
                path = Path(folder, FILE)
                await asyncio.to_thread(_keep, files[0][1].file, path)
            await form.close()
            yield Upload(plain_name(files[0][1].filename) if files else "", path, fields)
    finally:
        await form.close()


async def _form(request: Request, most: int) -> FormData:
    parser = _Parser(request.headers, parts_of(request, most), max_files=2, max_fields=MOST_FIELDS, max_part_size=4 * LONGEST)
    try:
        form = await parser.parse()
        if not parser.has_ended:
            await form.close()
            raise MultiPartException("It breaks off before its last boundary.")
        return form
    except MultiPartException as error:
        raise RequestError(f"the form cannot be understood: {error.message}"[:300], None, "invalid_form") from error
    except UnicodeError as error:
        raise RequestError("the form cannot be understood: send its texts in UTF-8", None, "invalid_form") from error
    except OSError as error:
        raise no_room(UNKEPT, error) from error


class _Parser(MultiPartParser):
    """Starlette's, which takes a form that breaks off for a whole one."""

    has_ended = False

    def on_end(self) -> None:
        self.has_ended = True


def plain_name(given: str | None) -> str:
    """The last part of a file's name as a client gives it, fit to be a name on any disk and in a header."""
    name = re.split(r"[/\\]", given or "")[-1]
    name = re.sub(r'[\x00-\x1f\x7f:*?"<>|]', "_", name).strip(" .")
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix) > LONGEST_SUFFIX:
        stem, dot, suffix = name, "", ""
    room = LONGEST_NAME - len(f"{dot}{suffix}".encode("utf-8", "replace"))
    kept = stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore")  # no letter is cut in two
    return f"{kept}{dot}{suffix}".encode("utf-8", "replace").decode() or OTHERWISE


class Room(TemporaryDirectory):
    """A folder of its own, that this user alone may look into. Raises OutputError where there is no room for it."""

    def __init__(self) -> None:
        try:
            super().__init__(prefix="gotocr-", ignore_cleanup_errors=True)
        except OSError as error:
            raise no_room(UNKEPT, error) from error

    def cleanup(self) -> None:
        super().cleanup()
        if os.path.exists(self.name):  # a thread that had not heard yet that it is over has put something in meanwhile
            shutil.rmtree(self.name, ignore_errors=True)


def _keep(source: BinaryIO, path: Path) -> None:
    try:
        with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            shutil.copyfileobj(source, file, 1 << 20)
    except OSError as error:
        raise no_room(UNKEPT, error) from error
