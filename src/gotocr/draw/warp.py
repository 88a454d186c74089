"""Move what is drawn: tilt, bend and ripple a picture and the boxes of its glyphs by the same map.

A tilt is a matrix. The other maps are displacements at the centres of a grid of cells, linear between: a picture's point
`p` shows what was at `p + displacement(p)`.
"""

from __future__ import annotations

import numpy as np

from .canvas import map_boxes
from .fonts import require_cv2
from .noise import stretch

CELLS = 32  # rows and columns of a displacement grid
STEPS = 6  # of the iteration that turns a displacement around


def tilt_matrix(size: tuple[int, int], turn: float, lean: np.ndarray, shrink: float) -> np.ndarray:
    """The (3, 3) matrix, source to worn picture, of a turn in radians, shear and perspective (2, 2) and a scale, about the middle."""
    height, width = size
    middle = np.array([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1.0]])
    cos, sin = np.cos(turn), np.sin(turn)
    seen = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]]) @ np.array(
        [[shrink, lean[0, 0], 0], [lean[0, 1], shrink, 0], [2 * lean[1, 0] / width, 2 * lean[1, 1] / height, 1.0]]
    )
    return middle @ seen @ np.linalg.inv(middle)


def bend_grid(size: tuple[int, int], curl: np.ndarray, lens: float, at: np.ndarray) -> np.ndarray:
    """Displacements (2, CELLS, CELLS) in pixels, x and y: a page that bows (`curl`), near a spine `at`, and a lens's bulge."""
    height, width = size
    along = (np.arange(CELLS) + 0.5) / CELLS
    xs, ys = along[None] + np.zeros((CELLS, 1)), along[:, None] + np.zeros((1, CELLS))
    bow = curl[0] * np.sin(np.pi * (xs - at[0])) * min(width, height)
    spine = curl[1] * np.exp(-((xs - at[1]) ** 2) / 0.02) * min(width, height)
    centred_x, centred_y = 2 * xs - 1, 2 * ys - 1
    far = centred_x**2 + centred_y**2
    shift = lens * (far - 0.5)
    return np.stack([spine * 0.5 + shift * centred_x * width / 4, bow + spine + shift * centred_y * height / 4]).astype(np.float32)


def ripple_grid(high: float, field: np.ndarray) -> np.ndarray:
    """Displacements (2, CELLS, CELLS): a smooth random field (2, h, w), `high` pixels where it is 1."""
    return high * np.stack([stretch(plane, (CELLS, CELLS)) for plane in field])


def sample_grid(grid: np.ndarray, points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The displacements (n, 2) at points (n, 2) of a picture of `size`: linear between cell centres, constant beyond them."""
    place = np.stack([(points[:, 0] + 0.5) * CELLS / size[1], (points[:, 1] + 0.5) * CELLS / size[0]]) - 0.5
    place = place.clip(0, CELLS - 1)
    low = np.minimum(place.astype(int), CELLS - 2)
    (x, y), (share_x, share_y) = low, place - low
    top = grid[:, y, x] * (1 - share_x) + grid[:, y, x + 1] * share_x
    bottom = grid[:, y + 1, x] * (1 - share_x) + grid[:, y + 1, x + 1] * share_x
    return (top * (1 - share_y) + bottom * share_y).T


def inverse(grid: np.ndarray, points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The displacements (n, 2) the other way: what was at `p` is shown at `p + inverse(p)`."""
    moved = np.zeros_like(points)
    for _ in range(STEPS):
        moved = -sample_grid(grid, points + moved, size)
    return moved


def inverse_grid(grid: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The inverse at the centres of cells, (2, CELLS, CELLS)."""
    columns, rows = ((np.arange(CELLS) + 0.5) * side / CELLS - 0.5 for side in (size[1], size[0]))
    nodes = np.stack(np.meshgrid(columns, rows), 2).reshape(-1, 2)
    return inverse(grid, nodes, size).T.reshape(2, CELLS, CELLS)


def move_image(image: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """A picture (H, W) or (H, W, 3) displaced by a grid; its border is drawn out."""
    cv2 = require_cv2()
    height, width = size = image.shape[:2]
    across = stretch(grid[0], size, smooth=False)
    down = stretch(grid[1], size, smooth=False)
    across += np.arange(width, dtype=np.float32)
    down += np.arange(height, dtype=np.float32)[:, None]
    return cv2.remap(image, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def move_boxes(boxes: np.ndarray, grid: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The upright boxes (n, 4) around boxes whose corners and middles of edges are displaced as `move_image` does with the ink."""
    if not len(boxes):
        return boxes
    left, top, right, bottom = np.asarray(boxes, np.float64).T
    middle, centre = (left + right) / 2, (top + bottom) / 2
    xs = np.stack([left, middle, right, right, right, middle, left, left], 1)
    ys = np.stack([top, top, top, centre, bottom, bottom, bottom, centre], 1)
    points = np.stack([xs, ys], 2).reshape(-1, 2)
    if len(points) < CELLS**2:
        points = points + inverse(grid, points - 0.5, size)
    else:  # cheaper for many, and nearly as exact
        points = points + sample_grid(inverse_grid(grid, size), points - 0.5, size)
    points = points.reshape(-1, 8, 2)
    return np.concatenate([points.min(1), points.max(1)], 1).astype(np.float32)


def tilt(image: np.ndarray, boxes: np.ndarray, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A picture and its boxes moved by a matrix, source to worn picture, in coordinates with pixel edges at whole numbers."""
    cv2 = require_cv2()
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])  # OpenCV counts from pixels' centres
    centred = np.linalg.inv(half) @ matrix @ half
    worn = cv2.warpPerspective(image, centred, image.shape[1::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return worn, map_boxes(boxes, matrix)
