"""Pages that were read as lines of JSON, exactly: what a run keeps of them until it is over, and finds again."""

from __future__ import annotations

import json
from typing import Any

from ..schema import Block, Box, Leaf, Word


def pack(leaf: Leaf) -> str:
    """A page as one line, without its end; `unpack` gives an equal page back (tuples within `data` become lists)."""
    page = {name: getattr(leaf, name) for name in _PLAIN}
    page["blocks"] = [_packed(block) for block in leaf.blocks]
    return json.dumps(page, ensure_ascii=True, separators=(",", ":"), default=str)


_PLAIN = ("index", "width", "height", "text", "truncated", "confidence", "error", "notes")


def _packed(block: Block) -> list[Any]:
    words = [[word.text, word.box, word.confidence] for word in block.words]
    return [block.kind, block.text, block.box, block.confidence, words, block.problems, dict(block.data)]


def unpack(line: str) -> Leaf:
    """The page that `pack` wrote. Raises ValueError for a line that is torn or no page."""
    try:
        page = json.loads(line)
        plain = {name: page[name] for name in _PLAIN}
        plain["notes"] = tuple(plain["notes"])
        return Leaf(**plain, blocks=tuple(_block(packed) for packed in page["blocks"]))
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise ValueError(f"no page: {error}") from error


def _block(packed: list[Any]) -> Block:
    kind, text, box, confidence, words, problems, data = packed
    named = tuple(Word(said, _box(where), sure) for said, where, sure in words)
    return Block(kind, text, _box(box), confidence, named, tuple(problems), data)


def _box(numbers: Any) -> Box | None:
    return None if numbers is None else tuple(numbers)
