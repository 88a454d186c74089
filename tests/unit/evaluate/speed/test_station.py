"""A process of its own: asked, failing, dying."""

from __future__ import annotations

import operator
import os
from functools import partial
from types import SimpleNamespace

import pytest

from gotocr.errors import GotocrError, UsageError, WorkerError
from gotocr.evaluate.speed.machine import peak_memory
from gotocr.evaluate.speed.station import Station
from gotocr.reader import choose_task

# Functions that any process can import stand for methods.
make = partial(SimpleNamespace, where=os.getpid, divide=operator.truediv, refuse=choose_task, die=os._exit, memory=peak_memory)


def test_it_answers_from_another_process_and_goes_on_after_errors():
    with Station(make) as station:
        where = station.ask("where")
        assert where != os.getpid() and station.ask("divide", 6, 3) == 2
        with pytest.raises(GotocrError, match="no task named 'poem'") as wrong:
            station.ask("refuse", "poem", {})
        assert wrong.value.exit_code == UsageError.exit_code
        with pytest.raises(GotocrError, match="ZeroDivisionError: division by zero") as broken:
            station.ask("divide", 6, 0)
        assert broken.value.exit_code == WorkerError.exit_code and "\n" not in str(broken.value)
        assert station.ask("where") == where


def test_its_memory_is_its_own():
    """What this process held does not count for the one it starts."""
    ballast = bytearray(400_000_000)
    ballast[::4096] = b"x" * len(ballast[::4096])
    with Station(make) as station:
        own = station.ask("memory")
    if own is None:
        pytest.skip("this system does not tell")
    assert own < 200 < 400 < peak_memory()


def test_one_that_dies_is_told():
    with Station(make) as station, pytest.raises(WorkerError, match="exit code 3"):
        station.ask("die", 3)


def test_what_cannot_be_made_is_told():
    with pytest.raises(GotocrError, match="no task named 'poem'"):
        Station(partial(choose_task, "poem", {}))
