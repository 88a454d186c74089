"""Random fields to draw and wear with: grain, clouds, cells; made quickly and from the generator given alone."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist

import numpy as np

from .fonts import require_cv2


@lru_cache(maxsize=1)
def _quantiles() -> np.ndarray:
    normal = NormalDist()
    table = np.array([normal.inv_cdf((index + 0.5) / 256) for index in range(256)], np.float32)
    return (table / table.std()).reshape(1, 256)


def grain(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Independent noise of mean 0 and deviation 1 in 256 levels, float32; ten times as fast as normal numbers."""
    count = int(np.prod(shape))
    return require_cv2().LUT(np.frombuffer(rng.bytes(count), np.uint8).reshape(shape), _quantiles())


def stretch(coarse: np.ndarray, size: tuple[int, int], smooth: bool = True) -> np.ndarray:
    """A coarse field (h, w) or (h, w, c) over `size` (height, width), its cells' centres kept in place; float32."""
    cv2 = require_cv2()
    how = cv2.INTER_CUBIC if smooth else cv2.INTER_LINEAR
    return cv2.resize(np.asarray(coarse, np.float32), (size[1], size[0]), interpolation=how)


def clouds(rng: np.random.Generator, size: tuple[int, int], cell: tuple[float, float], octaves: int = 3) -> np.ndarray:
    """Smooth noise (H, W) float32 with mean about 0 and deviation about 1; `cell` = (height, width) of its largest forms in pixels."""
    field = np.zeros(size, np.float32)
    weight, total = 1.0, 0.0
    for _ in range(octaves):
        rows, columns = (int(np.clip(round(side / max(each, 1.0)) + 1, 2, side + 1)) for side, each in zip(size, cell, strict=True))
        field += weight * stretch(rng.standard_normal((rows, columns), np.float32), size)
        total += weight**2
        cell, weight = (cell[0] / 2, cell[1] / 2), weight * 0.6
        if min(cell) < 1:
            break
    return field / np.float32(0.75 * total**0.5)


def palette(*colours: np.ndarray | tuple[int, int, int]) -> np.ndarray:
    """256 colours (256, 1, 3) uint8 from the first through all to the last."""
    stops = np.linspace(0, 255, len(colours))
    columns = [np.interp(np.arange(256), stops, [float(colour[channel]) for colour in colours]) for channel in range(3)]
    return np.stack(columns, 1).round().astype(np.uint8)[:, None]


def paint(field: np.ndarray, *colours: np.ndarray | tuple[int, int, int]) -> np.ndarray:
    """A field (H, W) with values in 0..1 as a picture (H, W, 3) uint8, in colours from the first to the last."""
    index = np.clip(field * 255, 0, 255).astype(np.uint8)
    return require_cv2().applyColorMap(index, palette(*colours))


def light(colour: np.ndarray | tuple[int, int, int]) -> float:
    """How light a colour looks, 0 to 255 (the weights of ITU-R BT.601)."""
    return float(0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2])
