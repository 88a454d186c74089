"""A page as written to blocks: which kind each stretch is, where its words stand, and how sure the writer was."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..schema import Block, Box, Piece, Word
from . import KINDS, code, text
from .kind import Kind, Span
from .mending import mended
from .spellings import Stroke, spellings

_ONE = ("formula", "molecule")  # kinds that are right or wrong as a whole
_SUNG = "music"  # whose words are the smaller part of it
_RUN = re.compile(r"\S+")
_BARE = 20_000  # characters of a page that may be bare writing
CUT = {
    "length": "cut off: the cap on tokens was reached",
    "time": "cut off: the time for a page was up",
    "loop": "cut off: the writer went in circles",
}


def parse(written: str | Sequence[Piece], size: tuple[int, int], mode: str = "format") -> tuple[Block, ...]:
    """Split a page into blocks, in reading order.

    `written` is the page's text or the pieces it was written in (then words and blocks have boxes and confidences),
    `size` the page's (width, height) in pixels, `mode` one of `schema.MODES`: "format" looks for every kind,
    "plain" keeps the lines as printed.

    A word's box is the union of the boxes of the tokens its characters came from, a block's is the union of its words'
    (of its tokens' where it has no words). A word's confidence is the product of its tokens' probabilities, how likely it
    is that all of it is right; where a token was in doubt, the word has other spellings as `alternatives`. A block's
    confidence is the share of its words that is expected to be right, the mean of theirs (of code, music and drawings, of
    what stands between blanks). Of a formula or a molecule it is how likely all of it is right, the product of its
    tokens', for with one sign wrong it is another one.
    A block that a cap or a loop cut off says so in `problems`. Never raises on content.
    """
    pieces = [Piece(-1, written, math.nan)] if isinstance(written, str) else written
    ink = _Ink(pieces, size)
    blocks = [_block(kind, span, ink) for kind, span in spans(ink.text, mode)]
    finish = pieces[-1].finish if pieces else None
    if blocks and finish in CUT:
        blocks[-1] = replace(blocks[-1], problems=(*blocks[-1].problems, CUT[finish]))
    return tuple(blocks)


def spans(written: str, mode: str = "format") -> Iterator[tuple[Kind, Span]]:
    """The blocks of a page's text, in reading order: of which kind each is, and where it stands."""
    return _printed(written) if mode == "plain" else _kinds(written)


def confidence(blocks: Iterable[Block]) -> float | None:
    """The share of the words of some blocks that is expected to be right; None where nothing is known.

    Of code, words are what stands between blanks; a block that has no words (a formula, a staff, a drawing) counts as one.
    """
    known = [(block.confidence, weight(block)) for block in blocks if block.confidence is not None]
    total = sum(count for _, count in known)
    return min(math.fsum(sure * count for sure, count in known) / total, 1.0) if total else None


def weight(block: Block) -> int:
    """How many words a block counts as."""
    if block.kind == code.KIND.name:
        return len(block.text.split())
    return len(block.words) if block.words and block.kind != _SUNG else 1


def mean(chances: Iterable[float | None]) -> float | None:
    """Of those that are known; None without any."""
    known = [chance for chance in chances if chance is not None]
    return min(math.fsum(known) / len(known), 1.0) if known else None


def joint(probabilities: Iterable[float]) -> float | None:
    """Product: how likely all are right at once; None where nothing is known."""
    logs = [math.log(max(p, 1e-12)) for p in probabilities if not math.isnan(p)]
    return math.exp(math.fsum(logs)) if logs else None


def _printed(written: str) -> Iterator[tuple[Kind, Span]]:
    return ((text.PRINTED, span) for span in text.PRINTED.find(written))


def _kinds(written: str) -> Iterator[tuple[Kind, Span]]:
    """Every stretch with its kind: the earliest find wins, the registry's order on a tie; text is what remains.

    A page that is nothing but the bare writing of one kind is of that kind.
    """
    whole = written.strip()
    bare = next((kind for kind in KINDS.working() if kind.bare(whole)), None) if 0 < len(whole) <= _BARE else None
    if bare:
        start = written.index(whole[0])
        yield bare, Span(start, start + len(whole))
        return
    finders = [_Finder(kind, written) for kind in KINDS.working() if kind.name != text.KIND.name]
    at = 0
    while at < len(written):
        found = [(finder.next(at), finder.kind) for finder in finders]
        span, kind = min(found, key=lambda pair: pair[0].start)
        for start, end in text.KIND.find(written[at : span.start]):
            yield text.KIND, Span(at + start, at + end)
        if span.end > span.start:
            yield kind, span
        at = span.end


class _Finder:
    """One kind's finds from left to right, looked for anew where an earlier block swallowed an opening mark."""

    def __init__(self, kind: Kind, written: str) -> None:
        self.kind, self._text = kind, written
        self._start_over(0)

    def _start_over(self, at: int) -> None:
        self._base, self._spans = at, self.kind.find(self._text[at:])
        self._advance()

    def _advance(self) -> None:
        span = next((span for span in self._spans if span.end > span.start), None)
        end = len(self._text)
        self._span = Span(self._base + span.start, self._base + span.end) if span else Span(end, end)

    def next(self, at: int) -> Span:
        """The first span that starts at or after `at`; an empty one at the text's end when there is none."""
        while self._span.start < at:
            if self._span.end > at:
                self._start_over(at)
            else:
                self._advance()
        return self._span


@dataclass(frozen=True)
class _Stroke:
    """The characters that one token completed, with the tokens that held its first bytes."""

    span: Span
    probabilities: tuple[float, ...]
    boxes: tuple[Box, ...]
    alternatives: tuple[tuple[str, float], ...] = ()  # of the last of them


class _Ink:
    """The text of a page and, for any stretch of it, the tokens it came from."""

    def __init__(self, pieces: Iterable[Piece], size: tuple[int, int]) -> None:
        self._size = size
        self._strokes: list[_Stroke] = []
        texts: list[str] = []
        at, probabilities, boxes = 0, [], []
        for piece in pieces:
            probabilities.append(piece.probability)
            boxes += [box for box in [self._clip(piece.box)] if box]
            if piece.text:
                span = Span(at, at + len(piece.text))
                self._strokes.append(_Stroke(span, tuple(probabilities), tuple(boxes), piece.alternatives))
                texts.append(piece.text)
                at, probabilities, boxes = span.end, [], []
        self.text = "".join(texts)
        self._starts = [stroke.span.start for stroke in self._strokes]

    def _clip(self, box: Box | None) -> Box | None:
        """The part of `box` on the page; None for no ink, and for numbers that are none."""
        if box is None or not all(map(math.isfinite, box)):
            return None
        width, height = self._size
        left, top, right, bottom = (
            float(min(max(value, 0), most)) for value, most in zip(box, (width, height, width, height), strict=True)
        )
        return (left, top, right, bottom) if right > left and bottom > top else None

    def under(self, span: Span) -> tuple[Box | None, list[float]]:
        """The union of the boxes and the probabilities of the tokens under the characters of `span`."""
        strokes = self._under(span)
        boxes = [box for stroke in strokes for box in stroke.boxes]
        return union(boxes), [p for stroke in strokes for p in stroke.probabilities]

    def word(self, span: Span, said: str) -> Word:
        """The word that stands there, with what is known of it."""
        box, chances = self.under(span)
        sure = joint(chances)
        strokes = self._under(span)
        if not any(stroke.alternatives for stroke in strokes):
            return Word(said, box, sure)
        told = [Stroke(one.span, self.text[slice(*one.span)], one.probabilities[-1], one.alternatives) for one in strokes]
        return Word(said, box, sure, spellings((span, said), self.text, told, sure))

    def _under(self, span: Span) -> list[_Stroke]:
        first = max(bisect_right(self._starts, span.start) - 1, 0)
        return self._strokes[first : bisect_left(self._starts, span.end)]


def union(boxes: Iterable[Box | None]) -> Box | None:
    """The smallest box around all that are known."""
    known = [box for box in boxes if box]
    if not known:
        return None
    lefts, tops, rights, bottoms = zip(*known, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


def _block(kind: Kind, span: Span, ink: _Ink) -> Block:
    source = ink.text[span.start : span.end]
    box, chances = ink.under(span)
    words = tuple(ink.word(Span(span.start + start, span.start + end), word) for (start, end), word in kind.words(source))
    block = mended(_named(kind.parse(source)))
    if words and block.kind != _SUNG:
        sure = mean(word.confidence for word in words)
    elif block.kind in _ONE:
        sure = joint(chances)
    else:
        at = max(source.find("\n") + 1, 0) if source[:1] in "`~" else 0  # behind the line of a fence
        runs = (Span(span.start + run.start(), span.start + run.end()) for run in _RUN.finditer(source, at))
        sure = mean(joint(ink.under(run)[1]) for run in runs if ink.text[run.start : run.end].strip("`~"))
    return replace(block, box=union(word.box for word in words) or box, confidence=sure, words=words)


def _named(block: Block) -> Block:
    """A fenced block whose info string is a kind's is a block of that kind."""
    info = block.data.get("language")
    kind = fenced(info) if block.kind == "code" and isinstance(info, str) else None
    if not kind:
        return block
    inner = kind.parse(block.text)
    return replace(inner, problems=(*block.problems, *inner.problems))


def fenced(info: str) -> Kind | None:
    """The kind whose fenced blocks have this info string, or its name for one; None for what is program text."""
    own = (kind for kind in KINDS.working() if kind.name not in ("text", "code"))
    return next((kind for kind in own if info in (kind.name, kind.info)), None) if info else None
