"""Pictures of a suite, made small and put into the page as data; what cannot be shown says why."""

from __future__ import annotations

import base64
import io
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ...errors import GotocrError
from ...pixels.source import page_of
from ...pixels.web import shown

WIDEST, TALLEST = 800, 1600  # pixels of a picture in the page
DPI = 100.0  # PDF pages: letter paper is 850 pixels wide
QUALITY = 80  # JPEG


@dataclass(frozen=True)
class Picture:
    """A picture as a `data:` address, and its size in pixels."""

    address: str
    width: int
    height: int


def embed(image: str, page: int, folder: Path) -> Picture | str:
    """The picture at the path `image` within `folder`, small enough for the page; or, as one line, why there is none.

    Paths come from the suite's own files: one that leads out of the folder is not followed.
    """
    inside = os.path.normpath(image)
    if "\0" in image or os.path.isabs(inside) or inside.split(os.sep)[0] == os.pardir:
        return "it lies outside the suite's folder"
    path = Path(os.path.abspath(folder)) / inside
    if not os.path.isfile(path):  # also where the name is none that a file can have
        return f"there is no file {image}"
    try:
        return shrink(page_of(path, max(page, 0), dpi=DPI).image)
    except GotocrError as error:
        return str(error).replace(shown(str(path)), image)  # without the path on this machine


def shrink(image: np.ndarray) -> Picture:
    """A picture (H, W, 3) uint8 no larger than the page needs, as PNG or JPEG, whichever takes less."""
    small = Image.fromarray(image)
    small.thumbnail((WIDEST, TALLEST), Image.Resampling.LANCZOS, reducing_gap=3.0)
    red, green, blue = small.split()
    if red.tobytes() == green.tobytes() == blue.tobytes():
        small = red
    coded = []
    for name, options in (("png", {}), ("jpeg", {"quality": QUALITY, "optimize": True})):
        body = io.BytesIO()
        small.save(body, name, **options)
        coded.append((body.tell(), name, body))
    _, name, body = min(coded, key=lambda entry: entry[0])
    return Picture(f"data:image/{name};base64,{base64.b64encode(body.getvalue()).decode('ascii')}", *small.size)
