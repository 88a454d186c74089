"""What verovio engraves: `drawn` makes the SVG, `read` flattens it to shapes.

A note too odd for verovio ends the process it runs in, so `drawn` is called in a child of its own (`kinds.music.engraver`). `read`
works in the drawing's own units: verovio nests nothing but shifts and has no style but its own, so a third of the time that
`svg.flatten` takes will do; outlines and shapes are the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from xml.etree import ElementTree

from ..errors import InputError

FONTS = ("Leipzig", "Bravura", "Leland", "Petaluma", "Gootville")
FORMS = ("mei", "humdrum", "abc", "musicxml")
LEAN = {"svgFormatRaw": True, "mmOutput": True}  # options for a picture to be read: no blanks, no style sheet, 2 ms less


def drawn(notes: str, form: str, options: Mapping[str, object], want: str) -> str:
    """The first page as SVG, or with `want` "mei" the notes as MEI; raises InputError for what is not well formed.

    Only for a child of its own (`child`): some notes end the process.
    """
    toolkit = _toolkit()
    toolkit.resetOptions()
    toolkit.setOptions({**options, "inputFrom": form})
    if not toolkit.loadData(notes):
        raise InputError("not well formed")
    return toolkit.getMEI() if want == "mei" else toolkit.renderToSVG(1)


@lru_cache(maxsize=1)
def _toolkit():
    import verovio

    verovio.enableLog(verovio.LOG_OFF)
    return verovio.toolkit()


def read(svg: str):
    """The `svg.Drawing` of what verovio wrote, in pixels at its scale; raises InputError for anything else."""
    from .svg import Drawing

    try:
        root = ElementTree.fromstring(svg)
        page = next(child for child in root if child.get("class") == "definition-scale")
        _, _, width, height = map(float, page.get("viewBox").split())
    except (ElementTree.ParseError, StopIteration, AttributeError, ValueError) as cause:
        raise InputError(f"not a drawing of the engraver ({cause})") from cause
    reader = _Reader(root)
    reader.walk(page, (0.0, 0.0), ())
    return Drawing(width, height, tuple(reader.shapes), tuple(reader.labels))


_SVG = "{http://www.w3.org/2000/svg}"
_GROUP, _USE, _PATH, _TEXT = (_SVG + name for name in ("g", "use", "path", "text"))
_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
_LINE = re.compile(r"M(-?[\d.]+) (-?[\d.]+) L(-?[\d.]+) (-?[\d.]+)")
_BLACK = (0, 0, 0, 255)


class _Reader:
    """Walks groups; verovio nests only translations, and writes absolute paths."""

    def __init__(self, root: ElementTree.Element) -> None:
        from .fonts import require_skia
        from .outline import outline, path_of
        from .svg import Label, Shape

        self._outline = outline
        self._skia, self._shape, self._label = require_skia(), Shape, Label
        self._glyphs = {
            "#" + glyph.get("id", ""): path_of(glyph[0].get("d", ""))
            for glyph in root.iter(_GROUP)
            if len(glyph) == 1 and glyph[0].get("transform") == "scale(1,-1)"
        }
        self.shapes, self.labels = [], []

    def walk(self, group: ElementTree.Element, shift: tuple[float, float], tags: tuple[str, ...]) -> None:
        own = (*tags, *filter(None, (group.get("id"), *group.get("class", "").split())))
        if move := group.get("transform"):
            x, y = map(float, _NUMBERS.findall(move)[:2])
            shift = shift[0] + x, shift[1] + y
        for element in group:
            name = element.tag
            if name == _GROUP:
                if len(element) and element.get("visibility") != "hidden" and "placeholder" not in element.get("class", ""):
                    self.walk(element, shift, own)
            elif name == _USE:
                self._symbol(element, shift, own)
            elif name == _TEXT:
                self._text(element, shift, own)
            else:
                self._ink(name, element.attrib, shift, own)

    def _symbol(self, element: ElementTree.Element, shift: tuple[float, float], tags: tuple[str, ...]) -> None:
        glyph = self._glyphs.get(element.get(_HREF))
        n = [*map(float, _NUMBERS.findall(element.get("transform", "")))]
        if glyph is None or len(n) < 4:
            return
        path = self._skia.Path(glyph)
        path.transform(self._skia.Matrix.MakeAll(n[2], 0, n[0] + shift[0], 0, -n[3], n[1] + shift[1], 0, 0, 1))
        self.shapes.append(self._shape(path, _BLACK, None, 0.0, tags))

    def _ink(self, name: str, looks: Mapping[str, str], shift: tuple[float, float], tags: tuple[str, ...]) -> None:
        width, data = float(looks.get("stroke-width", 1.0)), looks.get("d", "")
        line = _LINE.fullmatch(data) if name == _PATH else None
        bare = line is not None or looks.get("fill") == "none" or (name == _PATH and "C" not in data and "Z" not in data.upper())
        if bare and width <= 0:
            return
        if line:
            x, y, to_x, to_y = map(float, line.groups())
            path = self._skia.Path()
            path.moveTo(x + shift[0], y + shift[1])
            path.lineTo(to_x + shift[0], to_y + shift[1])
        elif (found := self._outline(name[len(_SVG) :], looks)) is not None:
            path = self._skia.Path(found)
            path.offset(*shift)
        else:
            return
        dashes = tuple(map(float, _NUMBERS.findall(looks.get("stroke-dasharray", ""))))
        ends = looks.get("stroke-linecap") == "round"
        self.shapes.append(self._shape(path, None if bare else _BLACK, _BLACK, width, tags, dashes, ends))

    def _text(self, element: ElementTree.Element, shift: tuple[float, float], tags: tuple[str, ...]) -> None:
        import numpy as np

        looks = {
            key: element.get(key, "")
            for key in ("x", "y", "text-anchor", "font-size", "font-weight", "font-style", "font-family")
        }
        for span in element.iter():
            own = (*tags, *filter(None, (span.get("id"), *span.get("class", "").split())))
            looks |= {key: span.get(key) for key in looks if span.get(key)}
            text = span.text or ""
            if not text.strip():
                continue
            x, y = float(looks["x"] or 0) + shift[0], float(looks["y"] or 0) + shift[1]
            matrix = np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])
            size = float(looks["font-size"].removesuffix("px") or 0)
            bold, italic = looks["font-weight"] == "bold", looks["font-style"] == "italic"
            self.labels.append(
                self._label(text, matrix, size, looks["font-family"], looks["text-anchor"] or "start", _BLACK, bold, italic, own)
            )
