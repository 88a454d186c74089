"""What was read of one page as HTML in which every block and every word says where it stands and how sure it is.

    data-block   the block's number on its page, from 0
    data-word    the word's number in its block, from 0; a block without words counts as one
    data-box     left, top, right, bottom in whole pixels of the page
    data-sure    how likely it is right, in per cent
    data-others  other spellings with theirs, as JSON
    data-odd     why a word may be invented
"""

from __future__ import annotations

import json
import math

from ...schema import Block, Box, Leaf, Word
from ..body import lost, note, shown
from ..format import blocks_of
from ..marking import marked
from ..markup import escaped

DOUBT = 0.7  # words less sure are marked until the reader of the report says otherwise
_KINDS = ("text", "formula", "table", "code", "music", "chart", "molecule", "geometry")


def reading_of(leaf: Leaf) -> str:
    """The whole page: notes about it, then its blocks, each with the id `block-PAGE-NUMBER`. All content is escaped."""
    body = [note(said) for said in (*leaf.notes, *leaf.warnings)]
    body += [lost(leaf)] if leaf.error else []
    blocks = [_block(block, place, leaf) for place, block in enumerate(blocks_of(leaf))]
    body += blocks or ([] if leaf.error else ['<p class="note">Nothing was read on this page.</p>'])
    return "\n".join(body)


def name_of_block(leaf: Leaf, place: int) -> str:
    """Its id in the HTML."""
    return f"block-{leaf.index + 1}-{place}"


def _block(block: Block, place: int, leaf: Leaf) -> str:
    box = clipped(block.box, leaf)
    held = f' data-box="{" ".join(map(str, box))}"' if box else ""
    if known(block.confidence):
        held += f' data-sure="{percent(block.confidence)}"'
    body = shown(block, lambda source, shown_block: _words(source, shown_block, leaf))
    if held and not block.words:  # a formula, say, is looked through as a word is
        low = " low" if is_low(block) else ""
        body = f'<div class="whole{low}" data-word="0"{held}>{body}</div>'
    if known(block.agreement):
        body += note(f"drawn anew, it is {percent(block.agreement)}\u202f% like the page", "note said")
    return f'<div class="block kind-{kind_of(block)}" id="{name_of_block(leaf, place)}" data-block="{place}"{held} dir="auto">{body}</div>'


def _words(source: str, block: Block, leaf: Leaf) -> str:
    """The block's HTML, its words with what is known of them."""

    def opening(number: int) -> str | None:
        word = block.words[number]
        box = clipped(word.box, leaf)
        held = f' data-box="{" ".join(map(str, box))}"' if box else ""
        held += f' data-sure="{percent(word.confidence)}"' if known(word.confidence) else ""
        if word.alternatives:
            others = [[text, percent(chance)] for text, chance in word.alternatives if known(chance)]
            held += f' data-others="{escaped(json.dumps(others))}"'
        held += f' data-odd="{escaped("; ".join(word.problems)[:200])}"' if word.problems else ""
        named = " ".join(name for name, holds in (("low", is_low(word)), ("odd", word.problems)) if holds)
        held += f' class="{named}"' if named else ""
        return f'<span data-word="{number}"{held}>' if held else None

    return marked(source, block.words, opening, "</span>")


def kinds_first(kind: str) -> int:
    """The place of a kind among all, for sorting."""
    return (*_KINDS, "other").index(kind)


def kind_of(block: Block) -> str:
    """Its kind, as far as there is a colour for it."""
    return block.kind if block.kind in _KINDS else "other"


def known(sure: float | None) -> bool:
    return sure is not None and math.isfinite(sure)


def is_low(word: Word | Block) -> bool:
    """Whether it is to be looked at: it is not sure, or there is something wrong with the word."""
    return (known(word.confidence) and word.confidence < DOUBT) or (isinstance(word, Word) and bool(word.problems))


def percent(sure: float) -> int:
    return math.floor(100 * min(max(sure, 0.0), 1.0))


def clipped(box: Box | None, leaf: Leaf) -> tuple[int, int, int, int] | None:
    """The box in whole pixels of the page; None for none, and for what is no box."""
    if box is None or len(box) != 4 or not all(map(math.isfinite, box)):
        return None
    left, top = (max(0, min(math.floor(value), most)) for value, most in zip(box[:2], (leaf.width, leaf.height), strict=True))
    right, bottom = (max(0, min(math.ceil(value), most)) for value, most in zip(box[2:], (leaf.width, leaf.height), strict=True))
    return (left, top, right, bottom) if right > left and bottom > top else None
