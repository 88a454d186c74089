"""The two forms in which nano's weights are stored: float16, and int8 with one scale an output channel.

In the form int8 a matrix or kernel (C, ...) is whole numbers of -127..127; its scales stand beside it under `NAME.scales`,
float32 (C, 1, ...), so that the product of both is the matrix, in numpy and in a graph alike. Small tensors stay float16.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..errors import UsageError, WeightsError
from . import FORMS
from .tensors import Entry, TensorFile

SCALES = ".scales"
LEAST = 4096  # elements: smaller tensors weigh nothing, and lose as much
MOST = 127  # symmetric: -128 is never written
# Where a channel's range may end, in units of its largest weight. Seldom below it, where weights are clipped; often a little
# above, where the few large ones happen to lie on steps. So dense there that steps once taken are always found again.
RANGES = np.concatenate([np.linspace(0.7, 0.88, 10), np.linspace(0.9, 1.1, 101)])
FLOATS = ("F32", "F16", "BF16")


def pack(tensors: Mapping[str, np.ndarray], form: str) -> dict[str, np.ndarray]:
    """What a file holds of float32 `tensors` in one of the `FORMS`. Raises WeightsError for numbers that it cannot hold."""
    if form not in FORMS:
        raise UsageError(f"weights are stored as {' or '.join(FORMS)}, not as {form!r}")
    stored = {}
    for name, values in tensors.items():
        if form == "int8" and is_matrix(values.shape):
            if not np.isfinite(values).all():
                raise WeightsError(f"{name} holds numbers that are not finite; train on from an earlier save")
            stored[name], stored[name + SCALES] = quantise(values)
            continue
        with np.errstate(over="ignore"):
            stored[name] = values.astype(np.float16)
        if not np.isfinite(stored[name]).all():
            raise WeightsError(f"{name} holds numbers that float16 cannot; train on from an earlier save")
    return stored


def is_matrix(shape: tuple[int, ...]) -> bool:
    """True for what may be int8: matrices and kernels of some size, never biases and norms."""
    return len(shape) > 1 and int(np.prod(shape)) >= LEAST


def quantise(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Finite `values` (C, ...) as int8 (C, ...) and scales (C, 1, ...) float32, of the least squared error in each channel.

    Of several ranges, each with its own best scale, the best is taken. What was int8 before comes back as it was.
    """
    wide = np.asarray(values, np.float64).reshape(len(values), -1)  # (C, K)
    largest = np.abs(wide).max(1, keepdims=True)  # (C, 1)
    unit = np.where(largest > MOST * np.finfo(np.float32).tiny, largest, np.inf) / MOST  # next to nothing is rounded to nothing
    whole, scales = np.zeros(wide.shape, np.int8), np.ones(largest.shape, np.float32)
    least = np.zeros(largest.shape)  # squared error, less that of zeros
    for end in RANGES:
        steps = np.rint(wide / (unit * end)).clip(-MOST, MOST)
        along, power = (wide * steps).sum(1, keepdims=True), (steps * steps).sum(1, keepdims=True)
        fitted = (along / np.maximum(power, 1)).astype(np.float32).astype(np.float64)
        error = (fitted * power - 2 * along) * fitted
        better = error < least
        least, scales = np.where(better, error, least), np.where(better, fitted, scales).astype(np.float32)
        np.copyto(whole, steps, "unsafe", where=better)
    return whole.reshape(values.shape), scales.reshape(-1, *[1] * (values.ndim - 1))


def shapes(file: TensorFile) -> dict[str, tuple[int, ...]]:
    """The tensors that `file` stands for, by its header alone. What is missing its scales, or has others, stands for nothing."""
    entries = file.entries
    whole = {name for name, entry in entries.items() if _fits(entry, entries.get(name + SCALES))}
    scales = {name + SCALES for name in whole}
    found = whole | {name for name, entry in entries.items() if entry.dtype in FLOATS} - scales
    return {name: entries[name].shape for name in found}


def _fits(entry: Entry, scales: Entry | None) -> bool:
    expected = (*entry.shape[:1], *[1] * (len(entry.shape) - 1))
    return entry.dtype == "I8" and scales is not None and (scales.dtype, scales.shape) == ("F32", expected)


def widen(file: TensorFile, name: str) -> np.ndarray:
    """The tensor of that name, one of `shapes`, in float32. Raises WeightsError for scales that are none."""
    values = file[name].astype(np.float32)
    if file.entries[name].dtype != "I8":
        return values
    scales = file[name + SCALES]
    if not (np.isfinite(scales) & (scales > 0)).all():
        raise WeightsError(f"{file.path}: {name + SCALES} are no scales; get the model again")
    return values * scales
