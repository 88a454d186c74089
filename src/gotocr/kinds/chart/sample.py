"""Charts from a seed: data from the corpus or invented, a look by chance, the truth written for what is seen of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .writing import write

if TYPE_CHECKING:
    import numpy as np

    from ...draw.plot.board import Board, Role
    from ...draw.plot.chart import Chart
    from ...draw.supply import Supply
    from ...schema import Glyphs, Sample

ENGINES = {"own": "gotocr.draw.plot.sheet", "matplotlib": "gotocr.draw.plot.mpl", "vega": "gotocr.draw.plot.vega"}
OPENING, CLOSING = "```chart\n", "\n```"
FROM_CORPUS = 0.45
LIE = {"bar": "horizontal bar", "stacked bar": "stacked horizontal bar", "line": "horizontal bar"}
OPENINGS = {"note": "Note: ", "source": "Source: "}
TEXTS = ("title", "subtitle", "x", "y", "note", "source")


def sample(
    rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None, engine: str = "own"
) -> Sample:
    """One clean chart with its truth; `room` and `em` as in `Kind.sample`, `engine` one of `ENGINES`."""
    from ...draw.plot.themes import choose
    from ...schema import Sample

    draw = import_module(ENGINES[engine]).draw
    chart = draw_up(rng, supply)
    look = choose(rng, supply, chart.letters(), colours(chart), em)
    chart, look = fit(rng, chart, look)
    if engine != "own":
        from ...draw.plot.mpl import simple

        chart = simple(chart)
    board = draw(chart, look, rng, room)
    if not board.readings:  # nothing was printed and there is no axis
        chart = replace(chart, type="horizontal bar", series=tuple(replace(one, column=False) for one in chart.series))
        board = draw(chart, replace(look, axis=True, labels=False), rng, room)
    elif not look.axis and chart.type in ("bar", "horizontal bar", "line") and len(board.readings) < shown(chart):
        board = draw(chart, replace(look, axis=True), rng, room)  # not every value found room
    data, place = told(board, chart)
    text, spots = write(data)
    image, glyphs, plain = board.finish(
        Pointer(text, spots, place, chart.figures.unit, {name: opening(chart, name) for name in OPENINGS})
    )
    if em is not None:
        image, glyphs = cropped(image, glyphs)
    notes = {"chart": chart.type, "look": look.theme}
    return Sample(image, plain, OPENING + text + CLOSING, glyphs, "chart", notes=notes)


def draw_up(rng: np.random.Generator, supply: Supply) -> Chart:
    """Data for one chart."""
    from .invented import foot, invent
    from .tables import from_table

    chart = from_table(rng, supply) if rng.random() < FROM_CORPUS else None
    if chart is None:
        return invent(rng, supply)
    return foot(rng, supply, chart, 0.25)


def colours(chart: Chart) -> int:
    return max(len(chart.series), len(chart.categories) if chart.type in ("pie", "donut") else 0, 3)


def fit(rng: np.random.Generator, chart: Chart, look: Any) -> tuple[Chart, Any]:
    """What goes together: no characters the font lacks, values printed where there is no axis to read them from."""
    from ...draw.fonts import covered

    found = set(covered(look.letters.regular, chart.letters())) & set(covered(look.heading.regular, chart.letters()))
    missing = set(chart.letters()) - found
    if missing:
        gone = str.maketrans(dict.fromkeys(missing, ""))
        chart = unique(chart.spelled(lambda text: " ".join(text.translate(gone).split())))
        figures = chart.figures
        if missing & set(figures.prefix + figures.suffix + figures.minus):
            chart = replace(chart, figures=replace(figures, prefix="", suffix="", minus="-"))
    if chart.type in LIE and max(map(len, chart.categories)) > 24:  # long names stand beside lying bars
        chart = replace(chart, type=LIE[chart.type])
    kind = chart.type
    labels = look.labels or bool(rng.random() < {"pie": 0.85, "donut": 0.85, "line": 0.25}.get(kind, 0.35))
    if kind in ("scatter", "stacked area"):
        labels = False
    if kind in ("panel bar", "diverging bar") or any(series.column for series in chart.series):
        labels = True
    crowded = len(chart.categories) * len(chart.series) > (30 if "horizontal" in kind else 16) and kind in (
        "bar",
        "line",
        "bar and line",
        "stacked bar",
    )
    labels = labels and not crowded
    axis = look.axis if labels and kind != "bar and line" else True
    if kind == "line" and labels:
        axis = axis or len(chart.series) > 1
    return chart, replace(
        look, labels=labels, axis=axis, spines=look.spines or ("b" if not axis and "horizontal" not in kind else "")
    )


def shown(chart: Chart) -> int:
    """How many values the chart has."""
    return sum(value is not None for one in chart.series for value in one.values)


def unique(chart: Chart) -> Chart:
    """With names that differ, and none of them empty."""

    def names(found: list[str]) -> list[str]:
        seen: list[str] = []
        for name in found:
            name = name or "A"
            while name in seen:
                name += "2"
            seen.append(name)
        return seen

    series = tuple(
        replace(one, name=name) for one, name in zip(chart.series, names([one.name for one in chart.series]), strict=True)
    )
    return replace(chart, series=series, categories=tuple(names(list(chart.categories))))


def told(board: Board, chart: Chart) -> tuple[dict[str, Any], dict[Role, Role]]:
    """The truth, of what is printed and shown in the order of the chart; and the roles in it of the board's values."""
    roles = {text.role for text in board.texts}
    data: dict[str, Any] = {"type": chart.type}
    data.update({name: getattr(chart, name)[opening(chart, name) :] for name in TEXTS if (name,) in roles})
    printed = any(role[:1] == ("value",) for role in roles)
    ticks = chart.type not in ("pie", "donut") and any(not text.role and chart.figures.unit in text.text for text in board.texts)
    if chart.figures.unit and (printed or ticks):
        data["unit"] = chart.figures.unit
    series: dict[str, Any] = {}
    place: dict[Role, Role] = {}
    for i, one in enumerate(chart.series):
        found = sorted(j for k, j in board.readings if k == i)
        if not found:
            continue
        values = [board.readings[i, j] for j in found]
        for n, j in enumerate(found):
            place.update({(mark, i, j): (mark, len(series), n) for mark in ("value", "point")})
        place["series", i] = ("series", len(series))
        points = chart.type == "scatter"
        series[one.name if ("series", i) in roles else ""] = (
            [list(pair) for pair in values]
            if points
            else {chart.categories[j]: value for j, value in zip(found, values, strict=True)}
        )
    place.update({("category", j): ("category", name) for j, name in enumerate(chart.categories)})
    return {**data, "series": series}, place


