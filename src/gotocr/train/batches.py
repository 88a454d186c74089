"""The batches of a run by their number, drawn without torch, so that the processes that draw start soon and stay small."""

from __future__ import annotations

import numpy as np

from ..draw.supply import Supply
from ..synth.samples import Studio, check
from .recipe import Recipe
from .targets import Batch, Targets


class Batches:
    """Batch i is always the same batch: every sample comes from the run's seed and its own number."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        supply = Supply(recipe.corpus, recipe.fonts, held_back=recipe.held_back)
        self.studio = Studio(supply, worn=recipe.worn)
        self.targets = Targets(recipe.tokenizer_file, recipe.window)
        self.kinds = tuple(sorted({name for bucket in recipe.buckets for name in bucket.drawn}))  # what `Batch.kinds` counts
        weights = np.array([bucket.weight for bucket in recipe.buckets])
        self.shares = weights / weights.sum()

    def check(self) -> None:
        """Raise what drawing would run into: UsageError for unknown sources and missing fonts, InputError for texts."""
        for name in self.kinds:
            check(name)
        self.studio.supply.read()

    def __call__(self, number: int) -> Batch:
        rng = np.random.default_rng((self.recipe.seed, number))
        bucket = self.recipe.buckets[int(rng.choice(len(self.shares), p=self.shares))]
        count, size = max(1, self.recipe.pixels // (bucket.height * bucket.width)), (bucket.height, bucket.width)
        names = [bucket.drawn[int(chosen)] for chosen in rng.integers(0, len(bucket.drawn), count)]
        seeds = rng.integers(0, 2**62, count)
        samples = [self.studio.draw_on(name, int(seed), size) for name, seed in zip(names, seeds, strict=True)]
        return self.targets.build(samples, rng, [self.kinds.index(name) for name in names])
