"""Formulas that may stand in a LaTeX file as they are: known commands only, all that opens is closed, tables that fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ...draw.latex import Formula, Node, parse, tokens
from ...kinds.formula import normalise
from ..prose import clean
from .letters import escape
from .symbols import ALLOWED, COMMANDS

LONGEST, MOST_COLUMNS = 20_000, 30  # letters; columns of a matrix, as the preamble sets it
_BREAK = r"\\ outside of a table"
_COMMENT = re.compile(r"(?<!\\)(?:\\\\)*%")
_COLUMNS = re.compile(r"[lcr|\s]*")
_DIGITS = re.compile(r"[1-9]\d?", re.ASCII)
_INNER = {"cases": 2, "gathered": 1, **dict.fromkeys("matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix aligned".split(), MOST_COLUMNS)}
_OUTER = {"split": 2, "gather": 1, "multline": 1, "equation": 1, "align": MOST_COLUMNS, "flalign": MOST_COLUMNS, "eqnarray": 3}
_RULED = frozenset("array matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix".split())
_ARGUED = frozenset("fraction root accent stack styled class box not mod operator arrow".split())
_TEXT_MARKS = frozenset(["\\%", "\\&", "\\#", "\\_", "\\$", "\\{", "\\}", "\\ ", "\\ss", "\\ae", "\\oe", "\\AE", "\\OE", "\\o", "\\O"])


@lru_cache(maxsize=512)
def display(latex: str) -> str | None:
    """A displayed formula with what stands around it; None for what LaTeX would not set, or should not be let do."""
    found = _guarded(latex)
    if found is None:
        return None
    tree = parse(found)
    outer = _outermost(tree)
    if outer and outer != "split":
        return _spelled(found, tree)
    body = _spelled(found, tree)
    return f"\\[\n{body}\n\\]" if _BREAK not in tree.problems else f"\\[\n\\begin{{gathered}}\n{body}\n\\end{{gathered}}\n\\]"


@lru_cache(maxsize=2048)
def inline(latex: str) -> str | None:
    """A formula within a line; None as in `display`."""
    found = _guarded(latex)
    tree = parse(found) if found is not None else None
    if tree is None or tree.problems or _outermost(tree) or any(node.kind == "tag" for node in tree.body.walk()):
        return None
    return f"\\({_spelled(found, tree)}\\)"


def _guarded(latex: str) -> str | None:
    """The formula as it is, else in its one spelling, whichever is safe; None where neither is."""
    latex = " ".join(clean(latex).split())
    if not latex or len(latex) > LONGEST:
        return None
    if _is_safe(latex):
        return latex
    spelled = normalise(latex)
    return spelled if spelled.strip() and _is_safe(spelled) and not parse(latex).problems else None


def _is_safe(latex: str) -> bool:
    if "^^" in latex or _COMMENT.search(latex):
        return False
    if any(token.text[0] == "\\" and token.text not in ALLOWED for token in tokens(latex)):
        return False
    tree = parse(latex)
    return not set(tree.problems) - {_BREAK} and _fits(tree)


def _outermost(tree: Formula) -> str:
    """The environment that the whole formula is, if that is one that needs no `\\[` around it, or must be all there is."""
    parts = tree.body.parts
    name = parts[0].name.rstrip("*") if len(parts) == 1 and parts[0].kind == "table" else ""
    return name if name in _OUTER else ""


def _fits(tree: Formula) -> bool:
    """Whether every part stands where LaTeX lets it stand."""
    outer = tree.body.parts[0] if _outermost(tree) else None
    counts = {"tag": 0, "middle": 0, "fenced middle": 0}
    for node in tree.body.walk():
        if node.kind == "table" and not _table_fits(node, node is outer):
            return False
        if node.kind in _ARGUED and any(part and part.kind not in ("list", "symbol") for part in node.parts):
            return False
        if node.kind == "scripts" and any(part and part.kind not in ("list", "symbol") for part in node.parts[1:]):
            return False
        if node.kind == "text" and not _text_fits(node):
            return False
        if node.kind == "fenced":
            counts["fenced middle"] += sum(part.kind == "middle" for part in node.parts[1].parts)
        if node.kind in counts:
            counts[node.kind] += 1
    return counts["middle"] == counts["fenced middle"] and counts["tag"] <= (outer is None or outer.name in ("equation", "gather"))


def _table_fits(node: Node, is_outer: bool) -> bool:
    wide = max((len(row) for row in node.rows), default=0)
    if node.name == "array":
        columns = node.value if _COLUMNS.fullmatch(node.value) else ""
        return 0 < wide <= len(columns.replace("|", "").replace(" ", ""))
    if node.name == "\\substack":
        return wide == 1
    if node.parts and node.name not in _RULED:
        return False
    most = _OUTER.get(node.name.removesuffix("*"), 0) if is_outer else _INNER.get(node.name, 0)
    return 0 < wide <= most and (not is_outer or any(cell.parts for row in node.rows for cell in row))


def _text_fits(node: Node) -> bool:
    waiting = list(node.parts)
    while waiting:
        part = waiting.pop()
        if part is None or (part.kind == "list" and part.name == "$"):
            continue
        if part.kind not in ("symbol", "space", "text", "accent", "list"):
            return False
        if part.name[:1] == "\\" and part.kind == "symbol" and part.name not in _TEXT_MARKS and not part.name.startswith("\\text"):
            return False
        if part.kind == "space" and part.name not in (" ", "~", "\\ ", "\\,"):
            return False
        waiting += part.parts
    return True


def _spelled(latex: str, tree: Formula) -> str:
    """The formula with characters beyond ASCII as commands, or as text."""
    if latex.isascii():
        return latex
    texts = list(_text_spans(tree))
    parts = []
    for at, letter in enumerate(latex):
        if letter.isascii():
            parts.append(letter)
        elif any(start <= at < end for start, end in texts):
            parts.append(escape(letter))
        elif letter in COMMANDS:
            parts.append(f"{{{COMMANDS[letter]}}}" if parts and parts[-1] in "_^" else f"{COMMANDS[letter]} ")
        else:
            parts.append(rf"{{\text{{{escape(letter)}}}}}")
    return "".join(parts)


def _text_spans(tree: Formula) -> Iterator[tuple[int, int]]:
    """Where letters of `\\text` stand, without the formulas within it."""
    for node in tree.body.walk():
        if node.kind == "text":
            for part in node.parts:
                if part is not None and part.kind in ("symbol", "accent"):
                    yield part.start, part.end
