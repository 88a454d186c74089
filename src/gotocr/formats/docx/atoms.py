"""The parts of a formula as an equation sees them: large operators and functions, which take what follows; pairs of brackets."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from ...draw import latex_forms as forms
from ...draw.latex import Node, symbol
from ...draw.latex_symbols import DELIMITERS

SPACES = {
    "\\,": "\u2009", "\\thinspace": "\u2009", "\\:": "\u205f", "\\>": "\u205f", "\\medspace": "\u205f", "\\;": "\u2004",
    "\\thickspace": "\u2004", "\\quad": "\u2003", "\\qquad": "\u2003\u2003", "\\enspace": "\u2002", "\\enskip": "\u2002",
    "\\ ": " ", "~": "\u00a0", " ": " ", "\\space": " ", "\\nobreakspace": "\u00a0",
}  # fmt: skip
SUMS = frozenset("∑∏∐")  # that every program has as an operator with limits and operand
LARGE = frozenset("∑∏∐⋂⋃⨀⨁⨂⨅⨆⨉⨄⋁⋀")  # with limits above and below
INTEGRALS = frozenset("∫∬∭∮∯∰∱∲∳")
WITH_TWO_SIDES = ("rel", "bin")
_ENDS_OPERAND = (*WITH_TWO_SIDES, "punct", "close", "tag", "switch", "arrow", "middle")
DEEPEST = 12  # brackets within brackets that become one thing


def head_of(node: Node) -> Node | None:
    """The large operator or the function that a node is, with its scripts or without; None for any other."""
    base = node.parts[0] if node.kind == "scripts" else node
    if base is None:
        return None
    known = symbol(base.name) if base.kind == "symbol" else None
    if base.kind == "operator" or (known is not None and (known.text in LARGE or known.text in INTEGRALS)):
        return base
    return None


def class_of(node: Node) -> str:
    """TeX's class of atom of a symbol, with its scripts or without; of anything else, its kind."""
    base = node.parts[0] if node.kind == "scripts" else node
    known = symbol(base.name) if base is not None and base.kind == "symbol" else None
    return known.atom if known is not None else base.kind if base is not None else ""


def ends(node: Node) -> bool:
    return class_of(node) in _ENDS_OPERAND


def paired(parts: Sequence[Node]) -> list[Node]:
    """`parts` with every pair of brackets, and what is between, as one fence; scripts on the closing one are those of the fence."""
    lists: list[tuple[Node | None, list[Node]]] = [(None, [])]  # (opening bracket, what follows it)
    for part in parts:
        base = part.parts[0] if part.kind == "scripts" else part
        is_bracket = base is not None and base.kind == "symbol" and base.name in DELIMITERS
        if is_bracket and part is base and class_of(base) == "open" and len(lists) <= DEEPEST:
            lists.append((part, []))
        elif is_bracket and class_of(base) == "close" and len(lists) > 1:
            opening, inner = lists.pop()
            body = Node("list", opening.end, base.start, opening.end, "", tuple(inner))
            fence = Node("fenced", opening.start, base.end, opening.start, "\\left", (opening, body, base))
            lists[-1][1].append(fence if part is base else replace(part, parts=(fence, *part.parts[1:])))
        else:
            lists[-1][1].append(part)
    while len(lists) > 1:  # never closed
        opening, inner = lists.pop()
        lists[-1][1].extend([opening, *inner])
    return lists[0][1]


def plain(node: Node | None) -> str:
    """The letters of a part of a text."""
    if node is None:
        return ""
    if node.kind == "space":
        return SPACES.get(node.name, " ")
    if node.kind == "symbol":
        known = symbol(node.name)
        return {"--": "\u2013", "---": "\u2014", "``": "\u201c", "''": "\u201d"}.get(node.name) or (known.text if known else node.name)
    inner = "".join(map(plain, node.parts))
    return unicodedata.normalize("NFC", inner + forms.TEXT_ACCENTS[node.name]) if node.name in forms.TEXT_ACCENTS else inner
