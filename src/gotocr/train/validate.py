"""Examine a nano: read freshly drawn pictures in fonts and from texts never trained on, as a user's pictures are read."""

from __future__ import annotations

import multiprocessing
import os
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..draw.supply import Supply
from ..errors import MissingExtraError
from ..kinds.page import parse
from ..metrics.calibration import calibration_error
from ..pixels.native import view
from ..reader import Reader, load
from ..scale.pool import Pool
from ..schema import Job, Page, Sample, Task, Word
from ..synth.samples import Studio
from ..weights.nano_files import nano_config
from .exams import EXAMS, Exam, Share
from .words import Placed, place

SEED = 7_000_000_000  # far from any training seed
WAYS = ("reader", "whole")
BOXES, BOXES_OF_READ = "word boxes, IoU >= 0.5", "of words read right"
BOXES_FLOOR = 0.90
ERROR = 300  # characters kept of what went wrong


@dataclass(frozen=True)
class Answer:
    """What was read in a picture, and its words as far as their boxes (in pixels of the picture) and confidences are known."""

    text: str = ""
    words: tuple[Word, ...] = ()


Read = Callable[[Sample, str], Answer]  # (sample, mode)


@dataclass(frozen=True)
class Paper:
    """One picture of an exam: what it was, what was read, what that is worth under the name of each measure.

    `missing` says what is not installed to draw or judge it; `error` what went wrong: then the scores are 0.
    """

    exam: str
    seed: int
    picture: str = ""  # checksum of picture and truth: equal ones were equal pictures
    truth: str = ""
    reading: str = ""
    scores: Mapping[str, Share] = field(default_factory=dict)
    sure: tuple[tuple[float, float], ...] = ()  # (confidence, 1 right or 0 wrong) of words
    error: str = ""
    missing: str = ""


@dataclass(frozen=True)
class Candidate:
    """The model under examination, and how it is asked.

    `way` "reader": every picture as a user's would be read, scaled and cut into bands; "whole": as it was drawn, at once.
    """

    model: str
    engine: str | None = None
    device: str = "cpu"
    way: str = WAYS[0]
    max_tokens: int = 8000  # written of one page: more than any truth that is drawn has

    def open(self) -> Read:
        """What reads. Raises UsageError, WeightsError, MissingExtraError, EngineError: no picture would fare better."""
        reader = load(self.model, engine=self.engine, device=self.device, quiet=True)
        _ = reader.engine, reader.setting
        way = read_by_reader if self.way == WAYS[0] else read_whole
        return lambda sample, mode: way(reader, sample, Task(mode, max_tokens=self.max_tokens))


@dataclass(frozen=True)
class Examination:
    """Exams by name, `count` pictures each, in an order known beforehand: what a process needs to do any of them.

    Called, it gives the function that does picture `number`; the same number is the same picture for every candidate.
    """

    candidate: Candidate
    supply: Supply
    exams: tuple[str, ...] = tuple(EXAMS)
    count: int = 20
    alone: bool = True  # False: one of several processes, which keeps to one core

    def __call__(self) -> Callable[[int], Paper]:
        if not self.alone:
            _keep_to_a_core()
        read = self.candidate.open()

        def work(number: int) -> Paper:
            exam, turn = divmod(number, self.count)
            return sit(EXAMS[self.exams[exam]], SEED + turn, self.supply, read)

        return work

    def papers(self, workers: int = 1) -> Iterator[Paper]:
        """Every picture, exam after exam. Raises InputError and UsageError for texts and fonts that cannot be used."""
        self.supply.read()
        with Pool(self, 0, len(self.exams) * self.count, workers if workers > 1 else 0) as pool:
            yield from pool


def sit(exam: Exam, seed: int, supply: Supply, read: Read) -> Paper:
    """Draw the picture of a seed, read it and judge the answer. A failure is worth nothing, and told."""
    try:
        sample = draw(exam, seed, supply)
    except MissingExtraError as cause:
        return Paper(exam.name, seed, missing=str(cause))
    error, answer = "", Answer()
    try:
        answer = read(sample, exam.mode)
        scores, sure = judge(exam, answer, sample)
    except MissingExtraError as cause:
        return Paper(exam.name, seed, missing=str(cause))
    except Exception as cause:  # whatever a model makes of one picture must not end the examination of all
        error = f"{type(cause).__name__}: {cause}"[:ERROR]
        scores, sure = judge(exam, Answer(), sample)
        scores = {name: Share(0.0, share.weight) for name, share in scores.items()}  # not even where nothing was to be read
    truth = getattr(sample, exam.mode)
    checksum = f"{zlib.crc32(truth.encode(), zlib.crc32(sample.image.tobytes())):08x}"
    return Paper(exam.name, seed, checksum, truth, answer.text, scores, sure, error)


def draw(exam: Exam, seed: int, supply: Supply) -> Sample:
    """The picture of a seed; of a source of several pages the first."""
    studio = Studio(supply, exam.size, exam.worn)
    return studio.draw_on(exam.source, seed, exam.size) if exam.on_canvas else studio.draw(exam.source, seed)[0]


def judge(exam: Exam, answer: Answer, sample: Sample) -> tuple[dict[str, Share], tuple[tuple[float, float], ...]]:
    """The scores of an answer, and (confidence, right) of its words where the exam is of plain text."""
    scores = exam.grade(answer.text, sample)
    if not exam.words:
        return scores, ()
    placed: Placed = place(answer.words, sample)
    scores |= {BOXES: Share(placed.found, placed.words), BOXES_OF_READ: Share(placed.found_of_read, placed.read)}
    return scores, placed.sure


def read_by_reader(reader: Reader, sample: Sample, task: Task) -> Answer:
    """As `Reader.read` reads any picture."""
    leaves = reader.read(sample.image, task).pages
    words = tuple(word for leaf in leaves for block in leaf.blocks for word in block.words)
    return Answer("\n\n".join(leaf.text for leaf in leaves), words)


def read_whole(reader: Reader, sample: Sample, task: Task) -> Answer:
    """As pictures are seen in training: the whole of it at once, at its own size, padded to the model's stride."""
    height, width = sample.image.shape[:2]
    down, across = nano_config(reader.setting.config, "config.json").stride
    pixels = view(Page(sample.image), stride=(across, down))
    prompt = reader.family.ask(task, pixels, reader.setting)
    pieces = list(reader.engine.run(Job(pixels, prompt, task.max_tokens)))
    blocks = parse(pieces, (width, height), task.mode)
    return Answer("".join(piece.text for piece in pieces).strip("\n"), tuple(word for block in blocks for word in block.words))


def calibration(papers: Sequence[Paper]) -> tuple[float, int] | None:
    """How far confidences of words are from how often those are right (ECE), and of how many words; None without any."""
    sure = [pair for paper in papers for pair in paper.sure]
    if not sure:
        return None
    confidences, right = zip(*sure, strict=True)
    return float(calibration_error(confidences, right)), len(sure)


def _keep_to_a_core() -> None:
    """One core a process, by its number: engines that each use all cores would stand in each other's way."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        number = int(multiprocessing.current_process().name.rpartition("-")[2].rpartition(":")[2] or 0)
        os.sched_setaffinity(0, {cores[number % len(cores)]})
