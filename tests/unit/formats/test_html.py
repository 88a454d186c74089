"""The HTML page: its parts are where they belong, all of it is well formed, and it is bounded."""

from __future__ import annotations

import importlib
import re
import time
from html.parser import HTMLParser

import pytest

from gotocr.formats import FORMATS
from gotocr.formats.html import parts
from gotocr.kinds.page import parse
from gotocr.schema import Block, Document, Leaf, Word

VOID = {"meta", "br", "img", "input", "wbr"}
HTML = FORMATS["html"]


class Page(HTMLParser):
    """Tags with attributes, text by the element it stands in; fails on what does not nest."""

    def __init__(self, source: str | bytes) -> None:
        super().__init__()
        self.open, self.tags, self.text = [], [], []
        self.feed(source if isinstance(source, str) else source.decode())
        self.close()
        assert not self.open, self.open

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        assert len({name for name, _ in attrs}) == len(attrs), (tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data):
        self.text.append((self.open[-1] if self.open else "", data))

    def of(self, tag: str) -> list[dict]:
        return [attrs for name, attrs in self.tags if name == tag]

    def inside(self, tag: str) -> str:
        return "".join(data for name, data in self.text if name == tag)


def page(*texts: str, source: str = "dir/a & b.pdf", **more) -> Page:
    leaves = tuple(Leaf(n, 100, 100, text, parse(text, (100, 100)), **more) for n, text in enumerate(texts))
    return Page(HTML.write(Document(source, leaves, "nano")))


def test_headings_stand_below_the_title():
    made = page("# One\n\n## Two\n\n###### Six\n\ntext")
    assert made.inside("h1") == "a & b.pdf"
    assert (made.inside("h2"), made.inside("h3"), made.inside("h6")) == ("One", "Two", "Six")


def test_lists_nest_and_keep_their_numbers():
    made = page("3. three\n4. four\n   - inner\n     - deeper\n   - inner two\n7. seven")
    assert [name for name, _ in made.tags if name in ("ol", "ul", "li")] == ["ol", "li", "li", "ul", "li", "ul", "li", "li", "li"]
    assert made.of("ol") == [{"start": "3"}] and [attrs for attrs in made.of("li") if attrs] == [{"value": "7"}]


def test_lines_as_printed_keep_their_ends_and_others_do_not():
    lines = Block("text", "a  b\n  c", data={"role": "lines"})
    assert '<p class="lines">a  b<br>  c</p>' in HTML.write(Document("x", (Leaf(0, 9, 9, "", (lines,)),))).decode()
    assert "<p>a b</p>" in HTML.write(Document("x", (Leaf(0, 9, 9, "", parse("a\nb", (9, 9))),))).decode()


def test_tables_have_heads_captions_spans_and_a_box_to_scroll_in():
    made = page(
        "<table><caption>All <b>of</b> it</caption><tr><th colspan=2>h</th></tr><tr><td>a</td><td>1,200.5 %</td></tr>"
        "<tr><th>s</th><td>$x^2$</td></tr></table>"
    )
    assert made.inside("caption") == "All of it" and len(made.of("thead")) == len(made.of("tbody")) == 1
    assert {"scope": "col", "colspan": "2"} in made.of("th") and {"scope": "row"} in made.of("th")
    assert {"class": "number"} in made.of("td") and made.of("math")
    assert [attrs for attrs in made.of("div") if attrs.get("class") == "wide" and attrs["tabindex"] == "0"]


def test_formulas_are_mathml_and_broken_ones_their_source():
    deep = "{" * 70 + "x" + "}" * 70
    made = page(f"In $a_1$ line.\n\n$$\\frac{{a}}{{b}}$$\n\n$${deep}$$")
    assert [attrs.get("display") for attrs in made.of("math")] == [None, "block"]
    assert made.of("mfrac") and deep in made.inside("code")
    assert "nested too deep; { is never closed" in made.inside("p")


def test_drawings_have_a_title_and_their_source():
    made = page('```chart\n{"type": "bar", "title": "T", "series": {"<b>": 1, "c": 2}}\n```\n\n```tikz\n\\draw (0,0) -- (3,4);\n```')
    assert len(made.of("svg")) == 2 and {"Chart", "Figure"} <= {data for name, data in made.text if name == "title"}
    assert made.inside("summary").count("Source") == 2 and "\\draw" in made.inside("code")


def test_music_and_molecules_are_drawn():
    pytest.importorskip("verovio"), pytest.importorskip("rdkit"), pytest.importorskip("skia")
    made = page("X:1\nL:1/8\nM:3/4\nK:D clef=treble\nd2 f2 a2 |]\n\n```smiles\nCC(=O)O\n```")
    assert len(made.of("svg")) >= 2
    names = [attrs["id"] for _, attrs in made.tags if "id" in attrs]
    assert len(set(names)) == len(names)
    assert all(attrs["href"][1:] in names for attrs in made.of("use"))


@pytest.mark.parametrize("how", ["crash", "hang"])
def test_a_molecule_that_kills_or_hangs_is_shown_as_it_was_written(how, monkeypatch):
    pytest.importorskip("rdkit"), pytest.importorskip("skia")
    show = importlib.import_module("gotocr.kinds.molecule.show")
    monkeypatch.setattr(show, "DRAWN", f"tests.unit.worked:{how}")
    monkeypatch.setattr(show, "SECONDS", 2.0)
    show._drawn.cache_clear()
    made = page("```smiles\nCCO\n```")
    show._drawn.cache_clear()
    assert "CCO" in made.inside("code") and "could not be drawn" in made.inside("p") and not made.of("svg")


