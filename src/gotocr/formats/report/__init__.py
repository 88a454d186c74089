"""The report: each page's picture beside what was read of it, word by word, to be looked through; one file that needs nothing else."""

from __future__ import annotations

from .page import parts
from .picture import picture_of
from .reading import reading_of

SUFFIX = ".report.html"

__all__ = ["SUFFIX", "parts", "picture_of", "reading_of"]
