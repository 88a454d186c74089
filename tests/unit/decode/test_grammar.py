"""Only what a grammar says can be written, letter by letter or in pieces, and whatever was begun can be ended."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gotocr.decode.grammar import Grammar, allowed

TABLE = r"""
# what stands in HTML tables
table ::= "<table>" row+ "</table>"
row   ::= "<tr>" cell+ "</tr>"
cell  ::= "<td" span* ">" [^<]* "</td>"
span  ::= " " ("col" | "row") "span=\""
          [1-9] [0-9]? "\""
"""
JSON = r"""
whole  ::= object | list
value  ::= object | list | string | number | "true" | "false" | "null"
object ::= "{" (string ": " value (", " string ": " value)*)? "}"
list   ::= "[" (value (", " value)*)? "]"
string ::= "\"" ([^"\\\n] | "\\" ["\\/bfnrt])* "\""
number ::= "-"? ("0" | [1-9] [0-9]*) ("." [0-9]+)?
"""
TABLES = (
    "<table><tr><td>a</td><td></td></tr></table>",
    '<table><tr><td colspan="2">a & b > c</td></tr><tr><td rowspan="12" colspan="3">1</td><td>2</td></tr></table>',
)


def walk(grammar: Grammar, text: str, size: int = 1):
    state = grammar.start
    for at in range(0, len(text), size):
        state = state and state.after(text[at : at + size])
    return state


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("size", [1, 3, 50])
def test_what_it_says_may_be_written_in_any_pieces(table: str, size: int) -> None:
    state = walk(Grammar(TABLE), table, size)
    assert state.is_done and state.closing() == ""


@pytest.mark.parametrize(
    "text",
    ["<table>a", "<table></table>", "<table><td>", "<table><tr></tr>", "<table><tr>a", "<table><tr><td>a</tr>", "<table><tr><td><td>"]
    + ["<table><tr><td>a</td></table>", '<table><tr><td colspan="0">', '<table><tr><td class="a">', "<table><tr><td><b>", "<table >"],
)
def test_what_it_does_not_say_may_not(text: str) -> None:
    assert walk(Grammar(TABLE), text) is None


def test_states_can_be_tried_and_do_not_change() -> None:
    state = walk(Grammar(TABLE), "<table><tr>")
    assert state.after("<td>x") is not None and state.after("</tr>") is None
    assert state.after("<td>").closing() == "</td></tr></table>" and state.closing() == "<td></td></tr></table>"
    assert state.after("") is None, "a mark that stands for no text may not stand there"


def test_what_closes_the_whole_belongs_to_it_and_behind_it_all_is_free() -> None:
    state = walk(Grammar(JSON, "\n```"), '{"a": [1, -0.5')
    assert state.closing() == "]}\n```"
    state = state.after("]}")
    assert not state.is_done and state.after("x") is None and state.after(", ") is None
    closed = state.after("\n```\n\nmore")
    assert closed.is_done and closed.after("```") is not None


def test_what_is_cut_off_anywhere_can_be_ended() -> None:
    grammar = Grammar(JSON)
    whole = json.dumps({"a": ["b\n\"c\"", {"d": {}}, [1.25, 0, -3]], "": None, "e": True})
    state = grammar.start
    for at, letter in enumerate(whole):
        json.loads(whole[:at] + state.closing())
        state = state.after(letter)
    assert state.is_done


def test_a_writer_at_random_writes_only_what_fits() -> None:
    rng = np.random.default_rng(0)
    pieces = [*'{}[]":, 0123456789.-\\abnul', '": ', ', "', '"}', "true", "null", ""]
    grammar = Grammar(JSON)
    for _ in range(100):
        state, text = grammar.start, ""
        while not state.is_done and len(text) < 60:
            token = int(allowed(rng.normal(size=len(pieces)).astype(np.float32), state, pieces.__getitem__).argmax())
            state, text = state.after(pieces[token]), text + pieces[token]
            assert state is not None
        json.loads(text + state.closing())


def test_the_likeliest_token_that_fits_is_left_on_top() -> None:
    texts = ["a", "</td", "<tr", ">", "", "<td"]
    row = walk(Grammar(TABLE), "<table><tr>")
    logits = np.array([5.0, 4, 3, 2, 9, 1], np.float32)
    changed = allowed(logits, row, texts.__getitem__)
    assert texts[changed.argmax()] == "<td" and logits.argmax() == 4, "given logits stay as they are"
    assert texts[allowed(logits, row.after("<td>"), texts.__getitem__).argmax()] == "a"
    assert allowed(logits, row, lambda token: "x") is logits, "where nothing fits nothing is changed"


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "no rule"), ("a b", "no rule"), ("a ::= b", "for b"), ('a ::= "x', "cannot be read"), ('a ::= ("x"', "never closed"), ('a ::= "x")', "never opened"), ('a ::= "x" a', "never ends")],
)
def test_what_is_no_grammar_is_an_error(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Grammar(text)
