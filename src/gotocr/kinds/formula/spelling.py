"""The one spelling of each symbol: commands that draw the same character, or nearly, are written the same way."""

from __future__ import annotations

from functools import lru_cache

# Characters that differ by the space around them or by a hair: written as the second.
_ALIKE = {
    "\u2223": "|",  # mid
    "\u2225": "\u2016",  # parallel
    "\u29f5": "\\",  # setminus, backslash
    "\u25fb": "\u25a1",
    "\u25bf": "\u25bd",
    "\u25b5": "\u25b3",
    "\u25c1": "\u22b2",
    "\u25b7": "\u22b3",
    "\u25c7": "\u25ca",
    "\u00b7": "\u22c5",
    "\u2254": ":=",
    "\u2255": "=:",
    "\u2237": "::",
    "\u2a74": "::=",
    "\u00b5": "\u03bc",
    "\u2206": "\u0394",
}
# The spelling of a character where it is not the shortest command for it that everybody knows.
_CHOSEN = {
    "\u2135": r"\aleph",
    "\\": r"\setminus",
    "\u22a5": r"\perp",
    "\u25a1": r"\square",
    "\u25ca": r"\lozenge",
    "\u2663": r"\clubsuit",
    "\u2662": r"\diamondsuit",
    "\u2661": r"\heartsuit",
    "\u2660": r"\spadesuit",
    "\u2020": r"\dagger",
    "\u2021": r"\ddagger",
    "\u2205": r"\emptyset",
    "\u2203": r"\exists",
    "\u2111": r"\Im",
    "\u211c": r"\Re",
    "\u221e": r"\infty",
    "\u00ac": r"\neg",
    "\u2032": "'",
    "\u2217": "*",
    "\u0131": r"\imath",
    "\u0237": r"\jmath",
    "\u00a3": r"\pounds",
    "\u2212": "-",
    "|": "|",
    "\u2016": r"\|",
    "{": r"\{",
    "}": r"\}",
    "[": "[",
    "]": "]",
    "(": "(",
    ")": ")",
    "<": "<",
    ">": ">",
    "=": "=",
    ":": ":",
    "\u2022": r"\bullet",
    "\u2026": r"\ldots",
    "\u22ef": r"\cdots",
    "\u2034": "'''",
    "\u03d1": r"\vartheta",
    "\u2118": r"\wp",
    "\u222b": r"\int",
    "\u222e": r"\oint",
    "\u25b3": r"\triangle",
    "\u25bd": r"\triangledown",
    "\u22b2": r"\triangleleft",
    "\u22b3": r"\triangleright",
    "\u22b4": r"\trianglelefteq",
    "\u22b5": r"\trianglerighteq",
    "\u22c5": r"\cdot",
    "\u2227": r"\wedge",
    "\u2228": r"\vee",
    "\u2248": r"\approx",
    "\u22c8": r"\bowtie",
    "\u21d3": r"\Downarrow",
    "\u2193": r"\downarrow",
    "\u2190": r"\leftarrow",
    "\u21d4": r"\Leftrightarrow",
    "\u2194": r"\leftrightarrow",
    "\u21d0": r"\Leftarrow",
    "\u21d2": r"\Rightarrow",
    "\u21d1": r"\Uparrow",
    "\u2191": r"\uparrow",
    "\u2192": r"\to",
    "\u2208": r"\in",
    "\u22a8": r"\models",
    "\u220b": r"\ni",
    "\u2224": r"\nmid",
    "\u2226": r"\nparallel",
    "\u221d": r"\propto",
    "\u21be": r"\upharpoonright",
    "\u223c": r"\sim",
    "\u2282": r"\subset",
    "\u2286": r"\subseteq",
    "\u228a": r"\subsetneq",
    "\u2acb": r"\subsetneqq",
    "\u2287": r"\supseteq",
    "\u228b": r"\supsetneq",
    "\u2acc": r"\supsetneqq",
    "\u27e8": r"\langle",
    "\u27e9": r"\rangle",
    "\u00a7": r"\S",
    "\u00b6": r"\P",
    "\u00b0": r"{}^\circ",
    "$": r"\$",
    "&": r"\&",
    "\u2102": r"\mathbb{C}",
    "\u2115": r"\mathbb{N}",
    "\u211d": r"\mathbb{R}",
    "\u2124": r"\mathbb{Z}",
    "\U0001d55c": r"\Bbbk",
    "\u00d7": r"\times",
    "\u2259": r"\triangleq",
}
# What is struck out, and the command that means both.
NEGATED = {
    "=": r"\ne",
    r"\in": r"\notin",
    "<": r"\nless",
    ">": r"\ngtr",
    r"\le": r"\nleq",
    r"\ge": r"\ngeq",
    r"\sim": r"\nsim",
    r"\cong": r"\ncong",
    "|": r"\nmid",
    r"\|": r"\nparallel",
    r"\subseteq": r"\nsubseteq",
    r"\supseteq": r"\nsupseteq",
    r"\exists": r"\nexists",
    r"\to": r"\nrightarrow",
    r"\leftarrow": r"\nleftarrow",
    r"\Rightarrow": r"\nRightarrow",
    r"\Leftarrow": r"\nLeftarrow",
    r"\Leftrightarrow": r"\nLeftrightarrow",
    r"\vdash": r"\nvdash",
    r"\models": r"\nvDash",
    r"\prec": r"\nprec",
    r"\succ": r"\nsucc",
    r"\triangleleft": r"\ntriangleleft",
    r"\triangleright": r"\ntriangleright",
}
# In text: what a command prints.
TEXT_MARKS = {"--": "\u2013", "---": "\u2014", "``": "\u201c", "''": "\u201d", "`": "\u2018", "'": "'", "-": "-"}
TEXT_LETTERS = {r"\%": "%", r"\&": "&", r"\#": "#", r"\$": "$", r"\_": "_", r"\{": "{", r"\}": "}"}
TEXT_ESCAPES = {letter: command for command, letter in TEXT_LETTERS.items()}
FONTS = {
    **dict.fromkeys(r"\mathrm \mathup \rm \textrm \textup \textnormal \textmd \text \mbox \hbox \textsc \sc".split(), "mathrm"),
    **dict.fromkeys(r"\mathbf \bold \bf \textbf".split(), "mathbf"),
    **dict.fromkeys(r"\mathit \it \mit \mathnormal \em \sl".split(), ""),
    **dict.fromkeys(r"\textit \textsl \emph".split(), "textit"),
    **dict.fromkeys(r"\mathsf \sf \textsf \mathsfit".split(), "mathsf"),
    **dict.fromkeys(r"\mathtt \tt \texttt".split(), "mathtt"),
    **dict.fromkeys(r"\mathcal \cal".split(), "mathcal"),
    **dict.fromkeys(r"\mathbb \Bbb \mathds".split(), "mathbb"),
    **dict.fromkeys(r"\mathfrak \frak".split(), "mathfrak"),
    r"\mathscr": "mathscr",
}
BOLD = frozenset(r"\boldsymbol \bm \pmb \boldmath \mathbfit".split())
TEXT_FONTS = {"mathrm": r"\text", "mathbf": r"\textbf", "mathsf": r"\textsf", "mathtt": r"\texttt", "textit": r"\textit"}
LETTER_FONTS = frozenset(["mathcal", "mathbb", "mathfrak", "mathscr", "mathbf", "mathsf", "mathtt", "mathrm"])


@lru_cache(maxsize=4096)
def spell(name: str) -> str:
    r"""The spelling of a symbol written as `name` (a command or a character): `\leq` and `≤` are `\le`."""
    from ...draw.latex import symbol

    found = symbol(name)
    if found is None or (len(name) == 1 and name.isascii()):
        return name
    drawn = _ALIKE.get(found.text, found.text)
    return _by_character().get(drawn, name if drawn == found.text else drawn)


@lru_cache(maxsize=1)
def _by_character() -> dict[str, str]:
    from ...draw.latex_symbols import SYMBOLS

    found: dict[str, str] = {}
    for name in sorted(SYMBOLS, key=lambda name: (len(name), name)):
        if not name.startswith(r"\text"):
            found.setdefault(SYMBOLS[name].text, name)
    for letter in "AEHIKMNOPTXZB":  # capital Greek letters that look like Latin ones, whose commands say so
        found.pop(letter, None)
    return found | _CHOSEN


@lru_cache(maxsize=4096)
def role(name: str) -> str:
    """TeX's class of a symbol: ord, op, bin, rel, open, close, punct or inner."""
    from ...draw.latex import symbol

    found = symbol(name)
    return found.atom if found else "ord"
