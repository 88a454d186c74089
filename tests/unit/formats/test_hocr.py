"""hOCR: XML that a parser reads, the rules of its specification, boxes on the page, and everything that was read."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from gotocr.formats.hocr import FORMAT
from gotocr.schema import Block, Document, Leaf, Word
from tests.golden.test_formats import document

NAMESPACE = "{http://www.w3.org/1999/xhtml}"
NEED_BOXES = ("ocr_page", "ocrx_word", "ocr_carea", "ocr_line", "ocr_header", "ocr_table", "ocr_math", "ocr_chem", "ocr_image", "ocr_linedrawing")


def page(*blocks: Block, **changes: object) -> ElementTree.Element:
    leaf = Leaf(0, 200, 100, "", blocks, **changes)
    return ElementTree.fromstring(FORMAT.write(Document("a.png", (leaf,), "nano")))


def classed(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if element.get("class") == name]


def box(element: ElementTree.Element) -> tuple[int, ...] | None:
    found = re.search(r"bbox (\d+) (\d+) (\d+) (\d+)", element.get("title", ""))
    return tuple(map(int, found.groups())) if found else None


def obeys(root: ElementTree.Element) -> None:
    """The specification, sections 3 to 6: names declared, ids once, boxes where there must be one, and within the page."""
    said = root.find(f".//{NAMESPACE}meta[@name='ocr-capabilities']").get("content").split()
    assert root.find(f".//{NAMESPACE}meta[@name='ocr-system']").get("content").startswith("gotocr ")
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for sheet in classed(root, "ocr_page"):
        _, _, width, height = box(sheet)
        for element in sheet.iter():
            name = element.get("class")
            assert name is None or name in said or name == "ocrx_block"
            where = box(element)
            assert where or name not in NEED_BOXES
            assert not where or (0 <= where[0] < where[2] <= width and 0 <= where[1] < where[3] <= height)


def test_a_document_obeys_the_specification():
    root = ElementTree.fromstring(FORMAT.write(document()))
    obeys(root)
    sheets = classed(root, "ocr_page")
    assert [re.search(r"ppageno (\d+)", sheet.get("title"))[1] for sheet in sheets] == ["0", "1", "2", "3"]
    assert "some/page.pdf" in sheets[0].get("title")
    assert {name for name in NEED_BOXES if classed(root, name)} >= {"ocr_page", "ocr_carea", "ocr_line", "ocr_header", "ocr_table", "ocr_math"}
    assert not list(sheets[-1]), "nothing was read of the last page"


def test_a_word_says_where_it_stands_and_how_sure_it_is():
    words = (Word("one", (10.4, 20.6, 30.2, 40), 0.984), Word("two"), Word("low", (10, 50, 30, 60), 2.0))
    root = page(Block("text", "one two low", (10.4, 20.6, 30.2, 60), 0.5, words))
    obeys(root)
    assert [(word.text, word.get("title")) for word in classed(root, "ocrx_word")] == [
        ("one", "bbox 10 20 31 40; x_wconf 98"),
        ("low", "bbox 10 50 30 60; x_wconf 100"),
    ]
    lines = classed(root, "ocr_line")
    assert [box(line) for line in lines] == [(10, 20, 31, 40), (10, 50, 30, 60)]
    assert "".join(lines[0].itertext()) == "one two", "a word without a box is no element: programs want a box of each"


@pytest.mark.parametrize("kind, name", [("molecule", "ocr_chem"), ("music", "ocr_image"), ("geometry", "ocr_linedrawing")])
def test_what_has_a_box_is_a_float_and_what_has_none_is_not(kind, name):
    placed, loose = page(Block(kind, "C<N", (1, 2, 3, 4), 0.25)), page(Block(kind, "C<N"))
    obeys(placed), obeys(loose)
    assert [element.get("title") for element in classed(placed, name)] == ["bbox 1 2 3 4; x_wconf 25"]
    assert not classed(loose, name) and "C<N" in "".join(loose.itertext())


def test_hostile_text_and_names_stay_text():
    nasty = 'a"; bbox 0 0 1 1 <script>&lt;\0\x1b\ud800\uffff</p>\n\\'
    root = ElementTree.fromstring(FORMAT.write(Document(nasty, (Leaf(0, 9, 9, nasty),), nasty)))
    obeys(root)
    assert "<script>&lt;</p>" in "".join(root.itertext()) and not list(root.iter(f"{NAMESPACE}script"))
    assert box(classed(root, "ocr_page")[0]) is not None and classed(root, "ocr_page")[0].get("title").endswith("bbox 0 0 9 9; ppageno 0")


def test_a_page_that_was_lost_is_an_empty_one():
    (sheet,) = classed(page(error="torn"), "ocr_page")
    assert box(sheet) == (0, 0, 200, 100) and not list(sheet)
