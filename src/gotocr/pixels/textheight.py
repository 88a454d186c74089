"""How tall the letters of a page are, estimated from its ink alone, to choose the scale it is read at.

The height meant is that of the band most letters fill: the x-height of mixed-case text, the height of capitals,
digits or ideographs where there is nothing else. Good to about a tenth on printed text and cheap: a tenth of a
second for a page. It knows nothing of drawings: on music, molecules or geometry it measures whatever is there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

from ..schema import Page

WORK_PIXELS = 1_500_000  # larger pages are shrunk before they are measured
FINE_ENOUGH = 9.0  # letters smaller than this after shrinking are measured again on an unshrunk part
MIN_HEIGHT = 3  # ink less tall is dust, or too small to be read at all
MIN_CONTRAST = 15.0  # gray levels between paper and ink
NOISE_FACTOR = 3.5  # ink stands out from the grain of the paper by this many of its standard deviations
UNREST_FACTOR = 3.0  # and from its stains and shades; pure texture reaches about 2
SHARES = (0.5, 0.25)  # of the usual contrast, tried in this order
BLOCK = 16  # side of the blocks in which contrast is looked for
MOST_SUPPORT = 6  # a height need not be shared by more patches than this
BIN = 1.1  # heights within this ratio of each other are alike
KEPT, KEPT_PIXELS = 4, 4_000_000  # masks that are kept, and the largest of them: 8 MB a mask and its picture, at most
WORD = 1.5  # a patch this many times wider than tall is several letters that touch


@dataclass(frozen=True)
class Shapes:
    """Connected patches of ink: arrays of one length, all in pixels."""

    width: np.ndarray
    height: np.ndarray
    area: np.ndarray  # ink alone
    band: np.ndarray  # from the first to the last row with half as much ink as the fullest row: a word's x-height


def text_height(page: Page) -> float | None:
    """The usual height of a page's letters in page pixels, or None where nothing looks like text."""
    whole = Image.fromarray(page.image).convert("L")
    step = math.ceil(math.sqrt(whole.width * whole.height / WORK_PIXELS))
    small = whole.reduce(step) if step > 1 else whole
    height = _measure(small)
    if step == 1 or (height is not None and height >= FINE_ENOUGH):
        return None if height is None else height * step
    finer = _measure(_busiest(whole, small, step))
    return finer if finer is not None or height is None else height * step


def _measure(gray: Image.Image) -> float | None:
    """Full strokes first; where they show no letters, fainter ones (small gray print beside black rules)."""
    for share in SHARES:
        mask = ink(gray, share)
        if mask is None:
            return None
        if (height := band_height(mask)) is not None:
            return height
    return None


def ink(image: Image.Image, share: float = 0.5) -> np.ndarray | None:
    """A gray picture -> (H, W) bool, true on strokes (darker or lighter than the paper), or None for no strokes.

    `share` is how much of the usual contrast between paper and stroke a pixel needs to count as a stroke. The mask is not to be
    written to: the same picture is asked about several times on its way through the reader, and the last few answers are kept.
    """
    gray = image.convert("L")
    if gray.width * gray.height > KEPT_PIXELS:
        return _ink(gray.tobytes(), gray.size, share)
    return _kept_ink(gray.tobytes(), gray.size, share)


