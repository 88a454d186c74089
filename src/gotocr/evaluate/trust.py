"""How far a system's confidence in its words can be believed, over all pictures of plain text of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..metrics.calibration import accuracy_at, aurc, calibration_error, reliability
from ..metrics.text import normalise
from .suite import Scored

KEPT = 0.9  # share of the words that is kept when the least sure are refused
BARS = 10


def trust(rows: Iterable[Scored]) -> dict[str, Any] | None:
    """Calibration of the confidences of words (see `metrics.calibration`); None where no word has one.

    A word is right where the truth has it and no other word of the reading has taken that place: bags of words, case
    and all, after NFKC, as words F1 counts. `ece` is the calibration error, `aurc` the area under risk and coverage,
    `kept` how many are right of the surest nine tenths.
    """
    pairs = [pair for row in rows for pair in outcomes(row.words, str(row.item.truth))]
    if not pairs:
        return None
    sure, right = np.array(pairs, np.float64).T
    figures = {"words": len(pairs), "right": float(right.mean()), "sure": float(sure.mean())}
    figures |= {"ece": float(calibration_error(sure, right)), "aurc": aurc(sure, right), "kept": accuracy_at(sure, right, KEPT)}
    return {**figures, "bars": [bar._asdict() for bar in reliability(sure, right, BARS)]}


def outcomes(words: Sequence[tuple[str, float]], truth: str) -> list[tuple[float, float]]:
    """(confidence, 1 right or 0 wrong) of each word, in the order they were read."""
    left = Counter(normalise(truth).split())
    found = []
    for word, confidence in words:
        parts = normalise(word).split()
        right = bool(parts) and all(left[part] > 0 for part in parts)
        left.subtract(parts if right else ())
        found.append((min(max(confidence, 0.0), 1.0), float(right)))
    return found
