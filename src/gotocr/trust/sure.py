"""What is not sure enough is marked or left out: words of texts and tables, and whole formulas, scores, drawings and programs.

A doubtful word reads `[word?]`, as transcribers write what they are not sure of; it keeps its box and confidence. Before a block
that is no text and no table stands `[formula?]`, or whatever its kind is, since nothing can be put into it without making it
another one. What is left out leaves no trace in the text, only in the page's warnings: a table keeps its cells, a list its
numbers. Where marks or gaps would break a block, it stays as it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..errors import UsageError
from ..kinds import KINDS
from ..kinds.kind import Span
from ..kinds.page import confidence, mean
from ..kinds.text import words_printed
from ..kinds.text.blocks import EMPHASIS
from ..schema import Block, Document, Leaf, Word

WAYS = ("mark", "drop")
WORDED = ("text", "table")  # kinds whose words can be marked; any other block is one thing, right or wrong
AHEAD = 3  # words known of a block among which the next one of its text is looked for
_UNREADABLE = re.compile(r"\[unreadable\]|\[[^\[\]]*\?\]")  # says already that it is not sure
_NUMBERED = re.compile(r"[ \t]*\d{1,9}[.)]\Z")
_EMPTY_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,9}[.)])?[ \t]*")
_STRUCTURE = re.compile(r"[ \t]*(?:[-*+•#>=|~`]|\d{1,9}[.)]|\$\$)")  # a line that begins so may be no paragraph
_STARS = re.compile(r"(?<![^\s>|])(\*{1,3})[ \t]*\1(?![^\s<|])")  # emphasis around nothing
_GAP = "[…]"


@dataclass(frozen=True)
class Least:
    """How sure a word has to be, 0 to 1, and what becomes of one that is not: one of `WAYS`."""

    chance: float
    way: str = WAYS[0]

    def __post_init__(self) -> None:
        if not 0 <= self.chance <= 1:
            raise UsageError(f"the least confidence is a share from 0 to 1, not {self.chance:g}")
        if self.way not in WAYS:
            raise UsageError(f"doubtful words cannot be treated by {self.way!r}; choose from: {', '.join(WAYS)}")


def least(text: str) -> Least:
    """`0.6`, `60%`, `0.6:mark` or `0.6:drop`. Raises UsageError for anything else."""
    number, colon, way = text.partition(":")
    try:
        chance = float(number[:-1]) / 100 if number.endswith("%") else float(number)
    except ValueError:
        raise UsageError(f"{text!r} is no confidence; give a share, as in 0.6 or 60%, and {' or '.join(WAYS)}: 0.6:drop") from None
    return Least(chance, way if colon else WAYS[0])


def kept(document: Document, asked: Least) -> Document:
    """The document with what is less sure than `asked` marked or left out."""
    return replace(document, pages=tuple(kept_of(leaf, asked) for leaf in document.pages))


def kept_of(leaf: Leaf, asked: Least) -> Leaf:
    """The page with what is less sure than `asked` marked or left out, and how much that was among its warnings.

    Words and blocks of which nobody knows how sure they are stay. Its `text` is then that of its blocks, an empty line between.
    """
    counts: Counter[str] = Counter()
    blocks = tuple(one for block in leaf.blocks for one in _block(block, asked, counts))
    if not counts:
        return leaf
    named = [f"{count} {name}{'s' if count > 1 and name != 'music' and name != 'code' else ''}" for name, count in counts.items()]
    done = "marked" if asked.way == "mark" else "left out"
    warning = f"less than {100 * asked.chance:g}% sure, and {done}: {', '.join(named)}"
    text = "\n\n".join(filter(None, map(_source, blocks)))
    return replace(leaf, text=text, blocks=blocks, warnings=(*leaf.warnings, warning), confidence=confidence(blocks))


def _source(block: Block) -> str:
    return block.text if block.data.get("role") == "lines" or block.kind not in KINDS else KINDS[block.kind].markdown(block)


def _block(block: Block, asked: Least, counts: Counter[str]) -> Iterator[Block]:
    if block.kind not in WORDED:
        if block.confidence is None or block.confidence >= asked.chance:
            yield block
            return
        counts[block.kind] += 1
        if asked.way == "mark":
            yield Block("text", f"[{block.kind}?]", block.box, block.confidence, data={"role": "paragraph"})
            yield block
        return
    doubtful = [(span, number) for span, number in placed(block) if _is_doubtful(block, span, block.words[number], asked)]
    changed = _changed(block, doubtful, asked.way) if doubtful else block
    if changed is not block:
        counts["word"] += len(doubtful)
    if changed is not None:
        yield changed


def placed(block: Block) -> Iterator[tuple[Span, int]]:
    """Where in a block's text its words stand, with their numbers; not those that are not found there."""
    find = words_printed if block.data.get("role") == "lines" else KINDS[block.kind].words
    at = 0
    for span, text in find(block.text):
        number = next((n for n in range(at, min(at + AHEAD, len(block.words))) if block.words[n].text == text), None)
        if number is not None:
            at = number + 1
            yield span, number