def opening(chart: Chart, name: str) -> int:
    """How many characters of a printed text only say what its key says: "Source: "."""
    return len(OPENINGS[name]) if name in OPENINGS and getattr(chart, name).startswith(OPENINGS[name]) else 0


@dataclass(frozen=True)
class Pointer:
    """Where in the truth what is printed stands; called by the board (see `board.Offsets`)."""

    text: str
    spots: Mapping[tuple, list[list[int]]]
    place: Mapping[Role, Role]  # roles of the board to those of the text
    unit: str = ""
    openings: Mapping[str, int] = field(default_factory=dict)  # characters printed before a text of the truth begins

    def __call__(self, role: Role, at: int, text: str) -> list[list[int]]:
        found = self.spots.get(self.place.get(role, role), [])
        if not text:  # a mark: every character of the number
            return [[len(OPENING) + k for k in spot] for spot in found]
        at -= self.openings.get(role[0], 0)
        if role[0] == "value":
            sign = self.spots.get(("unit",), [[]])[0]
            signs = dict(zip(self.unit, sign, strict=False))
            lists = [
                [
                    signs.get(letter, -1) if n < 0 else spot[n]
                    for letter, n in zip(text, aligned(text, self.text, spot), strict=True)
                ]
                for spot in found
            ]
        else:
            lists = [[spot[at + k] if 0 <= at + k < len(spot) else -1 for k in range(len(text))] for spot in found]
        return [[k if k < 0 else k + len(OPENING) for k in spot] for spot in lists]


def aligned(printed: str, text: str, spot: list[int]) -> list[int]:
    """For each character printed, which one of the number written at `spot` of `text` it stands for; -1 for none.

    "−1.2M" for -1200000: the digits in turn, the letter for the first nought; separators and units for none.
    """
    number = text[spot[0] : spot[-1] + 1]
    found, at = [], int(number[:1] == "-")
    if number[at : at + 2] == "0." and not any(letter.isdigit() for letter in printed.partition(".")[0]):
        at += 1
    for letter in printed:
        place = -1
        if letter in "-−" and number[:1] == "-":
            place = 0
        elif letter.isdigit():
            skip = at + (number[at : at + 1] == ".")
            if number[skip : skip + 1] == letter:
                place, at = skip, skip + 1
        elif letter in ".," and number[at : at + 1] == "." or letter in "KkMB" and number[at : at + 1] == "0":
            place, at = at, at + 1
        found.append(place)
    return found


def cropped(image: np.ndarray, glyphs: Glyphs) -> tuple[np.ndarray, Glyphs]:
    """The part of a picture on white paper that has ink."""
    from ...draw.canvas import move, within

    ink = (image < 250).any(2)
    rows, columns = ink.any(1).nonzero()[0], ink.any(0).nonzero()[0]
    if not len(rows):
        return image, glyphs
    top, left = int(rows[0]), int(columns[0])
    part = image[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1]
    return part.copy(), within(move(glyphs, (-left, -top)), part.shape[:2])
