"""How far a system's confidence can be believed, over all pictures of plain text of a run: of its words, and of whole pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..metrics.calibration import accuracy_at, aurc, calibration_error, grouped, outcomes, reliability, risk_coverage, share_error
from .suite import Scored

KEPT = 0.9  # share of the words that is kept when the least sure are refused
BARS = 10
POINTS = 60  # of a curve, at most


def trust(rows: Iterable[Scored]) -> dict[str, Any] | None:
    """Calibration of the confidences of words; None where no word has one. Of pictures, the same is under `pages`.

    A word is right as `metrics.calibration.outcomes` says. What is expected of a picture is the mean of its words'
    confidences, to be compared with the share of its words that is right.
    """
    told = [row for row in rows if row.words]
    if not told:
        return None
    sure = np.array([min(max(chance, 0.0), 1.0) for row in told for _, chance in row.words])
    right = np.concatenate([outcomes([word for word, _ in row.words], str(row.item.truth)) for row in told])
    pages = np.repeat(np.arange(len(told)), [len(row.words) for row in told])
    return {"words": len(sure), **figures(sure, right), "pages": shares(sure, right, pages)}


def figures(sure: np.ndarray, right: np.ndarray) -> dict[str, Any]:
    """Of confidences (n,) and outcomes (n,): their means, `ece` the calibration error, `aurc` the area under risk and coverage,
    `kept` how much is right of the surest nine tenths; the bars of a reliability diagram; [coverage, risk, confidence] of a curve."""
    found = {"right": float(right.mean()), "sure": float(sure.mean())}
    found |= {"ece": float(calibration_error(sure, right)), "aurc": aurc(sure, right), "kept": accuracy_at(sure, right, KEPT)}
    curve = risk_coverage(sure, right)
    some = np.unique(np.linspace(0, len(curve.risk) - 1, POINTS).round().astype(int))
    points = np.stack([curve.coverage[some], curve.risk[some], curve.threshold[some]], 1).round(5).tolist()
    return {**found, "bars": [bar._asdict() for bar in reliability(sure, right, BARS)], "curve": points}


def shares(sure: np.ndarray, right: np.ndarray, groups: np.ndarray) -> dict[str, Any]:
    """The same of groups of words, pages or blocks: `count` of them, and `error`, how far expected shares are from true ones."""
    expected, true, counts = grouped(sure, right, groups)
    about = {"count": len(counts), "error": share_error(expected, true), "error_by_words": share_error(expected, true, counts)}
    return {**about, **figures(expected, true)}
