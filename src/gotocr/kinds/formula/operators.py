"""Named operators, and what stands right above and below a base, by the command that LaTeX has for it."""

from __future__ import annotations

import re
from dataclasses import replace

from .item import Item, glue, without_edges
from .runs import write

_LIMITS = frozenset(
    r"\sum \prod \coprod \bigcap \bigcup \bigoplus \bigotimes \bigvee \bigwedge \bigsqcup \biguplus \bigodot".split()
)
_ARROWS = {
    r"\to": r"\xrightarrow",
    r"\longrightarrow": r"\xrightarrow",
    r"\leftarrow": r"\xleftarrow",
    r"\longleftarrow": r"\xleftarrow",
}


def text_of(items: list[Item]) -> str:
    r"""The upright words of items, thin spaces as `\,`; "" where they are more than words."""
    words = []
    for item in items:
        if item.kind == "space" or item.text == " ":
            words.append(r"\,")
        elif (
            item.kind == "letter"
            and item.font in ("mathrm", "")
            and item.text.isascii()
            and item.text.isalnum()
            and not item.scripted
        ):
            words.append(item.text)
        elif item.kind == "name" and not item.scripted:
            words.append(item.text[1:])
        else:
            return ""
    return glue(words) if sum(len(word) for word in words) > 1 else ""


def settle(item: Item) -> list[Item]:
    """An operator that carries scripts below, or would: its name as LaTeX knows it."""
    from ...draw.latex_symbols import OPERATORS

    if item.kind != "stacking":
        return [item]
    plain = "\\" + item.font.replace(r"\,", "")
    if plain in OPERATORS:
        return [replace(item, text=plain, kind="name", font="")]
    if item.scripted:
        return [replace(item, text=rf"\operatorname*{{{item.font}}}", kind="atom", font="", tall=True)]
    letters = re.split(r"(\\,)\s*", item.font)
    return [
        Item(" " if part == r"\," else letter, "letter", "mathrm")
        for part in letters
        for letter in ([part] if part == r"\," else part)
    ]


def stacked(items: list[Item], sub: str, primes: int, sup: str) -> list[Item]:
    """A base with something set right below or above it."""
    from ...draw.latex_symbols import OPERATORS

    items = without_edges(items)
    if not (sub or sup or primes):
        return items
    words = text_of(items)
    if words:
        return settle(Item(r"\operatorname*", "stacking", words, sub=sub, primes=primes, sup=sup))
    one = items[0] if len(items) == 1 else None
    if one and not one.scripted and (one.text in _LIMITS or OPERATORS.get(one.text, ("", False))[1]):
        return [one.with_scripts(sub, primes, sup, True)]
    if one and one.text in _LIMITS | set(OPERATORS) and not (one.sub and sub) and not (one.sup and sup):
        return [replace(one, sub=one.sub or sub, sup=one.sup or sup, primes=one.primes + primes, tall=True)]
    body = write(items)
    if sup and not sub and body in _ARROWS:
        return [Item(rf"{_ARROWS[body]}{{{sup}}}", role="rel", tall=True)]
    if sup or primes:
        body = rf"\overset{{{chr(39) * primes + sup}}}{{{body}}}"
    if sub:
        body = rf"\underset{{{sub}}}{{{body}}}"
    return [Item(body, role=items[0].role if items else "ord", tall=True)]
