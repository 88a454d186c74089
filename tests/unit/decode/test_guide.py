"""Within a structure only what its grammar says; running text is free; what was begun can be ended."""

from __future__ import annotations

import numpy as np
import pytest

from gotocr.decode.grammar import Grammar
from gotocr.decode.guide import Guide, Spelling

GRAMMARS = {"ab": Grammar('all ::= ("a" "b")+', "\n```"), "table": Grammar('all ::= "<table>" "x"* "</table>"'), "display": Grammar("all ::= [^$]*", "$$")}
TEXTS = ["a", "b", "```", "ab\n", "\n```", "<table", ">", "x", "</table>", "$$", "\n", "code\n", ""]


def guide() -> Guide:
    return Guide(Spelling(TEXTS, lambda text: [TEXTS.index(text)] if text in TEXTS else [TEXTS.index(text[0])]), GRAMMARS.get)


def write(*texts: str) -> tuple[Guide, list[str | None]]:
    one = guide()
    return one, [one.push(TEXTS.index(text)) for text in texts]


def allows(one: Guide) -> set[str]:
    return {text for token, text in enumerate(TEXTS) if one.allow(np.eye(len(TEXTS), dtype=np.float32)[token]).argmax() == token}


@pytest.mark.parametrize(
    ("written", "may_follow"),
    [
        ((), set(TEXTS)),
        (("```",), set(TEXTS)),
        (("```", "ab\n"), {"a", "ab\n"}),
        (("```", "ab\n", "a"), {"b"}),
        (("```", "ab\n", "a", "b"), {"a", "ab\n", "\n```", "\n"}),
        (("```", "ab\n", "a", "b", "\n```"), set(TEXTS)),
        (("```", "code\n", "x"), set(TEXTS)),
        (("<table",), {">"}),
        (("<table", ">", "x"), {"x", "</table>"}),
        (("<table", ">", "</table>"), set(TEXTS)),
    ],
)
def test_what_may_follow(written: tuple[str, ...], may_follow: set[str]) -> None:
    assert allows(write(*written)[0]) == may_follow


def test_the_end_of_a_structure_is_told_and_how_to_get_there() -> None:
    one, ended = write("```", "ab\n", "a")
    assert one.kind == "fence" and set(ended) == {None}
    assert TEXTS[one.closing()] == "b", "it begins the text that closes it"
    assert one.push(TEXTS.index("b")) is None and TEXTS[one.closing()] == "\n```"
    assert one.push(TEXTS.index("\n```")) == "fence" and one.kind is None and one.closing() is None
    assert write("a")[0].closing() is None


def test_a_text_that_left_its_grammar_is_free() -> None:
    one, _ = write("```", "ab\n", "x", "a", "a")
    assert one.kind == "fence" and one.closing() is None and allows(one) == set(TEXTS)
