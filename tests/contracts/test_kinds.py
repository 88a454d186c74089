"""Every kind finds, reads and shows its own writing, and takes anything without an exception."""

from __future__ import annotations

import random
from html.parser import HTMLParser

import pytest

from gotocr.kinds import KINDS
from gotocr.kinds.kind import Kind
from gotocr.kinds.page import parse
from gotocr.schema import Block

GOOD = {
    "text": ["One line.", "# A heading", "- a\n- b\n  more", "Two lines\nof text with $x^2$", "1. one\n2. two"],
    "formula": ["E = mc^2", "\\begin{align}a &= b \\\\[2pt] c &= \\left. d \\right\\}\\end{align}", "\\{ x \\}"],
    "table": [
        "<table><tr><th colspan=2>a</th></tr><tr><td rowspan=2>b</td><td>c</td></tr><tr><td>d</td></tr></table>",
        "<table><tr><td><table><tr><td>in</td></tr></table></td></tr></table>",
        "\\begin{tabular}{|l|l|}\n\\hline a & \\multicolumn{1}{c}{b} \\\\ \\hline\nc \\& d & e \\\\\n\\end{tabular}",
    ],
    "code": ["x = 1\n\ny = '$$'", "```\ninner\n```", ""],
}


@pytest.fixture(params=list(KINDS))
def kind(request) -> Kind:
    return KINDS[request.param]


def test_the_name_is_the_registry_s(kind):
    assert KINDS[kind.name] is kind


def test_there_are_good_examples_here(kind):
    assert GOOD[kind.name], "add two good sources to GOOD for a new kind"


def test_what_is_written_is_read_again(kind):
    for source in GOOD[kind.name]:
        block = kind.parse(source)
        assert block.kind == kind.name and not block.problems, (source, block.problems)
        (again,) = parse(kind.markdown(block), (10, 10))
        assert (again.kind, again.text, dict(again.data)) == (block.kind, block.text, dict(block.data))


def test_it_is_found_between_other_text(kind):
    for source in GOOD[kind.name]:
        block = kind.parse(source)
        found = parse(f"# Before\n\n{kind.markdown(block)}\n\n# After", (10, 10))
        assert [(b.kind, b.text) for b in found[1:-1]] == [(kind.name, block.text)]
        assert [found[0].text, found[-1].text] == ["Before", "After"]


class Marks(HTMLParser):
    """The tags and attributes that a browser would see."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags, self.attributes = set(), set()
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_html_is_escaped(kind):
    evil = '<script>alert(1)</script><img src=x onerror=alert(1)>&"'
    for source in (evil, f"<table><tr><td>{evil}</td><td onclick='x()'>a</td></tr></table>", f"{GOOD[kind.name][0]}{evil}"):
        shown = Marks(kind.html(kind.parse(source)))
        assert not shown.tags & {"script", "img", "iframe", "style"}, shown.tags
        assert shown.attributes <= {"class", "colspan", "rowspan"}, shown.attributes


def test_anything_is_parsed_and_shown_without_an_exception(kind):
    random.seed(7)
    marks = ["$$", "\\[", "\\]", "<table>", "<tr>", "<td colspan=-1>", "</", "\\begin{tabular}", "\\end{", "```", "{", "}",
             "\\left", "\n", " ", "#", "- ", "&", "\\\\", "\0", "\ufffd", "x", "&#x110000;", "<!--", "<![CDATA["]  # fmt: skip
    for _ in range(300):
        source = "".join(random.choices(marks, k=random.randrange(12)))
        block = kind.parse(source)
        assert isinstance(block, Block) and all(isinstance(problem, str) for problem in block.problems)
        kind.html(block), kind.markdown(block), kind.check(block)
        assert all(0 <= start < end <= len(source) for (start, end), _ in kind.words(source))
        ends = [0]
        for start, end in kind.find(source):
            assert ends[-1] <= start < end <= len(source)
            ends.append(end)


def test_check_and_parse_agree(kind):
    for source in GOOD[kind.name]:
        assert kind.check(kind.parse(source)) == []
