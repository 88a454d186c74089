"""Which character a glyph of a TeX font shows, told by its name; pieces of a tall or wide glyph show it once."""

from __future__ import annotations

import re
import unicodedata

# Names that the Adobe glyph list does not have, without what tells size and piece.
_NAMES = dict(
    word.split("=")
    for word in (
        "parenleft=( parenright=) bracketleft=[ bracketright=] braceleft={ braceright=} angbracketleft=\u27e8 "
        "angbracketright=\u27e9 floorleft=\u230a floorright=\u230b ceilingleft=\u2308 ceilingright=\u2309 slash=/ "
        "backslash=\\ bar=| vextendsingle=| vextenddouble=\u2016 bardbl=\u2016 radical=\u221a circleplus=\u2295 "
        "circlemultiply=\u2297 circledot=\u2299 hat=\u0302 tilde=\u0303 bracehtipdownleft=\u23de bracehtipupleft=\u23df "
        "similarequal=\u2243 element=\u2208 owner=\u220b negationslash=\u0338 prime=\u2032 Rfractur=\u211c "
        "Ifractur=\u2111 lscript=\u2113 weierstrass=\u2118 partialdiff=\u2202 star=\u22c6 vector=\u20d7 "
        "triangleright=\u22b3 triangleleft=\u22b2 defines=\u225c planckover2pi1=\u0127 planckover2pi=\u210f "
        "harpoonleftright=\u21cc harpoonrightleft=\u21cb openbullet=\u2218 periodcentered=\u22c5 asteriskmath=\u2217 "
        "equivalence=\u2261 similar=\u223c propersubset=\u2282 propersuperset=\u2283 reflexsubset=\u2286 "
        "reflexsuperset=\u2287 lessmuch=\u226a greatermuch=\u226b precedes=\u227a follows=\u227b approxequal=\u2248 "
        "asymptequal=\u224d plusminus=\xb1 minusplus=\u2213 circleminus=\u2296 circledivide=\u2298 circlecopyrt=\u25ef "
        "equivasymptotic=\u224d precedesequal=\u2aaf followsequal=\u2ab0 turnstileleft=\u22a2 turnstileright=\u22a3 "
        "perpendicular=\u22a5 latticetop=\u22a4 universal=\u2200 existential=\u2203 logicalnot=\xac emptyset=\u2205 "
        "wreathproduct=\u2240 club=\u2663 diamond=\u22c4 heart=\u2661 spade=\u2660 section=\xa7 paragraph=\xb6 "
        "dotlessi=\u0131 dotlessj=\u0237 epsilon1=\u03b5 theta1=\u03d1 pi1=\u03d6 rho1=\u03f1 sigma1=\u03c2 phi1=\u03c6 "
        "arrowhookright=\u21aa arrowhookleft=\u21a9 mapsto=\u21a6 square=\u25a1 squaresolid=\u25a0 lessorsimilar=\u2272 "
        "greaterorsimilar=\u2273 lessorequalslant=\u2a7d greaterorequalslant=\u2a7e followsorcurly=\u227d "
        "precedesorcurly=\u227c arrowsquiggleright=\u21dd forces=\u22a9 satisfies=\u22a8 trianglerighteq=\u22b5 "
        "check=\u02c7 circumflex=\u0302 tildewide=\u0303 tie=\u0311 visiblespace=\u2423 nexists=\u2204 "
        "subsetnoteql=\u228a supersetnoteql=\u228b logicaland=\u2227 logicalor=\u2228 union=\u222a intersection=\u2229 "
        "unionmulti=\u228e unionsq=\u2294 summation=\u2211 integral=\u222b product=\u220f "
    ).split()
)
# Operators that have a display and a text size.
_LARGE = dict(
    word.split("=")
    for word in (
        "summation=\u2211 product=\u220f coproduct=\u2210 integral=\u222b contintegral=\u222e union=\u22c3 "
        "intersection=\u22c2 unionmulti=\u2a04 logicaland=\u22c0 logicalor=\u22c1 unionsq=\u2a06 circleplus=\u2a01 "
        "circlemultiply=\u2a02 circledot=\u2a00 "
    ).split()
)
_SIZES = re.compile(r"(?:display|text|big|Big|bigg|Bigg|wide|wider|widest)$")
_PIECES = re.compile(r"(?:bt|ex|mid|vertex|tp|tpex|btex)$")
_EXACT = frozenset("bracehtipdownleft bracehtipupleft vextendsingle vextenddouble".split())
_LATER = frozenset("bracehtipdownright bracehtipupright braceex vextendsingleex".split())
_ACCENTS = {
    "`": "\u0300",
    "\xb4": "\u0301",
    "\u02c6": "\u0302",
    "^": "\u0302",
    "\u02dc": "\u0303",
    "~": "\u0303",
    "\xaf": "\u0304",
}
_ACCENTS |= {"\u02c9": "\u0304", "\u02d8": "\u0306", "\u02d9": "\u0307", "\xa8": "\u0308", "\u02da": "\u030a", "\u02c7": "\u030c"}


def letter_of(name: str, mark: str) -> str:
    """The character (ligatures: characters) of a glyph by name, or else by the Unicode it is said to be; "" for a piece."""
    base = _SIZES.sub("", name)
    if name in _LATER:
        return ""
    if base in _LARGE and base != name:
        return _LARGE[base]
    if name in _EXACT or base in _NAMES:
        return _NAMES.get(base, "")
    pieceless = _PIECES.sub("", base)
    if pieceless != base and pieceless in _NAMES:
        return _NAMES[pieceless] if base.endswith("tp") or pieceless in ("radical",) and base.endswith("bt") else ""
    return fold(_NAMES.get(name, mark))


def fold(letter: str) -> str:
    """A character without its font, an accent as the mark that combines: what glyphs of different fonts are compared by."""
    if letter in _ACCENTS:
        return _ACCENTS[letter]
    return unicodedata.normalize("NFKC", letter) if len(letter) == 1 else letter
