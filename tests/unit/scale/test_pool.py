"""A pool hands results back in order, and what a dead process was doing is done again."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path

import pytest

from gotocr.errors import UsageError, WorkerError
from gotocr.scale.pool import Pool


def squares():
    return lambda number: number * number


def slow_squares():
    def work(number: int) -> int:
        time.sleep(0.03 if number % 3 == 0 else 0.0)  # later numbers are ready before earlier ones
        return number * number

    return work


def mortal(folder: Path, times: int):
    """Dies over number 5, as often as told; notes what it began."""

    def work(number: int) -> int:
        with open(folder / "begun", "a") as file:
            file.write(f"{number}\n")
        if number == 5:
            deaths = len(list(folder.glob("death*")))
            if deaths < times:
                (folder / f"death{deaths}").touch()
                os._exit(13)
        return number

    return work


def failing():
    def work(number: int) -> int:
        if number == 2:
            raise UsageError("two is no good")
        return 1 // (number - 4) + number

    return work


def broken():
    raise UsageError("no such folder")


def hanging(folder: Path):
    def work(number: int) -> int:
        if number == 1 and not (folder / "hung").exists():
            (folder / "hung").touch()
            time.sleep(600)
        return number

    return work


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_results_come_in_order_from_any_start(workers):
    with Pool(slow_squares, start=4, stop=17, workers=workers) as pool:
        assert list(pool) == [number * number for number in range(4, 17)]
        assert list(pool) == [], "it ends there"


def test_it_is_endless_unless_told(tmp_path):
    with Pool(squares, workers=1) as pool:
        assert [pool.take() for _ in range(5)] == [0, 1, 4, 9, 16] and pool.waited > 0


@pytest.mark.parametrize("times", [1, 2])
def test_a_death_loses_and_repeats_nothing(tmp_path, times):
    with Pool(partial(mortal, tmp_path, times), stop=12, workers=2, ahead=3) as pool:
        assert list(pool) == list(range(12))
    assert len(list(tmp_path.glob("death*"))) == times


def test_a_number_that_kills_again_and_again_is_given_up(tmp_path):
    with Pool(partial(mortal, tmp_path, 99), stop=8, workers=2) as pool:
        assert [pool.take() for _ in range(5)] == list(range(5))
        with pytest.raises(WorkerError, match="number 5 failed: 3 processes died.*13"):
            pool.take()
        assert [pool.take(), pool.take()] == [6, 7], "the others are not lost"


def test_failures_are_told_and_the_rest_goes_on():
    with Pool(failing, stop=6, workers=2) as pool:
        assert [pool.take(), pool.take()] == [1 // -4, 1 // -3 + 1]
        with pytest.raises(WorkerError, match="number 2 failed: two is no good") as caught:
            pool.take()
        assert caught.value.exit_code == UsageError.exit_code, "a command ends with the code of what failed"
        assert pool.take() == 2
        with pytest.raises(WorkerError, match="(?s)number 4 failed: .*ZeroDivisionError"):
            pool.take()


def test_work_that_cannot_be_built_says_why():
    with Pool(broken, stop=3, workers=1) as pool, pytest.raises(WorkerError, match="no such folder"):
        pool.take()


def test_a_process_that_hangs_is_replaced(tmp_path):
    with Pool(partial(hanging, tmp_path), stop=4, workers=1, patience=5.0) as pool:
        assert list(pool) == [0, 1, 2, 3]


def test_a_closed_pool_says_so():
    pool = Pool(squares, workers=1)
    pool.close()
    with pytest.raises(WorkerError, match="closed"):
        pool.take()
