"""Words are found in the HTML of every kind that has words, whatever tags, entities and formulas stand between them."""

from __future__ import annotations

import random
import re
import time
from html.parser import HTMLParser

import pytest

from gotocr.formats.marking import marked
from gotocr.kinds import KINDS
from gotocr.kinds.page import parse
from gotocr.schema import Word


def found(kind: str, source: str) -> dict[int, str]:
    """What stands within the marks of each word of a block."""
    block = KINDS[kind].parse(source)
    words = [Word(word) for _, word in KINDS[kind].words(block.text)]
    shown = marked(KINDS[kind].html(block), words, lambda n: f"<i data-n={n}>", "</i>")
    parts: dict[int, str] = {}
    for number, inner in re.findall(r"<i data-n=(\d+)>(.*?)</i>", shown, re.DOTALL):
        parts[int(number)] = parts.get(int(number), "") + re.sub(r"<[^>]*>", "", re.sub(r"<math.*?</math>", "∎", inner))
    return parts


@pytest.mark.parametrize(
    ("kind", "source", "expected"),
    [
        ("text", "One & two <b> words.", ["One", "&amp;", "two", "&lt;b&gt;", "words."]),
        ("text", "A **bold thing** and st*range*.", ["A", "bold", "thing", "and", "st*range*."]),
        ("text", "so **half**-bold", ["so", "half-bold"]),
        ("text", "Let $x^2 + y$, then \\(a\\) or $5 stay.", ["Let", "∎,", "then", "∎", "or", "$5", "stay."]),
        ("text", "# A **heading** of $n$", ["A", "heading", "of", "∎"]),
        ("text", "- one `code` two\n  - three\n- four", ["one", "code", "two", "three", "four"]),
        ("text", "日本語の 文章", ["日本語の", "文章"]),
        ("table", "<table><tr><th>a b</th><td>3 &lt; $x$</td></tr><tr><td>5&nbsp;%</td></tr></table>", ["a", "b", "3", "&lt;", "∎", "5 %"]),
    ],
)  # fmt: skip
def test_each_word_is_marked_where_it_stands(kind, source, expected):
    assert list(found(kind, source).values()) == expected


def test_lyrics_and_formulas_of_several_words():
    marks = found("table", "<table><tr><td>$a + b$ c</td></tr></table>")
    assert marks == {0: "∎", 3: "c"}, "the formula is its first word's"


def test_what_is_not_there_is_left_out_and_what_follows_is_found():
    shown = marked("<p>one two four</p>", [Word("one"), Word("three"), Word("four"), Word("five")], lambda n: f"<i {n}>", "</i>")
    assert shown == "<p><i 0>one</i> two <i 2>four</i></p>"


def test_none_leaves_a_word_as_it_is():
    assert marked("<p>a b</p>", [Word("a"), Word("b")], lambda n: "<i>" if n else None, "</i>") == "<p>a <i>b</i></p>"


class Balance(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_any_text_stays_well_formed_and_the_same():
    random.seed(3)
    bits = ["word", "**", "*", "$x$", "$", "<", "&amp;", " ", "\n", "- ", "`a`", "\\(", "\\)", "日", "1. ", "&", "\\*", "€5"]
    for _ in range(400):
        source = "".join(random.choices(bits, k=random.randrange(1, 25)))
        for block in parse(source, (9, 9)):
            plain = KINDS[block.kind].html(block)
            words = [Word(word) for _, word in KINDS[block.kind].words(block.text)]
            shown = marked(plain, words, lambda n: '<span data-word="0">', "</span>")
            assert Balance(shown).text and "".join(Balance(shown).text) == "".join(Balance(plain).text)


def test_many_words_and_strange_ones_are_quick():
    began = time.process_time()
    text = "some words " * 10_000
    marked(f"<p>{text}</p>", [Word(word) for word in text.split()], lambda n: "<i>", "</i>")
    marked(f"<p>{'x' * 300_000}</p>", [Word("y")] * 20_000, lambda n: "<i>", "</i>")
    marked("<" * 50_000, [Word("$" * 50_000)], lambda n: "<i>", "</i>")
    assert time.process_time() - began < 10
