"""What was read of a file, as the file somebody wants: one of a format, or several in a zip. It is written by a child process.

Formats hand models' texts, pictures and whole PDFs to libraries in C; what such a library does with a strange enough page is the
trouble of that one request.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from ..child import LateError, RefusedError, pool
from ..errors import InputError, OutputError, WorkerError
from ..formats import FORMATS
from ..formats.format import OWN_TEXT
from ..formats.leaves import pack
from ..schema import Leaf
from ..trust.sure import Least
from .problems import no_room

SECONDS = 120.0  # the longest that writing may take
WRITE = "gotocr.serve.writing:write"
PAGES, PICTURES = "pages.jsonl", "pictures"
ZIP = "application/zip"


class Made(NamedTuple):
    """What a file of results is called, what it is, and the formats for which there was nothing in the source."""

    name: str
    media_type: str
    empty: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """What is to be made of the pages of a source called `name`, read by a model.

    `original` is the source itself, for formats that hold it, `password` opens it; `report` asks for a page with the source beside
    what was read, for which `keep` has to be given the pages' pictures.
    """

    formats: tuple[str, ...]
    name: str
    model: str
    report: bool = False
    least: Least | None = None
    original: Path | None = None
    password: str | None = None
    own_text: str = OWN_TEXT[0]


def ready(wanted: Iterable[str]) -> None:
    """Raises MissingExtraError where a format needs something that is not installed."""
    for name in wanted:
        FORMATS[name].ready()


class Sheaf:
    """The pages of a source, kept in a folder until its files are made. Raises OutputError where there is no room."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0
        try:
            (folder / PICTURES).mkdir(parents=True)
            self._file = open(folder / PAGES, "w", encoding="utf-8")  # closed by `close`
        except OSError as error:
            raise no_room("results cannot be kept", error) from error

    def keep(self, leaf: Leaf, picture: bytes | None = None) -> None:
        """One more page; `picture` is that of `formats.report.picture_of`."""
        try:
            self._file.write(pack(leaf) + "\n")
            if picture:
                (self.folder / PICTURES / str(leaf.index)).write_bytes(picture)
        except OSError as error:
            raise no_room("results cannot be kept", error) from error
        self.count += 1

    def made(self, wanted: Wanted, path: Path) -> Made:
        """Write the file that is wanted to `path`. Raises InputError where the source holds nothing for it, or cannot be written
        so, WorkerError where that takes too long or kills who does it, OutputError without room."""
        try:
            self._file.flush()
        except OSError as error:
            raise no_room("results cannot be kept", error) from error
        facts = asdict(wanted) | {"original": None if wanted.original is None else os.fspath(wanted.original)}
        try:
            found = pool(WRITE, SECONDS)(os.fspath(self.folder), json.dumps(facts), os.fspath(path))
        except RefusedError as error:
            raise InputError(str(error)) from error
        except LateError as error:
            raise WorkerError(f"writing took longer than {SECONDS:g} s; ask for fewer pages or formats at a time") from error
        except WorkerError as error:
            raise WorkerError("what writes results died of this document; ask for another format") from error
        if isinstance(found, str):
            raise OutputError(found)
        name, media_type, empty = found
        return Made(name, media_type, tuple(empty))

    def close(self) -> None:
        self._file.close()
