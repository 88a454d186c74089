"""Word documents as python-docx reads them: headings, lists, tables, equations, comments, properties."""

from __future__ import annotations

import io
import zipfile

import pytest

from gotocr.kinds import KINDS
from gotocr.kinds.page import parse
from gotocr.schema import Block, Document, Leaf

docx = pytest.importorskip("docx")

from docx.oxml.ns import qn  # noqa: E402

from gotocr.formats.docx import FORMAT  # noqa: E402
from gotocr.formats.docx.numbering import MOST, Numbering  # noqa: E402
from gotocr.formats.prose import items  # noqa: E402


def data(*blocks: Block, **more) -> bytes:
    return FORMAT.write(Document("some/a <b>.pdf", (Leaf(0, 10, 10, "", blocks, **more),)))


def opened(*blocks: Block, **more):
    return docx.Document(io.BytesIO(data(*blocks, **more)))


def page(text: str):
    return opened(*parse(text, (10, 10)))


def test_headings_paragraphs_and_emphasis():
    found = page("# One\n\n### Three\n\nA **bold** and *italic* `code` text\nthat goes on.")
    assert [(line.style.name, line.text) for line in found.paragraphs] == [
        ("Heading 1", "One"),
        ("Heading 3", "Three"),
        ("Normal", "A bold and italic code text that goes on."),
    ]
    looks = [(run.text, bool(run.bold), bool(run.italic), run.font.name) for run in found.paragraphs[2].runs]
    assert looks[1] == ("bold", True, False, None) and looks[3] == ("italic", False, True, None)
    assert looks[5] == ("code", False, False, "Courier New")


def test_lists_have_levels_and_numbers():
    found = page("- a\n  1. b\n  2. c\n- d\n\nx\n\n5. e\n6. f\n9. g")
    numbers = [line._p.pPr.numPr for line in found.paragraphs if line.style.name == "List Paragraph"]
    assert [number.ilvl.val for number in numbers] == [0, 1, 1, 0, 0, 0, 0]
    names = [number.numId.val for number in numbers]
    assert names[0] == names[3] and names[1] == names[2] != names[4] == names[5] != names[6]
    starts = found.part.numbering_part.element.findall(f".//{qn('w:startOverride')}")
    assert [start.get(qn("w:val")) for start in starts] == ["1", "5", "9"]


def test_a_numbering_for_each_beginning_up_to_a_limit():
    numbering = Numbering()
    names = [numbering.of(item) for item in items("\n".join(f"{number * 2}. x" for number in range(MOST + 5)))]
    assert names[MOST - 1] is not None and names[MOST:] == [None] * 5


def test_tables_are_merged():
    found = opened(
        KINDS["table"].parse(
            "<table><tr><th rowspan=2>A</th><th colspan=2>B</th></tr><tr><th>c</th><th>d</th></tr>"
            "<tr><td>1</td><td colspan=2 rowspan=2>x</td></tr><tr><td>2</td></tr></table>"
        )
    ).tables[0]
    texts = [[cell.text for cell in row.cells] for row in found.rows]
    assert texts == [["A", "B", "B"], ["A", "c", "d"], ["1", "x", "x"], ["2", "x", "x"]]
    heads = [bool(row._tr.findall(f".//{qn('w:tblHeader')}")) for row in found.rows]
    assert heads == [True, True, False, False]
    assert found.style.name == "Table Grid" and found.cell(0, 0).paragraphs[0].runs[0].bold


def test_two_tables_stay_two_and_a_caption_stands_above():
    table = KINDS["table"].parse("<table><caption>Said</caption><tr><td>1</td></tr></table>")
    found = opened(table, table)
    assert len(found.tables) == 2 and [line.text for line in found.paragraphs if line.style.name == "Caption"] == ["Said", "Said"]


def test_equations_within_lines_and_by_themselves():
    deep = "{" * 70 + "z" + "}" * 70  # no reader takes it
    found = page(f"Let $x_1$ be \\(y\\), not ${deep}$.\n\n$$\nE = mc^2\n$$\n\n$$ {deep} $$")
    body = found.element.body
    assert len(body.findall(f".//{qn('m:oMath')}")) == 3 and len(body.findall(f".//{qn('m:oMathPara')}")) == 1
    assert f"${deep}$" in found.paragraphs[0].text
    assert found.paragraphs[-1].style.name == "Source Code" and deep in found.paragraphs[-1].text


def test_problems_are_comments():
    found = opened(Block("text", "x", problems=("half a character was written",)), KINDS["table"].parse("<table><tr><td>x"))
    assert [comment.text for comment in found.comments] == ["half a character was written", "the table is never closed"]
    assert {comment.author for comment in found.comments} == {"gotocr"}
    assert len(found.element.body.findall(f".//{qn('w:commentReference')}")) == 2


def test_properties_name_the_source_and_nobody():
    found = opened(Block("text", "\u0442\u0435\u043a\u0441\u0442")).core_properties
    assert found.title == "a <b>.pdf" and found.author == found.last_modified_by == "gotocr" and found.created.year == 1980


def test_languages_that_letters_tell():
    for text, place, said in (("\u0442\u0435\u043a\u0441\u0442", "val", "ru-RU"), ("text", "val", None), ("\u3042", "eastAsia", "ja-JP")):
        langs = list(opened(Block("text", text)).styles.element.iter(qn("w:lang")))
        assert langs[0].get(qn(f"w:{place}")) == said


def test_text_from_right_to_left():
    found = opened(Block("text", "\u0627\u0644\u0639"), Block("text", "abc"))
    assert [line._p.find(f".//{qn('w:bidi')}") is not None for line in found.paragraphs] == [True, False]


def test_pages_do_not_break_paragraphs():
    leaves = [Leaf(n, 10, 10, "", (Block("text", text, data={"role": "paragraph"}),)) for n, text in enumerate(("A sentence that goes on", "to the end."))]
    found = docx.Document(io.BytesIO(FORMAT.write(Document("x", tuple(leaves)))))
    assert [line.text for line in found.paragraphs if line.text] == ["A sentence that goes on to the end."]
    assert qn("w:lastRenderedPageBreak") not in {element.tag for element in found.element.body.iter()}


def test_a_page_that_failed_is_told():
    assert opened(error="50% <broken>").paragraphs[0].text == "Page 1 could not be read: 50% <broken>"


@pytest.mark.parametrize("text", ["\0\x1b\ufffe", "</w:t>", "]]>", "\ud800", "&amp;", "\u202e"])
@pytest.mark.parametrize("kind", ["text", "code", "formula", "table", "music"])
def test_nothing_breaks_the_xml(kind, text):
    found = opened(Block(kind, f"a{text}b", problems=(text,)))
    assert "b" in "".join(found.element.body.itertext())


def test_no_link_no_field_no_script_is_in_it():
    blocks = parse("[a](javascript:x) <a href='x'>y</a> { HYPERLINK x }\n\n<table><tr><td>=cmd()</td></tr></table>", (10, 10))
    with zipfile.ZipFile(io.BytesIO(data(*blocks))) as package:
        text = package.read("word/document.xml")
        links = package.read("word/_rels/document.xml.rels")
    assert not any(mark in text for mark in (b"w:hyperlink", b"w:instrText", b"w:fldSimple", b"w:object")) and b"External" not in links
