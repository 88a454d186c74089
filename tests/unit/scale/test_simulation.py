"""Simulated runs against what can be worked out by hand: rounds, harmonic numbers, exponential failures, queues."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from gotocr.errors import UsageError
from gotocr.scale.simulation import Fleet, Outcome, Rules, Times, best_interval, expected, fit, simulate, with_failures


def mean_of(count: int, run) -> tuple[float, float]:
    """Mean seconds of runs of different seeds, and its standard error."""
    seconds = [run(seed).seconds for seed in range(count)]
    return float(np.mean(seconds)), float(np.std(seconds) / math.sqrt(count))


@pytest.mark.parametrize(("pages", "workers", "shard"), [(1000, 4, 10), (1000, 7, 10), (999, 4, 10), (5, 8, 1)])
def test_equal_pages_take_whole_rounds(pages, workers, shard):
    made = simulate(pages, Times(2.0), Fleet(workers, 1, start=30.0), Rules(shard, overhead=3.0))
    shards = math.ceil(pages / shard)
    full = 30.0 + math.ceil(shards / workers) * (2.0 * shard + 3.0)
    short = (shard - (pages - (shards - 1) * shard)) * 2.0 if shards % workers == 1 or workers == 1 else 0.0  # the last one is smaller
    assert made.seconds == pytest.approx(full - short)
    assert made.useful == pytest.approx(2.0 * pages) and made.lost == 0 and made.again == 0 and made.shards == shards
    assert made.efficiency == pytest.approx(2.0 * pages / workers / made.seconds)


def test_memoryless_shards_end_as_harmonic_numbers_say():
    """K exponential tasks on W equal workers take ((K - W) / W + H(W)) / rate on average, for nothing is remembered."""

    class Memoryless(Times):
        def draw(self, rng, count):
            return rng.exponential(self.median, count)

    workers, count = 8, 60
    wanted = (count - workers) / workers + sum(1 / rank for rank in range(1, workers + 1))
    mean, error = mean_of(400, lambda seed: simulate(count, Memoryless(1.0, sigma=1.0), Fleet(workers), Rules(1), seed))
    assert abs(mean - wanted) < 3.5 * error and error < 0.05 * wanted


@pytest.mark.parametrize("interval", [50.0, 200.0, 600.0])
def test_lost_work_is_what_exponential_lifetimes_cost(interval):
    """One machine, shards done all over again after a loss: with every lease over by then, Daly's formula is exact."""
    fleet, pages = Fleet(1, 1, lifetime=300.0, renewal=40.0), 30
    rules = Rules(1, overhead=5.0)
    mean, error = mean_of(200, lambda seed: simulate(pages, Times(interval), fleet, rules, seed))
    wanted = with_failures(pages * interval, interval, 5.0, 40.0, 300.0)
    assert abs(mean - wanted) < 3.5 * error and error < 0.1 * wanted


def test_the_best_shard_is_youngs():
    """Over shard sizes the mean time is least near the square root of twice overhead times lifetime."""
    cost, lifetime = 20.0, 4000.0
    best = best_interval(cost, lifetime)
    assert best == pytest.approx(400.0)

    def taken(shard: int) -> float:
        fleet, rules = Fleet(1, 1, lifetime=lifetime, renewal=10.0), Rules(shard, overhead=cost)
        return mean_of(12, lambda seed: simulate(24_000, Times(1.0), fleet, rules, seed))[0]

    at_best, small, large = taken(400), taken(60), taken(2400)
    assert at_best < small and at_best < large
    exact = {size: with_failures(24_000, size, cost, 10.0, lifetime) for size in (60, 400, 2400)}
    assert exact[400] < exact[60] and exact[400] < exact[2400]


def test_losses_come_as_often_as_lifetimes_say():
    fleet = Fleet(50, 2, lifetime=20_000.0)
    made = simulate(200_000, Times(1.0), fleet, Rules(100, overhead=1.0))
    wanted = 50 * made.seconds / 20_000.0
    assert abs(made.losses - wanted) < 4 * math.sqrt(wanted) + 1
    assert made.again <= 2 * made.losses, "a machine had two shards in hand at most"
    assert made.useful == pytest.approx(200_000.0), "every page was finished once"
    assert made.useful + made.lost <= made.workers * made.seconds


