"""Honest repetition passes, circles do not."""

from __future__ import annotations

import random

import pytest

from gotocr.decode.guard import Guard, Limits


def watch(tokens, box=lambda index: None):
    """The index at which a loop is called and how much is to be cut; None when it never is."""
    guard = Guard()
    for index, token in enumerate(tokens):
        guard.push(token, box(index))
        if guard.loop:
            return index, guard.loop
    return None


def moving(index):
    """Ink that goes right and down like writing does: 40 tokens a line."""
    left, top = 10.0 * (index % 40), 20.0 * (index // 40)
    return (left, top, left + 8, top + 12)


CELLS = [5, 6] * 300  # 300 empty cells: <td> </td>
CONTENTS = [token for line in range(30) for token in [100 + line, *[7] * 120, 300 + line]]  # dotted leaders
ROWS = [token for row in range(60) for token in (1, 2, 40 + row % 9, 3, 2, 50 + row % 7, 3, 4)]


@pytest.mark.parametrize("tokens", [CONTENTS, ROWS, [9] * 250], ids=["leaders", "rows", "rule"])
def test_honest_repetition_passes_without_boxes(tokens):
    assert watch(tokens) is None


@pytest.mark.parametrize("tokens", [CELLS, CONTENTS, ROWS, [9] * 1000], ids=["cells", "leaders", "rows", "rule"])
def test_honest_repetition_passes_where_the_ink_moves_on(tokens):
    assert watch(tokens, moving) is None


def test_prose_passes():
    random.seed(1)
    assert watch([random.choice(range(20)) for _ in range(4096)]) is None


@pytest.mark.parametrize("period", [1, 2, 7, 30, 200])
def test_a_circle_is_found_and_one_round_stays(period):
    index, cut = watch([*range(1000, 1010), *list(range(period)) * 4096])
    assert index + 1 - cut == 10 + period
    assert cut >= Limits().tokens and cut >= Limits().rounds * period


@pytest.mark.parametrize("width", [8.0, 0.0], ids=["ink", "no width"])
def test_ink_read_again_is_noticed_sooner(width):
    cycle = list(range(20))
    where = [(12.0 * n, 0.0, 12.0 * n + width, 10.0) for n in cycle]
    found = watch(cycle * 50, lambda index: where[index % 20])
    blind = watch(cycle * 50)
    assert found and blind and found[0] < blind[0] / 2
    assert found[0] + 1 - found[1] == 20


def test_a_circle_whose_pointer_wanders_is_still_found():
    assert watch([1, 2, 3] * 2000, moving) is not None


def test_run_counts_what_may_be_a_circle():
    guard = Guard()
    runs = []
    for token in [1, 2, 3, 1, 2, 9]:
        guard.push(token)
        runs.append(guard.run)
    assert runs == [0, 0, 0, 1, 2, 0]


def test_boxes_of_any_kind_are_taken():
    guard = Guard()
    for box in [(5, 5, 1, 1), (3, 3, 1, 1), (float("nan"),) * 4, (float("inf"),) * 4, None, (0, 0, 0, 0)] * 60:
        guard.push(1, box)
    assert guard.run == 359
