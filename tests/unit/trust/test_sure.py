"""What is not sure enough is marked or left out, and the rest stays what it was."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gotocr.errors import UsageError
from gotocr.formats import FORMATS
from gotocr.kinds import KINDS
from gotocr.kinds.page import confidence, parse
from gotocr.kinds.table import rows
from gotocr.schema import Document, Leaf, Piece
from gotocr.trust.sure import Least, kept, kept_of, least

SIZE = (2000, 100)


def leaf(text: str, low=(), mode: str = "format", sure: float = 0.3) -> Leaf:
    """A page whose words of `low` are only `sure`."""
    pieces = [
        Piece(1, part[0], sure if part[0] in low else 1.0, (part.start() % 1900, 0, part.start() % 1900 + 9, 9))
        for part in re.finditer(r"\w+|\W", text)
    ]
    blocks = parse(pieces, SIZE, mode)
    return Leaf(0, *SIZE, text, blocks, confidence=confidence(blocks))


def after(text: str, low: str, way: str, mode: str = "format") -> str:
    return kept_of(leaf(text, low.split(), mode), Least(0.5, way)).text


@pytest.mark.parametrize(
    ("text", "low", "marked", "dropped"),
    [
        ("# Big title here", "title", "# Big [title?] here", "# Big here"),
        ("First line\nsecond line", "line", "First [line?]\nsecond [line?]", "First\nsecond"),
        ("all\nof it gone\nbut this", "of it gone", "all\n[of?] [it?] [gone?]\nbut this", "all\nbut this"),
        ("One **two three** four.", "two four", "One **[two?] three** [four.?]", "One **three**"),
        ("One **two three**, four", "three", "One **two [three?]**, four", "One **two**, four"),
        ("so **bold** and *thin*, too", "bold thin", "so [**bold**?] and [*thin*,?] too", "so and too"),
        ("- a b\n- c\n- d", "b c", "- a [b?]\n- [c?]\n- d", "- a\n- d"),
        ("1. one\n2. two", "2 two", "1. one\n2. [two?]", "1. one"),
        ("word - other", "word", "[word?] - other", "[…] - other"),
        ("sum $a+b$ is", "b", "sum [$a+b$?] is", "sum is"),
        ("| a | b c |\n|---|---|\n| d | e |", "a c", "| [a?] | b [c?] |\n|---|---|\n| d | e |", "| | b |\n|---|---|\n| d | e |"),
        ("$$\nx+y\n$$\n\ntext", "x", "[formula?]\n\n$$x+y$$\n\ntext", "text"),
        ("see [unreadable] it", "unreadable", "see [unreadable] it", "see [unreadable] it"),
    ],
)
def test_words_are_marked_or_gone_and_the_rest_stays(text, low, marked, dropped):
    page = leaf(text, low.split())
    for way, wanted in (("mark", marked), ("drop", dropped)):
        found = kept_of(page, Least(0.5, way))
        assert "".join(found.text.split()) == "".join(wanted.split()) or found.text == wanted
        assert found.text == wanted or page.blocks[0].kind == "formula"
        assert bool(found.warnings) == (wanted != text)


def test_printed_lines_stay_printed_lines():
    assert after("line *one*\n# two three\n\nlast", "one three last", "mark", "plain") == "line [*one*?]\n# two [three?]\n\n[last?]"
    assert after("line *one*\n# two three\n\nlast", "one line two three last", "drop", "plain") == "#"


def test_a_table_keeps_its_cells():
    html = "<table><tr><td>a b</td><td>R&amp;D</td></tr><tr><th>x</th><td>12</td></tr></table>"
    marked, dropped = (kept_of(leaf(html, ["b", "R", "x"]), Least(0.5, way)).blocks[0] for way in ("mark", "drop"))
    assert [[cell.text for cell in row] for row in rows(marked)] == [["a [b?]", "[R&D?]"], ["[x?]", "12"]]
    assert [[cell.text for cell in row] for row in rows(dropped)] == [["a", ""], ["", "12"]]
    latex = "\\begin{tabular}{ll} a b & c \\\\ d & \\textbf{e f} \\\\ \\end{tabular}"
    marked, dropped = (kept_of(leaf(latex, list("bcde")), Least(0.5, way)).blocks[0] for way in ("mark", "drop"))
    assert [[cell.text for cell in row] for row in rows(marked)] == [["a [b?]", "[c?]"], ["[d?]", "[e?] f"]], "[d?] is no length behind \\\\"
    assert [[cell.text for cell in row] for row in rows(dropped)] == [["a", ""], ["", "f"]]
    caption = "<table><caption>About it</caption><tr><td>a</td></tr></table>"
    found = kept_of(leaf(caption, ["it"]), Least(0.5, "drop")).blocks[0]
    assert found.data["caption"] == "About"


def test_marked_words_keep_their_places_and_what_is_known_of_them():
    page = leaf("one two three", ["two"])
    (block,) = kept_of(page, Least(0.5)).blocks
    assert [word.text for word in block.words] == ["one", "[two?]", "three"]
    assert [word.box for word in block.words] == [word.box for word in page.blocks[0].words]
    assert [word.confidence for word in block.words] == [1.0, 0.3, 1.0]
    (block,) = kept_of(page, Least(0.5, "drop")).blocks
    assert [word.text for word in block.words] == ["one", "three"] and block.confidence == 1.0


def test_what_is_sure_enough_or_not_known_stays_the_very_same():
    page = leaf("one two", ["two"], sure=0.5)
    assert kept_of(page, Least(0.5)) is page, "just as sure as asked"
    unknown = Leaf(0, *SIZE, "one two", parse("one two\n\n$$x$$", SIZE))
    assert kept_of(unknown, Least(1.0, "drop")) is unknown


def test_whole_blocks_are_one_thing():
    page = leaf("```py\nx = y\n```\n\nsome text\n\n$$x$$", ["x", "y"])
    marked = kept_of(page, Least(0.9))
    assert [block.text for block in marked.blocks] == ["[code?]", "x = y", "some text", "[formula?]", "x"]
    assert marked.warnings == ("less than 90% sure, and marked: 1 code, 1 formula",)
    dropped = kept_of(page, Least(0.9, "drop"))
    assert [block.text for block in dropped.blocks] == ["some text"] and dropped.text == "some text"


@pytest.mark.parametrize("way", ["mark", "drop"])
def test_no_block_is_broken_whatever_is_doubtful(way):
    text = """# A **bold *title***

