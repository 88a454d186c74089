"""Words of a reading beside the true ones of a drawn sample: which is which, where each stands, and whether it is right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..metrics.boxes import THRESHOLD, overlaps
from ..metrics.edits import paired, shares
from ..metrics.text import normalise
from ..schema import AREA, Box, Sample, Word

GAP = 0.4  # what a word without partner costs; a pair costs its share of edits
_WORD = re.compile(r"\S+")


class Placed(NamedTuple):
    """Of one picture: true words with ink, those of them whose box was found, those read right, and both at once.

    `sure` has (confidence, 1 right or 0 wrong) of every word that was read with a confidence.
    """

    words: int = 0
    found: int = 0
    read: int = 0
    found_of_read: int = 0
    sure: tuple[tuple[float, float], ...] = ()


def true_words(sample: Sample) -> list[tuple[str, Box | None]]:
    """The words of a sample's plain text in order, each with the box around its ink within the picture; None without."""
    height, width = sample.image.shape[:2]
    edges = np.array([width, height, width, height], np.float32)
    glyphs = sample.glyphs
    inked = np.array([letter != AREA and not letter.isspace() for letter in glyphs.text], bool)
    boxes = np.clip(glyphs.boxes.reshape(-1, 4), 0, edges)
    found: list[tuple[str, Box | None]] = []
    for match in _WORD.finditer(sample.plain):
        own = boxes[inked & (glyphs.plain >= match.start()) & (glyphs.plain < match.end())]
        found.append((match[0], (*map(float, own[:, :2].min(0)), *map(float, own[:, 2:].max(0))) if len(own) else None))
    return found


def aligned(read: Sequence[str], truth: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs (place in `read`, place in `truth`), both ascending, of least cost; words with little in common are no pair."""
    return paired(shares(read, truth), GAP)


def place(words: Sequence[Word], sample: Sample, least: float = THRESHOLD) -> Placed:
    """How many words were found where they stand: boxes with an intersection over union of at least `least`."""
    true = true_words(sample)
    read, truth = [normalise(word.text) for word in words], [normalise(text) for text, _ in true]
    pairs = aligned(read, truth)
    right = {row for row, column in pairs if read[row] == truth[column]}
    inked = [(row, column) for row, column in pairs if true[column][1] is not None]
    found = {row for row, column in inked if _overlap(words[row].box, true[column][1]) >= least}
    return Placed(
        words=sum(box is not None for _, box in true),
        found=len(found),
        read=len(right & {row for row, _ in inked}),
        found_of_read=len(found & right),
        sure=tuple((word.confidence, float(row in right)) for row, word in enumerate(words) if word.confidence is not None),
    )


def _overlap(one: Box | None, other: Box | None) -> float:
    return float(overlaps(np.array(one), np.array(other))[0, 0]) if one and other else 0.0
