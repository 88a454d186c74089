"""GOT's own way of counting, beside our measures: for comparison with published tables only, habits and all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from ...metrics.published import FIGURES, published_figures
from ..suite import Item, Measure, Score, Subject, Suite

PREFIX = "got_"  # of the keys of these figures
SCENES = ("scene", "word")  # types that GOT's scripts count by characters
OF_TEXT = ("text_page", "text_line", "formatted_page", *SCENES)  # types they are for
_SOURCE = "GOT-OCR2.0 (Wei et al. 2024) and Fox (Liu et al. 2024), as their scripts compute it: see metrics/published.py"
_CUT = (
    "words parted by white space, or by jieba where either text has Chinese (by character without it); of scenes, of characters"
)


def _measure(name: str, definition: str, higher: bool = True) -> Measure:
    return Measure(f"{name} (GOT)", f"{definition} Nothing is normalised; items read empty are left out.", _SOURCE, higher)


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "got_edit_distance": _measure("edit distance", "Edits of characters over the longer text.", higher=False),
        "got_f1": _measure("F1", f"Of the sets of different words: {_CUT}."),
        "got_precision": _measure("precision", "Of the same sets; true and read are exchanged there, so it is the recall."),
        "got_recall": _measure("recall", "Of the same sets; true and read are exchanged there, so it is the precision."),
        "got_bleu": _measure("BLEU", "BLEU-4 without smoothing, of the truth with the reading as its reference; same words."),
        "got_meteor": _measure("METEOR", "In the same direction; equal words and stems, no synonyms, so a little lower."),
    }
)


def judge(reading: str, truth: str, level: str = "words") -> dict[str, Score]:
    """GOT's six figures, None for an item that its scripts leave out; `level` is one of `metrics.published.LEVELS`."""
    found = published_figures(reading, truth, level) or {}
    return {PREFIX + figure: found.get(figure) for figure in FIGURES}


def with_published(suite: Suite) -> Suite:
    """The suite with GOT's figures beside those of its types of text."""
    return replace(suite, subjects={name: _beside(subject) for name, subject in suite.subjects.items()})


def _beside(subject: Subject) -> Subject:
    if subject.name not in OF_TEXT or any(key in subject.measures for key in MEASURES):
        return subject
    level = "characters" if subject.name in SCENES else "words"

    def both(reading: str, item: Item) -> Mapping[str, Score]:
        return {**subject.judge(reading, item), **judge(reading, str(item.truth), level)}

    return replace(subject, measures={**subject.measures, **MEASURES}, judge=both)
