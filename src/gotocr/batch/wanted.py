"""What is wanted of every page of a run, and who reads: whatever has a say in the results, and a name for all of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from ..engines.remote_server import Server
from ..errors import UsageError, WeightsError
from ..pixels.opening import DPI
from ..reader import Reader, load
from ..schema import Region, Task

SCHEMA = 1  # of rows, and of the files of a run: another one is another run
PARQUET, LINES = "parquet", "jsonl.zst"
KINDS = (PARQUET, LINES)
SHARD_PAGES = 1000
_FREE = ("shard_pages", "tries", "patience", "lease", "password", "memory")  # change what is read by nobody


@dataclass(frozen=True)
class Wanted:
    """All options of a run; it goes to other processes and machines as JSON (`packed`)."""

    model: str | Server = "nano"
    engine: str | None = None
    device: str = "cpu"
    precision: str | None = None
    task: Task = field(default_factory=Task)
    dpi: float | None = DPI  # of PDF pages; None = by the size of their text
    to: str = PARQUET  # one of KINDS
    shard_pages: int = SHARD_PAGES  # the most rows of a shard
    tries: int = 3  # of a page that fails
    patience: float = 300.0  # seconds a page may take; then its process is ended
    lease: float = 60.0  # seconds after which a shard whose owner gives no sign of life is somebody else's
    password: str | None = field(default=None, repr=False)  # of PDFs
    memory: str | None = None  # a folder for what was read of pages, see `Reader.remember`

    def __post_init__(self) -> None:
        if self.to not in KINDS:
            raise UsageError(f"no output named {self.to!r}; choose from: {', '.join(KINDS)}")
        if self.shard_pages < 1 or self.tries < 1 or not (self.patience > 0 and self.lease > 0):
            raise UsageError("shard_pages and tries are at least 1, patience and lease seconds above 0")

    @property
    def is_remote(self) -> bool:
        return isinstance(self.model, Server)

    def packed(self) -> dict[str, Any]:
        """All of it as JSON can hold it."""
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        return told | {"task": asdict(self.task), "model": asdict(self.model) if self.is_remote else str(self.model)}

    @classmethod
    def unpacked(cls, told: Mapping[str, Any]) -> Wanted:
        told, task = dict(told), dict(told["task"])
        task["region"] = _region(task["region"])
        task["regions"] = tuple(_region(one) for one in task["regions"])
        task["drafts"] = None if task["drafts"] is None else tuple(task["drafts"])
        if isinstance(told["model"], Mapping):
            told["model"] = Server(**told["model"])
        return cls(**told | {"task": Task(**task)})

    def reader(self) -> Reader:
        """Somebody who reads so; nothing is loaded yet."""
        found = load(self.model, engine=self.engine, device=self.device, precision=self.precision, quiet=True)
        return found.remember(self.memory)


def _region(told: Mapping[str, Any] | None) -> Region | None:
    if told is None:
        return None
    return Region(**{**told, "box": tuple(told["box"]) if told["box"] is not None else None})


def identity(wanted: Wanted) -> str:
    """64 hexadecimal digits for what results depend on besides the sources. Reads the model's files once. Raises WeightsError."""
    reader = wanted.reader()
    told = {name: value for name, value in wanted.packed().items() if name not in (*_FREE, "model", "engine", "device")}
    told["task"] = {name: value for name, value in told["task"].items() if name != "drafts"}  # these change nothing
    told |= {"schema": SCHEMA, "engine": reader.engine_name, "device": wanted.device.split(":")[0]}
    if reader.server is not None:
        told["model"] = reader.server.identity
    else:
        told["model"] = _weights(reader.folder)
        told["guide"] = _weights(reader.guide.folder) if reader.family.guide and wanted.task.places else None
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def _weights(folder: Path) -> str:
    """sha256 over the names and contents of a model's files."""
    state = hashlib.sha256()
    try:
        for path in sorted(_files(folder)):
            state.update(f"{path.name}\0{path.stat().st_size}\0".encode())
            with open(path, "rb") as file:
                while block := file.read(1 << 20):
                    state.update(block)
    except OSError as error:
        raise WeightsError(f"cannot read the model in {folder}: {error.strerror or error}") from error
    return state.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        yield folder
        folder = folder.parent
        yield from (path for path in folder.glob("*.json") if path.is_file())
        return
    yield from (path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


