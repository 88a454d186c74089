"""Tree edit similarity of tables against its definition, computed with `apted` and, for texts, `rapidfuzz`."""

from __future__ import annotations

import os
import random
import re
from html.parser import HTMLParser

import pytest

from gotocr.kinds.table.scoring import teds, teds_structure
from gotocr.metrics import tree
from gotocr.metrics.teds import published_teds

apted = pytest.importorskip("apted")
levenshtein = pytest.importorskip("rapidfuzz.distance.Levenshtein")

SEEDS = int(os.environ.get("GOTOCR_SEEDS", "1"))
MARKS = ("b", "i", "sup", "sub", "span")


class Node:
    """`label` is a tag with its spans; a cell has its `content`, as a list of letters and tags."""

    def __init__(self, label, content=None):
        self.label, self.content, self.children = label, content, []

    def __len__(self):
        return 1 + sum(map(len, self.children))


class Costs(apted.Config):
    def rename(self, one, other):
        if one.label != other.label:
            return 1.0
        return levenshtein.normalized_distance(one.content or [], other.content or [])

    def children(self, node):
        return node.children


class Reader(HTMLParser):
    """Well-formed HTML of one table as nodes, and how many elements stand in it."""

    def __init__(self, text, structure):
        super().__init__()
        self.path, self.cell, self.elements, self.structure = [Node("root")], None, 0, structure
        self.feed(text)
        self.close()
        self.table = self.path[0].children[0]

    def handle_starttag(self, tag, attrs):
        self.elements += tag != "table"
        if self.cell is not None:
            self.cell.append(f"<{tag}>")
            return
        named = dict(attrs)
        self.cell = [] if tag == "td" else None
        spans = (int(named.get("colspan", 1)), int(named.get("rowspan", 1))) if tag == "td" else ()
        self.path[-1].children.append(Node((tag, *spans), [] if self.structure else self.cell))
        self.path.append(self.path[-1].children[-1])

    def handle_endtag(self, tag):
        if self.cell is not None and tag != "td":
            self.cell.append(f"</{tag}>")
            return
        self.path.pop()
        self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data


def defined(one: str, other: str, structure: bool = False) -> float:
    """1 - distance over the elements of the larger table."""
    first, second = Reader(one, structure), Reader(other, structure)
    edits = apted.APTED(first.table, second.table, Costs()).compute_edit_distance()
    return max(1 - edits / max(first.elements, second.elements), 0.0)


def plain(table: str) -> str:
    """Without sections, header cells and marks within cells, texts with single spaces: what our own TEDS looks at."""
    bare = re.sub(rf"</?(?:thead|tbody|{'|'.join(MARKS)})>", "", re.sub(r"(</?)th\b", r"\1td", table))
    return re.sub(r"(?<=>)[^<>]+(?=<)", lambda text: " ".join(text[0].split()), bare)


def some_text(rng: random.Random) -> str:
    parts = []
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        text = "".join(rng.choices(["a", "b", "c", "1", "2", " ", "&amp;", "&lt;", "é"], k=rng.choice([1, 3, 8, 30])))
        mark = rng.choice(("", "", *MARKS))
        parts.append(f"<{mark}>{text}</{mark}>" if mark else text)
    return "".join(parts)


def some_row(rng: random.Random, tag: str) -> str:
    spans = ["", "", "", ' colspan="2"', ' rowspan="2"', ' colspan="3" rowspan="2"']
    tags = [rng.choice((tag, "td")) for _ in range(rng.randrange(1, 5))]
    return f"<tr>{''.join(f'<{tag}{rng.choice(spans)}>{some_text(rng)}</{tag}>' for tag in tags)}</tr>"


def some_table(rng: random.Random, tag: str) -> str:
    head = "".join(some_row(rng, tag) for _ in range(rng.randrange(1, 3)))
    body = "".join(some_row(rng, "td") for _ in range(rng.randrange(1, 5)))
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>" if rng.random() < 0.6 else f"<table>{head}{body}</table>"


def damaged(rng: random.Random, table: str) -> str:
    changes = [
        lambda: table.replace("é", "o", rng.randrange(4)),
        lambda: table.replace("<tr>", "<tr><td>new</td>", 1),
        lambda: re.sub("</?tbody>", "", table),
        lambda: table.replace(' colspan="2"', "", 1),
        lambda: re.sub("<tr>.*?</tr>", "", table, count=1) if table.count("<tr>") > 1 else table,
    ]
    for _ in range(rng.randrange(1, 4)):
        table = rng.choice(changes)()
    return table


def pairs(tag: str):
    for seed in range(80 * SEEDS):
        rng = random.Random(f"{tag} {seed}")
        truth = some_table(rng, tag)
        yield damaged(rng, truth) if seed % 2 else some_table(rng, tag), truth


@pytest.mark.parametrize("tag", ["td", "th"])
def test_our_own_is_that_of_tables_without_sections_and_marks(tag):
    for read, truth in pairs(tag):
        assert teds(read, truth) == pytest.approx(defined(plain(read), plain(truth))), (read, truth)
        assert teds_structure(read, truth) == pytest.approx(defined(plain(read), plain(truth), structure=True))


def test_the_published_one_is_that_of_all_html():
    for read, truth in pairs("td"):
        assert published_teds(read, truth) == pytest.approx(defined(read, truth)), (read, truth)
        assert published_teds(read, truth, structure=True) == pytest.approx(defined(read, truth, structure=True))


def test_rows_of_any_lengths():
    rng = random.Random(5)

    def some_rows():
        texts = [[rng.choice(["", "ab", "a b c", "x" * 70]) for _ in range(rng.randrange(5))] for _ in range(rng.randrange(1, 7))]
        return [[(rng.choice([1, 1, 2]), 1, text) for text in row] for row in texts]

    def written(table):
        cells = ["".join(f'<td colspan="{wide}">{text}</td>' for wide, _, text in row) for row in table]
        return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"

    for _ in range(25 * SEEDS):
        one, other = some_rows(), some_rows()
        assert tree.teds(one, other) == pytest.approx(defined(written(one), written(other)))
