"""A crop of a page as ink on nothing, cut to its ink, so that it can be laid beside a drawing: shades, paper and polarity are gone."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageFilter

from ..draw.fonts import require_cv2
from ..pixels.textheight import ink
from ..schema import Box

MARGIN = 0.02  # of a box's longer side, and
LEAST = 4  # pixels, that are kept around it
MOST_PIXELS = 1_500_000  # larger crops are shrunk
FAINT = 0.2  # of the usual contrast: less is no ink
SPECK = 0.12  # of the largest patch's side: smaller patches are no edge of the drawing by themselves


def crop(image: np.ndarray, box: Box | None) -> np.ndarray:
    """The part of a page (H, W, 3) uint8 under a box, and a small margin; all of it where there is no box. It may be empty."""
    if box is None:
        return image
    height, width = image.shape[:2]
    more = max(LEAST, MARGIN * max(box[2] - box[0], box[3] - box[1]))
    if not all(map(math.isfinite, box)):
        return image[:0]
    left, top = (max(0, math.floor(side - more)) for side in box[:2])
    right, bottom = min(width, math.ceil(box[2] + more)), min(height, math.ceil(box[3] + more))
    return image[top : max(top, bottom), left : max(left, right)]


def strokes(image: np.ndarray) -> np.ndarray | None:
    """(H, W) float32, 0 on paper to 1 on full strokes, of a picture (H, W, 3) uint8; None where it shows none. Large ones are shrunk."""
    if image.ndim != 3 or min(image.shape[:2]) < 4:
        return None
    whole = Image.fromarray(np.ascontiguousarray(image)).convert("L")
    step = math.ceil(math.sqrt(whole.width * whole.height / MOST_PIXELS))
    whole = whole.reduce(step) if step > 1 else whole
    mask = ink(whole, 0.35)
    if mask is None or not mask.any():
        return None
    gray = np.asarray(whole, np.float32)
    reach = min(64, max(12, max(whole.size) // 16))
    around = np.asarray(Image.fromarray(mask).filter(ImageFilter.MaxFilter(3)))
    cover = _blurred((~around).astype(np.float32), reach)
    paper = _blurred(np.where(around, 0, gray), reach) / np.maximum(cover, 1e-3)
    paper = np.where(cover > 1e-3, paper, float(np.median(gray)))
    deviation = paper - gray
    if float(np.median(deviation[mask])) < 0:  # light on dark
        deviation = -deviation
    full = float(np.percentile(deviation[mask], 60))
    soft = np.clip(deviation / max(full, 1.0), 0.0, 1.0)
    near = grown(mask, 1)
    return np.where(near & (soft > FAINT), soft, 0.0).astype(np.float32)


def _blurred(values: np.ndarray, reach: int) -> np.ndarray:
    return require_cv2().blur(values.astype(np.float32), (2 * reach + 1, 2 * reach + 1))


def grown(mask: np.ndarray, reach: int) -> np.ndarray:
    """A mask (H, W) grown by `reach` pixels to all sides."""
    cv2 = require_cv2()
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8)).astype(bool)


def trimmed(soft: np.ndarray) -> np.ndarray | None:
    """The part of `strokes` that holds its patches of some size, those near them with them; None where there are none."""
    cv2 = require_cv2()
    count, _, found, _ = cv2.connectedComponentsWithStats((soft > 0.4).astype(np.uint8), connectivity=8)
    if count < 2:
        return None
    found = found[1:]
    sides = found[:, 2:4].max(1)
    large = found[(sides >= SPECK * min(sides.max(), 8 * np.median(sides))) & (found[:, 4] >= 3)]
    if not len(large):
        return None
    left, top = large[:, 0].min(), large[:, 1].min()
    right, bottom = (large[:, 0] + large[:, 2]).max(), (large[:, 1] + large[:, 3]).max()
    return np.ascontiguousarray(soft[top:bottom, left:right])
