"""Drawings as SVG made fit for a page or a file: of what a drawing library wrote, only shapes and letters, small and without links."""

from __future__ import annotations

import html
import re
import zlib
from xml.etree import ElementTree

MOST_BYTES = 8_000_000
DEEPEST = 60
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_ELEMENTS = frozenset("svg g path line polyline polygon rect circle ellipse text tspan defs use".split())
_ATTRIBUTES = frozenset(
    "viewBox width height x y x1 y1 x2 y2 cx cy r rx ry d points transform overflow fill fill-opacity fill-rule stroke stroke-width"
    " stroke-opacity stroke-dasharray stroke-linecap stroke-linejoin font-family font-size font-style font-weight text-anchor"
    " baseline-shift dominant-baseline dx dy opacity visibility".split()
)
_PLAIN = re.compile(r"(?!url\b)[\w\s#.,%()+\-\"']*", re.IGNORECASE)  # a shape, a number, a colour, names of fonts
_NUMBER = re.compile(r"\d{1,6}(?:\.\d*)?")
_BLACK = re.compile(r"black|#000(?:000)?|rgb\(0, ?0, ?0\)", re.IGNORECASE)


def pure(source: str, title: str = "") -> str | None:
    """The drawing with elements and attributes of a list alone; None where it is no SVG, or too large or deep.

    What is black takes the colour of the text around it. Names within are new ones made from its contents, so that drawings on
    one page do not disturb each other and the same drawing is the same bytes. `title` is what a screen reader says.
    """
    if len(source) > MOST_BYTES or "<!DOCTYPE" in source:
        return None
    try:
        root = ElementTree.fromstring(source)
    except (ElementTree.ParseError, ValueError):
        return None
    if root.tag != f"{_SVG}svg":
        return None
    used = dict.fromkeys(_target(element) for element in root.iter(f"{_SVG}use"))
    names = {name: f"{number}" for number, name in enumerate(used) if name}
    try:
        inner = "".join(_written(child, names, 1) for child in root)
    except RecursionError:
        return None
    mark = f"g{zlib.crc32(inner.encode('utf-8', 'replace')):08x}-"
    inner = inner.replace('id="\0', f'id="{mark}').replace('href="#\0', f'href="#{mark}')
    head = f"<title>{html.escape(title)}</title>" if title else ""
    kept = _attributes(root)
    box = root.get("viewBox", "").split()
    if root.get("width") is None and len(box) == 4 and _NUMBER.fullmatch(box[2]):
        kept += f' width="{float(box[2]):g}"'
    if 'fill="' not in kept:
        kept += ' fill="currentColor"'
    return f'<svg xmlns="http://www.w3.org/2000/svg"{kept} role="img">{head}{inner}</svg>'


def _target(element: ElementTree.Element) -> str:
    return (element.get(_HREF) or element.get("href") or "").removeprefix("#")


def _written(element: ElementTree.Element, names: dict[str, str], depth: int) -> str:
    name = element.tag.removeprefix(_SVG) if isinstance(element.tag, str) else ""
    if name not in _ELEMENTS or depth > DEEPEST or "placeholder" in element.get("class", ""):
        return ""
    letters = name in ("text", "tspan")
    inner = html.escape(element.text or "", quote=False) if letters else ""
    for child in element:
        inner += _written(child, names, depth + 1)
        if letters:
            inner += html.escape(child.tail or "", quote=False)
    held = _attributes(element)
    if name == "use":
        target = names.get(_target(element))
        held += f' href="#\0{target}"' if target else ""
    if (own := names.get(element.get("id", ""))) is not None:
        held += f' id="\0{own}"'
    if not inner and name in ("g", "defs", "text", "tspan", "svg"):
        return ""
    if name == "g" and not held:
        return inner
    return f"<{name}{held}>{inner}</{name}>" if inner else f"<{name}{held}/>"


def _attributes(element: ElementTree.Element) -> str:
    parts = []
    for name, value in element.items():
        if name in _ATTRIBUTES and _PLAIN.fullmatch(value):
            value = "currentColor" if name in ("fill", "stroke") and _BLACK.fullmatch(value.strip()) else " ".join(value.split())
            parts.append(f' {name}="{html.escape(value)}"')
    return "".join(parts)
