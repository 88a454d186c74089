"""Words of a block found again in its HTML: each is wrapped in tags, so that a page can say where it stands and how sure it is.

The words come in reading order and so does the HTML, both made from one source: what is compared is their letters alone,
without blanks and marks of Markdown, a formula counting as one letter. A word that is not found is left out.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..schema import Word

WINDOW = 400  # letters ahead in which a word is looked for where it does not follow at once
_FORMULA = "\ufffc"
_TOKEN = re.compile(r"<[^<>]*>|[^<]+|<")
_PIECE = re.compile(r"[^\s`*\\&]+|&[#\w]{1,10};|&")  # letters without blanks and marks of Markdown
_UNCOMPARED = re.compile(r"[\s`*\\]+")
_MATH = re.compile(
    r"(?<![\\$])\$(?=[^\s$])[^$\n]{1,600}?(?<=[^\s\\])\$(?![\d$])|(?<!\\)\\\((?:(?!\\\(|\\\))[^\n]){1,600}\\\)"
)
_UNSEEN = ("svg", "title", "summary", "pre")  # elements whose text is no word's


class _Piece(NamedTuple):
    """Letters that are seen, side by side in the HTML: the first is number `at` of all that are seen."""

    at: int
    token: int
    start: int  # in its token
    whole: int  # characters in the HTML, where it is one letter or a formula; 0 = a letter each
    last: int  # number of the token it ends in


def marked(source: str, words: Sequence[Word], opening: Callable[[int], str | None], closing: str) -> str:
    """`source` with each word that was found wrapped in what `opening(its number)` gives and `closing`; None leaves it as it is.

    A word that lies across tags is wrapped in parts.
    """
    tokens = [found[0] for found in _TOKEN.finditer(source)]
    seen, pieces = _seen(tokens)
    starts = [piece.at for piece in pieces]
    inserts: dict[int, list[tuple[int, int, str]]] = {}  # token: (place in it, closing before opening, what)
    for number, start, end in _places(words, seen):
        tag = opening(number)
        if tag is None:
            continue
        first = bisect_right(starts, start) - 1
        for (token, begin), (last, stop) in _parts(pieces, first, (start, end), tokens):
            inserts.setdefault(token, []).append((begin, 1, tag))
            inserts.setdefault(last, []).append((stop, 0, closing))
    return "".join(_cut(token, sorted(inserts.get(number, ()))) for number, token in enumerate(tokens))


def _cut(token: str, inserts: Sequence[tuple[int, int, str]]) -> str:
    """A token with what is to stand at places in it."""
    parts, at = [], 0
    for place, _, what in inserts:
        parts += [token[at:place], what]
        at = place
    return "".join([*parts, token[at:]])


def _seen(tokens: Sequence[str]) -> tuple[str, list[_Piece]]:
    """The letters of the HTML that words are made of, and where they stand."""
    seen: list[str] = []
    pieces: list[_Piece] = []
    inside = formula = at = 0
    for number, token in enumerate(tokens):
        if token[0] == "<" and len(token) > 1:
            name = token.strip("</>").partition(" ")[0]
            step = -1 if token[1] == "/" else 0 if token.endswith("/>") else 1
            if name == "math":
                formula += step
                if step > 0 and formula == 1 and not inside:
                    pieces.append(_Piece(at, number, 0, len(token), number))
                    seen.append(_FORMULA)
                    at += 1
                elif formula == 0 and pieces and not inside:
                    pieces[-1] = pieces[-1]._replace(last=number, whole=len(token))
            elif name in _UNSEEN:
                inside += step
        elif not inside and not formula:
            for found in _PIECE.finditer(token):
                letters, whole = found[0], 0
                if letters[0] == "&":
                    letters, whole = html.unescape(letters)[:1], len(letters)
                    if letters.isspace():
                        continue
                pieces.append(_Piece(at, number, found.start(), whole, number))
                seen.append(letters)
                at += len(letters)
    return "".join(seen), pieces


def _places(words: Sequence[Word], seen: str) -> list[tuple[int, int, int]]:
    """(number of a word, its first letter, the one behind its last) of those that are found, from left to right."""
    found, at = [], 0
    for number, letters in enumerate(_letters(words)):
        if not letters:
            continue
        place = at if seen.startswith(letters, at) else seen.find(letters, at, at + WINDOW + len(letters))
        if place >= 0:
            at = place + len(letters)
            found.append((number, place, at))
    return found


def _letters(words: Sequence[Word]) -> list[str]:
    """The letters of each word; a formula is one letter of the word it begins in."""
    if not any("$" in word.text or "\\(" in word.text for word in words):
        return [_UNCOMPARED.sub("", word.text) for word in words]
    text = " ".join(word.text for word in words)
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word.text) + 1
    parts: list[list[str]] = [[] for _ in words]
    at = 0
    for formula in [*_MATH.finditer(text), None]:
        end = formula.start() if formula else len(text)
        while at < end:
            owner = bisect_right(starts, at) - 1
            stop = min(end, starts[owner + 1] if owner + 1 < len(starts) else end)
            parts[owner].append(_UNCOMPARED.sub("", text[at:stop]))
            at = stop
        if formula:
            parts[bisect_right(starts, end) - 1].append(_FORMULA)
            at = formula.end()
    return ["".join(letters) for letters in parts]


_Place = tuple[int, int]  # number of a token, place in it


def _parts(pieces: Sequence[_Piece], first: int, span: tuple[int, int], tokens: Sequence[str]) -> list[tuple[_Place, _Place]]:
    """The stretches of a word, letters `span` of what is seen, each within one text; a formula is a stretch of its own."""
    parts: list[tuple[_Place, _Place]] = []
    start, end = span
    for number in range(first, len(pieces)):
        piece = pieces[number]
        if piece.at >= end:
            break
        begin = piece.token, piece.start + (0 if piece.whole else max(0, start - piece.at))
        if piece.whole:
            stop = piece.last, piece.whole + (piece.start if piece.last == piece.token else 0)
        else:
            behind = pieces[number + 1].at if number + 1 < len(pieces) else end
            stop = piece.token, piece.start + min(end, behind) - piece.at
        if parts and parts[-1][1][0] == begin[0]:
            gap = tokens[begin[0]][parts[-1][1][1] : begin[1]]
            if not gap or _UNCOMPARED.fullmatch(html.unescape(gap)):
                parts[-1] = parts[-1][0], stop
                continue
        parts.append((begin, stop))
    return parts
