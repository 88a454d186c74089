"""Honest repetition passes, circles do not."""

from __future__ import annotations

import random
import string

import pytest

from gotocr.decode.guard import LETTERS, LINES, MARKS, NUMBERED, SENTENCE, SPACES, WORD, WRITTEN, Guard, sort_of

SAID = ["The ", "quick ", "brown ", "fox ", "jumps ", "over ", "the ", "lazy ", "dog ", "and ", "runs ", "away. "]


def watch(texts, box=lambda index: None):
    """How many tokens were written when a loop was seen, and how many of them are to be cut; None where none ever is."""
    guard = Guard()
    for index, text in enumerate(texts):
        guard.push(hash(text), text, box(index))
        if guard.loop:
            return index + 1, guard.loop
    return None


def moving(index):
    """Ink that goes right and down like writing does: 40 tokens a line."""
    left, top = 10.0 * (index % 40), 20.0 * (index // 40)
    return (left, top, left + 8, top + 12)


def prose(count, seed=1):
    """Words of letters by chance: no phrase comes twice."""
    rng = random.Random(seed)
    return ["".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 8))) + " " for _ in range(count)]


CELLS = ["<td>", "</td>"] * 300
LEADERS = [text for line, title in enumerate(prose(30, seed=9)) for text in (title, *"." * 120, f"{line * line}\n")]
RULE = ["-"] * 250
ROWS = [text for row in range(60) for text in ("<tr>", "<td>", f"{row * row % 91}", "</td>", "<td>", "yes", "</td>", "</tr>")]
ZEROS = ["0", ".", "0", "0", " & "] * 120
BLANKS = ["Name", ": ", "____", " Date", ": ", "____", "\n"] * 20
RESTS = ["z", "4", " |"] * 60
HONEST = {"cells": CELLS, "leaders": LEADERS, "rule": RULE, "rows": ROWS, "zeros": ZEROS, "blanks": BLANKS, "rests": RESTS}


@pytest.mark.parametrize("name", HONEST)
@pytest.mark.parametrize("box", [lambda index: None, moving], ids=["no boxes", "moving"])
def test_honest_repetition_passes(name, box):
    assert watch(prose(40) + HONEST[name], box) is None


@pytest.mark.parametrize("texts", [RULE * 8, ["0"] * 2000, CELLS * 4, SAID * 20], ids=["rule", "digits", "cells", "words"])
def test_more_of_it_passes_where_the_ink_moves_on(texts):
    assert watch(texts, moving) is None or len(texts) > 200 and watch(texts, moving)[0] > 2.5 * watch(texts)[0]


def test_prose_passes():
    assert watch(prose(4096)) is None
    letters = random.Random(1).choices(string.ascii_lowercase, k=4096)
    assert watch(letters) is None


@pytest.mark.parametrize("period", [1, 2, 5, 12, 40, 200])
def test_a_circle_of_words_is_found_soon_and_one_round_stays(period):
    lead, once = prose(30), prose(period, seed=2)
    written, cut = watch(lead + once * 4000)
    assert written - cut == 30 + period
    assert cut <= 4 * period + 100


@pytest.mark.parametrize("once", [["<td>", "</td>"], ["0"], ["."], ["<td>", "0", ".", "0", "0", "</td>"]])
def test_a_circle_of_marks_is_found_late_but_found(once):
    written, cut = watch(prose(30) + once * 4000)
    assert 30 < written - cut <= 30 + max(len(once), 15) and 700 < cut < 1000, "fifteen digits are one number"


def test_a_page_may_say_everything_four_times():
    texts = prose(400)
    assert watch(texts * 4) is None and watch(texts[:200] * 4 + texts[200:] * 4) is None


def test_counting_on_is_a_circle_too():
    texts = [letter for n in range(1, 2000) for letter in (*str(n), ". ", *SAID)]
    written, cut = watch(prose(30) + texts)
    assert cut < 250 and written - cut < 30 + 3 * 14, "two rounds stay: it takes two to count"
    assert watch([letter for n in range(1, 60) for letter in (*str(n), ". ", "A ", "B ", "C ", "\n")]) is None


