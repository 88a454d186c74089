"""Which form the commands and environments of LaTeX math have: what their arguments are, not what they look like."""

from __future__ import annotations

from .latex_symbols import ACCENTS, ARROWS, BRACKETS, WIDE_ACCENTS


def _named(names: str) -> frozenset[str]:
    return frozenset("\\" + name for name in names.split())


FRACTIONS = _named("frac dfrac tfrac cfrac binom dbinom tbinom")
INFIX = _named("over atop choose brack brace")  # between numerator and denominator
MARKS = frozenset([*ACCENTS, *WIDE_ACCENTS, *BRACKETS, *_named("overline underline underbar overlinesegment underlinesegment")])
STACKS = _named("overset underset stackrel")
XARROWS = frozenset(ARROWS)
BIG = frozenset("\\" + size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m"))
STYLED = _named(
    "mathrm mathbf mathit mathsf mathtt mathcal mathbb mathfrak mathscr mathnormal mathsfit mathbfit mathup mathds"
    " boldsymbol bm pmb bold Bbb frak"
)
COLOURED = _named("textcolor")
SWITCHES = _named(
    "rm bf it sf tt sl sc cal mit boldmath unboldmath displaystyle textstyle scriptstyle scriptscriptstyle tiny"
    " scriptsize footnotesize small normalsize large Large LARGE huge Huge em sixptsize"
)
TEXTS = _named("text textrm textbf textit textsf texttt textup textmd textnormal textsl textsc emph mbox hbox textcircled")
TEXT_ACCENTS = {
    **{"\\" + mark: accent for mark, accent in zip("'`^\"~=.", "\u0301\u0300\u0302\u0308\u0303\u0304\u0307", strict=True)},
    **{"\\" + mark: accent for mark, accent in zip("uvHckrbd", "\u0306\u030c\u030b\u0327\u0328\u030a\u0331\u0323", strict=True)},
}
CLASSES = _named("mathord mathop mathbin mathrel mathopen mathclose mathpunct mathinner")
BOXES = _named(
    "boxed fbox framebox cancel bcancel xcancel sout phantom hphantom vphantom smash mathrlap mathllap mathclap rlap"
    " llap clap vcenter angln"
)
STRUTS = _named("mathstrut strut")
MODS = _named("pmod mod pod")
LIMITS = _named("limits nolimits displaylimits")
SPACES = frozenset(["\\,", "\\:", "\\>", "\\;", "\\!", "\\ ", "\\\n", "~", "\\/", "\\*", "\\-"]) | _named(
    "quad qquad enspace enskip thinspace medspace thickspace negthinspace negmedspace negthickspace space nobreakspace"
    " hfill hfil break allowbreak nobreak nolinebreak linebreak displaybreak relax noindent newline null"
)
MEASURED_SPACES = _named("hspace kern mkern hskip mskip mspace vspace vskip")
NOTES = _named("nonumber notag")  # nothing printed
RAW_NOTES = _named("label")  # nothing printed, and an argument
FENCES = {"\\bra": ("\\langle", "|"), "\\ket": ("|", "\\rangle"), "\\braket": ("\\langle", "\\rangle")}
FENCES |= {"\\Bra": FENCES["\\bra"], "\\Ket": FENCES["\\ket"], "\\Braket": FENCES["\\braket"]}
FENCES |= {"\\Set": ("\\{", "\\}"), "\\set": ("\\{", "\\}")}

MATRICES = _named("matrix pmatrix bmatrix cases eqalign displaylines substack")  # plain TeX: a table in braces behind it
_STARRED = "matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix align alignat gather equation flalign multline eqnarray"
ENVIRONMENTS = frozenset(
    [
        *_STARRED.split(),
        *(name + "*" for name in _STARRED.split()),
        *"smallmatrix psmallmatrix bsmallmatrix array darray subarray cases dcases rcases drcases aligned alignedat".split(),
        *"split math displaymath multlined gathered lgathered rgathered".split(),
    ]
)
WITH_COLUMNS = frozenset(["array", "darray", "subarray", "alignat", "alignat*", "alignedat"])
RULES = _named("hline hdashline toprule midrule bottomrule")
ROW_ENDS = frozenset(["\\\\", "\\cr", "\\tabularnewline"])
