"""`gotocr forecast`: what a folder of millions takes, simulated: hours, machines that are lost, requests, bytes; nothing is read."""

from __future__ import annotations

import math
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import errors
from .read import count
from .verb import Verb

if TYPE_CHECKING:
    from ..scale.simulation import Fleet, Outcome, Rules, Times

SHARDS = (100, 250, 500, 1000, 2000, 5000)
LIVES = (6.0, 24.0, 168.0, math.inf)  # hours
_TIMES = {"k": 1e3, "m": 1e6, "g": 1e9, "b": 1e9}
_DESCRIPTION = """Simulate `gotocr batch` over PAGES pages: heavy-tailed pages, machines that are lost and come again, leases, a storage of
limited speed. What comes out is as good as the seconds of a page that go in: measure them with your own pages (--seconds takes
a file with one number a line)."""


def pages(text: str) -> int:
    """A number with k, M or G behind it, if need be."""
    try:
        factor = _TIMES.get(text[-1:].lower(), 1.0)
        found = float(text[:-1] if factor > 1 else text) * factor
        if not 1 <= found < 1e12:
            raise ValueError
        return int(found)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no number of pages, such as 20000, 500k or 100M") from None


def _number(least: float, most: float, says: str) -> Callable[[str], float]:
    """Takes a number from `least` to `most`, which are not infinite."""

    def take(text: str) -> float:
        with suppress(ValueError):
            if least <= (found := float(text)) <= most and math.isfinite(found):
                return found
        raise ArgumentTypeError(f"{text!r} is no {says}")

    return take


above = _number(sys.float_info.min, math.inf, "number above 0")
amount = _number(0.0, math.inf, "number of 0 or more")
share = _number(0.0, 1.0, "number from 0 to 1")


def whole(text: str) -> int:
    """A number that a generator begins with."""
    if not (text.isascii() and text.isdigit()):
        raise ArgumentTypeError(f"{text!r} is no whole number of 0 or more")
    return int(text)


def add(parser: ArgumentParser) -> None:
    parser.add_argument("pages", metavar="PAGES", type=pages, help="such as 20000, 500k, 100M")
    page = parser.add_argument_group("a page")
    page.add_argument("--seconds", metavar="S|FILE", default="1", help="seconds of one worker: the median, or a file with measured ones, a line each (default: %(default)s)")
    page.add_argument("--sigma", type=amount, default=0.8, metavar="X", help="how unequal pages are: of the logarithm (default: %(default)g)")
    page.add_argument("--most", type=above, default=300.0, metavar="S", help="a page that takes longer is given up (default: %(default)g)")
    page.add_argument("--bytes", type=amount, default=300e3, metavar="N", help="of a page's source (default: %(default)g)")
    page.add_argument("--text", type=amount, default=4e3, metavar="N", help="bytes of a row (default: %(default)g)")
    page.add_argument("--fatal", type=share, default=0.0, metavar="P", help="share of pages that kill their process (default: %(default)g)")
    fleet = parser.add_argument_group("the machines")
    fleet.add_argument("--machines", type=count, default=1, metavar="N", help="(default: %(default)s)")
    fleet.add_argument("--workers", type=count, default=8, metavar="N", help="of each machine: its cores, or its GPUs (default: %(default)s)")
    fleet.add_argument("--start", type=amount, default=30.0, metavar="S", help="until a worker has loaded the model (default: %(default)g)")
    fleet.add_argument("--life", type=above, default=math.inf, metavar="HOURS", help="mean life of a machine, such as 24 for spot ones (default: for ever)")
    fleet.add_argument("--renewal", type=amount, default=300.0, metavar="S", help="until another machine stands in its place (default: %(default)g)")
    rules = parser.add_argument_group("the run")
    rules.add_argument("--shard-pages", type=count, default=1000, metavar="N", help="(default: %(default)s)")
    rules.add_argument("--lease", type=amount, default=60.0, metavar="S", help="until a lost shard is free again (default: %(default)g)")
    rules.add_argument("--overhead", type=amount, default=1.0, metavar="S", help="of each shard: claim, list, rename, marker (default: %(default)g)")
    rules.add_argument("--requests", type=above, default=3500.0, metavar="N", help="most a second that the storage bears (default: %(default)g, what S3 says of writes to a prefix)")
    rules.add_argument("--bandwidth", type=above, default=1.25e9, metavar="N", help="most bytes a second of it (default: %(default)g, ten gigabits)")
    parser.add_argument("--seed", type=whole, default=0, metavar="N", help="another one, another run")
    parser.add_argument("--grid", action="store_true", help="hours against pages of a shard and lives of machines, too")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="the same as a drawing")


def parts(arguments: Namespace) -> tuple[Times, Fleet, Rules]:
    """What is simulated, of the options."""
    from ..scale.simulation import Fleet, Rules, Times, fit

    try:
        median = float(arguments.seconds)
        if not (median > 0 and math.isfinite(median)):
            raise errors.UsageError(f"--seconds takes a number above 0, or a file of them (got {arguments.seconds})")
        times = Times(median, arguments.sigma, most=arguments.most)
    except ValueError:
        times = fit(_measured(Path(arguments.seconds)), arguments.most)
    fleet = Fleet(arguments.machines, arguments.workers, arguments.start, 3600 * arguments.life, arguments.renewal, 0.05)
    rules = Rules(arguments.shard_pages, arguments.overhead, arguments.lease, 1.0, 12.0, arguments.requests)
    from dataclasses import replace

    return times, fleet, replace(rules, page_bytes=arguments.bytes, text_bytes=arguments.text, bandwidth=arguments.bandwidth, fatal=arguments.fatal)


