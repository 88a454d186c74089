"""convert: a file in other formats, as text or, where that is allowed, as files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import IO

from ..errors import OutputError, UsageError
from ..formats import FORMATS
from ..formats.format import Format, Original, stem_of
from ..formats.leaves import pack, unpack
from ..formats.report import SUFFIX as REPORT
from ..formats.report import parts as report_parts
from ..formats.report import picture_of
from ..schema import Leaf, Page, Task
from ..serve.seat import LateError
from ..trust.sure import Least, kept_of
from .asked import Convert, ConvertToFiles
from .calls import Call
from .given import Given, given
from .read import NOTICE, progress
from .told import LONGEST, Converted, FileWritten, PageFailed, Told, clean, line, short


def convert(call: Call, asked: Convert) -> Told:
    formats = [FORMATS[name] for name in dict.fromkeys(asked.to)]
    for one in formats:
        one.ready()
    with ExitStack() as stack:
        if isinstance(asked, ConvertToFiles) and asked.folder.strip():
            return _written(call, asked, formats, stack)
        if getattr(asked, "report", False):
            raise UsageError("a report is a file; give a folder to write it to")
        _as_text(formats, call)
        return _given_back(asked, _Conversion(call, asked, given(call, asked, asked.pages), stack), formats)


def _written(call: Call, asked: ConvertToFiles, formats: list[Format], stack: ExitStack) -> Told:
    source = given(call, asked, asked.pages)
    shelf = _Shelf(call.places.target(asked.folder, source.name), source, asked.overwrite)
    shelf.look(formats, asked.report)
    conversion = _Conversion(call, asked, source, stack)
    files = shelf.write(conversion, formats)
    result = conversion.told([file.model_copy(update={"path": call.places.shown(Path(file.path))}) for file in files])
    lines = [f"{line(file.path)} ({file.format}, {file.bytes:,} bytes)" for file in result.files]
    head = f"{_head(result)}; written:" if lines else f"{_head(result)}; nothing was written."
    return Told(result, "\n".join([head, *lines, *_remarks(result)]))


class _Conversion:
    """The pages of a source, all read and kept in a file before the first one is written."""

    def __init__(self, call: Call, asked: Convert, source: Given, stack: ExitStack) -> None:
        self._call, self._stack, self.source = call, stack, source
        self._pages: IO[str] = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))
        self.pictures: Path | None = None  # where pictures of the pages are, for a report
        if getattr(asked, "report", False):
            self.pictures = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gotocr-")))
        self.count = 0
        self.failed: list[PageFailed] = []
        self.warnings: list[str] = []
        least = Least(asked.min_confidence) if asked.min_confidence else None
        with closing(call.steps(source.source, Task(asked.mode), source.opening)) as steps:
            try:
                for step in steps:
                    if isinstance(step, Page):
                        call.tell(self.count, source.wanted, progress(step, source))
                        if self.pictures is not None:
                            (self.pictures / str(step.index)).write_bytes(picture_of(step.image))
                    elif isinstance(step, Leaf):
                        self._keep(step, least)
            except LateError as late:
                of = f" of {source.wanted}" if source.wanted else ""
                raise _TooLateError(f"{self.count}{of} pages were read when the time was up; call again: what was read is remembered") from late
        call.tell(self.count, source.wanted, "writing")

    def _keep(self, leaf: Leaf, least: Least | None) -> None:
        self.count += 1
        if leaf.error is not None:
            self.failed.append(PageFailed(page=leaf.index + 1, error=clean(leaf.error)[:LONGEST]))
        elif leaf.truncated:
            self.warnings.append(f"page {leaf.index + 1} is cut off; it was too long")
        self._pages.write(pack(kept_of(leaf, least) if least else leaf) + "\n")

    def leaves(self) -> Iterator[Leaf]:
        self._pages.seek(0)
        for packed in self._pages:
            self._call.check()
            yield unpack(packed)

    def report(self) -> Iterator[bytes]:
        assert self.pictures is not None
        shown = ((leaf, path.read_bytes() if (path := self.pictures / str(leaf.index)).is_file() else b"") for leaf in self.leaves())
        return report_parts(shown, self.source.name, self._call.model)

    def original(self) -> Original:
        """The source as a file."""
        source = self.source.source
        if isinstance(source, bytes):
            path = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="gotocr-"))) / "source"
            path.write_bytes(source)
            source = path
        return Original(source, self.source.name, self.source.opening.password, say=self.warnings.append)

    def parts(self, target: Format) -> Iterator[bytes]:
        original = self.original() if target.over else None
        return target.made(self.leaves(), self.source.name, self._call.model, original)

    def files(self, target: Format) -> Iterator[tuple[str, bytes]]:
        return target.files(self.leaves(), self.source.name, self._call.model)

    def told(self, files: list[FileWritten] = (), texts: dict[str, str] | None = None) -> Converted:
        return Converted(
            source=self.source.name,
            model=self._call.model,
            pages=self.count - len(self.failed),
            failed=self.failed[:100],
            files=list(files),
            notice=NOTICE if texts else None,
            texts=texts or {},
            warnings=short(self.warnings),
        )


class _TooLateError(LateError):
    def __init__(self, said: str) -> None:
        super(LateError, self).__init__(said)


class _Shelf:
    """FOLDER/NAME, where the files of one source go. They are made beside their places and moved there when all of them are done."""

    def __init__(self, folder: Path, source: Given, overwrite: bool) -> None:
        self._folder, self._source, self._overwrite = folder, source.source, overwrite
        self._stem = stem_of(source.name)

    def look(self, formats: list[Format], report: bool) -> None:
        """Raises OutputError where it is known by now that something is in the way."""
        for target in formats:
            if target.files is None:
                self._free(self._folder / f"{self._stem}{target.suffix}")
        if report:
            self._free(self._folder / f"{self._stem}{REPORT}")

    def write(self, conversion: _Conversion, formats: list[Format]) -> list[FileWritten]:
        """Raises OutputError; then nothing was written."""
        try:
            made = _folders(self._folder)
            try:
                with tempfile.TemporaryDirectory(prefix=".gotocr-", dir=self._folder) as desk:
                    return self._move(list(self._make(conversion, formats, Path(desk))))
            finally:
                for folder in made:
                    with suppress(OSError):  # it holds what was written
                        folder.rmdir()
        except OSError as error:
            raise OutputError(f"cannot write into {self._folder}: {error.strerror or error}") from error

    def _make(self, conversion: _Conversion, formats: list[Format], desk: Path) -> Iterator[tuple[Path, str]]:
        for target in formats:
            if target.files is None:
                path = desk / f"{self._stem}{target.suffix}"
                with path.open("wb") as file:
                    file.writelines(conversion.parts(target))
                yield path, target.name
                continue
            count = 0
            for name, data in conversion.files(target):
                path = desk / Path(name).name
                path.write_bytes(data)
                count += 1
                yield path, target.name
            if not count:
                conversion.warnings.append(f"nothing in it to be written as {target.name}")
        if conversion.pictures is not None:
            path = desk / f"{self._stem}{REPORT}"
            with path.open("wb") as file:
                file.writelines(conversion.report())
            yield path, "report"

    def _move(self, made: list[tuple[Path, str]]) -> list[FileWritten]:
        for path, _ in made:
            self._free(self._folder / path.name)
        written = []
        for path, name in made:
            size = path.stat().st_size
            os.replace(path, self._folder / path.name)
            written.append(FileWritten(path=str(self._folder / path.name), bytes=size, format=name))
        return written

    def _free(self, path: Path) -> None:
        if not os.path.lexists(path):
            return
        if isinstance(self._source, Path) and path.exists() and path.samefile(self._source):
            raise OutputError(f"{path} would be written over its source; give another folder")
        if not self._overwrite:
            raise OutputError(f"{path} is there already; give another folder, or overwrite=true")


def _folders(folder: Path) -> list[Path]:
    """Make a folder and those above it; those that were not there, the innermost first."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
    return missing


