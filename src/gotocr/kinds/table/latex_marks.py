"""What LaTeX's commands for text print: characters, accents, nothing at all; and how many of their arguments are not printed."""

from __future__ import annotations

from ...draw.latex_symbols import SYMBOLS


def _pairs(table: str) -> dict[str, str]:
    words = table.split()
    return dict(zip(words[::2], words[1::2], strict=True))


# Commands that stand for characters, over those of LaTeX math, which models write without `$` as well.
CHARACTERS = {
    **{name[1:]: symbol.text for name, symbol in SYMBOLS.items() if name[:1] == "\\" and name[1:].isalpha()},
    **_pairs(r"""
        ss ß SS ẞ o ø O Ø l ł L Ł ae æ AE Æ oe œ OE Œ aa å AA Å i ı j ȷ dh ð DH Ð th þ TH Þ dj đ DJ Đ ng ŋ NG Ŋ IJ Ĳ ij ĳ S § P ¶ dag † ddag ‡
        dagger † ddagger ‡ copyright © textcopyright © textregistered ® texttrademark ™ pounds £ textsterling £ texteuro €
        euro € EUR € textyen ¥ textcent ¢ textwon ₩ textcurrency ¤ textflorin ƒ textbaht ฿ textnaira ₦ textpeso ₱ textrupee ₹
        degree ° textdegree ° textcelsius ℃ textbullet • textperiodcentered · textasteriskcentered ∗ textquoteleft ‘
        textquoteright ’ textquotedblleft “ textquotedblright ” textquotesingle ' textquotedbl " quotedblbase „
        quotesinglbase ‚ guillemotleft « guillemotright » guillemetleft « guillemetright » guilsinglleft ‹ guilsinglright ›
        flqq « frqq » glqq „ grqq “ flq ‹ frq › glq ‚ grq ‘ og « fg » textendash – textemdash — textellipsis … ldots … dots …
        cdots ⋯ textbar | textbardbl ‖ textbrokenbar ¦ textless < textgreater > textbackslash \ textbraceleft {
        textbraceright } lbrace { rbrace } textasciitilde ~ textasciicircum ^ textasciigrave ` textasciiacute ´
        textasciidieresis ¨ textasciimacron ¯ textunderscore _ textdollar $ textpm ± texttimes × textdiv ÷ textminus −
        textonehalf ½ textonequarter ¼ textthreequarters ¾ textonesuperior ¹ texttwosuperior ² textthreesuperior ³
        textordfeminine ª textordmasculine º textmu µ textohm Ω textmho ℧ textnumero № textperthousand ‰ textpertenthousand ‱
        textparagraph ¶ textpilcrow ¶ textsection § textdagger † textdaggerdbl ‡ textreferencemark ※ textexclamdown ¡
        textquestiondown ¿ textinterrobang ‽ textrightarrow → textleftarrow ← textuparrow ↑ textdownarrow ↓ textestimated ℮
        textmusicalnote ♪ textopenbullet ◦ textvisiblespace ␣ textsurd √ textlnot ¬ textrecipe ℞ textservicemark ℠
        checkmark ✓ cmark ✓ xmark ✗ tick ✓ cross ✗ Checkmark ✓ XSolidBrush ✗ XSolid ✗ CheckmarkBold ✔ faCheck ✓ faTimes ✗
        male ♂ female ♀ Box □ permil ‰ perthousand ‰ cdot · bullet • circ ∘ LaTeX LaTeX TeX TeX square □ blacksquare ■
        percent % celsius ℃ ohm Ω micro µ angstrom Å kilo k mega M giga G tera T milli m nano n pico p centi c deci d femto f
        metre m meter m gram g second s ampere A kelvin K mole mol candela cd litre L liter L hertz Hz newton N pascal Pa
        joule J watt W coulomb C volt V farad F siemens S tesla T weber Wb henry H lumen lm lux lx becquerel Bq gray Gy
        sievert Sv electronvolt eV eV eV keV keV MeV MeV GeV GeV decibel dB dB dB bit bit byte B hour h minute min day d
        tonne t bar bar per / squared ² cubed ³
    """),
    "quad": " ",
    "qquad": " ",
    "space": " ",
    "enspace": " ",
    "thinspace": " ",
    "nobreakspace": " ",
    "newline": " ",
    "linebreak": " ",
    "par": " ",
    "hfill": " ",
    "item": " ",
    "and": " ",
}  # fmt: skip
# Commands of one sign.
SIGNS = {**{sign: sign for sign in "%&$#_{}|"}, **dict.fromkeys(" ,;:>\n\t", " "), **dict.fromkeys("!/-@)[]", "")}
# Accents: the combining character that the next letter gets.
ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307", "u": "\u0306",
    "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "d": "\u0323", "b": "\u0331", "t": "\u0361",
    "G": "\u030f", "U": "\u030e", "f": "\u0311", "h": "\u0309",
}  # fmt: skip
# By itself, over nothing, an accent is this.
ALONE = {"\u0301": "´", "\u0300": "`", "\u0302": "^", "\u0308": "¨", "\u0303": "~", "\u0304": "¯", "\u0327": "¸", "\u030a": "˚"}
RAISED = dict(zip("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ", strict=True)) | {"*": "*", "†": "†", "‡": "‡", ",": ",", "§": "§", ".": "·"}
LOWERED = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))
NOTES = dict(zip("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))  # a letter by itself, as of a footnote

# Commands that print nothing, and their arguments that are not printed: m = in braces, o = in brackets, p = in round ones,
# d = a length. What follows those is printed: `\textcolor{red}{text}` is "m", "o" before it.
DROPPED = {
    **dict.fromkeys(
        """hline firsthline lasthline centering centerline raggedright raggedleft flushleft flushright tiny scriptsize
        footnotesize small normalsize large Large LARGE huge Huge bf it sl sc tt rm sf sffamily rmfamily ttfamily
        bfseries mdseries itshape scshape slshape upshape normalfont em selectfont boldmath unboldmath protect noindent
        indent relax hfil vfil vfill hss strut mathstrut null leavevmode allowbreak nobreak newpage clearpage pagebreak
        nopagebreak displaystyle textstyle scriptstyle ignorespaces unskip maketitle arraybackslash endgraf hrulefill
        dotfill bgroup egroup begingroup endgroup morecmidrules nonumber notag smallskip medskip bigskip global
        Centering RaggedRight RaggedLeft justifying left right singlespacing doublespacing onehalfspacing textbf textit
        textsl textsc texttt textrm textsf textup textnormal emph mbox hbox underline uline text mathrm mathbf mathit
        mathsf mathtt mathcal mathbb mathfrak boldsymbol bm uppercase lowercase MakeUppercase MakeLowercase textlf
        texttstyle fbox ensuremath unit si num tablenum numprint nicefrac sout uwave dashuline nolinkurl url path
        mathnormal operatorname ul hl st so caps enquote phantomsection smash llap rlap clap mathbin mathrel""".split(),
        "",
    ),
    **dict.fromkeys("toprule midrule bottomrule addlinespace hdashline makecell thead rothead shortstack Centerstack".split(), "o"),
    **dict.fromkeys("specialcell Xhline Xcline linebreak nopagebreak footnotemark thinhline".split(), "o"),
    **dict.fromkeys("label hhline noalign vspace hspace index vphantom hphantom phantom href selectlanguage".split(), "m"),
    **dict.fromkeys("foreignlanguage cline colorbox pbox extrarowheight arrayrulecolor scalebox hyperref toprulec".split(), "om"),
    **dict.fromkeys("textcolor color mathcolor includegraphics specialrulec fontfamily fontseries fontshape".split(), "om"),
    **dict.fromkeys("cellcolor rowcolor columncolor".split(), "omoo"),
    **dict.fromkeys("resizebox setlength addtolength renewcommand newcommand setcounter fontsize settowidth".split(), "mom"),
    **dict.fromkeys("hskip vskip kern mskip raise lower".split(), "d"),
    "rowcolors": "ommm", "fcolorbox": "omm", "rule": "omm", "cmidrule": "opm", "cdashline": "mo", "specialrule": "mmm",
    "makebox": "oo", "framebox": "oo", "rotatebox": "om", "turnbox": "m", "raisebox": "moo", "parbox": "ooom", "resizebox": "mm", "adjustbox": "m", "multicolumn": "",
    "footnote": "o", "SI": "o", "qty": "o", "setlength": "mm", "addtolength": "mm", "fontsize": "mm", "settowidth": "mm",
    "tabulinesep": "m", "Xhline": "m", "Xcline": "mm", "newcolumntype": "mom", "def": "mm", "let": "mm", "setcounter": "mm",
    "sisetup": "m", "ldelim": "mmm", "rdelim": "mmm", "scalebox": "mo", "tnotex": "m", "vcenter": "", "diagbox": "o",
    "backslashbox": "o", "slashbox": "o", "SetCell": "om", "SetRow": "om", "SetRows": "om", "endnote": "", "bibitem": "om",
    "captionsetup": "om", "extracolsep": "m", "pgfkeys": "m", "centerline": "", "tikz": "om", "input": "m", "include": "m",
}  # fmt: skip
SPACED = frozenset("footnote diagbox backslashbox slashbox hspace hskip vskip parbox SI qty newline endnote linebreak".split())
PARTED = frozenset("diagbox backslashbox slashbox SI qty".split())  # what stands in their two arguments is two words
FORMULAS = {"frac": 2, "dfrac": 2, "tfrac": 2, "cfrac": 2, "sqrt": 1, "binom": 2, "overline": 1, "hat": 1, "bar": 1, "vec": 1, "tilde": 1, "widehat": 1}
ENVIRONMENTS = {"minipage": "ooom", "adjustbox": "m", "adjustwidth": "mm", "threeparttable": "o", "table": "o", "table*": "o",
                "wraptable": "omom", "tablenotes": "o", "itemize": "o", "enumerate": "o", "turn": "m", "rotate": "m", "sideways": "",
                "sidewaystable": "o", "scaletable": "m", "figure": "o", "spacing": "m", "subtable": "om", "multicols": "m"}  # fmt: skip

_DINGS = {37: "☎", 42: "☛", 43: "☞", 72: "★", 108: "●", 110: "■", 115: "▲", 116: "▼", 117: "◆", 119: "◗"}


def dingbat(code: int) -> str:
    """The character of pifont's `\\ding{code}`; "" where there is none."""
    if code in _DINGS:
        return _DINGS[code]
    for first, last, start in ((33, 126, 0x2701), (161, 167, 0x2761), (172, 181, 0x2460), (182, 191, 0x2776), (192, 201, 0x2780), (202, 211, 0x278A)):
        if first <= code <= last:
            return chr(start + code - first)
    return {168: "♣", 169: "♦", 170: "♥", 171: "♠", 212: "➔", 213: "→", 214: "↔", 215: "↕"}.get(
        code, chr(0x2798 + code - 216) if 216 <= code <= 254 else ""
    )
