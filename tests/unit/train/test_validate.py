"""Examining: pictures by their number, truth worth full marks in every exam, failures told, and both ways of reading."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

for package in ("rdkit.Chem", "skia", "cv2", "verovio"):
    pytest.importorskip(package)

from gotocr.draw.supply import Supply  # noqa: E402
from gotocr.errors import InputError, MissingExtraError, WeightsError  # noqa: E402
from gotocr.metrics.calibration import calibration_error  # noqa: E402
from gotocr.schema import Word  # noqa: E402
from gotocr.train import validate  # noqa: E402
from gotocr.train.exams import EXAMS  # noqa: E402
from gotocr.train.validate import Answer, Candidate, Examination, calibration, draw, sit  # noqa: E402
from gotocr.train.words import true_words  # noqa: E402

SUPPLY = Supply(validate=True)


def knowing(sample, mode: str) -> Answer:
    """The truth, each word in its place."""
    return Answer(getattr(sample, mode), tuple(Word(text, box, 1.0) for text, box in true_words(sample)))


@dataclass(frozen=True)
class Knowing:
    """A candidate that knows the truth."""

    def open(self):
        return knowing


def figures(papers) -> dict[str, float]:
    names = {name for paper in papers for name in paper.scores}
    shares = {name: [paper.scores[name] for paper in papers if name in paper.scores] for name in names}
    return {name: sum(one.value for one in found) / sum(one.weight for one in found) for name, found in shares.items()}


@pytest.mark.parametrize("name", EXAMS)
def test_truth_is_full_marks_and_silence_none(name):
    exam = EXAMS[name]
    papers = [sit(exam, validate.SEED + turn, SUPPLY, knowing) for turn in range(3)]
    assert not any(paper.error or paper.missing for paper in papers)
    named = {measure.name for measure in exam.measures} | ({validate.BOXES, validate.BOXES_OF_READ} if exam.words else set())
    assert figures(papers) == dict.fromkeys(named, 1.0)
    silent = [sit(exam, validate.SEED + turn, SUPPLY, lambda sample, mode: Answer()) for turn in range(3)]
    scores = {key: value for paper in silent for key, value in paper.scores.items() if value.weight}
    assert {value for value, _ in scores.values()} == {float(name == "nothing")}
    assert [paper.picture for paper in silent] == [paper.picture for paper in papers] and len({paper.picture for paper in papers}) == 3


def test_the_pictures_are_from_what_training_leaves_out():
    assert SUPPLY.validate and {*map(str, SUPPLY.families)}.isdisjoint(map(str, Supply().families))
    line = draw(EXAMS["line"], validate.SEED, SUPPLY)
    assert line.image.shape == (48, 512, 3)
    table = draw(EXAMS["table"], validate.SEED, SUPPLY)
    assert table.image.shape[0] <= 512 and table.image.shape[1] <= 768 and table.image.shape != (512, 768, 3)


def test_papers_come_exam_after_exam_whoever_does_them():
    examination = Examination(Knowing(), SUPPLY, ("word", "nothing"), count=2)
    papers = [*examination.papers()]
    assert [(paper.exam, paper.seed - validate.SEED) for paper in papers] == [("word", 0), ("word", 1), ("nothing", 0), ("nothing", 1)]
    assert [*replace(examination, alone=False).papers(workers=2)] == papers


def test_a_failure_is_worth_nothing_and_is_told():
    def failing(sample, mode):
        raise ValueError("no such thing")

    for name in ("line", "nothing"):
        paper = sit(EXAMS[name], validate.SEED, SUPPLY, failing)
        assert paper.error == "ValueError: no such thing" and paper.reading == "" and {value for value, _ in paper.scores.values()} == {0.0}


def test_what_is_not_installed_is_told(monkeypatch):
    def missing(*_):
        raise MissingExtraError("synth", "engraving music")

    monkeypatch.setattr(validate, "draw", missing)
    paper = sit(EXAMS["music"], validate.SEED, SUPPLY, knowing)
    assert "engraving music needs the [synth] extra" in paper.missing and not paper.scores


def test_what_spoils_every_picture_is_an_error(tmp_path):
    with pytest.raises(WeightsError):
        [*Examination(Candidate(str(tmp_path)), SUPPLY, ("word",)).papers()]
    with pytest.raises(InputError):
        [*Examination(Knowing(), Supply(tmp_path / "none", validate=True), ("word",)).papers()]


def test_both_ways_of_reading(scripted, model_folder):
    """A page of 512 x 512 pixels is several bands for the reader, and one picture as it was drawn."""
    page = draw(EXAMS["page"], validate.SEED + 1, SUPPLY)
    scripted.texts = ["# one"]
    whole = Candidate(str(model_folder), "scripted", way="whole", max_tokens=9).open()(page, "plain")
    (job,) = scripted.jobs
    assert whole.text == "# one" and [word.text for word in whole.words] == ["#", "one"]
    assert job.pixels.values.shape == (1, 3, 512, 512) and job.max_tokens == 9
    assert np.allclose(job.pixels.values[0], page.image.transpose(2, 0, 1) / 127.5 - 1, atol=1e-6)
    scripted.jobs.clear()
    parts = Candidate(str(model_folder), "scripted").open()(page, "plain")
    assert len(scripted.jobs) > 1 and parts.text == "\n".join(["# one"] * len(scripted.jobs))
    assert len(parts.words) == 2 * len(scripted.jobs) and all(word.box and word.confidence > 0.9 for word in parts.words)


def test_a_picture_of_any_size_is_padded_for_the_whole_way(scripted, model_folder):
    formula = draw(EXAMS["formula"], validate.SEED, SUPPLY)
    Candidate(str(model_folder), "scripted", way="whole").open()(formula, "format")
    height, width = scripted.jobs[0].pixels.values.shape[2:]
    assert height % 16 == width % 32 == 0 and 0 <= width - formula.image.shape[1] < 32


def test_calibration_is_over_all_words():
    paper = sit(EXAMS["line"], validate.SEED, SUPPLY, knowing)
    assert {sure for sure, _ in paper.sure} == {1.0} and calibration([paper]) == (0.0, len(paper.sure))
    half = replace(paper, sure=((0.9, 1.0), (0.9, 0.0)))
    value, words = calibration([half, replace(paper, sure=((0.2, 0.0),))])
    assert words == 3 and value == pytest.approx((2 * 0.4 + 1 * 0.2) / 3) == pytest.approx(calibration_error([0.9, 0.9, 0.2], [1, 0, 0]))
    assert calibration([replace(paper, sure=())]) is None and not math.isnan(value)