def test_pages_are_parted_and_said():
    made = page("one", "two", notes=("turned by 90 degrees",))
    assert [attrs["id"] for attrs in made.of("section")] == ["page-1", "page-2"]
    assert made.inside("span") == "Page 2" and made.inside("p").count("turned by 90 degrees") == 2


def test_a_page_that_could_not_be_read_says_why_and_keeps_what_was_read():
    leaf = Leaf(0, 9, 9, "so far", (Block("text", "so far"),), error="it is <torn>")
    made = Page(HTML.write(Document("x", (leaf,))))
    assert "it is <torn>" in made.inside("p") and "so far" in made.inside("p")


def test_doubtful_words_are_marked():
    words = (Word("sure", None, 0.9), Word("not", None, 0.123), Word("known", None, None))
    made = Page(HTML.write(Document("x", (Leaf(0, 9, 9, "", (Block("text", "sure not known", words=words),)),))))
    assert made.of("mark") == [{"title": "12 % sure"}] and made.inside("mark") == "not"


def test_problems_are_told():
    made = page("<table><tr><td>a")
    assert "the table was closed" in made.inside("p"), "what was mended is told as well"


@pytest.mark.parametrize(("text", "lang"), [("かな漢字", "ja"), ("한국어", "ko"), ("汉字", "zh"), ("Latin", "")])
def test_the_script_tells_the_language(text, lang):
    assert {"lang": lang} in page(text).of("div")


def test_nothing_is_fetched_and_no_style_is_inline():
    made = page("# a\n\n```smiles\nCCO\n```\n\nhttp://example.org/ [x](javascript:alert(1)) ![i](http://example.org/x.png)")
    assert not {"script", "link", "a", "img", "iframe", "base", "object"} & {name for name, _ in made.tags}
    assert all(not name.startswith("on") and name not in ("style", "src") for _, attrs in made.tags for name in attrs)
    (policy,) = [attrs["content"] for attrs in made.of("meta") if attrs.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "script" not in policy
    assert not re.search(r"url\(|@import", HTML.write(Document("x", ())).decode())


def test_characters_that_turn_text_about_are_shown_as_unknown():
    made = HTML.write(Document("x", (Leaf(0, 9, 9, "", (Block("text", "a\u202eb\0c\ud800d\u2067"), Block("code", "\x1b[0m"))),)))
    assert b"a\xef\xbf\xbdb\xef\xbf\xbdc\xef\xbf\xbdd\xef\xbf\xbd" in made and b"\x1b" not in made


def test_a_page_comes_when_the_next_is_there():
    seen = []

    def leaves():
        for number in range(4):
            seen.append(number)
            yield Leaf(number, 9, 9, "", (Block("text", f"Page {number}."),))

    made = parts(leaves(), "x", "")
    next(made)
    for number in range(3):
        assert f"Page {number}." in next(made).decode() and len(seen) <= number + 2


def test_a_sentence_goes_on_where_it_began():
    made = page("It is bro-", "ken by a page. New.")
    assert "It is broken by a page. New." in made.inside("p") and len(made.of("section")) == 2


LARGE = {
    "cells": "<table>" + ("<tr>" + "<td>12 &amp; b</td>" * 100 + "</tr>") * 1000 + "</table>",
    "wide cells": "<table>" + "<tr><td colspan=1000 rowspan=60000>a</td><td colspan=1000>b</td></tr>" * 500 + "</table>",
    "nested tables": "<table><tr><td>" * 10_000 + "x",
    "nested list": "\n".join(" " * (2 * n) + "- x" for n in range(500)),
    "items": "- x\n" * 10_000,
    "nested braces": "$$" + "{" * 10_000 + "x" + "}" * 10_000 + "$$",
    "inline braces": ("$" + "{" * 250 + "}" * 250 + "$ ") * 400,
    "formulas": "\n\n".join(f"$$x_{{{n}}}^2 + \\frac{{a}}{{b}} = {n}$$" for n in range(2000)),
    "one word": "x" * 1_000_000,
    "stars": "*a " * 30_000 + "**" * 30_000,
    "dollars": "$" * 100_000 + "$a " * 30_000,
    "backticks": "`" * 100_000 + "`a " * 30_000,
    "chart": '```chart\n{"type": "bar", "series": {' + ", ".join(f'"{n}": {n}' for n in range(10_000)) + "}}\n```",
    "molecule": "```smiles\n" + "C" * 100_000 + "\n```",
    "figure": "```tikz\n" + "\\draw (0,0) -- (1,1);\n" * 5000 + "```",
}


@pytest.mark.parametrize("name", LARGE)
def test_large_things_end_in_seconds(name):
    text = LARGE[name]
    blocks = parse(text, (100, 100)) if name != "cells" else (Block("table", text, data={"form": "html"}),)
    began = time.process_time()
    written = HTML.write(Document("x", (Leaf(0, 100, 100, text, blocks),)))
    took = time.process_time() - began
    assert took < 10, f"{took:.1f} s"
    assert len(written) < 30 * len(text) + 100_000