def _ink(values: bytes, size: tuple[int, int], share: float) -> np.ndarray | None:
    image = Image.frombytes("L", size, values)
    reach = min(64, max(12, max(image.size) // 16))
    gray = np.asarray(image, np.float32)  # (H, W)
    deviation = _blur(image, reach) - gray
    if float(np.mean(deviation * deviation * deviation)) < 0:  # the rarer side is the ink: light on dark
        gray, deviation = 255 - gray, -deviation
    least = max(MIN_CONTRAST, NOISE_FACTOR * _noise(gray))
    peaks = _block_max(deviation)
    peaks = peaks[peaks > least]
    if peaks.size == 0:
        return None
    rough = deviation > max(0.4 * float(np.median(peaks)), 0.5 * least)
    cover = _blur(Image.fromarray(~rough), reach)  # 0 to 255: how much of the surroundings is paper
    paper = 255 * _blur(Image.fromarray(np.where(rough, 0, gray).astype(np.uint8)), reach) / np.maximum(cover, 1)
    deviation = paper - gray
    contrast = float(np.median(deviation[rough]))
    if contrast < least or _is_restless(deviation, rough, contrast / UNREST_FACTOR):
        return None
    mask = deviation > share * contrast
    mask.flags.writeable = False
    return mask


_kept_ink = lru_cache(maxsize=KEPT)(_ink)


def band_height(mask: np.ndarray) -> float | None:
    """The height of the band most letters fill in a mask of ink, or None where the ink is not like text."""
    found = shapes(runs_of(mask))
    height, width = found.height, found.width
    keep = (height >= MIN_HEIGHT) & (width < 40 * height) & (height < 15 * width)
    keep &= (found.area > 0.08 * width * height) & (found.area >= 1.5 * height)  # no frames, no specks
    if not keep.any():
        return None
    height = np.where(width > WORD * height, found.band, height)
    height, width = height[keep].astype(np.float64), width[keep].astype(np.float64)
    weight = np.minimum(width, 4 * height)
    middle = _mode(height, weight)
    if middle is None:
        return None
    near = (height > middle / BIN**1.6) & (height < middle * BIN**1.6)
    return float(np.average(height[near], weights=weight[near]))


class Runs(NamedTuple):
    """The horizontal runs of ink of a mask, each with the number of the 8-connected patch it belongs to."""

    row: np.ndarray
    start: np.ndarray
    end: np.ndarray  # exclusive
    patch: np.ndarray


def runs_of(mask: np.ndarray) -> Runs:
    """The runs of a (H, W) bool mask, row by row; patches are numbered from 0."""
    height, width = mask.shape
    edge = np.zeros((height, width + 2), np.int8)
    edge[:, 1:-1] = mask
    change = np.diff(edge, axis=1)  # (H, W + 1)
    row, start = np.nonzero(change == 1)
    _, end = np.nonzero(change == -1)
    return Runs(row, start, end, np.unique(_join(row, start, end, width + 2), return_inverse=True)[1])


def shapes(runs: Runs) -> Shapes:
    """What each patch measures."""
    row, start, end, patch = runs
    count = int(patch.max(initial=-1)) + 1
    if count == 0:
        return Shapes(*(np.zeros(0) for _ in range(4)))
    most = int(max(row.max(), end.max())) + 1
    top, left = np.full(count, most), np.full(count, most)
    bottom, right = np.zeros(count, np.int64), np.zeros(count, np.int64)
    np.minimum.at(top, patch, row)
    np.minimum.at(left, patch, start)
    np.maximum.at(bottom, patch, row + 1)
    np.maximum.at(right, patch, end)
    area = np.bincount(patch, weights=end - start, minlength=count)
    band = _bands(patch, row - top[patch], end - start, bottom - top)
    return Shapes(right - left, bottom - top, area, band)


def _bands(label: np.ndarray, row: np.ndarray, length: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Height of each patch's full band, from its runs: patch, row within it and length of each."""
    first = np.cumsum(height) - height  # where each patch's rows begin in one long column
    profile = np.bincount(first[label] + row, weights=length, minlength=int(height.sum()))
    full = profile >= 0.5 * np.repeat(np.maximum.reduceat(profile, first), height)
    place = np.arange(len(profile))
    begin = np.minimum.reduceat(np.where(full, place, len(profile)), first)
    return np.maximum.reduceat(np.where(full, place + 1, 0), first) - begin


def _join(row: np.ndarray, start: np.ndarray, end: np.ndarray, stride: int) -> np.ndarray:
    """One label for all runs that touch, also by a corner; runs come row by row."""
    key = row * stride
    first = np.searchsorted(key + end, key + stride + start, side="left")
    last = np.searchsorted(key + start, key + stride + end, side="right")
    number = np.maximum(last - first, 0)
    upper = np.repeat(np.arange(len(row)), number)
    lower = np.arange(len(upper)) - np.repeat(np.cumsum(number) - number, number) + np.repeat(first, number)
    label = np.arange(len(row))
    while True:
        a, b = label[upper], label[lower]
        if np.array_equal(a, b):
            return label
        least = np.minimum(a, b)
        np.minimum.at(label, a, least)
        np.minimum.at(label, b, least)
        while not np.array_equal(label, label[label]):
            label = label[label]


def _mode(values: np.ndarray, weight: np.ndarray) -> float | None:
    """Where values crowd, in equal ratios; None where they are too scattered to crowd anywhere.

    A few large patches (staves, drawings) do not outvote many small ones.
    """
    ratio = math.log(BIN)
    place = np.rint(np.log(values) / ratio).astype(np.int64)
    crowd = np.convolve(np.bincount(place, weights=weight), [0.5, 1.0, 0.5], mode="same")
    support = np.convolve(np.bincount(place), [1, 1, 1], mode="same")
    crowd[support < min(MOST_SUPPORT, max(1, len(values) // 8))] = 0
    return BIN ** int(np.argmax(crowd)) if crowd.any() else None


def _noise(gray: np.ndarray) -> float:
    """Standard deviation of the paper's grain, from neighbouring pixels."""
    step = np.abs(np.diff(gray[:, ::2] if gray.shape[1] > 2 else gray, axis=1)) if gray.shape[1] > 1 else np.zeros(1)
    return 1.4826 * float(np.median(step)) / math.sqrt(2)


def _is_restless(deviation: np.ndarray, rough: np.ndarray, limit: float) -> bool:
    """Whether the paper's usual deviation, as a standard deviation, is above a limit: by counting, which is quicker than a median."""
    strays = np.abs(deviation) > limit / 1.4826
    strays &= ~rough
    return 2 * np.count_nonzero(strays) > rough.size - np.count_nonzero(rough)


def _block_max(values: np.ndarray) -> np.ndarray:
    """The largest value of each block, those at the right and lower edge being as small as they are."""
    whole = len(values) // BLOCK * BLOCK
    rows = values[:whole].reshape(-1, BLOCK, values.shape[1]).max(1)
    if whole < len(values):
        rows = np.concatenate([rows, values[whole:].max(0, keepdims=True)])
    return np.maximum.reduceat(rows, np.arange(0, values.shape[1], BLOCK), axis=1)


def _blur(image: Image.Image, reach: int) -> np.ndarray:
    """The mean over a square of 2 reach + 1 pixels a side: (H, W) float32, 0 to 255."""
    return np.asarray(image.convert("L").filter(ImageFilter.BoxBlur(reach)), np.float32)


def _busiest(whole: Image.Image, small: Image.Image, step: int) -> Image.Image:
    """The part of `whole`, as large as `small` (which is `whole` shrunk by `step`), that holds the most edges."""
    gray = np.asarray(small, np.float32)
    edges = np.abs(np.diff(gray, axis=0, prepend=gray[:1])) + np.abs(np.diff(gray, axis=1, prepend=gray[:, :1]))
    height, width = gray.shape
    down, across = max(1, height // step), max(1, width // step)
    total = np.pad(np.cumsum(np.cumsum(edges, axis=0, dtype=np.float64), axis=1), ((1, 0), (1, 0)))
    sums = total[down:, across:] - total[:-down, across:] - total[down:, :-across] + total[:-down, :-across]
    y, x = (int(place) * step for place in np.unravel_index(int(np.argmax(sums)), sums.shape))
    return whole.crop((x, y, min(x + width, whole.width), min(y + height, whole.height)))
