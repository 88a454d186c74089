"""Diagrams of how far confidences can be believed, as SVG for light and dark pages: reliability, and risk against coverage.

    python -m gotocr.evaluate.curves -o docs/pictures "real pictures=docs/results/real.json" "drawn pictures=calibration.json"

They are made of stored figures alone: the summary of `gotocr evaluate`, or what `gotocr calibrate --json` writes. Reliability
(Guo et al. 2017): a dot for each tenth of confidence, as large as many things fell there; on the line they are right as often as
expected. Risk and coverage (Geifman and El-Yaniv 2017): how much is wrong of what is kept when the least sure are refused.
"""

from __future__ import annotations

import html
import json
import math
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import GotocrError, InputError
from .file import whole

RELIABILITY, COVERAGE = "reliability.svg", "risk-coverage.svg"
LEVELS = {"words": "words", "blocks": "blocks", "pages": "pictures"}  # and what is said for them: lines and signs are pictures, too
SIDE, GAP, LEFT, TOP, FOOT = 250, 62, 52, 62, 76  # of a panel, between panels, and around them
FEW = 5  # things of a tenth: with fewer its dot stands by itself, for it says next to nothing
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_STYLE = """
svg { --paper: #fff; --ink: #1c1f23; --soft: #5b636d; --rule: #d8dce1; --one: #2f6fd6; --two: #c46200; --three: #00857c; --four: #c2377f;
  font: 12px system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
@media (prefers-color-scheme: dark) { svg { --paper: #0d1117; --ink: #e4e7eb; --soft: #a0a9b4; --rule: #343b44; --one: #7fb0ff; --two: #f0a050;
  --three: #4cc9bd; --four: #ff7fb8; } }
.paper { fill: var(--paper); } text { fill: var(--ink); } .soft { fill: var(--soft); } .name { font-weight: 600; font-size: 13px; }
.frame { fill: none; stroke: var(--rule); } .grid { stroke: var(--rule); stroke-width: .7; } .even { stroke: var(--soft); stroke-dasharray: 4 4; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; } .dot { stroke: var(--paper); stroke-width: 1; } .mass { opacity: .18; }
"""
_COLOURS = ("one", "two", "three", "four")
Series = Mapping[str, Mapping[str, Any]]  # by level


