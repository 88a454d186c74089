"""Which formula is drawn: one of the corpus, a new one from the grammar, or a mixture; always in its canonical spelling."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from .grammar import Writer
from .item import glue
from .normal import normalise, read

if TYPE_CHECKING:
    import numpy as np

    from ...draw.supply import Supply

LONGEST = 420  # characters of a formula
TRIES = 12
# Program code and prose that the corpus has among its formulas: long words outside of commands and text.
_JUNK = re.compile(r"(?<![\\{A-Za-z ])[A-Za-z]{7,}|>>|==|--|::|\.\.|__|_\{\}|\\[A-Z]\b.*\\[A-Z]\b.*import|\"|`|@")
# Words that a corpus has without the blanks which were around them.
_WORDS = re.compile(
    r"\\(text|textrm|mbox)\{((?:[A-Za-z]+(?: [A-Za-z]+)+)|if|and|or|for|with|where|when|in|is|on|of|then|as|else|otherwise)\}"
)
_RELATIONS = frozenset("= < > \\le \\ge \\approx \\equiv \\to \\sim \\subset \\in \\simeq \\Rightarrow \\cong".split())


def compose(rng: np.random.Generator, supply: Supply, longest: int = LONGEST) -> str:
    """A formula to be displayed, with a number (`\\tag`) now and then; about 10 to 300 characters."""
    for _ in range(TRIES):
        chance = rng.random()
        if chance < 0.5:
            found = corpus_formula(rng, supply)
        elif chance < 0.8:
            found = normalise(Writer(rng).formula())
        else:
            found = mixed(rng, supply)
        if found and len(found) <= longest and usable(found):
            return number(rng, found) if rng.random() < 0.1 else found
    return normalise(Writer(rng, 1, 6).write("equation"))[:longest]


def corpus_formula(rng: np.random.Generator, supply: Supply) -> str:
    """One formula of the corpus; longer ones somewhat more often than they come; "" where none is found."""
    items = supply.items("latex_formulas")
    if not items:
        return ""
    best = ""
    for _ in range(1 + int(rng.integers(3))):
        raw = items[int(rng.integers(len(items)))]
        best = raw if len(raw) > len(best) else best
    return canonical(best)


@lru_cache(maxsize=8192)
def canonical(raw: str) -> str:
    """The canonical spelling of a formula that can be drawn; "" for others, code and prose too."""
    if len(raw) > 2 * LONGEST or read(raw).problems:
        return ""
    found = normalise(_WORDS.sub(r"\\\1{ \2 }", raw))
    return found if usable(found) else ""


@lru_cache(maxsize=8192)
def usable(latex: str) -> bool:
    """True for a canonical formula that is one, and that can be drawn."""
    return bool(latex) and len(latex) <= LONGEST and not _JUNK.search(latex) and not read(latex).problems


def sides(latex: str) -> list[str]:
    """A formula cut at its relations: side, relation, side ..."""
    parts, start = [], 0
    for node in read(latex).body.parts:
        if node.kind == "symbol" and node.name in _RELATIONS:
            parts += [latex[start : node.start].strip(), node.name]
            start = node.end
        elif node.kind in ("tag", "table", "switch"):
            return [latex]
    return [*parts, latex[start:].strip()]


def mixed(rng: np.random.Generator, supply: Supply) -> str:
    """Parts of two or three formulas put together."""
    first, second = piece(rng, supply), piece(rng, supply)
    kind = int(rng.integers(9))
    if not first or not second:
        return first or second
    left, right = sides(first), sides(second)
    sign = str(rng.choice(["+", "-", r"\cdot", r"\times", "/", "="]))
    made = [
        lambda: [left[0], "=", right[-1].rstrip(".,;")],
        lambda: [rf"\frac{{{left[0]}}}{{{right[0]}}}", *(left[1:] if len(left) > 1 else ["=", right[-1]])],
        lambda: [first.rstrip(".,;"), r",\quad ", second],
        lambda: [left[0], "=", rf"\sqrt{{{right[-1].rstrip('.,;')}}}"],
        lambda: [r"\left(", rf"\frac{{{right[0]}}}{{{left[0]}}}", r"\right)", "^2", sign, right[-1]],
        lambda: [r"\begin{aligned}", *_rows(left), r"\\", *_rows(right), r"\end{aligned}"],
        lambda: [
            left[0],
            "=",
            r"\begin{cases}",
            left[-1].rstrip(".,;"),
            r"&\text{if }",
            right[0],
            r"\\",
            right[-1].rstrip(".,;"),
            r"&\text{otherwise}\end{cases}",
        ],
        lambda: [left[0], sign, right[0], *left[1:]],
        lambda: [r"\int_0^1 ", left[0], "d", str(rng.choice(list("xtyz"))), "=", right[-1]],
    ][kind]()
    return normalise(glue(made))


def piece(rng: np.random.Generator, supply: Supply) -> str:
    found = corpus_formula(rng, supply) if rng.random() < 0.7 else normalise(Writer(rng, 2, 15).write("equation"))
    return "" if "aligned" in found or "gathered" in found or r"\tag" in found or "&" in found else found


def _rows(parts: list[str]) -> list[str]:
    """The sides of a formula as one line with its first relation aligned."""
    return [parts[0], "&", *parts[1:]] if len(parts) > 1 else ["&", *parts]


def number(rng: np.random.Generator, latex: str) -> str:
    """A formula with an equation number."""
    if r"\tag" in latex:
        return latex
    whole = int(rng.integers(1, 130))
    chance = rng.random()
    if chance < 0.5:
        mark = str(whole)
    elif chance < 0.8:
        mark = f"{rng.integers(1, 12)}.{whole}"
    elif chance < 0.9:
        mark = f"{'ABCDE'[int(rng.integers(5))]}{'.' if rng.random() < 0.5 else ''}{rng.integers(1, 30)}"
    else:
        mark = f"{whole}{'abcd'[int(rng.integers(4))]}"
    return latex + rf"\tag{{{mark}}}"


def compose_inline(rng: np.random.Generator, supply: Supply, longest: int = 60) -> str:
    """A short formula as it stands within a line of text: no lines, no number."""
    for _ in range(TRIES):
        found = (
            corpus_formula(rng, supply)
            if rng.random() < 0.7
            else normalise(Writer(rng, 1, 8).write(str(rng.choice(["variable", "sum", "equation", "call"]))))
        )
        if found and len(found) <= longest and r"\begin" not in found and r"\tag" not in found and usable(found):
            return found.rstrip(".,;")
    return normalise(Writer(rng, 0, 0).write("variable"))
