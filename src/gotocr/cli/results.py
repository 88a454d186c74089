"""Where results go: one after another on standard output, or each to a file of its own in a folder."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import unquote, urlsplit

from ..errors import OutputError, UsageError
from ..formats.format import Format

Write = Callable[[bytes], None]

# What a terminal would obey instead of showing: all control characters but tab, newline and form feed.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0d-\x1f\x7f-\x9f]")


class Results(Protocol):
    """`with results.open(n) as write:` takes the result of the n-th source; an exception inside leaves no half file."""

    def open(self, number: int) -> contextmanager[Write]: ...


class Screen:
    """Standard output; several documents each begin with the format's title."""

    def __init__(self, target: Format, sources: Sequence[str]) -> None:
        self._format, self._sources, self._begun = target, sources, False

    @contextmanager
    def open(self, number: int) -> Iterator[Write]:
        title = self._format.title(self._sources[number]) if len(self._sources) > 1 else b""
        parts = [b"\n" + title if self._begun and title else title]

        def write(part: bytes) -> None:
            parts.append(part)
            if not self._format.whole:
                self._write(b"".join(parts))
                parts.clear()

        yield write
        self._write(b"".join(parts))

    def _write(self, part: bytes) -> None:
        self._begun = self._begun or bool(part)
        try:
            if sys.stdout.isatty():
                encoding = sys.stdout.encoding or "utf-8"
                shown = _CONTROLS.sub("\ufffd", part.decode("utf-8", "replace"))
                sys.stdout.write(shown.encode(encoding, "replace").decode(encoding))
            else:
                sys.stdout.buffer.write(part)
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(f"cannot write to standard output: {error.strerror or error}") from error


class Folder:
    """Files named after their sources; a file appears whole or not at all, and takes the place of an older one."""

    def __init__(self, folder: Path, target: Format, sources: Sequence[str]) -> None:
        if folder.suffix == target.suffix and not folder.is_dir():
            raise UsageError(f"-o names a folder, and {folder} looks like a file; for one file write: > {folder}")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot make the folder {folder}: {error.strerror or error}") from error
        self.paths = [folder / f"{stem}{target.suffix}" for stem in stems(sources)]

    @contextmanager
    def open(self, number: int) -> Iterator[Write]:
        path = self.paths[number]
        part = path.with_name(f".gotocr-{os.getpid()}-{number}.part")
        try:
            with open(part, "wb") as file:
                yield lambda data: _keep(file.write, data, path)
            os.replace(part, path)
        except OSError as error:
            raise _failed(path, error) from error
        finally:
            with suppress(OSError):
                part.unlink()


def stems(sources: Sequence[str]) -> list[str]:
    """A file name without suffix for each source, none twice.

    The name is the source's own (of an address, the last part of its path); where two share one, the later ones get
    `-2`, `-3`, ... in the order they were given. Upper and lower case count as equal, since some disks think so.
    """
    taken: set[str] = set()
    names = []
    for source in sources:
        stem = _stem(source)
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.casefold())
        names.append(name)
    return names


def _stem(source: str) -> str:
    if source == "-":
        return "stdin"
    if "://" in source:
        parts = urlsplit(source)
        name = PurePosixPath(unquote(parts.path)).stem or parts.hostname or ""
    else:
        name = Path(source).stem
    name = re.sub(r'[\x00-\x1f/\\:*?"<>|]', "_", name)
    return name if name.strip(".") else "page"


def _keep(write: Callable[[bytes], object], data: bytes, path: Path) -> None:
    try:
        write(data)
    except OSError as error:
        raise _failed(path, error) from error


def _failed(path: Path, error: OSError) -> OutputError:
    return OutputError(f"cannot write {path}: {error.strerror or error}")
