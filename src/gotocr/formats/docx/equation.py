"""Formulas as equations of Word (OMML), made from our own reading of their LaTeX."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

from ...draw import latex_forms as forms
from ...draw.latex import Node, parse, symbol
from ...draw.latex_symbols import ACCENTS, ARROWS, BRACKETS, DELIMITERS, OPERATORS, WIDE_ACCENTS
from ...draw.math.alphabets import letter_in
from .atoms import INTEGRALS, SPACES, SUMS, WITH_TWO_SIDES, class_of, ends, head_of, paired, plain
from .xml import said

LONGEST, DEEPEST = 10_000, 12  # letters of a formula; large operators and functions within each other
_BREAK = r"\\ outside of a table"
_FONT = '<w:rPr><w:rFonts w:ascii="Cambria Math" w:hAnsi="Cambria Math"/></w:rPr>'
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
_STRUCK = {"\\cancel": "strikeBLTR", "\\bcancel": "strikeTLBR", "\\sout": "strikeH"}
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
    return f"<m:oMath>{_Writer(display).whole(tree.body)}</m:oMath>" if tree.body.parts else None


def _letters(text: str, upright: bool = False, normal: bool = False) -> str:
    if not text:
        return ""
    dress = "<m:rPr><m:nor/></m:rPr>" if normal or (upright and text.isalpha()) or text in _MARKS else ""
    return f'<m:r>{dress}{_FONT}<m:t xml:space="preserve">{said(text)}</m:t></m:r>'


_MARKS = frozenset("&%$#_^~\"@()[]{}\\")  # by themselves, some programs take them for operators
_EMPTY = _letters("\u200b", normal=True)


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


def _scripted(base: str, low: str, high: str, beside: bool) -> str:
    """`base` with what stands below and above it (or nothing), at its side or over and under it."""
    if not beside:
        inner = _limit(base, low, above=False) if low else base
        return _limit(inner, high, above=True) if high else inner
    if low and high:
        return f"<m:sSubSup><m:e>{base}</m:e><m:sub>{low}</m:sub><m:sup>{high}</m:sup></m:sSubSup>"
    if low:
        return f"<m:sSub><m:e>{base}</m:e><m:sub>{low}</m:sub></m:sSub>"
    return f"<m:sSup><m:e>{base}</m:e><m:sup>{high or _EMPTY}</m:sup></m:sSup>"


class _Writer:
    """Nodes to OMML; `alphabet` is that of the letters where it stands."""

    def __init__(self, display: bool, alphabet: str = "", depth: int = 0) -> None:
        self._display, self._alphabet, self._depth = display, alphabet, depth

    def many(self, parts: Sequence[Node | None]) -> str:
        """What follows each other; a large operator or a function takes what follows it as its own."""
        writer, found, at, letters = self, [], 0, ""
        parts = paired([part for part in parts if part is not None])
        while at < len(parts):
            part = parts[at]
            at += 1
            head = head_of(part)
            is_word = writer._alphabet == "rm" and part.name.isalpha()
            if part.kind == "symbol" and (is_word or part.name.isdigit() or (part.name == "." and letters)):  # one run
                letters += part.name
                continue
            if letters:
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

    def whole(self, node: Node) -> str:
        """What stands by itself; a sign of relation at its edge gets something without ink for its other side."""
        parts = [part for part in node.parts if part.kind != "space"] if node.kind == "list" else [node]
        inner = self.one(node) or _EMPTY
        if len(parts) > 1 or (parts and class_of(parts[0]) in WITH_TWO_SIDES):
            inner = _EMPTY * (class_of(parts[0]) in WITH_TWO_SIDES) + inner + _EMPTY * (class_of(parts[-1]) in WITH_TWO_SIDES)
        return inner

    def _operand(self, parts: Sequence[Node], at: int, short: bool) -> int:
        """Where the operand that begins at `at` ends: one atom of a function, all up to the next relation or sign of a sum."""
        last = at
        while last < len(parts) and parts[last].kind == "space":
            last += 1
        first = last
        while last < len(parts) and not ends(parts[last]) and not (short and (last > first or head_of(parts[last]))):
            last += 1
        return last if last > first else at

    def one(self, node: Node | None) -> str:
        if node is None:
            return ""
        write: Callable[[Node], str] | None = getattr(self, f"_{node.kind}", None)
        return write(node) if write else self.many(node.parts)

    def letters(self, text: str) -> str:
        """Characters in the alphabet that holds."""
        if self._alphabet not in ("", "rm"):
            text = "".join(letter_in(self._alphabet, letter) for letter in text)
        return _letters(text, upright=self._alphabet == "rm")

    def _symbol(self, node: Node) -> str:
        known = symbol(node.name)
        return self.letters("\u2223" if node.name == "|" else known.text if known else node.name)

    def _space(self, node: Node) -> str:
        return _letters(SPACES.get(node.name, ""), normal=True)

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
        if below is None and above is None:
            return _letters(symbol(base.name).text) + inner
        text = symbol(base.name).text
        low, high = self.one(below), self.one(above)
        beside = node.name == "\\nolimits" or text in INTEGRALS or not self._display
        if text not in INTEGRALS and text not in SUMS:
            return _scripted(_letters(text), low, high, beside) + inner
        place = "subSup" if beside and node.name != "\\limits" else "undOvr"
        values = {"chr": text, "limLoc": place}
        values |= {"subHide": "1"} if below is None else {}
        values |= {"supHide": "1"} if above is None else {}
        parts = f"<m:sub>{low}</m:sub><m:sup>{high}</m:sup><m:e>{inner or _EMPTY}</m:e>"
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
        if head_of(node) is not None and head_of(node).kind == "symbol":
            return self._large(node, "")
        beside = base is None or not self._takes_limits(base, node.name)
        return _scripted(self.one(base) or _EMPTY, self.one(below), self.one(above), beside)

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
            return _letters(unicodedata.normalize("NFC", plain(node.parts[0]) + forms.TEXT_ACCENTS[name]), normal=True)
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
        sides = [DELIMITERS.get(mark.name, "") for mark in (left, right)]
        between = [part for part in body.parts if part is not None and part.kind == "middle"]
        if len({part.parts[0].name for part in between}) != 1:
            return _fenced(self.one(body), *sides)
        cells, at = [], 0
        for mark in [*map(body.parts.index, between), len(body.parts)]:
            cells.append(self.many(body.parts[at:mark]))
            at = mark + 1
        look = _set("d", begChr=sides[0], sepChr=DELIMITERS.get(between[0].parts[0].name, ""), endChr=sides[1])
        return f"<m:d>{look}{''.join(f'<m:e>{cell}</m:e>' for cell in cells)}</m:d>"

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
        rows = "".join(f"<m:e>{self.whole(row[0])}</m:e>" for row in node.rows)
        return f"<m:eqArr>{rows}</m:eqArr>"

    def _matrix(self, node: Node, name: str, wide: int) -> str:
        columns = "".join(f"<m:mc><m:mcPr><m:count m:val=\"1\"/><m:mcJc m:val=\"{side}\"/></m:mcPr></m:mc>" for side in _sides(node, name, wide))
        close = '<m:cGpRule m:val="3"/><m:cGp m:val="4"/>' if name in _ALIGNED else ""
        rows = []
        for row in node.rows:
            cells = [*(self.whole(cell) for cell in row), *[_EMPTY] * (wide - len(row))]
            rows.append("<m:mr>" + "".join(f"<m:e>{cell}</m:e>" for cell in cells) + "</m:mr>")
        return f'<m:m><m:mPr><m:plcHide m:val="1"/>{close}<m:mcs>{columns}</m:mcs></m:mPr>{"".join(rows)}</m:m>'

    def _text(self, node: Node) -> str:
        found, letters = [], []
        for part in node.parts:
            if part is not None and part.kind == "list" and part.name == "$":
                found += [_letters("".join(letters), normal=True), self.many(part.parts)]
                letters = []
            elif part is not None:
                letters.append(plain(part))
        return "".join([*found, _letters("".join(letters), normal=True)])

    def _styled(self, node: Node) -> str:
        return _Writer(self._display, _ALPHABETS.get(node.name, self._alphabet), self._depth).many(node.parts[0].parts or node.parts)

    def _not(self, node: Node) -> str:
        text = plain(node.parts[0])
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


def _sides(node: Node, name: str, wide: int) -> list[str]:
    words = {"l": "left", "r": "right", "c": "center"}
    if name in _ALIGNED:
        return ["right" if number % 2 == 0 else "left" for number in range(wide)]
    if "cases" in name:
        return ["left"] * wide
    told = [words[mark] for mark in node.value if mark in words]
    return [*told[:wide], *["center"] * (wide - len(told))]
