"""The published model's preprocessing: any picture to one square, bicubic, normalised; equal to PIL's bit for bit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

LEVELS = 256  # of an 8-bit channel


@dataclass(frozen=True)
class Recipe:
    """How pictures are prepared: the side of a square tile in pixels and the normalisation of its channels."""

    side: int = 1024
    mean: tuple[float, float, float] = (0.48145466, 0.4578275, 0.40821073)  # CLIP's
    std: tuple[float, float, float] = (0.26862954, 0.26130258, 0.27577711)


PUBLISHED = Recipe()


def square(image: np.ndarray, recipe: Recipe = PUBLISHED) -> np.ndarray:
    """(H, W, 3) uint8 RGB -> (3, S, S) float32: the aspect ratio is given up, as the published weights expect."""
    return normalise(resize(image, recipe.side, recipe.side), recipe)


def resize(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """(H, W, 3) uint8 -> (height, width, 3) uint8 by PIL's bicubic filter, which averages when it makes smaller."""
    if image.shape[:2] == (height, width):
        return image
    return np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BICUBIC))


def normalise(image: np.ndarray, recipe: Recipe = PUBLISHED) -> np.ndarray:
    """(H, W, 3) uint8 -> (3, H, W) float32, (x / 255 - mean) / std for each channel."""
    table = _table(recipe.mean, recipe.std)
    return np.stack([table[channel].take(image[:, :, channel]) for channel in range(3)])  # (3, H, W)


def _table(mean: tuple[float, ...], std: tuple[float, ...]) -> np.ndarray:
    """(3, 256) float32: what each level of each channel becomes, rounded as float64 -> float32 arithmetic does."""
    levels = (np.arange(LEVELS, dtype=np.float64) * (1 / (LEVELS - 1))).astype(np.float32)
    return (levels[None] - np.float32(mean)[:, None]) / np.float32(std)[:, None]
