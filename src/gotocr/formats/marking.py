"""Words of a block found again in its HTML: each is wrapped in tags, so that a page can say where it stands and how sure it is.

The words come in reading order and so does the HTML, both made from one source: what is compared is their letters alone,
without blanks and marks of Markdown, a formula counting as one letter. A word that is not found is left out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..schema import Word

WINDOW = 400  # letters ahead in which a word is looked for where it does not follow at once
_FORMULA = "\ufffc"
_IGNORED = frozenset("`*\\")  # and blanks: what one side may have and the other not
_TOKEN = re.compile(r"<[^>]*>|[^<]+|<")
_LETTER = re.compile(r"&[#\w]{1,10};|.", re.DOTALL)
_MATH = re.compile(
    r"(?<![\\$])\$(?=[^\s$])[^$\n]{1,600}?(?<=[^\s\\])\$(?![\d$])|(?<!\\)\\\((?:(?!\\\(|\\\))[^\n]){1,600}\\\)"
)
_UNSEEN = ("svg", "title", "summary", "pre")  # elements whose text is no word's


class _Letter(NamedTuple):
    """Where a letter that is seen stands: characters `start` up to `end` of the token of that number."""

    token: int
    start: int
    end: int
    last: int  # number of the last token of it; of a formula its end tag


def marked(source: str, words: Sequence[Word], opening: Callable[[int], str | None], closing: str) -> str:
    """`source` with each word that was found wrapped in what `opening(its number)` gives and `closing`; None leaves it as it is.

    A word that lies across tags is wrapped in parts.
    """
    tokens = [found[0] for found in _TOKEN.finditer(source)]
    seen, letters = _seen(tokens)
    before: dict[tuple[int, int], str] = {}
    behind: dict[tuple[int, int], str] = {}
    for number, start, end in _places(words, seen):
        tag = opening(number)
        if tag is None:
            continue
        for first, last in _parts(letters[start:end]):
            before[first.token, first.start] = tag
            behind[last.last, last.end] = closing
    return "".join(_cut(token, number, before, behind) for number, token in enumerate(tokens))


def _cut(token: str, number: int, before: dict[tuple[int, int], str], behind: dict[tuple[int, int], str]) -> str:
    """A token with what is to stand at places in it."""
    places = sorted({at for at in range(len(token) + 1) if (number, at) in before or (number, at) in behind})
    parts, at = [], 0
    for place in places:
        parts += [token[at:place], behind.get((number, place), ""), before.get((number, place), "")]
        at = place
    return "".join([*parts, token[at:]])


def _seen(tokens: Sequence[str]) -> tuple[str, list[_Letter]]:
    """The letters of the HTML that words are made of, and where each stands."""
    seen: list[str] = []
    letters: list[_Letter] = []
    inside, formula = 0, 0
    for number, token in enumerate(tokens):
        if token[0] == "<" and len(token) > 1:
            name = token.strip("</>").partition(" ")[0]
            step = -1 if token[1] == "/" else 0 if token.endswith("/>") else 1
            if name == "math":
                formula += step
                if step > 0 and formula == 1:
                    letters.append(_Letter(number, 0, len(token), number))
                    seen.append(_FORMULA)
                elif formula == 0 and letters:
                    letters[-1] = letters[-1]._replace(last=number, end=len(token))
            elif name in _UNSEEN:
                inside += step
        elif not inside and not formula:
            for found in _LETTER.finditer(token):
                letter = html.unescape(found[0]) if found[0][0] == "&" else found[0]
                if not letter.isspace() and letter not in _IGNORED:
                    seen.append(letter[:1])
                    letters.append(_Letter(number, *found.span(), number))
    return "".join(seen), letters


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
    joined, owners = [], []
    for number, word in enumerate(words):
        joined.append(word.text + " ")
        owners += [number] * (len(word.text) + 1)
    text, made, at = "".join(joined), [[] for _ in words], 0
    for formula in [*_MATH.finditer(text), None]:
        end = formula.start() if formula else len(text)
        for place in range(at, end):
            if not text[place].isspace() and text[place] not in _IGNORED:
                made[owners[place]].append(text[place])
        if formula:
            made[owners[end]].append(_FORMULA)
            at = formula.end()
    return ["".join(letters) for letters in made]


def _parts(letters: Sequence[_Letter]) -> list[tuple[_Letter, _Letter]]:
    """First and last letter of each stretch of a word within one text; a formula is a stretch of its own."""
    parts: list[tuple[_Letter, _Letter]] = []
    for letter in letters:
        if parts and parts[-1][1].last == letter.token and parts[-1][1].end == letter.start:
            parts[-1] = (parts[-1][0], letter)
        else:
            parts.append((letter, letter))
    return parts
