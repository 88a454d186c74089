"""What has to be equal for a page to be the same page again: its pixels, what is asked, who reads, and by what code."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from importlib.metadata import PackageNotFoundError, entry_points, requires, version
from pathlib import Path

import numpy as np

from ..schema import Leaf, Page, Task
from .memory import Memory

ELSEWHERE = ("cli", "serve", "train", "evaluate", "synth", "scale", "formats", "batch")  # rooms that have no say in how a page is read
PLUGS = ("gotocr.engines", "gotocr.kinds")  # what else may have a say, if it comes from other packages
WHOLE = 64 << 20  # bytes up to which a file of a model is read whole; of a larger one some parts are, and its size and time count
PARTS, PART = 64, 1 << 16  # how many, and bytes of each


class Recall:
    """A memory in the hands of one reader, `who` (see `identity`), for one task."""

    def __init__(self, memory: Memory, who: str, task: Task) -> None:
        self.memory = memory
        asked = asdict(replace(task, seconds=None, drafts=()))  # what the clock cut off is not kept, and drafts change nothing
        self._asked = hashlib.sha256(json.dumps([who, asked], sort_keys=True, default=str).encode()).digest()

    def name(self, page: Page) -> str:
        """The name of a page's content."""
        image = np.ascontiguousarray(page.image)
        state = hashlib.sha256(self._asked)
        state.update(f"{image.dtype.str}{image.shape}".encode())
        state.update(image)
        return state.hexdigest()

    def find(self, name: str, page: Page) -> Leaf | None:
        """What was read of such a page, as a page of its own source."""
        leaf = self.memory.find(name)
        return None if leaf is None else replace(leaf, index=page.index)


def identity(folder: Path | None, *more: object) -> str:
    """Who reads, in hexadecimal digits: the model in a folder (or .safetensors file; None = elsewhere), this package's code, and `more`."""
    state = hashlib.sha256(json.dumps([*more, list(_packages())], default=str).encode())
    house = Path(__file__).parents[1]
    for path in sorted(house.rglob("*")):
        inside = path.relative_to(house)
        if path.suffix in (".py", ".json") and inside.parts[0] not in ELSEWHERE:
            state.update(f"{inside.as_posix()}\n{path.stat().st_size}\n".encode())
            state.update(path.read_bytes())
    for path in sorted(_files(folder)) if folder is not None else ():
        state.update(f"{path.name}\n{path.stat().st_size}\n".encode())
        _look(path, state)
    return state.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    """What a model consists of."""
    if folder.is_dir():
        yield from (path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
        return
    yield folder
    yield from (path for path in folder.parent.glob("*.json") if path.is_file())


def _look(path: Path, state: hashlib._Hash) -> None:
    status = path.stat()
    with open(path, "rb") as file:
        if status.st_size <= WHOLE:
            while block := file.read(1 << 20):
                state.update(block)
            return
        state.update(str(status.st_mtime_ns).encode())
        for number in range(PARTS):
            file.seek(number * (status.st_size - PART) // (PARTS - 1))
            state.update(file.read(PART))


def _packages() -> Iterator[tuple[str, str]]:
    """The versions of what this package uses, and of what is plugged into it: how text comes out, and what can be checked, hangs on them."""
    try:
        needed = requires("gotocr") or []
    except PackageNotFoundError:
        needed = []
    for name in sorted({re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in needed}):
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, ""
    for group in PLUGS:
        yield from sorted((point.value, point.dist.version if point.dist else "") for point in entry_points(group=group))
