"""Tesseract on the same pictures: what users compare a reader with, started anew for every picture as its users start it."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .trial import Configuration, Loading, Run

NAME = "tesseract"
INPUTS = ("crop", "page", "lines")  # it reads no PDFs


@dataclass(frozen=True)
class Peer(Configuration):
    """`found` gives one; called in its process, it asks the program for its version."""

    @classmethod
    def found(cls) -> Peer:
        """Raises MissingProgramError where there is no Tesseract with English, EngineError where it does not work."""
        from ..systems.system import Choice
        from ..systems.tesseract import THREADS, open_system

        limit = open_system(Choice()).environment[THREADS]
        return cls(NAME, "", f"{limit} thread{'' if limit == '1' else 's'}")

    def __call__(self) -> PeerTrial:
        return PeerTrial()


class PeerTrial:
    """Takes the time of a program; see `trial.Trial`. Raises EngineError where it fails."""

    def __init__(self) -> None:
        from ..systems.system import Choice
        from ..systems.tesseract import open_system

        began = time.perf_counter()
        self._program = open_system(Choice())
        self.loading = Loading(time.perf_counter() - began, None, False, None)

    def load(self) -> Loading:
        return self.loading

    def read(self, path: Path) -> Run:
        return self.batch([path])

    def batch(self, paths: Sequence[Path]) -> Run:
        """Several pictures, one after another; nobody tells of tokens and of memory."""
        from ..suite import Item

        began, used = time.perf_counter(), _processor()
        for path in paths:
            self._program.read(Item(path.stem, "page" if path.stem == "page" else "line", path, ""), "plain")
        wall = time.perf_counter() - began
        return Run(wall, _processor() - used, wall, 0, len(paths))

    def memory(self) -> dict[str, float | None]:
        return {"peak": None, "device": None}


def _processor() -> float:
    """Seconds of processor time of all programs that this process started and that ended."""
    told = os.times()
    return told.children_user + told.children_system
