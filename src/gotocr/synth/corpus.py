"""Text to draw: lines found in plain or xz-compressed files of a folder, cleaned to the characters we can write."""

from __future__ import annotations

import lzma
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError

BUNDLED = Path(__file__).parent / "corpus"
SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Corpus:
    """Passages (about a paragraph each) and single words, ready to be drawn."""

    passages: tuple[str, ...]
    words: tuple[str, ...]

    def passage(self, rng: np.random.Generator, length: int) -> str:
        """About `length` characters of running text, starting at a word."""
        parts, total = [], 0
        while total < length:
            text = self.passages[int(rng.integers(len(self.passages)))]
            if len(text) > length * 1.5:
                start = int(rng.integers(0, len(text) - length))
                text = text[start:].partition(" ")[2] or text
            parts.append(text)
            total += len(text) + 1
        return " ".join(parts)[: length + 20]

    def word(self, rng: np.random.Generator) -> str:
        return self.words[int(rng.integers(len(self.words)))]


def clean(text: str) -> str:
    """NFC, one space between words, no control characters."""
    text = SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()
    return "".join(letter for letter in text if letter.isprintable())


def _read(path: Path) -> Iterable[str]:
    opened = lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else open(path, encoding="utf-8")
    with opened as lines:
        yield from lines


def load(folder: str | Path = BUNDLED, limit: int = 200_000, skip: int = 0) -> Corpus:
    """Read a folder: `text_*.txt[.xz]` (a passage a line) and `words_*.txt` (a word a line, weight after a tab).

    At most `limit` passages a file, after leaving out the first `skip` (kept apart to validate on).
    """
    folder = Path(folder)
    files = sorted(path for path in folder.glob("text_*") if path.name.endswith((".txt", ".txt.xz")) and "_zh" not in path.name)
    passages: list[str] = []
    for path in files:
        for number, line in enumerate(_read(path)):
            if number >= skip + limit:
                break
            if number >= skip and len(text := clean(line)) > 1:
                passages.append(text)
    words = [line.split("\t")[0].strip() for path in sorted(folder.glob("words_*.txt")) for line in _read(path)]
    if not passages:
        raise InputError(f"{folder}: no text_*.txt or text_*.txt.xz in this folder; point --corpus at one that has them")
    words = [word for word in words if word] or [word for text in passages[:2000] for word in text.split()]
    return Corpus(tuple(passages), tuple(words))
