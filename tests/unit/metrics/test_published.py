"""GOT's figures: each habit of its scripts on an example worked out by hand."""

from __future__ import annotations

import pytest

from gotocr.metrics import published
from gotocr.metrics.overlap import bleu, meteor
from gotocr.metrics.published import FIGURES, published_figures


def test_sets_of_words_with_sides_exchanged():
    found = published_figures("the cat the dog the", "the cat ran away")
    assert list(found) == list(FIGURES)
    assert found["precision"] == 2 / 4 and found["recall"] == 2 / 3, "2 of 3 words read are right, 2 of 4 true ones"
    assert found["f1"] == pytest.approx(2 * 2 / 7)
    assert found["bleu"] == bleu("the cat ran away".split(), "the cat the dog the".split())
    assert found["meteor"] == meteor("the cat ran away".split(), "the cat the dog the".split())


def test_nothing_is_normalised_but_the_ends_of_the_reading():
    assert published_figures("  one two\n", "one two")["edit_distance"] == 0.0
    assert published_figures("one  two", "one two")["edit_distance"] == 1 / 8
    assert published_figures("One two", "one two")["f1"] == 0.5
    assert published_figures("no common words", "at all")["f1"] == 0.0


@pytest.mark.parametrize(("reading", "truth"), [("", "a"), (" \n", "a"), ("a", ""), ("a", "  "), ("", "")])
def test_an_empty_side_is_left_out(reading, truth):
    assert published_figures(reading, truth) is None


def test_scenes_are_characters():
    found = published_figures("EXIT", "EXTI", "characters")
    assert found["f1"] == found["precision"] == 1.0 and found["edit_distance"] == 0.5


def test_chinese_is_cut_into_words_where_jieba_is(monkeypatch):
    monkeypatch.setattr(published, "has_jieba", lambda: False)
    assert published_figures("文档 识别", "文档识别")["f1"] == 1.0
    found = published_figures("文档识别 abc", "文档理解 abc")
    assert found["precision"] == found["recall"] == 5 / 7
    monkeypatch.undo()
    pytest.importorskip("jieba")
    assert published_figures("文档识别", "文档理解")["precision"] == 1 / 2


def test_the_same_is_best():
    text = "a perfect reading of a line"
    assert published_figures(text, text) == pytest.approx(
        {"edit_distance": 0, "f1": 1, "precision": 1, "recall": 1, "bleu": 1, "meteor": 1}, abs=0.01
    )
