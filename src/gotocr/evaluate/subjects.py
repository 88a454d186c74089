"""The types of pictures that can be asked about, each with the judge of its content: what a line of `truth.jsonl` may name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from ..kinds import KINDS
from .judges import chart, formula, geometry, molecule, music, strange, table, text
from .suite import Item, Measure, Score, Subject

Judge = Callable[[str, str], Mapping[str, Score]]


def subject(name: str, mode: str, measures: Mapping[str, Measure], judge: Judge, **more: Any) -> Subject:
    """A type whose judge compares what was written with a text."""
    return Subject(name, mode, measures, lambda reading, item: judge(reading, str(item.truth)), **more)


def _figure(reading: str, item: Item) -> Mapping[str, Score]:
    return geometry.judge(reading, str(item.truth), item.image)


_ALL = (
    subject("text_page", "plain", text.TEXT, text.judge_text),
    subject("text_line", "plain", text.TEXT, text.judge_text),
    subject("scene", "plain", text.WORD, text.judge_word),
    subject("formula", "format", formula.MEASURES, formula.judge),
    subject("table", "format", table.MEASURES, table.judge),
    subject("chart", "format", chart.MEASURES, chart.judge),
    subject("music", "format", music.MEASURES, music.judge),
    subject("molecule", "format", molecule.MEASURES, molecule.judge, lack=molecule.lack),
    Subject("geometry", "format", geometry.MEASURES, _figure, geometry.lack),
    subject("formatted_page", "format", text.MARKDOWN, text.judge_markdown),
)


class _Subjects(Mapping[str, Subject]):
    """Ours, and behind them the kinds that other packages bring, which are loaded when one of them is asked for."""

    def __init__(self, own: tuple[Subject, ...]) -> None:
        self._own = {entry.name: entry for entry in own}

    @cached_property
    def _every(self) -> dict[str, Subject]:
        found = [kind for kind in KINDS.working(strange=True) if kind.name not in self._own]
        return {**self._own, **{kind.name: strange.subject(kind, KINDS.package(kind.name)) for kind in found}}

    def __getitem__(self, name: str) -> Subject:
        return self._own.get(name) or self._every[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._every)

    def __len__(self) -> int:
        return len(self._every)


SUBJECTS: Mapping[str, Subject] = _Subjects(_ALL)
