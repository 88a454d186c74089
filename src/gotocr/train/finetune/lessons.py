"""Batches of a user's pictures, with drawn ones among them; no torch, so that other processes make them.

Of every hundred batches a share `mix` is drawn, evenly spread; batch n is always the same batch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...draw.wear import wear
from ...model.config import GotConfig
from ...pixels.region import cut
from ...prompt.template import build
from ...schema import Page, Sample, Task
from ...synth.pairs import CLOSER
from ...synth.samples import place
from ...synth.shards import resize
from .. import got_batches
from ..batches import Batches
from ..got_batches import GotBatches, Pair, pack, views
from ..recipe import COLUMN, ROW, Recipe
from ..targets import Batch, Targets
from .check import Lesson, load, picture, sample_of
from .recipes import base_study, taught

ROOM = 1.12  # of a canvas, in sides of what stands on it: it comes larger and smaller, here and there
WIDE = 64  # canvases' widths go by it, so that pictures of about one size share them
SHUFFLED = 0.2  # log of how far widths are off when lessons are put in order
TAUGHT = "taught"  # what a user's pictures are called among the kinds of a run


def is_drawn(number: int, mix: float) -> bool:
    """Whether batch `number` is a drawn one."""
    return math.floor((number + 1) * mix) > math.floor(number * mix)


def canvas(size: tuple[int, int]) -> tuple[int, int]:
    """The canvas for a picture of `size` (height, width) as nano sees it."""
    rows = ROW if size[0] * ROOM <= 64 else 2 * ROW
    height, width = max(32, math.ceil(size[0] * ROOM / rows) * rows), math.ceil(size[1] * ROOM / WIDE) * WIDE
    return height, max(width, COLUMN)


class ModeTargets(Targets):
    """Targets that read a user's picture as its line says."""

    def _mode(self, sample: Sample, rng: np.random.Generator) -> str:
        return str(sample.notes.get("mode") or super()._mode(sample, rng))


