"""Read freshly drawn pictures in fonts and from texts never trained on, by the engine users read with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..draw.fonts import find_faces
from ..engines.engine import Engine
from ..metrics.text import character_accuracy
from ..pixels.native import normalise
from ..prompt.template import nano_prompt
from ..prompt.tokenizer import Tokenizer
from ..schema import Job, Pixels, Sample, Task
from ..synth.corpus import load
from ..synth.text import TextEngine

SEED = 7_000_000_000  # far from any training seed


@dataclass(frozen=True)
class Exam:
    """One kind of picture to be read: canvas (height, width), layout, share of worn pictures."""

    name: str
    height: int
    width: int
    layout: str
    worn: float = 0.0


EXAMS = (
    Exam("line", 48, 512, "lines"),
    Exam("line worn", 48, 512, "lines", 1.0),
    Exam("paragraph", 160, 512, "lines"),
    Exam("paragraph worn", 160, 512, "lines", 1.0),
    Exam("word", 48, 256, "word", 0.5),
    Exam("page", 512, 512, "page"),
)


def draw_exam(exam: Exam, corpus: str | Path, fonts: tuple[str, ...], held_back: int, count: int) -> Iterator[Sample]:
    """The samples of an exam: held-out fonts, held-back texts. Raises InputError, UsageError when there are none."""
    engine = TextEngine(load(corpus, held_back=held_back, validate=True), find_faces(fonts, held_out=True), worn=exam.worn)
    yield from _draw(exam, engine, count)


def _draw(exam: Exam, engine: TextEngine, count: int) -> Iterator[Sample]:
    for number in range(count):
        yield engine.sample(SEED + number, (exam.height, exam.width), exam.layout)


def read_sample(engine: Engine, sample: Sample, tokenizer: Tokenizer, mode: str = "plain", max_tokens: int = 1500) -> str:
    """What an engine reads in a drawn sample."""
    height, width = sample.image.shape[:2]
    job = Job(Pixels(normalise(sample.image)[None], page_size=(width, height)), nano_prompt(Task(mode), 0, tokenizer), max_tokens)
    return "".join(piece.text for piece in engine.run(job))


def grade(
    engine: Engine, tokenizer: Tokenizer, corpus: str | Path, fonts: tuple[str, ...], held_back: int = 2000, count: int = 40
) -> Iterator[tuple[str, float]]:
    """The name of each exam and the character accuracy in it, as soon as it was read."""
    texts, faces = load(corpus, held_back=held_back, validate=True), find_faces(fonts, held_out=True)
    for exam in EXAMS:
        drawn = _draw(exam, TextEngine(texts, faces, worn=exam.worn), count)
        yield exam.name, character_accuracy((read_sample(engine, sample, tokenizer), sample.plain) for sample in drawn)


def examine(
    engine: Engine, tokenizer: Tokenizer, corpus: str | Path, fonts: tuple[str, ...], held_back: int = 2000, count: int = 40
) -> dict[str, float]:
    """Character accuracy by exam."""
    return dict(grade(engine, tokenizer, corpus, fonts, held_back, count))
