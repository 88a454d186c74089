"""Wear a clean picture as paper, scanners and cameras do. Nothing here moves ink, so glyph boxes stay true.

Each wear takes (H, W, 3) uint8 and a numpy generator and returns the same shape; `wear` picks a few of them.
"""

from __future__ import annotations

import numpy as np

from ..errors import MissingExtraError

FAINT = 60  # levels between paper and ink that are less than any readable picture has


def require_cv2():
    """Return OpenCV or say how to install it."""
    try:
        import cv2
    except ImportError as cause:
        raise MissingExtraError("synth", "wearing pictures") from cause
    return cv2


def blur(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Out of focus, or a hand that shook."""
    cv2 = require_cv2()
    if rng.random() < 0.7:
        return cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.4, 1.3)))
    length = int(rng.integers(2, 5))
    kernel = np.zeros((length, length), np.float32)
    start, stop = ((0, length // 2), (length - 1, length // 2)) if rng.random() < 0.5 else ((0, 0), (length - 1, length - 1))
    cv2.line(kernel, start, stop, 1.0)
    return cv2.filter2D(image, -1, kernel / kernel.sum())


def noise(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Sensor grain, gray or coloured."""
    shape = image.shape if rng.random() < 0.3 else (*image.shape[:2], 1)
    grain = rng.normal(0, rng.uniform(2, 22), shape).astype(np.float32)
    return np.clip(image + grain, 0, 255).astype(np.uint8)


def specks(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Salt and pepper of a bad copy."""
    out, share = image.copy(), rng.uniform(0.0005, 0.008)
    dots = rng.random(image.shape[:2])
    out[dots < share] = rng.integers(0, 80)
    out[dots > 1 - share] = 255
    return out


def recompress(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A JPEG of poor quality."""
    cv2 = require_cv2()
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(18, 80))])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


def coarsen(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Scanned small, enlarged again."""
    cv2 = require_cv2()
    height, width = image.shape[:2]
    share = rng.uniform(0.5, 0.9)
    small = cv2.resize(image, (max(8, int(width * share)), max(8, int(height * share))), interpolation=cv2.INTER_AREA)
    how = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST)[int(rng.integers(0, 3))]
    return cv2.resize(small, (width, height), interpolation=how)


def light(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Uneven light: a smooth ramp or a soft shadow."""
    cv2 = require_cv2()
    height, width = image.shape[:2]
    coarse = rng.uniform(rng.uniform(0.45, 0.9), 1.1, (3, 4)).astype(np.float32)
    field = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
    return np.clip(image * field, 0, 255).astype(np.uint8)


def contrast(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Faded ink, gray paper, gamma."""
    low, high = rng.uniform(0, 90), rng.uniform(150, 255)
    scaled = (image / 255.0) ** rng.uniform(0.6, 1.6)
    return (low + scaled * (high - low)).astype(np.uint8)


def ink(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ink that bled (darker grows) or broke (lighter grows)."""
    cv2 = require_cv2()
    kernel = np.ones((2, 2), np.uint8) if rng.random() < 0.6 else np.ones((1, 2), np.uint8)
    return cv2.erode(image, kernel) if rng.random() < 0.6 else cv2.dilate(image, kernel)


def threshold(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A one-bit scan."""
    gray = image.mean(2)
    low, high = np.percentile(gray, (2, 98))
    if high - low < FAINT:  # little ink: it is no percentage of the picture
        low, high = gray.min(), gray.max()
    bit = (gray > low + (high - low) * rng.uniform(0.35, 0.65)) * np.uint8(255)
    return np.repeat(bit[..., None], 3, 2).astype(np.uint8)


WEARS = (blur, noise, specks, recompress, coarsen, light, contrast, ink, threshold)


def wear(image: np.ndarray, rng: np.random.Generator, most: int = 3) -> np.ndarray:
    """Apply one to `most` different wears in random order."""
    for index in rng.permutation(len(WEARS))[: int(rng.integers(1, most + 1))]:
        image = WEARS[index](image, rng)
    return np.ascontiguousarray(image)
