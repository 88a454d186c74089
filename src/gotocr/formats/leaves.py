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


_PLAIN = ("index", "width", "height", "text", "truncated", "confidence", "error", "notes", "warnings", "coverage", "estimated")


def _packed(block: Block) -> list[Any]:
    words = [_packed_word(word) for word in block.words]
    about = block.problems, dict(block.data), block.warnings, block.agreement
    return [block.kind, block.text, block.box, block.confidence, words, *about]


def _packed_word(word: Word) -> list[Any]:
    more = [word.alternatives, word.problems] if word.alternatives or word.problems else []
    return [word.text, word.box, word.confidence, *more]


def unpack(line: str) -> Leaf:
    """The page that `pack` wrote. Raises ValueError for a line that is torn or no page."""
    try:
        page = json.loads(line)
        plain = {name: page[name] for name in _PLAIN}
        plain |= {name: tuple(plain[name]) for name in ("notes", "warnings")}
        return Leaf(**plain, blocks=tuple(_block(packed) for packed in page["blocks"]))
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise ValueError(f"no page: {error}") from error


def _block(packed: list[Any]) -> Block:
    kind, text, box, confidence, words, problems, data, warnings, agreement = packed
    return Block(kind, text, _box(box), confidence, tuple(map(_word, words)), tuple(problems), data, tuple(warnings), agreement)


def _word(packed: list[Any]) -> Word:
    said, where, sure, *more = packed
    others, problems = more or ((), ())
    return Word(said, _box(where), sure, tuple((text, chance) for text, chance in others), tuple(problems))


def _box(numbers: Any) -> Box | None:
    return None if numbers is None else tuple(numbers)
