"""ALTO: valid by its schema, the boxes and confidences that are known, and whole words where a line's end parts them."""

from __future__ import annotations

import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gotocr.formats.alto import FORMAT
from gotocr.kinds import KINDS
from gotocr.schema import Block, Document, Leaf, Word
from tests.golden.test_formats import document

NAMESPACE = "{http://www.loc.gov/standards/alto/ns-v4#}"
# The elements that we write, as ALTO 4.4 has them; GOTOCR_ALTO_XSD names the schema of the Library of Congress itself.
SCHEMA = os.environ.get("GOTOCR_ALTO_XSD") or Path(__file__).with_name("alto.xsd")
LINKS = {"http://www.w3.org/1999/xlink": str(Path(__file__).with_name("xlink.xsd"))}  # that one imports it from the network


@pytest.fixture(scope="module")
def schema():
    return pytest.importorskip("xmlschema").XMLSchema(str(SCHEMA), locations=LINKS)


def written(*leaves: Leaf, source: str = "a.png") -> ElementTree.Element:
    return ElementTree.fromstring(FORMAT.write(Document(source, leaves, "nano")))


def page(*blocks: Block, **changes: object) -> ElementTree.Element:
    return written(Leaf(0, 200, 100, "", blocks, **changes))


def every(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return list(root.iter(NAMESPACE + name))


def strings(root: ElementTree.Element) -> list[str]:
    return [element.get("CONTENT") for element in root.iter() if element.tag in (f"{NAMESPACE}String", f"{NAMESPACE}HYP")]


def test_documents_are_valid(schema):
    schema.validate(ElementTree.fromstring(FORMAT.write(document())))
    schema.validate(written())
    schema.validate(page(*(Block(kind, f"{kind} <1>\n\n two", (1, 2, 3, 4), 0.5) for kind in KINDS), Block("odd kind\0", "")))
    schema.validate(page(error="torn"))
    schema.validate(page(Block("text", "", data={"role": "list"}), confidence=float("nan")))


def test_the_schema_can_refuse(schema):
    xmlschema = pytest.importorskip("xmlschema")
    for bad in (FORMAT.write(document()).replace(b"<SP", b"<PS"), FORMAT.write(document()).replace(b' ID="page_2"', b' ID="page_1"')):
        with pytest.raises(xmlschema.XMLSchemaException):
            schema.validate(ElementTree.fromstring(bad))


def test_words_lines_and_blocks_stand_where_they_stand():
    words = (Word("one", (10, 20, 30, 40), 0.98), Word("two", (36, 22, 50, 40), 0.5), Word("new", (10, 50, 30, 60)))
    root = page(Block("text", "one two new", (10, 20, 50, 60), 0.5, words, data={"role": "paragraph"}), confidence=0.75)
    (sheet,), (block,) = every(root, "Page"), every(root, "TextBlock")
    assert {name: sheet.get(name) for name in ("PHYSICAL_IMG_NR", "WIDTH", "HEIGHT", "PC")} == {
        "PHYSICAL_IMG_NR": "1", "WIDTH": "200", "HEIGHT": "100", "PC": "0.7500",
    }  # fmt: skip
    assert (block.get("HPOS"), block.get("WIDTH"), block.get("TAGREFS")) == ("10", "40", "paragraph")
    assert [line.get("HEIGHT") for line in every(root, "TextLine")] == ["20", "10"]
    assert [(one.get("CONTENT"), one.get("HPOS"), one.get("WC")) for one in every(root, "String")] == [
        ("one", "10", "0.9800"), ("two", "36", "0.5000"), ("new", "10", None),
    ]  # fmt: skip
    assert [(space.get("HPOS"), space.get("WIDTH")) for space in every(root, "SP")] == [("30", "6")]


def test_a_word_parted_at_the_end_of_a_line_is_said_whole():
    root = page(Block("text", "an ex-\nample, well-\nKnown\n-\nx", data={"role": "lines"}))
    assert strings(root) == ["an", "ex", "-", "ample,", "well-", "Known", "-", "x"]
    halves = [(one.get("SUBS_TYPE"), one.get("SUBS_CONTENT")) for one in every(root, "String") if one.get("SUBS_TYPE")]
    assert halves == [("HypPart1", "example,"), ("HypPart2", "example,")]


def test_no_box_is_made_up():
    root = page(Block("text", "a b"), Block("formula", "x^2"))
    assert not [element for name in ("TextBlock", "TextLine", "String", "SP") for element in every(root, name) if element.get("HPOS")]


def test_hostile_text_and_names_stay_text(schema):
    nasty = '<x>&amp;"\0\x1b\ud800\uffff'
    root = written(Leaf(0, 9, 9, nasty), source=nasty)
    schema.validate(root)
    assert strings(root) == ['<x>&amp;"'] and every(root, "fileName")[0].text == '<x>&amp;"'
