"""Every format writes every kind, whole, lazily, and whatever is in it."""

from __future__ import annotations

import json

import pytest

from gotocr.formats import FORMATS
from gotocr.kinds import KINDS
from gotocr.schema import Block, Document, Leaf, Word

WITNESS = "Wítness 7"


def document(*blocks: Block, pages: int = 1) -> Document:
    leaf = Leaf(0, 200, 100, "\n\n".join(block.text for block in blocks), blocks)
    leaves = tuple(Leaf(n, 200, 100, leaf.text, leaf.blocks, confidence=0.5) for n in range(pages))
    return Document("page.png", leaves, "nano")


def block(kind: str) -> Block:
    text = f"<table><tr><td>{WITNESS}</td></tr></table>" if kind == "table" else WITNESS
    return Block(kind, text, (1, 2, 3, 4), 0.25, (Word("Wítness", (1, 2, 3, 4), 0.5),))


@pytest.fixture(params=list(FORMATS))
def target(request):
    return FORMATS[request.param]


def test_names_suffixes_and_types_are_right(target):
    assert FORMATS[target.name] is target
    assert target.suffix.startswith(".") and target.suffix == target.suffix.lower()
    assert "/" in target.media_type


def test_suffixes_are_not_shared():
    assert len({FORMATS[name].suffix for name in FORMATS}) == len(FORMATS)


@pytest.mark.parametrize("kind", [*KINDS, "of-a-plug-in-that-is-gone"])
def test_every_kind_survives(target, kind):
    assert WITNESS in target.write(document(block(kind))).decode()


def test_a_broken_block_survives(target):
    broken = Block("table", f"<table><tr><td>{WITNESS}", problems=("the table is never closed",))
    assert WITNESS in target.write(document(broken)).decode()


def test_a_document_of_nothing_is_a_valid_file(target):
    for empty in (Document("x", ()), Document("x", (Leaf(0, 10, 10, ""),))):
        written = target.write(empty)
        assert isinstance(written, bytes)
        if target.suffix == ".json":
            json.loads(written)


def test_pages_that_were_never_split_are_shown(target):
    assert WITNESS in target.write(Document("x", (Leaf(0, 10, 10, WITNESS),))).decode()


def test_pages_are_written_as_they_come(target):
    seen = []

    def leaves():
        for leaf in document(block("text"), pages=3).pages:
            seen.append(leaf.index)
            yield leaf

    at_witness = []
    for part in target.parts(leaves(), "x", "nano"):
        if WITNESS.encode() in part:
            at_witness.append(max(seen))
    assert at_witness == [0, 1, 2], "a page's bytes come before the next page is asked for"


def test_the_same_document_is_the_same_bytes(target):
    pages = document(*(block(kind) for kind in KINDS), pages=2)
    assert target.write(pages) == target.write(pages)


@pytest.mark.parametrize("nasty", ["\ud800", "\0", "</table>", "```", "\f", '"\\', "\u2028"])
def test_nasty_characters_do_not_break_the_file(target, nasty):
    written = target.write(document(Block("text", f"{WITNESS}{nasty}"), Block("code", nasty)))
    assert WITNESS in written.decode("utf-8")
    if target.suffix == ".json":
        json.loads(written)
