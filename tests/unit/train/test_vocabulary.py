"""A vocabulary of single characters, merges and phrases; and what is learnt is carried over to another one."""

from __future__ import annotations

import json

import pytest

from gotocr.prompt.tokenizer import Tokenizer as Reading
from gotocr.train.phrases import PHRASES
from gotocr.train.vocabulary import ALPHABET, MARKS, carry, learn, with_phrases, write

LINES = ["the tables of the theory <td> \\frac{a}{b} 1234"] * 50
SIZE = 860


@pytest.fixture(scope="module")
def plain():
    return learn(LINES, SIZE)


def pieces(tokenizer, text: str) -> list[str]:
    tokenizer.encode_special_tokens = True
    return tokenizer.encode(text).tokens


def test_a_phrase_is_one_token_in_place_of_the_last_merge(plain):
    new = with_phrases(plain, ("</td></tr>", "</td>", "$$"))
    assert pieces(plain, "a</td></tr>") != ["a", "</td></tr>"] == pieces(new, "a</td></tr>")
    assert pieces(new, "</td><td>")[0] == "</td>"
    before, after = plain.get_vocab(), new.get_vocab()
    assert len(before) == len(after)
    lost, found = set(before) - set(after), set(after) - set(before)
    assert len(lost) == len(found) == 3
    assert {before[token] for token in lost} == {after[token] for token in found}
    assert all(before[token] == after[token] for token in set(before) & set(after))
    last = len(json.loads(new.to_str())["model"]["merges"])
    assert json.loads(plain.to_str())["model"]["merges"][:last] == json.loads(new.to_str())["model"]["merges"]


def test_phrases_that_are_merges_already_survive_as_such(plain):
    merges = ["".join(pair) for pair in json.loads(plain.to_str())["model"]["merges"]]
    new = with_phrases(plain, (merges[0], merges[-1], "$$"))
    assert new.get_vocab_size() == plain.get_vocab_size()
    assert all(pieces(new, phrase) == [phrase] for phrase in (merges[0], merges[-1], "$$"))


def test_more_phrases_than_merges_are_an_error(plain):
    with pytest.raises(ValueError, match="more than the vocabulary has merges"):
        with_phrases(plain, [f"<{number}>" for number in range(SIZE)])


def test_what_is_written_is_read_back_letter_for_letter(tmp_path):
    syllables = [first + vowel for first in "bcdfghjklmnprstvwz" for vowel in "aeiou"]
    words = [one + other for one in syllables for other in syllables[::7]]
    write([" ".join(words)] * 3, tmp_path / "tokenizer.json", 1400)
    tokenizer = Reading.from_folder(tmp_path)
    for text in (*PHRASES, "a <td> of </td></tr></table>\n\n# € plain \\begin{aligned}x&=1\\end{aligned}", ALPHABET, "漢字"):
        assert tokenizer.decode(tokenizer.encode(text, specials=False)) == text
    assert [len(tokenizer.encode(phrase)) for phrase in PHRASES] == [1] * len(PHRASES)
    assert tokenizer.encode("1234") == [tokenizer.id(digit) for digit in "1234"], "numbers are read digit by digit"


def test_phrases_hold_what_has_no_ink_and_no_numbers_that_are_read():
    assert len(set(PHRASES)) == len(PHRASES) and not set(PHRASES) & set(MARKS)
    assert all(len(phrase) > 1 for phrase in PHRASES)


def test_rows_are_carried_to_another_vocabulary(plain):
    torch = pytest.importorskip("torch")
    new = with_phrases(plain, ("</td></tr>",))
    rows = torch.randn(SIZE, 4)
    carried = rows.clone()
    assert carry(carried, plain, new) == 1
    at = new.token_to_id("</td></tr>")
    ids = plain.encode("</td></tr>").ids
    assert torch.equal(carried[at], (rows[ids[0]] + rows[ids[-1]]) / 2)
    others = [index for index in range(SIZE) if index != at]
    assert torch.equal(carried[others], rows[others])
    state = json.loads(plain.to_str())
    vocab = state["model"]["vocab"]
    vocab["a"], vocab["b"] = vocab["b"], vocab["a"]
    with pytest.raises(ValueError, match="single characters"):
        carry(carried, plain.from_str(json.dumps(state)), plain)
    with pytest.raises(ValueError, match="too many tokens"):
        carry(carried[:100], plain, new)
