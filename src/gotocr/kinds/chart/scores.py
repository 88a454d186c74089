"""How well a chart was read: what was written and the truth, both parsed, and handed to `metrics.chart`."""

from __future__ import annotations

from collections.abc import Callable

from .reading import parse


def _series(text: str):
    return parse(text).data.get("series", {})


def _scrm(tolerance: str) -> Callable[[str, str], float]:
    def score(written: str, truth: str) -> float:
        from ...metrics.chart import scrm

        return scrm(_series(written), _series(truth), tolerance)

    return score


def values(written: str, truth: str) -> float:
    """F1 of the values under their names; see `metrics.chart.values_f1`."""
    from ...metrics.chart import values_f1

    return values_f1(_series(written), _series(truth))


SCORES = {"values": values, **{f"scrm_{tolerance}": _scrm(tolerance) for tolerance in ("strict", "slight", "high")}}
