"""A written page becomes blocks of the right kinds, with words, boxes and confidences."""

from __future__ import annotations

import math
import time

import pytest

from gotocr.kinds.page import confidence, joint, mean, parse
from gotocr.schema import Piece

SIZE = (100, 50)
PAGE = """\
# Title of it

First line
second line
- one
- two
  goes on

Before $a + b$ after.
$$
E = mc^2
$$
and \\[ x \\\\[2pt] y \\] then
<table><tr><td>a</td><td>b</td></tr></table>

```basic
X:1 $$ <table>
```
Last."""


def brief(blocks):
    return [(block.kind, block.data.get("role", ""), block.text) for block in blocks]


def test_a_page_is_split_into_kinds_in_order():
    assert brief(parse(PAGE, SIZE)) == [
        ("text", "heading", "Title of it"),
        ("text", "paragraph", "First line\nsecond line"),
        ("text", "list", "- one\n- two\n  goes on"),
        ("text", "paragraph", "Before $a + b$ after."),
        ("formula", "", "E = mc^2"),
        ("text", "paragraph", "and"),
        ("formula", "", "x \\\\[2pt] y"),
        ("text", "paragraph", "then"),
        ("table", "", "<table><tr><td>a</td><td>b</td></tr></table>"),
        ("code", "", "X:1 $$ <table>"),
        ("text", "paragraph", "Last."),
    ]
    assert not any(block.problems for block in parse(PAGE, SIZE))


def test_plain_keeps_lines_and_sees_no_marks():
    blocks = parse("# not a heading\n$$ 5\n\n\n- item", SIZE, "plain")
    assert brief(blocks) == [("text", "lines", "# not a heading\n$$ 5"), ("text", "lines", "- item")]
    assert [word.text for block in blocks for word in block.words] == ["#", "not", "a", "heading", "$$", "5", "-", "item"]


@pytest.mark.parametrize("nothing", ["", " \n\n \n", []])
@pytest.mark.parametrize("mode", ["plain", "format"])
def test_nothing_written_is_no_blocks(nothing, mode):
    assert parse(nothing, SIZE, mode) == ()


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("$$\nx", "formula", "the formula was closed"),
        ("\\[ \\frac{a}{b \\]", "formula", "{ was closed"),
        ("$$ \\left( x $$", "formula", "left was closed by"),
        ("<table><tr><td>a", "table", "the table was closed"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "table", "row 2 was filled up with 1 empty cell"),
        ("\\begin{tabular}{ll} a & b \\\\ c", "table", "the table was closed"),
        ("```python\nx", "code", "the fence was closed"),
        ("half \ufffd", "text", "half a character"),
    ],
)
def test_a_broken_block_says_so_or_what_was_mended(text, kind, said):
    (block,) = parse(text, SIZE)
    assert block.kind == kind and any(said in line for line in (*block.problems, *block.warnings)), block


def test_a_broken_formula_does_not_swallow_the_page():
    blocks = parse("$$ x\n\n# Heading\n\ntext", SIZE)
    assert [block.kind for block in blocks] == ["formula", "text", "text"]


def test_a_fence_named_after_a_kind_is_of_that_kind():
    (block,) = parse("```formula\nx^2\n```", SIZE)
    assert (block.kind, block.text, block.problems) == ("formula", "x^2", ())
    (block,) = parse("```table\n<table>", SIZE)
    assert block.kind == "table" and block.problems


def pieces(*rows):
    return [Piece(n, text, probability, box) for n, (text, probability, box) in enumerate(rows)]


def test_words_take_boxes_and_confidence_from_their_tokens():
    written = pieces(
        ("# ", 1.0, None),
        ("Hel", 0.9, (0, 0, 10, 10)),
        ("lo", 0.4, (10, 1, 20, 12)),
        (" wor", 0.5, (30, 0, 40, 10)),
        ("", 0.5, (40, 0, 45, 10)),  # half a character: its ink belongs to what the next token completes
        ("ld", 0.5, (45, 0, 50, 10)),
        ("\n", 1.0, (0, 0, 90, 40)),
    )
    (block,) = parse(written, SIZE)
    assert [(word.text, word.box) for word in block.words] == [("Hello", (0, 0, 20, 12)), ("world", (30, 0, 50, 10))]
    assert [word.confidence for word in block.words] == pytest.approx([0.9 * 0.4, 0.5**3]), "all of it is right"
    assert block.box == (0, 0, 50, 12)
    assert block.confidence == pytest.approx((0.9 * 0.4 + 0.5**3) / 2), "the share of its words that is likely right"


