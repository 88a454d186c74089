"""The report's HTML, page by page: the picture with its blocks outlined, the reading with each word's place and certainty."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from ...schema import Block, Leaf, Word
from ..format import blocks_of
from ..markup import escaped, head, name_of, part, script_of
from .picture import address
from .reading import DOUBT, clipped, is_low, kind_of, kinds_first, known, name_of_block, percent, reading_of

MOST_TROUBLES = 500  # listed


def parts(pages: Iterable[tuple[Leaf, bytes]], source: str, model: str) -> Iterator[bytes]:
    """The report as one HTML file, a page at a time: `pages` gives what was read and the page's picture (JPEG, WebP or PNG; b""
    = there is none), lazily. The picture may be of any size, its sides in the proportion of the page's."""
    style, script = f"{part('reading.css')}\n{part('report/report.css')}", part("report/report.js")
    title = name_of(source)
    yield (head(f"{title}: reading report", style, script, model) + _top(title, source, model)).encode("utf-8", "replace")
    listed: list[str] = []
    troubles: list[str] = []
    kinds: dict[str, None] = {}
    for leaf, picture in pages:
        page = _Page(leaf)
        yield page.html(picture).encode("utf-8", "replace")
        listed.append(page.link)
        troubles += page.troubles
        kinds |= dict.fromkeys(map(kind_of, blocks_of(leaf)))
    yield f"</main>\n{_overview(listed, troubles, kinds)}<script>{script}</script>\n</body>\n</html>\n".encode("utf-8", "replace")


def _top(title: str, source: str, model: str) -> str:
    by = f", model {escaped(model)}" if model else ""
    percent = f"{100 * DOUBT:.0f}"
    return f"""<body>
<a class="skip" href="#pages">To the pages</a>
<header id="top">
<div class="name"><h1 dir="auto">{escaped(title)}</h1><p class="note">Read with gotocr{by}</p></div>
<form id="tools" hidden>
<label class="range">Mark words less than <output id="share">{percent}</output>\u202f% sure
<input type="range" id="threshold" min="0" max="100" value="{percent}"></label>
<span class="step"><button type="button" id="back" aria-label="Marked word before" title="Marked word before (P)">↑</button>
<output id="count" aria-live="polite"></output>
<button type="button" id="next" aria-label="Next marked word" title="Next marked word (N)">↓</button></span>
<label>Order <select id="order"><option value="page">as in the document</option><option value="doubt">most doubtful first</option>
</select></label>
<label class="check"><input type="checkbox" id="outlines" checked> Outlines</label>
</form>
</header>
<main id="pages">
"""


def _overview(listed: list[str], troubles: list[str], found: Iterable[str]) -> str:
    """The pages and what is wrong with them; it comes last, since it is known last, and the script puts it on top."""
    kinds = "".join(f'<li class="kind-{kind}">{kind}</li>' for kind in sorted(found, key=kinds_first))
    many = f"{len(troubles):,} remark{'' if len(troubles) == 1 else 's'}"
    told = f"<details><summary>{many}</summary><ul>{''.join(troubles[:MOST_TROUBLES])}</ul></details>" if troubles else ""
    return (
        f'<nav id="overview" aria-label="Pages"><ol class="pages">{"".join(listed)}</ol>{told}'
        f'<ul class="legend" aria-label="Colours of outlines">{kinds}</ul></nav>\n'
        '<div id="tip" role="status" hidden></div>\n'
    )


class _Page:
    """One page of the report."""

    def __init__(self, leaf: Leaf) -> None:
        self._leaf, self._number = leaf, leaf.index + 1
        self._blocks = blocks_of(leaf)
        words: list[Word | Block] = [word for block in self._blocks for word in block.words or (block,)]
        sure = [word.confidence for word in words if known(word.confidence)]
        self._doubtful = sum(is_low(word) for word in words)
        doubt = 2.0 if leaf.error else 1.0 - sum(sure) / len(sure) if sure else 1.0 - (leaf.confidence or 1.0)
        self._doubt = doubt if math.isfinite(doubt) else 0.0
        self.troubles = [self._trouble(said, "") for said in (*([leaf.error] if leaf.error else []), *leaf.warnings)]
        for place, block in enumerate(self._blocks):
            odd = (f"“{word.text[:40]}”: {problem}" for word in block.words for problem in word.problems)
            said_of_it = (*block.problems, *block.warnings, *odd)
            self.troubles += [self._trouble(said, name_of_block(leaf, place)) for said in said_of_it]
        self.link = f'<li><a href="#page-{self._number}"{" class=bad" if leaf.error else ""}>{self._number}</a></li>'

    def html(self, picture: bytes) -> str:
        number = self._number
        told = f"{self._doubtful} places to look at" if self._doubtful else ""
        return f"""<section class="page" id="page-{number}" data-doubt="{self._doubt:.4f}" aria-labelledby="name-{number}">
<h2 id="name-{number}">Page {number}<span class="facts">{" · ".join(self._facts())}</span><span class="about">{told}</span></h2>
<div class="sheet"><div class="view" tabindex="0" role="group" aria-label="Picture of page {number}">{self._picture(picture)}</div></div>
<div class="reading" lang="{script_of(self._leaf.text)}">
{reading_of(self._leaf)}
</div>
</section>
"""

    def _facts(self) -> Iterator[str]:
        """What is known of the page as a whole."""
        leaf = self._leaf
        if known(leaf.confidence):
            yield f"{percent(leaf.confidence)}\u202f% likely right"
        if known(leaf.coverage):
            yield f"{percent(leaf.coverage)}\u202f% of the ink under boxes"
        if leaf.estimated:
            yield "boxes are estimated"

    def _picture(self, picture: bytes) -> str:
        source, leaf = address(picture), self._leaf
        width, height = max(leaf.width, 1), max(leaf.height, 1)
        if source is None:
            return '<p class="note">There is no picture of this page.</p>'
        outlines = "".join(self._outline(block, place) for place, block in enumerate(self._blocks))
        return (
            f'<div class="paper"><img src="{source}" width="{width}" height="{height}" alt="Page {self._number} as it was read" '
            f'decoding="async"><svg class="boxes" viewBox="0 0 {width} {height}" aria-hidden="true">'
            f'<g class="blocks">{outlines}</g><g class="doubts"></g><g class="here"></g></svg></div>'
        )

    def _outline(self, block: Block, place: int) -> str:
        box = clipped(block.box, self._leaf)
        if not box:
            return ""
        room = max(2, round(self._leaf.width / 250))  # beside the ink, so that it can be read
        left, top, right, bottom = box[0] - room, box[1] - room, box[2] + room, box[3] + room
        return (
            f'<rect class="kind-{kind_of(block)}" data-block="{place}" x="{left}" y="{top}" width="{right - left}" '
            f'height="{bottom - top}"/>'
        )

    def _trouble(self, what: str, name: str) -> str:
        target = name or f"page-{self._number}"
        return f'<li><a href="#{target}">Page {self._number}</a> {escaped(what[:200])}</li>'
