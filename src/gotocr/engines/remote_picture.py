"""What a server is shown of a page: the page, or its bands, no larger than a server likes, as PNG or JPEG by what is on it."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

import numpy as np
from PIL import Image

from ..pixels.bands import bands
from ..pixels.native import is_blank
from ..pixels.region import cut, size
from ..pixels.resize import resize
from ..pixels.strip import strip_parts
from ..pixels.textheight import text_height
from ..pixels.views import View
from ..schema import Page, Pixels, Task

LEAST_LETTERS = 8.0  # pixels of x-height in the picture that is sent, where a page may be cut into bands for that
LEAST_SIDE = 64  # pixels: some models refuse pictures with a shorter side than a patch or two
MOST_BYTES = 4 << 20  # of a picture, before base64: what the strictest servers take
FLAT = 0.5  # share of neighbouring pixels that are equal, from where on PNG is the smaller and the better
QUALITY = (92, 80, 65)  # of JPEG, the next where the file is too large
SMALLER = 0.75  # what a picture is shrunk to that is too large all the same

Box = tuple[int, int, int, int]


def views(page: Page, task: Task, side: int) -> list[View]:
    """What is shown of a page, in order, and what parts its text from that before; nothing of a blank page."""
    if is_blank(page):
        return []  # nothing to read, so nothing is invented
    return [View(picture(page, box, side), before) for box, before in _boxes(page, task, side)]


def _boxes(page: Page, task: Task, side: int) -> Iterator[tuple[Box, str]]:
    width, height = size(page)
    letters = None if task.tiles == 1 else text_height(page)
    longest = side * letters / LEAST_LETTERS if letters else 0.0
    if letters and max(width, height) > longest:
        found = bands(page.image, letters, (longest, longest))
        while task.tiles and len(found) > task.tiles:
            longest *= 1.2
            found = bands(page.image, letters, (longest, longest))
        for band in found:
            yield band.box, " " if band.beside else "\n" if task.mode == "plain" else "\n\n" if band.opens else " "
    elif task.trim:
        yield from strip_parts(page, side)
    else:
        yield (0, 0, width, height), ""


def picture(page: Page, box: Box, side: int) -> Pixels:
    """A part of a page as (1, 3, H, W) uint8, levels as they are; its longer side has at most `side` pixels."""
    image, offset = cut(page, box)
    height, width = image.shape[:2]
    scale = min(1.0, side / max(width, height))
    seen = resize(image, max(1, round(width * scale)), max(1, round(height * scale)))
    scales = seen.shape[1] / width, seen.shape[0] / height
    missing = [(0, max(0, LEAST_SIDE - length)) for length in seen.shape[:2]]
    if any(after for _, after in missing):
        seen = np.pad(seen, (*missing, (0, 0)), mode="edge")
    return Pixels(seen.transpose(2, 0, 1)[None], scales, (float(offset[0]), float(offset[1])), size(page))


def data_uri(values: np.ndarray, shrunk: int = 0) -> str:
    """A picture (1, 3, H, W) uint8 as a data URI, made smaller `shrunk` times where a server found it too large."""
    image = np.ascontiguousarray(values[0].transpose(1, 2, 0))  # (H, W, 3)
    kind, data = _encoded(image, MOST_BYTES >> (2 * shrunk))
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _encoded(image: np.ndarray, most: int) -> tuple[str, bytes]:
    picture = Image.fromarray(image)
    if _is_flat(image):
        gray = np.array_equal(image[..., 0], image[..., 1]) and np.array_equal(image[..., 0], image[..., 2])
        data = _saved(picture.convert("L") if gray else picture, "PNG", optimize=False)
        if len(data) <= most:
            return "png", data
    while True:
        for quality in QUALITY:
            data = _saved(picture, "JPEG", quality=quality, subsampling=0)
            if len(data) <= most or max(picture.size) <= LEAST_SIDE:
                return "jpeg", data
        picture = picture.resize([max(1, round(length * SMALLER)) for length in picture.size], Image.Resampling.BICUBIC)


def _is_flat(image: np.ndarray) -> bool:
    """Whether most pixels are as their neighbour: drawn and printed pages, not photographs and scans with grain."""
    if image.shape[1] < 2:
        return True
    return float((image[:, 1:] == image[:, :-1]).all(2).mean()) >= FLAT


def _saved(picture: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()
