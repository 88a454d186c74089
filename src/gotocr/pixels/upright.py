"""Which way up a page lies, by its lines and its letters; where that is not sure it lies as it should.

Lines tell 0 and 180 degrees from 90 and 270: the edges of letters crowd along them (`skew.slope`). What is left is told by
small pictures of the letters and their neighbours: a network of one hidden layer says of each how upright it is, of the
four ways it can be held; it is the same network for all four, so that it has no favourite. `recipes/upright.py` fits it.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from .lettering import Lettering, below_and_above
from .skew import CLEAR, is_text, slope

SIDE, LETTER = 24, 8.0  # of a small picture in its own pixels, and of a letter in it
GLANCE, WINDOWS = 100, 400  # small pictures looked at first, and where those do not say that all is well
FEWEST = 24  # of them, for an answer
SURE, LEAD = 0.45, 0.12  # share of them that is held to be one way up, and that beyond all other ways, before a page is turned
LINES = 1.3  # times the lines crowd along than across, before a page is turned by 90 or 270 degrees
TURNS = (0, 90, 180, 270)


class Held(NamedTuple):
    """How a page lies: for each of `TURNS`, the mean probability that its letters are upright after that clockwise turn."""

    shares: np.ndarray  # (4,)
    windows: int


def turn_of(image: np.ndarray, found: Lettering | None) -> int:
    """Degrees, clockwise, by which a picture (H, W, 3) uint8 has to be turned to lie upright: 0, 90, 180 or 270; 0 if in doubt."""
    if found is None or not is_text(found):
        return 0
    level = slope(below_and_above(found.mask), found.size)
    down = slope(below_and_above(found.mask, sideways=True), found.size)
    sideways = down.contrast > level.contrast
    best, other = (down, level) if sideways else (level, down)
    if best.contrast < CLEAR or (sideways and best.contrast < LINES * other.contrast):
        return 0
    degrees = -best.degrees if sideways else best.degrees
    if not sideways and np.argmax(held_upright(image, found, degrees, GLANCE).shares) == 0:
        return 0
    return decided(held_upright(image, found, degrees), sideways)


def decided(held: Held, sideways: bool) -> int:
    """The turn that the letters call for, if they are sure and the lines lie so, else 0."""
    best = int(np.argmax(held.shares))
    lead = held.shares[best] - np.partition(held.shares, -2)[-2]
    sure = held.windows >= FEWEST and held.shares[best] >= SURE and lead >= LEAD
    return TURNS[best] if sure and (best % 2 == 1) == sideways else 0


def held_upright(image: np.ndarray, found: Lettering, degrees: float, most: int = WINDOWS) -> Held:
    """What the letters say; `degrees` is how far the lines, or what crosses them, fall to the right."""
    seen = windows(image, found, degrees, most)  # (N, S, S)
    if not len(seen):
        return Held(np.full(4, 1 / len(TURNS)), 0)
    scores = np.stack([_score(np.rot90(seen, -turn // 90, (1, 2))) for turn in TURNS], 1)  # (N, 4)
    odds = np.exp(scores - scores.max(1, keepdims=True))
    return Held((odds / odds.sum(1, keepdims=True)).mean(0), len(seen))


def windows(image: np.ndarray, found: Lettering, degrees: float, most: int = WINDOWS) -> np.ndarray:
    """(N, S, S) float32, N at most about `most`: letters with what is around them, ink 1 and paper 0, spread over a page and held straight."""
    centres = _centres(found, most)  # (N, 2) x, y in pixels of the shrunk picture
    shrink = max(1, int(found.size / LETTER))
    gray = Image.fromarray(image).convert("L").reduce(found.step)
    ink_is_light = _ink_is_light(np.asarray(gray), found.mask)
    values = np.asarray(gray.reduce(shrink) if shrink > 1 else gray, np.float32)
    unit = found.size / LETTER / shrink
    grid = (np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2) * unit
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x = centres[:, 0, None, None] / shrink + grid[None, None, :] * cos - grid[None, :, None] * sin - 0.5
    y = centres[:, 1, None, None] / shrink + grid[None, None, :] * sin + grid[None, :, None] * cos - 0.5
    seen = _between(values, x, y)  # (N, S, S)
    low, high = seen.min((1, 2), keepdims=True), seen.max((1, 2), keepdims=True)
    seen = (seen - low) / np.maximum(high - low, 1.0)
    return seen if ink_is_light else 1 - seen


def _centres(found: Lettering, most: int) -> np.ndarray:
    """The middles of the ink in squares of about a letter, spread evenly over a page: (N, 2) float32."""
    step = max(1, round(found.size / 4))
    y, x = np.nonzero(found.mask[step // 2 :: step, step // 2 :: step])
    side = max(1, round(found.size / step))
    across = found.mask.shape[1] // (step * side) + 1
    _, cell, count = np.unique(y // side * across + x // side, return_inverse=True, return_counts=True)
    middle = np.stack([np.bincount(cell, weights=x) / count, np.bincount(cell, weights=y) / count], 1)
    kept = middle[:: max(1, math.ceil(len(middle) / most))]
    return (kept * step + step // 2 + 0.5).astype(np.float32)


def _between(values: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Values (H, W) at places between pixels, by the four around; edges go on for ever."""
    height, width = values.shape
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    left, top = x.astype(np.int32), y.astype(np.int32)
    right, below = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    across, down = x - left, y - top
    upper = values[top, left] * (1 - across) + values[top, right] * across
    lower = values[below, left] * (1 - across) + values[below, right] * across
    return upper * (1 - down) + lower * down


def _ink_is_light(gray: np.ndarray, mask: np.ndarray) -> bool:
    mask = mask[: gray.shape[0], : gray.shape[1]]
    return bool(gray[mask].mean() > gray[~mask].mean())


def _score(seen: np.ndarray) -> np.ndarray:
    """(N, S, S) -> (N,): how upright each small picture looks."""
    first, shift, last = _network()
    hidden = np.maximum(seen.reshape(len(seen), -1) @ first + shift, 0)  # (N, K)
    return hidden @ last


@lru_cache(maxsize=1)
def _network() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights (S S, K), biases (K,) and weights (K,); stored as 8-bit steps."""
    with np.load(Path(__file__).with_name("upright.npz"), allow_pickle=False) as stored:
        return stored["first"].astype(np.float32) * stored["first_step"], stored["shift"], stored["last"]
