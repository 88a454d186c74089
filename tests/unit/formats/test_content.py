"""Content for retrieval as pandas reads it: headings above, pages, stable names."""

from __future__ import annotations

import io
import json

import pytest

from gotocr.formats.content import FORMAT
from gotocr.kinds.page import parse
from gotocr.schema import Block, Document, Leaf

PAGE = """# One

Some **bold** $x$.

## Two

- a
- b

# Three

<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>$y$</td></tr></table>

{"type": "bar", "title": "T", "series": {"N": {"a": 1}}}"""
LEAVES = (
    Leaf(0, 200, 100, "", parse(PAGE, (200, 100))),
    Leaf(1, 10, 10, "", (), error="no picture"),
    Leaf(2, 20, 30, "", (Block("text", "joined", (1.25, 2, 3, 4), 0.123456, data={"role": "paragraph", "pages": [2, 3]}),)),
)


def entries(*leaves: Leaf, source: str = "a.pdf") -> list[dict]:
    return [json.loads(line) for line in FORMAT.write(Document(source, leaves)).splitlines()]


def test_headings_above():
    found = entries(*LEAVES)
    assert [(entry["kind"], entry["headings"]) for entry in found] == [
        ("text", []),
        ("text", ["One"]),
        ("text", ["One"]),
        ("text", ["One", "Two"]),
        ("text", []),
        ("table", ["Three"]),
        ("chart", ["Three"]),
        ("page", ["Three"]),
        ("text", ["Three"]),
    ]


def test_texts_are_plain():
    found = entries(*LEAVES)
    assert [entry["text"] for entry in found] == [
        "One", "Some bold x.", "Two", "a\nb", "Three", "A\tB\n1\t$y$", "T\n\tN\na\t1", "", "joined",
    ]  # fmt: skip
    assert found[1]["markdown"] == "Some **bold** $x$." and "<th" in found[5]["html"] and found[6]["html"] is None
    assert (found[2]["role"], found[2]["level"]) == ("heading", 2)


def test_places():
    found = entries(*LEAVES)
    assert (found[-1]["page"], found[-1]["pages"], found[-1]["box"]) == (3, [3, 4], [1.2, 2.0, 3.0, 4.0])
    assert found[-1]["page_size"] == [20, 30] and found[-1]["confidence"] == 0.1235
    assert found[-2]["problems"] == ["no picture"] and found[-2]["page"] == 2


def test_names_are_stable_and_their_own():
    first, again, other = entries(*LEAVES), entries(*LEAVES), entries(*LEAVES, source="b.pdf")
    names = [entry["id"] for entry in first]
    assert names == [entry["id"] for entry in again] and len({*names, *(entry["id"] for entry in other)}) == 2 * len(names)
    assert [entry["id"] for entry in entries(LEAVES[2])] == names[-1:]  # whatever else was read


def test_pandas_reads_it():
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_json(io.BytesIO(FORMAT.write(Document("a", LEAVES))), lines=True)
    assert len(frame) == 9 and frame["page"].tolist() == [1] * 7 + [2, 3]
    assert set(frame.columns) == set(entries(*LEAVES)[0])


def test_lines_never_break():
    nasty = Block("text", "a\u2028b\nc\0\ud800", data={"role": "lines"})
    data = FORMAT.write(Document("x\n", (Leaf(0, 1, 1, "", (nasty, nasty)),)))
    assert data.count(b"\n") == 2 and [json.loads(line)["text"] for line in data.split(b"\n")[:2]] == ["a\nb\nc\ufffd"] * 2
