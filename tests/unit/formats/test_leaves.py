"""A page packed into a line comes back equal."""

from __future__ import annotations

import pytest

from gotocr.formats.leaves import pack, unpack
from gotocr.schema import Block, Leaf, Word

BLOCK = Block("table", "<b>\n\u2028\ud800", (1.25, 2, 3, 4.5), 0.123456789, (Word("ä", (1, 2, 3, 4), 0.5), Word("b"), Word("c", alternatives=(("e", 0.25),)), Word("d", problems=("no ink under it",))), ("broken",), {"level": 1, "x": [1, {"a": None}]}, ("a bracket was closed",), 0.75)


@pytest.mark.parametrize("leaf", [
    Leaf(0, 10, 20, ""),
    Leaf(41, 10, 20, "text\r\n\0", (BLOCK, Block("text", "x")), True, 0.1 + 0.2, "it failed", ("turned by 90 degrees",), ("one line was read again",), 0.98, True),
], ids=["empty", "full"])  # fmt: skip
def test_nothing_is_lost(leaf):
    line = pack(leaf)
    assert "\n" not in line and line.isascii()
    assert unpack(line) == leaf and isinstance(unpack(line).blocks, tuple)


@pytest.mark.parametrize("torn", ["", "{", "[]", "null", "{}", '{"index": 1}', pack(Leaf(0, 1, 1, "x", (BLOCK,)))[:-9]])
def test_a_torn_line_is_a_value_error(torn):
    with pytest.raises(ValueError):
        unpack(torn)
