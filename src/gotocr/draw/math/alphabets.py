"""The alphabets of mathematics: which Unicode character a letter is in bold, script, Fraktur, sans-serif and the like."""

from __future__ import annotations

from functools import lru_cache

# Where the capitals, small letters and digits of an alphabet begin; 0 = it has none.
_LATIN = {
    "rm": (0, 0, 0),
    "bf": (0x1D400, 0x1D41A, 0x1D7CE),
    "it": (0x1D434, 0x1D44E, 0),
    "bi": (0x1D468, 0x1D482, 0x1D7CE),
    "cal": (0x1D49C, 0x1D4B6, 0),
    "bcal": (0x1D4D0, 0x1D4EA, 0x1D7CE),
    "frak": (0x1D504, 0x1D51E, 0),
    "bb": (0x1D538, 0x1D552, 0x1D7D8),
    "bfrak": (0x1D56C, 0x1D586, 0x1D7CE),
    "sf": (0x1D5A0, 0x1D5BA, 0x1D7E2),
    "bsf": (0x1D5D4, 0x1D5EE, 0x1D7EC),
    "sfit": (0x1D608, 0x1D622, 0x1D7E2),
    "tt": (0x1D670, 0x1D68A, 0x1D7F6),
}
# Where capital Alpha and small alpha of an alphabet stand; the others follow as in the Greek block.
_GREEK = {"bf": (0x1D6A8, 0x1D6C2), "it": (0x1D6E2, 0x1D6FC), "bi": (0x1D71C, 0x1D736), "bsf": (0x1D756, 0x1D770)}
_GREEK_VARIANTS = "\u2202\u03f5\u03d1\u03f0\u03d5\u03f1\u03d6"  # these follow small omega, in this order
# Letters that had a place in Unicode before the alphabets came.
_HOLES = {
    0x1D455: 0x210E,
    **{
        first + ord(letter) - ord("A" if letter.isupper() else "a"): code
        for first, letters, codes in (
            (0x1D49C, "BEFHILMR", (0x212C, 0x2130, 0x2131, 0x210B, 0x2110, 0x2112, 0x2133, 0x211B)),
            (0x1D4B6, "ego", (0x212F, 0x210A, 0x2134)),
            (0x1D504, "CHIRZ", (0x212D, 0x210C, 0x2111, 0x211C, 0x2128)),
            (0x1D538, "CHNPQRZ", (0x2102, 0x210D, 0x2115, 0x2119, 0x211A, 0x211D, 0x2124)),
        )
        for letter, code in zip(letters, codes, strict=True)
    },
}
_DOTLESS = {"\u0131": 0x1D6A4, "\u0237": 0x1D6A5}


@lru_cache(maxsize=8192)
def letter_in(alphabet: str, letter: str) -> str:
    """`letter` in an alphabet: a key of the tables here, "" for the slanted letters of formulas, "bm" for those bold.

    What has no place there is itself. As in LaTeX, capital Greek is upright and digits are plain unless the alphabet has them.
    """
    code = ord(letter)
    greek = 0x391 <= code <= 0x3C9 or letter in _GREEK_VARIANTS
    if alphabet in ("", "bm") and ((greek and code < 0x3AA) or letter == "\u2207" or letter.isdigit()):
        alphabet = "bf" if alphabet else "rm"
    if alphabet == "bm":
        alphabet = "bi"
    alphabet = alphabet or "it"
    if greek:
        return _greek(alphabet, letter)
    if alphabet == "it" and letter in _DOTLESS:
        return chr(_DOTLESS[letter])
    if not letter.isascii() or not letter.isalnum():
        return letter
    capital, small, digit = _LATIN[alphabet]
    base, first = (capital, "A") if letter.isupper() else (small, "a") if letter.islower() else (digit, "0")
    found = base + code - ord(first) if base else code
    return chr(_HOLES.get(found, found))


def _greek(alphabet: str, letter: str) -> str:
    if alphabet not in _GREEK:
        # Sans-serif, script and so on have no Greek; small letters stay slanted, as in LaTeX.
        alphabet = "it" if ord(letter) >= 0x3AA and alphabet != "rm" else "rm"
    if alphabet == "rm":
        return letter
    capital, small = _GREEK[alphabet]
    if letter in _GREEK_VARIANTS:
        return chr(small + 25 + _GREEK_VARIANTS.index(letter))
    return chr(capital + ord(letter) - 0x391) if ord(letter) < 0x3AA else chr(small + ord(letter) - 0x3B1)
