"""Every kind finds, reads and shows its own writing, and takes anything without an exception."""

from __future__ import annotations

import random
from functools import cache
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
        '<table><tr><td rowspan="2">a &lt; b</td><td colspan="2">$x^2$</td></tr><tr><td>5 %</td><td></td></tr></table>',
        "\\begin{tabular}{ll}\n\\toprule\n\\multirow{2}{*}{a} & b \\\\\n & c \\\\\n\\bottomrule\n\\end{tabular}",
    ],
    "music": [
        "X:1\nL:1/8\nM:3/4\nK:D clef=treble\n(de) f2 a2 | (3b^ab [df]4- | [df]4 z2 |]",
        'X:1\nT:Two voices\nL:1/8\n%%score {1 | 2}\nK:F\nV:1 clef=treble\n"Dm"!p!d2 e>f |\nw:La la-la\nV:2 clef=bass\n[D,A,]4 |',
        "**kern\t**kern\n*clefF4\t*clefG2\n*k[b-]\t*k[b-]\n*M2/4\t*M2/4\n4D\t8ffL\n.\t8ccJ\n4r\t[4dd 4b-\n=2\t=2\n2BB-\t2dd]\n==\t==\n*-\t*-",
    ],
    "code": ["x = 1\n\ny = '$$'", "```\ninner\n```", ""],
    "chart": [
        '{"type": "bar", "title": "Fruit \\"sold\\"", "unit": "%", "series": {"Apples": 12.5, "Pears": -3}}',
        '{"type": "line", "y": "€", "series": {"A": {"2001": 1, "2002": 2}, "B": {"2001": 1200000}}, "source": "Own"}',
        '{"type": "scatter", "series": [[1, 2], [3.5, 4]]}',
        "{'title': \"It's\", 'x_title': 'None', 'values': {'a': '45%', 'b': {'c': 1.0}}}",
    ],
    "molecule": ["CC(=O)Oc1ccccc1C(=O)O", "C[C@@H](N)C(=O)[O-].[Na+]", "F/C=C/[13CH3]"],
    "geometry": [
        "\\draw (0,0) -- (10,0) -- (3.6,4.8) -- cycle;\n\\draw (3.6,4.8) ++(233:0.4) -- ++(323:0.4) -- ++(53:0.4);\n\\node at (3.6,5.2) {$C$};",
        "\\fill[blue!30] (5,5) circle (5);\n\\draw[thick,dashed,->,red] (0,5) -- (10,5);\n\\fill (5,5) circle (2pt);",
    ],
}


SEEDS = range(3)  # of the pictures whose truths are the good sources of another package's kind


@cache
def good(name: str) -> list[str]:
    """Sources of a kind in which nothing is wrong: of ours those above, of another package's what it draws."""
    if not KINDS.package(name):
        return GOOD[name]
    if not KINDS[name].sample:
        pytest.skip(f"{name} draws nothing, so that no good source is known")
    from gotocr.draw.supply import Supply
    from gotocr.synth.samples import Studio

    studio = Studio(Supply(), worn=0.0)
    samples = [sample for seed in SEEDS for sample in studio.draw(name, seed)]
    return [block.text for sample in samples for block in parse(sample.format, (10, 10)) if block.kind == name]


@pytest.fixture(params=list(KINDS))
def kind(request) -> Kind:
    return KINDS[request.param]


def test_the_name_is_the_registry_s(kind):
    assert KINDS[kind.name] is kind


def test_there_are_good_examples_here(kind):
    assert good(kind.name), "add two good sources to GOOD for a new kind; one of another package is drawn, and reads its own truth as of its kind"


def test_what_is_written_is_read_again(kind):
    for source in good(kind.name):
        block = kind.parse(source)
        assert block.kind == kind.name and not block.problems, (source, block.problems)
        (again,) = parse(kind.markdown(block), (10, 10))
        assert (again.kind, again.text, dict(again.data)) == (block.kind, block.text, dict(block.data))


def test_it_is_found_between_other_text(kind):
    for source in good(kind.name):
        block = kind.parse(source)
        found = parse(f"# Before\n\n{kind.markdown(block)}\n\n# After", (10, 10))
        assert [(b.kind, b.text) for b in found[1:-1]] == [(kind.name, block.text)]
        assert [found[0].text, found[-1].text] == ["Before", "After"]


HARMLESS = set("class colspan rowspan scope xmlns display alttext stretchy lspace rspace form mathvariant".split())  # nothing that loads, links, runs or styles


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
    for source in (evil, f"<table><tr><td>{evil}</td><td onclick='x()'>a</td></tr></table>", f"{good(kind.name)[0]}{evil}"):
        shown = Marks(kind.html(kind.parse(source)))
        assert not shown.tags & {"script", "img", "iframe", "style"}, shown.tags
        assert shown.attributes <= HARMLESS, shown.attributes


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


def test_scores_are_worth_most_where_nothing_differs(kind):
    for source in good(kind.name):
        for name, score in kind.scores.items():
            assert 0.0 <= score("", source) <= 1.0, name
            assert score(source, source) == pytest.approx(1.0), name


def test_check_and_parse_agree(kind):
    for source in good(kind.name):
        assert kind.check(kind.parse(source)) == []
