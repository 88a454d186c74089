"""Batches come in order and once, with or without a thread that is ahead; what fails in drawing is raised where it is taken."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from gotocr.train.feed import READY, Feed, tensors  # noqa: E402


@dataclass
class Drawn:
    ids: np.ndarray
    pixels: np.ndarray


class Numbers:
    """A pool of batches that hold their own number."""

    def __init__(self, fails_at: int = -1, takes: float = 0.0) -> None:
        self.number, self.fails_at, self.takes, self.threads = -1, fails_at, takes, set()

    def take(self) -> Drawn:
        self.number += 1
        self.threads.add(threading.current_thread())
        time.sleep(self.takes)
        if self.number == self.fails_at:
            raise ValueError(f"batch {self.number} cannot be drawn")
        return Drawn(np.full((2, 3), self.number), np.zeros((2, 4, 4, 3), np.uint8)[:, ::-1])


@pytest.mark.parametrize("ahead", [False, True])
def test_batches_come_in_order(ahead):
    pool = Numbers()
    with Feed(pool, torch.device("cpu"), ahead) as feed:
        for number in range(20):
            fed = feed.take()
            assert (fed.columns["ids"] == number).all() and fed.drawn.ids[0, 0] == number
            assert fed.columns["pixels"].dtype == torch.uint8 and fed.columns["pixels"].shape == (2, 4, 4, 3)
    assert (threading.current_thread() in pool.threads) is not ahead
    if ahead:
        assert 20 <= pool.number + 1 <= 20 + READY + 1, "and no more than it needs"
        assert all(not thread.is_alive() for thread in pool.threads)


@pytest.mark.parametrize("ahead", [False, True])
def test_what_fails_is_raised_in_its_turn(ahead):
    with Feed(Numbers(fails_at=3), torch.device("cpu"), ahead) as feed:
        assert [int(feed.take().columns["ids"][0, 0]) for _ in range(3)] == [0, 1, 2]
        with pytest.raises(ValueError, match="batch 3"):
            feed.take()


def test_waiting_is_measured_and_less_when_it_is_ahead():
    waited = {}
    for ahead in (False, True):
        pool = Numbers(takes=0.1)
        with Feed(pool, torch.device("cpu"), ahead) as feed:
            for number in range(5):
                until = time.monotonic() + 60
                while ahead and pool.number <= number:  # a step that lasts until the next batch is there, and more is being drawn
                    assert time.monotonic() < until
                    time.sleep(0.005)
                feed.take()
        waited[ahead] = feed.waited
    assert waited[False] >= 0.5 and waited[True] < waited[False] / 2


def test_columns_are_not_copied():
    drawn = Drawn(np.arange(6).reshape(2, 3), np.zeros((1, 2, 2, 3), np.uint8))
    columns = tensors(drawn)
    drawn.ids[0, 0] = 9
    assert columns["ids"][0, 0] == 9
