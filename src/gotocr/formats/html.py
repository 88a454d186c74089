"""HTML: one page that needs nothing else, in which no script can run and nothing is fetched; headings, lists, tables, MathML, drawings.

It suits screens of all widths, light and dark, and paper. Pages of the source are parted by a rule with the page's number, and by
a page break in print; what goes on behind a page's end stands where it begins. Words that the model was not sure of are marked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from ..kinds.flow import joined
from ..schema import Block, Leaf
from .body import lost, note, shown
from .format import Format, blocks_of
from .marking import marked
from .markup import escaped, head, name_of, part, script_of

DOUBT = 0.5  # a word less sure than this is marked


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    style = f"{part('reading.css')}\n{part('html.css')}"
    title = name_of(source)
    opened = f'{head(title, style, model=model)}<body>\n<header><h1 dir="auto">{escaped(title)}</h1></header>\n<main>\n'
    yield opened.encode("utf-8", "replace")
    for number, leaf in enumerate(joined(leaves)):
        yield f"{_page(leaf, first=number == 0)}\n".encode("utf-8", "replace")
    by = f" by the model {escaped(model)}" if model else ""
    yield f'</main>\n<footer><p class="note">Read from {escaped(title)}{by} with gotocr.</p></footer>\n</body>\n</html>\n'.encode(
        "utf-8", "replace"
    )


def _page(leaf: Leaf, first: bool) -> str:
    number = leaf.index + 1
    folio = "" if first and number == 1 else f'<p class="folio"><span>Page {number}</span></p>\n'
    lang = script_of(leaf.text)
    parts = [note(said) for said in leaf.notes]
    if leaf.error:
        parts.append(lost(leaf))
    for block in blocks_of(leaf):
        kind = block.kind if block.kind.isidentifier() else "other"
        parts.append(f'<div class="block {kind}" dir="auto">{shown(block, _doubts)}</div>')
    body = "\n".join(parts)
    return f'<section class="page" id="page-{number}" aria-label="Page {number}">\n{folio}<div lang="{lang}">\n{body}\n</div>\n</section>'


def _doubts(source: str, block: Block) -> str:
    """The words that the model was not sure of."""

    def opening(number: int) -> str | None:
        sure = block.words[number].confidence
        if sure is None or math.isnan(sure) or sure >= DOUBT:
            return None
        return f'<mark title="{100 * max(sure, 0):.0f} % sure">'

    return marked(source, block.words, opening, "</mark>")


FORMAT = Format("html", ".html", "text/html; charset=utf-8", parts)
