"""Numbers of any kind become 8-bit RGB."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from .limits import Limits, check_size

WHITE = 255
_CHANNELS = (1, 2, 3, 4)  # gray, gray + alpha, RGB, RGB + alpha


def from_array(array: np.ndarray, limits: Limits) -> np.ndarray:
    """(H, W) or (H, W, 1 to 4) of bool, integers or floats -> (H, W, 3) uint8 RGB, alpha laid on white.

    Raises `InputError` for other shapes and types, `TooLargeError` beyond `limits.max_pixels`.
    """
    fits = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in _CHANNELS)
    if not fits or array.dtype.kind not in "buif":
        raise InputError(
            f"an array of shape {array.shape} and type {array.dtype} is not a picture; "
            "give (height, width) or (height, width, 3 or 4) numbers"
        )
    if array.size == 0:
        raise InputError(f"the array is empty: its shape is {array.shape}")
    check_size(array.shape[1], array.shape[0], limits.max_pixels, "the array")
    values = to_uint8(array)
    if values.ndim == 2:
        values = values[:, :, None]
    alpha = values[:, :, -1:] if values.shape[2] in (2, 4) else None
    colour = values[:, :, :1] if values.shape[2] < 3 else values[:, :, :3]
    if alpha is not None:
        colour = on_white(colour, alpha)
    return np.ascontiguousarray(np.broadcast_to(colour, (*colour.shape[:2], 3)))  # (H, W, 3)


def on_white(colour: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """`colour` (H, W, C) seen through `alpha` (H, W, 1) on white paper, all uint8."""
    cover = alpha.astype(np.uint16)
    mixed = colour * cover + WHITE * (WHITE - cover)
    return ((mixed + WHITE // 2) // WHITE).astype(np.uint8)


def to_uint8(values: np.ndarray) -> np.ndarray:
    """Numbers as 0 to 255, same shape, black to white.

    bool and uint16 by their full range; other types by the range they visibly use: up to 1, up to 255, up to
    65535, or else from their own least to their own greatest. NaN and infinities become white.
    """
    if values.dtype == np.uint8:
        return values
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * np.uint8(WHITE)
    if values.dtype.kind == "u" and values.dtype.itemsize == 2:
        return depth_table(16)[values]
    finite = np.isfinite(values) if values.dtype.kind == "f" else np.ones(values.shape, bool)
    if not finite.any():
        return np.full(values.shape, WHITE, np.uint8)
    low, high = (float(edge(values, where=finite, initial=start)) for edge, start in _edges(values))
    slack = 0.01 if values.dtype.kind == "f" else 0.0  # resampled pictures overshoot a little
    if low >= -slack and high <= 65535 + slack:
        low, high = 0.0, next(top for top in (1.0, 255.0, 65535.0) if high <= top + slack)
    number = np.float32 if -1e6 < low and high < 1e6 else np.float64
    scaled = (np.where(finite, values, high).astype(number) - number(low)) / number(max(high - low, 1e-30) / WHITE)
    return np.where(finite, np.rint(np.clip(scaled, 0, WHITE)), WHITE).astype(np.uint8)


def depth_table(bits: int) -> np.ndarray:
    """(65536,) uint8: what a 16-bit number means in 8 bits when `bits` of its bits are used."""
    top = (1 << bits) - 1
    numbers = np.minimum(np.arange(1 << 16, dtype=np.int64), top)
    return ((numbers * WHITE + top // 2) // top).astype(np.uint8)


def _edges(values: np.ndarray) -> tuple[tuple, tuple]:
    if values.dtype.kind == "f":
        return (np.min, np.inf), (np.max, -np.inf)
    info = np.iinfo(values.dtype)
    return (np.min, info.max), (np.max, info.min)
