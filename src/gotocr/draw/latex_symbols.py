"""The symbols of LaTeX math: command -> Unicode character and TeX's class of atom; named operators, accents, delimiters."""

from __future__ import annotations

from typing import NamedTuple


class Symbol(NamedTuple):
    """What a command or a character stands for: one character (now and then two or three) and its class of atom."""

    text: str
    atom: str  # ord, op, bin, rel, open, close, punct or inner (TeXbook, chapter 17)


_TABLE = {
    "ord": r"""
        AA Å aa å AE Æ ae æ alef ℵ alefsym ℵ aleph ℵ Alpha A alpha α angle ∠ backprime ‵ backslash \ Bbbk 𝕜 Beta B beta β beth
        ℶ bigstar ★ blacklozenge ⧫ blacksquare ■ blacktriangle ▴ blacktriangledown ▾ bot ⊥ Box □ checkmark ✓ Chi X chi χ
        circledR ® circledS Ⓢ clubs ♣ clubsuit ♣ cnums ℂ complement ∁ Complex ℂ copyright © dag † Dagger ‡ daleth ℸ ddag ‡
        degree ° Delta Δ delta δ diagdown ╲ diagup ╱ Diamond ◇ diamonds ♢ diamondsuit ♢ digamma ϝ ell ℓ empty ∅ emptyset ∅
        Epsilon E epsilon ϵ Eta H eta η eth ð euro € exist ∃ exists ∃ Finv Ⅎ flat ♭ forall ∀ Game ⅁ Gamma Γ gamma γ gimel ℷ
        hbar ℏ hearts ♡ heartsuit ♡ hslash ℏ i ı Im ℑ image ℑ imath ı infin ∞ infty ∞ Iota I iota ι j ȷ jmath ȷ Kappa K kappa
        κ L Ł l ł Lambda Λ lambda λ lnot ¬ lozenge ◊ lq ‘ maltese ✠ mathdollar $ mathparagraph ¶ mathsection § mathsterling £
        measuredangle ∡ mho ℧ Mu M mu μ N ℕ nabla ∇ natnums ℕ natural ♮ neg ¬ nexists ∄ Nu N nu ν O Ø o ø OE Œ oe œ Omega Ω
        omega ω Omicron O omicron o P ¶ partial ∂ Phi Φ phi ϕ Pi Π pi π pounds £ prime ′ Psi Ψ psi ψ R ℝ Re ℜ real ℜ Reals ℝ
        reals ℝ Rho P rho ρ rq ’ S § sect § sharp ♯ Sigma Σ sigma σ spades ♠ spadesuit ♠ sphericalangle ∢ square □ ss ß surd √
        Tau T tau τ textasciicircum ^ textasciitilde ~ textasteriskcentered ∗ textbackslash \ textbar | textbardbl ‖
        textbraceleft { textbraceright } textbullet • textcopyright © textdagger † textdaggerdbl ‡ textdegree ° textdollar $
        textellipsis … textemdash — textendash – texteuro € textgreater > textless < textmu µ textparagraph ¶ textquotedblleft
        “ textquotedblright ” textquoteleft ‘ textquoteright ’ textquotesingle ' textregistered ® textsection § textsterling £
        textunderscore _ Theta Θ theta θ thetasym ϑ top ⊤ triangle △ triangledown ▿ Upsilon Υ upsilon υ varcoppa ϙ varDelta 𝛥
        varepsilon ε varGamma 𝛤 varkappa ϰ varLambda 𝛬 varnothing ⌀ varOmega 𝛺 varPhi 𝛷 varphi φ varPi 𝛱 varpi ϖ varPsi 𝛹
        varrho ϱ varSigma 𝛴 varsigma ς varTheta 𝛩 vartheta ϑ varUpsilon 𝛶 varXi 𝛯 vdots ⋮ Vert ‖ vert | weierp ℘ wp ℘ Xi Ξ xi
        ξ yen ¥ Z ℤ Zeta Z zeta ζ
    """,
    "op": r"""
        bigcap ⋂ bigcup ⋃ bigodot ⨀ bigoplus ⨁ bigotimes ⨂ bigsqcap ⨅ bigsqcup ⨆ bigtimes ⨉ biguplus ⨄ bigvee ⋁ bigwedge ⋀
        coprod ∐ idotsint ∫⋯∫ iiint ∭ iint ∬ int ∫ intop ∫ oiiint ∰ oiint ∯ oint ∮ ointctrclockwise ∳ ointop ∮ prod ∏ smallint
        ∫ sum ∑ varointclockwise ∲
    """,
    "bin": r"""
        amalg ⨿ And & ast ∗ barwedge ⊼ bigcirc ◯ bigtriangledown ▽ bigtriangleup △ boxbar ◫ boxdot ⊡ boxminus ⊟ boxplus ⊞
        boxtimes ⊠ bull • bullet • Cap ⋒ cap ∩ cdot ⋅ centerdot ⋅ circ ∘ circledast ⊛ circledcirc ⊚ circleddash ⊝ Cup ⋓ cup ∪
        curlyvee ⋎ curlywedge ⋏ dagger † ddagger ‡ diamond ⋄ div ÷ divideontimes ⋇ dotplus ∔ doublebarwedge ⩞ doublecap ⋒
        doublecup ⋓ fatsemi ⨟ gtrdot ⋗ intercal ⊺ interleave ⫴ land ∧ leftthreetimes ⋋ lessdot ⋖ lhd ⊲ lor ∨ ltimes ⋉ minuso ⦵
        mp ∓ obar ⌽ oblong ⌷ odot ⊙ ominus ⊖ oplus ⊕ oslash ⊘ otimes ⊗ plusmn ± pm ± rhd ⊳ rightthreetimes ⋌ rtimes ⋊ sdot ⋅
        setminus ⧵ smallsetminus ∖ sqcap ⊓ sqcup ⊔ sslash ⫽ star ⋆ times × triangleleft ◁ triangleright ▷ unlhd ⊴ unrhd ⊵
        uplus ⊎ varbigtriangledown ▽ varbigtriangleup △ vee ∨ veebar ⊻ wedge ∧ wr ≀
    """,
    "rel": r"""
        approx ≈ approxcolon ≈: approxcoloncolon ≈∷ approxeq ≊ approxident ≋ arrowvert | asymp ≍ backepsilon ∍ backsim ∽
        backsimeq ⋍ because ∵ between ≬ blacktriangleleft ◀ blacktriangleright ▶ bowtie ⋈ Bumpeq ≎ bumpeq ≏ circeq ≗
        circlearrowleft ↺ circlearrowright ↻ Colonapprox ∷≈ colonapprox :≈ coloncolon ∷ coloncolonapprox ∷≈ coloncolonequals ⩴
        coloncolonminus ∷− coloncolonsim ∷∼ Coloneq ∷− coloneq :− Coloneqq ⩴ coloneqq ≔ colonequals ≔ colonminus :− Colonsim
        ∷∼ colonsim :∼ cong ≅ curlyeqprec ⋞ curlyeqsucc ⋟ curvearrowleft ↶ curvearrowright ↷ Darr ⇓ dArr ⇓ darr ↓ dasharrow ⇢
        dashleftarrow ⇠ dashrightarrow ⇢ dashv ⊣ dblcolon ∷ Doteq ≑ doteq ≐ doteqdot ≑ Downarrow ⇓ downarrow ↓ downdownarrows
        ⇊ downharpoonleft ⇃ downharpoonright ⇂ eqcirc ≖ Eqcolon −∷ eqcolon −: Eqqcolon =∷ eqqcolon ≕ eqsim ≂ eqslantgtr ⪖
        eqslantless ⪕ equalscolon ≕ equalscoloncolon =∷ equiv ≡ fallingdotseq ≒ frown ⌢ ge ≥ geq ≥ geqq ≧ geqslant ⩾ gets ← gg
        ≫ ggg ⋙ gggtr ⋙ gnapprox ⪊ gneq ⪈ gneqq ≩ gnsim ⋧ gt > gtrapprox ⪆ gtreqless ⋛ gtreqqless ⪌ gtrless ≷ gtrsim ≳
        gvertneqq ≩ Harr ⇔ hArr ⇔ harr ↔ hookleftarrow ↩ hookrightarrow ↪ iff ⟺ imageof ⊷ impliedby ⟸ implies ⟹ in ∈ isin ∈
        Join ⋈ Larr ⇐ lArr ⇐ larr ← le ≤ leadsto ⇝ Leftarrow ⇐ leftarrow ← leftarrowtail ↢ leftharpoondown ↽ leftharpoonup ↼
        leftleftarrows ⇇ Leftrightarrow ⇔ leftrightarrow ↔ leftrightarrows ⇆ leftrightharpoons ⇋ leftrightsquigarrow ↭ leq ≤
        leqq ≦ leqslant ⩽ lessapprox ⪅ lesseqgtr ⋚ lesseqqgtr ⪋ lessgtr ≶ lesssim ≲ ll ≪ Lleftarrow ⇚ lll ⋘ llless ⋘ lnapprox
        ⪉ lneq ⪇ lneqq ≨ lnsim ⋦ Longleftarrow ⟸ longleftarrow ⟵ Longleftrightarrow ⟺ longleftrightarrow ⟷ longmapsfrom ⟻
        longmapsto ⟼ Longrightarrow ⟹ longrightarrow ⟶ looparrowleft ↫ looparrowright ↬ lrArr ⇔ lrarr ↔ Lsh ↰ lt < lvertneqq ≨
        mapsfrom ↤ Mapsto ⤇ mapsto ↦ mid ∣ minuscolon −: minuscoloncolon −∷ models ⊨ multimap ⊸ ncong ≇ ne ≠ nearrow ↗ neq ≠
        ngeq ≱ ngeqq ≧̸ ngeqslant ⩾̸ ngtr ≯ ni ∋ nLeftarrow ⇍ nleftarrow ↚ nLeftrightarrow ⇎ nleftrightarrow ↮ nleq ≰ nleqq ≦̸
        nleqslant ⩽̸ nless ≮ nmid ∤ notin ∉ notni ∌ nparallel ∦ nprec ⊀ npreceq ⋠ nRightarrow ⇏ nrightarrow ↛ nshortmid ∤
        nshortparallel ∦ nsim ≁ nsubseteq ⊈ nsubseteqq ⫅̸ nsucc ⊁ nsucceq ⋡ nsupseteq ⊉ nsupseteqq ⫆̸ ntriangleleft ⋪
        ntrianglelefteq ⋬ ntriangleright ⋫ ntrianglerighteq ⋭ nVDash ⊯ nVdash ⊮ nvDash ⊭ nvdash ⊬ nwarrow ↖ ordinarycolon :
        origof ⊶ owns ∋ parallel ∥ perp ⊥ pitchfork ⋔ prec ≺ precapprox ⪷ preccurlyeq ≼ preceq ⪯ precnapprox ⪹ precneqq ⪵
        precnsim ⋨ precsim ≾ propto ∝ Rarr ⇒ rArr ⇒ rarr → ratio : restriction ↾ Rightarrow ⇒ rightarrow → rightarrowtail ↣
        rightharpoondown ⇁ rightharpoonup ⇀ rightleftarrows ⇄ rightleftharpoons ⇌ rightrightarrows ⇉ rightsquigarrow ⇝
        risingdotseq ≓ Rrightarrow ⇛ Rsh ↱ searrow ↘ shortmid ∣ shortparallel ∥ sim ∼ simcolon ∼: simcoloncolon ∼∷ simeq ≃
        smallfrown ⌢ smallsmile ⌣ smile ⌣ sqsubset ⊏ sqsubseteq ⊑ sqsupset ⊐ sqsupseteq ⊒ sub ⊂ sube ⊆ Subset ⋐ subset ⊂
        subseteq ⊆ subseteqq ⫅ subsetneq ⊊ subsetneqq ⫋ succ ≻ succapprox ⪸ succcurlyeq ≽ succeq ⪰ succnapprox ⪺ succneqq ⪶
        succnsim ⋩ succsim ≿ supe ⊇ Supset ⋑ supset ⊃ supseteq ⊇ supseteqq ⫆ supsetneq ⊋ supsetneqq ⫌ swarrow ↙ therefore ∴
        thickapprox ≈ thicksim ∼ to → trianglelefteq ⊴ triangleq ≜ trianglerighteq ⊵ twoheadleftarrow ↞ twoheadrightarrow ↠
        Uarr ⇑ uArr ⇑ uarr ↑ Uparrow ⇑ uparrow ↑ Updownarrow ⇕ updownarrow ↕ upharpoonleft ↿ upharpoonright ↾ upuparrows ⇈
        varpropto ∝ varsubsetneq ⊊ varsubsetneqq ⫋ varsupsetneq ⊋ varsupsetneqq ⫌ vartriangle ▵ vartriangleleft ⊲
        vartriangleright ⊳ vcentcolon : Vdash ⊩ vDash ⊨ vdash ⊢ Vvdash ⊪ xlongequal =
    """,
    "open": r"""
        lang ⟨ langle ⟨ lBrace ⦃ lbrace { lbrack [ lceil ⌈ lfloor ⌊ lgroup ⟮ llbracket ⟦ llcorner ⌞ llparenthesis ⦇ lmoustache
        ⎰ lparen ( lVert ‖ lvert | ulcorner ⌜
    """,
    "close": r"""
        lrcorner ⌟ rang ⟩ rangle ⟩ rBrace ⦄ rbrace } rbrack ] rceil ⌉ rfloor ⌋ rgroup ⟯ rmoustache ⎱ rparen ) rrbracket ⟧
        rrparenthesis ⦈ rVert ‖ rvert | urcorner ⌝
    """,
    "punct": r"""
        cdotp · colon : ldotp .
    """,
    "inner": r"""
        adots ⋰ cdots ⋯ ddots ⋱ dots … dotsb ⋯ dotsc … dotsi ⋯ dotsm ⋯ dotso … iddots ⋰ ldots … mathellipsis …
    """,
}


