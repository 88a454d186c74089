"""Rules for one name of many allow those names, and rules for any but those allow all others."""

from __future__ import annotations

import itertools

import pytest

from gotocr.decode.grammar import Grammar
from gotocr.kinds.choice import none_of, one_of

NAMES = ("in", "int", "a", "bar", "bat")


def allows(grammar: Grammar, word: str) -> bool:
    state = grammar.start.after(word + ";")
    return state is not None and state.is_done


def test_one_of_them() -> None:
    grammar = Grammar("all ::= " + one_of(dict.fromkeys(NAMES, '"!"') | {"b": ""}), ";")
    words = ["".join(word) for size in (1, 2, 3, 4) for word in itertools.product("intbar!", repeat=size)]
    assert {word for word in words if allows(grammar, word)} == {"in!", "int!", "a!", "bar!", "bat!", "b"}
    assert grammar.start.after("ba").closing() in ("r!;", "t!;")


@pytest.mark.parametrize("but", [(), ("integer", "aa")])
def test_none_of_them(but: tuple[str, ...]) -> None:
    grammar = Grammar(f"all ::= {none_of(NAMES, but)}\nletters ::= [A-Za-z]*", ";")
    words = ["".join(word) for size in (1, 2, 3) for word in itertools.product("intbarZ", repeat=size)]
    wrong = {word for word in [*words, "integer", "integers"] if allows(grammar, word) != (word in but or not word.startswith(NAMES))}
    assert not wrong and not allows(grammar, "")
