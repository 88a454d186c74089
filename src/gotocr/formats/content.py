"""Content for retrieval: every block of a document as one line of JSON, flat, in reading order, with where it stands.

    id          16 hexadecimal digits of source, page and place on it: the same file read again has the same ids
    source      as it was given
    page        its number from 1; `pages` lists all that a block runs over
    kind        text, formula, table, code, music, chart, molecule, geometry; "page" stands for a page that could not be read
    role        of a text: heading (with `level` 1 to 6), paragraph, list, lines
    text        what a person would read, without marks; of a table its rows, cells parted by tabs
    markdown    the same as it was written
    html        of a table
    box         [left, top, right, bottom] in pixels of the page, `page_size` is [width, height]
    confidence  0 to 1: the share of its words that is likely right; of a formula or molecule, how likely it is right
    headings    the headings above it, the highest first
    problems    why it is not valid; of an unreadable page, why that is
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from ..kinds import KINDS
from ..kinds.flow import joined
from ..schema import Block, Leaf
from .format import Format, blocks_of
from .grid import KINDS_WITH_CELLS, grid
from .prose import clean, items, level, lines, plain


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    above: list[tuple[int, str]] = []  # (level, text) of the headings that the next block stands under
    for leaf in joined(leaves):
        if leaf.error:
            yield _line(_unread(leaf, source, above))
        for number, block in enumerate(blocks_of(leaf)):
            entry = _entry(block, leaf, source, number)
            if entry["role"] == "heading":
                while above and above[-1][0] >= entry["level"]:
                    above.pop()
            entry["headings"] = [text for _, text in above]
            if entry["role"] == "heading":
                above.append((entry["level"], entry["text"]))
            yield _line(entry)


def _entry(block: Block, leaf: Leaf, source: str, number: int) -> dict[str, Any]:
    role = block.data.get("role") if block.kind == "text" else None
    return {
        "id": _id(source, leaf.index, number),
        "source": source,
        "page": leaf.index + 1,
        "pages": _pages(block, leaf),
        "kind": block.kind,
        "role": role,
        "level": level(block) if role == "heading" else None,
        "text": said(block),
        "markdown": clean(_markdown(block)),
        "html": clean(KINDS[block.kind].html(block)) if block.kind == "table" else None,
        "box": [round(float(value), 1) for value in block.box] if block.box else None,
        "page_size": [leaf.width, leaf.height],
        "confidence": _sure(block.confidence),
        "headings": [],
        "problems": list(block.problems),
    }


def _unread(leaf: Leaf, source: str, above: list[tuple[int, str]]) -> dict[str, Any]:
    entry = _entry(Block("page", "", problems=(str(leaf.error),)), leaf, source, -1)
    return {**entry, "headings": [text for _, text in above]}


def _pages(block: Block, leaf: Leaf) -> list[int]:
    """The pages a block stands on, from 1; `data["pages"]` counts from 0."""
    pages = block.data.get("pages")
    whole = isinstance(pages, (list, tuple)) and pages and all(isinstance(page, int) for page in pages)
    return [page + 1 for page in pages] if whole else [leaf.index + 1]


def _id(source: str, page: int, number: int) -> str:
    named = f"{source}\0{page}\0{number}".encode("utf-8", "replace")
    return hashlib.sha256(named).hexdigest()[:16]


def said(block: Block) -> str:
    """What a person would read of a block, without marks."""
    if block.kind == "text" and block.data.get("role") == "list":
        return "\n".join(f"{'' if item.number is None else f'{item.number}. '}{plain(item.text)}" for item in items(block.text))
    if block.kind == "text":
        marked = block.data.get("role") != "lines"
        return "\n".join(plain(line) if marked else line for line in lines(block))
    if block.kind in KINDS_WITH_CELLS:
        found = grid(block)
        rows = ("\t".join(text for text in row).rstrip("\t") for row in found.texts())
        said = "\n".join([*([found.title] if found.title else []), *rows])
        return said if said.strip() else clean(block.text)
    return clean(block.text)


def _markdown(block: Block) -> str:
    return KINDS[block.kind].markdown(block) if block.kind in KINDS else block.text


def _sure(confidence: float | None) -> float | None:
    return None if confidence is None or math.isnan(confidence) else round(float(confidence), 4)


def _line(entry: dict[str, Any]) -> bytes:
    return (json.dumps(entry, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "replace")


FORMAT = Format("content", ".content.jsonl", "application/jsonl; charset=utf-8", parts)
