"""The package around a document's text: python-docx's own template with our styles, language and properties."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from ..package import repacked
from ..prose import clean
from .body import CODE, Body

if TYPE_CHECKING:
    from docx.document import Document

_NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
)
_PAGE = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1417" w:right="1417" w:bottom="1417" w:left="1417" w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>'
)
# Languages that letters tell; which one Latin letters are of is not known, and not said.
_EAST = {"HIRAGANA": "ja-JP", "KATAKANA": "ja-JP", "HANGUL": "ko-KR", "CJK": "zh-CN"}
_OTHERS = {
    "CYRILLIC": "ru-RU", "GREEK": "el-GR", "THAI": "th-TH", "DEVANAGARI": "hi-IN", "ARMENIAN": "hy-AM", "GEORGIAN": "ka-GE",
}  # fmt: skip
_BOTH_WAYS = {"ARABIC": "ar-SA", "HEBREW": "he-IL"}
EPOCH = datetime.datetime(1980, 1, 1)


def packed(written: Sequence[str], body: Body, source: str) -> bytes:
    """The file. `written` is the text's XML in pieces."""
    from docx import Document

    document = Document()
    _describe(document, source)
    _style(document, body.letters)
    document.part._comments_part  # noqa: B018  # makes the part that holds comments
    out = BytesIO()
    document.save(out)
    text = "".join(written) or "<w:p/>"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return repacked(
        out.getvalue(),
        {
            "word/document.xml": f"{head}<w:document {_NAMES}><w:body>{text}{_PAGE}</w:body></w:document>".encode("utf-8", "replace"),
            "word/numbering.xml": body.numbering.xml(),
            "word/comments.xml": body.comments(),
        },
    )


def _describe(document: Document, source: str) -> None:
    said = document.core_properties
    said.title = clean(source).rstrip("/").rpartition("/")[2][:255]
    said.author, said.last_modified_by, said.comments = "gotocr", "gotocr", ""
    said.created = said.modified = EPOCH


def _style(document: Document, letters: dict[str, int]) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt, RGBColor

    code = document.styles.add_style("Source Code", WD_STYLE_TYPE.PARAGRAPH)
    code.base_style = document.styles["Normal"]
    code.font.name, code.font.size = "Courier New", Pt(9)
    code.paragraph_format.line_spacing = 1.0
    code.element.set(_name("w:styleId"), CODE)
    for number in range(1, 7):
        heading = document.styles[f"Heading {number}"]
        heading.font.color.rgb = RGBColor(0, 0, 0)
    for lang in document.styles.element.iter(_name("w:lang")):
        _speak(lang, letters)


def _speak(lang: Any, letters: dict[str, int]) -> None:
    """Say which languages the text is in, as far as its letters tell."""
    del lang.attrib[_name("w:val")]
    most = max(letters, key=lambda script: letters[script], default="LATIN")
    if most in _OTHERS:
        lang.set(_name("w:val"), _OTHERS[most])
    east = next((code for script, code in _EAST.items() if letters.get(script)), None)
    lang.set(_name("w:eastAsia"), east or "zh-CN")
    lang.set(_name("w:bidi"), next((code for script, code in _BOTH_WAYS.items() if letters.get(script)), "ar-SA"))


def _name(tag: str) -> str:
    from docx.oxml.ns import qn

    return qn(tag)
