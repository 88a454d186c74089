"""How much of a block agrees with the page's ink: drawn anew from what was read, compared, and said as one figure from 0 to 1."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from ..errors import GotocrError, MissingExtraError
from ..schema import Block

if TYPE_CHECKING:
    import numpy as np

SCALES = Path(__file__).with_name("scales.json")  # made by `gotocr.evaluate.agreement`
KINDS = ("formula", "table", "chart", "music", "molecule", "geometry")  # what can be drawn anew
SECONDS = 60.0  # that a page's blocks may take together
_NEEDED = ("skia", "fontTools", "cv2", "rdkit", "verovio")


def ready() -> None:
    """Raises MissingExtraError where a package that draws or compares is not installed; loads none of them."""
    if not all(map(find_spec, _NEEDED)):
        raise MissingExtraError("synth", "comparing what was read with the page (--verify)")


def agreement(block: Block, image: np.ndarray) -> float | None:
    """0 to 1: how sure it is that the block, and nothing else, is what `image` (H, W, 3) uint8 shows: the page under its box.

    None where there is nothing to compare: text and code, a block that cannot be drawn, a crop without ink, packages that are
    not installed. Never raises for what is in the block or the picture.
    """
    if block.kind not in KINDS or not all(map(find_spec, _NEEDED)):
        return None
    from cv2 import error

    from .measures import measured

    try:
        figures = measured(block, image)
    except (GotocrError, ArithmeticError, LookupError, ValueError, RecursionError, error):  # the drawing's fault, or that of odd ink
        return None
    return None if not figures else scaled(block.kind, figures)


def scaled(kind: str, figures: Mapping[str, float]) -> float:
    """What the figures of `measures.measured` say together: a logistic regression, fitted to drawn pictures."""
    return with_scale(_scales()[kind], figures)


def with_scale(scale: Mapping[str, Any], figures: Mapping[str, float]) -> float:
    """The same with a scale that is not yet the one in use."""
    at = scale["bias"]
    for name, (middle, spread, weight) in scale["weights"].items():
        at += weight * min(max((figures.get(name, middle) - middle) / spread, -4.0), 4.0)
    return 1 / (1 + math.exp(-min(max(at, -30.0), 30.0)))


@cache
def _scales() -> Mapping[str, Mapping[str, Any]]:
    return json.loads(SCALES.read_text("utf-8"))


def threshold(kind: str) -> float:
    """Below that agreement at least four of five readings of drawn pictures are wrong."""
    return _scales()[kind]["doubt"]


def doubtful(block: Block) -> bool:
    """Whether a block was compared and agrees so little with the page that it should be read again, or looked at."""
    return block.agreement is not None and block.kind in KINDS and block.agreement < threshold(block.kind)


def verified(blocks: Iterable[Block], image: np.ndarray, seconds: float = SECONDS) -> tuple[Block, ...]:
    """The blocks of a page (H, W, 3) uint8 with their agreement, where they have a box and can be drawn. Raises as `ready`.

    Once `seconds` are over, those that are left are not compared: some text is made to take long.
    """
    from .paper import crop

    ready()
    found, end = [], monotonic() + seconds
    for block in blocks:
        if block.kind in KINDS and block.box is not None and monotonic() < end:
            block = replace(block, agreement=agreement(block, crop(image, block.box)))
        found.append(block)
    return tuple(found)
