"""Other spellings of a word whose writer was in doubt: each doubtful token replaced by what else might have stood there."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .kind import Span

MOST = 3  # spellings of a word
LEAST = 0.01  # a spelling is at least so likely
_MARKS = frozenset("<>|`$\\")  # of HTML, Markdown and LaTeX: with one more or less the word would be no word


class Stroke(NamedTuple):
    """The characters that one token completed: where they stand, its probability, and what else it might have been."""

    span: Span
    text: str
    probability: float
    alternatives: tuple[tuple[str, float], ...]


def spellings(word: tuple[Span, str], source: str, strokes: Sequence[Stroke], confidence: float | None) -> tuple[tuple[str, float], ...]:
    """(spelling, probability) of a word of `source`, the likeliest first; none where no token of it was in doubt.

    `word` is where it stands and what it says, `strokes` the tokens under it, `confidence` how likely it is right. The
    probability of a spelling is that of the word with the probabilities of its other tokens in place of those written:
    what stands behind a token is taken to be as likely as before. Spellings with blanks, marks of Markdown or HTML that the
    word has not, or letters that cannot be shown are left out.
    """
    (start, end), said = word
    if not confidence or not any(stroke.alternatives for stroke in strokes):
        return ()
    some = [("", 1.0)]  # the likeliest beginnings, with their probability over that of what was written
    at = start
    for stroke in strokes:
        low, high = max(stroke.span.start, start), min(stroke.span.end, end)
        between = source[at:low]
        ways = [(source[low:high], 1.0), *_within(stroke, Span(start, end))]
        grown = ((text + between + more, share * part) for text, share in some for more, part in ways)
        some = sorted(grown, key=lambda one: -one[1])[: MOST + 2]
        at = max(at, high)
    shares: dict[str, float] = {}
    for text, share in some:
        shown = _shown(text + source[at:end], source[start:end], said)
        if shown is not None and _is_word(shown, said):
            shares[shown] = shares.get(shown, 0.0) + share
    found = sorted(((text, min(confidence * share, 1.0)) for text, share in shares.items()), key=lambda one: -one[1])
    return tuple((text, chance) for text, chance in found[:MOST] if chance >= LEAST)


def _within(stroke: Stroke, word: Span) -> Iterable[tuple[str, float]]:
    """What the token's others would write of a word, over the token's probability; not those that differ beside the word."""
    before, after = stroke.text[: max(word.start - stroke.span.start, 0)], stroke.text[len(stroke.text) - max(stroke.span.end - word.end, 0) :]
    for text, chance in stroke.alternatives:
        if len(text) > len(before) + len(after) and text.startswith(before) and text.endswith(after):
            yield text[len(before) : len(text) - len(after)], chance / max(stroke.probability, 1e-12)


def _shown(text: str, source: str, said: str) -> str | None:
    """`text` as a word, in the way that `said` was made of `source`; None where that is not known."""
    ways = (str, html.unescape, lambda one: one.replace("*", ""))
    return next((way(text) for way in ways if way(source) == said), None)


def _is_word(text: str, said: str) -> bool:
    return bool(text) and text != said and text.isprintable() and not any(map(str.isspace, text)) and not (_MARKS & (set(text) - set(said)))
