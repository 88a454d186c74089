"""The contract of a suite: pictures with truths read from a folder, how each type is asked, and what its figures mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


class Part(NamedTuple):
    """A score that is summed before it is divided: edits over characters, matches over words."""

    value: float
    weight: float


Score = float | Part | None  # None where the measure says nothing of this item: no table on the page, no truth of that sort


@dataclass(frozen=True)
class Item:
    """One picture and the truth of it, as a suite gives it. `image` may be a PDF, of which page `page` (from 0) is meant."""

    id: str  # unique in its suite; names prediction files
    type: str  # one of the suite's subjects
    image: Path
    truth: object  # text, or whatever the subject's judge understands
    language: str = "en"
    group: str = ""  # the suite's own division: source, difficulty, kind of document
    page: int = 0
    notes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Trouble:
    """Something of the folder that could not be used, or was used though it is not as it should be."""

    where: str  # item, file or line
    what: str


@dataclass(frozen=True)
class Measure:
    """What a figure means: said in the report and checked by tests. Figures of all items are averaged, `Part`s summed."""

    name: str  # as in the tables: "character accuracy"
    definition: str  # one sentence, with normalisation
    source: str = ""  # paper or program it is taken from
    higher: bool = True  # the higher the better
    share: bool = True  # between 0 and 1, shown in per cent


@dataclass(frozen=True)
class Subject:
    """One type of items: how a reader is asked, and how what it wrote is judged.

    `judge(reading, item)` takes the whole Markdown or text that was written (empty where reading failed) and gives a
    score under the key of every measure; it never raises on what was written. The first measure is the headline.
    `lack()` says what is not installed here and would give other figures; empty where nothing is.
    """

    name: str
    mode: str  # one of schema.MODES
    measures: Mapping[str, Measure]
    judge: Callable[[str, Item], Mapping[str, Score]]
    lack: Callable[[], str] = lambda: ""


@dataclass(frozen=True)
class Scored:
    """What one system made of one item."""

    item: Item
    reading: str
    scores: Mapping[str, Score]
    seconds: float | None = None  # of the clock
    cpu_seconds: float | None = None  # of all cores
    error: str = ""
    words: Sequence[tuple[str, float]] = ()  # (text, confidence), of systems that tell how sure they are


@dataclass(frozen=True)
class Suite:
    """A published or own collection: `load(folder)` yields every item, and a Trouble for what is not as it should be.

    An item whose picture is missing is yielded all the same (it is scored as an empty reading), with a Trouble; one
    without truth only gives a Trouble. `overall` gives the headline figures in the collection's own way of averaging
    (name to value), where that is not the mean over items.
    """

    name: str
    title: str
    data: str  # where to get it, and what the folder must look like
    is_in: Callable[[Path], bool]  # whether a folder holds it
    load: Callable[[Path], Iterable[Item | Trouble]]
    subjects: Mapping[str, Subject]
    overall: Callable[[Sequence[Scored]], Mapping[str, float]] | None = None
