"""GriTS: values of the published procedure, never above the true optimum, and falling with damage."""

from __future__ import annotations

import time
from itertools import combinations

import numpy as np
import pytest

from gotocr.metrics.grits import GridCell, aligned, content, location, most_similar, topology

TRUTH = [
    GridCell(0, 0, 2, 1, "plant", (0, 0, 20, 20)),
    GridCell(0, 1, 1, 2, "height", (20, 0, 60, 10)),
    GridCell(1, 1, 1, 1, "June", (20, 10, 40, 20)),
    GridCell(1, 2, 1, 1, "July", (40, 10, 60, 20)),
    GridCell(2, 0, 1, 1, "bean", (0, 20, 20, 30)),
    GridCell(2, 1, 1, 1, "12.5", (20, 20, 40, 30)),
    GridCell(2, 2, 1, 1, "31", (40, 20, 60, 30)),
]
READ = [
    GridCell(0, 0, 1, 1, "plant", (0, 0, 20, 10)),
    GridCell(0, 1, 1, 2, "heights", (20, 0, 60, 10)),
    GridCell(1, 0, 1, 1, "", (0, 10, 20, 20)),
    GridCell(1, 1, 1, 1, "June", (22, 10, 40, 20)),
    GridCell(1, 2, 1, 1, "Iuly", (40, 10, 60, 20)),
    GridCell(2, 0, 1, 1, "bean", (0, 20, 20, 30)),
    GridCell(2, 1, 1, 1, "1 2.5", (20, 20, 40, 30)),
    GridCell(2, 2, 1, 1, "31", (40, 20, 60, 30)),
    GridCell(3, 0, 1, 3, "note", (0, 30, 60, 40)),
]
# F1, precision and recall by the procedure of table-transformer's src/grits.py (`factored_2dlcs`, commit 00d92dc), written out
# again cell by cell; not by running that program itself
PUBLISHED = {
    topology: (0.761904761904762, 0.6666666666666666, 0.8888888888888888),
    content: (0.712861212861213, 0.6237535612535613, 0.8316714150047484),
    location: (0.7523809523809525, 0.6583333333333333, 0.8777777777777778),
}
every_kind = pytest.mark.parametrize("grits", PUBLISHED, ids=lambda function: function.__name__)


@every_kind
def test_values_of_the_published_procedure(grits):
    assert grits(READ, TRUTH) == pytest.approx(PUBLISHED[grits], abs=1e-12)


@every_kind
def test_the_same_table_is_perfect_and_none_is_nothing(grits):
    assert grits(TRUTH, TRUTH) == (1, 1, 1) and grits([], []) == (1, 1, 1)
    assert grits([], TRUTH) == grits(TRUTH, []) == (0, 0, 0)


def test_each_kind_sees_its_own_damage():
    spelt = [cell._replace(text=cell.text.replace("J", "j")) for cell in TRUTH]
    split = [cell._replace(columns=1) for cell in TRUTH]
    moved = [cell._replace(box=tuple(np.add(cell.box, 3))) for cell in TRUTH]
    assert content(spelt, TRUTH).f1 < 1 and topology(spelt, TRUTH).f1 == location(spelt, TRUTH).f1 == 1
    assert topology(split, TRUTH).f1 < 1
    assert location(moved, TRUTH).f1 < 1 and content(moved, TRUTH).f1 == topology(moved, TRUTH).f1 == 1


@every_kind
def test_a_place_without_a_cell_is_no_cell(grits):
    ragged = TRUTH[:-1]
    assert grits(ragged, ragged).f1 == 1.0
    assert grits(ragged, TRUTH).f1 == pytest.approx(8 / 9)


def best(likeness: np.ndarray) -> float:
    """The most similar substructures by trying all choices of rows and columns."""
    rows, columns, r, c = likeness.shape
    tries = 0.0
    for count in range(1, min(rows, r) + 1):
        for one in combinations(range(rows), count):
            for other in combinations(range(r), count):
                summed = likeness[list(one), :, list(other), :].sum(0)  # (C, c)
                tries = max(tries, sum(summed[pair] for pair in aligned(summed)))
    return tries


def test_never_above_the_true_optimum_and_mostly_equal_to_it():
    rng = np.random.default_rng(4)
    equal = 0
    for _ in range(60):
        shape = rng.integers(1, 4, 4)
        likeness = rng.random(shape) ** 3
        true = best(likeness)
        found = most_similar(likeness).recall * shape[0] * shape[1]
        assert found <= true + 1e-12
        equal += found > true - 1e-12
    assert equal >= 30


def test_the_best_alignment_is_found():
    rng = np.random.default_rng(9)
    for _ in range(40):
        n, m = rng.integers(1, 5, 2)
        rewards = rng.random((n, m))
        tries = [
            sum(rewards[pair] for pair in zip(rows, columns, strict=True))
            for count in range(min(n, m) + 1)
            for rows in combinations(range(n), count)
            for columns in combinations(range(m), count)
        ]
        assert sum(rewards[pair] for pair in aligned(rewards)) == pytest.approx(max(tries))


def test_endless_spans_end_soon():
    wide = [GridCell(row, 0, 60_000, 1_000, "x") for row in range(50)]
    start = time.process_time()
    assert content(wide, TRUTH).f1 == topology(wide, TRUTH).f1 == 0.0 and content(wide, wide).f1 == 1.0
    assert time.process_time() - start < 0.5
