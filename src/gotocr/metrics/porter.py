"""English words cut to their stems: Porter (1980), "An algorithm for suffix stripping", Program 14(3), as nltk runs it.

nltk's default adds to the paper: a few irregular words, words of two letters stay, `y` becomes `i` only behind a consonant,
`ies` and `ied` of short words keep their `e`, and some more endings of the second step.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

IRREGULAR = {
    **dict.fromkeys(["sky", "skies"], "sky"),
    **{"dying": "die", "lying": "lie", "tying": "tie", "news": "news", "howe": "howe"},
    **{"innings": "inning", "inning": "inning", "outings": "outing", "outing": "outing"},
    **{"cannings": "canning", "canning": "canning", "proceed": "proceed", "exceed": "exceed", "succeed": "succeed"},
}


def _endings(text: str) -> dict[str, str]:
    """From "ending>replacement ..." in the order in which they are tried."""
    pairs = (entry.split(">") for entry in text.split())
    return {ending: replacement for ending, replacement in pairs}


SECOND = _endings(
    "ational>ate tional>tion enci>ence anci>ance izer>ize bli>ble alli>al entli>ent eli>e ousli>ous ization>ize ation>ate "
    "ator>ate alism>al iveness>ive fulness>ful ousness>ous aliti>al iviti>ive biliti>ble fulli>ful logi>log"
)
THIRD = _endings("icate>ic ative> alize>al iciti>ic ical>ic ful> ness>")
FOURTH = "al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize".split()


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of a word, in small letters; any string will do."""
    word = word.lower()
    if word in IRREGULAR:
        return IRREGULAR[word]
    if len(word) <= 2:
        return word
    word = _past(_plural(word))
    if word.endswith("y") and len(word) > 2 and _shape(word)[-2] == "c":
        word = word[:-1] + "i"
    return _last(_fourth(_replaced(_second(word), THIRD)))


def _shape(word: str) -> str:
    """`c` for each consonant and `v` for each vowel; a `y` behind a consonant is a vowel."""
    shape = ""
    for letter in word:
        shape += "v" if letter in "aeiou" or (letter == "y" and shape[-1:] == "c") else "c"
    return shape


def _measure(word: str) -> int:
    """How often a vowel is followed by a consonant: m of the paper."""
    return _shape(word).count("vc")


def _is_short(word: str) -> bool:
    """Ends in consonant, vowel, consonant, the last not w, x or y; or is a vowel and a consonant."""
    shape = _shape(word)
    return shape == "vc" or (shape.endswith("cvc") and word[-1] not in "wxy")


def _plural(word: str) -> str:
    if word.endswith("ies"):
        return word[:-1] if len(word) == 4 else word[:-2]
    if word.endswith("sses"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past(word: str) -> str:
    if word.endswith("ied"):
        return word[:-1] if len(word) == 4 else word[:-2]
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) else word
    ending = next((ending for ending in ("ed", "ing") if word.endswith(ending)), "")
    base = word[: len(word) - len(ending)]
    if not ending or "v" not in _shape(base):
        return word
    if base.endswith(("at", "bl", "iz")):
        return base + "e"
    if len(base) > 1 and base[-1] == base[-2] and _shape(base)[-1] == "c":
        return base if base[-1] in "lsz" else base[:-1]
    return base + "e" if _measure(base) == 1 and _is_short(base) else base


def _replaced(word: str, endings: Mapping[str, str]) -> str:
    """The first ending that a word has is replaced, if what stands before it has a vowel and a consonant."""
    ending = next((ending for ending in endings if word.endswith(ending)), None)
    if ending is None:
        return word
    base = word[: len(word) - len(ending)]
    kept = base + "l" if ending == "logi" else base  # so that `geo` and `theo` are long enough
    return base + endings[ending] if _measure(kept) else word


def _second(word: str) -> str:
    while word.endswith("alli") and _measure(word[:-4]):
        word = word[:-2]
    return _replaced(word, SECOND)


def _fourth(word: str) -> str:
    ending = next((ending for ending in FOURTH if word.endswith(ending)), "")
    base = word[: len(word) - len(ending)]
    removed = ending and _measure(base) > 1 and (ending != "ion" or base[-1] in "st")
    return base if removed else word


def _last(word: str) -> str:
    if word.endswith("e"):
        base = word[:-1]
        if _measure(base) > 1 or (_measure(base) == 1 and not _is_short(base)):
            word = base
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word