Para with `code` and *a few* **words in it**, $x+1$ and "quotes" - dashes
2nd line | bars # hash

1. one (a)
2. **two**
   more of it

<table><tr><td>a <b>b c</b></td><td colspan="2">d &lt; e</td></tr><tr><td>f</td><td>g</td><td>h</td></tr></table>

\\begin{tabular}{lr} \\textbf{a}b & \\multicolumn{1}{c}{d e} \\\\ \\hline f & 5 \\\\ \\end{tabular}

| a | b |
|---|---|
| **c** | d \\| e |

$$ \\frac{a}{b} $$

The end."""
    tokens = sorted(set(re.findall(r"\w+", text)))
    rng = np.random.default_rng(4)
    whole = leaf(text)
    assert not any(block.problems for block in whole.blocks)
    for _ in range(60):
        page = leaf(text, set(rng.choice(tokens, rng.integers(1, len(tokens)), replace=False).tolist()))
        found = kept_of(page, Least(0.5, way))
        for block in found.blocks:
            assert not KINDS[block.kind].check(block), block
        again = [block for block in parse(found.text, SIZE)]
        kinds = [block.kind for block in found.blocks]
        assert [block.kind for block in again if block.kind != "text"] == [kind for kind in kinds if kind != "text"], found.text
        known = [word for block in found.blocks for word in block.words]
        low = [word.text for word in known if word.confidence < 0.5 and not re.fullmatch(r"\[.*\?\]", word.text)]
        assert set(low) <= {"ab", "1.", "2."}, "those over a brace, and the numbers of a list"


@pytest.mark.parametrize("way", ["mark", "drop"])
@pytest.mark.parametrize("name", [name for name in FORMATS if FORMATS[name].parts])
def test_every_format_takes_it(name, way):
    page = leaf("# Head\n\nsome text\n\n| a | b |\n|---|---|\n| c | d |\n\n$$x$$", ["text", "c", "x"])
    document = kept(Document("a", (page,), "m"), Least(0.5, way))
    written = FORMATS[name].write(document)
    if name in ("html", "text", "content", "json", "hocr", "alto"):
        assert (b"text?" in written) == (way == "mark") and (b"Head" in written)


@pytest.mark.parametrize(
    ("said", "wanted"), [("0.6", Least(0.6)), ("60%", Least(0.6)), ("0.25:drop", Least(0.25, "drop")), ("1:mark", Least(1.0))]
)
def test_it_is_asked_for_in_words(said, wanted):
    assert least(said) == wanted


@pytest.mark.parametrize("said", ["", "a", "60", "-0.1", "nan", "0.5:", "0.5:keep", ":drop", "0.5%%"])
def test_what_makes_no_sense_is_refused(said):
    with pytest.raises(UsageError):
        least(said)