def series(path: Path) -> Series:
    """The figures of a file, by level. Raises InputError where it holds none."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read figures from {path}: {error}") from error
    found: dict[str, Any] = {}
    if isinstance(data, dict) and isinstance(data.get("systems"), dict):
        told = next((about["trust"] for about in data["systems"].values() if about.get("trust")), None)
        found = dict(told or {})
    elif isinstance(data, dict):
        found = dict(data.get("before") or {})  # as the model is now
    if not found.get("bars"):
        raise InputError(f"{path} says nothing of confidences; give a summary of gotocr evaluate, or what calibrate --json wrote")
    return {"words": found, **{level: found[level] for level in [*LEVELS][1:] if isinstance(found.get(level), dict)}}


def reliability(told: Mapping[str, Series]) -> str:
    """The reliability diagram of some named series, as SVG."""

    def panel(level: str) -> Iterator[str]:
        yield f'<line class="even" x1="0" y1="{SIDE}" x2="{SIDE}" y2="0"/>'
        for number, (_, figures) in _with(told, level):
            colour, bars = _colour(number), figures["bars"]
            total = sum(bar["count"] for bar in bars) or 1
            for bar in bars:
                wide, tall = SIDE * (bar["high"] - bar["low"]) - 2, SIDE * 0.3 * bar["count"] / total
                yield f'<rect class="mass" fill="{colour}" x="{_n(SIDE * bar["low"] + 1)}" y="{_n(SIDE - tall)}" width="{_n(wide)}" height="{_n(tall)}"/>'
            dots = [(SIDE * bar["confidence"], SIDE * (1 - bar["accuracy"]), bar["count"]) for bar in bars]
            yield _line([dot[:2] for dot in dots if dot[2] >= FEW], colour)
            for x, y, count in dots:
                size = 2.5 + 6 * math.sqrt(count / total)
                yield f'<circle class="dot" fill="{colour}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(size)}"><title>{count}</title></circle>'

    def about(level: str, figures: Mapping[str, Any]) -> str:
        if level == "words":
            return f"{figures['words']:,} words, calibration error {100 * figures['ece']:.1f} %"
        return f"{figures['count']:,} {LEVELS[level]}, each off by {100 * figures['error']:.1f} % in the mean"

    return _picture(told, panel, about, ("confidence", "share right", dict.fromkeys(LEVELS, 1.0)))


def coverage(told: Mapping[str, Series]) -> str:
    """Risk against coverage of some named series, as SVG; those without a curve are left out."""
    known = {name: {level: one for level, one in levels.items() if one.get("curve")} for name, levels in told.items()}
    known = {name: levels for name, levels in known.items() if levels}
    top = {}
    for level in LEVELS:
        most = max((point[1] for _, (_, one) in _with(known, level) for point in one["curve"]), default=0.0)
        top[level] = min(max(math.ceil(most * 25) / 25, 0.04), 1.0)  # its quarters are whole per cents

    def panel(level: str) -> Iterator[str]:
        for number, (_, figures) in _with(known, level):
            points = [(SIDE * kept, SIDE * (1 - risk / top[level])) for kept, risk, *_ in figures["curve"]]
            yield _line(points, _colour([*told].index([*known][number])))

    def about(level: str, figures: Mapping[str, Any]) -> str:
        return f"all: {100 * (1 - figures['right']):.1f} % wrong; surest nine tenths: {100 * (1 - figures['kept']):.1f} %"

    return _picture(known, panel, about, ("share kept, the surest first", "share wrong", top), [*told])


def _picture(
    told: Mapping[str, Series], panel: Callable[[str], Iterator[str]], about: Callable[[str, Mapping[str, Any]], str],
    axes: tuple[str, str, Mapping[str, float]], order: Sequence[str] = (),
) -> str:  # fmt: skip
    """Panels side by side, one a level that anything is known of, and a legend above."""
    levels = [level for level in LEVELS if any(level in one for one in told.values())]
    rows = max((len(_with(told, level)) for level in levels), default=1)
    width = LEFT + max(len(levels), 1) * (SIDE + GAP) - GAP + 24
    height = TOP + SIDE + FOOT + 16 * (rows - 1)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">']
    parts += [f"<title>{axes[1]} by {axes[0]}</title><style>{_STYLE}</style>", f'<rect class="paper" width="{width}" height="{height}"/>']
    at = LEFT
    for name in told:
        colour = _colour([*(order or told)].index(name))
        parts.append(f'<circle fill="{colour}" cx="{at + 5}" cy="20" r="5"/><text x="{at + 16}" y="24">{html.escape(name[:60])}</text>')
        at += 34 + 7 * len(name[:60])
    for number, level in enumerate(levels):
        parts.append(f'<g transform="translate({LEFT + number * (SIDE + GAP)} {TOP})">')
        parts += _axes(level, axes, number == 0)
        parts += panel(level)
        for row, (place, (name, figures)) in enumerate(_with(told, level)):
            colour = _colour([*(order or told)].index(name) if order else place)
            y = SIDE + 54 + 16 * row
            parts.append(f'<circle fill="{colour}" cx="4" cy="{y - 4}" r="3.5"/><text class="soft" x="14" y="{y}">{html.escape(about(level, figures))}</text>')
        parts.append("</g>")
    return "\n".join([*parts, "</svg>\n"])


def _axes(level: str, axes: tuple[str, str, Mapping[str, float]], first: bool) -> Iterator[str]:
    x_name, y_name, tops = axes
    top = tops[level]
    yield f'<text class="name" x="0" y="-12">{LEVELS[level]}</text><rect class="frame" width="{SIDE}" height="{SIDE}"/>'
    for tick in TICKS:
        at = SIDE * tick
        yield f'<line class="grid" x1="{_n(at)}" y1="0" x2="{_n(at)}" y2="{SIDE}"/><line class="grid" x1="0" y1="{_n(at)}" x2="{SIDE}" y2="{_n(at)}"/>'
        yield f'<text class="soft" x="{_n(at)}" y="{SIDE + 16}" text-anchor="middle">{100 * tick:.0f}</text>'
        yield f'<text class="soft" x="-7" y="{_n(SIDE - at + 4)}" text-anchor="end">{100 * top * tick:.0f}</text>'
    yield f'<text class="soft" x="{SIDE / 2}" y="{SIDE + 33}" text-anchor="middle">{x_name}, %</text>'
    if first:
        yield f'<text class="soft" transform="translate(-38 {SIDE / 2}) rotate(-90)" text-anchor="middle">{y_name}, %</text>'


def _with(told: Mapping[str, Series], level: str) -> list[tuple[int, tuple[str, Mapping[str, Any]]]]:
    """The series that know a level, each with its number among all."""
    return [(number, (name, levels[level])) for number, (name, levels) in enumerate(told.items()) if level in levels]


def _line(points: Sequence[tuple[float, float]], colour: str) -> str:
    return f'<polyline class="line" stroke="{colour}" points="{" ".join(f"{_n(x)},{_n(y)}" for x, y in points)}"/>'


def _colour(number: int) -> str:
    return f"var(--{_COLOURS[number % len(_COLOURS)]})"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def write(told: Mapping[str, Series], folder: Path) -> list[Path]:
    """Both diagrams in a folder. Raises OutputError."""
    written = []
    for name, draw in ((RELIABILITY, reliability), (COVERAGE, coverage)):
        with whole(folder / name) as part:
            part.write_text(draw(told), "utf-8")
        written.append(folder / name)
    return written


def main(argv: Sequence[str] | None = None) -> int:
    parser = ArgumentParser(prog="python -m gotocr.evaluate.curves", description="Diagrams of stored figures of confidence.")
    parser.add_argument("figures", nargs="+", metavar="NAME=FILE", help="summaries of gotocr evaluate, or what gotocr calibrate --json wrote")
    parser.add_argument("-o", "--output", type=Path, default=Path(), metavar="DIR", help=f"where {RELIABILITY} and {COVERAGE} go")
    arguments = parser.parse_args(argv)
    told = {}
    for one in arguments.figures:
        name, equals, path = one.rpartition("=")
        told[name if equals else Path(path).stem] = series(Path(path))
    for path in write(told, arguments.output):
        print(path)
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except GotocrError as error:
        raise SystemExit(f"{error}") from None
