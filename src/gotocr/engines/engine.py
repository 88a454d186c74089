"""The contract of an engine, and what opens one; which engines there are is in `engines.ENGINES`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from ..schema import Job, Piece


class Engine(Protocol):
    """A loaded model that reads one picture at a time.

    `run` may be called again as soon as the iterator it gave was used up or closed; closing it early (a reader who
    turns away) stops the work and leaves the engine ready. Engines are not shared between threads at the same time:
    `reader.Reader` sees to that. Failures while reading are `EngineError`.

    Several pictures at once: an engine that can read them so has a method more, `rows(most) -> decode.batch.Rows`, by which
    at most `most` are written together and each is what `run` writes of it (up to rounding); who wants it asks
    `hasattr(engine, "rows")`. Close rows before the engine: they keep memory.
    """

    name: str

    def run(self, job: Job) -> Iterator[Piece]:
        """Write what stands in the picture, piece by piece; boxes are in pixels of the source page."""
        ...

    def close(self) -> None:
        """Give memory and devices back; a second call does nothing."""
        ...


class OpenEngine(Protocol):
    """What a name in `ENGINES` stands for."""

    def __call__(self, folder: Path, device: str) -> Engine:
        """Load the model in `folder` (its `config.json` names its family); of an engine that asks a server, it is a `remote_server.Server`.

        Raises MissingExtraError when the engine's packages are not installed, WeightsError when the folder is not a
        model this engine knows, UsageError for a device it cannot use.
        """
        ...
