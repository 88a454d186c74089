"""The report: each page's picture beside what was read of it, word by word, to be looked through; one file that needs nothing else."""

from __future__ import annotations

from .page import parts
from .picture import picture_of
from .reading import reading_of

__all__ = ["parts", "picture_of", "reading_of"]