def _measured(path: Path) -> list[float]:
    try:
        return [float(line) for line in path.read_text("utf-8").split()]
    except (OSError, ValueError) as error:
        raise errors.InputError(f"{path} is no file of seconds, one number a line: {getattr(error, 'strerror', None) or error}") from error


def run(arguments: Namespace) -> int:
    from dataclasses import replace

    from ..scale.simulation import simulate

    times, fleet, rules = parts(arguments)
    made = simulate(arguments.pages, times, fleet, rules, arguments.seed)
    print("\n".join(f"{name:28}  {figure}" for name, figure in rows(made, arguments.pages)))
    if not (arguments.grid or arguments.svg):
        return 0
    lines: dict[str, list[tuple[int, float]]] = {}
    for hours in LIVES:
        name = "for ever" if math.isinf(hours) else f"{hours:g} h"
        lines[name] = []
        for shard in SHARDS:
            try:
                found = simulate(arguments.pages, times, replace(fleet, lifetime=3600 * hours), replace(rules, shard=shard), arguments.seed)
                lines[name].append((shard, found.hours))
            except errors.UsageError:  # hardly ever finishes a shard
                continue
    if arguments.grid:
        print("\nhours, by pages of a shard and life of a machine\n")
        print("  ".join([f"{'life':9}", *(f"{shard:>9,}" for shard in SHARDS)]))
        for name, line in lines.items():
            known: dict[int, Any] = dict(line)
            print("  ".join([f"{name:9}", *(f"{known[shard]:9.2f}" if shard in known else f"{'never':>9}" for shard in SHARDS)]))
    if arguments.svg:
        _write(arguments.svg, drawing(lines))
    return 0


def rows(made: Outcome, pages: int) -> list[tuple[str, str]]:
    """What came of it, name and figure."""
    whole = made.workers * made.seconds
    return [
        ("hours", f"{made.hours:,.2f}"),
        ("hours until 99% is done", f"{made.most / 3600:,.2f}"),
        ("pages a second", f"{pages / made.seconds:,.1f}"),
        ("worker hours", f"{whole / 3600:,.0f}"),
        ("of these in pages", f"{made.efficiency:.1%}"),
        ("lost with machines", f"{made.lost / whole:.2%}"),
        ("waited for the storage", f"{made.waited / whole:.1%}"),
        ("machines lost", f"{made.losses:,}"),
        ("shards, begun anew", f"{made.shards:,}, {made.again:,}"),
        ("pages given up", f"{made.dead:,}"),
        ("requests, a second", f"{made.requests:,.0f}, {made.requests / made.seconds:,.0f}"),
        ("GB read, written", f"{made.read / 1e9:,.0f}, {made.written / 1e9:,.1f}"),
        ("MB a second", f"{(made.read + made.written) / made.seconds / 1e6:,.0f}"),
    ]


def drawing(lines: dict[str, list[tuple[int, float]]]) -> str:
    """Hours against pages of a shard, a line for each life of machines, as SVG."""
    wide, high, left, top = 520, 300, 60, 30
    all_hours = [hours for line in lines.values() for _, hours in line]
    low, most = min(all_hours) * 0.98, max(all_hours) * 1.02

    def at(shard: int, hours: float) -> tuple[float, float]:
        across = math.log(shard / SHARDS[0]) / math.log(SHARDS[-1] / SHARDS[0])
        return left + across * (wide - left - 90), top + (1 - (hours - low) / (most - low)) * (high - top - 50)

    body = [f'<text x="{left}" y="18">hours, by pages of a shard and mean life of a machine</text>']
    for shard in SHARDS:
        x, _ = at(shard, low)
        body.append(f'<text x="{x:.1f}" y="{high - 26}" text-anchor="middle">{shard:,}</text>')
    for part in range(5):
        hours = low + part / 4 * (most - low)
        _, y = at(SHARDS[0], hours)
        body.append(f'<path d="M{left} {y:.1f}H{wide - 90}" stroke="#999" stroke-width=".4"/><text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{hours:.1f}</text>')
    for (name, line), colour in zip(lines.items(), ("#c2377f", "#c46200", "#00857c", "#2f6fd6"), strict=True):
        points = [at(*point) for point in line]
        if points:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            body.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
            body.append(f'<text x="{points[-1][0] + 6:.1f}" y="{points[-1][1] + 4:.1f}" fill="{colour}">{name}</text>')
    style = "<style>text{font:12px system-ui,sans-serif;fill:#777}</style>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}">{style}{"".join(body)}</svg>\n'


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise errors.OutputError(f"cannot write {path}: {error.strerror or error}") from error


VERB = Verb("say what a folder of millions would take: hours, machines, requests", run, add, _DESCRIPTION)
