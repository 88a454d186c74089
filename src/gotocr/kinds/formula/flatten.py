"""The tree of a formula as a flat list of items: braces, synonyms, styles and fonts resolved."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from . import spelling
from .item import Item, glue, is_blank, without_edges
from .letters import GREEK, Look, letter_item, prose_items, restyled, space_items
from .operators import settle, stacked, text_of
from .runs import enclosed, write
from .tables import fenced_table, table_items

if TYPE_CHECKING:
    from ...draw.latex import Node

_KEPT_BOXES = frozenset([r"\cancel", r"\bcancel", r"\xcancel", r"\sout"])
_SEEN_THROUGH = frozenset(r"\smash \mathrlap \mathllap \mathclap \rlap \llap \clap \vcenter".split())
_RENAMED = {r"\underbar": r"\underline", r"\overlinesegment": r"\overline", r"\underlinesegment": r"\underline"}


def flatten(node: Node | None, look: Look | None = None) -> list[Item]:
    """The items of a node; of a list those of its parts, a font switch acting up to its end."""
    look = look or Look()
    if node is None:
        return []
    if node.kind == "list":
        items: list[Item] = []
        if node.name == "$":
            look = Look()
        for index, part in enumerate(node.parts):
            if part.kind == "unknown" and part.name in (r"\eqno", r"\leqno"):
                return items + _numbered(node.parts[index + 1 :])
            if part.kind == "switch":
                look = restyled(look, part.name)
            else:
                items += _attached(items, flatten(part, look))
        return items
    return _READERS[node.kind](node, look)


def _attached(before: list[Item], items: list[Item]) -> list[Item]:
    """A degree sign becomes a superscript of what it follows."""
    if len(items) == 1 and items[0].text == r"{}^\circ":
        items = [Item("{}", sup=r"\circ")]
        if before and not before[-1].scripted and before[-1].kind != "space":
            before[-1] = replace(before[-1], sup=r"\circ")
            return []
    return items


def latex(node: Node | None, look: Look | None = None) -> str:
    """The canonical LaTeX of a part."""
    return write(without_edges(_untagged(flatten(node, look))))


def _untagged(items: list[Item]) -> list[Item]:
    return [item for item in items if item.kind != "tag"]


def _symbol(node: Node, look: Look) -> list[Item]:
    name = node.name
    if look.prose:
        return prose_items(spelling.TEXT_MARKS.get(name) or spelling.TEXT_LETTERS.get(name), name, look)
    if name == r"\dots":
        return [Item(name, role="inner")]
    text = spelling.spell(name)
    if len(text) > 1 and text[0] not in "\\{":
        return [Item(mark, role=spelling.role(mark)) for mark in text]
    if not text.isascii():
        return [Item(text, "letter", "mathrm")] if unicodedata.category(text[0])[0] in "LS" else []
    takes = text.isalnum() or text[1:] in GREEK
    if takes or (look.bold and text[0] == "\\" and spelling.role(name) == "ord" and text[1:].isalpha()):
        return [letter_item(text, look)]
    return [Item(text, role=spelling.role(name), tall=spelling.role(name) == "op")]


def _operator(node: Node, look: Look) -> list[Item]:
    if not node.parts:
        return [Item(node.name, "name", tall=node.name in (r"\lim",))]
    inner = without_edges(flatten(node.parts[0], Look(font="mathrm")))
    if node.name.endswith(("*", "limits")):
        return [Item(r"\operatorname*", "stacking", text_of(inner))] if text_of(inner) else inner
    return inner


def _scripts(node: Node, look: Look) -> list[Item]:
    base, below, above = node.parts
    primes, rest = _primes(above)
    lower, upper = flatten(below, look), [item for part in rest for item in flatten(part, look)]  # once each: scripts nest
    tall = any(item.tall for item in (*lower, *upper))
    sub, sup = (write(without_edges(_untagged(items))) for items in (lower, upper))
    if base is not None and base.kind == "class" and base.name == r"\mathop" and node.name != r"\nolimits":
        return stacked(flatten(base.parts[0], look), sub, primes, sup)
    items = flatten(base, look)
    while items and items[-1].kind == "space":
        items.pop()
    if not (sub or sup or primes):
        return [part for item in items for part in settle(item)]
    if not items:
        return [Item("{}", sub=sub, sup=sup, primes=primes, tall=tall)]
    last = items[-1]
    if last.scripted:
        if last.primes and not (last.sub or last.sup or (primes and sub)):
            return [*items[:-1], last.with_scripts(sub, last.primes + primes, sup, tall)]
        whole = write(items)
        return [Item("{" + whole + "}", "group", sub=sub, sup=sup, primes=primes, tall=tall or any(item.tall for item in items))]
    return [*items[:-1], *settle(last.with_scripts(sub, primes, sup, tall))]


def _primes(above: Node | None) -> tuple[int, list[Node]]:
    """How many primes a superscript begins with, and what follows them."""
    if above is None:
        return 0, []
    parts = list(above.parts) if above.kind == "list" else [above]
    count = 0
    while parts and parts[0].kind == "list" and not count and len(parts) == 1:
        parts = list(parts[0].parts)
    while parts and (parts[0].kind == "space" or (parts[0].kind == "symbol" and parts[0].name in ("'", r"\prime", "\u2032"))):
        count += parts[0].kind == "symbol"
        parts = parts[1:]
    return count, parts


def _stack(node: Node, look: Look) -> list[Item]:
    base, above, below = node.parts
    return stacked(flatten(base, look), latex(below, look), 0, latex(above, look))


def _fraction(node: Node, look: Look) -> list[Item]:
    top, bottom = latex(node.parts[0], look), latex(node.parts[1], look)
    name = node.name.lstrip("\\")
    thickness = node.value.partition(",")[0]
    fences = tuple(part.name for part in node.parts[2:] if part) if name == "genfrac" else (".", ".")
    fences = fences if len(fences) == 2 else (".", ".")
    fences = {"choose": ("(", ")"), "brack": ("[", "]"), "brace": (r"\{", r"\}")}.get(name, fences)
    bare = name in ("atop", "choose", "brack", "brace") or thickness.startswith("0")
    if name.endswith("binom") or (bare and fences == ("(", ")")):
        return [Item(rf"\binom{{{top}}}{{{bottom}}}", tall=True)]
    body = rf"\substack{{{top}\\{bottom}}}" if bare else rf"\frac{{{top}}}{{{bottom}}}"
    item = Item(body, tall=True)
    return [item] if fences == (".", ".") else enclosed(fences[0], [item], fences[1])


def _root(node: Node, look: Look) -> list[Item]:
    inner, degree = flatten(node.parts[0], look), latex(node.parts[1], look)
    degree = "{" + degree + "}" if "]" in degree else degree
    return [Item(r"\sqrt" + (f"[{degree}]" if degree else "") + "{" + write(inner) + "}", tall=any(item.tall for item in inner))]


def _accent(node: Node, look: Look) -> list[Item]:
    if look.prose and node.name in _text_accents():
        letter = "".join(item.text for item in flatten(node.parts[0], look)) or " "
        letter = letter.replace("\u0131", "i").replace("\u0237", "j")
        whole = unicodedata.normalize("NFC", letter[0] + _text_accents()[node.name] + letter[1:])
        return [Item(mark, "letter", look.font or "mathrm") for mark in whole]
    inner = _untagged(flatten(node.parts[0], look))
    name = _RENAMED.get(node.name, node.name)
    grown = "brace" in name or "bracket" in name
    return [Item(f"{name}{{{write(inner)}}}", tall=grown or any(item.tall for item in inner), role="op" if grown else "ord")]


def _text_accents() -> dict[str, str]:
    from ...draw.latex_forms import TEXT_ACCENTS

    return TEXT_ACCENTS


def _arrow(node: Node, look: Look) -> list[Item]:
    above, below = latex(node.parts[0], look), latex(node.parts[1], look)
    if not above and not below and node.name in (r"\xrightarrow", r"\xleftarrow"):
        return [Item(spelling.spell(r"\long" + node.name[2:]), role="rel")]
    return [Item(node.name + (f"[{below}]" if below else "") + f"{{{above}}}", role="rel", tall=True)]


def _fenced(node: Node, look: Look) -> list[Item]:
    left, right = _delimiter(node.parts[0]), _delimiter(node.parts[2])
    body = node.parts[1]
    alone = [part for part in body.parts if part.kind not in ("space", "switch")] if body.kind == "list" else [body]
    if len(alone) == 1 and alone[0].kind == "table" and (one := fenced_table(left, alone[0], right, look)):
        return [one]
    return enclosed(left, _untagged(flatten(body, look)), right)


def _delimiter(node: Node | None) -> str:
    name = node.name if node is not None else "."
    return {"<": r"\langle", ">": r"\rangle", r"\backslash": r"\backslash", ".": "."}.get(name) or spelling.spell(name)


def _big(node: Node, look: Look) -> list[Item]:
    side = node.name[-1] if node.name[-1] in "lrm" else ""
    return [Item(_delimiter(node.parts[0]), "big" if node.kind == "big" else "middle", side=side)]


def _text(node: Node, look: Look) -> list[Item]:
    font = spelling.FONTS.get(node.name)
    inner = Look(look.font if font is None else font or "mathrm", prose=True)
    if node.name in (r"\text", r"\mbox", r"\hbox") and look.font in ("mathbf", "textit"):
        inner = replace(inner, font=look.font)
    items: list[Item] = []
    for part in node.parts:
        if part.kind == "switch":
            found = spelling.FONTS.get(part.name)
            inner = replace(inner, font=(found or "textit") if found is not None else inner.font)
        else:
            items += flatten(part, inner)
    return items


def _styled(node: Node, look: Look) -> list[Item]:
    inner = restyled(look, node.name)
    return flatten(node.parts[0], replace(inner, prose=look.prose))


def _not(node: Node, look: Look) -> list[Item]:
    items = without_edges(flatten(node.parts[0], look))
    if not items:
        return []
    struck = spelling.NEGATED.get(items[0].text) or glue([r"\not", items[0].text])
    return [replace(items[0], text=struck, kind="atom", role="rel"), *items[1:]]


def _box(node: Node, look: Look) -> list[Item]:
    if not node.parts or "phantom" in node.name:
        return []
    inner = _untagged(flatten(node.parts[0], look))
    if node.name in _SEEN_THROUGH:
        return inner
    if node.name in _KEPT_BOXES:
        return [Item(f"{node.name}{{{write(inner)}}}", tall=any(item.tall for item in inner))]
    return [Item(rf"\boxed{{{write(inner)}}}", tall=True)] if node.name != r"\angln" else inner


def _mod(node: Node, look: Look) -> list[Item]:
    inner = flatten(node.parts[0], look) if node.parts else []
    if node.name == r"\pmod":
        return [Item(rf"\pmod{{{write(inner)}}}")]
    if node.name == r"\pod":
        return enclosed("(", inner, ")")
    return [Item(r"\bmod", role="bin"), *inner]


def _sideset(node: Node, look: Look) -> list[Item]:
    first, second, base = node.parts
    if node.name == r"\prescript":
        before = [Item("{}", sub=latex(second, look), sup=latex(first, look))]
        return [item for item in before if item.scripted] + flatten(base, look)
    left, right = flatten(first, look), flatten(second, look)
    items = flatten(base, look)
    if items and right and right[0].text == "{}" and not items[-1].scripted:
        items[-1] = items[-1].with_scripts(right[0].sub, right[0].primes, right[0].sup)
    return [item for item in left if item.text == "{}"] + items


def _tag(node: Node, look: Look) -> list[Item]:
    inside = "".join(item.text for item in flatten(node.parts[0], Look("mathrm", prose=True))).strip()
    return [Item(rf"\tag{{{inside.strip('()')}}}", "tag")] if inside.strip("()") and not set(inside) & set("{}\\#$%&_^~") else []


def _numbered(parts: Sequence[Node]) -> list[Item]:
    r"""What stands behind `\eqno` as a tag."""
    inside = "".join(item.text for part in parts for item in flatten(part) if item.kind != "space").strip("()")
    return [Item(rf"\tag{{{inside}}}", "tag")] if inside and not set(inside) & set("{}\\#$%&_^~") else []


def _nothing(node: Node, look: Look) -> list[Item]:
    return []


def _unknown(node: Node, look: Look) -> list[Item]:
    return [Item(node.name)] if re.fullmatch(r"\\[A-Za-z]+", node.name) else []


_READERS: dict[str, Callable[[Node, Look], list[Item]]] = {
    "symbol": _symbol,
    "space": space_items,
    "operator": _operator,
    "fraction": _fraction,
    "root": _root,
    "scripts": _scripts,
    "accent": _accent,
    "stack": _stack,
    "arrow": _arrow,
    "fenced": _fenced,
    "middle": _big,
    "big": _big,
    "table": lambda node, look: table_items(node, look),
    "rule": _nothing,
    "text": _text,
    "styled": _styled,
    "switch": _nothing,
    "class": lambda node, look: flatten(node.parts[0], look),
    "not": _not,
    "box": _box,
    "mod": _mod,
    "sideset": _sideset,
    "tag": _tag,
    "note": _nothing,
    "unknown": _unknown,
}
__all__ = ["Look", "flatten", "is_blank", "latex", "restyled", "stacked"]
