"""The types of pictures that can be asked about, each with the judge of its content: what a line of `truth.jsonl` may name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .judges import chart, formula, geometry, molecule, music, table, text
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
SUBJECTS: Mapping[str, Subject] = {entry.name: entry for entry in _ALL}
