"""How fast the published model is run: our engine beside transformers' own, on the same weights, picture and threads.

Both are also held against what no program can do without (`floor`), measured in the same run.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from ...errors import GotocrError, MissingProgramError, UsageError
from ...model.config import GotConfig
from ...schema import Job, Lost, Task
from .bench import Bench
from .floor import Floor, Pace, looking, reading, writing
from .machine import cores
from .pictures import FULL, QUICK, draw_inputs
from .read import FAULTS
from .rivals import RIVALS, Rival, Written
from .rounds import Rounds, Tell, interleave, ratio, silent, spread
from .standin import stand_in
from .station import Station
from .tables import Table, interval, reach, show

PARTS = ("picture", "first", "token")  # of `rivals.Written`
FLOOR = "floor"
TOKENS, QUICK_TOKENS, WARM = 64, 8, 2
QUICK_RIVALS = ("transformers", "int8")
MODE = "plain"


@dataclass(frozen=True)
class BasePlan:
    """What to measure; None and () = what is sensible here."""

    quick: bool = False
    repeats: int | None = None
    rivals: tuple[str, ...] = ()  # of `rivals.RIVALS`
    tokens: int | None = None  # to write
    threads: int | None = None  # processors that all of them are held to


def measure(plan: BasePlan, tell: Tell = silent) -> dict[str, Any]:
    """The result in plain values. Raises UsageError for wrong names, and what failed where nothing could be measured."""
    for name in plan.rivals:
        if name not in RIVALS:
            raise UsageError(f"no rival named {name!r}; choose from: {', '.join(RIVALS)}")
    rivals = [RIVALS[name] for name in plan.rivals or (QUICK_RIVALS if plan.quick else RIVALS)]
    with held_to(plan.threads), tempfile.TemporaryDirectory(prefix="gotocr-bench-") as folder, ExitStack() as closing:
        notes: list[str] = []
        model, where = stand_in(Path(folder), notes, tell)
        if where is None:
            raise MissingProgramError("torch, which makes random weights,", "pip install torch")
        job = make_job(Path(folder), Path(where), plan)
        desk = _Desk([replace(rival, folder=where) for rival in rivals], job, 0 if plan.quick else WARM, closing)
        stations, failed = _load(desk, tell)
        cases = {rival: partial(station.ask, "write", job) for rival, station in stations.items()}
        rounds = interleave({FLOOR: desk.floor, **cases}, plan.repeats or (1 if plan.quick else 3), tell=tell)
        if FLOOR in rounds.failed:
            raise rounds.failed[FLOOR]
        failed |= rounds.failed
        notes += [f"{rival.name}: not measured: {error}".replace(f"{folder}/", "") for rival, error in failed.items()]
        written = {rival: runs for rival, runs in rounds.runs.items() if rival != FLOOR and runs and rival not in failed}
        if not written:
            raise next(iter(failed.values()))
        settings = {"quick": plan.quick, "rounds": rounds.done, "model": model, "tokens": job.max_tokens, "threads": cores()}
        return {
            "settings": {**settings, "prompt": len(job.prompt.ids)},
            "models": list(_loads(written, stations)),
            "floor": _floor(rounds.runs[FLOOR], config_of(Path(where)), job),
            "rows": list(_rows(written, rounds, config_of(Path(where)), job)),
            "notes": notes,
            "failed": sum(error.exit_code in FAULTS for error in failed.values()),
        }


@contextmanager
def held_to(threads: int | None) -> Iterator[None]:
    """This process and those it starts on so many processors. Raises UsageError where that cannot be."""
    if threads is None:
        yield
        return
    if not hasattr(os, "sched_setaffinity"):
        raise UsageError("this system does not hold a process to some processors; leave out --threads")
    before = os.sched_getaffinity(0)
    if threads > len(before):
        raise UsageError(f"there are {len(before)} processors, not {threads}")
    os.sched_setaffinity(0, set(sorted(before)[:threads]))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def make_job(folder: Path, model: Path, plan: BasePlan) -> Job:
    """A page of text in one tile, and the published prompt; nothing ends the text but its length."""
    from ...pixels.source import open_source
    from ...pixels.tiles import view
    from ...prompt.template import build
    from ...prompt.tokenizer import Tokenizer

    (page,) = open_source(draw_inputs(folder, QUICK if plan.quick else FULL, 0)["page"])
    if isinstance(page, Lost):
        raise page.why
    prompt = build(Task(MODE), page.image.shape[1::-1], 1, Tokenizer.from_folder(model))
    return Job(view(page), replace(prompt, stop_ids=()), plan.tokens or (QUICK_TOKENS if plan.quick else TOKENS))


def config_of(model: Path) -> GotConfig:
    from ...weights.config import read_config

    return read_config(model)


@dataclass(frozen=True)
class _Desk:
    rivals: Sequence[Rival]
    job: Job
    warm: int  # tokens that each writes beforehand
    closing: ExitStack

    def station(self, make: Any) -> Station:
        return self.closing.enter_context(Station(make))

    def floor(self) -> Pace:
        with Station(Floor) as station:
            return station.ask("measure")


def _load(desk: _Desk, tell: Tell) -> tuple[dict[Rival, Station], dict[Rival, GotocrError]]:
    """Each in its process, where not quick having written some tokens already, which does not count."""
    stations: dict[Rival, Station] = {}
    failed: dict[Rival, GotocrError] = {}
    for number, rival in enumerate(desk.rivals):
        tell(0.0, f"loading {rival.name}, {number + 1} of {len(desk.rivals)}")
        try:
            station = desk.station(rival)
            if rival.right is not None or desk.warm:  # the one with a draft makes it of the whole text
                station.ask("write", desk.job if rival.right is not None else replace(desk.job, max_tokens=desk.warm))
            stations[rival] = station
        except GotocrError as error:
            failed[rival] = error
    return stations, failed


def _loads(written: Mapping[Rival, Sequence[Written]], stations: Mapping[Rival, Station]) -> Iterator[dict[str, Any]]:
    first = next(iter(written))
    least = stations[first].ask("memory")
    for rival, runs in written.items():
        memory = stations[rival].ask("memory")
        yield {
            "rival": rival.name,
            "load": stations[rival].ask("load"),
            "peak_mb": memory,
            "memory_ratio": memory and least and memory / least,
            "tokens": len(runs[0].ids),
            "same": same(runs[0].ids, written[first][0].ids),
        }


def same(ids: Sequence[int], others: Sequence[int]) -> int:
    """How many tokens are the same from the beginning on."""
    return next((place for place, (one, other) in enumerate(zip(ids, others, strict=False)) if one != other), min(len(ids), len(others)))


def _floor(paces: Sequence[Pace], config: GotConfig, job: Job) -> dict[str, Any]:
    sums = _needs(config, job, "float32")
    return {
        "gigaflops": spread([pace.sums / 1e9 for pace in paces]),
        "gigabytes": spread([pace.bytes / 1e9 for pace in paces]),
        "needs": {part: sums[part] / 1e9 for part in PARTS},
    }


def _needs(config: GotConfig, job: Job, number: str) -> dict[str, float]:
    """Of each part the sums, of a token the bytes."""
    prompt = len(job.prompt.ids)
    seen = looking(config.vision, config.decoder.hidden) * len(job.pixels.values)
    return {
        "picture": seen,
        "first": seen + reading(config.decoder, prompt),
        "token": writing(config, prompt + job.max_tokens / 2, number),
    }


def _rows(written: Mapping[Rival, Sequence[Written]], rounds: Rounds, config: GotConfig, job: Job) -> Iterator[dict[str, Any]]:
    first = next(iter(written))
    for part in PARTS:
        for rival, runs in written.items():
            took = [getattr(run, part) for run in runs]
            if None in took:
                continue
            used = [one.processor for one in took]
            needs = _needs(config, job, rival.number)[part]
            paces = [pace.bytes if part == "token" else pace.sums for pace in rounds.runs[FLOOR]]
            shares = [needs / pace / seconds for pace, seconds in zip(paces, used, strict=False)]
            against = [getattr(run, part).processor for run in written[first]]
            yield {
                "part": part,
                "rival": rival.name,
                "seconds": spread([one.wall for one in took]),
                "processor_seconds": spread(used),
                "floor_share": round(median(shares), 4),
                "faster": None if rival == first else ratio(against, used),
            }


_SHOWN = {"picture": "picture", "first": "picture + prompt", "token": "a token"}


def tables(result: Any) -> Iterator[Table]:
    """What each holds, what is needed, and what each part takes."""
    head = ("who", "load s", "peak MB", "of the first", "tokens", "the same")
    held = [
        (
            row["rival"],
            show(row["load"]),
            show(row["peak_mb"]),
            show(row["memory_ratio"]),
            str(row["tokens"]),
            str(row["same"]),
        )
        for row in result["models"]
    ]
    yield Table(head, tuple(held))
    if floor := result.get("floor"):
        yield _floor_table(floor)
    head = ("part", "who", "s", "cpu s", "least–most", "of the floor", "faster", "interval")
    parts = [
        (
            _SHOWN[row["part"]],
            row["rival"],
            show(row["seconds"]["median"]),
            show(row["processor_seconds"]["median"]),
            reach(row["processor_seconds"]),
            f"{row['floor_share']:.0%}",
            show(row["faster"]["median"]) if row["faster"] else "1",
            interval(row["faster"]),
        )
        for row in result["rows"]
    ]
    yield Table(head, tuple(parts), 2)


def _floor_table(floor: Any) -> Table:
    pace = [("GFLOP/s", floor["gigaflops"]), ("GB/s", floor["gigabytes"])]
    needs = [(f"{_SHOWN[part]}, {'GB' if part == 'token' else 'GFLOP'}", floor["needs"][part]) for part in PARTS]
    rows = [(name, show(value["median"]), reach(value)) for name, value in pace] + [(name, show(value), "") for name, value in needs]
    return Table(("floor", "value", "least–most"), tuple(rows))


BENCH = Bench(BasePlan, measure, tables)
