"""Samples packed in one file, any of which can be read without the others: an uncompressed zip, so that every tool opens it.

Member `N.png` or `N.jpg` is the picture, `N.json` the truth, `N.npy` the glyphs: (n, 6) float32, box, `plain` and `format`.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from ..draw.fonts import require_cv2
from ..errors import InputError, OutputError
from ..schema import Glyphs, Sample

SUFFIX = ".shard.zip"
NAME = "{:08}"


def write(path: str | Path, samples: Iterable[Sample], quality: int | None = None) -> int:
    """Pack `samples` into `path` and return how many; JPEG pictures of `quality` (1 to 100), PNG where it is None.

    The file appears whole or not at all. Raises OutputError.
    """
    path = Path(path)
    part = path.with_name(f".{path.name}.part{os.getpid()}")
    count = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            for sample in samples:
                for suffix, data in _members(sample, quality):
                    archive.writestr(zipfile.ZipInfo(NAME.format(count) + suffix), data)  # without a date: equal bytes
                count += 1
        os.replace(part, path)
    except OSError as cause:
        raise OutputError(f"cannot write {path}: {cause.strerror or cause}") from cause
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return count


def _members(sample: Sample, quality: int | None) -> list[tuple[str, bytes]]:
    glyphs = sample.glyphs
    head = {"kind": sample.kind, "seed": sample.seed, "plain": sample.plain, "format": sample.format, "glyphs": glyphs.text}
    head["notes"] = dict(sample.notes)
    table = io.BytesIO()
    np.save(table, np.column_stack([glyphs.boxes, glyphs.plain, glyphs.format]).astype(np.float32))
    picture = (".jpg" if quality else ".png", encode(sample.image, quality))
    return [picture, (".json", json.dumps(head, ensure_ascii=False).encode()), (".npy", table.getvalue())]


def encode(image: np.ndarray, quality: int | None = None) -> bytes:
    """(H, W, 3) uint8 RGB as JPEG of `quality`, or as PNG: gray where it has no colours."""
    cv2 = require_cv2()
    gray = (image[..., 0] == image[..., 1]).all() and (image[..., 0] == image[..., 2]).all()
    pixels = image[..., 0] if gray else image[..., ::-1]
    unfiltered = [cv2.IMWRITE_PNG_COMPRESSION, 5, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE]  # drawings: faster, smaller
    how = (".jpg", [cv2.IMWRITE_JPEG_QUALITY, quality]) if quality else (".png", unfiltered)
    return cv2.imencode(how[0], np.ascontiguousarray(pixels), how[1])[1].tobytes()


class Shard:
    """A packed file: `len(shard)` samples, `shard[index]` one of them. Raises InputError for files that are no shards."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            self._archive = zipfile.ZipFile(self.path)
            names = self._archive.namelist()
        except (OSError, zipfile.BadZipFile) as cause:
            raise InputError(f"{self.path} is no shard ({cause}); pack one with: gotocr make KIND --shard {self.path}") from cause
        self._pictures = sorted(name for name in names if name.endswith((".png", ".jpg")))
        if not self._pictures:
            raise InputError(f"{self.path} holds no samples; pack some with: gotocr make KIND --shard {self.path}")

    @staticmethod
    @lru_cache(maxsize=256)
    def open(path: str) -> Shard:
        """The shard at `path`, opened once a process."""
        return Shard(path)

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, index: int) -> Sample:
        sample = self._stored(index)
        return replace(sample, image=colours(sample.image))

    def _stored(self, index: int) -> Sample:
        """A sample whose image is (H, W) where it has no colours."""
        picture = self._pictures[index]
        stem = picture.rpartition(".")[0]
        cv2 = require_cv2()
        try:
            head = json.loads(self._archive.read(f"{stem}.json"))
            table = np.load(io.BytesIO(self._archive.read(f"{stem}.npy")), allow_pickle=False).reshape(-1, 6)
            image = cv2.imdecode(np.frombuffer(self._archive.read(picture), np.uint8), cv2.IMREAD_UNCHANGED)
            glyphs = Glyphs(head["glyphs"], table[:, :4], table[:, 4].astype(np.int32), table[:, 5].astype(np.int32))
            image = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
            return Sample(image, head["plain"], head["format"], glyphs, head["kind"], head["seed"], head["notes"])
        except (OSError, KeyError, ValueError, zipfile.BadZipFile, cv2.error) as cause:
            raise InputError(f"{self.path}: sample {stem} is damaged ({cause}); pack the shard again") from cause

    def fit(self, rng: np.random.Generator, room: tuple[int, int]) -> Sample:
        """One of the samples by chance, made smaller where it is larger than `room`, and a little smaller now and then."""
        sample = self._stored(int(rng.integers(len(self))))
        height, width = sample.image.shape[:2]
        scale = min(1.0, room[0] / height, room[1] / width)
        if rng.random() < 0.5:
            scale *= float(rng.uniform(0.7, 1.0))
        sample = resize(sample, scale)
        return replace(sample, image=colours(sample.image))


def colours(image: np.ndarray) -> np.ndarray:
    """A gray picture (H, W) as one of three channels; others as they are."""
    return image if image.ndim == 3 else require_cv2().cvtColor(image, require_cv2().COLOR_GRAY2RGB)


def resize(sample: Sample, scale: float) -> Sample:
    """A sample at another size, boxes too."""
    if scale == 1.0:
        return sample
    cv2 = require_cv2()
    height, width = (max(1, round(side * scale)) for side in sample.image.shape[:2])
    image = cv2.resize(sample.image, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    across, down = width / sample.image.shape[1], height / sample.image.shape[0]
    boxes = sample.glyphs.boxes * np.array([across, down, across, down], np.float32)
    return replace(sample, image=image, glyphs=replace(sample.glyphs, boxes=boxes))
