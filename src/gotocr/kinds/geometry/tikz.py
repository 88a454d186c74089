r"""The TikZ in which figures are written: a small canonical part of the language, read and written without TeX.

    figure = command (newline command)*
    command = "\draw" options path ";" | "\fill" options path ";" | "\node at" point "{" text "};"
    options = "" | "[" thick, dashed|dotted, ->|<-|<->, colour[!30] "]"         in this order
    path    = point step*
    step    = "-- " point | "-- ++" polar | "++" polar | "-- cycle" | "circle (r)" | "ellipse (a and b)" | "arc (a:b:r)"
            | "arc (a:b:rx and ry)" | "rectangle " point | "grid[step=s] " point | "sin " point | "cos " point
            | "parabola bend " point " " point
    smooth curves: "\draw" options " plot[smooth] coordinates {" point+ "};"
    point   = "(x,y)" and polar = "(degrees:r)": centimetres with at most one decimal, whole degrees

A dot is `\fill (x,y) circle (2pt);`, an open one `\draw (x,y) circle (2pt);`. Angles and ticks hang on a point: an angle at
(3,2) is `\draw (3,2) ++(10:0.8) arc (10:55:0.8);`, a right one `\draw (3,2) ++(10:0.4) -- ++(100:0.4) -- ++(190:0.4);`, a
tick across a line `\draw (3,2) ++(60:0.2) -- ++(240:0.4);`. What is not written so is passed over and reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ...draw.figure import DOT, Figure, Label, Path, Pen, Step

LONGEST = 30_000  # characters that are read
MOST_STEPS = 2_000
COLOURS = frozenset("black red blue green orange violet brown gray cyan magenta yellow purple teal white pink lime olive".split())
_NUMBER = r"-?\d{1,4}(?:\.\d{1,4})?"
_PAIR = rf"\(\s*({_NUMBER})\s*,\s*({_NUMBER})\s*\)"
_POLAR = rf"\(\s*({_NUMBER})\s*:\s*({_NUMBER})\s*\)"
_START = re.compile(_PAIR + r"\s*")
_STEPS = tuple(
    (name, re.compile(pattern + r"\s*"))
    for name, pattern in (
        ("line", rf"--\s*{_PAIR}"),
        ("by", rf"--\s*\+\+\s*{_POLAR}"),
        ("move", rf"\+\+\s*{_POLAR}"),
        ("close", r"--\s*cycle"),
        ("dot", r"circle\s*\(\s*2pt\s*\)"),
        ("circle", rf"circle\s*\(\s*({_NUMBER})\s*\)"),
        ("ellipse", rf"ellipse\s*\(\s*({_NUMBER})\s+and\s+({_NUMBER})\s*\)"),
        ("arc", rf"arc\s*\(\s*({_NUMBER})\s*:\s*({_NUMBER})\s*:\s*({_NUMBER})(?:\s+and\s+({_NUMBER}))?\s*\)"),
        ("rectangle", rf"rectangle\s*{_PAIR}"),
        ("grid", rf"grid\s*\[\s*step\s*=\s*({_NUMBER})\s*\]\s*{_PAIR}"),
        ("sin", rf"sin\s*{_PAIR}"),
        ("cos", rf"cos\s*{_PAIR}"),
        ("parabola", rf"parabola\s+bend\s*{_PAIR}\s*{_PAIR}"),
    )
)
_PLOT = re.compile(r"plot\s*\[\s*smooth\s*\]\s*coordinates\s*\{")
_NODE = re.compile(rf"\\node\s+at\s*{_PAIR}\s*\{{([^{{}}]*(?:\{{[^{{}}]*\}}[^{{}}]*)*)\}}\s*\Z")
_COMMAND = re.compile(r"\\(draw|fill)(?![A-Za-z])\s*(?:\[([^\[\]]*)\])?\s*")
_MARKS = re.compile(r"[{};]")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{tikzpicture\}")


@dataclass
class Reading:
    """A figure read from TikZ, and what could not be read."""

    figure: Figure
    problems: list[str] = field(default_factory=list)


def read(text: str) -> Reading:
    """The figure that `text` says; what is not of our grammar is left out and told in `problems`. Never raises."""
    problems = [] if len(text) <= LONGEST else [f"longer than {LONGEST} characters"]
    paths: list[Path] = []
    labels: list[Label] = []
    body = _ENVIRONMENT.sub(" ", text[:LONGEST])
    for first, last, closed in commands(body):
        command = body[first:last] + ("" if closed else " (no ; follows)")
        if node := _NODE.match(command):
            labels.append(Label((float(node[1]), float(node[2])), node[3].strip()))
            continue
        path = _path(command)
        if path is None:
            problems.append(f"cannot read: {command[:60]}")
        else:
            paths.append(path)
    if not paths and not labels and not problems:
        problems.append("nothing is drawn")
    return Reading(Figure(tuple(paths), tuple(labels)), problems[:20])


def commands(text: str) -> Iterator[tuple[int, int, bool]]:
    """Where the text between semicolons begins and ends, those within braces aside, and whether a semicolon follows."""
    depth = start = 0
    for at in [*(mark.start() for mark in _MARKS.finditer(text)), len(text)]:
        letter = text[at : at + 1]
        if letter and letter in "{}":
            depth = max(0, depth + (1 if letter == "{" else -1))
        elif not letter or not depth:
            said = text[start:at].strip()
            if said:
                first = text.index(said, start)
                yield first, first + len(said), bool(letter)
            start = at + 1


def _path(command: str) -> Path | None:
    head = _COMMAND.match(command)
    pen = head and _pen(head[1] == "fill", head[2] or "")
    if not pen:
        return None
    at = head.end()
    if plot := _PLOT.match(command, at):
        points = [float(value) for pair in re.findall(_PAIR, command[plot.end() :]) for value in pair]
        rest = re.sub(_PAIR, "", command[plot.end() :]).strip()
        fine = rest == "}" and 4 <= len(points) <= 2 * MOST_STEPS
        return Path((points[0], points[1]), (Step("smooth", tuple(points[2:])),), pen) if fine else None
    start = _START.match(command, at)
    steps = _steps(command, start.end()) if start else None
    return Path((float(start[1]), float(start[2])), steps, pen) if start and steps else None


def _steps(command: str, at: int) -> tuple[Step, ...] | None:
    found: list[Step] = []
    while at < len(command):
        for name, pattern in _STEPS:
            if step := pattern.match(command, at):
                break
        else:
            return None
        numbers = tuple(float(value) for value in step.groups() if value is not None)
        if name == "dot":
            name, numbers = "circle", (DOT,)
        elif name == "arc" and len(numbers) == 3:
            numbers = (*numbers, numbers[2])
        elif name == "grid":
            numbers = (numbers[1], numbers[2], numbers[0])
        found.append(Step(name, numbers))
        at = step.end()
        if len(found) > MOST_STEPS:
            return None
    return tuple(found)


def _pen(fill: bool, options: str) -> Pen | None:
    said: dict[str, object] = {}
    for option in filter(None, (part.strip() for part in options.split(","))):
        colour, _, tint = option.partition("!")
        if option in ("thick", "very thick", "ultra thick"):
            said["thick"] = True
        elif option in ("dashed", "dotted"):
            said["dash"] = option
        elif option in ("->", "<-", "<->"):
            said["arrow"] = option
        elif colour in COLOURS and (not tint or (tint.isdigit() and len(tint) < 4)):
            said["colour"] = f"{colour}!30" if tint and int(tint) < 60 else "" if colour == "black" else colour
        elif option not in ("thin", "line width=0.4pt", "solid"):
            return None
    return Pen(fill, **said)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Place:
    """Characters `start` to `stop` of the TikZ that say a point, or, where `point` is None, how a whole command looks."""

    start: int
    stop: int
    command: int  # number of the path, or of the label after all paths
    point: complex | None = None
    letters: bool = False  # the text of a label


class _Writer:
    def __init__(self) -> None:
        self.text, self.places, self.command = "", [], 0

    def put(self, text: str, point: complex | None = None, inked: bool = True, letters: bool = False) -> None:
        if inked:
            self.places.append(Place(len(self.text), len(self.text) + len(text), self.command, point, letters))
        self.text += text


def number(value: float) -> str:
    """At most one decimal, no sign on zero."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _pair(x: float, y: float) -> str:
    return f"({number(x)},{number(y)})"


