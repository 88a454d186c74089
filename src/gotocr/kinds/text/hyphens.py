"""Where a word may be parted at a line's end: a rule of thumb on vowels and consonants for the Latin-script languages."""

from __future__ import annotations

import re
from functools import lru_cache

LEAST = 5  # letters of a word that is parted
BEFORE, AFTER = 2, 3  # least letters left on either line
VOWELS = "aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüœ"
# One to three consonants between vowels: the break stands before the last one, or before a pair that is spoken as one.
_BREAK = re.compile(rf"(?<=[{VOWELS}])(?P<between>[^\W\d_{VOWELS}]{{1,4}})(?=[{VOWELS}])")
_TOGETHER = tuple("ch ck ph sh th qu gu gn ll rr tr dr br pr cr gr fr vr bl pl cl gl fl st sp sc".split())


@lru_cache(maxsize=20_000)
def points(word: str) -> tuple[int, ...]:
    """Places in a word, counted in characters, before which a hyphen and a line break may stand."""
    if len(word) < LEAST or not word.isalpha() or not (word.islower() or word.istitle()):
        return ()
    lower, found = word.lower(), []
    for match in _BREAK.finditer(lower):
        between = match["between"]
        at = match.end() - (2 if between.endswith(_TOGETHER) and len(between) > 1 else 1)
        if BEFORE <= at <= len(word) - AFTER:
            found.append(at)
    return tuple(found)
