"""Formulas as equations of Word (OMML), made from our own reading of their LaTeX."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

from ...draw import latex_forms as forms
from ...draw.latex import Node, parse, symbol
from ...draw.latex_symbols import ACCENTS, ARROWS, BRACKETS, DELIMITERS, OPERATORS, WIDE_ACCENTS
from ...draw.math.alphabets import letter_in
from .xml import said

LONGEST, DEEPEST = 10_000, 12  # letters of a formula; large operators and functions within each other
_BREAK = r"\\ outside of a table"
_FONT = '<w:rPr><w:rFonts w:ascii="Cambria Math" w:hAnsi="Cambria Math"/></w:rPr>'
_SPACES = {
    "\\,": "\u2009", "\\thinspace": "\u2009", "\\:": "\u205f", "\\>": "\u205f", "\\medspace": "\u205f", "\\;": "\u2004",
    "\\thickspace": "\u2004", "\\quad": "\u2003", "\\qquad": "\u2003\u2003", "\\enspace": "\u2002", "\\enskip": "\u2002",
    "\\ ": " ", "~": "\u00a0", " ": " ", "\\space": " ", "\\nobreakspace": "\u00a0",
}  # fmt: skip
_ALPHABETS = {
    "\\mathrm": "rm", "\\mathup": "rm", "\\mathbf": "bf", "\\bold": "bf", "\\boldsymbol": "bm", "\\bm": "bm", "\\pmb": "bm",
    "\\mathbfit": "bi", "\\mathit": "it", "\\mathnormal": "", "\\mathsf": "sf", "\\mathsfit": "sfit", "\\mathtt": "tt",
    "\\mathcal": "cal", "\\mathscr": "cal", "\\mathfrak": "frak", "\\frak": "frak", "\\mathbb": "bb", "\\Bbb": "bb",
    "\\mathds": "bb", "\\rm": "rm", "\\bf": "bf", "\\it": "it", "\\sf": "sf", "\\tt": "tt", "\\cal": "cal", "\\boldmath": "bm",
}  # fmt: skip
_FENCES = {
    "pmatrix": "()", "bmatrix": "[]", "Bmatrix": "{}", "vmatrix": "||", "Vmatrix": "\u2016\u2016", "psmallmatrix": "()",
    "bsmallmatrix": "[]", "cases": "{", "dcases": "{", "\\cases": "{", "\\pmatrix": "()", "\\bmatrix": "[]",
}  # fmt: skip
_RIGHT_FENCES = {"rcases": "}", "drcases": "}"}
_ALIGNED = frozenset("align aligned alignat alignedat split flalign eqnarray \\eqalign".split())
_LARGE = frozenset("∑∏∐⋂⋃⨀⨁⨂⨅⨆⨉⨄⋁⋀")  # with limits above and below
_INTEGRALS = frozenset("∫∬∭∮∯∰∱∲∳")
_STRUCK = {"\\cancel": "strikeBLTR", "\\bcancel": "strikeTLBR", "\\sout": "strikeH"}
_ENDS_OPERAND = ("rel", "bin", "punct", "close")
_ACROSS = {"\\overrightarrow": "\u20d7", "\\overleftarrow": "\u20d6", "\\overleftrightarrow": "\u20e1"}


@lru_cache(maxsize=1024)
def equation(latex: str, display: bool = False) -> str | None:
    """`m:oMath`; None for what is broken or not known, which is to be shown as its LaTeX."""
    if not latex.strip() or len(latex) > LONGEST:
        return None
    tree = parse(latex)
    if _BREAK in tree.problems:
        tree = parse(rf"\begin{{gathered}}{latex}\end{{gathered}}")
    if tree.problems or any(node.kind == "unknown" for node in tree.body.walk()):
        return None
    inner = _Writer(display).many(tree.body.parts)
    return f"<m:oMath>{inner}</m:oMath>" if inner else None


def _letters(text: str, upright: bool = False, normal: bool = False) -> str:
    if not text:
        return ""
    how = "<m:nor/>" if normal else '<m:sty m:val="p"/>' if upright else ""
    dress = f"<m:rPr>{how}</m:rPr>" if how else ""
    return f'<m:r>{dress}{_FONT}<m:t xml:space="preserve">{said(text)}</m:t></m:r>'


def _set(name: str, **values: str) -> str:
    """The properties of an object, in the order given."""
    return f"<m:{name}Pr>" + "".join(f'<m:{key} m:val="{said(value)}"/>' for key, value in values.items()) + f"</m:{name}Pr>"


def _fenced(inner: str, left: str, right: str) -> str:
    return f"<m:d>{_set('d', begChr=left, endChr=right)}<m:e>{inner}</m:e></m:d>"


def _fraction(top: str, bottom: str, bar: bool = True) -> str:
    return f"<m:f>{'' if bar else _set('f', type='noBar')}<m:num>{top}</m:num><m:den>{bottom}</m:den></m:f>"


def _limit(base: str, mark: str, above: bool) -> str:
    name = "limUpp" if above else "limLow"
    return f"<m:{name}><m:e>{base}</m:e><m:lim>{mark}</m:lim></m:{name}>"


class _Writer:
    """Nodes to OMML; `alphabet` is that of the letters where it stands."""

    def __init__(self, display: bool, alphabet: str = "", depth: int = 0) -> None:
        self._display, self._alphabet, self._depth = display, alphabet, depth

    def many(self, parts: Sequence[Node | None]) -> str:
        """What follows each other; a large operator or a function takes what follows it as its own."""
        writer, found, at, letters = self, [], 0, ""
        parts = [part for part in parts if part is not None]
        while at < len(parts):
            part = parts[at]
            at += 1
            head = _head(part)
            if part.kind == "symbol" and head is None:  # letters and digits side by side are one run
                letters += writer.letter(part)
                continue
            found.append(writer.letters(letters))
            letters = ""
            if part.kind == "switch" and part.name in _ALPHABETS:
                writer = _Writer(self._display, _ALPHABETS[part.name], self._depth)
            elif head is None:
                found.append(writer.one(part))
            else:
                last = writer._operand(parts, at, head.kind == "operator") if self._depth < DEEPEST else at
                inner = _Writer(self._display, writer._alphabet, self._depth + 1).many(parts[at:last])
                found.append(writer._function(part, inner) if head.kind == "operator" else writer._large(part, inner))
                at = last
        return "".join([*found, writer.letters(letters)])

    def _operand(self, parts: Sequence[Node], at: int, short: bool) -> int:
        """Where the operand that begins at `at` ends: one atom of a function, all up to the next relation or sign of a sum."""
        last = at
        while last < len(parts) and parts[last].kind == "space":
            last += 1
        first = last
        while last < len(parts) and not _ends(parts[last]) and not (short and (last > first or _head(parts[last]))):
            last += 1
        return last if last > first else at

    def one(self, node: Node | None) -> str:
        if node is None:
            return ""
        write: Callable[[Node], str] | None = getattr(self, f"_{node.kind}", None)
        return write(node) if write else self.many(node.parts)

    def letter(self, node: Node) -> str:
        """The character that a symbol is in the alphabet that holds."""
        known = symbol(node.name)
        text = known.text if known else node.name
        return "".join(letter_in(self._alphabet, letter) for letter in text) if self._alphabet not in ("", "rm") else text

    def letters(self, text: str) -> str:
        return _letters(text, upright=self._alphabet == "rm")

    def _symbol(self, node: Node) -> str:
        return self.letters(self.letter(node))

    def _space(self, node: Node) -> str:
        return _letters(_SPACES.get(node.name, ""), normal=True)

    def _operator(self, node: Node) -> str:
        if node.parts:
            return _Writer(self._display, "rm", self._depth).many(node.parts[0].parts)
        return _letters(OPERATORS[node.name][0], upright=True)

    def _function(self, node: Node, inner: str) -> str:
        if not inner:
            return self.one(node)
        return f"<m:func><m:fName>{self.one(node)}</m:fName><m:e>{inner}</m:e></m:func>"

    def _large(self, node: Node, inner: str) -> str:
        base, below, above = node.parts if node.kind == "scripts" else (node, None, None)
        text = symbol(base.name).text
        beside = node.name == "\\nolimits" or text in _INTEGRALS or not self._display
        place = "subSup" if beside and node.name != "\\limits" else "undOvr"
        values = {"chr": text, "limLoc": place}
        values |= {"subHide": "1"} if below is None else {}
        values |= {"supHide": "1"} if above is None else {}
        parts = f"<m:sub>{self.one(below)}</m:sub><m:sup>{self.one(above)}</m:sup><m:e>{inner}</m:e>"
        return f"<m:nary>{_set('nary', **values)}{parts}</m:nary>"

    def _fraction(self, node: Node) -> str:
        top, bottom = map(self.one, node.parts[:2])
        if len(node.parts) == 4:
            left, right = (DELIMITERS.get(part.name, "") for part in node.parts[2:])
            inner = _fraction(top, bottom, not node.value.startswith("0"))
            return _fenced(inner, left, right) if left or right else inner
        fences = {"binom": "()", "dbinom": "()", "tbinom": "()", "choose": "()", "brack": "[]", "brace": "{}"}.get(node.name[1:])
        inner = _fraction(top, bottom, fences is None and node.name != "\\atop")
        return _fenced(inner, *fences) if fences else inner

    def _root(self, node: Node) -> str:
        body, degree = map(self.one, node.parts)
        hidden = "" if degree else _set("rad", degHide="1")
        return f"<m:rad>{hidden}<m:deg>{degree}</m:deg><m:e>{body}</m:e></m:rad>"

    def _scripts(self, node: Node) -> str:
        base, below, above = node.parts
        if _head(node) is not None and _head(node).kind == "symbol":
            return self._large(node, "")
        inner, low, high = self.one(base), self.one(below), self.one(above)
        if base is not None and self._takes_limits(base, node.name):
            inner = _limit(inner, low, above=False) if below else inner
            return _limit(inner, high, above=True) if above else inner
        if below and above:
            return f"<m:sSubSup><m:e>{inner}</m:e><m:sub>{low}</m:sub><m:sup>{high}</m:sup></m:sSubSup>"
        if below:
            return f"<m:sSub><m:e>{inner}</m:e><m:sub>{low}</m:sub></m:sSub>"
        return f"<m:sSup><m:e>{inner}</m:e><m:sup>{high}</m:sup></m:sSup>"

    def _takes_limits(self, base: Node, name: str) -> bool:
        if name:
            return name == "\\limits" or (name == "\\displaylimits" and self._display)
        if base.kind == "accent":
            return base.name in BRACKETS and "arrow" not in base.name
        named = base.kind == "operator" and (base.name in ("\\operatornamewithlimits", "\\operatorname*") or OPERATORS.get(base.name, ("", False))[1])
        return self._display and (named or (base.kind == "class" and base.name == "\\mathop"))

    def _accent(self, node: Node) -> str:
        inner, name = self.one(node.parts[0]), node.name
        if name in forms.TEXT_ACCENTS:
            return _letters(unicodedata.normalize("NFC", _plain(node.parts[0]) + forms.TEXT_ACCENTS[name]), normal=True)
        if name in ("\\overline", "\\underline", "\\underbar", "\\overlinesegment", "\\underlinesegment"):
            return f"<m:bar>{_set('bar', pos='top' if 'over' in name else 'bot')}<m:e>{inner}</m:e></m:bar>"
        mark = _ACROSS.get(name) or ACCENTS.get(name) or WIDE_ACCENTS.get(name)
        if mark:
            return f"<m:acc>{_set('acc', chr=mark)}<m:e>{inner}</m:e></m:acc>"
        mark, below = BRACKETS[name]
        place = {"pos": "bot"} if below else {"pos": "top", "vertJc": "bot"}
        return f"<m:groupChr>{_set('groupChr', chr=mark, **place)}<m:e>{inner}</m:e></m:groupChr>"

    def _stack(self, node: Node) -> str:
        base, above, below = map(self.one, node.parts)
        inner = _limit(base, above, above=True) if above else base
        return _limit(inner, below, above=False) if below else inner

    def _arrow(self, node: Node) -> str:
        above, below = map(self.one, node.parts)
        inner = _letters({"\u2192": "\u27f6", "\u2190": "\u27f5"}.get(ARROWS[node.name], ARROWS[node.name]))
        inner = _limit(inner, above, above=True) if above else inner
        return _limit(inner, below, above=False) if below else inner

    def _fenced(self, node: Node) -> str:
        left, body, right = node.parts
        return _fenced(self.one(body), *(DELIMITERS.get(mark.name, "") for mark in (left, right)))

    def _middle(self, node: Node) -> str:
        return _letters(DELIMITERS.get(node.parts[0].name, ""))

    _big = _middle

    def _table(self, node: Node) -> str:
        name = node.name.rstrip("*")
        wide = max((len(row) for row in node.rows), default=0)
        if not wide:
            return ""
        grid = self._matrix(node, name, wide) if wide > 1 else self._column(node)
        left, right = (*_FENCES.get(name, ""), "", "")[:2] if name not in _RIGHT_FENCES else ("", _RIGHT_FENCES[name])
        return _fenced(grid, left, right) if left or right else grid

    def _column(self, node: Node) -> str:
        rows = "".join(f"<m:e>{self.one(row[0])}</m:e>" for row in node.rows)
        return f"<m:eqArr>{rows}</m:eqArr>"

    def _matrix(self, node: Node, name: str, wide: int) -> str:
        columns = "".join(f"<m:mc><m:mcPr><m:count m:val=\"1\"/><m:mcJc m:val=\"{side}\"/></m:mcPr></m:mc>" for side in _sides(node, name, wide))
        close = '<m:cGpRule m:val="3"/><m:cGp m:val="4"/>' if name in _ALIGNED else ""
        rows = []
        for row in node.rows:
            cells = [*(self.one(cell) for cell in row), *[""] * (wide - len(row))]
            rows.append("<m:mr>" + "".join(f"<m:e>{cell}</m:e>" for cell in cells) + "</m:mr>")
        return f'<m:m><m:mPr><m:plcHide m:val="1"/>{close}<m:mcs>{columns}</m:mcs></m:mPr>{"".join(rows)}</m:m>'

    def _text(self, node: Node) -> str:
        found, letters = [], []
        for part in node.parts:
            if part is not None and part.kind == "list" and part.name == "$":
                found += [_letters("".join(letters), normal=True), self.many(part.parts)]
                letters = []
            elif part is not None:
                letters.append(_plain(part))
        return "".join([*found, _letters("".join(letters), normal=True)])

    def _styled(self, node: Node) -> str:
        return _Writer(self._display, _ALPHABETS.get(node.name, self._alphabet), self._depth).many(node.parts[0].parts or node.parts)

    def _not(self, node: Node) -> str:
        text = _plain(node.parts[0])
        return _letters(unicodedata.normalize("NFC", text[:1] + "\u0338") + text[1:])

    def _box(self, node: Node) -> str:
        inner = self.many(node.parts)
        if node.name in ("\\boxed", "\\fbox", "\\framebox"):
            return f"<m:borderBox><m:e>{inner}</m:e></m:borderBox>"
        if node.name in (*_STRUCK, "\\xcancel"):
            sides = dict.fromkeys(("hideTop", "hideBot", "hideLeft", "hideRight"), "1")
            strikes = ("strikeBLTR", "strikeTLBR") if node.name == "\\xcancel" else (_STRUCK[node.name],)
            return f"<m:borderBox>{_set('borderBox', **sides, **dict.fromkeys(strikes, '1'))}<m:e>{inner}</m:e></m:borderBox>"
        return f"<m:phant>{_set('phant', show='0')}<m:e>{inner}</m:e></m:phant>" if "phantom" in node.name else inner

    def _mod(self, node: Node) -> str:
        if node.name == "\\bmod":
            return _letters(" mod ", normal=True)
        inner = ("" if node.name == "\\pod" else _letters("mod ", normal=True)) + self.many(node.parts)
        return _letters("\u2002", normal=True) + (inner if node.name == "\\mod" else _fenced(inner, "(", ")"))

    def _sideset(self, node: Node) -> str:
        if node.name == "\\prescript":
            above, below, base = map(self.one, node.parts)
            return f"<m:sPre><m:sub>{below}</m:sub><m:sup>{above}</m:sup><m:e>{base}</m:e></m:sPre>"
        left, right, base = node.parts
        return self.one(left) + self.one(base) + self.one(right)

    def _tag(self, node: Node) -> str:
        return _letters("\u2003", normal=True) + _fenced(self.many(node.parts), "(", ")")

    def _nothing(self, node: Node) -> str:
        return ""

    _switch = _note = _rule = _nothing


def _head(node: Node) -> Node | None:
    """The large operator or the function that a node is, with its scripts or without; None for any other."""
    base = node.parts[0] if node.kind == "scripts" else node
    if base is None:
        return None
    known = symbol(base.name) if base.kind == "symbol" else None
    if base.kind == "operator" or (known is not None and (known.text in _LARGE or known.text in _INTEGRALS)):
        return base
    return None


def _ends(node: Node) -> bool:
    base = node.parts[0] if node.kind == "scripts" else node
    known = symbol(base.name) if base is not None and base.kind == "symbol" else None
    return base is not None and (base.kind in ("tag", "switch", "arrow", "middle") or (known is not None and known.atom in _ENDS_OPERAND))


def _sides(node: Node, name: str, wide: int) -> list[str]:
    words = {"l": "left", "r": "right", "c": "center"}
    if name in _ALIGNED:
        return ["right" if number % 2 == 0 else "left" for number in range(wide)]
    if "cases" in name:
        return ["left"] * wide
    told = [words[mark] for mark in node.value if mark in words]
    return [*told[:wide], *["center"] * (wide - len(told))]


def _plain(node: Node | None) -> str:
    """The letters of a part of a text."""
    if node is None:
        return ""
    if node.kind == "space":
        return _SPACES.get(node.name, " ")
    if node.kind == "symbol":
        known = symbol(node.name)
        return {"--": "\u2013", "---": "\u2014", "``": "\u201c", "''": "\u201d"}.get(node.name) or (known.text if known else node.name)
    inner = "".join(map(_plain, node.parts))
    return unicodedata.normalize("NFC", inner + forms.TEXT_ACCENTS[node.name]) if node.name in forms.TEXT_ACCENTS else inner
