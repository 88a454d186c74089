"""How fast pictures are drawn: samples a second of one core, by kind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from ...errors import UsageError
from .bench import Bench
from .machine import peak_memory, processor_time
from .rounds import Rounds, Tell, interleave, ratio, silent, spread
from .station import Station
from .tables import make_tables

if TYPE_CHECKING:
    from ...synth.samples import Studio

SEED = 1_000_000
WARM, FEWEST = 5, 3  # pictures drawn before time is taken, and in all of it at least
ROOM = (1280, 1280)
SECONDS, QUICK_SECONDS = 3.0, 0.3  # of processor time for a kind, in all rounds
BUDGET = 40.0  # seconds of --quick within which a round may begin
INSTANT = 1e-6


@dataclass(frozen=True)
class MakePlan:
    """What to measure; None and () = what is sensible here."""

    quick: bool = False
    repeats: int | None = None
    kinds: tuple[str, ...] = ()
    seconds: float | None = None  # of processor time for each kind, shared out among the rounds
    corpus: Path | None = None
    fonts: tuple[str, ...] = ()
    worn: float = 0.0

    def __call__(self) -> Drawing:
        from ...draw.supply import Supply
        from ...synth.samples import Studio

        given = {"corpus": self.corpus, "font_folders": self.fonts}
        return Drawing(Studio(Supply(**{name: value for name, value in given.items() if value}), ROOM, self.worn))


@dataclass(frozen=True)
class Drawn:
    """What a kind's pictures of one round took, one number a sample: seconds of processor time, 10^6 pixels, glyphs."""

    seconds: tuple[float, ...]
    areas: tuple[float, ...]
    glyphs: tuple[int, ...]
    wall: float


class Drawing:
    """A studio in a process of its own, which takes the time of what it draws; each kind goes on at the seed it stopped at."""

    def __init__(self, studio: Studio) -> None:
        self.studio, self.next = studio, {}

    def draw(self, kind: str, seconds: float, fewest: int) -> Drawn:
        """For so much processor time (of this process and those it starts), or until `fewest` samples are drawn."""
        if kind not in self.next:
            for number in range(WARM):
                self.studio.draw(kind, SEED - 1 - number)
        first, began = self.next.get(kind, SEED), time.perf_counter()
        times: list[float] = []
        areas, glyphs = [], []
        while sum(times) < seconds or len(times) < fewest:
            before = processor_time()
            pages = self.studio.draw(kind, first + len(times))
            times.append(max(processor_time() - before, INSTANT))
            areas.append(sum(page.image.shape[0] * page.image.shape[1] for page in pages) / 1e6)
            glyphs.append(sum(len(page.glyphs.text) for page in pages))
        self.next[kind] = first + len(times)
        return Drawn(tuple(times), tuple(areas), tuple(glyphs), time.perf_counter() - began)

    def memory(self) -> float | None:
        return peak_memory()


def measure(plan: MakePlan, tell: Tell = silent, station: Callable[[MakePlan], Any] = Station) -> dict[str, Any]:
    """The result in plain values. Raises UsageError for wrong names, MissingExtraError where what draws is not installed."""
    from ...synth import names
    from ...synth.samples import check

    seconds = (QUICK_SECONDS if plan.quick else SECONDS) if plan.seconds is None else plan.seconds
    if not seconds > 0:
        raise UsageError("--seconds must be above 0")
    kinds = plan.kinds or tuple(names())
    for kind in kinds:
        check(kind)
    repeats = plan.repeats or (2 if plan.quick else 3)
    until = time.monotonic() + BUDGET if plan.quick else None
    fewest = -(-FEWEST // repeats)
    made = station(replace(plan, kinds=kinds))
    try:
        cases = {kind: partial(made.ask, "draw", kind, seconds / repeats, fewest) for kind in dict.fromkeys(kinds)}
        rounds = interleave(cases, repeats, until, tell)
        memory = made.ask("memory") if any(rounds.runs.values()) else None
    finally:
        made.close()
    if not any(rounds.runs.values()):
        raise next(iter(rounds.failed.values()))
    notes = [f"{kind}: failed: {error}" for kind, error in rounds.failed.items()]
    notes += [f"{kind}: not measured, the time was up" for kind in cases if not rounds.runs[kind] and kind not in rounds.failed]
    settings = {"quick": plan.quick, "rounds": rounds.done, "seconds": seconds, "worn": plan.worn}
    settings |= {"corpus": "given" if plan.corpus else "bundled", "fonts": "given" if plan.fonts else "bundled"}
    return {"settings": settings, "peak_mb": memory, "rows": list(_rows(rounds)), "notes": notes, "failed": len(rounds.failed)}


def _rows(rounds: Rounds) -> Iterator[dict[str, Any]]:
    """A row a kind. The rate is of all rounds together, its least and most are of single ones."""
    first: list[float] = []
    for kind, runs in rounds.runs.items():
        if not runs:
            continue
        times, areas, glyphs = (
            [value for run in runs for value in getattr(run, name)] for name in ("seconds", "areas", "glyphs")
        )
        each = [len(run.seconds) / sum(run.seconds) for run in runs]
        first = first or each
        yield {
            "kind": Path(kind).name,
            "samples": len(times),
            "rate": round(len(times) / sum(times), 3),
            "rates": spread(each),
            "milliseconds": round(median(times) * 1e3, 3),
            "slowest_milliseconds": round(max(times) * 1e3, 3),
            "wall_rate": round(len(times) / sum(run.wall for run in runs), 3),
            "megapixels": round(median(areas), 3),
            "glyphs": round(median(glyphs)),
            "ratio": None if first is each else ratio(each, first),
        }


BENCH = Bench(MakePlan, measure, make_tables)
