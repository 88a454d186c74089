"""Where a writer has been: ink that is new, ink that was read before, and a pointer that stands still."""

from __future__ import annotations

import pytest

from gotocr.decode.trail import Trail


def lines(index, width=30):
    left, top = 10.0 * (index % width), 20.0 * (index // width)
    return (left, top, left + 8, top + 12)


def follow(places, texts=None):
    trail = Trail()
    for index, place in enumerate(places):
        trail.push(texts[index] if texts else chr(97 + index % 26), place)
    return trail


def test_reading_on_is_fresh():
    trail = follow(lines(n) for n in range(300))
    assert trail.fresh(300) == 1.0 and trail.again == trail.over == trail.still == 0


def test_the_same_letters_in_the_same_places_are_read_again():
    trail = follow([lines(n % 130) for n in range(180)], [chr(97 + n % 130 % 26) for n in range(180)])
    assert trail.again == trail.over == 50 and trail.since("again") == 130 and trail.fresh(50) == 0


def test_other_letters_there_are_written_over_it():
    trail = follow([lines(n % 133) for n in range(183)])
    assert trail.over == 50 and trail.again == 0 and trail.since("over") == 133


def test_a_pointer_that_stops():
    trail = follow([lines(min(n, 99)) for n in range(140)])
    assert trail.still == 40 and trail.since("still") == 100


def test_a_pointer_that_never_moves_says_nothing():
    trail = follow([(0, 20 * (n // 50), 500, 20 * (n // 50) + 12) for n in range(400)])
    assert trail.still == trail.over == 0


def test_within_fences_nothing_is_counted():
    places = [lines(n % 20) for n in range(100)]
    assert follow(places).over > 60
    assert follow([None, *places], ["```x\n", *["a"] * 100]).over == 0
    assert follow([None, None, *places], ["``", "`", *["a"] * 100]).over == 0
    assert follow([None, None, *places], ["```", "\n```\n", *["a"] * 100]).over > 60


@pytest.mark.parametrize("box", [(float("nan"),) * 4, (5, 5, 1, 1), (0, 0, float("inf"), 5), (-1e300, 0, 1e300, 5), (0, 0, 0, 0)])
def test_boxes_that_make_no_sense(box):
    assert follow([lines(0), box, lines(1), box]).again == 0


def test_leaps_over_the_page_are_not_going_on():
    places = [(0, 700.0 * (n % 3), 8, 700.0 * (n % 3) + 12) for n in range(3)] + [(50.0 * n, 300.0 * (n * 7 % 5), 50.0 * n + 8, 300.0 * (n * 7 % 5) + 12) for n in range(40)]
    assert follow(places).fresh(40) < 0.2