def test_a_round_that_wavers_is_noticed_by_its_phrases():
    rng = random.Random(3)
    texts = []
    for _ in range(300):
        cut = rng.randrange(12)
        texts += [*SAID[:cut], rng.choice(SAID), *SAID[cut + 1 :]]
    found = watch(prose(60) + texts)
    assert found and found[0] < 1500


@pytest.mark.parametrize("width", [8.0, 0.0], ids=["ink", "no width"])
def test_letters_read_again_in_their_place_are_noticed_at_once(width):
    letters = list("Thequickbrownfoxjumps")
    where = [(12.0 * n, 0.0, 12.0 * n + width, 10.0) for n in range(len(letters))]
    written, cut = watch(letters * 50, lambda index: where[index % len(letters)])
    assert written - cut == len(letters) and cut <= 24


def test_so_is_what_is_written_over_other_letters():
    texts = [text.strip()[0] for text in prose(400)]
    found = watch(texts, lambda index: moving(index % 150))
    assert found and 150 < found[0] < 220


def test_a_pointer_that_stands_still_though_it_moved_before_is_noticed():
    found = watch([text.strip()[0] for text in prose(400)], lambda index: moving(min(index, 200)))
    assert found and 200 < found[0] < 280


def test_boxes_of_whole_lines_say_nothing():
    texts = [letter for text in prose(600) for letter in text]
    assert watch(texts, lambda index: (0.0, 20.0 * (index // 60), 600.0, 20.0 * (index // 60) + 15)) is None


def test_data_in_a_fence_may_name_the_same_ink_again():
    names = list("ApplesBananasGrapesLemons")
    texts = ["```", "chart\n", *[letter for n in range(8) for letter in (*names, f"{n * n}")], "\n```\n"]
    places = [moving(index % (len(names) + 1)) for index in range(len(texts))]
    assert watch(texts, lambda index: places[index]) is None
    assert watch(["x ", *texts[2:]], lambda index: places[index]) is not None


def test_run_counts_what_may_be_a_circle():
    guard, runs = Guard(), []
    for token, text in enumerate(["a", "b", "c", "a", "b", "z"]):
        guard.push(token, text)
        runs.append(guard.run)
    assert runs == [0, 0, 0, 1, 2, 0]


def test_tokens_without_text_are_known_by_their_number():
    guard = Guard()
    for token in [1, 2, 3] * 400:
        guard.push(token, "")
    assert guard.loop == guard.run == 1197


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("and so on, he said. ", SENTENCE), ("la ", WORD), ("你好世界", SENTENCE), ("Row your boat,\nrow", LINES), ("Day 12 ", NUMBERED),
        ("<td>yes</td>", WRITTEN), ("Name and date: __ ", WRITTEN), ("Name: ______ ", MARKS), ("items.append(None)\n", WRITTEN), ("Intro ..... ", WRITTEN),
        ("0.00 ", MARKS), ("<td></td>", MARKS), ("z4 | ", MARKS), ("GATTACA" * 6, MARKS), ("ofofof" * 6, LETTERS), (" ", SPACES), ("\n \n", SPACES),
    ],
)  # fmt: skip
def test_what_is_repeated_decides_how_patient_to_be(text, sort):
    assert sort_of(text) is sort


def test_boxes_of_any_kind_are_taken():
    guard = Guard()
    for box in [(5, 5, 1, 1), (3, 3, 1, 1), (float("nan"),) * 4, (float("inf"),) * 4, (0, 0, 1e308, 1e308), None, (0, 0, 0, 0)] * 60:
        guard.push(1, "a", box)
    assert guard.run == 419


def test_it_costs_little():
    import time

    texts = [letter for text in prose(800) for letter in text]
    guard, began = Guard(), time.process_time()
    for index, text in enumerate(texts):
        guard.push(index, text, moving(index))
    assert time.process_time() - began < 200e-6 * len(texts), "far less than any model needs for a token"


@pytest.mark.parametrize("moves", [0.0, 9.0])
def test_marks_that_come_back_to_their_places_are_no_progress(moves):
    guard, cut = Guard(), None
    for number in range(900):
        round_, place = divmod(number, 3)
        left = 100.0 + 10 * place + moves * round_
        guard.push(place, "D/ "[place], (left, 20.0, left + 9, 30.0))
        if guard.loop and cut is None:
            cut = number
    assert cut is None if moves else 120 < cut < 160