class NanoLessons(Batches):
    """Batches for nano."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe)
        self.taught = taught(recipe)
        self.targets = ModeTargets(recipe.tokenizer_file, recipe.window)
        self.kinds = (*self.kinds, TAUGHT)
        self.lessons = load(self.taught.lessons)
        self.sizes = np.array([canvas(lesson.size) for lesson in self.lessons])  # (n, 2)

    def __call__(self, number: int) -> Batch:
        if is_drawn(number, self.taught.mix):
            return super().__call__(number)
        rng = np.random.default_rng((self.recipe.seed, number, 1))
        chosen = self.choose(rng)
        size = tuple(self.sizes[chosen].max(0).tolist())
        return self._build([self.sample(self.lessons[at], size, rng) for at in chosen], rng)

    def choose(self, rng: np.random.Generator) -> list[int]:
        """Lessons of about one size, none twice, as many as a batch has room for; over many batches each comes about as often.

        They are a stretch of all lessons by height, then by width, up in one height and down in the next, each time a little
        out of order, so that the same ones do not always come together.
        """
        heights, widths = self.sizes.T
        shaken = widths * np.exp(rng.normal(0.0, SHUFFLED, len(widths)))
        down = np.unique(heights, return_inverse=True)[1] % 2
        order = np.lexsort((np.where(down, -shaken, shaken), heights))
        first = last = int(rng.integers(len(order)))
        size = self.sizes[order[first]]
        for step in (1, -1):
            while 0 <= (at := last + 1 if step > 0 else first - 1) < len(order):
                larger = np.maximum(size, self.sizes[order[at]])
                if (last - first + 2) * larger.prod() > self.recipe.pixels:
                    break
                size, first, last = larger, min(first, at), max(last, at)
        return order[first : last + 1].tolist()

    def held(self, limit: int) -> list[Batch]:
        """What is held out, as it comes, the first `limit` pictures."""
        rng, batches = np.random.default_rng(self.recipe.seed), []
        for size, rows in grouped(load(self.taught.held)[:limit]).items():
            most = max(1, self.recipe.pixels // (size[0] * size[1]))
            for start in range(0, len(rows), most):
                batches.append(self._build([self.sample(lesson, size, rng, still=True) for lesson in rows[start : start + most]], rng))
        return batches

    def _build(self, samples: Sequence[Sample], rng: np.random.Generator) -> Batch:
        return self.targets.build(samples, rng, [len(self.kinds) - 1] * len(samples))

    def sample(self, lesson: Lesson, size: tuple[int, int], rng: np.random.Generator, still: bool = False) -> Sample:
        """A lesson on a canvas, a little larger or smaller than the reader would show it, and worn now and then; not if `still`."""
        image, _ = cut(Page(picture(lesson)), lesson.box)
        sample = sample_of(lesson, image)
        closer = 1.0 if still else float(np.exp(rng.normal(0.0, CLOSER / 2)))
        height, width = image.shape[:2]
        sample = resize(sample, min(lesson.scale * closer, size[0] / height, size[1] / width))
        if still:
            return place(sample, size, np.random.default_rng(0))
        return worn(place(sample, size, rng), self.taught.worn, rng)


def worn(sample: Sample, share: float, rng: np.random.Generator) -> Sample:
    """A share of samples worn as drawn ones are, by wears that need no boxes to be checked against."""
    if rng.random() >= share:
        return sample
    image, boxes = wear(sample.image, sample.glyphs.boxes, rng)
    return replace(sample, image=image, glyphs=replace(sample.glyphs, boxes=boxes))


def grouped(lessons: Sequence[Lesson]) -> dict[tuple[int, int], list[Lesson]]:
    """Lessons by the canvas that they stand on."""
    groups: dict[tuple[int, int], list[Lesson]] = {}
    for lesson in lessons:
        groups.setdefault(canvas(lesson.size), []).append(lesson)
    return groups


class GotLessons(GotBatches):
    """Batches for base: every pair is a user's or a drawn one."""

    def __init__(self, recipe: Recipe, config: GotConfig, vocabulary: str) -> None:
        super().__init__(replace(recipe, pupil="base", study=base_study(recipe)), config, vocabulary)
        self.taught = taught(recipe)
        self.kinds = [*self.kinds, TAUGHT]
        self.lessons = load(self.taught.lessons)

    def __call__(self, number: int) -> got_batches.Batch:
        rng = np.random.default_rng((self.recipe.seed, number, 1))
        pairs = []
        for at in range(self.study.pairs):
            if is_drawn(number * self.study.pairs + at, self.taught.mix):
                pairs.append(self._drawn(rng))
            else:
                pairs.append(self.lesson(self.lessons[int(rng.integers(len(self.lessons)))], rng))
        return pack(pairs, self.study.length, self.blank)

    def _drawn(self, rng: np.random.Generator) -> Pair:
        chosen = int(rng.choice(len(self.shares), p=self.shares))
        names = self.recipe.buckets[chosen].drawn
        name = names[int(rng.integers(len(names)))]
        pages = self.studios[chosen].draw(name, int(rng.integers(2**62)))
        return self.pair(pages[: self.most_pages], rng, self.kinds.index(name))

    def lesson(self, lesson: Lesson, rng: np.random.Generator | None) -> Pair:
        """A user's picture as the reader shows it and asks about it; worn now and then, unless there is no `rng`."""
        image = picture(lesson)
        if rng is not None and lesson.region is None and rng.random() < self.taught.worn:  # a wear may move ink out of a box
            image, _ = wear(image, np.zeros((0, 4), np.float32), rng)
        height, width = image.shape[:2]
        task = Task(lesson.mode, lesson.region)
        prompt = build(task, (width, height), 1, self.tokenizer, self.study.style)
        at = prompt.ids.index(self.slot)
        behind = prompt.ids[at + prompt.ids.count(self.slot) :]
        ids = [*prompt.ids[:at], *[self.slot] * self.config.tokens_per_tile, *behind]
        answer = [*self.tokenizer.encode(lesson.text, specials=False), self.stop]
        tiles = views(image, 1, self.config.vision.image_size)
        return Pair(tiles, ids + answer[: self.study.length - len(ids)], len(ids), len(self.kinds) - 1)

    def held(self, limit: int) -> list[got_batches.Batch]:
        """What is held out, as it comes, the first `limit` pictures."""
        rows, most = load(self.taught.held)[:limit], self.study.pairs
        cuts = (rows[start : start + most] for start in range(0, len(rows), most))
        return [pack([self.lesson(lesson, None) for lesson in cut], self.study.length, self.blank) for cut in cuts]
