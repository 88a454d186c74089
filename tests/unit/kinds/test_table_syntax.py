"""The grammar of tables allows every table that is drawn, and only what reads as a table, wherever it is broken off."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gotocr.decode.grammar import Grammar
from gotocr.draw.supply import Supply
from gotocr.kinds.table import KIND, invented, special
from gotocr.kinds.table.content import crop, settle, visible
from gotocr.kinds.table.truth import write
from gotocr.train.phrases import TABLE

GRAMMAR = Grammar(KIND.grammar)
PIECES = [piece for piece in TABLE if "\n" not in piece] + [*"<>/&;$ =\"0123456789abdtrcolspwxyé·\n"]
MOST_STACKS = 8
MEANT = re.compile(r"columns wide|below the last row|runs into one from above")  # what no such grammar can tell


@pytest.fixture(scope="module")
def truths() -> list[str]:
    supply, found = Supply(), []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        make = special.special if seed % 2 else lambda rng, supply: invented.invent(rng, supply, (12, 6))
        content = settle(crop(make(rng, supply), int(rng.integers(1, 30)), int(rng.integers(1, 9))))
        if content is not None:
            text = write(visible(content, False, False, seed % 3 == 0)).format
            found += [text[span.start : span.end] for span in KIND.find(text)]
    return found


def test_every_table_may_be_written(truths: list[str]) -> None:
    rng, escaped, spanned = np.random.default_rng(1), 0, 0
    for truth in truths:
        state, at = GRAMMAR.start, 0
        while at < len(truth):
            size = int(rng.integers(1, 9))
            before, state = state, state.after(truth[at : at + size])
            assert state is not None, (truth[:at][-60:], truth[at : at + size])
            assert before.closing(), "it is not done before its end"
            at += size
        assert state.is_done and state.closing() == ""
        escaped, spanned = escaped + ("&" in truth), spanned + ("span" in truth)
    assert len(truths) > 280 and escaped > 5 and spanned > 50


def test_what_is_broken_off_is_ended_as_a_table(truths: list[str]) -> None:
    rng = np.random.default_rng(2)
    for truth in truths:
        begun = truth[: int(rng.integers(1, len(truth)))]
        whole = begun + GRAMMAR.start.after(begun).closing()
        problems = KIND.parse(whole).problems
        assert all(MEANT.search(problem) for problem in problems), (whole, problems)


def test_a_writer_at_random_writes_tables() -> None:
    rng, most = np.random.default_rng(3), 0
    for _ in range(60):
        state, written = GRAMMAR.start, ""
        for _ in range(300):
            piece = PIECES[int(rng.integers(len(PIECES)))]
            if (then := state.after(piece)) is not None and not state.is_done:
                state, written = then, written + piece
                most = max(most, len(state._stacks))
        whole = written + state.closing()
        problems = KIND.parse(whole).problems
        assert all(MEANT.search(problem) for problem in problems), (whole, problems)
        assert whole == "".join(whole[span.start : span.end] for span in KIND.find(whole)), "one table and nothing else"
    assert most <= MOST_STACKS


@pytest.mark.parametrize(
    "text",
    ["a", "<table >", "<table></table>", "<table><td>", "<table>a", "<table><tr></tr>", "<table><tr>a", "<table><tr><td>a</tr>"]
    + ["<table><tr><td>a</td></table>", '<table><tr><td colspan="0">', '<table><tr><td class="a">', "<table><tr><td><b>"]
    + ['<table><tr><td colspan="2" colspan="2">', "<table><tr><td>a & ", "<table><tr><td>a\n", "<table><tr><td>&lt "]
    + ['<table><tr><td rowspan="2">a</td><td>b</td></tr><tr></tr>', "<table><tr><td>a</td></tr></tr>"],
)
def test_what_is_no_table_may_not_be_written(text: str) -> None:
    assert GRAMMAR.start.after(text) is None


@pytest.mark.parametrize(
    "text",
    ["<table><tr><td>a > b</td><td></td></tr></table>", '<table><tr><td rowspan="2" colspan="12">$x$ costs $5</td></tr><tr></tr></table>'],
)
def test_other_ways_to_write_a_table_are_allowed(text: str) -> None:
    state = GRAMMAR.start.after(text)
    assert state is not None and state.is_done
