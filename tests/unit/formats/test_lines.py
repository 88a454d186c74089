"""Lines from word boxes: as they were set, however the page lies; nothing lost and nothing invented."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from gotocr.formats.lines import Line, lines_of, pixels
from gotocr.kinds.page import parse
from gotocr.schema import Block, Leaf, Word


def laid(rng: np.random.Generator, slope: float, noise: float) -> tuple[Block, list[int]]:
    """A paragraph of eight lines, 20 pixels high and 30 apart, and how many words stand on each."""
    words, counts = [], []
    for row in range(8):
        x, count = 50.0, 0
        end = 700 if row < 7 else 350
        while x < end:
            wide = float(rng.integers(8, 90))
            y = 100 + 30 * row + math.tan(slope) * x + float(rng.uniform(-noise, noise))
            tall = float(rng.uniform(11, 20))  # x-height or capitals, on one base line
            words.append(Word(f"w{len(words)}", (x, y + 20 - tall, x + wide, y + 20), 0.9))
            x, count = x + wide + 8, count + 1
        counts.append(count)
    return Block("text", " ".join(word.text for word in words), words=tuple(words), data={"role": "paragraph"}), counts


@pytest.mark.parametrize("slope", [0, 0.03, -0.03])
@pytest.mark.parametrize("seed", range(5))
def test_lines_are_those_that_were_set(seed, slope):
    block, counts = laid(np.random.default_rng(seed), slope, 2.0)
    lines = lines_of(block)
    assert [len(line.words) for line in lines] == counts
    assert [word for line in lines for word in line.words] == list(block.words)
    for line in lines:
        assert line.box[0] == min(word.box[0] for word in line.words) and line.box[3] == max(word.box[3] for word in line.words)


def test_a_word_without_a_box_stays_on_its_line_and_gets_none():
    known = (Word("a", (0, 0, 9, 9)), Word("b"), Word("c", (20, 0, 29, 9)), Word("d", (0, 12, 9, 21)))
    assert lines_of(Block("text", "a b c d", words=known)) == (
        Line(known[:3], (0, 0, 29, 9)),
        Line(known[3:], (0, 12, 9, 21)),
    )


def test_what_the_text_breaks_is_broken():
    block = Block("text", "one two\nthree", data={"role": "lines"})
    assert [(line.text, line.box) for line in lines_of(block)] == [("one two", None), ("three", None)]
    table = Block("table", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>")
    assert [line.text for line in lines_of(table)] == ["a b", "c"]


def test_all_that_was_read_is_in_the_lines():
    known = (Word("one", (0, 0, 9, 9), 0.5), Word("three", (20, 0, 29, 9), 0.5))
    (line,) = lines_of(Block("text", "one two three four", words=known))
    assert line.words == (known[0], Word("two"), known[1], Word("four"))


@pytest.mark.parametrize("kind", ["formula", "molecule", "geometry", "code", "of-a-plug-in"])
def test_what_is_not_made_of_words_has_no_lines(kind):
    assert lines_of(Block(kind, "C=O")) == ()


def test_marks_of_markdown_are_no_words():
    page = parse("# A *bold* head\n\n- one\n- two", (100, 100))
    assert [[line.text for line in lines_of(block)] for block in page] == [["A bold head"], ["one", "two"]]


def test_long_blocks_take_no_long():
    many = tuple(Word("w", (n % 100 * 10.0, n // 100 * 20.0, n % 100 * 10 + 8.0, n // 100 * 20 + 12.0)) for n in range(100_000))
    started = time.process_time()
    lines = lines_of(Block("text", " ".join(["w"] * 100_000), words=many))
    assert len(lines) == 1000 and time.process_time() - started < 20


@pytest.mark.parametrize(
    "box, found",
    [
        ((1.2, 2.7, 3.1, 4.0), (1, 2, 4, 4)),
        ((-5, -5, 500, 500), (0, 0, 100, 50)),
        ((10, 10, 10, 10), (10, 10, 11, 11)),
        ((100, 50, 100, 50), (99, 49, 100, 50)),
        ((math.nan, 0, 1, 1), None),
        (None, None),
    ],
)
def test_pixels_lie_on_the_page(box, found):
    assert pixels(box, Leaf(0, 100, 50, "")) == found
