"""Drafts: what comes next by a text, by tokens, and by what was written; how they find back; what their odds and costs decide."""

from __future__ import annotations

import random
import time
from functools import partial

import numpy as np
import pytest

from gotocr.decode.draft import TEXT as TOLD, Draft, Drafter, Odds
from gotocr.decode.draft_ids import EchoDraft, IdsDraft
from gotocr.decode.draft_text import Signs, TextDraft, parted
from gotocr.decode.draft_width import AGAIN, FIRST, Costs

TEXT = (
    "The harbour books\n\nThe lamp over the desk hummed softly while the archivist turned another leaf of the\n"
    "ledger and wrote down its number. In 1874 the whole shelf had been damp; by spring, half of\n"
    "the volumes were beyond repair, and nobody in the town could say which families they named.\n"
)
CODES = {chr(code): code for code in range(0x20, 0x7F)} | {"\n": 0x0A}


def encode(text: str) -> list[int]:
    """Pairs of letters are tokens as far as they are within a word, which may have a blank before it; all else is one each."""
    found, rest = [], text
    while rest:
        count = next(n for n in (3, 2, 1) if n == 1 or (len(rest) >= n and rest[:n].strip().isalpha() and rest[1:n].isalpha()))
        found.append(int.from_bytes(rest[:count].encode("utf-32-le"), "little"))
        rest = rest[count:]
    return found


def spell(token: int) -> str:
    return token.to_bytes(12, "little").rstrip(b"\0").ljust(4, b"\0").decode("utf-32-le") if token.bit_length() <= 21 else _long(token)


