"""The box around everything on a page: its margins, where nothing at all is, are cut off."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageFilter

WORK_PIXELS = 400_000  # larger pages are shrunk before they are looked at
MARKED = 8.0  # gray levels from the surroundings: what differs by more is on the page
TOGETHER = 3  # of a pixel and its eight neighbours so many are marked, or it is dust
BORDER = 0.02  # share of the page's longer side that stays around what is on it
WORTH = 0.1  # share of a side that has to go, or all stays


def trim(image: np.ndarray) -> tuple[int, int, int, int]:
    """The box of a picture (H, W, 3) uint8 with all that is on it and a small border, in its pixels; the whole without a margin."""
    height, width = image.shape[:2]
    step = max(1, math.ceil(math.sqrt(width * height / WORK_PIXELS)))
    mask = _marked(Image.fromarray(image).convert("L").reduce(step))
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return 0, 0, width, height
    border = math.ceil(BORDER * max(width, height))
    left, top = max(0, int(columns[0]) * step - border), max(0, int(rows[0]) * step - border)
    right, bottom = min(width, (int(columns[-1]) + 1) * step + border), min(height, (int(rows[-1]) + 1) * step + border)
    if right - left > (1 - WORTH) * width and bottom - top > (1 - WORTH) * height:
        return 0, 0, width, height
    return left, top, right, bottom


def _marked(gray: Image.Image) -> np.ndarray:
    """A gray picture -> (H, W) bool: where it differs from its surroundings, darker or lighter, faint or not; no dust."""
    reach = max(4, max(gray.size) // 40)
    values = np.asarray(gray, np.float32)
    around = np.asarray(gray.filter(ImageFilter.BoxBlur(reach)), np.float32)
    mask = np.abs(values - around) > MARKED
    near = np.asarray(Image.fromarray(mask.astype(np.uint8) * 255).filter(ImageFilter.BoxBlur(1)), np.float32)
    return mask & (near > 255 * (TOGETHER - 0.5) / 9)
