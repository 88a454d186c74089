"""Batches for the published network: drawn samples as its reader sees them, asked by the published prompts, packed into rows.

Shapes: S pairs, N tiles of all of them, B rows, T tokens a row, n tokens that are to be written, R runs. No torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..draw.supply import Supply
from ..errors import UsageError
from ..model.config import GotConfig
from ..pixels.resize import resize
from ..pixels.tiles import grid
from ..prompt.published import IMAGE_SLOT, SLOTS_PER_TILE, TEXT_END, TURN_END
from ..prompt.template import build
from ..schema import COLOURS, Region, Sample, Task
from ..synth.excerpt import hull
from ..synth.samples import Studio, check
from .got_study import open_vocabulary, study_of
from .recipe import Recipe

LARGE = 1.5  # views wide or high: a picture from there on is read in tiles
LOOSE = 0.01  # of the page's sides: how far a box asked for may lie off the ink, as people draw them
STEP = 64  # rows are filled up to a multiple of it


@dataclass(frozen=True)
class Pair:
    """A picture and what is to be written of it."""

    tiles: np.ndarray  # (N, S, S, 3) uint8
    ids: list[int]  # prompt, answer, stop
    start: int  # where the answer begins
    kind: int = 0


@dataclass(frozen=True)
class Batch:
    """Pairs packed into rows; every pair is a run of its own and sees no other, and so is what fills a row up."""

    pixels: np.ndarray  # (N, S, S, 3) uint8, in the order of their places in the rows
    ids: np.ndarray  # (B, T) int64
    positions: np.ndarray  # (B, T) int64, from 0 in every run
    runs: np.ndarray  # (R,) int64: lengths of the runs, row by row; they add up to B * T
    answers: np.ndarray  # (n,) int64: the places, of B * T, that a token is written behind
    targets: np.ndarray  # (n,) int64: that token
    owners: np.ndarray  # (n,) int64: the pair it belongs to
    seen: np.ndarray  # (N,) int64: the pair a tile belongs to
    kinds: np.ndarray  # (S,) int64: of which kind a pair is


def rows(lengths: Sequence[int], most: int) -> list[list[int]]:
    """Which pairs share a row of at most `most` tokens: few rows, and about equally long, so that little is filled up."""
    count = -(-sum(lengths) // most)
    while True:
        packed: list[list[int]] = [[] for _ in range(count)]
        sums = [0] * count
        for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
            row = sums.index(min(sums))
            packed[row].append(index)
            sums[row] += lengths[index]
        if max(sums) <= most:
            return packed
        count += 1


def pack(pairs: Sequence[Pair], most: int, blank: int) -> Batch:
    """Pairs of at most `most` tokens as one batch; `blank` is the id of places that are left over."""
    packed = rows([len(pair.ids) for pair in pairs], most)
    longest = max(sum(len(pairs[index].ids) for index in row) for row in packed)
    width = -(-longest // STEP) * STEP
    ids = np.full((len(packed), width), blank, np.int64)
    positions = np.zeros_like(ids)
    runs, answers, targets, owners = [], [], [], []
    for number, row in enumerate(packed):
        at = 0
        for index in row:
            pair, end = pairs[index], at + len(pairs[index].ids)
            ids[number, at:end], positions[number, at:end] = pair.ids, np.arange(end - at)
            answers.append(number * width + np.arange(at + pair.start - 1, end - 1))
            targets += pair.ids[pair.start :]
            owners += [index] * (end - at - pair.start)
            runs.append(end - at)
            at = end
        if at < width:
            positions[number, at:] = np.arange(width - at)
            runs.append(width - at)
    order = [index for row in packed for index in row]
    return Batch(
        pixels=np.concatenate([pairs[index].tiles for index in order]),
        ids=ids,
        positions=positions,
        runs=np.array(runs, np.int64),
        answers=np.concatenate(answers),
        targets=np.array(targets, np.int64),
        owners=np.array(owners, np.int64),
        seen=np.repeat(order, [len(pairs[index].tiles) for index in order]).astype(np.int64),
        kinds=np.array([pair.kind for pair in pairs], np.int64),
    )


def views(image: np.ndarray, most: int, side: int) -> np.ndarray:
    """(H, W, 3) uint8 -> (N, S, S, 3) uint8: `pixels.tiles.tile` before its normalisation, which is left to the device."""
    whole = resize(image, side, side)[None]
    columns, down = grid(image.shape[1], image.shape[0], most, side) if most > 1 else (1, 1)
    if columns * down == 1:
        return whole
    big = resize(image, columns * side, down * side)
    cuts = big.reshape(down, side, columns, side, 3).swapaxes(1, 2).reshape(-1, side, side, 3)
    return np.concatenate([cuts, whole])


class GotBatches:
    """Batch i is always the same batch: every sample comes from the run's seed and its own number."""

    def __init__(self, recipe: Recipe, config: GotConfig, vocabulary: str) -> None:
        self.recipe, self.config, self.study = recipe, config, study_of(recipe)
        self.tokenizer = open_vocabulary(vocabulary)
        self.stop, self.blank = self.tokenizer.id(TURN_END), self.tokenizer.id(TEXT_END)
        self.slot = self.tokenizer.id(IMAGE_SLOT)
        supply = Supply(recipe.corpus, recipe.fonts, held_back=recipe.held_back)
        self.studios = [Studio(supply, (bucket.height, bucket.width), recipe.worn) for bucket in recipe.buckets]
        weights = np.array([bucket.weight for bucket in recipe.buckets])
        self.shares = weights / weights.sum()
        self.kinds = kinds_of(recipe)
        longest = Task("format", Region((999.0, 999.0, 1000.0, 1000.0)), tiles=2)
        self.asking = len(build(longest, (1000, 1000), 1, self.tokenizer, self.study.style, 2).ids) - SLOTS_PER_TILE
        self.most_pages = max(1, (self.study.length // 2 - self.asking) // config.tokens_per_tile)  # half is for the answer

    def check(self) -> None:
        """Raise what drawing would run into: UsageError for sources, fonts and lengths, InputError for texts."""
        for name in self.kinds:
            check(name)
        most = self.study.tiles + (self.study.tiles > 1)  # the thumbnail
        least = most * self.config.tokens_per_tile + self.asking
        if self.study.length <= least:
            told = f"a picture and its prompt alone take up to {least} tokens"
            raise UsageError(f"length of a study is {self.study.length}; {told}")
        if self.study.length > self.config.decoder.max_positions:
            raise UsageError(f"length of a study is beyond the decoder's {self.config.decoder.max_positions} positions")
        self.studios[0].supply.read()

    def __call__(self, number: int) -> Batch:
        rng = np.random.default_rng((self.recipe.seed, number))
        pairs = []
        for chosen in rng.choice(len(self.shares), self.study.pairs, p=self.shares):
            drawn = self.recipe.buckets[int(chosen)].drawn
            name = drawn[int(rng.integers(len(drawn)))]
            pages = self.studios[int(chosen)].draw(name, int(rng.integers(2**62)))
            pairs.append(self.pair(pages[: self.most_pages], rng, self.kinds.index(name)))
        return pack(pairs, self.study.length, self.blank)

    def pair(self, pages: Sequence[Sample], rng: np.random.Generator, kind: int = 0) -> Pair:
        """What is seen of the pages, how they are asked for, and what is answered; an answer too long is cut, its stop too."""
        first, side = pages[0], self.config.vision.image_size
        height, width = first.image.shape[:2]
        large = len(pages) == 1 and max(height, width) > LARGE * side
        mode = "format" if len(pages) > 1 else self._mode(first, rng)
        task = Task(mode, asked(first, rng), tiles=self.study.tiles if large else 1)
        tiles = np.concatenate([views(page.image, task.tiles, side) for page in pages])
        prompt = build(task, (width, height), 1, self.tokenizer, self.study.style, len(pages))
        at = prompt.ids.index(self.slot)
        behind = prompt.ids[at + prompt.ids.count(self.slot) :]
        ids = [*prompt.ids[:at], *[self.slot] * (self.config.tokens_per_tile * len(tiles)), *behind]
        text = "\n\n".join(getattr(page, mode) for page in pages)
        answer = [*self.tokenizer.encode(text, specials=False), self.stop]
        return Pair(tiles, ids + answer[: self.study.length - len(ids)], len(ids), kind)

    def _mode(self, sample: Sample, rng: np.random.Generator) -> str:
        share = self.study.formatted if sample.kind == "text" else self.study.structured
        return "format" if rng.random() < share or (sample.format and not sample.plain) else "plain"


def kinds_of(recipe: Recipe) -> list[str]:
    """Everything a recipe draws, by name."""
    return sorted({name for bucket in recipe.buckets for name in bucket.drawn})


def asked(sample: Sample, rng: np.random.Generator) -> Region | None:
    """The part of a picture that the truth is about, where it is told by coordinates or by a frame, not by a crop."""
    way = sample.notes.get("asked")
    if way in COLOURS:
        return Region(colour=str(way))
    if way != "box" or not len(sample.glyphs.boxes):
        return None
    box = np.array(hull(sample.glyphs, np.ones(len(sample.glyphs.boxes), bool)))  # the ink's own: wear has moved it
    sides = np.tile(sample.image.shape[1::-1], 2)
    loose = box + np.array([-1, -1, 1, 1]) * rng.uniform(0, LOOSE, 4) * sides
    return Region(tuple(np.clip(loose, 0, sides).tolist()))