def _is_doubtful(block: Block, span: Span, word: Word, asked: Least) -> bool:
    if word.confidence is None or not word.confidence < asked.chance or _UNREADABLE.search(word.text):
        return False
    if block.data.get("role") == "list" and _NUMBERED.match(block.text[block.text.rfind("\n", 0, span.start) + 1 : span.end]):
        return False  # the number of an item: without it the list would be none
    source = block.text[span.start : span.end]
    return not _is_latex(block) or source.count("{") == source.count("}")


def _is_latex(block: Block) -> bool:
    return block.kind == "table" and block.data.get("form") == "latex"


def _changed(block: Block, doubtful: Sequence[tuple[Span, int]], way: str) -> Block | None:
    """The block with words marked, or without them; None where nothing is left of it, itself where it would be broken."""
    numbers = {number for _, number in doubtful}
    if way == "mark":
        text = _marked(block, [span for span, _ in doubtful])
        words = [replace(word, text=f"[{word.text}?]") if n in numbers else word for n, word in enumerate(block.words)]
    else:
        text = _without(block, [span for span, _ in doubtful])
        words = [word for n, word in enumerate(block.words) if n not in numbers]
    if block.kind == "text" and not text.strip():
        return None
    changed = replace(block, text=text, words=tuple(words), confidence=mean(word.confidence for word in words))
    if block.kind == "table":  # what was read from its text is read anew
        about = {key: value for key, value in block.data.items() if key not in ("caption", "notes")}
        changed = replace(changed, data={**about, **KINDS["table"].parse(text).data})
    return block if set(KINDS[block.kind].check(changed)) - set(block.problems) else changed


def _core(block: Block, span: Span) -> Span:
    """The word without stars of an emphasis that begins before it or ends behind it, and what stands beyond them."""
    source = block.text[span.start : span.end]
    if block.data.get("role") == "lines" or EMPHASIS.search(source) or not source.strip("*"):
        return span
    start = len(source) - len(source.lstrip("*"))
    stars = source.find("*", start) if block.kind == "text" else -1
    return Span(span.start + start, span.start + stars if stars > start else span.end)


def _marked(block: Block, spans: Sequence[Span]) -> str:
    opened = "{[}" if _is_latex(block) else "["  # behind \\ a bracket alone would say how far down the next row is
    parts, at = [], 0
    for start, end in (_core(block, span) for span in spans):
        parts += [block.text[at:start], opened, block.text[start:end], "?]"]
        at = end
    return "".join([*parts, block.text[at:]])


def _without(block: Block, spans: Sequence[Span]) -> str:
    text, parts, at = block.text, [], 0
    for span in spans:
        start, end = _core(block, span)
        behind = len(text) - len(text[end:].lstrip(" \t"))
        if behind < len(text) and text[behind] not in "\n<|&\\*":
            end = behind
        else:  # the last one before an end: the blank before it goes
            start = len(text[at:start].rstrip(" \t")) + at if text[at:start].strip(" \t") else start
        parts.append(text[at : max(start, at)])
        at = end
    text = _STARS.sub("", "".join([*parts, text[at:]]))
    return text if block.kind == "table" else _lines(block, text)


def _lines(block: Block, text: str) -> str:
    """A text whose words are gone, without lines that are empty now, and with no line that became something else by it."""
    before, lines = block.text.split("\n"), text.split("\n")
    listed = block.data.get("role") == "list"
    found = []
    for old, new in zip(before, lines, strict=True):
        if old != new and (_EMPTY_ITEM.fullmatch(new) if listed else not new.strip()):
            continue
        if old[:1] != new[:1] and block.data.get("role") != "lines" and _STRUCTURE.match(new) and not _STRUCTURE.match(old):
            new = f"{_GAP} {new.lstrip()}"
        found.append(new if old == new else new.rstrip() + ("  " if old.endswith("  ") else ""))
    return "\n".join(found)
