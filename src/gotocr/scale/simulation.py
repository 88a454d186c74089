"""A run over millions of pages on paper: shards, workers that are lost and come again, leases, and a storage of limited speed.

A discrete-event simulation: what takes time are shards, pages are drawn inside them. It knows nothing of what a page is, and
measures nothing: it is as good as the seconds and lifetimes it is given. Equal seeds give equal runs.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..errors import UsageError

POOL = 4096  # sums of pages that are drawn; with more shards than that, each takes one of them
BLOCK = 1 << 20  # pages drawn at once
MOST_DRAWN = 20_000_000  # pages drawn at all, before fewer sums are drawn


@dataclass(frozen=True)
class Times:
    """How many seconds a page takes: log-normal about `median`, and a share `tail` of pages by a Pareto law beyond `least`.

    `sigma` is of the natural logarithm; 0 = every page is alike. `most` cuts off: the seconds after which a page is given up.
    """

    median: float = 1.0
    sigma: float = 0.0
    tail: float = 0.0
    least: float = 1.0
    alpha: float = 2.0
    most: float = math.inf

    def draw(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Seconds of `count` pages -> (count,)."""
        if not self.sigma and not self.tail:
            return np.full(count, min(self.median, self.most))
        seconds = self.median * np.exp(self.sigma * rng.standard_normal(count))
        slow = rng.random(count) < self.tail
        seconds[slow] = self.least * (1.0 + rng.pareto(self.alpha, int(slow.sum())))
        return np.minimum(seconds, self.most)


def fit(seconds: Sequence[float], most: float = math.inf, share: float = 0.05) -> Times:
    """The law of measured seconds: logarithms give the body, and the slowest `share` by Hill's estimate (1975) the tail."""
    values = np.sort(np.asarray(seconds, float))
    if len(values) < 20 or values[0] <= 0:
        raise UsageError("the law of page times takes at least 20 measured pages of more than no time")
    slow = max(5, round(share * len(values)))
    body, tail = np.log(values[:-slow]), values[-slow:]
    least = float(values[-slow - 1])
    alpha = float(slow / np.log(tail / least).sum()) if tail[-1] > least else 50.0
    median = float(np.exp(np.median(body)))
    return Times(median, float(np.std(body)), slow / len(values), least, max(alpha, 1.05), most)


@dataclass(frozen=True)
class Fleet:
    """The machines: each has `slots` workers, and takes all of them with it when it is lost."""

    machines: int = 1
    slots: int = 1
    start: float = 0.0  # seconds until a worker has loaded what it works with
    lifetime: float = math.inf  # mean seconds until a machine is lost; lifetimes are exponential
    renewal: float = 0.0  # seconds until another machine stands in its place
    unequal: float = 0.0  # machines differ: sigma of the logarithm of how slow one is


@dataclass(frozen=True)
class Rules:
    """How shards are worked through, and what the storage bears."""

    shard: int = 1000  # pages
    overhead: float = 0.0  # seconds for each shard besides its pages: claim, open, rename, marker
    lease: float = 0.0  # seconds until a lost worker's shard is free again
    gets: float = 1.0  # requests for each page
    puts: float = 6.0  # requests for each shard that is begun
    requests: float = math.inf  # most requests a second
    page_bytes: float = 0.0  # read for each page
    text_bytes: float = 0.0  # written for each page
    bandwidth: float = math.inf  # most bytes a second
    fatal: float = 0.0  # share of pages that kill a worker, whoever reads them
    patience: int = 3  # workers lost over one page until it is put on the list of dead ones


@dataclass
class Outcome:
    """What came of a simulated run; times in seconds, shares of what all workers had from begin to end."""

    seconds: float = 0.0
    most: float = 0.0  # seconds until 99% of shards were done
    useful: float = 0.0  # worker seconds in shards that were finished
    lost: float = 0.0  # worker seconds in shards that were not
    waited: float = 0.0  # worker seconds for the storage
    losses: int = 0  # machines
    again: int = 0  # shards begun anew
    dead: int = 0  # pages given up
    requests: float = 0.0
    read: float = 0.0  # bytes
    written: float = 0.0
    workers: int = 0
    shards: int = 0

    @property
    def hours(self) -> float:
        return self.seconds / 3600

    @property
    def efficiency(self) -> float:
        """Share of all workers' time that went into pages of finished shards."""
        return self.useful / (self.workers * self.seconds) if self.seconds else 1.0


