"""The commands of mathematics that LaTeX knows with the packages of our preamble, and which of them is which character."""

from __future__ import annotations

from ...draw import latex_forms as forms
from ...draw.latex_symbols import DELIMITERS, OPERATORS, SYMBOLS

# Commands that are read, and that neither LaTeX itself nor amsmath, amssymb and bm define.
UNKNOWN = frozenset(
    "\\" + name
    for name in (
        "alef alefsym Alpha Beta Chi clubs cnums Complex Dagger degree diamonds Epsilon Eta euro exist hearts image infin Iota"
        " Kappa Mu N natnums Nu Omicron omicron R real Reals reals Rho sect spades Tau thetasym varcoppa weierp Z Zeta bigsqcap"
        " bigtimes oiiint oiint ointctrclockwise varointclockwise boxbar bull fatsemi interleave minuso obar oblong plusmn sdot"
        " sslash approxcolon approxcoloncolon approxident Colonapprox colonapprox coloncolon coloncolonapprox coloncolonequals"
        " coloncolonminus coloncolonsim Coloneq coloneq Coloneqq coloneqq colonequals colonminus Colonsim colonsim Darr dArr"
        " darr dblcolon Eqcolon eqcolon Eqqcolon eqqcolon equalscolon equalscoloncolon gt Harr hArr harr imageof isin Larr lArr"
        " larr longmapsfrom lrArr lrarr lt mapsfrom Mapsto minuscolon minuscoloncolon notni ordinarycolon origof Rarr rArr rarr"
        " ratio simcolon simcoloncolon sub sube supe Uarr uArr uarr vcentcolon xlongequal lang lBrace llbracket llparenthesis"
        " lparen rang rBrace rparen rrbracket rrparenthesis adots iddots arcctg arctg ch cosec cotg ctg cth sh tg plim"
        " underbracket undergroup widecheck overgroup overlinesegment overrightharpoon underlinesegment overleftharpoon"
        " underparen Overrightarrow overparen utilde overbracket mathup mathbfit mathds mathsfit angln mathllap bcancel"
        " xcancel mathrlap cancel mathclap sout xtwoheadrightarrow xhookrightarrow xmapsto xrightharpoondown xRightarrow"
        " xleftrightarrow xLeftarrow xhookleftarrow xleftrightharpoons xrightharpoonup xtwoheadleftarrow xleftharpoondown"
        " xleftharpoonup xLeftrightarrow xrightleftharpoons xtofrom sixptsize em bra ket braket Bra Ket Braket Set set"
    ).split()
)
# Those that are read and say more than how it looks, take room that no page has, or hold only in places of their own.
REFUSED = forms.RAW_NOTES | forms.MEASURED_SPACES | forms.COLOURED | forms.MATRICES | forms.LIMITS | frozenset(
    "\\" + name
    for name in (
        "color genfrac sideset prescript hfill hfil break newline linebreak displaybreak nolinebreak nobreak allowbreak relax"
        " noindent null notag nonumber framebox textcircled cr tabularnewline hdashline clap rlap llap vcenter bgroup egroup"
        " begingroup endgroup mathstrut strut textcolor mathpunct textmu"
    ).split()
)  # fmt: skip
STRUCTURE = frozenset(
    "\\" + name for name in "left right middle begin end sqrt operatorname not tag bmod substack \\ ( )".split()
)
_TABLES = (
    SYMBOLS, OPERATORS, DELIMITERS, forms.MARKS, forms.STYLED, forms.CLASSES, forms.BOXES, forms.MODS, forms.TEXTS, forms.XARROWS,
    forms.FRACTIONS, forms.STACKS, forms.SPACES, forms.SWITCHES, forms.STRUTS, forms.INFIX, forms.BIG, forms.RULES,
    forms.TEXT_ACCENTS,
)  # fmt: skip
ALLOWED = frozenset(name for table in _TABLES for name in table if name[0] == "\\") - UNKNOWN - REFUSED | STRUCTURE
# The command of a character that stands for itself in no text: the shortest that LaTeX knows.
COMMANDS: dict[str, str] = {}
for _name in sorted(SYMBOLS, key=lambda name: (len(name), name)):
    if _name in ALLOWED and len(SYMBOLS[_name].text) == 1 and SYMBOLS[_name].text > "\u017f" and "text" not in _name:
        COMMANDS.setdefault(SYMBOLS[_name].text, _name)
for _letter in "\u2013\u2014\u2018\u2019\u201c\u201d\u2020\u2021\u2022\u2026":
    COMMANDS.pop(_letter, None)  # these every engine draws in texts
