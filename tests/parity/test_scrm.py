"""SCRM against the definition worked out pair by pair, and against numbers that OneChart's own script gave.

The script: ChartSE_eval/SCRM.py of LingyvKong/OneChart at commit 089b355, with rapidfuzz 3.14 for its edit distance.
"""

from __future__ import annotations

import json
import random

import pytest

from gotocr.kinds.chart.reading import parse
from gotocr.metrics.chart import TOLERANCES, likeness

TABLE = {"Sales": {"2001": 10, "2002": 20, "2003": 30}, "Costs": {"2001": 8, "2002": 0, "2003": 12}}
LIST = {"Rail": 41, "Road": 35.5, "Air": 12, "Sea": "11.5%"}
SCRIPT = [  # read, truth, its likeness strictly, with slight and with high tolerance
    (TABLE, TABLE, (1.0, 1.0, 1.0)),
    ({"Sales": {"2001": 10.4, "2002": 20, "2003": 33}, "Costs": {"2001": 8, "2002": 0, "2003": 12}}, TABLE, (0.5, 0.714286, 1.0)),
    ({"Seles": {"2001": 10, "2002": 20, "2003": 30}, "Costs": {"2001": 8, "2002": 1, "2003": 12}}, TABLE, (0.2, 0.714286, 0.714286)),
    (
        {
            "Sales": {"2001": 10, "2002": 26, "2003": 31},
            "Cost": {"2001": 8, "2002": 0, "2003": 11.5},
            "Extra": {"2001": 1, "2002": 2, "2003": 3},
        },
        TABLE,
        (0.25, 0.5, 0.5),
    ),
    ({"Rail": "41", "Roads": 36.5, "Air": 11, "Sea": 11.5}, LIST, (0.333333, 0.6, 1.0)),
    ({"rail": 41, "road": 35.5, "sky": 12, "Sea": 10.5, "Foot": 1}, LIST, (0.285714, 0.5, 0.8)),
]  # fmt: skip


def series(values: dict) -> dict:
    return parse(json.dumps({"values": values})).data["series"]


@pytest.mark.parametrize(("read", "truth", "expected"), SCRIPT)
def test_the_likeness_is_that_of_the_script(read, truth, expected):
    for tolerance, value in zip(TOLERANCES, expected, strict=True):
        for once in (True, False):
            assert likeness(series(read), series(truth), tolerance, once) == pytest.approx(value, abs=1e-6)


def flat(values: dict) -> set[tuple[str, float]]:
    """(both names in order, number) of every value."""
    return {
        ("".join(sorted((name.lower(), inner.lower()))), float(value))
        for name, of in values.items()
        for inner, value in of.items()
    }


def apart(one: str, other: str) -> int:
    """Edit distance by its recurrence."""
    row = list(range(len(other) + 1))
    for n, letter in enumerate(one, 1):
        row, old = [n], row
        for k, mark in enumerate(other, 1):
            row.append(min(old[k] + 1, row[-1] + 1, old[k - 1] + (letter != mark)))
    return row[-1]


def defined(read: dict, truth: dict, tolerance: str) -> tuple[float, float]:
    """The likeness where each true triplet counts once at best, and where it may count for several read ones."""
    edits, share = TOLERANCES[tolerance]
    ones, others = flat(read), flat(truth)
    goes = {
        one: [
            other
            for other in others
            if abs(one[1] - other[1]) / (abs(other[1]) + 1e-6) <= share
            and (one[0] in other[0] or other[0] in one[0] or apart(one[0], other[0]) <= edits)
        ]
        for one in ones
    }

    def most(left: list, taken: frozenset) -> int:
        if not left:
            return 0
        here = [other for other in goes[left[0]] if other not in taken]
        return max([most(left[1:], taken), *(1 + most(left[1:], taken | {other}) for other in here)])

    same = ones & others
    once = len(same) + most([one for one in ones if one not in same], frozenset(same))
    each = sum(bool(found) for found in goes.values())
    total = len(ones) + len(others)
    return once / (total - once), each / (total - each)


@pytest.mark.parametrize("seed", range(60))
def test_the_likeness_is_that_of_the_definition(seed):
    rng = random.Random(seed)
    names = rng.sample(["North", "Nord", "South", "Sout", "East", "West", "A", "B"], 3)
    years = rng.sample(["2001", "2002", "201", "Total", "x"], 2)
    truth = {name: {year: rng.choice([0, 1, 1.04, 10, 10.5, 11]) for year in years} for name in names}
    read = {
        (name if rng.random() < 0.7 else name[:-1] + "o"): {
            year: value if rng.random() < 0.6 else round(value * rng.choice([1.02, 1.08, 1.3]), 3) for year, value in of.items()
        }
        for name, of in truth.items()
    }
    for tolerance in TOLERANCES:
        once, each = defined(read, truth, tolerance)
        assert likeness(series(read), series(truth), tolerance) == pytest.approx(once)
        assert likeness(series(read), series(truth), tolerance, once=False) == pytest.approx(each)
