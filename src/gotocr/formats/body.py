"""A block as a part of an HTML page: what its kind shows, its source where that is a drawing, and what is wrong with it."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import replace

from ..kinds import KINDS
from ..schema import Block, Leaf
from .markup import escaped, fit

Marker = Callable[[str, Block], str]  # HTML of a block and the block: the HTML with its words marked
DRAWN = {"music": "Music", "molecule": "Molecule", "chart": "Chart", "geometry": "Figure"}  # and what a listener is told
MOST_LETTERS = 2_000_000  # of a block; what is longer is shown as it was written
SHOWN = 240  # letters of a note


def shown(block: Block, marker: Marker | None = None) -> str:
    """The block's HTML; never raises on content. Headings stand one level lower, below the title of the page."""
    try:
        inner = _shown(block)
    except Exception as error:  # a kind that fails on what a model wrote must not cost the page
        inner = f'<pre class="source"><code>{html.escape(block.text)}</code></pre>{note(f"not shown: {type(error).__name__}")}'
    inner = fit(inner)
    if marker and block.words:
        inner = marker(inner, block)
    return inner + (note("; ".join((*block.problems, *block.warnings))) if block.problems or block.warnings else "")


def note(said: str, named: str = "note problem") -> str:
    """A quiet line about a block."""
    short = said if len(said) <= SHOWN else f"{said[:SHOWN]}…"
    return f'<p class="{named}">{escaped(short)}</p>'


def _shown(block: Block) -> str:
    if block.kind not in KINDS or len(block.text) > MOST_LETTERS:
        return f'<pre class="source"><code>{html.escape(block.text)}</code></pre>'
    if block.kind == "text":
        return KINDS["text"].html(_lowered(block))
    inner = KINDS[block.kind].html(block)
    if block.kind == "table":
        return f'<div class="wide" tabindex="0" role="region" aria-label="Table">{inner}</div>'
    if block.kind == "code":
        return inner.replace("<pre>", '<pre class="code" dir="ltr" tabindex="0">', 1)
    if block.kind in DRAWN and "<svg" in inner:
        return _figure(block, inner)
    return inner


def _lowered(block: Block) -> Block:
    level = block.data.get("level")
    if block.data.get("role") != "heading" or not isinstance(level, int):
        return block
    return replace(block, data={**block.data, "level": min(max(level, 1), 5) + 1})


def _figure(block: Block, inner: str) -> str:
    """A drawing with a name for those who cannot see it, and what it was drawn from."""
    name = DRAWN[block.kind]
    titled = inner.replace('role="img">', f'role="img"><title>{name}</title>', 1)
    source = f"<details><summary>Source</summary><pre><code>{html.escape(block.text)}</code></pre></details>"
    return f'<div class="drawn {block.kind}" dir="ltr">{titled}{source}</div>'


def lost(leaf: Leaf) -> str:
    """What stands in the place of a page that could not be read, or not to its end."""
    return f'<p class="lost" role="note"><strong>This page could not be read.</strong> {escaped(leaf.error)}</p>'
