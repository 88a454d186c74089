"""Pieces of WordprocessingML: runs, paragraphs, and text that no letter of can break the XML."""

from __future__ import annotations

from xml.sax.saxutils import escape

from ..prose import Run, clean

MONO = '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/>'
_BREAKS = {"\n": "</w:t><w:br/>", "\t": "</w:t><w:tab/>"}
_OPEN = '<w:t xml:space="preserve">'


def said(text: str) -> str:
    """`text` as the inside of an element or of an attribute in double quotes."""
    return escape(clean(text), {'"': "&quot;"})


def run(text: str, look: str = "") -> str:
    """Text in one look (`look` = what stands in w:rPr); ends of lines and tabs are Word's own."""
    if not text:
        return ""
    inner = said(text)
    for mark, written in _BREAKS.items():
        inner = inner.replace(mark, written + _OPEN)
    dress = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f"<w:r>{dress}{_OPEN}{inner}</w:t></w:r>".replace(f"{_OPEN}</w:t>", "")


def dressed(piece: Run, bold: bool = False) -> str:
    """A run of Markdown that is no formula."""
    look = MONO if piece.code else ""
    look += "<w:b/>" if piece.bold or bold else ""
    look += "<w:i/>" if piece.italic else ""
    return run(piece.text, look)


def paragraph(inner: str, style: str = "", more: str = "") -> str:
    """`more` = what stands in w:pPr besides the style."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    laid = f"<w:pPr>{named}{more}</w:pPr>" if named or more else ""
    return f"<w:p>{laid}{inner}</w:p>"
