"""Where a line that was read late takes its place."""

from __future__ import annotations

import pytest

from gotocr.schema import Piece
from gotocr.trust.late import insert

TALL = 10.0  # letters


def pieces(*lines, step=15, left=0, between="\n", top=0):
    """Lines of letters, each letter 5 wide, `step` apart from top to top."""
    found = []
    for number, line in enumerate(lines):
        if number:
            found.append(Piece(2, between, 1.0))
        for place, letter in enumerate(line):
            box = (left + 5 * place, top + step * number, left + 5 * place + 5, top + step * number + TALL)
            found.append(Piece(1, letter, 0.9, box))
    return found


def line_at(text, top, left=0):
    return pieces(text, top=top, left=left), (left, top, left + 5 * len(text), top + TALL)


def text(found):
    return "".join(piece.text for piece in found)


@pytest.mark.parametrize(("mode", "between"), [("plain", "\n"), ("format", " ")])
@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_line_of_a_paragraph_goes_where_it_stood(mode, between, missing):
    lines = ["first line", "the second", "and a third"]
    whole = pieces(*lines, between=between)
    rest = [piece for piece in whole if not (piece.box and piece.box[1] == 15 * missing)]
    gaps = [place for place, piece in enumerate(rest) if piece.box is None]
    del rest[gaps[-1] if missing == 2 else gaps[0]]
    late, box = line_at(lines[missing], 15 * missing)
    assert text(insert(rest, late, box, TALL, mode)) == text(whole)


def test_what_stands_apart_is_a_paragraph_of_its_own():
    page = [*pieces("some words"), Piece(2, "\n\n", 1.0), *pieces("far below", top=100)]
    late, box = line_at("between", 50)
    assert text(insert(page, late, box, TALL, "format")) == "some words\n\nbetween\n\nfar below"
    late, box = line_at("the foot", 200)
    assert text(insert(page, late, box, TALL, "format")) == "some words\n\nfar below\n\nthe foot"
    late, box = line_at("the head", -60)
    assert text(insert(page, late, box, TALL, "format")) == "the head\n\nsome words\n\nfar below"
    assert text(insert(page, late, box, TALL, "plain")) == "the head\nsome words\n\nfar below"


def test_columns_keep_their_order():
    left, right = pieces("left one", "left two"), pieces("right one", "right two", left=200)
    page = [*left, Piece(2, "\n\n", 1.0), *right]
    late, box = line_at("left three", 30)
    assert text(insert(page, late, box, TALL, "plain")) == "left one\nleft two\nleft three\n\nright one\nright two"
    late, box = line_at("right three", 30, left=200)
    assert text(insert(page, late, box, TALL, "plain")).endswith("right two\nright three")


def test_a_table_is_not_parted():
    table = [Piece(3, "<table><tr><td>", 1.0, (0, 0, 5, 10)), *pieces("cell"), Piece(3, "</td></tr></table>", 1.0), Piece(2, "\n\n", 1.0), *pieces("behind", top=100)]
    late, box = line_at("under the cell", 12)
    found = text(insert(table, late, box, TALL, "format"))
    assert found.startswith("<table><tr><td>cell</td></tr></table>\n\nunder the cell\n\nbehind")


def test_behind_a_fence_is_a_line_of_its_own():
    fence = [Piece(3, "```smiles\n", 1.0), *pieces("CCO", top=40, left=300), Piece(3, "\n```", 1.0), Piece(2, "\n\n", 1.0), *pieces("a line below", top=100)]
    late, box = line_at("label", 60)
    assert text(insert(fence, late, box, TALL, "format")) == "```smiles\nCCO\n```\n\nlabel\n\na line below"
    assert text(insert(fence[:5], late, box, TALL, "format")) == "```smiles\nCCO\n```\n\nlabel"


def test_an_end_that_came_too_early_is_none():
    late = [*line_at("more", 15)[0], Piece(0, "", 0.9, finish="stop")]
    found = insert(pieces("one"), late, (0, 15, 20, 25), TALL, "plain")
    assert text(found) == "one\nmore" and not any(piece.finish for piece in found)


def test_a_page_without_text_or_boxes_takes_it_too():
    late, box = line_at("alone", 40)
    assert text(insert([], late, box, TALL, "plain")) == "alone"
    assert text(insert([Piece(1, "no box", 0.5)], late, box, TALL, "plain")) == "no box\nalone"
