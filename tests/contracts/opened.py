"""How the text of a binary format is seen by those who open it, by programs that nobody here wrote."""

from __future__ import annotations

import io
import re
from collections.abc import Callable


def _docx(data: bytes) -> str:
    from docx import Document
    from docx.oxml.ns import qn

    def said(line) -> str:
        text = "".join(element.text or "" for element in line.iter(qn("w:t"), qn("m:t")))
        is_equation = next(line.iter(qn("m:t")), None) is not None
        return re.sub(r"(?<=[^\W\d])(?=\d)", " ", text) if is_equation else text  # an equation has no blanks

    return "\n".join(map(said, Document(io.BytesIO(data)).element.body.iter(qn("w:p"))))


def _xlsx(data: bytes) -> str:
    from openpyxl import load_workbook

    sheets = load_workbook(io.BytesIO(data), read_only=True).worksheets
    return "\n".join(str(value) for sheet in sheets for row in sheet.iter_rows(values_only=True) for value in row if value is not None)


def _hocr(data: bytes) -> str:
    from lxml import etree

    body = etree.fromstring(data).find("{*}body")
    return " ".join("".join(body.itertext()).split())


def _alto(data: bytes) -> str:
    from lxml import etree

    return " ".join(element.get("CONTENT") for element in etree.fromstring(data).iter("{*}String"))


def _pdf(data: bytes) -> str:
    import pypdfium2

    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]
    return "\n".join(pages).replace("\r\n", "\n")


OPENED: dict[str, Callable[[bytes], str]] = {
    "docx": _docx,
    "latex": lambda data: re.sub(r"\{\\text\{(.)\}\}", r"\1", data.decode("utf-8")),  # letters beyond ASCII in a formula
    "xlsx": _xlsx,
    "hocr": _hocr,
    "alto": _alto,
    "pdf": _pdf,
}
