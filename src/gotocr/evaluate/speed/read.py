"""How fast pictures are read: models and engines side by side on a line, a page and a PDF of ten pages."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ...engines import ELSEWHERE, ENGINES
from ...errors import EngineError, GotocrError, UsageError, WorkerError
from ...reader import MODELS
from ...schema import Task
from .bench import Bench
from .pictures import FULL, PDF_PAGES, QUICK, draw_inputs
from .peer import INPUTS as PEER_INPUTS
from .peer import NAME as PEER
from .peer import Peer
from .rounds import Rounds, Tell, interleave, ratio, silent, spread
from .standin import stand_in
from .station import Station
from .tables import read_tables
from .trial import Configuration, Run

INPUTS = ("crop", "page", "pdf")
SMALLEST = "crop"
LINES = "lines"  # several pictures of a line
CAP, QUICK_CAP = 32, 8  # tokens of the big model where it is not told otherwise
BUDGET = 40.0  # seconds of --quick within which a round may begin ...
LEAST = 3.0  # ... of which so many are left for it, however long loading took
INSTANT = 1e-9  # seconds; no writing takes less
FAULTS = (EngineError.exit_code, WorkerError.exit_code)  # and no want of packages, devices or weights
PATIENCE = 60.0  # seconds of processor time that one reading may take before it is left out unasked


@dataclass(frozen=True)
class ReadPlan:
    """What to measure; None and () = what is sensible here."""

    quick: bool = False
    repeats: int | None = None
    models: tuple[str, ...] = ()  # of `reader.MODELS`, or folders
    engines: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    batch: tuple[int, ...] = ()  # pictures at a time
    device: str = "cpu"
    max_tokens: int | None = None


Open = Callable[[Configuration], Any]  # a Station, or what can be asked like one


def measure(plan: ReadPlan, tell: Tell = silent, station: Open = Station) -> dict[str, Any]:
    """The result in plain values. Raises UsageError for wrong names, and what failed where nothing could be measured."""
    repeats = plan.repeats or (3 if plan.quick else 5)
    batch = plan.batch or ((1, 4) if plan.quick else (1, 2, 4, 8, 16))
    until = time.monotonic() + BUDGET if plan.quick else None
    with tempfile.TemporaryDirectory(prefix="gotocr-bench-") as folder, ExitStack() as closing:
        notes: list[str] = []
        configurations = list(_configurations(plan, Path(folder), notes, tell))
        inputs = draw_inputs(Path(folder), QUICK if plan.quick else FULL, max(batch))
        loads, stations = _load(configurations, 1 if plan.quick else repeats, closing, station, tell)
        cases = _cases(_Desk(plan, inputs, batch, stations, loads.failed, notes), tell)
        until = until and max(until, time.monotonic() + LEAST)
        rounds = interleave(cases, repeats, until, tell)
        notes += [f"{case.title}: failed: {error}" for case, error in rounds.failed.items()]
        late = [case for case, runs in rounds.runs.items() if not runs and case not in rounds.failed]
        notes += [f"{case.title}: not measured, the time was up" for case in late]
        notes += [f"{configuration.title}: not measured: {error}" for configuration, error in loads.failed.items()]
        if not any(rounds.runs.values()):
            raise next(iter([*rounds.failed.values(), *loads.failed.values()]), UsageError("; ".join(["there is nothing to measure", *notes])))
        notes += _beside(rounds)
        return {
            "settings": {"quick": plan.quick, "rounds": rounds.done, "mode": "plain"},
            "models": [_model_row(name, loads.runs[name], where) for name, where in stations.items()],
            "rows": list(_rows(rounds)),
            "notes": [note.replace(f"{folder}/", "") for note in notes],
            "failed": len(rounds.failed) + sum(error.exit_code in FAULTS for error in loads.failed.values()),
        }


@dataclass(frozen=True)
class Case:
    """One input read by one configuration; `at_once` is how many pictures it is made of."""

    input: str
    configuration: Configuration
    pictures: int = 1
    at_once: bool = True

    @property
    def title(self) -> str:
        what = f"lines x {self.pictures}" if self.input == LINES else self.input
        return f"{what}, {self.configuration.title}"


@dataclass(frozen=True)
class _Desk:
    """What the cases are made of."""

    plan: ReadPlan
    inputs: Mapping[str, Path]
    batch: Sequence[int]
    stations: dict[Configuration, Any]
    failed: dict[Configuration, GotocrError]
    notes: list[str]


def _configurations(plan: ReadPlan, folder: Path, notes: list[str], tell: Tell) -> Iterator[Configuration]:
    models = plan.models or (("nano",) if plan.quick else ("nano", "base", PEER))
    other, models = PEER in models, [model for model in models if model != PEER]
    for engine in plan.engines:
        if engine not in ENGINES:
            raise UsageError(f"no engine named {engine!r}; choose from: {', '.join(ENGINES)}")
    for model in models:
        if model not in MODELS and not Path(model).expanduser().exists():
            raise UsageError(f"no model named {model!r}, no such folder; choose from: {', '.join(MODELS)}, or give a folder")
    for model in models:
        name, where, large = Path(model).name, model, _is_large(model)
        if model == "base":
            name, where = stand_in(folder, notes, tell)
        if where is None:
            continue
        most = plan.max_tokens or (QUICK_CAP if plan.quick else CAP) if large else plan.max_tokens or Task.max_tokens
        if most < Task.max_tokens:
            notes.append(f"{name}: at most {most} tokens of each picture are written")
        for engine in plan.engines or [name for name in ENGINES if name not in ELSEWHERE]:
            yield Configuration(name, where, engine, plan.device, most)
    if other:
        try:
            yield Peer.found()
        except GotocrError as why:
            notes.append(f"{PEER}: not measured: {why}")


def _is_large(model: str) -> bool:
    from ...engines.family import family_of

    family = MODELS[model].family if model in MODELS else family_of(Path(model).expanduser())
    return family == "got"


def _load(
    configurations: Sequence[Configuration], repeats: int, closing: ExitStack, station: Open, tell: Tell
) -> tuple[Rounds, dict[Configuration, Any]]:
    """Every configuration in a new process, `repeats` times; those of the last time stay for reading."""
    stations: dict[Configuration, Any] = {}

    def start(configuration: Configuration) -> object:
        if configuration in stations:
            stations.pop(configuration).close()
        made = station(configuration)
        stations[configuration] = made
        closing.callback(made.close)
        return made.ask("load")

    cases = {configuration: partial(start, configuration) for configuration in configurations}
    rounds = interleave(cases, repeats, tell=lambda done, what: tell(done, f"loading, {what}"))
    return rounds, {name: made for name, made in stations.items() if name not in rounds.failed}


def _cases(desk: _Desk, tell: Tell) -> dict[Case, Callable[[], Run]]:
    """Everything to read, one input after another, in each by every configuration that can read the first line.

    What is small comes first, so that it shows how much memory what is larger takes on top.
    """
    line = _warm(desk, tell)
    cases: dict[Case, Callable[[], Run]] = {}
    names = desk.plan.inputs or INPUTS
    for name in [*(name for name in names if name == SMALLEST), LINES, *(name for name in names if name != SMALLEST)]:
        if name == LINES:
            for case in _batches(desk, line):
                paths = [desk.inputs[f"line-{number}"] for number in range(case.pictures)]
                cases[case] = partial(desk.stations[case.configuration].ask, "batch", paths)
            continue
        for configuration, where in desk.stations.items():
            case = Case(name, configuration)
            if isinstance(configuration, Peer) and name not in PEER_INPUTS:
                continue
            if name == "pdf" and not desk.plan.inputs and line[configuration] * PDF_PAGES > PATIENCE:
                desk.notes.append(
                    f"{case.title}: left out, a line alone takes {line[configuration]:.0f} s; --inputs pdf measures it"
                )
            else:
                cases[case] = partial(where.ask, "read", desk.inputs[name])
    return cases


def _warm(desk: _Desk, tell: Tell) -> dict[Configuration, float]:
    """Read one line with each, which does not count; those that cannot are out. Gives seconds of processor time."""
    line: dict[Configuration, float] = {}
    for configuration, where in [*desk.stations.items()]:
        tell(0.0, f"warming up {configuration.title}")
        try:
            line[configuration] = where.ask("read", desk.inputs["crop"]).processor
        except GotocrError as error:
            desk.failed[configuration] = error
            del desk.stations[configuration]
    return line


def _batches(desk: _Desk, line: Mapping[Configuration, float]) -> Iterator[Case]:
    """Several lines: every number where the engine reads them at once, else the first and the last (none if quick).

    Unasked, those are left out that would take too long, and a single number that is left, with nothing to compare it to.
    """
    able = {name: where.ask("load").at_once for name, where in desk.stations.items()}
    asked = bool(desk.plan.batch)
    ends = (desk.batch[0], desk.batch[-1]) if asked or not desk.plan.quick else ()
    chosen: dict[Configuration, Sequence[int]] = {}
    for name in desk.stations:
        wanted = [number for number in desk.batch if able[name] or number in ends]
        quick = [number for number in wanted if asked or number * line[name] <= PATIENCE]
        chosen[name] = quick if asked or len(quick) > 1 else []
        if late := [str(number) for number in wanted if number not in chosen[name]]:
            told = f"left out, one takes {line[name]:.0f} s; --batch measures them"
            desk.notes.append(f"lines x {', '.join(late)}, {name.title}: {told}")
    for number in desk.batch:
        yield from (Case(LINES, name, number, able[name]) for name in desk.stations if number in chosen[name])


def _model_row(configuration: Configuration, loadings: Sequence[Any], station: Any) -> dict[str, Any]:
    memory = station.ask("memory")
    return {
        **{name: value for name, value in asdict(configuration).items() if name != "model"},
        "load": spread([loading.seconds for loading in loadings]),
        "loaded_mb": loadings[-1].memory,
        "peak_mb": memory["peak"],
        "device_peak_mb": memory["device"],
        "threads": loadings[-1].threads,
    }


def _rows(rounds: Rounds) -> Iterator[dict[str, Any]]:
    for case, runs in rounds.runs.items():
        if not runs:
            continue
        first = rounds.runs[_reference(case, rounds.runs)]
        yield {
            "input": case.input,
            "pictures": case.pictures,
            "at_once": case.at_once,
            "model": case.configuration.name,
            "engine": case.configuration.engine,
            "device": case.configuration.device,
            "pages": runs[0].pages,
            "tokens": runs[0].tokens,
            "peak_mb": runs[0].memory,
            "device_peak_mb": runs[0].device_memory,
            "page_seconds": spread([run.wall / run.pages for run in runs]),
            "page_processor_seconds": spread([run.processor / run.pages for run in runs]),
            "pages_per_second": spread([run.pages / run.wall for run in runs]),
            "first_token_seconds": spread([run.first for run in runs]),
            "tokens_per_second": spread([(run.tokens - 1) / max(run.wall - run.first, INSTANT) for run in runs])
            if runs[0].tokens > 1
            else None,
            "ratio": None if first is runs else ratio(*([run.wall / run.pages for run in some] for some in (runs, first))),
        }


def _beside(rounds: Rounds) -> Iterator[str]:
    """Our first reader's time for a picture beside the other program's, round by round."""
    for case, runs in rounds.runs.items():
        if not isinstance(case.configuration, Peer) or case.input == LINES or not runs:
            continue
        ours = next(other for other in rounds.runs if other.input == case.input)
        if ours is not case and rounds.runs[ours]:
            for what in ("wall", "processor"):
                found = ratio(*([getattr(run, what) / run.pages for run in rounds.runs[one]] for one in (ours, case)))
                said = f"{found['median']:.2f} times the {what} time of {case.configuration.title}"
                yield f"{case.input}: {ours.configuration.title} takes {said} ({found['low']:.2f}–{found['high']:.2f})"


def _reference(case: Case, runs: Mapping[Case, Sequence[Run]]) -> Case:
    """What a case is compared with: the same model's first engine on the same input; of several lines, the fewest."""
    if case.input == LINES:
        return next(other for other in runs if runs[other] and replace(other, pictures=case.pictures) == case)
    return next(
        other
        for other in runs
        if runs[other] and other.input == case.input and other.configuration.name == case.configuration.name
    )


BENCH = Bench(ReadPlan, measure, read_tables)
