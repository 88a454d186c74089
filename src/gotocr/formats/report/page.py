"""The report's HTML, page by page: the picture with its blocks outlined, the reading with each word's place and certainty."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator

from ...schema import Block, Box, Leaf, Word
from ..body import lost, note, shown
from ..format import blocks_of
from ..marking import marked
from ..markup import escaped, head, name_of, part, script_of
from .picture import address

DOUBT = 0.7  # words less sure are marked until the reader of the report says otherwise
MOST_TROUBLES = 500  # listed
_KINDS = ("text", "formula", "table", "code", "music", "chart", "molecule", "geometry")


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
        kinds |= dict.fromkeys(map(_kind, blocks_of(leaf)))
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
    kinds = "".join(f'<li class="kind-{kind}">{kind}</li>' for kind in sorted(found, key=(*_KINDS, "other").index))
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
        sure = [word.confidence for word in words if _known(word.confidence)]
        self._doubtful = sum(_is_low(word) for word in words)
        doubt = 2.0 if leaf.error else 1.0 - sum(sure) / len(sure) if sure else 1.0 - (leaf.confidence or 1.0)
        self._doubt = doubt if math.isfinite(doubt) else 0.0
        self.troubles = [self._trouble(said, "") for said in (*([leaf.error] if leaf.error else []), *leaf.warnings)]
        self.link = f'<li><a href="#page-{self._number}"{" class=bad" if leaf.error else ""}>{self._number}</a></li>'

    def html(self, picture: bytes) -> str:
        number = self._number
        blocks = [self._block(block, place) for place, block in enumerate(self._blocks)]
        body = [note(said) for said in (*self._leaf.notes, *self._leaf.warnings)]
        body += [lost(self._leaf)] if self._leaf.error else []
        body += blocks or ([] if self._leaf.error else ['<p class="note">Nothing was read on this page.</p>'])
        told = f"{self._doubtful} places to look at" if self._doubtful else ""
        return f"""<section class="page" id="page-{number}" data-doubt="{self._doubt:.4f}" aria-labelledby="name-{number}">
<h2 id="name-{number}">Page {number}<span class="facts">{" · ".join(self._facts())}</span><span class="about">{told}</span></h2>
<div class="sheet"><div class="view" tabindex="0" role="group" aria-label="Picture of page {number}">{self._picture(picture)}</div></div>
<div class="reading" lang="{script_of(self._leaf.text)}">
{chr(10).join(body)}
</div>
</section>
"""

    def _facts(self) -> Iterator[str]:
        """What is known of the page as a whole."""
        leaf = self._leaf
        if _known(leaf.confidence):
            yield f"{_percent(leaf.confidence)}\u202f% likely right"
        if _known(leaf.coverage):
            yield f"{_percent(leaf.coverage)}\u202f% of the ink under boxes"
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
        box = _clipped(block.box, self._leaf)
        if not box:
            return ""
        room = max(2, round(self._leaf.width / 250))  # beside the ink, so that it can be read
        left, top, right, bottom = box[0] - room, box[1] - room, box[2] + room, box[3] + room
        return (
            f'<rect class="kind-{_kind(block)}" data-block="{place}" x="{left}" y="{top}" width="{right - left}" '
            f'height="{bottom - top}"/>'
        )

    def _block(self, block: Block, place: int) -> str:
        name, kind = f"block-{self._number}-{place}", _kind(block)
        odd = (f"“{word.text[:40]}”: {problem}" for word in block.words for problem in word.problems)
        self.troubles += [self._trouble(said, name) for said in (*block.problems, *block.warnings, *odd)]
        box = _clipped(block.box, self._leaf)
        held = f' data-box="{" ".join(map(str, box))}"' if box else ""
        if _known(block.confidence):
            held += f' data-sure="{_percent(block.confidence)}"'
        body = shown(block, self._words)
        if held and not block.words:  # a formula, say, is looked through as a word is
            low = " low" if _is_low(block) else ""
            body = f'<div class="whole{low}" data-word="0"{held}>{body}</div>'
        if _known(block.agreement):
            body += note(f"drawn anew, it is {_percent(block.agreement)}\u202f% like the page", "note said")
        return f'<div class="block kind-{kind}" id="{name}" data-block="{place}"{held} dir="auto">{body}</div>'

    def _words(self, source: str, block: Block) -> str:
        """Words with what is known of them: `data-box` in pixels of the page, `data-sure` in per cent."""

        def opening(number: int) -> str | None:
            word = block.words[number]
            box = _clipped(word.box, self._leaf)
            held = f' data-box="{" ".join(map(str, box))}"' if box else ""
            held += f' data-sure="{_percent(word.confidence)}"' if _known(word.confidence) else ""
            if word.alternatives:
                others = [[text, _percent(chance)] for text, chance in word.alternatives if _known(chance)]
                held += f' data-others="{escaped(json.dumps(others))}"'
            held += f' data-odd="{escaped("; ".join(word.problems)[:200])}"' if word.problems else ""
            named = " ".join(name for name, holds in (("low", _is_low(word)), ("odd", word.problems)) if holds)
            held += f' class="{named}"' if named else ""
            return f'<span data-word="{number}"{held}>' if held else None

        return marked(source, block.words, opening, "</span>")

    def _trouble(self, what: str, name: str) -> str:
        target = name or f"page-{self._number}"
        return f'<li><a href="#{target}">Page {self._number}</a> {escaped(what[:200])}</li>'


def _kind(block: Block) -> str:
    return block.kind if block.kind in _KINDS else "other"


def _known(sure: float | None) -> bool:
    return sure is not None and math.isfinite(sure)


def _is_low(word: Word | Block) -> bool:
    """Whether it is to be looked at: it is not sure, or there is something wrong with the word."""
    return (_known(word.confidence) and word.confidence < DOUBT) or (isinstance(word, Word) and bool(word.problems))


def _percent(sure: float) -> int:
    return math.floor(100 * min(max(sure, 0.0), 1.0))


def _clipped(box: Box | None, leaf: Leaf) -> tuple[int, int, int, int] | None:
    """The box in whole pixels of the page; None for none, and for what is no box."""
    if box is None or len(box) != 4 or not all(map(math.isfinite, box)):
        return None
    left, top = (max(0, min(math.floor(value), most)) for value, most in zip(box[:2], (leaf.width, leaf.height), strict=True))
    right, bottom = (max(0, min(math.ceil(value), most)) for value, most in zip(box[2:], (leaf.width, leaf.height), strict=True))
    return (left, top, right, bottom) if right > left and bottom > top else None
