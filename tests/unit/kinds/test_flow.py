"""What a page's end breaks is put together where it begins, lazily; what only looks like it stays as it is."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gotocr.formats import FORMATS
from gotocr.kinds.flow import MOST_PAGES, continues, joined, marked, running
from gotocr.kinds.page import parse
from gotocr.kinds.table import rows
from gotocr.schema import Block, Document, Leaf, Piece

SIZE = (100, 100)


def pages(*texts: str) -> list[Leaf]:
    """Pages with a box for every word, so that it can be told where it stood."""
    leaves = []
    for index, text in enumerate(texts):
        written = [Piece(n, letter, 0.5, (n % 90, index, n % 90 + 1, index + 1)) for n, letter in enumerate(text)]
        leaves.append(Leaf(index, *SIZE, text, parse(written, SIZE)))
    return leaves


def texts(leaves) -> list[list[str]]:
    return [[block.text for block in leaf.blocks] for leaf in leaves]


def test_a_paragraph_goes_on_behind_the_page_s_end():
    first, second = joined(pages("# Head\n\nIt goes on to the", "next page.\n\nAnother."))
    assert texts([first, second]) == [["Head", "It goes on to the next page."], ["Another."]]
    whole = first.blocks[1]
    assert whole.data["pages"] == [0, 1] and whole.data["counts"] == [5, 2] and len(whole.words) == 7
    assert [box[1] for box in whole.data["boxes"]] == [0, 1] and whole.box == whole.data["boxes"][0]
    sure = [word.confidence for word in whole.words]
    assert whole.confidence == pytest.approx(sum(sure) / len(sure)) and second.index == 1


@pytest.mark.parametrize(
    ("last", "first", "whole"),
    [
        ("in the con-", "tinued word", "in the continued word"),
        ("well-known things are well-", "known here", "well-known things are well-known here"),
        ("soft con\u00ad", "tinued", "soft continued"),
        ("in 1990,", "Smith said", "in 1990, Smith said"),
        ("他今天没有", "来上班。", "他今天没有来上班。"),
        ("1. one\n2. two", "3. three", "1. one\n2. two\n3. three"),
        ("- one\n- two", "- three", "- one\n- two\n- three"),
        ("- one that goes", "on here", "- one that goes on here"),
        ("```python\nf(\n```", "```python\n  1)\n```", "f(\n  1)"),
    ],
)
def test_what_goes_on_is_joined(last, first, whole):
    one, other = joined(pages(last, first))
    assert texts([one, other]) == [[whole], []] and other.text == ""


@pytest.mark.parametrize(
    ("last", "first"),
    [
        ("It ends.", "here it does not go on"),
        ("It goes on and on", "Here it does not"),
        ("one", "two"),
        ("It goes on and on", "# to a heading"),
        ("# A heading", "and text"),
        ("It goes on and on", "a) to an item"),
        ("1. one", "1. one"),
        ("1. one", "2) two"),
        ("It ends: “so.”", "so it is"),
        ("今天。", "明天"),
        ("```python\nf()\n```", "```python\ng()\n```"),
        ("$$x$$", "and text"),
        ("", "and text"),
    ],
)
def test_what_does_not_go_on_stays(last, first):
    leaves = pages(last, first)
    assert list(joined(leaves)) == leaves


TABLE = "<table><tr><th>Name</th><th>n</th></tr><tr><td>{}</td><td>1</td></tr></table>"


def test_a_table_goes_on_and_its_head_is_said_once():
    leaves = pages(TABLE.format("a"), "Table 1 (continued)\n\n" + TABLE.format("b"), "<table><tr><td>c</td><td>3</td></tr></table>\n\nEnd.")
    done = list(joined(leaves))
    (table,) = done[0].blocks
    assert [[cell.text for cell in row] for row in rows(table)] == [["Name", "n"], ["a", "1"], ["b", "1"], ["c", "3"]]
    assert table.data["pages"] == [0, 1, 2] and table.data["counts"] == [4, 4, 2] and len(table.words) == 10
    assert texts(done[1:]) == [["Table 1 (continued)"], ["End."]]


def test_tables_of_different_forms_go_on_with_each_other():
    latex = "\\begin{tabular}{lr}\n\\toprule Name & n \\\\ \\midrule\nb & 2 \\\\ \\bottomrule\n\\end{tabular}"
    done = list(joined(pages("| Name | n |\n|---|--:|\n| a | 1 |", latex, "| c | 3 |\n|-|-|\n| d | 4 |")))
    assert [[cell.text for cell in row] for row in rows(done[0].blocks[0])] == [["Name", "n"], ["a", "1"], ["b", "2"], ["c", "3"], ["d", "4"]]


@pytest.mark.parametrize(
    "other",
    [
        "<table><tr><th>Town</th><th>n</th></tr><tr><td>b</td><td>1</td></tr></table>",
        "<table><tr><td>Town</td><td>People</td></tr><tr><td>b</td><td>1</td></tr></table>",
        "<table><tr><td>a</td><td>b</td><td>c</td></tr></table>",
        "<table><caption>Other</caption><tr><td>b</td><td>1</td></tr></table>",
    ],
)
def test_another_table_is_another_table(other):
    assert not continues(parse(TABLE.format("a"), SIZE)[0], parse(other, SIZE)[0])


def test_running_heads_and_page_numbers_are_passed_over_and_stay():
    done = list(
        joined(
            pages(
                "The Running Head\n\nText on the first\n\n12",
                "The Running Head\n\npage and on\n\n13",
                "The Running Head\n\nto the third.\n\nMore text that also\n\n- 14 -",
                "xv\n\ngoes on.",
            )
        )
    )
    assert texts(done) == [
        ["The Running Head", "Text on the first page and on to the third.", "12"],
        ["The Running Head", "13"],
        ["The Running Head", "More text that also goes on.", "- 14 -"],
        ["xv"],
    ]


def test_pages_come_one_page_late_and_long_tables_are_cut():
    asked = []

    def leaves(count: int, text: str):
        for number in range(count):
            asked.append(number)
            yield Leaf(number, *SIZE, text, parse(text, SIZE))

    assert [len(asked) - leaf.index for leaf in joined(leaves(5, "A sentence."))] == [2, 2, 2, 2, 1]
    asked.clear()
    most = 0
    table = "<table><tr><td>Name</td><td>n</td></tr><tr><td>a</td><td>1</td></tr></table>"
    for leaf in joined(leaves(1000, table)):
        most = max(most, len(asked) - leaf.index)
        assert all(len(block.data["pages"]) <= MOST_PAGES for block in leaf.blocks)
    assert most <= MOST_PAGES + 1


def test_a_page_that_failed_parts_what_it_stands_between():
    one, other = pages("It goes on to the", "next page.")
    lost = Leaf(1, *SIZE, "", error="torn")
    assert texts(joined([one, lost, other])) == [["It goes on to the"], [], ["next page."]]


def test_trouble_loses_no_page_that_was_read():
    def leaves():
        yield from pages("One.", "Two.")
        raise ValueError("torn")

    seen = []
    with pytest.raises(ValueError, match="torn"):
        for leaf in joined(leaves()):
            seen.append(leaf.text)
    assert seen == ["One.", "Two."]


def test_a_page_that_was_cut_off_does_not_go_on():
    (cut,) = parse([Piece(1, "It goes on to the", 1.0), Piece(2, "", 1.0, None, "length")], SIZE)
    (first,) = parse("next page.", SIZE)
    assert not continues(cut, first)


def test_json_keeps_pages_and_marks_what_goes_on():
    leaves = pages("It goes on to the\n\n1", "2\n\nnext page.\n\nMore.")
    assert [[block.data.get("continues") for block in leaf.blocks] for leaf in marked(leaves)] == [[None, None], [None, True, None]]
    read = json.loads(FORMATS["json"].write(Document("x", tuple(leaves))))
    assert [[block["text"] for block in page["blocks"]] for page in read["pages"]] == texts(leaves)
    assert read["pages"][1]["blocks"][1]["data"] == {"role": "paragraph", "continues": True}


def test_text_and_markdown_are_joined():
    document = Document("x", tuple(pages("It goes on to the", "next page.\n\nMore.")))
    assert FORMATS["text"].write(document) == b"It goes on to the next page.\n\fMore.\n"
    assert FORMATS["markdown"].write(document) == b"It goes on to the next page.\n\n<!-- page 2 -->\n\nMore.\n"


def test_any_two_blocks_can_be_held_against_each_other():
    odd = [Block("table", ""), Block("table", "<table>", data={"form": "html"}), Block("text", "\0"), Block("music", "X:1"), Block("code", "{")]
    for last in odd:
        for first in odd:
            assert continues(last, first) in (True, False)


def lines(*texts: str, index: int = 0) -> Leaf:
    """A page of a thousand pixels with its blocks one below the other; the first ones and the last one stand at its edges."""
    tops = [20 + 60 * n for n in range(len(texts) - 1)] + [940]
    blocks = (Block("text", text, (0, top, 500, top + 40), data={"role": "paragraph"}) for text, top in zip(texts, tops, strict=True))
    return Leaf(index, 700, 1000, "\n\n".join(texts), tuple(blocks))


def test_running_heads_and_feet_are_told_from_the_text():
    pages = [lines("Annual report", f"It begins with {word}", "More of it", f"page {n}", index=n) for n, word in enumerate("abc")]
    assert running(pages) == [(1, 1)] * 3
    assert running([]) == [] and running([pages[0]]) == [(0, 1)]  # a number says so itself


def test_what_is_no_running_head():
    low = lines("The same words", "Another text", "x")
    low = replace(low, blocks=tuple(replace(block, box=(0, 400 + n, 500, 440 + n)) for n, block in enumerate(low.blocks)))
    assert running([low, low]) == [(0, 0)] * 2, "in the middle of a page nothing runs"
    assert running([lines("4", "5")]) == [(0, 0)], "a page is not empty for having numbers alone"
    exercise = [replace(block, data={"role": "heading"}) for n in "12" for block in lines(f"Exercise {n}", "x").blocks[:1]]
    pages = [replace(lines("x", word, word), blocks=(head, *lines("x", word, word).blocks[1:])) for head, word in zip(exercise, "ab", strict=True)]
    assert running(pages) == [(0, 0)] * 2
    note = replace(lines("One", "Text", "* a note").blocks[2], data={"role": "footnote"})
    noted = [replace(lines(f"Text {word}", "More", "* a note"), blocks=(*lines(f"Text {word}", "More", "x").blocks[:2], note)) for word in ("a", "b")]
    assert running(noted) == [(0, 0)] * 2


def test_heads_of_left_and_right_pages_are_found_from_the_first_one_on():
    heads = ["Left title", "Right title"] * 2
    pages = [lines(head, f"Text that is {word}", "The end", index=n) for n, (head, word) in enumerate(zip(heads, "abcd", strict=True))]
    assert running(pages) == [(1, 1)] * 4
