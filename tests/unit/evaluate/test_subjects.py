"""Every type of picture: the truth of a drawn one is worth full marks, nothing and other truths are worth less."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gotocr.errors import MissingExtraError
from gotocr.evaluate.subjects import SUBJECTS
from gotocr.evaluate.suite import Item, Measure, Part, Score
from gotocr.synth.records import record

SOURCES = "word line paragraph page formula table chart music molecule geometry document".split()
SEEDS = range(2 * int(os.environ.get("GOTOCR_SEEDS", "1")))


@pytest.fixture(scope="module")
def studio():
    pytest.importorskip("rdkit.Chem")
    pytest.importorskip("skia")
    pytest.importorskip("verovio")
    from gotocr.draw.supply import Supply
    from gotocr.synth.samples import Studio

    return Studio(Supply(), worn=0.0)


def worth(score: Score, measure: Measure) -> float | None:
    if score is None:
        return None
    value = score.value / max(score.weight, 1e-9) if isinstance(score, Part) else score
    return value if measure.higher else 1 - value


@pytest.mark.parametrize("source", SOURCES)
def test_truth_is_worth_full_marks_and_nothing_is_not(studio, source):
    for seed in SEEDS:
        try:
            drawn = studio.draw(source, seed)[0]
        except MissingExtraError as error:
            pytest.skip(str(error))
        row = record(source, drawn, "a", "a.png")
        subject = SUBJECTS[row["type"]]
        item = Item("a", row["type"], Path("a.png"), row["truth"])
        perfect = row["plain"] if subject.mode == "plain" else row["format"]
        best, none = subject.judge(perfect, item), subject.judge("", item)
        assert set(best) == set(none) == set(subject.measures)
        for key, measure in subject.measures.items():
            full = None if key == "tex" else worth(best[key], measure)  # it says how a figure was drawn, not how well
            assert full is None or full == pytest.approx(1.0, abs=1e-6), (seed, key, full)
        headline = next(iter(subject.measures))
        assert worth(best[headline], subject.measures[headline]) == pytest.approx(1.0)
        assert worth(none[headline], subject.measures[headline]) < 0.5, (seed, none)


def test_every_type_says_what_its_figures_mean():
    for subject in SUBJECTS.values():
        assert subject.measures, subject.name
        for measure in subject.measures.values():
            assert measure.name and measure.definition.endswith(".") and len(measure.definition) > 20, measure
