"""A picture of a chart: the values read beside the true ones under their names, and its title and source."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ...kinds import code
from ...kinds.chart import literal
from ...kinds.chart.reading import understand
from ...metrics.chart import THRESHOLDS, TOLERANCES, likeness, values_f1
from ...metrics.text import normalised_edit
from ..reading import source
from ..suite import Measure, Score

_SCRM = "Chen et al., OneChart, arXiv 2404.09987, after Xia et al., StructChart, arXiv 2309.11268, section 3.2"
_EQUAL = {
    "strict": "names and number equal",
    "slight": "names at most 2 edits apart, number at most 5% off",
    "high": "names at most 5 edits apart, number at most 10% off",
}
_ALIKE = "equal (name, name, number) triplets over all; of equal numbers a name within the other's counts as equal too"
SHARES = {"ap50": 0.5, "ap75": 0.75, "ap90": 0.9, "exact": 1.0}
_TEXT = "1 - edits over the longer text, after NFKC, white space and case folding; only charts that have one."
MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        **{
            name: Measure(
                f"SCRM AP@{name}",
                f"Share of the thresholds 0.50, 0.55 ... 0.95 that the likeness reaches: {_ALIKE} ({_EQUAL[name]}).",
                _SCRM,
            )
            for name in TOLERANCES
        },
        **{
            key: Measure(
                f"SCRM AP@{share:.0%}" if share < 1 else "exact match",
                f"Share of charts whose likeness, strictly taken, is {'at least ' if share < 1 else ''}{share:.2f}.",
                _SCRM,
            )
            for key, share in SHARES.items()
        },
        "values": Measure(
            "key-value accuracy",
            "F1 of values: right is one with both names equal, case and width of characters aside, that is at most 5% off.",
            "Masry et al., ChartQA, 2022, section 5.1 (relaxed accuracy)",
        ),
        "title": Measure("title similarity", _TEXT, _SCRM),
        "source": Measure("source similarity", _TEXT, _SCRM),
    }
)


def judge(reading: str, truth: str) -> dict[str, Score]:
    """Both are dictionaries in JSON or as Python prints them; what is cut off or broken counts as far as it can be read."""
    written, true = _read(source(reading, "chart")), _read(truth)
    one, other = series(reading), series_of_truth(truth)
    alike = {tolerance: likeness(one, other, tolerance) if one or not other else 0.0 for tolerance in TOLERANCES}
    scores: dict[str, Score] = {
        name: sum(alike[name] >= threshold for threshold in THRESHOLDS) / len(THRESHOLDS) for name in TOLERANCES
    }
    scores |= {key: float(alike["strict"] >= share) for key, share in SHARES.items()}
    scores["values"] = values_f1(one, other)
    for key in ("title", "source"):
        scores[key] = _text(written.get(key), true.get(key))
    return scores


def series(reading: str) -> Mapping[str, Any]:
    """The values that were read under their names, see `kinds.chart.reading.understand`."""
    return understand(_read(source(reading, "chart")))[0]["series"]


def series_of_truth(truth: str) -> Mapping[str, Any]:
    return understand(_read(truth))[0]["series"]


def _read(text: str) -> Mapping[str, Any]:
    raw, _ = literal.read(code.bare(text))
    return raw if isinstance(raw, Mapping) else {}


def _text(written: Any, true: Any) -> Score:
    """The likeness to the best of the true spellings; None where there is none."""
    spellings = [str(one) for one in (true if isinstance(true, list) else [true]) if one not in (None, "", "None")]
    if not spellings:
        return None
    read = "" if written in (None, "None") or isinstance(written, (Mapping, list)) else str(written)
    return max(1.0 - normalised_edit(read.casefold(), one.casefold()) for one in spellings)
