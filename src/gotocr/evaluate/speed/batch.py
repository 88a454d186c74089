"""What `gotocr batch` costs beside `gotocr read`, by the commands themselves: seconds of a page, and at the start; pages' own times.

Each way reads a small and a larger folder of the same pictures with one worker and one thread: the difference is what pages
take, the rest is what the start takes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ...errors import EngineError, UsageError
from .bench import Bench
from .machine import processor_time
from .pictures import draw_page
from .rounds import Rounds, Tell, interleave, ratio, silent, spread
from .tables import Table, interval, reach, show

FEW, MANY = 8, 32  # pictures of the two folders
QUICK_MANY = 16
WAYS = ("read", "batch", "ray")
LONGEST = 300.0  # seconds of one command


@dataclass(frozen=True)
class BatchPlan:
    """What to measure; None and () = what is sensible here."""

    quick: bool = False
    repeats: int | None = None
    ways: tuple[str, ...] = ()
    pages: int | None = None  # pictures of the larger folder
    pictures: Path | None = None  # a folder to take them from; None = pages of four lines that are drawn


@dataclass(frozen=True)
class Took:
    """Wall and processor seconds of one command."""

    wall: float
    processor: float


def measure(plan: BatchPlan, tell: Tell = silent) -> dict[str, Any]:
    """The result in plain values. Raises UsageError for unknown ways and folders without pictures."""
    ways = plan.ways or tuple(way for way in WAYS if way != "ray" or find_spec("ray"))
    if strangers := [way for way in ways if way not in WAYS]:
        raise UsageError(f"no way named {strangers[0]!r}; choose from: {', '.join(WAYS)}")
    many = plan.pages or (QUICK_MANY if plan.quick else MANY)
    if many <= FEW:
        raise UsageError(f"--pages must be above {FEW}")
    repeats = plan.repeats or (1 if plan.quick else 3)
    with tempfile.TemporaryDirectory(prefix="gotocr-bench-") as folder:
        sources = {count: _folder(Path(folder) / str(count), count, plan.pictures) for count in (FEW, many)}
        cases = {(way, count): partial(_run, way, sources[count], Path(folder)) for way in ways for count in sources}
        rounds = interleave(cases, repeats, None, tell)
    rows = list(_rows(rounds, ways, many))
    notes = [f"{way}, {count} pages: failed: {error}" for (way, count), error in rounds.failed.items()]
    settings = {"quick": plan.quick, "rounds": rounds.done, "pages": many, "pictures": "given" if plan.pictures else "drawn, four lines each", "workers": 1, "threads": 1}
    return {"settings": settings, "rows": rows, "notes": notes, "failed": len(rounds.failed)}


def _folder(folder: Path, count: int, given: Path | None) -> Path:
    folder.mkdir()
    if given is None:
        for number in range(count):
            (folder / f"{number:04d}.png").write_bytes(draw_page(number))
        return folder
    found = sorted(path for path in given.iterdir() if path.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"))
    if len(found) < count:
        raise UsageError(f"{given.name} has {len(found)} pictures, and {count} are needed: --pages takes fewer")
    for path in found[:: len(found) // count][:count]:
        shutil.copy(path, folder / path.name)
    return folder


def _run(way: str, source: Path, folder: Path) -> Took:
    out = Path(tempfile.mkdtemp(dir=folder)) / "out"
    argv = ["read", str(source), "-o", str(out), "--to", "json", "--quiet"]
    if way != "read":
        argv = ["batch", str(source), "-o", str(out), "--to", "jsonl.zst", "--workers", "1", "--quiet"]
    if way == "ray":
        argv += ["--ray", "local"]
    settings = {**os.environ, "OMP_NUM_THREADS": "1"}
    began, before = time.perf_counter(), processor_time()
    try:
        done = subprocess.run([sys.executable, "-m", "gotocr", *argv], capture_output=True, text=True, env=settings, timeout=LONGEST)
    except subprocess.TimeoutExpired as cause:
        raise EngineError(f"gotocr {argv[0]} took more than {LONGEST:.0f} s") from cause
    if done.returncode:
        raise EngineError(f"gotocr {argv[0]} ended with {done.returncode}: {(done.stderr.strip().splitlines() or ['nothing said'])[-1]:.200}")
    return Took(time.perf_counter() - began, processor_time() - before)


def _rows(rounds: Rounds, ways: tuple[str, ...], many: int) -> Iterator[dict[str, Any]]:
    """A row a way: what a page takes, and what the start takes, of the two folders of a round."""
    first: list[float] = []
    for way in ways:
        small, large = rounds.runs[way, FEW], rounds.runs[way, many]
        if not small or not large:
            continue
        pairs = list(zip(small, large, strict=False))
        page = [max((big.wall - little.wall) / (many - FEW), 1e-6) for little, big in pairs]
        worked = [max((big.processor - little.processor) / (many - FEW), 1e-6) for little, big in pairs]
        start = [little.wall - FEW * each for (little, _), each in zip(pairs, page, strict=True)]
        first = first or worked
        yield {
            "way": way,
            "page_seconds": spread(page),
            "page_processor_seconds": spread(worked),
            "start_seconds": spread(start),
            "pages_per_second": spread([1 / each for each in page]),
            "ratio": None if first is worked else ratio(worked, first),
        }


def tables(result: Any) -> Iterator[Table]:
    """A row for each way."""
    head = ("way", "start s", "s/page", "least–most", "cpu s/page", "pages/s of a core", "ratio", "interval")
    rows = [
        (
            row["way"],
            show(row["start_seconds"]["median"]),
            show(row["page_seconds"]["median"]),
            reach(row["page_seconds"]),
            show(row["page_processor_seconds"]["median"]),
            show(1 / row["page_processor_seconds"]["median"]),
            show(row["ratio"]["median"]) if row["ratio"] else "1",
            interval(row["ratio"]),
        )
        for row in result["rows"]
    ]
    yield Table(head, tuple(rows))


BENCH = Bench(BatchPlan, measure, tables)
