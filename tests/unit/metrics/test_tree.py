"""The tree edit distance of tables: by hand for small ones, its laws for others, and fast enough for real ones."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest

from gotocr.metrics.tree import teds, tree_distance, tree_of


def table(*lines: str):
    return [[(1, 1, text) for text in line.split("|")] for line in lines]


def test_known_values():
    one = table("a|b", "c|d")
    assert teds(one, one) == 1.0
    assert teds(one, table("a|b")) == pytest.approx(1 - 3 / 6)
    assert teds(one, table("a|b", "c|x")) == pytest.approx(1 - 1 / 6)
    assert teds(one, table("a|b", "c|x"), structure=True) == 1.0
    assert teds(one, [[(2, 1, "a")], *table("c|d")]) == pytest.approx(1 - 2 / 6)
    assert teds([], one) == 0.0 and teds([], []) == 1.0
    assert teds(table("½ ﬁ"), table("1⁄2  fi")) == 1.0, "texts are normalised"


def test_a_cell_may_become_a_row():
    """The general distance of ordered trees, not an alignment of rows."""
    one, other = tree_of("table", [("tr", ["td"])]), tree_of("table", [("tr", [])])
    same = np.array([[float(a != b) for b in other.labels] for a in one.labels])
    assert tree_distance(one, other, same) == 1.0


def test_symmetry_and_damage():
    random.seed(3)
    for _ in range(20):
        one = table(*("|".join(str(random.randrange(300)) for _ in range(4)) for _ in range(random.randrange(1, 6))))
        other = [row[: random.randrange(5)] for row in one if random.random() < 0.8]
        assert teds(one, other) == pytest.approx(teds(other, one))
        assert 0.0 <= teds(one, other) <= 1.0
        assert (teds(one, other) == 1.0) is (one == other)


def test_thirty_rows_take_well_under_a_second():
    random.seed(7)
    one = table(*("|".join(f"{random.random() * 100:.2f}" for _ in range(6)) for _ in range(30)))
    other = [[(1, 1, text.replace("3", "8")) for _, _, text in row] for row in one[1:]]
    start = time.process_time()
    assert 0.5 < teds(one, other) < 1.0
    assert time.process_time() - start < 1.0