def write(figure: Figure) -> tuple[str, list[Place]]:
    """The TikZ of a figure, a command a line, and what each stretch of it stands for."""
    out = _Writer()
    for path in figure.paths:
        _write_path(out, path)
    for label in figure.labels:
        out.put("\\node at ")
        out.put(_pair(*label.at), complex(*label.at))
        out.put(" {", inked=False)
        out.put(label.text, letters=True)
        out.put("};\n", inked=False)
        out.command += 1
    return out.text.removesuffix("\n"), out.places


def _write_path(out: _Writer, path: Path) -> None:
    pen = path.pen
    options = [
        word
        for word, is_on in (("thick", pen.thick), (pen.dash, pen.dash), (pen.arrow, pen.arrow), (pen.colour, pen.colour))
        if is_on
    ]
    out.put(("\\fill" if pen.fill else "\\draw") + (f"[{','.join(options)}]" if options else "") + " ")
    here = complex(*path.start)
    if path.steps[0].name == "smooth":
        out.put("plot[smooth] coordinates {")
        n = (*path.start, *path.steps[0].numbers)
        for k in range(0, len(n), 2):
            out.put(_pair(n[k], n[k + 1]) + (" " if k + 2 < len(n) else ""), complex(n[k], n[k + 1]))
        out.put("};\n", inked=False)
        out.command += 1
        return
    out.put(_pair(*path.start), here)
    for step in path.steps:
        _write_step(out, step, path)
    out.put(";\n", inked=False)
    out.command += 1


def _write_step(out: _Writer, step: Step, path: Path) -> None:
    name, n = step.name, step.numbers
    if name in ("line", "sin", "cos", "rectangle"):
        out.put(f" {'--' if name == 'line' else name} ", inked=name != "line")
        out.put(_pair(*n), complex(*n))
    elif name in ("by", "move"):
        out.put(f"{' --' if name == 'by' else ''} ++({number(n[0])}:{number(n[1])})")
    elif name == "close":
        out.put(" -- cycle", complex(*path.start))
    elif name == "circle":
        out.put(f" circle ({'2pt' if path.dot else number(n[0])})")
    elif name == "ellipse":
        out.put(f" ellipse ({number(n[0])} and {number(n[1])})")
    elif name == "arc":
        high = "" if n[2] == n[3] else f" and {number(n[3])}"
        out.put(f" arc ({number(n[0])}:{number(n[1])}:{number(n[2])}{high})")
    elif name == "grid":
        out.put(f" grid[step={number(n[2])}] ")
        out.put(_pair(n[0], n[1]), complex(n[0], n[1]))
    elif name == "parabola":
        out.put(" parabola bend ")
        out.put(_pair(n[0], n[1]), complex(n[0], n[1]))
        out.put(" ")
        out.put(_pair(n[2], n[3]), complex(n[2], n[3]))
