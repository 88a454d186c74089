"""Pictures that somebody else made, with their truth, as samples: one JSON a line, nothing known of where the ink stands.

`{"image": "a.png", "truth": "...", "truth_format": "text"}`: the path is relative to the file; `images.tar#member` is a member
of an uncompressed tar. `truth_format` is text, markdown, latex, html (a table), smiles, abc, json (a chart) or tikz; text unless
given. Named in a recipe as `FILE.jsonl` or, for the rows of one `type`, `FILE.jsonl#type`.
"""

from __future__ import annotations

import io
import json
import tarfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ..kinds.kind import fence
from ..pixels.limits import Limits
from ..pixels.native import letter_height, letter_scale
from ..pixels.picture import decode
from ..schema import Glyphs, Page, Sample
from .shards import resize

SUFFIX = ".jsonl"
CLOSER = 0.2  # log of how much larger or smaller a picture comes than the reader would show it (standard deviation)
FENCED = {"smiles": "molecule", "abc": "music", "json": "chart", "tikz": "geometry"}


def is_pairs(name: str) -> bool:
    """Whether a source's name is that of a file of pairs."""
    return name.partition("#")[0].endswith(SUFFIX)


class Pairs:
    """The rows of one file, of one type where the name has one. Raises InputError for what cannot be read."""

    def __init__(self, name: str) -> None:
        file, _, self.type = name.partition("#")
        self.path = Path(file)
        try:
            lines = self.path.read_text("utf-8").splitlines()
        except (OSError, ValueError) as cause:
            raise InputError(f"{file}: cannot read the pairs ({cause}); give a file of JSON lines") from cause
        self.rows = [row for number, line in enumerate(lines, 1) if line.strip() and self._wanted(row := self._row(line, number))]
        if not self.rows:
            raise InputError(f"{name} has no rows{f' of the type {self.type!r}' if self.type else ''}; see docs/drawing.md")

    @staticmethod
    @lru_cache(maxsize=64)
    def open(name: str) -> Pairs:
        """The pairs of that name, read once a process."""
        return Pairs(name)

    def _row(self, line: str, number: int) -> dict[str, Any]:
        try:
            row = json.loads(line)
            if isinstance(row["image"], str) and isinstance(row["truth"], str):
                return row
        except (ValueError, KeyError, TypeError):
            pass
        raise InputError(f"{self.path}, line {number}: not a JSON object with an image and a truth")

    def _wanted(self, row: dict[str, Any]) -> bool:
        return not self.type or row.get("type") == self.type

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> Sample:
        """Row `index` at its own size. Raises InputError for a picture that is missing or broken."""
        row = self.rows[index]
        plain, marked, kind = truths(row["truth"], row.get("truth_format", "text"))
        image = decode(io.BytesIO(self._bytes(row["image"])), row["image"], Limits())
        return Sample(image, plain, marked, NO_GLYPHS, kind, index, {"source": row.get("source", "")}, located=False)

    def _bytes(self, image: str) -> bytes:
        file, _, member = image.partition("#")
        try:
            if not member:
                return (self.path.parent / file).read_bytes()
            archive, members = _archive(str(self.path.parent / file))
            start, size = members[member]
            archive.seek(start)
            return archive.read(size)
        except (OSError, KeyError, tarfile.TarError) as cause:
            raise InputError(f"{self.path}: no picture {image} ({cause})") from cause

    def fit(self, rng: np.random.Generator, room: tuple[int, int]) -> Sample:
        """One of the rows by chance, about as large as the reader would show it, and no larger than `room`."""
        sample = self[int(rng.integers(len(self)))]
        height, width = sample.image.shape[:2]
        letters = letter_height(Page(sample.image))
        scale = (letter_scale(letters) if letters else 1.0) * float(np.exp(rng.normal(0.0, CLOSER)))
        return resize(sample, min(scale, room[0] / height, room[1] / width))


NO_GLYPHS = Glyphs("", np.zeros((0, 4), np.float32), np.zeros(0, np.int32), np.zeros(0, np.int32))


def truths(truth: str, form: str) -> tuple[str, str, str]:
    """A truth as (plain, format, kind): spelled as drawn samples spell theirs. Raises InputError for unknown forms."""
    if form == "text":
        return truth, truth, "text"
    if form == "markdown":
        return "", truth, "page"
    if form == "latex":
        from ..kinds.formula.normal import normalise

        latex = normalise(truth)
        return latex, f"$${latex}$$", "formula"
    if form == "html":
        return "", truth, "table"
    if form in FENCED:
        from ..kinds import KINDS

        return "", fence(truth, KINDS[FENCED[form]].info), FENCED[form]
    raise InputError(f"no form of truth named {form!r}; choose from: text, markdown, latex, html, {', '.join(FENCED)}")


@lru_cache(maxsize=64)
def _archive(path: str) -> tuple[io.BufferedReader, dict[str, tuple[int, int]]]:
    with tarfile.open(path, "r:") as archive:
        members = {member.name: (member.offset_data, member.size) for member in archive if member.isfile()}
    return open(path, "rb"), members