def _symbols() -> dict[str, Symbol]:
    found = {}
    for atom, table in _TABLE.items():
        words = table.split()
        found.update({"\\" + name: Symbol(text, atom) for name, text in zip(words[::2], words[1::2], strict=True)})
    return found


def _characters() -> dict[str, Symbol]:
    """Characters that stand for themselves, or for another (`-` for a minus sign)."""
    groups = {"open": "([", "close": ")]!?", "punct": ",;", "rel": ":=<>", "bin": "+"}
    found = {letter: Symbol(letter, atom) for atom, letters in groups.items() for letter in letters}
    found |= {
        "-": Symbol("\u2212", "bin"),
        "*": Symbol("\u2217", "bin"),
        "'": Symbol("\u2032", "ord"),
        "`": Symbol("\u2018", "ord"),
    }
    return found | {"\\" + letter: Symbol(letter, "ord") for letter in "#$%&_"}


SYMBOLS: dict[str, Symbol] = {
    **_symbols(),
    **_characters(),
    "\\{": Symbol("{", "open"),
    "\\}": Symbol("}", "close"),
    "\\|": Symbol("\u2016", "ord"),
}
# What a Unicode character of a formula is, for those written as themselves: the class of the first command that stands for it.
ATOMS: dict[str, str] = {}
for _symbol in SYMBOLS.values():
    if len(_symbol.text) == 1 and not _symbol.text.isascii():
        ATOMS.setdefault(_symbol.text, _symbol.atom)


