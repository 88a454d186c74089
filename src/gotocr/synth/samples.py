"""A sample from a name and a seed: drawn, set on other paper and worn now and then, its boxes moved along."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from ..draw.canvas import move
from ..draw.ground import onto, paper
from ..draw.supply import Supply
from ..draw.wear import wear
from ..errors import UsageError
from ..kinds import KINDS
from ..schema import AREA, Sample
from . import BATCHES, SOURCES, names
from .pairs import Pairs, is_pairs
from .shards import SUFFIX, Shard, resize

ROOM = (1280, 1280)  # most pixels of a picture, height and width, unless told
OTHER_PAPER, LIGHT = 0.25, 235  # share of worn pictures that get it, where all corners are lighter than that
SLACK = 2.0  # pixels that a character may reach out of its picture
AT_ONCE = 100  # samples a batch program draws in one run


@dataclass
class Studio:
    """All that a seed needs to become a sample: texts and fonts, the most room, and the share of pictures that are worn."""

    supply: Supply
    room: tuple[int, int] = ROOM
    worn: float = 0.5

    def draw(self, name: str, seed: int) -> tuple[Sample, ...]:
        """The sample of `seed` from a source, a kind, or a shard's file name; several where the source draws sequences.

        Equal arguments give equal bytes. Raises UsageError for unknown names, InputError for damaged shards.
        """
        rng = generator(name, seed)
        drawn = self._source(name)(rng, self.supply, self.room, None)
        pages = (drawn,) if isinstance(drawn, Sample) else tuple(drawn)
        return tuple(replace(self.finish(page, rng), seed=seed) for page in pages)

    def draw_on(self, name: str, seed: int, size: tuple[int, int]) -> Sample:
        """The sample of `seed` drawn for a canvas of exactly `size` (height, width), standing on it by chance: for training."""
        rng = generator(name, seed)
        drawn = self._source(name)(rng, self.supply, size, None)
        sample = drawn if isinstance(drawn, Sample) else drawn[int(rng.integers(len(drawn)))]
        return replace(self.finish(place(sample, size, rng), rng), seed=seed)

    def draw_batch(self, name: str, seeds: Sequence[int]) -> Iterator[Sample]:
        """The samples of many seeds from a program that draws them at once.

        A seed that it cannot draw is left out, and so is one whose ink it lets run out of the picture.
        """
        for first in range(0, len(seeds), AT_ONCE):
            some = seeds[first : first + AT_ONCE]
            rngs = [generator(name, seed) for seed in some]
            for seed, rng, sample in zip(some, rngs, BATCHES[name](rngs, self.supply, self.room), strict=True):
                if sample is not None and whole(sample):
                    yield replace(self.finish(sample, rng), seed=seed)

    def finish(self, sample: Sample, rng: np.random.Generator) -> Sample:
        """Worn, as often as `worn` says; what is printed on white comes onto other paper now and then."""
        if rng.random() >= self.worn:
            return sample
        image, boxes = sample.image, sample.glyphs.boxes
        if rng.random() < OTHER_PAPER and (image[[0, 0, -1, -1], [0, -1, 0, -1]] > LIGHT).all():
            image = onto(image, paper(rng, image.shape[:2]), rng)
        image, boxes = wear(image, boxes, rng)
        return replace(sample, image=image, glyphs=replace(sample.glyphs, boxes=boxes))

    def _source(self, name: str):
        if name.endswith(SUFFIX):
            return lambda rng, supply, room, em: Shard.open(name).fit(rng, room)
        if is_pairs(name):
            return lambda rng, supply, room, em: Pairs.open(name).fit(rng, room)
        check(name)
        return SOURCES[name] if name in SOURCES else KINDS[name].sample


def check(name: str) -> None:
    """Raise UsageError for what is no source, kind, shard or file of pairs, InputError for pairs that cannot be read."""
    if is_pairs(name):
        Pairs.open(name)
        return
    if name.endswith(SUFFIX) or name in SOURCES or (name in KINDS and KINDS[name].sample):
        return
    raise UsageError(f"nothing named {name!r} can be drawn; choose from: {', '.join(names())}, or give a shard (*{SUFFIX}) or pairs (*.jsonl)")


def whole(sample: Sample) -> bool:
    """Whether every character lies within the picture, all but a pixel or two."""
    height, width = sample.image.shape[:2]
    boxes = sample.glyphs.boxes[[letter != AREA for letter in sample.glyphs.text]]
    return bool((boxes >= -SLACK).all() and (boxes[:, 2] <= width + SLACK).all() and (boxes[:, 3] <= height + SLACK).all())


def place(sample: Sample, size: tuple[int, int], rng: np.random.Generator) -> Sample:
    """A sample on a canvas of `size` (height, width) of its paper's colour; made smaller where it does not fit."""
    height, width = sample.image.shape[:2]
    sample = resize(sample, min(1.0, size[0] / height, size[1] / width))
    height, width = sample.image.shape[:2]
    if (height, width) == size:
        return sample
    top, left = (int(rng.integers(0, most - side + 1)) for most, side in zip(size, (height, width), strict=True))
    corners = sample.image[[0, 0, -1, -1], [0, -1, 0, -1]]
    canvas = np.empty((*size, 3), np.uint8)
    canvas[:] = np.median(corners, 0).astype(np.uint8)
    canvas[top : top + height, left : left + width] = sample.image
    return replace(sample, image=canvas, glyphs=move(sample.glyphs, (left, top)))


def generator(name: str, seed: int) -> np.random.Generator:
    """The random numbers of a seed: other ones for every source, for a shard wherever its file lies."""
    words = [_number(name), seed]
    return np.random.default_rng(np.array(words, np.uint32) if seed >> 32 == 0 else words)  # equal numbers, sooner


@lru_cache(maxsize=1024)
def _number(name: str) -> int:
    return zlib.crc32(Path(name).name.encode())
