"""Where results go: one after another on standard output, or each into a folder of its own."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from ..errors import OutputError, UsageError
from ..formats.format import Format, Original, stem_of
from ..formats.report import SUFFIX as REPORT
from ..schema import Leaf, Page
from .journal import Journal

# What a terminal would obey instead of showing: all control characters but tab, newline and form feed.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0d-\x1f\x7f-\x9f]")
PARTIAL = ".partial"  # before the suffix of a file that holds some of the pages only


class Read(NamedTuple):
    """A page as it was read, and as it came in."""

    leaf: Leaf
    page: Page | None = None


class Source(NamedTuple):
    """What stands in the results about where they come from."""

    name: str
    model: str
    facts: Mapping[str, Any] = {}  # what must be equal for pages of an earlier run to be used again
    changed: float | None = 0.0  # when the file was last written, in seconds since 1970; 0 = not known, None = it is another each time


class Sink(Protocol):
    """Where the pages of one source go."""

    done: set[int]  # indices of the pages that are kept, those of an earlier run among them
    whole: bool  # nothing is left to do
    empty: list[str]  # formats that the source holds nothing for

    def take(self, reads: Iterable[Read], original: Original | None = None) -> None: ...  # the source, where a format holds it


class Results(Protocol):
    """`with results.open(n, source) as sink:` takes the pages of the n-th source; an exception inside leaves no half file."""

    def open(self, number: int, source: Source) -> contextmanager[Sink]: ...


class Screen:
    """Standard output, as it comes; several documents each begin with the format's title."""

    def __init__(self, target: Format, sources: Sequence[str]) -> None:
        if target.parts is None:
            raise UsageError(f"--to {target.name} makes a file for each thing it finds; say where they go: -o DIR")
        if target.binary and (len(sources) > 1 or sys.stdout.isatty()):
            raise UsageError(f"--to {target.name} is not text; say where it goes: -o DIR, or for one source > page{target.suffix}")
        self._format, self._sources, self._begun = target, sources, False

    @contextmanager
    def open(self, number: int, source: Source) -> Iterator[_Stream]:
        title = self._format.title(self._sources[number]) if len(self._sources) > 1 else b""
        stream = _Stream(self._format, source, self._write, [b"\n" + title if self._begun and title else title])
        yield stream
        self._write(b"".join(stream.waiting))

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


@dataclass
class _Stream:
    target: Format
    source: Source
    write: Callable[[bytes], None]
    waiting: list[bytes]
    done: frozenset[int] = frozenset()
    whole: bool = False
    empty: tuple[str, ...] = ()

    def take(self, reads: Iterable[Read], original: Original | None = None) -> None:
        for part in self.target.made((read.leaf for read in reads), self.source.name, self.source.model, original):
            self.waiting.append(part)
            if not self.target.whole:
                self.write(b"".join(self.waiting))
                self.waiting.clear()


@dataclass(frozen=True)
class Wanted:
    """What is to be written of each source."""

    formats: tuple[Format, ...]
    report: bool = False
    resume: bool = False


class Folder:
    """A folder for each source, `folder`/NAME/NAME.SUFFIX; a file appears whole or not at all, and takes the place of an older one."""

    def __init__(self, folder: Path, wanted: Wanted, sources: Sequence[str]) -> None:
        if folder.suffix in {target.suffix for target in wanted.formats} and not folder.is_dir():
            raise UsageError(f"-o names a folder, and {folder} looks like a file; for one file write: > {folder}")
        make(folder)
        self._wanted = wanted
        self.folders = [folder / stem for stem in stems(sources)]

    @contextmanager
    def open(self, number: int, source: Source) -> Iterator[_Shelf]:
        shelf = _Shelf(self.folders[number], self._wanted, source)
        try:
            yield shelf
        finally:
            shelf.close()