def test_a_narrow_door_is_the_bottleneck():
    """Requests a second bound the whole: a closed network is never faster than its slowest station."""
    narrow = simulate(10_000, Times(0.1), Fleet(100), Rules(100, gets=2.0, puts=10.0, requests=50.0))
    assert narrow.requests == 10_000 * 2 + 100 * 10
    assert narrow.seconds == pytest.approx(narrow.requests / 50.0, rel=0.02) and narrow.waited > 0
    wide = simulate(10_000, Times(0.1), Fleet(100), Rules(100, gets=2.0, puts=10.0))
    assert wide.seconds == pytest.approx(10.0) and wide.waited == 0
    pipe = simulate(10_000, Times(0.1), Fleet(100), Rules(100, page_bytes=1e6, text_bytes=1e3, bandwidth=1e8))
    assert pipe.seconds == pytest.approx(10_000 * 1.001e6 / 1e8, rel=0.02) and pipe.read == 1e10 and pipe.written == 1e7


def test_a_lease_holds_back_the_last_shard():
    fleet = Fleet(2, 1, lifetime=5_000.0)
    short, _ = mean_of(60, lambda seed: simulate(2_000, Times(1.0), fleet, Rules(500, lease=0.0), seed))
    long, _ = mean_of(60, lambda seed: simulate(2_000, Times(1.0), fleet, Rules(500, lease=3_000.0), seed))
    assert long > short + 100


def test_pages_that_kill_end_on_the_list():
    made = simulate(20_000, Times(0.01), Fleet(4, 2, start=1.0), Rules(100, fatal=1e-3, patience=3, lease=5.0))
    assert 5 <= made.dead <= 45, "about 20"
    assert made.again == 3 * made.dead and made.useful == pytest.approx(200.0)


def test_page_times_have_the_shape_they_were_measured_with():
    law = Times(0.8, 0.5, 0.05, 3.0, 2.5, most=60.0)
    seconds = law.draw(np.random.default_rng(1), 40_000)
    found = fit(seconds, most=60.0)
    assert found.median == pytest.approx(law.median, rel=0.1) and found.sigma == pytest.approx(law.sigma, rel=0.15)
    assert found.alpha == pytest.approx(law.alpha, rel=0.25) and seconds.max() <= 60.0
    assert expected(found) == pytest.approx(float(seconds.mean()), rel=0.06)
    with pytest.raises(UsageError, match="at least 20"):
        fit([1.0] * 5)


def test_heavy_pages_make_a_slow_end_and_small_shards_a_shorter_one():
    law = Times(1.0, 0.7, 0.02, 10.0, 1.5, most=600.0)
    whole = {size: simulate(400_000, law, Fleet(20, 2, unequal=0.1), Rules(size, overhead=2.0)) for size in (200, 2000)}
    assert whole[200].seconds < whole[2000].seconds
    assert whole[200].useful / 40 < whole[200].seconds, "nobody is faster than if all were busy to the end"
    assert whole[2000].efficiency < whole[200].efficiency < 1


def test_a_run_is_its_seed_and_quick():
    law, fleet = Times(1.0, 0.8, 0.02, 8.0, 1.6, 300.0), Fleet(250, 8, 5.0, 6 * 3600.0, 120.0, 0.1)
    rules = Rules(1000, 3.0, 120.0, page_bytes=4e5, text_bytes=3e3)
    began = time.process_time()
    first, again, other = (simulate(20_000_000, law, fleet, rules, seed) for seed in (1, 1, 2))
    assert first == again != other and isinstance(first, Outcome)
    assert time.process_time() - began < 20
    assert first.useful == pytest.approx(20e6 * expected(law), rel=0.05)


def test_what_never_ends_is_refused():
    with pytest.raises(UsageError, match="smaller shards"):
        simulate(1000, Times(1.0), Fleet(1, lifetime=10.0), Rules(1000))
    with pytest.raises(UsageError, match="1 or more"):
        simulate(0, Times(1.0), Fleet(), Rules())


@pytest.mark.parametrize("argv", [["--fatal", "2"], ["--fatal", "nan"], ["--seconds", "nan"], ["--seconds", "0"], ["--seed", "-1"], ["--sigma", "-1"], ["--life", "0"]])
def test_figures_that_make_no_sense(argv):
    from gotocr.cli import main

    assert main(["forecast", "20000", *argv]) == 2


def test_nothing_is_a_figure_too():
    from gotocr.cli import main

    assert main(["forecast", "20000", "--sigma", "0", "--start", "0", "--overhead", "0", "--lease", "0"]) == 0
