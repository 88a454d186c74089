"""Pictures that are looked at in another thread while others are written: who waits for whom, and what is left behind."""

from __future__ import annotations

import threading
import time
from contextlib import closing

import pytest

from gotocr.decode.batch import AHEAD, Opened, Rows, write_each
from gotocr.errors import EngineError
from tests.unit.decode.test_batch import LONG, STOP, TEXTS, Model, Script, alone, sorted_out

WAIT = 60  # seconds, of a test that fails


class Looking(Model):
    """Looks at scripts in `look`, in whichever thread, when `gates` of theirs open."""

    def __init__(self, most=2):
        super().__init__(most)
        self.gates: dict[int, threading.Event] = {}
        self.threads: list[str] = []
        self.begun: list[int] = []
        self.faults: dict[int, EngineError] = {}
        self.rows = Rows(self.open_looked, self.answer, most, self.look)

    def look(self, job, is_over=lambda: False):
        self.begun.append(id(job))
        self.threads.append(threading.current_thread().name)
        assert id(job) not in self.gates or self.gates[id(job)].wait(WAIT)
        if id(job) in self.faults:
            raise self.faults[id(job)]
        return "looked", job

    def open_looked(self, job, looked) -> Opened:
        assert looked == ("looked", job), "each is given what was seen of its own picture"
        return self.open_row(job)


@pytest.mark.parametrize("most", [1, 2, 5])
def test_all_is_written_as_alone(most):
    model = Looking(most)
    found = sorted_out(write_each(model.rows, [Script(tokens) for tokens in TEXTS]))
    assert [found[number] for number in range(len(TEXTS))] == [alone(tokens) for tokens in TEXTS]
    assert any(name.startswith("gotocr-look") for name in model.threads) and model.threads[0] == threading.current_thread().name


def test_writing_goes_on_while_a_picture_is_looked_at():
    model, first, second = Looking(), Script(LONG), Script([1, STOP])
    model.gates[id(second)] = threading.Event()
    with closing(write_each(model.rows, [first, second])) as pairs:
        found = [next(pairs) for _ in range(len(LONG) - 1)]
        assert {number for number, _ in found} == {0} and all(len(asked) == 1 for asked in model.asked)
        model.gates[id(second)].set()
        assert {number for number, _ in pairs} == {0, 1}


def test_no_more_are_looked_at_than_can_be_used_soon():
    model = Looking(1)
    scripts = [Script([*range(1, 40), STOP]) for _ in range(6)]
    with closing(write_each(model.rows, scripts)) as pairs:
        for _ in range(20):
            next(pairs)
        assert len(model.begun) <= 1 + AHEAD and len(model.looked) == 1
    assert len(model.begun) <= 1 + AHEAD


def test_a_picture_that_cannot_be_looked_at_is_its_own_error():
    model, wrong, error = Looking(), Script(LONG), EngineError("too large")
    model.faults[id(wrong)] = error
    found = sorted_out(write_each(model.rows, [Script(LONG), wrong, Script([2, STOP])]))
    assert found[1] == [error] and (found[0], found[2]) == (alone(LONG), alone([2, STOP]))


def test_whose_time_is_up_is_not_looked_at():
    model, late = Looking(1), [Script(LONG) for _ in range(3)]
    for script in late:
        script.over = lambda: True
    found = sorted_out(write_each(model.rows, [Script(LONG), *late, Script([2, STOP])]))
    assert [piece.finish for number in (1, 2, 3) for piece in found[number]] == ["time"] * 3
    assert found[4] == alone([2, STOP]) and not {id(script) for script in late} & {*model.begun}


def test_turning_away_leaves_no_thread_and_looks_at_no_more():
    model, others = Looking(1), {*threading.enumerate()}  # those of tests before this one
    scripts = [Script(LONG) for _ in range(5)]
    with closing(write_each(model.rows, scripts)) as pairs:
        next(pairs)
        next(pairs)
        assert any(thread.name.startswith("gotocr-look") for thread in {*threading.enumerate()} - others)
    begun = list(model.begun)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("gotocr-look") and thread not in others]
    assert len(model.rows) == 0 and scripts[0].closed == 1 and model.begun == begun


def test_a_look_is_told_that_nobody_waits_any_more():
    model, second = Looking(), Script([1, STOP])
    told = []
    model.rows = Rows(model.open_looked, model.answer, 2, lambda job, is_over: _wait(job, is_over, second, told))
    with closing(write_each(model.rows, [Script(LONG), second])) as pairs:
        next(pairs)
        next(pairs)
    assert told == [True], "it did not have to wait for the end of the look"
    assert sorted_out(write_each(model.rows, [Script(LONG)]))[0] == alone(LONG)


def _wait(job, is_over, second, told):
    until = time.monotonic() + WAIT
    while job is second and not is_over() and time.monotonic() < until:
        time.sleep(0.001)
    if job is second:
        told.append(is_over())
    return "looked", job


def test_rows_can_be_used_again_after_that():
    model = Looking()
    for _ in range(2):
        assert sorted_out(write_each(model.rows, [Script(LONG), Script([1, STOP])]))[1] == alone([1, STOP])


def test_rows_that_do_not_look_ahead_say_so():
    assert not Model().rows.looks_ahead
    with pytest.raises(ValueError, match="do not look ahead"):
        Model().rows.look_ahead(Script(LONG))
