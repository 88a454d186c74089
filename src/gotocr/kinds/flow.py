"""Where a paragraph, a table or a list is broken by the end of a page: put together on the page where it begins, page after page.

At most one page is held back, and `MOST_PAGES` of those that one block fills whole, so a document of any length streams.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ..schema import Block, Leaf
from .page import CUT, confidence
from .table import Cell, rows
from .table.cell import widths
from .table.reading import write

MOST_PAGES = 20  # that one block is put together from: a longer table begins anew
MOST_LETTERS = 400_000  # of a block that more is put to
LEAST_WORDS, LEAST_LETTERS = 4, 20  # of what goes on: a word by itself is a label, not the begin of a sentence
EDGE = 3  # blocks at the top or foot of a page that may be running heads or feet
MARGIN = 0.15  # of a page's height, in which they stand
AROUND = 4  # pages on either side of a page that may have the same ones
LONGEST_HEAD = 120  # letters of one
_NUMBER = re.compile(r"[^\w]*(?:(?:page|seite|p\.|s\.|página|pagina|第)\s*)?(?:\d{1,5}|[ivxlc]{1,7})(?:\s*(?:/|of|von|de|sur|di)\s*\d{1,5}|\s*页)?[^\w]*", re.I)
_CONTINUED = re.compile(r"\(?\b(?:continued|cont\.|cont['’]d|fortsetzung|fortgesetzt|suite|continuación|continuação|segue)\b|续表|（续）|\(续\)", re.I)
_SENTENCE_END = re.compile(r"[.!?:;…。！？：；][)\]\"'”’»）」』*_]*\s*\Z")
_LISTED = re.compile(r"\(?[a-z]\)|\([a-z]{1,4}\)|[a-z]\.\s|[ivx]{1,4}[.)]\s")
_HYPHEN = re.compile(r"(?P<word>\w*[^\W\d_])(?P<mark>[-‐\u00ad])\Z")
_WORD = re.compile(r"[^\W\d_]+")
_NO_SPACE = re.compile(r"[\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60]")  # scripts without blanks between words
_BULLET = re.compile(r"(?P<indent>[ \t]*)(?:(?P<mark>[-*+•])|(?P<number>\d{1,9})(?P<stop>[.)]))[ \t]+", re.MULTILINE)
_FIGURE = re.compile(r"[^\w]*\d[\d.,'’ %]*[^\w]*")


def joined(leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    """The pages, with what goes on behind a page's end on the page where it begins.

    Such a block has `data["pages"]`, the indices of its pages, `data["boxes"]`, its box on each, and `data["counts"]`, how
    many of its words stand on each; `box` is the first of the boxes. A repeated head of a table is dropped. The pages that
    a block goes on over are without it, perhaps empty. A block is put together from `MOST_PAGES` pages at most. What is
    raised while a page is read is raised when those before it are out.
    """
    edges, held, emptied = _Edges(), None, []
    pages, trouble = iter(leaves), None
    while True:
        try:
            leaf = next(pages, None)
        except (Exception, KeyboardInterrupt) as error:  # what was read before is not lost
            leaf, trouble = None, error
        if leaf is None:
            break
        place = edges.bridge(held, leaf) if held is not None and len(emptied) < MOST_PAGES - 1 else None
        edges.turn(held)
        if place is not None:
            last, first = place
            whole = _join(held.blocks[last], leaf.blocks[first], held.index, leaf.index)
            held = replace(held, blocks=(*held.blocks[:last], whole, *held.blocks[last + 1 :]))
            rest = (*leaf.blocks[:first], *leaf.blocks[first + 1 :])
            alone = not edges.body(leaf, held, without=first)
            leaf = replace(leaf, blocks=rest, text=leaf.text if rest else "")
            if alone:
                emptied.append(leaf)
                continue
        if held is not None:
            yield held
        yield from emptied
        emptied, held = [], leaf
    if held is not None:
        yield held
    yield from emptied
    if trouble is not None:
        raise trouble


def marked(leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    """The pages as on paper; a block that continues the last one of the page before says so: `data["continues"]` is True."""
    edges, before = _Edges(), None
    for leaf in leaves:
        place = edges.bridge(before, leaf) if before is not None else None
        edges.turn(before)
        before = leaf
        if place is not None:
            blocks = list(leaf.blocks)
            blocks[place[1]] = replace(blocks[place[1]], data={**blocks[place[1]].data, "continues": True})
            leaf = replace(leaf, blocks=tuple(blocks))
        yield leaf


def running(leaves: Sequence[Leaf]) -> list[tuple[int, int]]:
    """How many blocks at the top and at the foot of each page are no part of its text: running heads and feet, page numbers.

    They stand at the page's edge, and are a number or, but for their numbers, the same as on a page near by. A page is never
    taken to be nothing else. Footnotes and headings belong to the text: "Exercise 1" may be followed by "Exercise 2".
    """
    heads, feet = ([_texts(blocks) for blocks in edge] for edge in zip(*map(_edges, leaves), strict=True)) if leaves else ([], [])
    found = []
    for at, leaf in enumerate(leaves):
        near = [other for other in range(max(at - AROUND, 0), min(at + AROUND + 1, len(leaves))) if other != at]
        top, foot = (frozenset().union(*(edge[other] for other in near)) for edge in (heads, feet))
        first, last = 0, len(leaf.blocks)
        while first < min(last, EDGE) and _runs(leaf.blocks[first], top, leaf.height, below=False):
            first += 1
        while last > max(first, len(leaf.blocks) - EDGE) and _runs(leaf.blocks[last - 1], foot, leaf.height, below=True):
            last -= 1
        found.append((first, len(leaf.blocks) - last) if first < last else (0, 0))
    return found


def _edges(leaf: Leaf) -> tuple[Sequence[Block], Sequence[Block]]:
    return leaf.blocks[:EDGE], leaf.blocks[-EDGE:]


def _runs(block: Block, known: frozenset[str], height: int, below: bool) -> bool:
    if block.data.get("role") in ("footnote", "heading") or not _is_edge(block, known):
        return False
    return block.box is None or (block.box[1] >= (1 - MARGIN) * height if below else block.box[3] <= MARGIN * height)


def continues(last: Block, first: Block) -> bool:
    """Whether `first`, the first block of a page, goes on with `last`, the last one of the page before.

    Text does where a sentence, or a word, is not over and goes on in lower case; a list with the next number or the same
    bullets; a table with as many columns and the same head or none; code that goes on indented or within brackets.
    """
    if len(last.text) > MOST_LETTERS or not last.text.strip() or not first.text.strip():
        return False
    if any(problem in last.problems for problem in CUT.values()):  # what is missing stands between them
        return False
    if last.kind == first.kind == "table":
        return _table_goes_on(last, first) is not None
    if last.kind == first.kind == "code":
        return last.data.get("language") == first.data.get("language") and _code_goes_on(last.text, first.text)
    if last.kind != "text" or first.kind != "text":
        return False
    roles = last.data.get("role"), first.data.get("role")
    if roles == ("list", "list"):
        return _list_goes_on(last.text, first.text)
    return roles in (("paragraph", "paragraph"), ("list", "paragraph")) and _sentence_goes_on(last.text, first.text)


def _sentence_goes_on(last: str, first: str) -> bool:
    last, first = last.rstrip(), first.lstrip()
    if _SENTENCE_END.search(last[-20:]) or _LISTED.match(first):
        return False
    if first[0].islower() and (_HYPHEN.search(last[-80:]) or len(last) >= LEAST_LETTERS or last.count(" ") + 1 >= LEAST_WORDS):
        return True
    if _NO_SPACE.match(first):
        return bool(_NO_SPACE.match(last[-1]))
    return last[-1] in ",(" and first[0].isalnum()


def _list_goes_on(last: str, first: str) -> bool:
    items, new = list(_BULLET.finditer(last)), _BULLET.match(first)
    if not items or not new:
        return False
    if new["number"]:
        same = [item for item in items if item["number"] and item["indent"] == new["indent"]]
        return bool(same) and same[-1]["stop"] == new["stop"] and int(new["number"]) == int(same[-1]["number"]) + 1
    return any(item["mark"] == new["mark"] and item["indent"] == new["indent"] for item in items)


def _code_goes_on(last: str, first: str) -> bool:
    open_ones = sum(last.count(mark) for mark in "{([") - sum(last.count(mark) for mark in "})]")
    return open_ones > 0 or first[:1] in (" ", "\t")


def _table_goes_on(last: Block, first: Block) -> int | None:
    """How many rows at the top of `first` repeat the head of `last`; None where it is another table."""
    if first.data.get("caption"):
        return None
    above, below = rows(last), rows(first)
    if not above or not below or max(widths(above)) != max(widths(below)):
        return None
    same = 0
    while same < min(len(above), len(below)) - 1 and _said(above[same]) == _said(below[same]) and any(_said(below[same])):
        same += 1
    if same:
        return same
    headed = all(cell.head for cell in below[0]) and not _is_body(above[-1], below[0], first)
    return None if headed or _looks_like_a_head(above, below) else 0


def _is_body(above: list[Cell], row: list[Cell], first: Block) -> bool:
    """Whether a head is only one because a table between bars must have one: it has figures where the rows above have."""
    if first.data.get("form") != "pipes" or len(above) != len(row):
        return False
    return any(_FIGURE.fullmatch(cell.text) and _FIGURE.fullmatch(other.text) for cell, other in zip(above, row, strict=True))


def _said(row: list[Cell]) -> list[str]:
    return [" ".join(cell.text.split()).lower() for cell in row]


def _looks_like_a_head(above: list[list[Cell]], below: list[list[Cell]]) -> bool:
    """Whether the first row below has words where the rows above it and under it have figures."""
    if len(below) < 2:
        return False
    body, under, new = above[-1], below[1], below[0]
    if not len(body) == len(under) == len(new):
        return False
    columns = [n for n in range(len(new)) if _FIGURE.fullmatch(body[n].text) and _FIGURE.fullmatch(under[n].text)]
    return bool(columns) and all(new[n].text and not any(letter.isdigit() for letter in new[n].text) for n in columns)


def _join(last: Block, first: Block, index: int, then: int) -> Block:
    """One block of two; of the first page, `index`, where it begins."""
    data = {key: value for key, value in last.data.items() if key not in ("pages", "boxes", "counts")}
    data["pages"] = [*last.data.get("pages", [index]), then]
    data["boxes"] = [*last.data.get("boxes", [last.box]), first.box]
    data["counts"] = [*last.data.get("counts", [len(last.words)]), len(first.words)]
    text = _joined_text(last, first)
    if last.kind == "table":
        data["form"] = "html"
        if first.data.get("notes"):
            data["notes"] = [*last.data.get("notes", []), *first.data["notes"]]
    problems = tuple(dict.fromkeys((*last.problems, *first.problems)))
    words = (*last.words, *first.words)
    return replace(last, text=text, words=words, problems=problems, confidence=confidence((last, first)), data=data)


def _joined_text(last: Block, first: Block) -> str:
    if last.kind == "table":
        repeated = _table_goes_on(last, first) or 0
        more = rows(first)[repeated:]
        if not repeated and more and all(cell.head for cell in more[0]):
            more[0] = [cell._replace(head=False) for cell in more[0]]
        return write([*rows(last), *more])
    if last.kind == "code" or first.data.get("role") == "list":
        return f"{last.text.rstrip() if last.kind == 'text' else last.text}\n{first.text}"
    above, below = last.text.rstrip(), first.text.lstrip()
    parted = _HYPHEN.search(above[-80:])
    goes_on = _WORD.match(below)
    if parted and goes_on and below[0].islower():
        halves = parted["word"], goes_on[0]
        elsewhere = f"{above[:-1]} {below[len(halves[1]) :]}"
        keep = parted["mark"] != "\u00ad" and "-".join(halves) in elsewhere and "".join(halves) not in elsewhere
        return f"{above if keep else above[:-1]}{below}"
    return f"{above}{'' if _NO_SPACE.match(above[-1]) and _NO_SPACE.match(below) else ' '}{below}"


class _Edges:
    """Running heads and feet, told by what stood at the same edge of the pages before."""

    def __init__(self) -> None:
        self._heads: deque[frozenset[str]] = deque(maxlen=4)
        self._feet: deque[frozenset[str]] = deque(maxlen=4)

    def turn(self, leaf: Leaf | None) -> None:
        """Keep in mind what stands at the edges of a page."""
        if leaf is not None:
            self._heads.append(_texts(leaf.blocks[:EDGE]))
            self._feet.append(_texts(leaf.blocks[-EDGE:]))

    def bridge(self, before: Leaf, after: Leaf) -> tuple[int, int] | None:
        """The last block of a page and the first of the next, by number, where the one continues the other."""
        if before.error or after.error:
            return None
        one, other = self.body(before, after), self.body(after, before)
        if not one or not other or not continues(before.blocks[one[-1]], after.blocks[other[0]]):
            return None
        return one[-1], other[0]

    def body(self, leaf: Leaf, neighbour: Leaf, without: int = -1) -> list[int]:
        """The blocks of a page, by number, that are no running heads or feet, page numbers or footnotes."""
        heads = frozenset().union(*self._heads, _texts(neighbour.blocks[:EDGE]))
        feet = frozenset().union(*self._feet, _texts(neighbour.blocks[-EDGE:]))
        first, last = 0, len(leaf.blocks)
        while first < min(last, EDGE) and (_is_edge(leaf.blocks[first], heads) or _is_continued(leaf.blocks[first])):
            first += 1
        while last > max(first, len(leaf.blocks) - EDGE) and _is_edge(leaf.blocks[last - 1], feet):
            last -= 1
        return [n for n in range(first, last) if n != without]


def _plain(text: str) -> str:
    return re.sub(r"\d+|\b[ivxlc]+\b", "0", " ".join(text.lower().split()))


def _texts(blocks: Iterable[Block]) -> frozenset[str]:
    return frozenset(_plain(block.text) for block in blocks if block.kind == "text" and len(block.text) <= LONGEST_HEAD)


def _is_edge(block: Block, known: frozenset[str]) -> bool:
    if block.kind != "text" or len(block.text) > LONGEST_HEAD:
        return block.data.get("role") == "footnote"
    return block.data.get("role") == "footnote" or bool(_NUMBER.fullmatch(block.text)) or _plain(block.text) in known


def _is_continued(block: Block) -> bool:
    """"Table 3 (continued)" above the rest of a table."""
    return block.kind == "text" and len(block.text) <= LONGEST_HEAD and bool(_CONTINUED.search(block.text))