class _Shelf:
    """The files of one source. Pages are kept in a journal first; the files are written from it, a page at a time."""

    def __init__(self, folder: Path, wanted: Wanted, source: Source) -> None:
        self._folder, self._wanted, self._source = folder, wanted, source
        self._journal = Journal(folder)
        self.empty: list[str] = []
        self._spare()
        self.whole = wanted.resume and self._is_whole()
        if not self.whole:
            make(folder)
            self._journal.open(source.facts, wanted.resume and source.changed is not None)

    @property
    def done(self) -> set[int]:
        return self._journal.done

    def take(self, reads: Iterable[Read], original: Original | None = None) -> None:
        try:
            for read in reads:
                self._journal.add(read.leaf, self._picture(read))
        except BaseException:
            if len(self._journal):
                self._write(original, PARTIAL)
            raise
        self._write(original)
        self._journal.remove()
        for path in self._paths(PARTIAL):
            with suppress(OSError):
                path.unlink()

    def close(self) -> None:
        """A journal without pages is of no use; nor is an empty folder."""
        if self._journal.folder.is_dir() and not len(self._journal):
            self._journal.remove()
        self._journal.close()
        with suppress(OSError):
            self._folder.rmdir()

    def _picture(self, read: Read) -> bytes | None:
        if not self._wanted.report or read.page is None:
            return None
        from ..formats.report import picture_of

        return picture_of(read.page.image)

    def _paths(self, mark: str = "") -> list[Path]:
        suffixes = [target.suffix for target in self._wanted.formats if target.parts and not target.files]
        return [self._folder / f"{self._folder.name}{mark}{suffix}" for suffix in [*suffixes, *[REPORT] * self._wanted.report]]

    def _spare(self) -> None:
        """Raises OutputError where a result would take the place of the source: a format may have its suffix."""
        for path in self._paths():
            with suppress(OSError, ValueError):
                if path.samefile(Path(self._source.name).expanduser()):
                    raise OutputError(f"{path} would be written over its source; give another folder: -o DIR")

    def _is_whole(self) -> bool:
        """Whether all files are there, newer than the source, and no pages wait to be written."""
        paths = self._paths()
        if not paths or self._journal.folder.exists() or self._source.changed is None:
            return False
        return all(path.is_file() and path.stat().st_mtime >= self._source.changed for path in paths)

    def _write(self, original: Original | None, mark: str = "") -> None:
        name, model = self._source.name, self._source.model
        for target in self._wanted.formats:
            if target.files is None:
                with _file(self._folder / f"{self._folder.name}{mark}{target.suffix}") as write:
                    for part in target.made(self._journal.leaves(), name, model, original):
                        write(part)
            elif not mark:
                self._write_each(target)
        if self._wanted.report:
            from ..formats.report import parts

            with _file(self._folder / f"{self._folder.name}{mark}{REPORT}") as write:
                for part in parts(self._journal.pictures(), name, model):
                    write(part)

    def _write_each(self, target: Format) -> None:
        """A file for each thing, and none of an earlier run that is no longer there."""
        names = set()
        for name, data in target.files(self._journal.leaves(), self._source.name, self._source.model):
            names.add(name)
            with _file(self._folder / name) as write:
                write(data)
        if not names:
            self.empty.append(target.name)
        ours = re.compile(rf"page-\d+-\w+-\d+{re.escape(target.suffix)}")
        for path in self._folder.iterdir():
            if ours.fullmatch(path.name) and path.name not in names:
                path.unlink(missing_ok=True)


def make(folder: Path) -> None:
    """The folder is there afterwards. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {error.strerror or error}") from error


@contextmanager
def _file(path: Path) -> Iterator[Callable[[bytes], None]]:
    """A file that takes its place whole, at the end."""
    part = path.with_name(f".gotocr-{os.getpid()}.part")
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
        stem = "stdin" if source == "-" else stem_of(source)
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.casefold())
        names.append(name)
    return names


def _keep(write: Callable[[bytes], object], data: bytes, path: Path) -> None:
    try:
        write(data)
    except OSError as error:
        raise _failed(path, error) from error


def _failed(path: Path, error: OSError) -> OutputError:
    return OutputError(f"cannot write {path}: {error.strerror or error}")
