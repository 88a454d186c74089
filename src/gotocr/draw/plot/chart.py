"""What a chart says, before anyone decides how it looks: texts, names, numbers and how the numbers are printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from .numbers import Figures

BARS = ("bar", "horizontal bar", "stacked bar", "stacked horizontal bar", "diverging bar", "panel bar", "histogram")
STACKED = ("stacked bar", "stacked horizontal bar", "diverging bar", "stacked area")
LYING = ("horizontal bar", "stacked horizontal bar", "diverging bar", "panel bar")
ROUND = ("pie", "donut")


@dataclass(frozen=True)
class Series:
    """Numbers, one a category (None: there is none), or points (x, y); `column`: only printed, beside the bars (a total)."""

    name: str
    values: tuple
    column: bool = False


@dataclass(frozen=True)
class Chart:
    """A table and its texts. `steps` are numbers of the categories where these are years or edges of bins, else empty."""

    type: str
    series: tuple[Series, ...]
    categories: tuple[str, ...] = ()
    steps: tuple[float, ...] = ()
    title: str = ""
    subtitle: str = ""
    x: str = ""  # title of the axis along the categories (of x, for points)
    y: str = ""
    note: str = ""
    source: str = ""
    credit: str = ""  # a line below everything, no part of the truth
    figures: Figures = field(default_factory=Figures)
    named: bool = True  # whether the series' names are printed

    def letters(self) -> str:
        """Every character that may have to be drawn, once."""
        texts = [self.title, self.subtitle, self.x, self.y, self.note, self.source, self.credit, *self.categories]
        texts += [series.name for series in self.series] + [self.figures.prefix, self.figures.suffix, "0123456789.,-%"]
        return "".join(sorted(set("".join(texts)) - {" "}))

    def spelled(self, change: Callable[[str], str]) -> Chart:
        """The same chart with each of its texts changed."""
        names = ("title", "subtitle", "x", "y", "note", "source", "credit")
        texts = {name: change(getattr(self, name)) for name in names}
        series = tuple(replace(series, name=change(series.name)) for series in self.series)
        return replace(self, **texts, series=series, categories=tuple(map(change, self.categories)))
