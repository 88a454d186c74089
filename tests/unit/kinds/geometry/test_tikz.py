"""Our TikZ is read as it is written, foreign TikZ is told to be so, and hostile TikZ does no harm."""

from __future__ import annotations

import random
import time

import pytest

from gotocr.draw.figure import Figure, Label, Path, Pen, Step, extent, lines
from gotocr.kinds import KINDS
from gotocr.kinds.geometry.tikz import LONGEST, read, write

KIND = KINDS["geometry"]
GOOD = [
    "\\draw (0,0) -- (3,4) -- (6,0.5) -- cycle;",
    "\\fill[blue!30] (0,0) circle (2);\n\\draw[thick,dashed,->,red] (0,0) -- (1,1);\n\\node at (1,2.5) {$A_1'$};",
    "\\draw (3,2) ++(10:0.8) arc (10:55:0.8);\n\\draw (1,1) ellipse (2 and 1);\n\\draw (0,0) arc (180:360:2 and 0.5);",
    "\\draw[gray] (0,0) grid[step=2] (10,8);\n\\draw (0,0) sin (1,1) cos (2,0);\n\\draw (0,2) parabola bend (1,0) (2,2);",
    "\\draw plot[smooth] coordinates {(0,0) (1,1) (2,0.5)};\n\\fill (1,1) circle (2pt);"
    "\n\\draw (2,1) circle (2pt);\n\\draw (0,0) rectangle (3,2);",
    "\\fill[green!30] (0,0) -- ++(10:0.8) arc (10:55:0.8) -- cycle;\n\\node at (-1,0) {5 cm};\n\\node at (0,1) {$\\sqrt{2}$};",
]
FOREIGN = [
    "\\tkzDefPoints{0/0/P, 4/1/Q}",
    "\\draw (P) edge (Q);",
    "\\foreach \\x in {1,2} \\draw (\\x,0) -- (1,1);",
    "\\draw (0,0) -- (1,1)",
    "\\path (0,0);",
    "\\draw[decorate] (0,0) -- (1,1);",
    "\\draw (0,0);",
    "\\draw plot[smooth] coordinates {(0,0)};",
    "",
    "hello",
    "\\draw[domain=0:2] plot (\\x,{\\x*2});",
]


@pytest.mark.parametrize("text", GOOD)
def test_what_is_read_is_written_again(text):
    reading = read(text)
    assert not reading.problems and write(reading.figure)[0] == text


@pytest.mark.parametrize("text", FOREIGN)
def test_foreign_tikz_is_told_to_be_so(text):
    assert read(text).problems


def test_loose_spelling_is_read_too():
    loose = "\\begin{tikzpicture}\n\\draw[ red , very thick ](0.0,0)--(1,1) --cycle ;\\node at(1,1){$A$};\\end{tikzpicture}"
    reading = read(loose)
    assert not reading.problems and reading.figure.paths[0].pen == Pen(colour="red", thick=True)


def test_what_can_be_read_of_a_damaged_figure_is_kept():
    reading = read(GOOD[0] + "\n\\tkzDrawPolygon(A,B);\n\\draw (1,1) circle (2);")
    assert len(reading.figure.paths) == 2 and len(reading.problems) == 1


def test_an_arc_starts_where_it_is_said_and_ends_at_its_angle():
    (line,) = lines(Path((2.0, 0.0), (Step("arc", (0.0, 90.0, 2.0, 2.0)),)))
    assert line.points[0] == 2 and abs(line.points[-1] - 2j) < 1e-9
    assert all(abs(abs(point) - 2) < 1e-9 for point in line.points)


def test_marks_hang_on_their_point():
    (square,) = lines(Path((1.0, 1.0), (Step("move", (0.0, 0.4)), Step("by", (90.0, 0.4)), Step("by", (180.0, 0.4)))))
    assert [complex(round(p.real, 6), round(p.imag, 6)) for p in square.points] == [1.4 + 1j, 1.4 + 1.4j, 1 + 1.4j]


def test_places_of_points_say_the_points():
    figure = Figure((Path((0.0, 1.0), (Step("line", (2.0, 3.5)),)),), (Label((1.0, 1.0), "$A$"),))
    text, places = write(figure)
    said = {text[place.start : place.stop]: place.point for place in places if place.point is not None}
    assert said == {"(0,1)": 1j, "(2,3.5)": 2 + 3.5j, "(1,1)": 1 + 1j}
    assert [text[place.start : place.stop] for place in places if place.letters] == ["$A$"]


def test_rubbish_is_read_quickly_and_shown_escaped():
    random.seed(5)
    parts = [
        "\\draw",
        "\\fill",
        "\\node at ",
        "(1,2)",
        "--",
        "cycle",
        ";",
        "{",
        "}",
        "[red]",
        "circle (2)",
        "++(1:2)",
        "grid[step=0.0001] (9999,9999)",
        "$",
        "<script>",
        "\n",
        "arc (0:9999:2)",
        "plot[smooth] coordinates {",
        "sin (1,1)",
        "(1e9,1)",
        "ellipse (1 and 2)",
    ]
    start = time.process_time()
    for _ in range(400):
        text = " ".join(random.choices(parts, k=random.randrange(20)))
        shown = KIND.html(KIND.parse(text))
        assert "<script" not in shown
        assert all(0 <= score(text, GOOD[1]) <= 1 for score in KIND.scores.values())
    for text in (
        "(" * LONGEST,
        "{" * LONGEST,
        "\\draw " * 5000,
        "\\draw (0,0)" + " -- (1,1)" * 4000 + ";",
        "\\node at (0,0) {" + "{}" * 10_000 + "};",
        "\\draw[" * 5000,
    ):
        KIND.html(KIND.parse(text))
    assert time.process_time() - start < 12


def test_the_picture_has_lines_and_letters():
    shown = KIND.html(KIND.parse(GOOD[1]))
    assert "<svg" in shown and "<circle" not in shown and ">A</tspan>" in shown


def test_the_extent_is_that_of_all_points():
    assert extent(lines(Path((0.0, 0.0), (Step("circle", (2.0,)),)))) == pytest.approx((-2, -2, 2, 2))
