"""What another program has already read: a folder of its texts, looked up item by item instead of read.

Files are named by the item or by its picture, tables hold a line an item. Names only ever select among what was found
in the folder when it was opened, so that no name of an item leads out of it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from ...errors import InputError, TooLargeError, UsageError
from ..suite import Item
from .system import Choice

TEXTS = ".md .mmd .txt .html .json .tex .abc .krn .musicxml .smi".split()
NAMES, READINGS = ("id", "image"), ("text", "prediction", "answer")  # fields of a table; of readings, the first that is there
MOST_BYTES = 64 << 20  # of one file
_SHORT = 12  # letters of a digest that are shown


class Entry(NamedTuple):
    """A text of the folder, the names it goes by, and the file or the line where it stands."""

    where: str
    names: Sequence[str]
    text: str


class Predictions:
    """All that lies in a folder (or in one table), by name."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.name = folder, folder.resolve().name
        self._entries: dict[str, list[Entry]] = {}
        self._used: dict[str, str] = {}  # where a text found by a picture's name stands: that picture
        state, count = hashlib.sha256(), 0
        for entry in _table(folder, self.name) if folder.is_file() else _inside(folder):
            for name in {_key(name) for name in entry.names}:
                self._entries.setdefault(name, []).append(entry)
            state.update(json.dumps(entry).encode())
            count += 1
        if not count:
            raise InputError(f"{folder} holds no predictions; put there ID.md for each item, or predictions.jsonl")
        self.version = f"{count} predictions in {self.name} (sha256 {state.hexdigest()[:_SHORT]})"

    def read(self, item: Item, mode: str) -> str:
        """The text of an item. Raises InputError where there is none, or more than one that it could be."""
        picture = PurePosixPath(item.image.absolute().as_posix().lstrip("/"))
        for names in ([item.id], *_picture_names(picture, item.page)):
            found = {entry.where: entry for name in names for entry in self._entries.get(_key(name), ())}
            if len(found) > 1:
                raise InputError(f"{self.folder} holds several predictions for {item.id}: {', '.join(sorted(found))}; keep one")
            for where, entry in found.items():
                if names != [item.id]:
                    self._claim(where, f"/{picture}, page {item.page + 1}")
                return entry.text
        looked = dict.fromkeys([f"{item.id}.md", f"{picture.name}.md", f"{picture.stem}.md"])
        others = " ".join(TEXTS[1:])
        raise InputError(f"{self.folder} holds no prediction for {item.id}; looked for {', '.join(looked)} (or {others})")

    def _claim(self, where: str, picture: str) -> None:
        """A text goes with one picture: two of one name in different folders cannot be told apart by that name."""
        other = self._used.setdefault(where, picture)
        if other != picture:
            raise InputError(f"{where} could be of {other} as well as of {picture}; use folders as the pictures do")

    def close(self) -> None:
        pass


def _key(name: str) -> str:
    return str(PurePosixPath(name.replace("\\", "/").lstrip("/")))


def _picture_names(picture: PurePosixPath, page: int) -> Iterator[list[str]]:
    """What a picture's text may be called: by its path, then by ever shorter ends of that, with its suffix or without.

    olmOCR's bench adds the page, counted from 1, and the number of the attempt.
    """
    for start in range(len(picture.parts)):
        whole = PurePosixPath(*picture.parts[start:])
        bare = str(whole.with_suffix(""))
        numbered = f"{bare}_pg{page + 1}"
        yield [str(whole), bare, numbered, f"{numbered}_repeat1", f"{numbered}_repeat2"]


def _inside(folder: Path) -> Iterator[Entry]:
    """The texts and the rows of tables anywhere in a folder; links that lead out of it are passed by."""
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}; give the folder with the predictions")
    root = folder.resolve()
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if hidden or not file.is_file() or not file.resolve().is_relative_to(root):
            continue
        if file.suffix in (".jsonl", ".csv"):
            yield from _table(file, inside.as_posix())
        elif file.suffix in TEXTS:
            yield Entry(inside.as_posix(), [inside.with_suffix("").as_posix()], _text(file))


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise TooLargeError(f"{file} is larger than the {MOST_BYTES >> 20} MiB a file of predictions may have; split it")
        return file.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror or error}") from error


def _table(file: Path, name: str) -> Iterator[Entry]:
    rows = _lines(file) if file.suffix == ".jsonl" else _records(file)
    for number, row in rows:
        where = f"{name}, line {number}"
        names = [str(row[field]) for field in NAMES if row.get(field) not in (None, "")]
        field = next((field for field in READINGS if field in row), None)
        if not names or field is None:
            raise InputError(f"{where}: no {' or '.join(NAMES)}, or no {', '.join(READINGS)}; mend the line and run again")
        value = row[field]
        text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
        yield Entry(where, names, text)


def _lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(_text(file).split("\n"), 1):  # not splitlines: U+2028 may stand inside a string
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{file}, line {number} is not JSON ({error}); mend the line and run again") from error
        if not isinstance(row, dict):
            raise InputError(f"{file}, line {number} is no object with id and text; mend the line and run again")
        yield number, row


def _records(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    before = csv.field_size_limit(MOST_BYTES)  # a page may be longer than csv expects of a field
    try:
        table = csv.DictReader(io.StringIO(_text(file), newline=""))
        rows = [(table.line_num, row) for row in table]
    except csv.Error as error:
        raise InputError(f"{file} is not a table of comma-separated values ({error}); save it again") from error
    finally:
        csv.field_size_limit(before)
    yield from rows


def open_system(choice: Choice) -> Predictions:
    """See `system.OpenSystem`; the choice names one folder. Raises InputError for what cannot be used in it."""
    if len(choice.folders) != 1:
        raise UsageError(f"predictions are one folder a system (got {len(choice.folders)}); name each on its own")
    return Predictions(choice.folders[0])