@dataclass
class _Storage:
    """One door for all: requests and bytes pass in their order, each for as long as the limits say."""

    rules: Rules
    free: float = 0.0

    def pass_through(self, now: float, requests: float, size: float) -> float:
        """When a shard's requests are through that are spread over the time from `now` on."""
        self.free = max(self.free, now) + max(requests / self.rules.requests, size / self.rules.bandwidth)
        return self.free


@dataclass
class _Run:
    """The state of one simulation."""

    pages: int
    times: Times
    fleet: Fleet
    rules: Rules
    rng: np.random.Generator
    events: list[tuple[float, int, str, int, int]] = field(default_factory=list)
    number: int = 0

    def __post_init__(self) -> None:
        count = -(-self.pages // self.rules.shard)
        self.todo: deque[int] = deque(range(count))
        self.sums = _sums(self, count)
        self.last = self.pages - (count - 1) * self.rules.shard  # pages of the last shard
        self.open = count
        self.out = Outcome(workers=self.fleet.machines * self.fleet.slots, shards=count)
        self.storage = _Storage(self.rules)
        self.slow = np.exp(self.fleet.unequal * self.rng.standard_normal(self.fleet.machines)).tolist()
        self.life = [0] * self.fleet.machines  # raised with each loss: what an earlier life announced is void
        self.busy: dict[int, tuple[int, float, float]] = {}  # worker: shard, since, seconds of pages
        self.idle: list[int] = []
        self.deaths: dict[int, int] = {}
        self.finished = 0
        bad = self.rng.binomial(self.pages, self.rules.fatal) if self.rules.fatal else 0
        places = self.rng.integers(0, count, bad)
        self.bad: dict[int, int] = {int(shard): int(times) for shard, times in zip(*np.unique(places, return_counts=True), strict=True)}

    def tell(self, when: float, what: str, whom: int, life: int = 0) -> None:
        self.number += 1
        heapq.heappush(self.events, (when, self.number, what, whom, life))

    def work(self) -> Outcome:
        for machine in range(self.fleet.machines):
            self._begin(machine, 0.0)
        while self.open:
            now, _, what, whom, life = heapq.heappop(self.events)
            getattr(self, f"_{what}")(now, whom, life)
        return self.out

    def _begin(self, machine: int, now: float) -> None:
        if math.isfinite(self.fleet.lifetime):
            self.tell(now + float(self.rng.exponential(self.fleet.lifetime)), "loss", machine, self.life[machine])
        for slot in range(self.fleet.slots):
            self.tell(now + self.fleet.start, "ready", machine * self.fleet.slots + slot, self.life[machine])

    def _ready(self, now: float, worker: int, life: int) -> None:
        """A worker takes the next shard, or waits until one comes back."""
        machine = worker // self.fleet.slots
        if life != self.life[machine]:
            return
        if not self.todo:
            self.idle.append(worker)
            return
        shard = self.todo.popleft()
        pages = self.last if shard == self.out.shards - 1 else self.rules.shard
        seconds = float(self.sums[shard % len(self.sums)]) * pages / self.rules.shard * self.slow[machine]
        requests, size = pages * self.rules.gets + self.rules.puts, pages * (self.rules.page_bytes + self.rules.text_bytes)
        done = now + self.rules.overhead + seconds
        through = self.storage.pass_through(now, requests, size)
        self.out.requests += requests
        self.out.read += pages * self.rules.page_bytes
        self.out.waited += max(0.0, through - done)
        self.busy[worker] = shard, now, seconds
        if self.bad.get(shard):
            self.tell(now + self.rules.overhead + seconds * self.rng.random(), "crash", worker, life)
        else:
            self.tell(max(done, through), "done", worker, life)

    def _done(self, now: float, worker: int, life: int) -> None:
        if life != self.life[worker // self.fleet.slots]:
            return
        shard, _, seconds = self.busy.pop(worker)
        self.open -= 1
        self.finished += 1
        pages = self.last if shard == self.out.shards - 1 else self.rules.shard
        self.out.useful += seconds
        self.out.written += pages * self.rules.text_bytes
        self.out.seconds = now
        if self.finished == math.ceil(0.99 * self.out.shards):
            self.out.most = now
        self._ready(now, worker, life)

    def _crash(self, now: float, worker: int, life: int) -> None:
        """A page killed the process: it is started anew, and after so many times the page is passed over."""
        if life != self.life[worker // self.fleet.slots]:
            return
        shard, since, _ = self.busy.pop(worker)
        self.deaths[shard] = self.deaths.get(shard, 0) + 1
        if self.deaths[shard] >= self.rules.patience:
            self.deaths[shard] = 0
            self.bad[shard] -= 1
            self.out.dead += 1
        self._lose(now, shard, since)
        self.tell(now + self.fleet.start, "ready", worker, life)

    def _loss(self, now: float, machine: int, life: int) -> None:
        """A machine is gone, and with it all that its workers had not finished."""
        self.out.losses += 1
        self.life[machine] += 1
        own = range(machine * self.fleet.slots, (machine + 1) * self.fleet.slots)
        for worker in own:
            if worker in self.busy:
                shard, since, _ = self.busy.pop(worker)
                self._lose(now, shard, since)
        if self.idle:
            self.idle = [worker for worker in self.idle if worker not in own]
        self.tell(now + self.fleet.renewal, "again", machine)

    def _lose(self, now: float, shard: int, since: float) -> None:
        self.out.lost += now - since
        self.out.again += 1
        self.tell(now + self.rules.lease, "free", shard)

    def _again(self, now: float, machine: int, life: int) -> None:
        self._begin(machine, now)

    def _free(self, now: float, shard: int, life: int) -> None:
        """A lease ran out: the shard goes to whoever waits, else to the next that asks."""
        self.todo.appendleft(shard)
        if self.idle:
            worker = self.idle.pop()
            self._ready(now, worker, self.life[worker // self.fleet.slots])


def _sums(run: _Run, count: int) -> np.ndarray:
    """Seconds of pages of shards, drawn page by page -> (n,), n at most POOL."""
    shard = run.rules.shard
    if not run.times.sigma and not run.times.tail:
        return run.times.draw(run.rng, 1) * shard
    wanted = max(1, min(count, POOL, max(256, MOST_DRAWN // shard)))
    at_once = max(1, BLOCK // shard)
    parts = [
        run.times.draw(run.rng, min(at_once, wanted - first) * shard).reshape(-1, shard).sum(1) for first in range(0, wanted, at_once)
    ]
    return np.concatenate(parts)


def simulate(pages: int, times: Times, fleet: Fleet, rules: Rules, seed: int = 0) -> Outcome:
    """A run over `pages` pages from begin to end. Raises UsageError for what cannot be run, and for runs that would never end."""
    if pages < 1 or fleet.machines < 1 or fleet.slots < 1 or rules.shard < 1:
        raise UsageError("pages, machines, workers of a machine and pages of a shard are 1 or more")
    mean = expected(times, seed) * rules.shard + rules.overhead + fleet.start
    if fleet.lifetime < mean / 8:
        told = f"a shard takes {mean:,.0f} s and machines live {fleet.lifetime:,.0f} s"
        raise UsageError(f"such a run hardly ever finishes a shard: {told}; take smaller shards")
    return _Run(pages, times, fleet, rules, np.random.default_rng(seed)).work()


def expected(times: Times, seed: int = 0) -> float:
    """Mean seconds of a page, by drawing."""
    return float(times.draw(np.random.default_rng(seed), 200_000 if times.sigma or times.tail else 1).mean())


def with_failures(work: float, interval: float, cost: float, restart: float, lifetime: float) -> float:
    """Mean seconds for `work` seconds of work, saved every `interval` at `cost` seconds, where what was done since is lost.

    Lifetimes are exponential of mean `lifetime`; `restart` seconds follow a loss (Daly 2006, equation 13, but for its first one).
    """
    if math.isinf(lifetime):
        return work / interval * (interval + cost)
    return work / interval * (lifetime + restart) * math.expm1((interval + cost) / lifetime)


def best_interval(cost: float, lifetime: float) -> float:
    """Seconds of work between two savings that lose least (Young 1974, Daly 2006): the square root of 2 `cost` `lifetime`."""
    return math.sqrt(2.0 * cost * lifetime) if math.isfinite(lifetime) else math.inf
