"""Drawings are let into a page as shapes and letters alone."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from gotocr.kinds import KINDS
from gotocr.kinds.svg import pure

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 20">'


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>", "<style>*{}</style>", "<foreignObject><p>x</p></foreignObject>", '<image href="http://x"/>',
        '<a href="javascript:alert(1)"><path d="M0 0"/></a>', '<use xlink:href="http://x#y"/>', '<animate attributeName="href"/>',
        '<path d="M0 0" onclick="alert(1)" style="x:y" class="z"/>', '<rect fill="url(http://x)"/>', "<metadata>x</metadata>",
        '<set attributeName="onmouseover"/>', "<!-- x -->", '<text onload="x" font-family="a;url(b)">t</text>',
    ],
)  # fmt: skip
def test_only_shapes_and_letters(inside):
    made = pure(f"{HEAD}{inside}<circle r='1'/></svg>")
    for word in ("script", "style", "foreign", "http://x", "alert", "onclick", "class", "url", "animate", "onload", "metadata", "--"):
        assert word not in made, made
    assert "<circle" in made


def test_names_are_made_anew_and_used_ones_kept():
    source = f'{HEAD}<defs><g id="a"><path d="M0 0L1 1"/></g></defs><use xlink:href="#a" x="1"/><g id="b"><path d="M1 1"/></g></svg>'
    made = ElementTree.fromstring(pure(source))
    names = [element.get("id") for element in made.iter() if element.get("id")]
    (use,) = made.iter("{http://www.w3.org/2000/svg}use")
    assert names == [use.get("href")[1:]] and names[0] != "a"
    assert pure(source) == pure(source.replace('"a"', '"c"').replace("#a", "#c"))


def test_black_is_the_colour_of_the_text_and_titles_are_escaped():
    made = pure(f'{HEAD}<path d="M0 0" stroke="black" fill="#000000"/></svg>', "<a & b>")
    assert made.count("currentColor") == 3 and "<title>&lt;a &amp; b&gt;</title>" in made and 'width="10"' in made


@pytest.mark.parametrize("source", ["", "x", "<svg/>", "<html/>", f"<!DOCTYPE svg [<!ENTITY a 'b'>]>{HEAD}&a;</svg>", HEAD])
def test_what_is_no_drawing_is_none(source):
    assert pure(source) is None


def test_it_is_bounded():
    assert pure(HEAD + "<g>" * 100_000 + "</g>" * 100_000 + "</svg>") is not None
    assert pure(HEAD + "<path/>" * 1_200_000 + "</svg>") is None


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_none_of_what_it_cannot_draw(kind):
    for text in ("", "rubbish (", "\0", "<svg onload=x>"):
        assert KINDS[kind].svg(KINDS[kind].parse(text)) is None
