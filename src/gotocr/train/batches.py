"""The batches of a run by their number, drawn without torch, so that the processes that draw start soon and stay small."""

from __future__ import annotations

import warnings

import numpy as np

from ..draw.supply import Supply
from ..errors import GotocrError
from ..schema import Sample
from ..synth.samples import Studio, check
from .recipe import Recipe
from .targets import Batch, Targets

TRIES = 3  # seeds of which one has to be drawn


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
        samples = [self._draw(name, int(seed), size) for name, seed in zip(names, seeds, strict=True)]
        return self.targets.build(samples, rng, [self.kinds.index(name) for name in names])

    def _draw(self, name: str, seed: int, size: tuple[int, int]) -> Sample:
        """The sample of a seed, or of one of the next where that cannot be drawn: one bad picture in a million ends no run."""
        for later in range(seed, seed + TRIES):
            try:
                return self.studio.draw_on(name, later, size)
            except GotocrError:
                raise
            except Exception as error:
                what = f"{name} of seed {later} on {size[0]} x {size[1]}: {type(error).__name__}: {error}"
                warnings.warn(f"{what:.300}; another one is drawn in its place", stacklevel=2)
        return self.studio.draw_on(name, seed + TRIES, size)