def symbol(name: str) -> Symbol | None:
    """What a command or a single character stands for; None for an unknown command."""
    found = SYMBOLS.get(name)
    if found is None and not name.startswith("\\"):
        return Symbol(name, ATOMS.get(name, "ord"))
    return found


# Named operators: what is printed, and whether scripts are limits above and below in display style.
OPERATORS: dict[str, tuple[str, bool]] = {
    **{
        "\\" + name: (name, False)
        for name in (
            "arccos arcctg arcsin arctan arctg arg ch cos cosec cosh cot cotg coth csc ctg cth deg dim exp hom ker"
            " lg ln log sec sh sin sinh tan tanh tg th"
        ).split()
    },
    **{"\\" + name: (name, True) for name in "det gcd inf lim max min plim sup Pr".split()},
    "\\limsup": ("lim\u2006sup", True),
    "\\liminf": ("lim\u2006inf", True),
    "\\injlim": ("inj\u2006lim", True),
    "\\projlim": ("proj\u2006lim", True),
    "\\varlimsup": ("lim", True),
    "\\varliminf": ("lim", True),
    "\\varinjlim": ("lim", True),
    "\\varprojlim": ("lim", True),
    "\\argmin": ("arg\u2006min", True),
    "\\argmax": ("arg\u2006max", True),
}

