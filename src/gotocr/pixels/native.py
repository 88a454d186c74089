"""Our small model's view of a page: its own aspect ratio, cost by area, sides padded to the model's stride."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from ..errors import UsageError
from ..schema import Page, Pixels, Region
from .region import cut, size, to_page
from .resize import LEVELS, resize
from .textheight import ink, text_height

__all__ = ["MAX_PIXELS", "SEEN_LETTERS", "STRIDE", "fit", "is_blank", "letter_height", "letter_scale", "normalise", "text_height", "to_page", "view"]

MAX_PIXELS = 1_500_000
MIN_HEIGHT = 32
SEEN_LETTERS = (8.0, 16.0)  # nano reads letters between these heights best, in pixels of its picture
CROP = (400, 200)  # a picture up to this width and height may be one word cut out of a photograph ...
CROP_LETTERS = (0.25, 0.8)  # ... whose letters then fill this share of its height
LEAST_PRINT, MANY_STROKES = 4.0, 8  # a line of small print: pixels of a letter, strokes side by side
FLAT = 12.0  # gray levels between the darkest and the lightest hundredth of a picture without anything on it
STRIDE = (32, 16)  # width and height of the smallest cell of the model's picture


def view(
    page: Page,
    *,
    region: Region | None = None,
    scale: float = 1.0,
    max_pixels: int = MAX_PIXELS,
    stride: tuple[int, int] = STRIDE,
    min_height: int = MIN_HEIGHT,
) -> Pixels:
    """A page, or the box of `region`, as (1, 3, H, W) float32 in [-1, 1].

    `scale` is the wanted size in model pixels per page pixel; it is lowered where the padded picture would have
    more than `max_pixels`. H and W are multiples of `stride` = (width, height), H at least `min_height`; the
    picture's right and bottom edges are repeated to fill them. Raises `UsageError` for an empty box, a region
    that is only a frame's colour, or a scale that is not positive.
    """
    if not (math.isfinite(scale) and scale > 0):
        raise UsageError(f"the scale must be a positive number (got {scale})")
    if region is not None and region.box is None and region.colour is not None:
        raise UsageError("this model does not look for coloured frames; give the region as a box")
    image, offset = cut(page, region.box if region else None)
    height, width = image.shape[:2]
    (new_width, new_height), (full_width, full_height) = fit(
        (width, height), scale=scale, max_pixels=max_pixels, stride=stride, min_height=min_height
    )
    seen = resize(image, new_width, new_height)
    padding = ((0, full_height - new_height), (0, full_width - new_width), (0, 0))
    return Pixels(
        values=normalise(np.pad(seen, padding, mode="edge"))[None],  # (1, 3, H, W)
        scale=(new_width / width, new_height / height),
        offset=(float(offset[0]), float(offset[1])),
        page_size=size(page),
    )


def fit(
    picture_size: tuple[int, int],
    *,
    scale: float = 1.0,
    max_pixels: int = MAX_PIXELS,
    stride: tuple[int, int] = STRIDE,
    min_height: int = MIN_HEIGHT,
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Width and height a picture is resized to, and those it is then padded to.

    Raises `UsageError` where not even the smallest picture stays within `max_pixels`.
    """
    least = stride[0] * _up(min_height, stride[1])
    if max_pixels < least:
        raise UsageError(f"max_pixels must be at least {least} (got {max_pixels})")
    while True:
        seen = tuple(max(1, round(side * scale)) for side in picture_size)
        padded = (_up(seen[0], stride[0]), _up(max(seen[1], min_height), stride[1]))
        if padded[0] * padded[1] <= max_pixels:
            return seen, padded
        scale *= min(0.999, math.sqrt(max_pixels / (padded[0] * padded[1])))


def letter_height(page: Page) -> float | None:
    """The height of a page's letters in pixels: `text_height`, held within reason on crops the size of a word.

    Small letters are believed where they stand in several lines.
    """
    found = text_height(page)
    width, height = size(page)
    if width > CROP[0] or height > CROP[1]:
        return found
    least, most = (share * height for share in CROP_LETTERS)
    if found and found < least and _is_small_print(page, found):
        return found
    return min(max(found, least), most) if found else height / 2


def _is_small_print(page: Page, letters: float) -> bool:
    """Whether there are several lines of letters so tall, parted by paper: no word out of a photograph has them."""
    mask = ink(Image.fromarray(page.image).convert("L"))  # (H, W)
    if mask is None or letters < LEAST_PRINT:
        return False
    strokes = np.count_nonzero(np.diff(mask.astype(np.int8), axis=1, prepend=0) == 1, axis=1)  # (H,)
    ends = np.flatnonzero(np.diff(np.concatenate([[0], strokes > 0, [0]])))
    lines = [strokes[top:bottom].max() for top, bottom in ends.reshape(-1, 2) if 0.7 * letters < bottom - top < 3 * letters]
    return sum(most >= MANY_STROKES for most in lines) >= 2


def letter_scale(letters: float) -> float:
    """Model pixels per page pixel for letters of that height: they are brought to the nearer end of `SEEN_LETTERS`."""
    return min(max(letters, SEEN_LETTERS[0]), SEEN_LETTERS[1]) / letters


def is_blank(page: Page) -> bool:
    """True where nothing stands out from the paper; on small crops, whose ink may be faint, only where all is flat."""
    width, height = size(page)
    gray = Image.fromarray(page.image).convert("L")
    low, high = np.percentile(np.asarray(gray), (1, 99))
    if high - low < FLAT or (width > CROP[0] or height > CROP[1]):
        step = max(1, math.isqrt(width * height // MAX_PIXELS))
        return ink(gray.reduce(step)) is None and text_height(page) is None
    return False


def normalise(image: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 -> (3, H, W) float32, black -1 and white 1."""
    values = np.ascontiguousarray(image.transpose(2, 0, 1)).astype(np.float32)  # (3, H, W)
    values /= LEVELS - 1
    values -= 0.5
    values /= 0.5
    return values


def _up(length: int, step: int) -> int:
    return -(-length // step) * step
