"""`gotocr read --show`: each page as a picture with the boxes of what was read, written as soon as it was read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ..errors import OutputError
from ..evaluate.file import whole
from ..formats.overlay import SUFFIXES, encoded, kind_of, overlay
from ..schema import Leaf, Page
from .results import stems


class Boxes:
    """Where the pictures go: a folder, as NAME-PAGE.png, or a file; of several pages boxes-1.png, boxes-2.png and so on."""

    def __init__(self, target: Path, sources: Sequence[str]) -> None:
        """Raises UsageError for a suffix that is no picture's, OutputError for a source, and where the folder cannot be made."""
        self._target, self._stems = target, stems(sources)
        self._is_folder = target.is_dir() or not target.suffix
        if not self._is_folder:
            kind_of(target.suffix)
        self._suffix = next(iter(SUFFIXES)) if self._is_folder else target.suffix
        folder = target if self._is_folder else target.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot make the folder {folder}: {error.strerror or error}") from error
        self._spared = {os.path.realpath(source) for source in sources}
        self._count = 0
        if os.path.realpath(target) in self._spared:
            raise OutputError(f"{target} would be written over its source; give another name to --show")

    def draw(self, number: int, leaf: Leaf, page: Page | None) -> None:
        """Write the picture of a page of the `number`-th source. Raises OutputError."""
        if page is None:  # it could not be opened
            return
        body = encoded(overlay(page.image, leaf), self._suffix)
        self._count += 1
        if self._is_folder:
            path = self._target / f"{self._stems[number]}-{leaf.index + 1}{self._suffix}"
        elif self._count == 1:
            path = self._target
        else:
            if self._count == 2:
                self._check(self._numbered(1))
                self._rename(self._target, self._numbered(1))
            path = self._numbered(self._count)
        self._check(path)
        with whole(path) as part:
            part.write_bytes(body)

    def _check(self, path: Path) -> None:
        if os.path.realpath(path) in self._spared:
            raise OutputError(f"{path} would be written over its source; give another folder to --show")

    def _numbered(self, count: int) -> Path:
        return self._target.with_name(f"{self._target.stem}-{count}{self._suffix}")

    def _rename(self, old: Path, new: Path) -> None:
        try:
            os.replace(old, new)
        except OSError as error:
            raise OutputError(f"cannot write {new}: {error.strerror or error}") from error
