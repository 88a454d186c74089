"""What the child process of `results` does: pages in a folder become a file of a format, or a zip of several."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from ..errors import InputError, OutputError
from ..formats import FORMATS
from ..formats.format import Format, Original
from ..formats.leaves import unpack
from ..formats.report import SUFFIX as REPORT
from ..formats.report import parts as report_parts
from ..schema import Leaf
from ..trust.sure import Least, kept_of
from .problems import no_room
from .results import PAGES, PICTURES, ZIP, Made, Wanted

REPORT_TYPE = "text/html; charset=utf-8"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # equal documents give equal bytes


def write(folder: str, facts: str, path: str) -> Made | str:
    """Write what `facts`, a `Wanted` as JSON, asks for; gives what there is to say where there is no room for it. Raises InputError."""
    given = json.loads(facts)
    least = Least(**given["least"]) if given["least"] else None
    wanted = Wanted(**given | {"least": least, "formats": tuple(given["formats"])})
    try:
        return _Pages(Path(folder), wanted).write(Path(path))
    except OSError as error:
        return str(no_room("results cannot be written", error))
    except OutputError as error:
        return str(error)


class _Pages:
    def __init__(self, folder: Path, wanted: Wanted) -> None:
        self._folder, self._wanted = folder, wanted
        self._stem = wanted.name.rpartition(".")[0] or wanted.name
        self._original = wanted.original and Original(str(wanted.original), wanted.name, wanted.password, wanted.own_text)
        self._targets = [FORMATS[name] for name in wanted.formats]

    def write(self, path: Path) -> Made:
        targets = self._targets
        if len(targets) == 1 and not self._wanted.report and targets[0].parts is not None:
            with path.open("wb") as file:
                written = self._one(targets[0], file)
            return Made(self._stem + targets[0].suffix, targets[0].media_type, () if written else (targets[0].name,))
        if not targets and self._wanted.report:
            with path.open("wb") as file:
                self._report(file)
            return Made(self._stem + REPORT, REPORT_TYPE)
        return self._zip(path)

    def _zip(self, path: Path) -> Made:
        empty = []
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as whole:
            for target in self._targets:
                written = 0
                if target.files is not None:
                    for name, data in target.files(self._leaves(), self._wanted.name, self._wanted.model):
                        whole.writestr(_entry(name), data)
                        written += len(data)
                else:
                    with whole.open(_entry(self._stem + target.suffix), "w", force_zip64=True) as file:
                        written = self._one(target, file)
                empty += [] if written else [target.name]
            if self._wanted.report:
                with whole.open(_entry(self._stem + REPORT), "w", force_zip64=True) as file:
                    self._report(file)
            is_empty = not whole.namelist()
        if is_empty:
            names = ", ".join(self._wanted.formats)
            raise InputError(f"there is nothing in {self._wanted.name} to be written as {names}")
        return Made(f"{self._stem}.zip", ZIP, tuple(empty))

    def _one(self, target: Format, file: IO[bytes]) -> int:
        """How many bytes it takes."""
        return sum(map(file.write, target.made(self._leaves(), self._wanted.name, self._wanted.model, self._original or None)))

    def _report(self, file: IO[bytes]) -> None:
        pages = ((leaf, self._picture(leaf)) for leaf in self._leaves())
        for part in report_parts(pages, self._wanted.name, self._wanted.model):
            file.write(part)

    def _leaves(self) -> Iterator[Leaf]:
        least = self._wanted.least
        with ExitStack() as stack:
            file = stack.enter_context((self._folder / PAGES).open(encoding="utf-8"))
            for line in file:
                leaf = unpack(line)
                yield leaf if least is None else kept_of(leaf, least)

    def _picture(self, leaf: Leaf) -> bytes:
        path = self._folder / PICTURES / str(leaf.index)
        return path.read_bytes() if path.is_file() else b""


def _entry(name: str) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name, _EPOCH)
    made.compress_type, made.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    return made