def test_a_formula_without_words_has_the_box_of_its_tokens():
    (block,) = parse(pieces(("$$ x", 0.5, (1, 2, 3, 4)), (" + y $$", 0.5, (5, 2, 8, 9))), SIZE)
    assert block.words == () and block.box == (1, 2, 8, 9) and block.confidence == pytest.approx(0.25), "all of it"


def test_table_words_have_real_characters_and_no_tags():
    (block,) = parse("<table><tr><td>a &amp; b</td><td>c</td></tr></table>", SIZE)
    assert [word.text for word in block.words] == ["a", "&", "b", "c"]


@pytest.mark.parametrize("box", [(math.nan, 0, 1, 1), (5, 5, 5, 9), (200, 0, 300, 10), (0, 0, math.inf, 9)])
def test_a_box_without_ink_on_the_page_is_none(box):
    (block,) = parse(pieces(("word", 0.5, box)), SIZE)
    assert block.box is None and block.words[0].box is None and block.words[0].confidence == 0.5


def test_boxes_are_cut_at_the_page():
    (block,) = parse(pieces(("word", 0.5, (-5, -5, 500, 500))), SIZE)
    assert block.box == (0, 0, 100, 50)


def test_text_without_pieces_claims_no_confidence():
    (block,) = parse("word", SIZE)
    assert block.confidence is None and block.box is None and block.words[0].confidence is None


@pytest.mark.parametrize(("finish", "why"), [("length", "cap"), ("loop", "circles"), ("stop", None)])
def test_the_last_block_says_what_cut_it_off(finish, why):
    blocks = parse([Piece(1, "a\n\nb", 1.0), Piece(2, "", 1.0, None, finish)], SIZE)
    assert blocks[0].problems == ()
    assert (why in blocks[1].problems[0]) if why else blocks[1].problems == ()


def test_what_is_told_of_several_words_is_the_share_that_is_likely_right():
    assert joint([0.9, 0.4]) == pytest.approx(0.36) and joint([0.0] * 100) == 0.0
    assert joint([]) is None and joint([math.nan]) is None and joint([math.nan, 0.5]) == pytest.approx(0.5)
    assert mean([0.5, None, 1.0]) == pytest.approx(0.75) and mean([None]) is None
    text, formula, code = parse(
        pieces(("one", 0.9, None), (" two", 0.5, None), ("\n\n", 1.0, None), ("$$", 1.0, None), ("x", 0.6, None), ("+ y$$", 0.5, None),
               ("\n\n```py\n", 1.0, None), ("x", 0.8, None), (" =", 0.5, None), (" 1\n", 1.0, None), ("```", 1.0, None)), SIZE)  # fmt: skip
    assert [text.confidence, formula.confidence] == pytest.approx([0.7, 0.3])
    assert code.words == () and code.confidence == pytest.approx((0.8 + 0.5 + 1) / 3), "of what stands between blanks"
    assert confidence([text, formula, code]) == pytest.approx((0.9 + 0.5 + 0.3 + 3 * code.confidence) / 6)
    assert confidence([]) is None and confidence(parse("nothing is known", SIZE)) is None
    tokens = [("```music\n", 1.0, None), ("X:1\nK:C\n", 0.8, None), ("CDE|\n", 0.6, None), ("```", 0.4, None)]
    (music,) = parse(pieces(*tokens), SIZE)
    assert music.kind == "music" and music.confidence == pytest.approx((0.8 + 0.8 + 0.6) / 3), "of what stands between blanks"


@pytest.mark.parametrize(
    "hostile",
    ["$$" * 20000, "\\[" * 20000, "<table>" * 9000, "```\n$$\n```\n" * 4000, "$x " * 20000, "(((" * 20000,
     "\\begin{tabular}" * 4000, "# " * 20000, "&lt;" * 15000, "<" * 60000, "\n" * 60000, "{" * 60000, "- " * 30000,
     "$$\n" + "{" * 60000 + "\n$$", "<table><tr>" + "<td colspan=999999999999999999>" * 9000, "``` " * 20000],
)  # fmt: skip
@pytest.mark.parametrize("mode", ["plain", "format"])
def test_hostile_pages_are_parsed_in_no_time(hostile, mode):
    start = time.process_time()
    parse(hostile, SIZE, mode)
    assert time.process_time() - start < 2
