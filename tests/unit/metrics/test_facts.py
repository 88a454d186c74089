"""Facts of the sorts of olmOCR-bench: each on readings that state it, that nearly do, and that do not."""

from __future__ import annotations

import pytest

from gotocr.metrics.facts import (
    Grid,
    GridCell,
    Wanted,
    has_cell,
    is_blank,
    is_in_order,
    is_present,
    is_sound,
    plain_text,
    repeats,
)

PAGE = "# Harbour\n\nThe **east gate** is _closed_ on\nMondays—see “notice” 17.\n\nVisitors use the bridge.\n\n17"


def test_plain_text():
    assert plain_text("a<br/>b<br>c **d e** __f__ *g* _h_ <b>i</b> <i>j</i>") == "a b c d e f g h i j"
    assert plain_text("‘a’ “b” – — − ‑ ‒ ＿ µ cafe\u0301  \n x") == "'a' \"b\" - - - - - _ μ café x"
    assert plain_text("2 * 3\n* 4") == "2 * 3 * 4" and plain_text("snake_case_name") == "snakecasename", "marks do not span lines"


@pytest.mark.parametrize(
    ("wanted", "held"),
    [
        (Wanted("The east gate is closed on Mondays"), True),
        (Wanted('Mondays-see "notice" 17'), True),
        (Wanted("the east gate"), False),
        (Wanted("the east gate", case_sensitive=False), True),
        (Wanted("The best gate is shut"), False),
        (Wanted("The west gate is closed", max_diffs=1), True),
        (Wanted("The west gates is closed", max_diffs=1), False),
        (Wanted("Harbour", first_n=9), True),
        (Wanted("Visitors", first_n=20), False),
        (Wanted("17", last_n=3), True),
        (Wanted("bridge", last_n=3), False),
        (Wanted("Harbour", first_n=9, last_n=3), True),
    ],
)
def test_text_is_present(wanted, held):
    assert is_present(PAGE, wanted) is held


def test_a_page_too_short_holds_nothing():
    """Else a space would be found in every text of two words."""
    assert not is_present(" ", Wanted("two words")) and not is_present("", Wanted("two words", 3))
    assert is_present("two word", Wanted("two words", 1))


@pytest.mark.parametrize(
    ("before", "after", "most", "held"),
    [
        ("east gate", "Visitors", 0, True),
        ("Visitors", "east gate", 0, False),
        ("17", "17", 0, True),
        ("east gate", "east gate", 0, False),
        ("eest gate", "Visitor use", 1, True),
        ("eest gate", "Visitors", 0, False),
        ("nowhere", "Visitors", 1, False),
    ],
)
def test_order(before, after, most, held):
    assert is_in_order(PAGE, before, after, most) is held


def test_blank():
    assert is_blank(" \n...") and not is_blank("a") and is_blank("ab 1", 3)
    assert not is_blank("![a logo](x.png)") and is_blank("![a logo](x.png)", images=False)


def test_sound():
    assert is_sound(PAGE) and not is_sound("") and not is_sound("--- ***")
    assert not is_sound("a 中") and is_sound("a 中", latin=False) and not is_sound("ok \U0001f600")
    assert is_sound("x" + "ab" * 30) and not is_sound("x" + "ab" * 31) and is_sound("x" + "ab" * 31, max_repeats=31)
    assert repeats("") == [0] * 5 and repeats("abcabc")[2] == 2 and repeats("a \n\n a \t a")[1] == 2


def grid(*lines, heads=()):
    """Cells parted by |; ^ continues the cell above, < the one on the left."""
    places, cells = [], []
    for row, line in enumerate(lines):
        places.append([])
        for column, text in enumerate(line.split("|")):
            if text in "^<":
                number = places[row - 1][column] if text == "^" else places[row][-1]
                cells[number] = cells[number]._replace(bottom=row + 1, right=max(cells[number].right, column + 1))
            elif text == "-":
                number = -1
            else:
                number = len(cells)
                cells.append(GridCell(text, text in heads, row, column, row + 1, column + 1))
            places[row].append(number)
    return Grid(cells, places)


PRICES = grid("Zone|Price|<", "^|Single|Return", "Inner|2.40|4.10", "Outer|3.80|6.90")


@pytest.mark.parametrize(
    ("cell", "around", "held"),
    [
        ("4.10", {}, True),
        ("4.10", {"up": "Return", "down": "6.90", "left": "2.40", "right": ""}, True),
        ("4.10", {"up": "Single"}, False),
        ("4.10", {"right": "x"}, False),
        ("4.10", {"top_heading": "Price", "left_heading": "Inner"}, True),
        ("Price", {"down": "Return"}, True),
        ("Price", {"down": "Single", "left": "Zone"}, True),
        ("Inner", {"up": "Zone", "right": "2.40"}, True),
        ("Return", {"left_heading": "Zone"}, True),
        ("9.99", {}, False),
    ],
)
def test_cells_and_their_neighbours(cell, around, held):
    assert has_cell([grid("a|b"), PRICES], cell, around) is held


def test_marked_headings_come_before_the_last_cell():
    marked = grid("Table 1|<", "Zone|Price", "Inner|2.40", heads=("Zone", "Price"))
    assert has_cell([marked], "2.40", {"top_heading": "Price"}) and not has_cell([marked], "2.40", {"top_heading": "Table 1"})


def test_gaps_are_stepped_over_and_texts_may_differ():
    gappy = grid("a|-|b", "-|-|c")
    assert has_cell([gappy], "a", {"right": "b"}) and not has_cell([gappy], "a", {"down": "c"})
    assert has_cell([PRICES], "Outer", {"right": "3.8"}, max_diffs=1) and not has_cell([PRICES], "Outer", {"right": "3.8"})
    assert not has_cell([PRICES], "Zzzzz", {}, max_diffs=5), "half must be alike whatever is allowed"
    assert not has_cell([], "a", {})
