"""Other spellings of doubtful words, from pieces as an engine writes them."""

from __future__ import annotations

import itertools

import pytest

from gotocr.kinds.page import parse
from gotocr.kinds.spellings import LEAST, MOST
from gotocr.schema import Piece

SIZE = (100, 50)


def pieces(*rows):
    """(text, probability, other text, its probability, ...)"""
    return [Piece(n, row[0], row[1], None, None, tuple(zip(row[2::2], row[3::2], strict=True))) for n, row in enumerate(rows)]


def words(*rows, mode="format"):
    return [word for block in parse(pieces(*rows), SIZE, mode) for word in block.words]


def other(word):
    return [(text, pytest.approx(chance)) for text, chance in word.alternatives]


def test_a_doubtful_letter_gives_other_words_with_their_probabilities():
    (sure, word) = words(("a", 0.95), (" ", 1.0), ("c", 0.9), ("l", 0.5, "1", 0.3, "i", 0.1), ("p", 1.0))
    assert sure.alternatives == ()
    assert word.text == "clp" and word.confidence == pytest.approx(0.45)
    assert word.alternatives == (("c1p", pytest.approx(0.9 * 0.3)), ("cip", pytest.approx(0.9 * 0.1)))


def test_of_several_doubts_the_likeliest_spellings_are_found():
    doubts = [{"a": 0.5, "b": 0.3, "c": 0.15}, {"d": 0.6, "e": 0.3, "f": 0.05}, {"g": 0.55, "h": 0.4}]
    rows = [tuple(itertools.chain(*doubt.items())) for doubt in doubts]
    (word,) = words(*rows)
    every = {a + b + c: doubts[0][a] * doubts[1][b] * doubts[2][c] for a in doubts[0] for b in doubts[1] for c in doubts[2]}
    del every[word.text]
    best = sorted(every.items(), key=lambda one: -one[1])[:MOST]
    assert word.alternatives == tuple((text, pytest.approx(chance)) for text, chance in best)


def test_spellings_that_several_ways_lead_to_count_together():
    (word,) = words(("a", 0.5, "ab", 0.2), ("bc", 0.5, "c", 0.5))
    assert word.text == "abc" and dict(word.alternatives)["abbc"] == pytest.approx(0.2 * 0.5)
    assert "abc" not in dict(word.alternatives), "by another way, but the same word"
    (word,) = words(("a", 0.4, "ab", 0.3), ("x", 0.5, "bx", 0.2))
    assert dict(word.alternatives)["abx"] == pytest.approx(0.4 * 0.2 + 0.3 * 0.5)


def test_a_token_that_holds_more_than_the_word_is_taken_apart():
    one, two = words(("see", 1.0), (" Kat", 0.6, " Cat", 0.2, "Cat", 0.1, " cat", 0.05), ("ze.", 0.7, "ze,", 0.2))
    assert one.alternatives == ()
    assert two.text == "Katze." and [text for text, _ in two.alternatives] == ["Catze.", "Katze,", "Catze,"]


@pytest.mark.parametrize(
    "what", ["<", "|", "`", "$", " ", "\n", "\u200b", "\x07", "\ufffd ", "<td>"], ids=lambda what: f"{ord(what[0]):x}"
)
def test_marks_blanks_and_what_cannot_be_shown_are_no_spelling(what):
    (word,) = words(("a", 1.0), ("b", 0.5, what, 0.4), ("c", 1.0))
    assert word.alternatives == ()


def test_entities_and_stars_are_as_in_the_word_itself():
    table = words(("<table><tr><td>", 1.0), ("R&", 1.0), ("amp;", 1.0), ("D", 0.5, "O", 0.4), ("</td></tr></table>", 1.0))
    assert [(word.text, other(word)) for word in table] == [("R&D", [("R&O", 0.4)])]
    bold = words(("**", 1.0), ("bo", 0.8, "ho", 0.1), ("ld**", 1.0), (" text", 1.0))
    assert bold[0].text == "bold" and other(bold[0]) == [("hold", 0.1)]
    (word,) = words(("a", 1.0), ("&", 0.5, "8", 0.4), mode="plain")
    assert other(word) == [("a8", 0.4)]


def test_what_is_hardly_likely_is_left_out():
    (word,) = words(("a", 0.05, "b", 0.04, "c", 0.03), ("d", 0.05, "e", 0.04))
    assert word.alternatives == () and word.confidence < LEAST
