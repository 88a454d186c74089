"""Our tree edit distance against that of the `apted` package on random tables."""

from __future__ import annotations

import os
import random

import pytest

from gotocr.metrics.text import distance
from gotocr.metrics.tree import teds

apted = pytest.importorskip("apted")


class Node:
    def __init__(self, label, children=()):
        self.label, self.children = label, list(children)


class Costs(apted.Config):
    def rename(self, one, other):
        if isinstance(one.label, str) or isinstance(other.label, str):
            return float(one.label != other.label)
        if one.label[:2] != other.label[:2]:
            return 1.0
        return distance(one.label[2], other.label[2]) / max(len(one.label[2]), len(other.label[2]), 1)

    def children(self, node):
        return node.children


def some_table(most: int):
    def text():
        return "".join(random.choices("abc 12", k=random.choice([0, 1, 4, 9, 70]))).strip()

    return [
        [(random.choice([1, 1, 1, 2]), 1, " ".join(text().split())) for _ in range(random.randrange(5))]
        for _ in range(random.randrange(1, most))
    ]


def tree(table):
    return Node("table", [Node("tr", [Node(cell) for cell in row]) for row in table])


@pytest.mark.parametrize("seed", range(25 * int(os.environ.get("GOTOCR_SEEDS", 1))))
def test_the_same_distance(seed):
    random.seed(seed)
    one, other = some_table(7), some_table(7)
    if random.random() < 0.6:
        other = [row[:] for row in one]
        for _ in range(random.randrange(1, 4)):
            other.insert(random.randrange(len(other) + 1), [(1, 1, "x")] * random.randrange(3))
            del other[random.randrange(len(other))][:1]
    edits = apted.APTED(tree(one), tree(other), Costs()).compute_edit_distance()
    most = max(sum(len(row) + 1 for row in table) for table in (one, other))
    assert teds(one, other) == pytest.approx(max(1 - edits / most, 0.0))
