"""Whether confidences can be believed: calibration error, Brier score, log loss, and what is won by leaving out the unsure.

All take `sure`, (n,) confidences in [0, 1], and `right`, (n,) whether each was right; without any items the figures are nan.

- Reliability and ECE: Guo et al., "On Calibration of Modern Neural Networks" (2017), section 2, with bins of equal width,
  (0, 1/b], (1/b, 2/b] ... with 0 in the first; or of equal mass, as many items in each (Nguyen and O'Connor 2015, ACE).
- Brier score: Brier (1950), of the two classes right and wrong: the mean square of confidence less outcome.
- Risk and coverage, AURC: Geifman and El-Yaniv, "Selective Classification for Deep Neural Networks" (2017); the area is the
  mean risk over all coverages 1/n ... 1, as in "Bias-Reduced Uncertainty Estimation" (2019), with the part no order could
  save taken off in E-AURC. Equal confidences come in or stay out together, so that the order of the items does not matter.

An outcome may be a share, too: of a page, how many of its words are right, beside how many were expected to be (`grouped`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .text import normalise

BINS = 15  # as Guo et al. take
LEAST = 1e-12  # confidences are kept this far from 0 and 1 in the log loss


class Bin(NamedTuple):
    """One bar of a reliability diagram: where it stands, how many items fell there, how sure and how often right they are."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def reliability(sure: np.ndarray, right: np.ndarray, bins: int = BINS, equal_mass: bool = False) -> list[Bin]:
    """The bars that hold any items, from the least sure. Bars of equal mass differ by one item at most."""
    sure, right = _checked(sure, right)
    order = np.argsort(sure, kind="stable")
    if equal_mass:
        parts = np.array_split(order, bins)
        edges = [(sure[part[0]], sure[part[-1]]) if len(part) else (0.0, 0.0) for part in parts]
    else:
        limits = np.linspace(0.0, 1.0, bins + 1)
        parts = np.split(order, np.searchsorted(sure[order], limits[1:-1], side="right"))
        edges = list(zip(limits[:-1], limits[1:], strict=True))
    return [
        Bin(float(low), float(high), len(part), float(sure[part].mean()), float(right[part].mean()))
        for part, (low, high) in zip(parts, edges, strict=True)
        if len(part)
    ]


def calibration_error(sure: np.ndarray, right: np.ndarray, bins: int = BINS, equal_mass: bool = False) -> float:
    """ECE: how far accuracy is from confidence in the bins, each weighing as many items as it holds."""
    bars = reliability(sure, right, bins, equal_mass)
    total = sum(bar.count for bar in bars)
    return sum(bar.count * abs(bar.accuracy - bar.confidence) for bar in bars) / total if total else np.nan


def outcomes(words: Sequence[str], truth: str) -> np.ndarray:
    """(n,) 1 for each word that is right, else 0: where the truth has it and no word before it has taken that place.

    Bags of words, case and all, after NFKC, as words F1 counts.
    """
    left = Counter(normalise(truth).split())
    found = []
    for word in words:
        parts = normalise(word).split()
        right = bool(parts) and all(left[part] > 0 for part in parts)
        left.subtract(parts if right else ())
        found.append(float(right))
    return np.array(found)


def grouped(sure: np.ndarray, right: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each group (of the words of a page, say): the share expected to be right, the share that is, how many there are: (k,) each.

    `groups` is (n,), a number for each item; the expected share is the mean of the confidences.
    """
    sure, right = _checked(sure, right)
    _, at = np.unique(np.asarray(groups), return_inverse=True)
    counts = np.bincount(at) if len(at) else np.zeros(0, int)
    return np.bincount(at, sure)[: len(counts)] / counts, np.bincount(at, right)[: len(counts)] / counts, counts


def share_error(sure: np.ndarray, right: np.ndarray, weights: np.ndarray | None = None) -> float:
    """How far expected shares are from true ones, in the mean, each weighing the same or as `weights` say."""
    sure, right = _checked(sure, right)
    return float(np.average(np.abs(sure - right), weights=weights)) if len(sure) else np.nan


def brier(sure: np.ndarray, right: np.ndarray) -> float:
    """Mean square of confidence less outcome, 0 (best) to 1."""
    sure, right = _checked(sure, right)
    return float(np.mean((sure - right) ** 2)) if len(sure) else np.nan


def log_loss(sure: np.ndarray, right: np.ndarray) -> float:
    """Negative log likelihood of the outcomes, in nats an item."""
    sure, right = _checked(sure, right)
    chances = np.clip(np.where(right > 0, sure, 1.0 - sure), LEAST, 1.0)
    return float(-np.log(chances).mean()) if len(sure) else np.nan


class Selection(NamedTuple):
    """What is left when all below a confidence are refused: (k,) arrays, from the surest alone to all items."""

    threshold: np.ndarray
    coverage: np.ndarray
    risk: np.ndarray


def risk_coverage(sure: np.ndarray, right: np.ndarray) -> Selection:
    """The share of items kept and the share of those that is wrong, at each confidence that occurs."""
    sure, right = _checked(sure, right)
    order = np.argsort(-sure, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(sure[order]) != 0, True))[: len(sure)]
    wrong, kept = np.cumsum(1.0 - right[order])[ends], ends + 1
    return Selection(sure[order][ends], kept / max(len(sure), 1), wrong / kept)


def aurc(sure: np.ndarray, right: np.ndarray) -> float:
    """Mean risk over the coverages 1/n ... 1, items of equal confidence being in the order expected by chance."""
    sure, right = _checked(sure, right)
    n = len(sure)
    if not n:
        return np.nan
    values, group = np.unique(-sure, return_inverse=True)
    share = (np.bincount(group, 1.0 - right, len(values)) / np.bincount(group, minlength=len(values)))[np.sort(group)]
    return float((np.cumsum(share) / np.arange(1, n + 1)).mean())


def excess_aurc(sure: np.ndarray, right: np.ndarray) -> float:
    """AURC less that of the best order there could be, all that is right before all that is wrong."""
    right = np.asarray(right, np.float64).ravel()
    return aurc(sure, right) - aurc(right, right)


def accuracy_at(sure: np.ndarray, right: np.ndarray, coverage: float) -> float:
    """How often right are the surest items, as few as make up at least `coverage` of all."""
    curve = risk_coverage(sure, right)
    if not len(curve.risk):
        return np.nan
    return float(1.0 - curve.risk[min(np.searchsorted(curve.coverage, coverage - 1e-12), len(curve.risk) - 1)])


def coverage_at(sure: np.ndarray, right: np.ndarray, accuracy: float) -> float:
    """The greatest share of items that can be kept with at least this accuracy; 0 where none can."""
    curve = risk_coverage(sure, right)
    good = curve.coverage[1.0 - curve.risk >= accuracy - 1e-12]
    return float(good.max()) if len(good) else 0.0


def _checked(sure: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as (n,) floats. Raises ValueError for other lengths and for confidences that are no probabilities."""
    sure, right = np.asarray(sure, np.float64).ravel(), np.asarray(right, np.float64).ravel()
    if len(sure) != len(right):
        raise ValueError(f"{len(sure)} confidences and {len(right)} outcomes; there must be one of each for every item")
    if not ((sure >= 0) & (sure <= 1)).all():
        raise ValueError("confidences must lie between 0 and 1")
    return sure, right
