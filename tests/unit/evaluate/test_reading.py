"""What is taken from a reading before it is judged."""

from __future__ import annotations

import time

from gotocr.evaluate.reading import source, sources, stripped


def test_blocks_of_a_kind_are_found_in_a_page():
    page = "# Head\n\n$$a + b$$\n\ntext\n\n<table><tr><td>1</td></tr></table>\n\n\\[c\\]\n\n```smiles\nCCO\n```"
    assert sources(page, "formula") == ["a + b", "c"]
    assert sources(page, "table") == ["<table><tr><td>1</td></tr></table>"]
    assert sources(page, "molecule") == ["CCO"] and sources(page, "chart") == []


def test_a_picture_of_one_thing_is_its_longest_block_or_all_that_was_read():
    assert source("$$x$$ and $$x + y + z$$", "formula") == "x + y + z"
    assert source("  x + y \n", "formula") == "x + y" and source("", "formula") == ""


def test_marks_of_markdown_go_and_words_stay():
    assert stripped("## A *b* **c** ***d*** `e` ~~f~~") == "A b c d e f"
    assert stripped("- one\n* two\n> three\n![a](b.png) [link](x)") == "one\ntwo\nthree\na link"
    for kept in ("5 * 3 * 2", "a_b_c", "- ", "#hash", "$a_1*b$ and <td>", "1. first", "-5"):
        assert stripped(kept) == kept


def test_hostile_readings_are_handled_fast():
    began = time.process_time()
    for text in ("*" * 50_000, "[" * 50_000, "`" * 50_000, "![" * 20_000, "# " * 30_000, "**a" * 20_000, "_" * 50_000):
        stripped(text)
    assert time.process_time() - began < 5
