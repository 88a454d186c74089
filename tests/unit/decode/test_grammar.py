"""Only tables can be written within a table, token by token, and every table can."""

from __future__ import annotations

import numpy as np
import pytest

from gotocr.decode.grammar import TableState, allowed
from gotocr.kinds.table.reading import check, parse

TABLES = (
    "<table><tr><td>a</td><td></td></tr></table>",
    '<table><tr><td colspan="2">a & b > c</td></tr><tr><td rowspan="12" colspan="3">1</td><td>2</td></tr></table>',
)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("size", [1, 3, 50])
def test_tables_may_be_written(table: str, size: int) -> None:
    rest = table.removeprefix("<table")
    state = TableState()
    for at in range(0, len(rest), size):
        state = state.after(rest[at : at + size])
        assert state is not None
    assert state.level == "closed"


@pytest.mark.parametrize(
    "text",
    ["<table>a", "<table></table>", "<table><td>", "<table><tr></tr>", "<table><tr>a", "<table><tr><td>a</tr>", "<table><tr><td><td>"]
    + ["<table><tr><td>a</td></table>", '<table><tr><td colspan="0">', '<table><tr><td class="a">', "<table><tr><td><b>", "<table >"],
)
def test_what_is_no_table_may_not(text: str) -> None:
    assert TableState().after(text.removeprefix("<table")) is None


def test_the_likeliest_token_that_fits_is_left_on_top() -> None:
    texts = ["a", "</td", "<tr", ">", "", "<td"]
    state = TableState().after("><tr>")
    logits = np.array([5.0, 4, 3, 2, 9, 1], np.float32)
    changed = allowed(logits, state, texts.__getitem__)
    assert texts[changed.argmax()] == "<td" and logits.argmax() == 4, "given logits stay as they are"
    in_cell = state.after("<td>")
    assert texts[allowed(logits, in_cell, texts.__getitem__).argmax()] == "a"
    assert allowed(logits, state, lambda token: "x") is logits, "where nothing fits nothing is changed"


def test_tags_are_not_begun_letter_by_letter() -> None:
    texts = ["<", "</", "<td>", "</td></tr>", "a"]
    row, cell = TableState().after("><tr>"), TableState().after("><tr><td>")
    logits = np.array([5.0, 4, 1, 0, 6], np.float32)
    assert texts[allowed(logits, row, texts.__getitem__).argmax()] == "<td>"
    assert texts[allowed(np.array([5.0, 4, 1, 0, -1], np.float32), cell, texts.__getitem__).argmax()] == "</td></tr>"
    assert texts[allowed(logits[:2], row, texts.__getitem__).argmax()] == "<", "but where there is nothing else"


def test_a_writer_at_random_writes_tables_only() -> None:
    rng = np.random.default_rng(0)
    texts = ["<table", "<tr", "<td", "</td", "</tr", "</t", "able", ">", "a", "1", ' colspan="', "", *'<>/tdrablecopsnw="2']  # as a vocabulary has: every single character, too
    for _ in range(50):
        state, written = TableState(), "<table"
        for count in range(400):
            logits = rng.normal(size=len(texts)).astype(np.float32)
            if count > 60:  # it wants to end at last
                logits[[3, 4, 5, 6, 7]] += 3
            token = int(allowed(logits, state, texts.__getitem__).argmax())
            state, written = state.after(texts[token]), written + texts[token]
            assert state is not None
            if state.level == "closed":
                break
        assert state.level == "closed" and "the table is never closed" not in check(parse(written))
