"""Ink is read once, and where none is left the writing ends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gotocr.decode.loop import choose
from gotocr.decode.grammar import Grammar
from gotocr.decode.guide import Guide, Spelling
from gotocr.engines.nano_steps import BEHIND, READ, STRAYS, NanoRow, Question, Unread
from gotocr.errors import EngineError

COLUMNS, END, LETTER = 8, 0, 5


def glyph_box(column: int, row: int = 0) -> np.ndarray:
    """The box of a glyph that fills one cell of 4 x 8 pixels."""
    return np.array([4 * column, 8 * row, 4 * column + 4, 8 * row + 8], np.float32)


def inked(*columns: int, rows: int = 2) -> np.ndarray:
    ink = np.full((rows, COLUMNS), -6.0, np.float32)
    ink[0, list(columns)] = 4.0
    return ink


def test_ink_is_struck_out_behind_the_writer() -> None:
    unread = Unread(inked(0, 2, 4, 6), COLUMNS)
    for column in (0, 2, 4):
        unread.pass_over(glyph_box(column))
        assert not unread.is_done
    assert unread.ink[0] == READ and unread.ink[4] == 4.0, f"{BEHIND} tokens are waited for"
    unread.pass_over(glyph_box(6))
    assert unread.is_done


def test_a_neighbour_is_not_taken_for_read() -> None:
    unread = Unread(inked(0, 1), COLUMNS)
    unread.pass_over(glyph_box(0))
    assert not unread.is_done


def test_straying_over_paper_ends_it() -> None:
    unread = Unread(inked(0, 7), COLUMNS)
    for _ in range(STRAYS):
        assert not unread.is_done
        unread.pass_over(glyph_box(3, 1))
    assert unread.is_done
    unread.pass_over(glyph_box(7))
    assert unread.strays == 0


@pytest.mark.parametrize("box", [(np.nan, 0, np.inf, 8), (-90, -90, -80, -80), (900, 900, 990, 990), (10, 4, 2, 1)])
def test_boxes_outside_or_inside_out_do_no_harm(box: tuple) -> None:
    unread = Unread(inked(3), COLUMNS)
    for _ in range(BEHIND + 2):
        unread.pass_over(np.array(box, np.float32))
        unread.skipped(np.array(box, np.float64))
        unread.hold(np.array(box, np.float32))
        unread.let_go()
    assert unread.ink.shape == (2 * COLUMNS,)


class Writer:
    """A model that never ends: always the same letter, one glyph further right."""

    def __init__(self) -> None:
        self.asked: list[Question] = []

    def __call__(self, question: Question) -> tuple[np.ndarray, np.ndarray]:
        self.asked.append(replace(question, ink=question.ink.copy()))
        logits = np.zeros(10, np.float32)
        logits[LETTER] = 3
        return logits, glyph_box(min(len(self.asked) - 1, COLUMNS - 1))


class Reading:
    """A row alone, and the model that answers it."""

    def __init__(self, writer, unread: Unread, guide=None, prompt=(2,)) -> None:
        self.row, self.writer = NanoRow(None, prompt, unread, END, guide), writer

    def begin(self):
        return self._hear(self.row.begin())

    def feed(self, token: int):
        return self._hear(self.row.push(token))

    def _hear(self, question: Question):
        while (step := self.row.hear(self.writer(question))) is None:
            question = self.row.question
        return step


def test_the_end_is_forced_when_all_is_read() -> None:
    writer = Writer()
    reading = Reading(writer, Unread(inked(0, 1, 2), COLUMNS))
    step, written = reading.begin(), 0
    while step.logits.argmax() != END:
        step, written = reading.feed(int(step.logits.argmax())), written + 1
        assert written < 20
    assert written == 3
    assert choose(step.logits, 5.0) == (END, 1.0), "that nothing is left is certain, however unsure of its words it is"


def test_each_token_goes_in_with_the_place_it_was_written_at() -> None:
    writer = Writer()
    reading = Reading(writer, Unread(inked(*range(8)), COLUMNS))
    step = reading.begin()
    reading.feed(LETTER)
    prompt, letter = writer.asked
    assert not prompt.place.any() and (letter.place == glyph_box(0)).all() and step.box == tuple(glyph_box(0))
    assert letter.token == LETTER and (prompt.position, letter.position) == (0, 1)


def test_a_prompt_of_several_tokens_is_read_to_its_end() -> None:
    writer = Writer()
    reading = Reading(writer, Unread(inked(*range(8)), COLUMNS), prompt=(2, 3, 4))
    reading.begin()
    reading.feed(LETTER)
    assert [(question.token, question.position) for question in writer.asked] == [(2, 0), (3, 1), (4, 2), (LETTER, 3)]
    assert not any(question.place.any() for question in writer.asked[:3]), "a prompt stands on no ink"


def test_an_empty_prompt_is_refused() -> None:
    with pytest.raises(EngineError, match="prompt"):
        Reading(Writer(), Unread(inked(0), COLUMNS), prompt=())


TEXTS = {3: "<table><tr><td>", 4: "</td></tr></table>", LETTER: "a", 6: "\n", 7: "# ", 8: "```smiles\n", 9: "\n```"}
GRAMMARS = {"table": Grammar('t ::= "<table>" ("<tr>" ("<td>" [^<]* "</td>")+ "</tr>")+ "</table>"')}


def guided(texts: dict[int, str]) -> Guide:
    known = {text: token for token, text in texts.items()}
    return Guide(Spelling([texts.get(token, "") for token in range(10)], lambda text: [known[text]] if text in known else []), GRAMMARS.get)


def begun(*columns: int) -> tuple[Reading, Unread]:
    unread = Unread(inked(*columns), COLUMNS)
    reading = Reading(Writer(), unread, guided(TEXTS))
    reading.begin()
    return reading, unread


def test_a_fence_may_come_back_to_its_ink_and_is_read_when_it_ends() -> None:
    reading, unread = begun(0, 1, 2, 6)
    for token in [8] + [LETTER] * 5:  # it goes on over ink that was written, and past all of it
        assert reading.feed(token).logits.argmax() == LETTER
    assert (unread.ink[[0, 1, 2, 6]] == 4.0).all(), "nothing is struck out within"
    step = reading.feed(9)
    assert (unread.ink[:8] == READ).all() and step.logits.argmax() == END, "all that lies between is read"


def test_letters_of_a_table_are_read_once_and_its_marks_close_it() -> None:
    reading, unread = begun(1, 2, 3)
    steps = [reading.feed(token).logits.argmax() for token in [3] + [LETTER] * 3]
    assert steps == [LETTER] * 3 + [4], "all ink is read: what is left to write is its end"
    assert (unread.ink[[1]] == READ).all()
    assert reading.feed(4).logits.argmax() == END


def test_in_a_table_the_likeliest_token_that_may_stand_there_is_written() -> None:
    class Rower(Writer):
        def __call__(self, question):
            logits, box = super().__call__(question)
            logits[[4, 3]] = 2, 1
            return logits, box

    reading = Reading(Rower(), Unread(inked(*range(8)), COLUMNS), guided({**dict.fromkeys(range(10), "a"), 3: "<table", 4: "><tr>"}))
    reading.begin()
    assert reading.feed(3).logits.argmax() == 4, "no letter before the first cell"


def test_a_table_that_writes_letters_without_ink_is_closed_and_ended() -> None:
    reading, unread = begun(1)
    unread._grid[1, 5] = 4  # ink that it never comes to
    steps = [reading.feed(token).logits.argmax() for token in [3] + [LETTER] * 6]
    assert steps[:4] == [LETTER] * 4 and steps[-1] == 4, "what is left to write is its end"
    assert reading.feed(4).logits.argmax() == END


class Ending(Writer):
    """Wants to end the row behind its first letter, more or less surely, and stands where it is told."""

    def __init__(self, sure: float, *columns: int) -> None:
        super().__init__()
        self.sure, self.columns = sure, columns

    def __call__(self, question):
        self.asked.append(question)
        logits = np.full(10, -9, np.float32)
        logits[[7, 8]] = np.log([self.sure, 1 - self.sure]) if question.token == LETTER else (-9, 0)
        return logits, glyph_box(self.columns[min(len(self.asked), len(self.columns)) - 1])


ROWS = {3: "<table><tr><td>", LETTER: "a", 6: "<td>", 7: "</td></tr>", 8: "</td>", 9: "</tr>", 4: "</td></tr></table>"}


def rows_of(sure: float, *columns: int, ink: tuple[int, ...] = (0, 3, 4, 7)) -> tuple[Reading, Unread]:
    unread = Unread(inked(*ink), COLUMNS)
    reading = Reading(Ending(sure, *columns), unread, guided(ROWS))
    reading.begin()
    reading.feed(3)
    return reading, unread


def test_a_row_goes_on_while_there_is_ink_in_its_line() -> None:
    assert rows_of(0.6, 0, 0, 0)[0].feed(LETTER).logits.argmax() == 8, "a cell's end, since there are more"
    assert rows_of(0.9, 0, 0, 0)[0].feed(LETTER).logits.argmax() == 7, "who is sure of it is believed"
    reading, unread = rows_of(0.6, 0, 0, 0, ink=(0,))
    unread._grid[1, 3:5] = 4
    assert reading.feed(LETTER).logits.argmax() == 7, "ink of another line is none of its"


def test_a_table_whose_ink_is_read_is_closed() -> None:
    reading, unread = rows_of(0.6, 0, 0, 0, ink=(0,))
    assert reading.feed(LETTER).logits.argmax() == 4 and unread.is_read


def test_no_cell_is_written_on_a_cell() -> None:
    reading, _ = rows_of(0.1, 0, 0, 0, 0)
    reading.feed(LETTER)
    assert reading.row._cells.covers(tuple(glyph_box(0))) is False
    reading.feed(8)
    reading.feed(6)
    assert reading.row._cells.covers(tuple(glyph_box(0)))
    assert reading.feed(8).logits.argmax() == 9, "its row ends instead"


def test_marks_are_no_strays() -> None:
    unread = Unread(inked(0, 7), COLUMNS)
    for _ in range(3 * STRAYS):
        unread.pass_over(glyph_box(3, 1), is_mark=True)
    assert unread.strays == 0 and not unread.is_done
    reading = Reading(Writer(), Unread(inked(0, 7), COLUMNS), guided(TEXTS))
    reading.begin()
    assert all(reading.feed(token).logits.argmax() == LETTER for token in [6, 6, 7, 6, 6])


class Jumper:
    """Writes letters along the first row, but after the second wants to jump to the last row as long as there is ink."""

    def __init__(self) -> None:
        self.inks, self.positions = [], []

    def __call__(self, question):
        self.inks.append(question.ink.copy())
        self.positions.append(question.position)
        grid = question.ink.reshape(-1, COLUMNS)
        if question.position == 2 and (grid[-1] > 0).any():
            box = glyph_box(1, len(grid) - 1)
        else:
            box = glyph_box(min(question.position, COLUMNS - 1))
        logits = np.zeros(10, np.float32)
        logits[LETTER] = 3
        return logits, box


def test_a_line_that_goes_on_is_not_left() -> None:
    ink = inked(0, 1, 2, 3, 4, 5, rows=4)
    ink[3, :5] = 4.0
    writer = Jumper()
    reading = Reading(writer, Unread(ink, COLUMNS))
    reading.begin()
    boxes = [reading.feed(LETTER).box for _ in range(2)]
    assert boxes == [tuple(glyph_box(1)), tuple(glyph_box(2))], "asked again, it goes on in the line"
    again = writer.inks[-1].reshape(-1, COLUMNS)
    assert len(writer.inks) == 4 and (again[3] == READ).all() and (again[0, 3:5] == 4.0).all()
    assert writer.positions == [0, 1, 2, 2], "asked again, the token stands where it stood"


def test_a_line_that_ends_or_a_speck_is_left() -> None:
    ink = inked(0, 1, 3, rows=4)  # a speck a little to the right
    ink[3, :5] = 4.0
    writer = Jumper()
    reading = Reading(writer, Unread(ink, COLUMNS))
    reading.begin()
    assert [reading.feed(LETTER).box for _ in range(2)][1] == tuple(glyph_box(1, 3)) and len(writer.inks) == 3


class Leaper:
    """Writes two letters of the first row, then wants to go on in the middle of the third row as long as there is ink."""

    def __init__(self) -> None:
        self.inks = []

    def __call__(self, question):
        self.inks.append(question.ink.copy())
        grid = question.ink.reshape(-1, COLUMNS)
        if question.position < 2:
            box = glyph_box(question.position)
        elif (grid[2, 5:] > 0).any():
            box = glyph_box(5, 2)
        else:
            box = glyph_box(int(np.flatnonzero(grid[2] > 0)[0]), 2)
        logits = np.zeros(10, np.float32)
        logits[LETTER] = 3
        return logits, box


def test_a_line_is_entered_where_it_begins() -> None:
    ink = inked(0, 1, rows=4)
    ink.reshape(-1, COLUMNS)[2, [0, 1, 2, 4, 5, 6]] = 4.0
    writer = Leaper()
    reading = Reading(writer, Unread(ink, COLUMNS))
    reading.begin()
    assert [reading.feed(LETTER).box for _ in range(2)][1] == tuple(glyph_box(0, 2)), "asked again, it begins at its left"
    again = writer.inks[-1].reshape(-1, COLUMNS)
    assert (again[2, [0, 1, 2, 4]] == 4.0).all() and (again[2, 5:] == READ).all()


def test_what_stands_far_to_the_left_is_another_column() -> None:
    ink = inked(0, 1, rows=4)
    ink.reshape(-1, COLUMNS)[2, [5, 6]] = 4.0
    writer = Leaper()
    reading = Reading(writer, Unread(ink, COLUMNS))
    reading.begin()
    assert [reading.feed(LETTER).box for _ in range(2)][1] == tuple(glyph_box(5, 2)) and len(writer.inks) == 3


class Strayer:
    """Writes two letters, then letters on paper, as long as it may; where only ink is left it stands there, so sure of it."""

    def __init__(self, sure: float) -> None:
        self.asked, self.sure = [], sure

    def __call__(self, question):
        grid = question.ink.reshape(-1, COLUMNS)
        self.asked.append(question.position)
        led = not ((grid > READ) & (grid < 0)).any()  # no paper to stand on
        if led:
            row, column = np.argwhere(grid > 0)[0]
            box = glyph_box(column, row)
        else:
            box = glyph_box(question.position) if question.position < 2 else glyph_box(6, 1)
        logits = np.full(10, -20.0, np.float32)
        logits[LETTER] = 0.0
        if led:
            logits[[6, 7]] = np.log((1 / self.sure - 1) / 2)
        return logits, box


def strayed(sure: float) -> tuple[list, list]:
    """Where each token of such a writer stands, and at which position it was asked."""
    ink = inked(0, 1, rows=8)
    ink.reshape(-1, COLUMNS)[6] = 4.0
    writer, written = Strayer(sure), []
    reading = Reading(writer, Unread(ink, COLUMNS))
    step = reading.begin()
    while np.isfinite(step.logits).sum() > 1:
        written.append(step.box)
        step = reading.feed(LETTER)
        assert len(written) < 40
    return written, writer.asked


def test_who_strays_is_led_to_the_ink_that_is_left() -> None:
    written, _ = strayed(0.9)
    lower = [box[0] for box in written if box[1] == 48]
    assert len(lower) >= 3 and lower == sorted(lower) and lower[0] == 0, lower


def test_who_is_not_sure_of_that_ink_goes_on_as_before(monkeypatch) -> None:
    written, asked = strayed(0.4)
    assert not [box for box in written if box[1] == 48] and max(map(asked.count, asked)) == 3, "asked, led, asked as at first"
    monkeypatch.setattr(Unread, "elsewhere", lambda self, box: None)
    assert strayed(0.9)[0] == written
