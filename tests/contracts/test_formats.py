"""Every format writes every kind, whole, lazily, and whatever is in it."""

from __future__ import annotations

import json

import pytest

from gotocr.formats import FORMATS
from gotocr.kinds import KINDS
from gotocr.schema import Block, Document, Leaf, Word
from tests.contracts.opened import OPENED

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


def text(target, written: Document) -> str:
    """All that stands in the file or files of a format, as one who opens them sees it."""
    if target.parts:
        files = [target.write(written)]
    else:
        files = [data for _, data in target.files(written.pages, written.source, written.model)]
    opened = OPENED.get(target.name, lambda data: data.decode("utf-8"))
    return "\n".join(map(opened, files))


def survives(target, kind: str) -> bool:
    """Whether a format holds a kind: all do that do not say what they drop; those hold the kinds they name."""
    return not target.drops or kind in target.drops.partition("all but ")[2]


def test_names_suffixes_and_types_are_right(target):
    assert FORMATS[target.name] is target
    assert target.suffix.startswith(".") and target.suffix == target.suffix.lower()
    assert "/" in target.media_type


def test_suffixes_are_not_shared():
    assert len({FORMATS[name].suffix for name in FORMATS}) == len(FORMATS)


@pytest.mark.parametrize("kind", [*KINDS, "of-a-plug-in-that-is-gone"])
def test_every_kind_survives(target, kind):
    if not survives(target, kind):
        pytest.skip(target.drops)
    assert WITNESS in text(target, document(block(kind)))


def test_what_a_format_drops_is_said_in_one_line(target):
    assert "\n" not in target.drops
    assert target.drops or target.parts


def test_a_broken_block_survives(target):
    broken = Block("table", f"<table><tr><td>{WITNESS}", problems=("the table is never closed",))
    written = text(target, document(broken))
    assert WITNESS in written or not survives(target, "table")


def test_a_document_of_nothing_is_a_valid_file(target):
    for empty in (Document("x", ()), Document("x", (Leaf(0, 10, 10, ""),))):
        written = target.write(empty) if target.parts else b""
        assert isinstance(written, bytes)
        assert list(target.files(empty.pages, "x", "nano")) == [] if target.files else True
        if target.suffix == ".json":
            json.loads(written)


def test_pages_that_were_never_split_are_shown(target):
    if not survives(target, "text"):
        pytest.skip(target.drops)
    assert WITNESS in text(target, Document("x", (Leaf(0, 10, 10, WITNESS),)))


def test_pages_are_written_as_they_come(target):
    """A page's bytes come before the page after the next is asked for: a paragraph may go on behind a page's end."""
    if target.binary or target.parts is None or not survives(target, "text"):
        pytest.skip("whole at once")
    seen = []

    def leaves():
        for number in range(4):
            seen.append(number)
            yield Leaf(number, 200, 100, "", (Block("text", f"{WITNESS} {number}.", data={"role": "paragraph"}),))

    written, late = b"", []
    for part in target.parts(leaves(), "x", "nano"):
        written += part
        late.append(max(seen, default=0) - written.decode().count(WITNESS.split()[0]))  # a format may mark each word
    assert max(late) <= 1


def test_the_same_document_is_the_same_bytes(target):
    pages = document(*(block(kind) for kind in KINDS), pages=2)
    if target.parts:
        assert target.write(pages) == target.write(pages)
    if target.files:
        first, again = (list(target.files(pages.pages, "x", "nano")) for _ in range(2))
        assert first == again and len({name for name, _ in first}) == len(first)
        assert all(name.endswith(target.suffix) and "/" not in name for name, _ in first)


@pytest.mark.parametrize("nasty", ["\ud800", "\0", "</table>", "```", "\f", '"\\', "\u2028"])
def test_nasty_characters_do_not_break_the_file(target, nasty):
    pages = document(Block("text", f"{WITNESS}{nasty}"), Block("code", nasty), Block("table", f"<table><tr><td>{nasty}</td></tr></table>"))
    written = text(target, pages)
    assert WITNESS in written or not survives(target, "text")
    if target.suffix == ".json":
        json.loads(written)
