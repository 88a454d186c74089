"""Samples as a folder: `images/`, one JSON a line in `truth.jsonl`, and the box of every glyph in `glyphs.jsonl`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..kinds import KINDS
from ..kinds.page import parse
from ..schema import Sample
from .shards import encode

# What a sample is called and how its truth is written, by source; other sources go by their kind.
TYPES = {
    "word": "scene",
    "scene": "scene",
    "line": "text_line",
    "paragraph": "text_page",
    "page": "text_page",
    "document": "formatted_page",
    "sequence": "formatted_page",
    "tile": "formatted_page",
    "region": "formatted_page",
}
# How the truth of a kind is written; of another package's kind, as the info string of its fenced blocks says.
FORMS = {"formula": "latex", "table": "html", "chart": "json", "music": "abc", "molecule": "smiles", "geometry": "tikz"}


class Folder:
    """Writes samples as they come; each is whole on disk before the next begins. Raises OutputError.

    A folder that has a `truth.jsonl` is not written into: two runs would mix.
    """

    def __init__(self, path: str | Path, quality: int | None = None) -> None:
        self.path, self.quality = Path(path), quality
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._truth = open(self.path / "truth.jsonl", "x", encoding="utf-8")
            self._glyphs = open(self.path / "glyphs.jsonl", "w", encoding="utf-8")
        except FileExistsError as cause:
            raise OutputError(f"{self.path} holds pictures with their truth already; give another folder") from cause
        except OSError as cause:
            raise OutputError(f"cannot write to {self.path}: {cause.strerror or cause}") from cause

    def add(self, source: str, sample: Sample, page: int = 0) -> None:
        """Write one sample of a source; `page` is its number, from 1, where the source draws several."""
        name = f"{sample.seed:08}" + (f"_p{page}" if page else "")
        picture = Path("images") / source / f"{name}{'.jpg' if self.quality else '.png'}"
        try:
            (self.path / picture).parent.mkdir(parents=True, exist_ok=True)
            part = self.path / picture.with_suffix(f".part{os.getpid()}")
            part.write_bytes(encode(sample.image, self.quality))
            os.replace(part, self.path / picture)
            row = record(source, sample, f"{source}_{name}", picture.as_posix())
            glyphs = sample.glyphs
            inked = {"id": row["id"], "text": glyphs.text, "boxes": glyphs.boxes.round(2).astype(float).round(2).tolist()}
            inked |= {"plain": glyphs.plain.tolist(), "format": glyphs.format.tolist()}
            for file, line in ((self._glyphs, inked), (self._truth, row)):
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                file.flush()
        except OSError as cause:
            raise OutputError(f"cannot write to {self.path}: {cause.strerror or cause}") from cause

    def close(self) -> None:
        self._truth.close()
        self._glyphs.close()


def record(source: str, sample: Sample, name: str, picture: str) -> dict[str, Any]:
    """One line of `truth.jsonl`: what stands in the picture (`truth`, in `truth_format`), and how it came about."""
    kind = TYPES.get(source, sample.kind if sample.kind in KINDS else "text_page")
    truth, form = sample.plain, "text"
    if kind in FORMS or KINDS.package(kind):
        blocks = parse(sample.format, (1, 1))  # a caption may stand beside it
        truth = next((block.text for block in blocks if block.kind == kind), sample.format)
        form = FORMS.get(kind) or KINDS[kind].info
    elif kind == "formatted_page":
        truth, form = sample.format, "markdown"
    height, width = sample.image.shape[:2]
    row = {"id": name, "type": kind, "image": picture, "truth": truth, "truth_format": form}
    row |= {"source": f"gotocr make {source} --seed {sample.seed}", "truth_by": "drawn", "lang": sample.notes.get("lang", "en")}
    row |= {"width": width, "height": height, "kind": sample.kind, "seed": sample.seed}
    return row | {"plain": sample.plain, "format": sample.format, "notes": dict(sample.notes)}