def _as_text(formats: list[Format], call: Call) -> None:
    """Raises UsageError for formats that are no text."""
    how = "give a folder to write it to" if call.settings.write else "this server writes no files; start it with --write"
    for one in formats:
        if one.parts is None:
            raise UsageError(f"{one.name} is a file for each thing in it; {how}")
        if one.binary:
            raise UsageError(f"{one.name} is not text; {how}")


def _given_back(asked: Convert, conversion: _Conversion, formats: list[Format]) -> Told:
    texts = {one.name: clean(b"".join(conversion.parts(one)).decode("utf-8", "replace")) for one in formats}
    if (length := sum(map(len, texts.values()))) > asked.max_chars:
        raise UsageError(f"that is {length:,} characters, and max_chars is {asked.max_chars:,}: ask for fewer pages, for more characters, or use read_file, which gives a part at a time")
    result = conversion.told(texts=texts)
    said = "\n".join([f"{_head(result)}: {', '.join(texts)}.", *_remarks(result), NOTICE])
    return Told(result, said, tuple(texts.values()))


def _head(result: Converted) -> str:
    return f"{line(result.source)}: {result.pages} page{'s' * (result.pages != 1)}, read by {result.model}"


def _remarks(result: Converted) -> list[str]:
    failed = [f"Page {page.page} could not be read: {page.error}" for page in result.failed]
    return [*failed, *(f"Note: {one}." for one in result.warnings)]
