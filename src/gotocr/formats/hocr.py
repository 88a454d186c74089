"""hOCR 1.2: the page as XHTML with the boxes and confidences of its words, as Tesseract writes it and OCR programs read it.

A block is an `ocr_carea` with one `ocr_par`, its `ocr_line`s (of a heading, as Tesseract does, `ocr_header`s) and their
`ocrx_word`s. Tables, formulas, molecules and drawings are floats of the classes that hOCR has for them; what is not made of
words stands in them as its source. Boxes are in whole pixels of the page; what has none is text within what has one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from importlib.metadata import version

from ..schema import Block, Box, Leaf, Word
from .format import Format, blocks_of
from .lines import Line, lines_of, pixels
from .xml import allowed, content

FLOATS = {
    "table": "ocr_table",
    "formula": "ocr_math",
    "molecule": "ocr_chem",
    "music": "ocr_image",
    "chart": "ocr_linedrawing",
    "geometry": "ocr_linedrawing",
}
_CLASSES = ("ocr_page", "ocr_carea", "ocr_par", "ocr_line", "ocr_header", "ocrx_word", *dict.fromkeys(FLOATS.values()))
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
<head>
<title>{source}</title>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>
<meta name="ocr-system" content="gotocr {version}{model}"/>
<meta name="ocr-capabilities" content="{classes}"/>
</head>
<body>
"""


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    named = f", model {content(model)}" if model else ""
    head = _HEAD.format(source=content(source) or "-", version=version("gotocr"), model=named, classes=" ".join(_CLASSES))
    yield head.encode()
    for leaf in leaves:
        yield _page(leaf, source).encode()
    yield b"</body>\n</html>\n"


def _page(leaf: Leaf, source: str) -> str:
    number = leaf.index + 1
    named = allowed(source).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ").replace("\r", " ")
    title = f'image "{named}"; bbox 0 0 {leaf.width} {leaf.height}; ppageno {leaf.index}'
    done = [f'<div class="ocr_page" id="page_{number}" title="{content(title)}">\n']
    for place, block in enumerate(blocks_of(leaf), 1):
        done += _block(block, f"{number}_{place}", leaf)
    return "".join([*done, "</div>\n"])


def _block(block: Block, name: str, leaf: Leaf) -> Iterator[str]:
    lines = lines_of(block)
    place = _place(block.box, leaf)
    known = FLOATS.get(block.kind) if place else None  # a float must have a box
    outer = known or ("ocr_carea" if place else "ocrx_block")
    yield f'<div class="{outer}" id="block_{name}"{_title(place, block.confidence if known else None)}>\n'
    if lines:
        kind = "ocr_header" if block.data.get("role") == "heading" else "ocr_line"
        yield f'<p class="ocr_par" id="par_{name}"{_title(place)}>\n'
        for number, line in enumerate(lines, 1):
            yield _line(line, f"{name}_{number}", kind, leaf)
        yield "</p>\n"
    else:
        yield f"<pre>{content(block.text)}</pre>\n"
    yield "</div>\n"


def _line(line: Line, name: str, kind: str, leaf: Leaf) -> str:
    place = _place(line.box, leaf)
    words = " ".join(_word(word, f"{name}_{number}", leaf) for number, word in enumerate(line.words, 1))
    opened = f'<span class="{kind}" id="line_{name}"{_title(place)}>' if place else "<span>"  # a line must have a box
    return f"{opened}{words}</span>\n"


def _word(word: Word, name: str, leaf: Leaf) -> str:
    """An `ocrx_word`; without a box, plain text of the line: programs take it for granted that each word has one."""
    place = _place(word.box, leaf)
    if not place:
        return content(word.text)
    return f'<span class="ocrx_word" id="word_{name}"{_title(place, word.confidence)}>{content(word.text)}</span>'


def _place(box: Box | None, leaf: Leaf) -> str:
    """As `bbox`, the whole pixels that the box touches; "" where it is not known."""
    found = pixels(box, leaf)
    return f"bbox {' '.join(map(str, found))}" if found else ""


def _title(place: str, confidence: float | None = None) -> str:
    """The attribute with what is known: where it stands, and in per cent how likely it is right."""
    known = [place] if place else []
    if confidence is not None and math.isfinite(confidence):
        known.append(f"x_wconf {100 * min(max(confidence, 0.0), 1.0):.0f}")
    return f' title="{"; ".join(known)}"' if known else ""


FORMAT = Format("hocr", ".hocr", "text/vnd.hocr+html; charset=utf-8", parts, whole=True)
