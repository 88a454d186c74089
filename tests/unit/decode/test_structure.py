"""Where in a Markdown text the writer is, however the text is cut into tokens."""

from __future__ import annotations

import pytest

from gotocr.decode.structure import Structure

TEXT = "# A $x^2$ b\n\n<table><tr><td>$y$ 5$</td></tr></table>\n\n$$\\frac{1}{2}$$\n```abc\nX:1\nK:G\nG`` |\n```\nend \\$ 5 and `c`"
INSIDE = {"inline": "x^2", "table": "$y$ 5$", "display": "\\frac{1}{2}", "fence": "K:G\nG`` |"}


def kinds(pieces: list[str]) -> tuple[list[str | None], list[str]]:
    structure, states, ends = Structure(), [], []
    for piece in pieces:
        ended = structure.push(piece)
        states += [structure.kind] * len(piece)
        ends += [ended] if ended else []
    return states, ends


@pytest.mark.parametrize("size", [1, 2, 3])
def test_every_structure_is_seen_and_left(size: int) -> None:
    states, ends = kinds([TEXT[at : at + size] for at in range(0, len(TEXT), size)])
    assert ends == ["inline", "table", "display", "fence"]
    for kind, inside in INSIDE.items():
        start = TEXT.index(inside)
        assert set(states[start + size : start + len(inside) - size]) <= {kind}, kind
    assert states[2] is None and states[-1] is None


def test_whole_structures_in_one_token() -> None:
    structure = Structure()
    assert structure.push("<table></table>") == "table" and structure.kind is None
    assert structure.push("$$a$$ b") == "display" and structure.kind is None


def test_money_opens_nothing_beyond_its_line() -> None:
    states, _ = kinds(list("it costs $5 today\nand then some"))
    assert states[-1] is None
    states, _ = kinds(list("costs \\$5 and more"))
    assert set(states) == {None}


def test_a_fence_begins_a_line() -> None:
    states, _ = kinds(list("a ```b``` c"))
    assert set(states) == {None}
    assert kinds(list("```abc\nX:1"))[0][-1] == "fence"