# Accents over one character or a few: the combining character of each.
ACCENTS: dict[str, str] = {
    "\\hat": "\u0302",
    "\\check": "\u030c",
    "\\tilde": "\u0303",
    "\\acute": "\u0301",
    "\\grave": "\u0300",
    "\\dot": "\u0307",
    "\\ddot": "\u0308",
    "\\dddot": "\u20db",
    "\\ddddot": "\u20dc",
    "\\breve": "\u0306",
    "\\bar": "\u0304",
    "\\vec": "\u20d7",
    "\\mathring": "\u030a",
}
# Accents that grow with what stands under them.
WIDE_ACCENTS: dict[str, str] = {"\\widehat": "\u0302", "\\widetilde": "\u0303", "\\widecheck": "\u030c"}
# Marks as wide as what they stand over or under: character, and True where it stands below.
BRACKETS: dict[str, tuple[str, bool]] = {
    "\\overbrace": ("\u23de", False),
    "\\underbrace": ("\u23df", True),
    "\\overbracket": ("\u23b4", False),
    "\\underbracket": ("\u23b5", True),
    "\\overparen": ("\u23dc", False),
    "\\underparen": ("\u23dd", True),
    "\\overgroup": ("\u23dc", False),
    "\\undergroup": ("\u23dd", True),
    "\\overrightarrow": ("\u2192", False),
    "\\overleftarrow": ("\u2190", False),
    "\\overleftrightarrow": ("\u2194", False),
    "\\underrightarrow": ("\u2192", True),
    "\\underleftarrow": ("\u2190", True),
    "\\underleftrightarrow": ("\u2194", True),
    "\\Overrightarrow": ("\u21d2", False),
    "\\overrightharpoon": ("\u21c0", False),
    "\\overleftharpoon": ("\u21bc", False),
    "\\utilde": ("\u0303", True),
}
# Arrows as wide as what stands on them.
ARROWS: dict[str, str] = {
    "\\xrightarrow": "\u2192",
    "\\xleftarrow": "\u2190",
    "\\xleftrightarrow": "\u2194",
    "\\xRightarrow": "\u21d2",
    "\\xLeftarrow": "\u21d0",
    "\\xLeftrightarrow": "\u21d4",
    "\\xmapsto": "\u21a6",
    "\\xhookrightarrow": "\u21aa",
    "\\xhookleftarrow": "\u21a9",
    "\\xrightharpoonup": "\u21c0",
    "\\xrightharpoondown": "\u21c1",
    "\\xleftharpoonup": "\u21bc",
    "\\xleftharpoondown": "\u21bd",
    "\\xrightleftharpoons": "\u21cc",
    "\\xleftrightharpoons": "\u21cb",
    "\\xtwoheadrightarrow": "\u21a0",
    "\\xtwoheadleftarrow": "\u219e",
    "\\xlongequal": "=",
    "\\xtofrom": "\u21c4",
}
# What \left, \right, \middle and \big may be followed by, and the character that is drawn; "" = none.
DELIMITERS: dict[str, str] = {
    **{mark: mark for mark in "()[]|/"},
    ".": "",
    "<": "\u27e8",
    ">": "\u27e9",
    "\\lt": "\u27e8",
    "\\gt": "\u27e9",
    "\\{": "{",
    "\\}": "}",
    "\\|": "\u2016",
    "\\backslash": "\\",
    **{
        "\\" + name: SYMBOLS["\\" + name].text
        for name in (
            "langle rangle lbrace rbrace lbrack rbrack lparen rparen lceil rceil lfloor rfloor vert Vert lvert rvert lVert"
            " rVert lgroup rgroup lmoustache rmoustache ulcorner urcorner llcorner lrcorner llbracket rrbracket lBrace rBrace"
            " uparrow downarrow updownarrow Uparrow Downarrow Updownarrow lang rang"
        ).split()
    },
}
