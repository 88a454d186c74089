"""The contract of a system: whatever reads a picture and can be measured, ours or another's."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ...schema import Task
from ..suite import Item


@dataclass(frozen=True)
class Choice:
    """What the user chose for the systems of a run; each takes what concerns it."""

    model: str = "nano"
    engine: str | None = None
    device: str = "cpu"
    max_tokens: int = Task.max_tokens
    folders: tuple[Path, ...] = field(default=())  # of predictions


class System(Protocol):
    """A loaded system; it lives in a process of its own and reads one item at a time.

    One that can tell how sure it is has `words`, too: the (text, confidence) of each word of its last reading.
    """

    name: str
    version: str  # what exactly was measured: program and version, weights

    def read(self, item: Item, mode: str) -> str:
        """What stands in the picture: lines as printed in mode "plain", Markdown in mode "format".

        Raises GotocrError (or anything) where it cannot; the item then counts as an empty reading with that error.
        """
        ...

    def close(self) -> None: ...


class OpenSystem(Protocol):
    """What a name in `SYSTEMS` stands for; raises MissingExtraError or UsageError, with what to install, where it cannot run."""

    def __call__(self, choice: Choice) -> System: ...
