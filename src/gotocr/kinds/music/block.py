"""A stretch of written music: find it, read it, show it, check it, score it; the text is untrusted."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import lru_cache

from ...errors import GotocrError
from ...schema import Block
from .. import code
from ..kind import Span, fence
from ..svg import pure
from .abc_reader import from_abc
from .kern_reader import from_kern
from .musicxml_reader import from_musicxml
from .score import Score, problems

_KERN = re.compile(r"^(?:\*\*\w+\t)*\*\*kern\b[^\n]*(?:\n(?!```)[^\n]+)*", re.MULTILINE)
_ABC = re.compile(r"^X:[ \t]*\d{1,6}[ \t]*\n(?:[A-Za-z]:[^\n]*\n|%[^\n]*\n){1,40}?K:[^\n]*(?:\n(?!```)[^\n]+)*", re.MULTILINE)
_PRINTED = re.compile(r"^(?:[TC]:[^\n]*|w:[^\n]*)$", re.MULTILINE)
_WORD = re.compile(r"[^\s\-_*|~]+")
MOST_DRAWN = 4000  # notes; beyond, only the text is shown
_STYLED = re.compile(r'<g( id="[^"]*" class="(?:ending|fing|reh|tempo|(dir|dynam|mNum))\b)')  # what verovio's style sheet says of them
LOOKS = {"breaks": "auto", "adjustPageHeight": True, "footer": "none", "header": "none", "svgViewBox": True, "scale": 40,
         "adjustPageWidth": True, "pageMarginLeft": 20, "pageMarginRight": 20}  # fmt: skip


def find(text: str) -> Iterator[Span]:
    """Bare ABC (from `X:` to an empty line) and bare `**kern`; in fences both are found as code."""
    found = [match.span() for pattern in (_KERN, _ABC) for match in pattern.finditer(text)]
    at = 0
    for start, end in sorted(found):
        if start >= at:
            yield Span(start, end)
            at = end


def read(text: str) -> tuple[Score, list[str]]:
    """The score of a text in ABC, `**kern` or MusicXML, fenced or not, and what is wrong with it."""
    body = code.bare(text)
    return {"kern": from_kern, "musicxml": from_musicxml, "abc": from_abc}[form_of(body)](body)


def form_of(text: str) -> str:
    return "musicxml" if "<score-partwise" in text else "kern" if "**kern" in text else "abc"


def parse(source: str) -> Block:
    """`data["form"]` is "abc", "kern" or "musicxml"."""
    text = code.bare(source)
    block = Block("music", text, data={"form": form_of(text)})
    return Block("music", text, problems=tuple(check(block)), data=block.data)


def check(block: Block) -> list[str]:
    """What was not understood, and bars that are not full. Nothing is engraved."""
    score, found = read(block.text)
    return [*found, *(problems(score) if score.bars else [])]


def show(block: Block) -> str:
    """The engraved music under its title, where the engraver is installed and the text is sound; else the text."""
    drawing = svg(block)
    if not drawing:
        return f'<pre class="music">{html.escape(block.text)}</pre>'
    score = read(block.text)[0]
    heads = "<br>".join(map(html.escape, filter(None, (score.title, score.composer))))
    caption = f"<figcaption>{heads}</figcaption>" if heads else ""
    return f'<figure class="music">{caption}{drawing}</figure>'


def svg(block: Block) -> str | None:
    """The engraved music; None where the text is not sound, too long, or cannot be engraved here."""
    score, found = read(block.text)
    if found or problems(score) or sum(len(voice) for bar in score.bars for voice in bar.voices) > MOST_DRAWN:
        return None
    return _engraved(score) or None


@lru_cache(maxsize=64)
def _engraved(score: Score) -> str:
    """SVG of our own MEI, so that nothing of the untrusted text but escaped words is in it; "" where it cannot be had."""
    from .engraver import engrave
    from .mei import to_mei

    try:
        drawn = engrave(to_mei(score), options=LOOKS)
    except GotocrError:
        return ""
    drawn = _STYLED.sub(lambda found: f'<g {"font-style=" if found[2] else "font-weight="}"{"italic" if found[2] else "bold"}"{found[1]}', drawn)
    drawn = drawn.replace("<svg ", '<svg stroke="currentColor" ', 1).replace("<text ", '<text stroke="none" ')
    return pure(drawn) or ""


def markdown(block: Block) -> str:
    return block.text if block.data.get("form") == "kern" else fence(block.text, "abc")


def words(source: str) -> Iterator[tuple[Span, str]]:
    """The words of titles, names and lyrics; a hyphen parts syllables."""
    if form_of(source) == "kern":
        return
    for line in _PRINTED.finditer(source):
        for word in _WORD.finditer(source, line.start() + 2, line.end()):
            yield Span(*word.span()), word[0]


def symbol_score(written: str, truth: str) -> float:
    """1 - symbol error rate, not below 0; 1.0 where both hold no music."""
    from ...metrics.music import symbol_error_rate
    from .symbols import symbols

    one, other = symbols(read(written)[0]), symbols(read(truth)[0])
    if not _has_music(other):
        return float(not _has_music(one))
    return max(0.0, 1.0 - symbol_error_rate(one, other))


def note_score(written: str, truth: str) -> float:
    """F1 of the notes with the right pitch and length; 1.0 where both hold none."""
    from ...metrics.music import note_f1
    from .symbols import notes

    return note_f1(notes(read(written)[0]), notes(read(truth)[0]))


def _has_music(found: list[tuple[str, ...]]) -> bool:
    return any(symbol[0] in ("note", "rest") for symbol in found)
