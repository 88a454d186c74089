"""A block of a page whose text somebody wrote anew: it is parsed again by its kind, and the page fits together again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from ...formats.leaves import pack, unpack
from ...kinds import KINDS
from ...kinds.code import KIND as CODE
from ...kinds.kind import Kind
from ...kinds.page import confidence, spans, union
from ...kinds.text import PRINTED
from ...schema import Block, Leaf, Word

MOST_WORDS = 2000  # of a block whose words keep their places
_GIVEN = ("list", "paragraph", "lines")  # roles that the text itself shows


def edited(line: str, place: int, text: str) -> str:
    """A packed page with another text in the block of that number; with none, without the block. For a child process."""
    return pack(changed(unpack(line), place, text))


def changed(leaf: Leaf, place: int, text: str) -> Leaf:
    """The page with another text in a block. The block keeps its kind and its box; its words keep theirs where they are the same.

    Nobody knows how sure a person is: confidences become None. Raises IndexError where there is no such block.
    """
    old = leaf.blocks[place]
    new = block_of(old, text) if text.strip() else None
    blocks = (*leaf.blocks[:place], *([new] if new else []), *leaf.blocks[place + 1 :])
    return replace(leaf, text=_text(leaf, place, new), blocks=blocks, confidence=confidence(blocks))


def block_of(old: Block, text: str) -> Block:
    """`text` as a block like another one."""
    kind, source = _kind(old), text
    parsed = kind.parse(text) if kind else Block(old.kind, text)
    data = {**parsed.data, "edited": True}
    if old.kind == CODE.name and not parsed.data.get("language"):
        data["language"] = old.data.get("language", "")
    role = old.data.get("role")
    if old.kind == "text" and parsed.data.get("role") == "paragraph" and role not in _GIVEN and "\n" not in parsed.text:
        data |= {key: old.data[key] for key in ("role", "level") if key in old.data}  # a heading without its marks
    said = kind.words(source) if kind else ()
    words = _placed([word for _, word in said], old.words)
    return Block(old.kind, parsed.text, old.box or union(word.box for word in words), None, words, parsed.problems, data)


def _kind(block: Block) -> Kind | None:
    if block.kind == "text" and block.data.get("role") == "lines":
        return PRINTED
    return KINDS[block.kind] if block.kind in KINDS else None


def _placed(texts: Sequence[str], old: Sequence[Word]) -> tuple[Word, ...]:
    """Words that were written anew, each where it stood before, or where as many stood."""
    boxes = [None] * len(texts)
    if len(texts) <= MOST_WORDS and len(old) <= MOST_WORDS:
        before = [word.text for word in old]
        for what, first, last, start, end in SequenceMatcher(None, before, list(texts), autojunk=False).get_opcodes():
            if what in ("equal", "replace") and last - first == end - start:
                boxes[start:end] = [word.box for word in old[first:last]]
    return tuple(Word(text, box) for text, box in zip(texts, boxes, strict=True))


def _text(leaf: Leaf, place: int, new: Block | None) -> str:
    """The page's text with a block in the place of the old one: the rest is as it was written, where blocks can be told apart in it."""
    written = leaf.text
    mode = "plain" if all(block.data.get("role") == "lines" for block in leaf.blocks) else "format"
    found = [span for _, span in spans(written, mode)]
    if len(found) != len(leaf.blocks):
        blocks = (*leaf.blocks[:place], *([new] if new else []), *leaf.blocks[place + 1 :])
        return "\n\n".join(map(_source, blocks))
    start, end = found[place]
    if new is None:
        before, after = written[:start].rstrip("\n"), written[end:].lstrip("\n")
        return f"{before}\n\n{after}" if before and after else before + after
    return written[:start] + _source(new) + written[end:]


def _source(block: Block) -> str:
    """How a block is written in a page."""
    kind = _kind(block)
    return kind.markdown(block) if kind and kind is not PRINTED else block.text
