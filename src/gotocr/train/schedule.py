"""How far a run is, and the learning rate there. Progress is the larger of steps done and time used."""

from __future__ import annotations

import math

from .recipe import Recipe


def progress(recipe: Recipe, step: int, elapsed: float) -> float:
    """0..1 after `step` steps and `elapsed` seconds, those before a resumption counted; 1 is the end."""
    return min(1.0, max(step / recipe.steps, elapsed / (recipe.minutes * 60)))


def rate(recipe: Recipe, step: int, done: float) -> float:
    """The learning rate of step `step` (from 0) at progress `done`: all warm up linearly and end at nothing.

    "wsd" stays up, then falls linearly over `decay_share` (arXiv 2404.06395, section 4); with a share of 0 it stays to the
    end. "cosine" and "linear" fall from the beginning.
    """
    warm = min(1.0, (step + 1) / max(recipe.warmup, 1))
    falls = {
        "wsd": lambda: min(1.0, (1 - done) / recipe.decay_share) if recipe.decay_share else 1.0,
        "cosine": lambda: (1 + math.cos(math.pi * done)) / 2,
        "linear": lambda: 1 - done,
    }
    return recipe.rate * warm * falls[recipe.schedule]()
