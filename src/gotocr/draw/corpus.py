"""Text to draw: lines found in plain or xz-compressed files of a folder, cleaned to the characters we can write."""

from __future__ import annotations

import lzma
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from ..errors import InputError

HELD_SHARE = 10  # one passage in ten is the most that is held back
BUNDLED = Path(__file__).parent / "texts"
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
    opening = lzma.open if path.suffix == ".xz" else open
    try:
        with opening(path, "rt", encoding="utf-8") as lines:
            yield from lines
    except (OSError, EOFError, UnicodeDecodeError, lzma.LZMAError) as cause:
        raise InputError(f"{path} is no text in UTF-8, or damaged ({cause}); mend it or take it out") from cause


def find(folder: Path, name: str) -> Path | None:
    """The corpus file of that name in `folder`: `name`.txt, .jsonl, or one of these with .xz."""
    return next((path for suffix in (".txt.xz", ".txt", ".jsonl.xz", ".jsonl") if (path := folder / (name + suffix)).is_file()), None)


def records(path: Path, between: str = "\n", limit: int = 200_000, held_back: int = 0, validate: bool = False) -> tuple[str, ...]:
    """The records of one file, parted by `between`, without empty ones; what is held back as in `load`."""
    whole = "".join(_read(path))
    found = [record for record in whole.split(between) if record.strip()]
    held = min(held_back, len(found) // HELD_SHARE)
    return tuple(found[:held] if validate else found[held : held + limit])


def load(folder: str | Path = BUNDLED, limit: int = 200_000, held_back: int = 0, validate: bool = False) -> Corpus:
    """Read a folder: `text_*.txt[.xz]` (a passage a line) and `words_*.txt` (a word a line, weight after a tab).

    Of each file the first `held_back` passages, but no more than a tenth of them, are kept apart to validate on: with
    `validate` they are what is read, else the next `limit`. Raises InputError when nothing is found or can be read.
    """
    folder = Path(folder)
    files = sorted(path for path in folder.glob("text_*") if path.name.endswith((".txt", ".txt.xz")) and "_zh" not in path.name)
    if not files:
        raise InputError(f"{folder}: no text_*.txt or text_*.txt.xz in this folder; give a corpus folder that has them")
    passages: list[str] = []
    for path in files:
        last = HELD_SHARE * held_back + (0 if validate else limit)
        lines = list(islice(_read(path), last))
        held = min(held_back, len(lines) // HELD_SHARE)
        chosen = lines[:held] if validate else lines[held : held + limit]
        passages += [text for line in chosen if len(text := clean(line)) > 1]
    if not passages:
        raise InputError(f"{folder}: too few lines of text to {'validate' if validate else 'draw'}; add some to its text_*.txt")
    listed = (line.split("\t")[0].strip() for path in sorted(folder.glob("words_*.txt")) for line in _read(path))
    words = [word for word in listed if word] or [word for text in passages[:2000] for word in text.split()]
    return Corpus(tuple(passages), tuple(words))
