"""The report: words carry their places, pages come one by one, and nothing in it can act but its own script."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import math
import re
import time

import numpy as np
from PIL import Image

from gotocr.formats.report import parts, picture_of
from gotocr.kinds import KINDS
from gotocr.kinds.page import parse
from gotocr.schema import Block, Leaf, Piece, Word
from tests.unit.formats.test_html import Page

PICTURE = picture_of(np.full((60, 40, 3), 255, np.uint8))


def read(text: str, size: tuple[int, int] = (400, 300)) -> Leaf:
    """A leaf whose words have boxes, three characters a token, surer and surer."""
    pieces = [Piece(n, text[3 * n : 3 * n + 3], 1 - 0.5 / (n + 1), (9.0 * n, 5.2, 9.0 * n + 9, 15.0)) for n in range(len(text) // 3 + 1)]
    return Leaf(0, *size, text, parse(pieces, size))


def report(*leaves: Leaf, picture: bytes = PICTURE) -> Page:
    return Page(b"".join(parts(((leaf, picture) for leaf in leaves), "dir/<page>.pdf", "nano")))


def test_words_carry_their_boxes_and_how_sure_they_are():
    words = (Word("one", (1.5, 2.0, 30.2, 9.9), 0.4), Word("two", (300.0, 2.0, 500.0, 9.0), 0.999), Word("three"))
    made = report(Leaf(0, 400, 300, "", (Block("text", "one two three", (1, 2, 3, 4), 0.5, words),)))
    spans = [attrs for attrs in made.of("span") if "data-word" in attrs]
    assert spans == [
        {"data-word": "0", "data-box": "1 2 31 10", "data-sure": "40", "class": "low"},
        {"data-word": "1", "data-box": "300 2 400 9", "data-sure": "99"},
    ]
    assert {"class": "kind-text", "data-block": "0", "x": "-1", "y": "0", "width": "6", "height": "6"} in made.of("rect")


def test_a_formula_is_looked_through_as_a_whole():
    made = report(Leaf(0, 400, 300, "", (Block("formula", "x^2", (1, 2, 30, 40), 0.61),)))
    (whole,) = [attrs for attrs in made.of("div") if attrs.get("class", "").startswith("whole")]
    assert whole == {"class": "whole low", "data-word": "0", "data-box": "1 2 30 40", "data-sure": "61"}


def test_every_kind_with_words_is_tied_to_the_picture():
    table = "<table><tr><td>a b</td><td>c</td></tr></table>"
    chart = '{"type": "bar", "series": {"x": 1, "y": 2}}'
    made = report(read(f"# Head line\n\nSome *text* here.\n\n{table}\n\n{chart}"))
    tied = [attrs["data-word"] for attrs in made.of("span") if "data-box" in attrs]
    assert len(tied) >= 2 + 3 + 3 + 2
    assert sum("data-box" in attrs and attrs["class"] != "whole" for attrs in made.of("div")) == 4, "and the blocks"


def test_the_picture_is_in_the_page_or_it_says_there_is_none():
    leaf = Leaf(0, 40, 60, "")
    (image,) = report(leaf).of("img")
    assert image["src"].startswith("data:image/webp;base64,") and image["alt"]
    assert not report(leaf, picture=b"").of("img") and not report(leaf, picture=b"<svg onload=x>").of("img")


def test_problems_lost_pages_and_notes_are_listed():
    lost = Leaf(1, 9, 9, "", error="it is <damaged>")
    made = report(Leaf(0, 9, 9, "", parse("<table><tr><td>a", (9, 9)), notes=("turned by 90 degrees",)), lost)
    links = [attrs["href"] for attrs in made.of("a")]
    assert {"#block-1-0", "#page-2"} <= set(links)
    names = {attrs["id"] for _, attrs in made.tags if "id" in attrs}
    assert all(link[1:] in names for link in links)
    assert "it is <damaged>" in made.inside("p") and "turned by 90 degrees" in made.inside("p")


def test_the_policy_allows_its_own_script_and_style_and_nothing_else():
    written = b"".join(parts(iter([(read("a b c"), PICTURE)]), "x", "")).decode()
    policy = re.search(r'Security-Policy" content="([^"]*)"', written)[1]
    for tag in ("style", "script"):
        (body,) = re.findall(rf"<{tag}>(.*?)</{tag}>", written, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; img-src data:;") and "unsafe" not in policy
    assert not re.search(r"https?://(?!www\.w3\.org/)", written) and "url(" not in written


def test_pages_come_one_by_one():
    seen = []

    def pages():
        for number in range(3):
            seen.append(number)
            yield Leaf(number, 9, 9, "", (Block("text", f"page {number}"),)), PICTURE

    made = parts(pages(), "x", "nano")
    next(made)
    for number in range(3):
        assert f"page {number}" in next(made).decode() and seen == list(range(number + 1))


def test_no_page_and_odd_numbers_are_a_report_too():
    report()
    words = (Word("a", (math.nan, 0, 1, 1), math.nan), Word("b", (5, 5, 1, 1), -1.0), Word("c", (0, 0, math.inf, 1), 7.0))
    report(Leaf(0, 0, 0, "", (Block("gone", "a b c", (9, 9, 9, 9), math.nan, words),), confidence=math.nan))


def test_pictures_are_made_small():
    image = np.random.default_rng(0).integers(0, 255, (3000, 1500, 3), np.uint8)
    small = Image.open(io.BytesIO(picture_of(image)))
    assert small.size == (700, 1400) and Image.open(io.BytesIO(picture_of(image, 300))).size == (150, 300)
    assert Image.open(io.BytesIO(picture_of(image[:50, :40]))).size == (40, 50)


def test_a_page_of_three_thousand_words_takes_no_time():
    text = "\n\n".join("word and more, " * 20 for _ in range(50))
    leaf = read(text, (2000, 3000))
    began = time.process_time()
    made = report(leaf)
    assert time.process_time() - began < 10
    assert sum("data-word" in attrs for attrs in made.of("span")) == len(list(KINDS["text"].words(text))) == 3000


def test_other_spellings_problems_and_warnings_are_shown_and_escaped():
    words = (
        Word("clip", (1, 2, 30, 9), 0.5, (("c1ip", 0.301), ('<b>"&', 0.1), ("odd", math.nan))),
        Word("<i>", (40, 2, 60, 9), 0.95, (), ('no "ink" <under> it',)),
    )
    block = Block("text", "clip <i>", (1, 2, 60, 9), 0.7, words, warnings=("the <fence> was closed",), agreement=0.876)
    leaf = Leaf(0, 400, 300, "", (block,), confidence=0.72, coverage=0.5, warnings=("2 lines <have> no text",), estimated=True)
    made = report(leaf)
    one, two = (attrs for attrs in made.of("span") if "data-word" in attrs)
    assert json.loads(one["data-others"]) == [["c1ip", 30], ['<b>"&', 10]] and one["class"] == "low"
    assert two["data-odd"] == 'no "ink" <under> it' and two["class"] == "low odd", "sure as it is, it is to be looked at"
    said = made.inside("p")
    for line in ("the <fence> was closed", "drawn anew, it is 87\u202f% like the page", "2 lines <have> no text"):
        assert said.count(line) == 1, line
    assert made.inside("span").count("72\u202f% likely right · 50\u202f% of the ink under boxes · boxes are estimated") == 1
    listed = made.inside("li")
    for trouble in ("2 lines <have> no text", "the <fence> was closed", "“<i>”: no \"ink\" <under> it"):
        assert trouble in listed, trouble
    assert not made.of("i") and not made.of("fence")
