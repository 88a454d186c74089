"""What was read of one source, kept page by page in a hidden folder beside its results until these are whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..formats.leaves import pack, unpack
from ..schema import Leaf

FOLDER, PAGES = ".gotocr", "pages.jsonl"


class Journal:
    """The pages of one source in `folder`/.gotocr: a line each, and their pictures where these are wanted.

    Memory holds a number for each page, not the pages. A run that was cut off leaves it; `open` with an equal `head` finds the
    pages again (those that failed are to be read once more), with another begins anew.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER
        self._path = self.folder / PAGES
        self._file: Any = None
        self._places: dict[int, int] = {}  # where the line of a page begins, by its index

    def __len__(self) -> int:
        return len(self._places)

    @property
    def done(self) -> set[int]:
        """Indices of the pages that were read."""
        return set(self._places)

    def open(self, head: Mapping[str, Any], resume: bool = False) -> None:
        """Begin, or with `resume` go on, where a journal of an equal head is. Raises OutputError."""
        first = json.dumps(head, sort_keys=True, default=str).encode() + b"\n"
        try:
            if not (resume and self._find(first)):
                self.remove()
                self.folder.mkdir(parents=True)
                self._path.write_bytes(first)
            self._file = open(self._path, "r+b")
            self._file.seek(0, 2)
        except OSError as error:
            raise self._failed(error) from error

    def _find(self, first: bytes) -> bool:
        """Whether the journal of an earlier run is there; takes note of its pages, and cuts off a torn line."""
        if not self._path.is_file():
            return False
        with open(self._path, "r+b") as file:
            if file.readline() != first:
                return False
            while True:
                place = file.tell()
                line = file.readline()
                try:
                    leaf = unpack(line.decode()) if line.endswith(b"\n") else None
                except ValueError:
                    leaf = None
                if leaf is None:
                    file.truncate(place)
                    return True
                if leaf.error is None:
                    self._places[leaf.index] = place

    def add(self, leaf: Leaf, picture: bytes | None = None) -> None:
        """Keep a page. It is on the disk's way when this returns. Raises OutputError."""
        try:
            if picture is not None:
                (self.folder / f"{leaf.index:06d}.picture").write_bytes(picture)
            self._places[leaf.index] = self._file.tell()
            self._file.write(pack(leaf).encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise self._failed(error) from error

    def leaves(self) -> Iterator[Leaf]:
        """All pages in their order, one at a time."""
        with open(self._path, "rb") as file:
            for index in sorted(self._places):
                file.seek(self._places[index])
                yield unpack(file.readline().decode())

    def pictures(self) -> Iterator[tuple[Leaf, bytes]]:
        """All pages with their pictures; empty bytes for one that has none."""
        for leaf in self.leaves():
            path = self.folder / f"{leaf.index:06d}.picture"
            yield leaf, path.read_bytes() if path.is_file() else b""

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        """Nothing of it is left."""
        self.close()
        self._places.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _failed(self, error: OSError) -> OutputError:
        return OutputError(f"cannot write {self._path}: {error.strerror or error}")
