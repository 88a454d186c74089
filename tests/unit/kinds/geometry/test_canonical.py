"""One figure has one truth, however it was put together."""

from __future__ import annotations

import random

import pytest

from gotocr.draw.figure import Figure, Path, Pen, Step
from gotocr.kinds.geometry.canonical import canonical, fitted, merged
from gotocr.kinds.geometry.tikz import read, write


def spelled(text: str) -> str:
    return write(canonical(read(text).figure))[0]


SAME = [
    ("\\draw (0,0) -- (4,0) -- (0,3) -- cycle;", "\\draw (4,0) -- (0,0);\n\\draw (0,3) -- (4,0);\n\\draw (0,0) -- (0,3);"),
    ("\\draw (0,0) -- (4,0);", "\\draw (2,0) -- (4,0);\n\\draw (0,0) -- (3,0);"),
    ("\\draw (0,0) rectangle (4,2);", "\\draw (4,2) -- (4,0) -- (0,0) -- (0,2) -- cycle;"),
    (
        "\\draw (0,0) -- (4,0) -- (4,3);\n\\draw (0,0) -- (4,3);\n\\draw (4,3) -- (0,3) -- (0,0);",
        "\\draw (0,0) rectangle (4,3);\n\\draw (0,0) -- (4,3);",
    ),
    ("\\fill[red] (0,0) -- (1,0) -- (0,1) -- cycle;", "\\fill[red] (1,0) -- (0,1) -- (0,0) -- cycle;"),
    ("\\node at (1,1) {$A$};\n\\draw (0,0) -- (1,0);", "\\draw (1,0) -- (0,0);\n\\node at (1,1) {$A$};"),
]


@pytest.mark.parametrize("one,two", SAME)
def test_equal_pictures_have_equal_truths(one, two):
    assert spelled(one) == spelled(two)
    assert spelled(spelled(one)) == spelled(one)


def test_other_pens_are_not_joined():
    text = "\\draw (0,0) -- (2,0);\n\\draw[dashed] (2,0) -- (4,0);"
    assert spelled(text) == text


def test_cutting_and_shuffling_lines_changes_nothing():
    rng = random.Random(1)
    for _ in range(60):
        spots = [(rng.randrange(0, 60, 6) / 1.0, rng.randrange(0, 60, 6) / 1.0) for _ in range(6)]
        paths = [Path(a, (Step("line", b),)) for a, b in zip(spots, spots[1:], strict=False) if a != b]
        if not paths:
            continue
        pieces = []
        for path in paths:
            (x0, y0), (x1, y1) = path.start, path.steps[0].numbers
            middle = ((x0 + x1) / 2, (y0 + y1) / 2)
            pieces += [Path((x1, y1), (Step("line", middle),)), Path((x0, y0), (Step("line", middle),)), path]
        rng.shuffle(pieces)
        assert canonical(Figure(tuple(pieces))) == canonical(Figure(tuple(paths)))


def test_merged_pieces_cover_the_same():
    assert merged([((0, 0), (3, 3)), ((2, 2), (6, 6)), ((7, 7), (8, 8)), ((0, 1), (1, 2))]) == [
        ((0, 0), (6, 6)),
        ((0, 1), (1, 2)),
        ((7, 7), (8, 8)),
    ]


def test_a_fitted_figure_is_ten_long_from_the_origin():
    figure = fitted(
        Figure((Path((-3.0, 2.0), (Step("circle", (7.0,)),)), Path((0.0, 0.0), (Step("line", (1.0, 1.0)),), Pen(fill=True))))
    )
    assert write(canonical(figure))[0].splitlines()[1] == "\\draw (5,5) circle (5);"
