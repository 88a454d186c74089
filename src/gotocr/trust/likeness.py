"""How alike two pictures of ink in one frame are: part by part, each found near where it should be, and what has no counterpart."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..draw.fonts import require_cv2

MOST_PARTS = 400  # parts looked for; of more, evenly chosen ones
AROUND = 3  # pixels around a part that are compared with it: that nothing else stands there
BLUR = 1.2  # deviation in pixels: letters of other fonts are still alike


class Likeness(NamedTuple):
    """`mean`, `low` (of the tenth that is least alike) and `worst` of the parts' likeness; shares of ink with a counterpart."""

    mean: float
    low: float
    worst: float
    drawn: float
    seen: float


def blurred(picture: np.ndarray, by: float = BLUR) -> np.ndarray:
    """A picture (H, W) float32, softened."""
    return require_cv2().GaussianBlur(picture, (0, 0), by)


def alike(drawn: np.ndarray, boxes: np.ndarray, seen: np.ndarray, reach: tuple[int, int] = (5, 4)) -> Likeness:
    """`drawn` and `seen` are (H, W) float32 ink of one size; `boxes` (n, 4) are the parts of the first.

    A part may stand `reach` (down, across) pixels away from its place.
    """
    one, other = blurred(drawn), blurred(seen)
    if len(boxes) > MOST_PARTS:
        boxes = boxes[np.linspace(0, len(boxes) - 1, MOST_PARTS).astype(int)]
    found = np.array([_found(one, box, other, reach) for box in boxes]) if len(boxes) else np.zeros(1)
    found = np.sort(found)
    tenth = max(1, len(found) // 10)
    return Likeness(float(found.mean()), float(found[:tenth].mean()), float(found[0]), *shared(drawn, seen, max(reach)))


def _found(one: np.ndarray, box: np.ndarray, other: np.ndarray, reach: tuple[int, int]) -> float:
    """Normalised correlation of a part with the best place near its own, 0 to 1."""
    cv2 = require_cv2()
    height, width = one.shape
    left, top = np.maximum(np.floor(box[:2]).astype(int) - AROUND, 0)
    right, bottom = np.minimum(np.ceil(box[2:]).astype(int) + AROUND, [width, height])
    if right - left < 3 or bottom - top < 3:
        return 0.0
    part = one[top:bottom, left:right]
    around = other[max(0, top - reach[0]) : bottom + reach[0], max(0, left - reach[1]) : right + reach[1]]
    if around.shape[0] < part.shape[0] or around.shape[1] < part.shape[1] or part.std() < 1e-4 or around.std() < 1e-4:
        return 0.0
    found = cv2.matchTemplate(around, part, cv2.TM_CCOEFF_NORMED)
    return float(np.clip(np.nan_to_num(found).max(), 0.0, 1.0))


def shared(drawn: np.ndarray, seen: np.ndarray, reach: int) -> tuple[float, float]:
    """The share of the ink of each picture that has ink of the other within `reach` pixels."""
    cv2 = require_cv2()
    shares = []
    for one, other in ((drawn, seen), (seen, drawn)):
        size = np.ones((2 * reach + 1,) * 2, np.uint8)
        near = cv2.dilate((other > 0.4).astype(np.uint8), size) > 0
        total = float(one.sum())
        shares.append(float(one[near].sum()) / total if total else 1.0)
    return shares[0], shares[1]
