"""Each batch comes as often as it is to be learnt from, block by block, and a run goes on at any use as if it had not ended."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from gotocr.errors import WorkerError  # noqa: E402
from gotocr.train import blocks  # noqa: E402
from gotocr.train.blocks import Blocks, Reuse, Use, begin  # noqa: E402
from gotocr.train.feed import Feed  # noqa: E402
from gotocr.train.parallel import Share  # noqa: E402

TIMES, BLOCK = 3, 8


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", BLOCK)


@dataclass
class Drawn:
    ids: np.ndarray


class Pool:
    """Draws batches that hold their own number in the run."""

    def __init__(self, share: Share, fails_at: int = -1) -> None:
        self.work, self.taken, self.fails_at, self.threads = share(), 0, fails_at, set()

    def take(self) -> Drawn:
        self.taken += 1
        self.threads.add(threading.current_thread())
        if self.taken - 1 == self.fails_at:
            raise ValueError("cannot be drawn")
        return self.work(self.taken - 1)


def make():
    return lambda number: Drawn(np.full((2, 3), number))


def again(columns, generator):
    """Changed by chance, by less than 1."""
    return {**columns, "ids": columns["ids"] + torch.rand((), generator=generator)}


def reuse(rank: int = 0, size: int = 1, number: int = 0, done: int = 0, seed: int = 0, **more) -> Reuse:
    return Reuse(TIMES, Share(make, rank, size, begin(number, done, size)), again, seed, done, **more)


def uses(told: Reuse, count: int) -> list[Use]:
    with Blocks(Pool(told.share), told) as made:
        return [made.take() for _ in range(count)]


@pytest.mark.parametrize(("rank", "size"), [(0, 1), (1, 3)])
def test_every_batch_is_used_as_often_as_is_told(rank, size):
    found = uses(reuse(rank, size), 3 * BLOCK * TIMES)
    assert all((use.drawn.ids == use.number).all() for use in found)
    turns = [found[at : at + BLOCK] for at in range(0, len(found), BLOCK)]
    orders = [[use.number for use in turn] for turn in turns]
    for index, (turn, order) in enumerate(zip(turns, orders, strict=True)):
        own = [rank + size * (index // TIMES * BLOCK + place) for place in range(BLOCK)]
        assert sorted(order) == own and {use.before for use in turn} == {index % TIMES}
        assert (order == own) is (index % TIMES == 0), "as they are drawn at first, then in another order"
    places = {tuple((np.array(order) - min(order)).tolist()) for order in orders}
    assert len(places) == 1 + 3 * (TIMES - 1), "each time another one"
    assert [use.done for use in found] == [*range(1, BLOCK * TIMES), 0] * 3


def test_the_first_use_waits_for_one_batch_alone():
    told = reuse()
    pool = Pool(told.share)
    with Blocks(pool, told) as made:
        for count in range(1, BLOCK + 1):
            made.take()
            assert pool.taken == count
        for _ in range(BLOCK * (TIMES - 1)):
            made.take()
        assert pool.taken == BLOCK and made._held == [], "and what is used up is let go"


@pytest.mark.parametrize(("rank", "size"), [(0, 1), (2, 3)])
def test_it_goes_on_at_any_use(rank, size):
    whole = uses(reuse(rank, size), 2 * BLOCK * TIMES + 3)
    for cut in range(2 * BLOCK * TIMES):
        number = size * sum(not use.before for use in whole[:cut])  # as the loop counts them
        done = whole[cut - 1].done if cut else 0
        rest = uses(reuse(rank, size, number, done), 3)
        assert [use[1:] for use in rest] == [use[1:] for use in whole[cut : cut + 3]]
        assert all((use.drawn.ids == use.number).all() for use in rest)


def test_chance_is_of_the_seed_the_batch_and_the_use():
    chances = [reuse(seed=seed).chance(Use(None, number, before)) for seed in (0, 1) for number in (0, 1) for before in (1, 2)]
    assert len(set(chances)) == 8 and reuse(seed=1).chance(Use("other", 1, 2)) == chances[-1]
    assert reuse(seed=0).order(0, 1) != reuse(seed=1).order(0, 1)


def test_drawing_never_stands_still():
    told = reuse(ahead=True)
    pool = Pool(told.share)
    with Blocks(pool, told) as made:
        numbers = [made.take().number for _ in range(BLOCK)]
        until = time.monotonic() + 60
        while pool.taken < 2 * BLOCK and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.05)
        assert 2 * BLOCK <= pool.taken <= 2 * BLOCK + 1, "the next block, and no more"
        numbers += [made.take().number for _ in range(2 * BLOCK * TIMES - BLOCK)]
    assert numbers == [use.number for use in uses(reuse(), 2 * BLOCK * TIMES)]
    assert threading.current_thread() not in pool.threads and not any(thread.is_alive() for thread in pool.threads)


@pytest.mark.parametrize("ahead", [False, True])
@pytest.mark.parametrize("collects", [False, True])
def test_later_uses_are_changed_from_what_was_drawn(ahead, collects):
    told = reuse(ahead=collects)
    with Feed(Pool(told.share), torch.device("cpu"), ahead, told) as feed:
        fed = [feed.take() for _ in range(2 * BLOCK * TIMES)]
    changes = [float(each.columns["ids"][0, 0]) - each.use.number for each in fed]
    assert all((change == 0) is (each.use.before == 0) and 0 <= change < 1 for change, each in zip(changes, fed, strict=True))
    assert len(set(changes)) > 2 * BLOCK * (TIMES - 1), "each in its own way"
    expected = torch.rand((), generator=torch.Generator().manual_seed(told.chance(fed[-1].use)))
    assert changes[-1] == pytest.approx(float(expected), abs=1e-5)


@pytest.mark.parametrize("ahead", [False, True])
def test_what_fails_in_drawing_is_raised_in_its_turn(ahead):
    told = reuse(ahead=ahead)
    with Feed(Pool(told.share, fails_at=3), torch.device("cpu"), ahead, told) as feed:
        assert [feed.take().use.number for _ in range(3)] == [0, 1, 2]
        with pytest.raises(ValueError, match="cannot be drawn"):
            feed.take()


def test_leaving_early_does_not_hang():
    told = reuse(ahead=True)
    pool = Pool(told.share)
    started = time.monotonic()
    draw, pool.take = pool.take, lambda: (time.sleep(0.2), draw())[1]  # the thread that copies waits for the one that draws
    with Feed(pool, torch.device("cpu"), True, told) as feed:
        feed.take()
    assert time.monotonic() - started < 60 and not feed._ready._thread.is_alive()
    for _ in range(2):
        with pytest.raises(WorkerError):
            feed.take()