def _long(token: int) -> str:
    size = -(-token.bit_length() // 32)
    return token.to_bytes(4 * size, "little").decode("utf-32-le")


def calls(text: str, *drafts, width: int = 8) -> float:
    """Tokens written in a call of `width`, where the writer writes `text`."""
    ids = encode(text)
    assert "".join(map(spell, ids)) == text
    drafter, at, count = Drafter(spell, encode, drafts), 0, 0
    while at < len(ids):
        drafter.push(ids[at])
        at, count = at + 1, count + 1
        for token in drafter.next(width - 1).ids:
            if at == len(ids) or ids[at] != token:
                break
            drafter.push(token)
            at += 1
    return len(ids) / count


def worn(text: str, share: float, seed: int = 1) -> str:
    """Some letters are others, missing, or too many."""
    rng, made = random.Random(seed), []
    for letter in text:
        damage = rng.randrange(3) if rng.random() < share else None
        made.append({None: letter, 0: rng.choice("abcdefg"), 1: "", 2: letter + rng.choice("abcdefg")}[damage])
    return "".join(made)


def test_the_text_itself_is_the_best_draft():
    assert calls(TEXT, TEXT) > 7.5
    assert calls(TEXT) < 1.3 and calls(TEXT, "") < 1.3


@pytest.mark.parametrize(
    ("draft", "least"),
    [
        (" ".join(TEXT.split()), 4.0),  # without line breaks
        (TEXT.replace(" ", "\n"), 5.0),  # with one behind every word
        ("## " + TEXT.replace("ledger", "**ledger**").replace("1874", "$1874$"), 5.0),
        (TEXT.replace("the archivist", "<b>the</b> \\textbf{archivist}"), 5.5),
        (TEXT.replace("hummed softly ", "").replace("In 1874 the whole shelf had been damp; ", ""), 2.5),  # lacks stretches
        (TEXT[:120] + TEXT[60:], 5.5),  # says some twice
        (TEXT.replace("the", "tne"), 3.0),
        (worn(TEXT, 0.02), 3.5),
        (TEXT[90:] + TEXT[:90], 5.0),  # another order
        ("Of other things: " * 9 + TEXT, 5.0),
    ],
)
def test_other_marks_gaps_and_slips_do_not_lose_it(draft, least):
    assert calls(TEXT, draft) > least


def test_a_text_with_marks_is_drafted_by_one_without():
    marked = TEXT.replace("ledger", "**ledger**").replace("\n", " ").replace("half of", "\\frac{1}{2} of")
    assert calls(marked, TEXT) > 3.5


def test_cells_of_a_table_are_drafted_by_a_text_with_blanks():
    rows = [[f"{word}{number}" for number in range(3)] for word in ("north", "south", "east", "west", "inland")]
    table = "<table>" + "".join("<tr><td>" + "</td><td>".join(row) + "</td></tr>" for row in rows) + "</table>"
    plain = "\n".join(" ".join(row) for row in rows)
    assert calls(table, plain) > calls(table) > 2


def test_of_several_sources_the_best_is_taken_and_nonsense_does_no_harm():
    alone = calls(TEXT, worn(TEXT, 0.02))
    assert calls(TEXT, "zebra " * 40, worn(TEXT, 0.02)) > 0.9 * alone
    assert calls(TEXT, worn(TEXT, 0.3), TEXT) > 5


@pytest.mark.parametrize("seed", range(20))
def test_any_draft_of_any_text_is_borne(seed):
    rng = random.Random(seed)
    some = ["a", "b1", " ", "\n", "<", ">", "</", "\\", "{", "$", "<td>", "\\frac", "-", "é", "漢", "\u00ad"]
    text, other = ("".join(rng.choice(some) for _ in range(rng.randrange(120))) for _ in range(2))
    drafter = Drafter(lambda token: text[token] if rng.random() < 0.9 else "", lambda text: list(range(len(text))), [other, [1, 2, 3]])
    for token in range(len(text)):
        drafter.push(token)
        draft = drafter.next(rng.randrange(9))
        assert len(draft.ids) == len(draft.chances) <= 8
        assert all(0 < chance < 1 for chance in draft.chances) and sorted(draft.chances, reverse=True) == list(draft.chances)


def test_it_takes_little_time():
    """Tens of microseconds a token; ten times that is allowed here, where other work may run."""
    drafter = Drafter(spell, encode, [TEXT * 20])
    ids = encode(TEXT * 20)
    start = time.process_time()
    for token in ids:
        drafter.push(token)
    took = (time.process_time() - start) / len(ids)
    assert took < 5e-4


def test_a_page_that_is_one_gap_is_not_encoded_anew_for_every_token():
    asked = []
    draft = TextDraft("a" + "* " * 100_000 + "b", lambda text: (asked.append(len(text)), encode(text))[1])
    draft.push(0, "a")
    for _ in range(5):
        assert len(draft.next(8)) == 8 and draft.push(0, "* ")
    assert max(asked) < 1000


def test_what_is_a_sign():
    is_sign = Signs()
    text = "a <td>b</td> 3<4 \\frac{1}{x} \\(y\\) <"
    assert "".join(letter for letter in text if is_sign(letter)) == "ab341xy"
    signs, gaps = parted(text)
    assert signs == "ab341xy" and len(gaps) == 8 and "".join(gap + sign for gap, sign in zip(gaps, [*signs, ""])) == text


def test_a_gap_is_foretold_as_it_was_written_last():
    draft = TextDraft("one\ntwo\nthree\nfour", lambda text: list(map(ord, text)))
    for letter in "one two ":
        draft.push(0, letter)
    assert "".join(map(chr, draft.next(99))) == "three four"
    assert draft.push(0, "x") is False and draft.push(0, "") is None
    for letter in "three":
        draft.push(0, letter)
    assert "".join(map(chr, draft.next(5))) == " four" and draft.push(0, " four") is True
    assert draft.next(9) == []


def test_tokens_are_followed_over_what_is_missing_and_too_much():
    ids = list(range(100, 160))
    for written, following in (
        ([100, 101], 102),
        ([100, 7, 102], 103),  # another token
        ([100, 101, 7, 8, 102, 103], 104),  # more tokens
        ([100, 101, 110, 111, 112], 113),  # fewer
        ([100, 130, 131, 101, 102], 103),  # back again
    ):
        draft = IdsDraft(ids)
        told = [draft.push(token, "") for token in written]
        assert draft.next(3) == [following, following + 1, following + 2] and told[0] is True
    assert IdsDraft([]).next(4) == [] and IdsDraft([]).push(3, "") is False


def test_what_was_written_is_expected_again_and_goes_round():
    echo = EchoDraft()
    for token in [1, 2, 3, 4, 5, 6, 1, 2]:
        echo.push(token, "")
    assert echo.next(4) == [3, 4, 5, 6] and echo.run == 2
    assert echo.push(3, "") is True and echo.push(9, "") is False and echo.next(4) == []
    echo = EchoDraft()
    for token in [7, 8, 7, 8, 7, 8]:
        echo.push(token, "")
    assert echo.next(5) == [7, 8, 7, 8, 7]


def test_odds_are_learnt():
    odds = Odds(TOLD)
    before = odds.ahead(8, 4)
    for _ in range(40):
        odds.learn(8, False)
        odds.learn(0, True)
    assert odds.ahead(8, 1)[0] < 0.2 < before[0] and odds.ahead(0, 1)[0] > 0.9
    assert len(before) == 4 and before == sorted(before, reverse=True)


def known(widths=(4, 8), **seconds: float) -> Costs:
    costs = Costs(widths)
    for _ in range(FIRST):
        costs.took(1, 1.0)
    for name, value in seconds.items():
        costs.took(int(name[1:]), value)
    return costs


def test_the_width_that_pays_most_is_taken():
    sure, doubtful = [0.99**n for n in range(1, 8)], [0.5**n for n in range(1, 8)]
    costs = known(_4=2.0, _8=3.4)
    assert costs.best(sure, 99) == 8 and costs.best(sure, 7) == 4 and costs.best(sure, 3) == 1
    assert costs.best(doubtful, 99) == 1 and costs.best([], 99) == 1
    assert costs.best(sure[:4], 99) == 4 and known(_4=2.0, _8=2.1).best(sure[:6], 99) == 8, "a call may be filled up"
    assert known(_4=4.5, _8=9.0).best(sure, 99) == 1, "where several tokens cost as much as each alone, nothing is checked"


def test_nothing_is_checked_before_one_token_was_measured_and_that_is_done_again():
    costs = Costs((4, 8))
    sure = [0.99] * 7
    assert costs.best(sure, 99) == 1
    costs = known(_8=2.0)
    assert costs.best(sure, 99) == 8
    for _ in range(AGAIN):
        costs.took(8, 2.0)
    assert costs.best(sure, 99) == 1
    costs.took(1, 1.0)
    assert costs.best(sure, 99) == 8


def test_a_clock_that_stands_still_means_no_drafts():
    costs = Costs((4, 8))
    for width in (1, 1, 1, 1, 4, 8):
        costs.took(width, 0.0)
    assert costs.best([0.99] * 7, 99) == 1


def test_times_of_others_work_are_not_believed_at_once_and_forgotten_in_the_end():
    costs = known(_8=2.0)
    costs.took(8, 90.0)
    assert costs.of(8) <= 2.5
    costs.took(8, 1.5)
    assert costs.of(8) == 1.5
    for _ in range(1600):
        costs.took(1, 1.0)
    assert costs.of(8) < 0.8, "so that it is tried again"
    assert Costs().of(3) == 0 and known().of(4) == pytest.approx(1.9)
    assert known(_2=1.2, _6=2.0).of(4) == pytest.approx(1.6, rel=0.02)


def test_a_draft_has_as_many_chances_as_tokens():
    assert Draft() == Draft((), ())
    drafter = Drafter(spell, partial(list), [[1, 2, 3]])
    drafter.push(1)
    draft = drafter.next(7)
    assert draft.ids == [2, 3] and len(draft.chances) == 2 and np.all(np.diff(draft.chances) < 0)
