"""Where runs of text go: on base lines, at their boxes, the way the page was turned, and nothing of the text is lost."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

pytest.importorskip("pikepdf")

from gotocr.formats.pdf.lettering import as_printed
from gotocr.formats.pdf.place import apart, runs_of
from gotocr.kinds.flow import joined
from gotocr.pixels.affine import turned
from gotocr.schema import Block, Leaf, Word
from tests.unit.formats.pdf.drawn import LINES, page


def leaf(*blocks, size=(800, 600), notes=()):
    return Leaf(0, *size, "\n\n".join(block.text for block in blocks), blocks, notes=notes)


def printed(text, *words, kind="text", **more):
    return Block(kind, text, words=tuple(Word(said, box) for said, box in words), data={"role": "lines"}, **more)


def said(leaf):
    """The text of the runs, a line for each base line."""
    lines, last = [], None
    for run in runs_of(leaf):
        across = round(run.start[0] * -run.along[1] + run.start[1] * run.along[0], 3)
        if last is None or abs(across - last) > 1:
            lines.append("")
        lines[-1], last = lines[-1] + run.text, across
    return lines


def lying(sheet: Leaf, degrees: int) -> Leaf:
    """A page that has to be turned clockwise by so many degrees to be like `sheet`."""
    size = (sheet.width, sheet.height)
    shown = size[::-1] if degrees % 180 else size
    back = turned(shown, degrees)
    blocks = tuple(
        replace(b, box=back.box(b.box, shown), words=tuple(replace(w, box=back.box(w.box, shown)) for w in b.words)) for b in sheet.blocks
    )
    return Leaf(0, *shown, sheet.text, blocks, notes=(f"turned by {degrees} degrees",))


def test_words_and_lines_stand_where_they_are():
    _, sheet = page()
    assert said(sheet) == list(LINES)
    runs = [run for run in runs_of(sheet) if run.text != " "]
    words = sheet.blocks[0].words
    assert [run.text for run in runs] == [word.text for word in words]
    for run, word in zip(runs, words, strict=True):
        assert run.start[0] == word.box[0] and run.length == pytest.approx(word.box[2] - word.box[0]) and run.along == (1, 0)
        assert 24 < run.size < 32  # it was drawn at 28
    feet = sorted({run.start[1] for run in runs})
    assert [round(foot) for foot in feet] == pytest.approx([60, 122, 183, 245], abs=2)


@pytest.mark.parametrize(("degrees", "along"), [(90, (0, -1)), (180, (-1, 0)), (270, (0, 1))])
def test_text_runs_the_way_the_page_lies(degrees, along):
    _, sheet = page()
    turned_leaf = lying(sheet, degrees)
    assert said(turned_leaf) == list(LINES)
    assert all(run.along == pytest.approx(along) for run in runs_of(turned_leaf))


def test_a_page_with_a_part_that_was_turned_and_one_that_was_not():
    _, sheet = page((600, 600), height=20)
    side = lying(sheet, 90)
    both = Leaf(0, 600, 600, sheet.text + side.text, (*sheet.blocks, *side.blocks), notes=("turned by 90 degrees",))
    ways = [tuple(map(round, run.along)) for run in runs_of(both)]
    assert set(ways[: len(ways) // 2]) == {(1, 0)} and set(ways[len(ways) // 2 :]) == {(0, -1)}


def test_lines_that_climb():
    words = [(f"word{n}", (100.0 * n, 300 - 5.0 * n, 100.0 * n + 80, 320 - 5.0 * n)) for n in range(6)]
    runs = [run for run in runs_of(leaf(printed(" ".join(text for text, _ in words), *words))) if run.text != " "]
    assert all(math.atan2(run.along[1], run.along[0]) == pytest.approx(math.atan(-0.05), abs=0.005) for run in runs)
    assert runs[5].start[1] == pytest.approx(295, abs=2)


def test_words_without_a_box_stand_with_their_neighbours():
    block = printed("a b c\nlost line\nd", ("b", (10, 10, 30, 20)), ("d", (10, 40, 20, 50)))
    assert said(leaf(block))[:2] == ["a b c", "d"] or "lost line" in " ".join(said(leaf(block)))
    assert sorted(" ".join(said(leaf(block))).split()) == sorted("a b c lost line d".split())


def test_what_is_not_made_of_words_is_its_source_at_its_box():
    formula = Block("formula", r"\frac{1}{2}" + "\n" + r"x^2", (100, 100, 300, 160))
    runs = list(runs_of(leaf(formula)))
    assert [run.text for run in runs] == [r"\frac{1}{2}", "x^2"]
    assert all(100 <= run.start[0] and run.start[0] + run.length <= 300.1 and 100 < run.start[1] <= 160 for run in runs)


def test_what_has_no_box_is_spread_over_the_page():
    runs = list(runs_of(Leaf(0, 800, 600, "one\ntwo words\n\nthree")))
    assert [run.text for run in runs] == ["one", "two words", "three"] or "".join(run.text for run in runs).split() == "one two words three".split()
    assert all(0 < run.start[0] < 800 and 0 < run.start[1] < 600 and run.start[0] + run.length <= 800 for run in runs)


def test_a_word_that_is_broken_at_a_lines_end_keeps_to_the_second_line():
    block = Block(
        "text",
        "This is an example of it",
        words=tuple(
            Word(text, box)
            for text, box in (
                ("This", (10, 10, 60, 30)),
                ("is", (70, 10, 90, 30)),
                ("an", (100, 10, 130, 30)),
                ("example", (10, 10, 230, 64)),  # "exam-" at the end of the first line, "ple" at the begin of the second
                ("of", (60, 44, 80, 64)),
                ("it", (90, 44, 110, 64)),
            )
        ),
        data={"role": "paragraph"},
    )
    runs = {run.text: run for run in runs_of(leaf(block))}
    assert runs["example"].start == (10, pytest.approx(runs["of"].start[1])) and runs["example"].length < 50
    assert runs["example"].size < 40


def test_writing_without_blanks_is_parted_over_its_lines():
    text = "天地玄黃宇宙洪荒日月盈昃辰宿列張" * 2
    block = printed(text, (text, (100, 100, 420, 267)))  # 32 characters of 32 pixels, ten to a line, 45 pixels from line to line
    runs = list(runs_of(leaf(block)))
    assert "".join(run.text for run in runs) == text and [len(run.text) for run in runs] == [10, 10, 10, 2]
    assert all(run.length / len(run.text) == pytest.approx(32) for run in runs)
    assert [run.start[1] for run in runs] == pytest.approx([129, 174, 219, 264], abs=3)


def test_letters_that_run_leftward_are_written_as_they_are_printed():
    assert as_printed("שלום") == "םולש" and as_printed("plain") == "plain"
    assert as_printed("בּ") == "בּ", "a point stays behind its letter"
    assert as_printed("אב 12 גד") == "דג 12 בא"
    block = printed("שלום עולם", ("שלום", (60, 10, 100, 30)), ("עולם", (10, 10, 50, 30)))
    assert said(leaf(block)) == ["םלוע םולש"]


def test_a_block_over_two_pages_is_on_both_again():
    first = Block("text", "It goes on and on to the", (10, 10, 90, 20), words=tuple(Word(w, (10, 10, 90, 20)) for w in "It goes on and on to the".split()), data={"role": "paragraph"})
    second = Block("text", "next page.", (10, 30, 90, 40), words=tuple(Word(w, (10, 30, 90, 40)) for w in "next page.".split()), data={"role": "paragraph"})
    pages = [Leaf(0, 100, 100, first.text, (first,)), Leaf(1, 100, 100, second.text, (second,))]
    together = list(joined(pages))
    assert len(together[0].blocks[0].words) == 9 and not together[1].blocks
    texts = [" ".join(word.text for block in sheet.blocks for word in block.words) for sheet in apart(together)]
    assert texts == [first.text, second.text]
    assert list(apart(pages)) == pages


@pytest.mark.parametrize("box", [(math.nan, 0, 1, 1), (5, 5, 5, 5), (1e30, 0, 1e31, 1)])
def test_boxes_that_make_no_sense_raise_nothing(box):
    list(runs_of(leaf(printed("a b", ("a", box), ("b", (10, 10, 20, 20))))))
