"""`gotocr bench`: how fast it is on this machine; so far the drawing of pictures, in samples a second of one core."""

from __future__ import annotations

import os
import resource
import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from ..errors import UsageError
from .make import share
from .verb import Verb

if TYPE_CHECKING:
    from ..synth.samples import Studio

_DESCRIPTION = """Draw every kind for a while and show samples a second of one core: processor time of this process and of
those it started, texts and fonts already loaded, pictures not encoded. The machine's other work hardly matters so."""
BENCH_SEED = 1_000_000


def add(parser: ArgumentParser) -> None:
    parser.add_argument("subject", choices=["make"], help="what to measure: make = drawing pictures")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="kinds or shards (default: every kind)")
    parser.add_argument("--seconds", type=float, default=3.0, metavar="S", help="processor time for each (default: %(default)s)")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="texts to draw from (default: the few that come along)")
    parser.add_argument("--fonts", action="append", metavar="DIR", help="fonts to draw with; may be given several times")
    parser.add_argument("--worn", type=share, default=0.0, metavar="P", help="share of worn pictures (default: %(default)s)")


def run(arguments: Namespace) -> int:
    from ..synth import names

    if not arguments.seconds > 0:
        raise UsageError("--seconds must be above 0")
    kinds = arguments.kinds or names()

    from tqdm import tqdm

    from .make import Order

    fonts = tuple(arguments.fonts) if arguments.fonts else None
    studio = Order(tuple(kinds), 0, arguments.corpus, fonts, (1280, 1280), arguments.worn).studio()
    print(f"{'kind':<16} {'samples/s':>10} {'ms, median':>11} {'ms, slowest':>12} {'megapixels':>11} {'glyphs':>7}")
    for kind in tqdm(kinds, unit="kind", leave=False, disable=None, file=sys.stderr):
        tqdm.write(measure(studio, kind, arguments.seconds), file=sys.stdout)
    return 0


def measure(studio: Studio, kind: str, seconds: float) -> str:
    """One row of the table: draws for `seconds` of processor time, after a few that warm caches."""
    for warm in range(5):
        studio.draw(kind, BENCH_SEED - 1 - warm)
    times, areas, glyphs = [], [], []
    while sum(times) < seconds or len(times) < 3:
        before = processor_time()
        pages = studio.draw(kind, BENCH_SEED + len(times))
        times.append(max(processor_time() - before, 1e-6))
        areas.append(sum(page.image.shape[0] * page.image.shape[1] for page in pages) / 1e6)
        glyphs.append(sum(len(page.glyphs.text) for page in pages))
    rate = len(times) / sum(times)
    slowest = f"{median(times) * 1e3:>11.2f} {max(times) * 1e3:>12.1f}"
    return f"{Path(kind).name:<16} {rate:>10.1f} {slowest} {median(areas):>11.2f} {median(glyphs):>7.0f}"


def processor_time() -> float:
    """Seconds of processor time of this process and of its children, living ones too where the system tells."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime + _living()


def _living() -> float:
    """Of child processes that still run, by Linux's process table; 0 elsewhere."""
    try:
        own = Path("/proc/self/task")
        children = {child for task in own.iterdir() for child in (task / "children").read_text().split()}
        fields = [Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split() for child in children]
    except OSError:
        return 0.0
    return sum(int(field[11]) + int(field[12]) for field in fields) / os.sysconf("SC_CLK_TCK")


VERB = Verb("measure how fast this machine is", run, add, _DESCRIPTION)
