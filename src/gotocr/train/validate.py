"""Read freshly drawn pictures in fonts and from texts never trained on, by the engine users read with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..draw.supply import Supply
from ..engines.engine import Engine
from ..metrics.text import character_accuracy
from ..pixels.native import normalise
from ..prompt.template import nano_prompt
from ..prompt.tokenizer import Tokenizer
from ..schema import Job, Pixels, Sample, Task
from ..synth.samples import Studio

SEED = 7_000_000_000  # far from any training seed


@dataclass(frozen=True)
class Exam:
    """One kind of picture to be read: canvas (height, width), what is drawn on it, share of worn pictures, how it is read."""

    name: str
    height: int
    width: int
    source: str
    worn: float = 0.0
    mode: str = "plain"


EXAMS = (
    Exam("line", 48, 512, "line"),
    Exam("line worn", 48, 512, "line", 1.0),
    Exam("paragraph", 160, 512, "paragraph"),
    Exam("paragraph worn", 160, 512, "paragraph", 1.0),
    Exam("word", 48, 256, "word", 0.5),
    Exam("page", 512, 512, "page"),
)


def read_sample(engine: Engine, sample: Sample, tokenizer: Tokenizer, mode: str = "plain", max_tokens: int = 1500) -> str:
    """What an engine reads in a drawn sample."""
    height, width = sample.image.shape[:2]
    job = Job(Pixels(normalise(sample.image)[None], page_size=(width, height)), nano_prompt(Task(mode), 0, tokenizer), max_tokens)
    return "".join(piece.text for piece in engine.run(job))


def grade(
    engine: Engine, tokenizer: Tokenizer, corpus: str | Path, fonts: tuple[str, ...], held_back: int = 2000, count: int = 40
) -> Iterator[tuple[str, float]]:
    """The name of each exam and the character accuracy in it, as soon as it was read. Raises InputError, UsageError."""
    supply = Supply(corpus, fonts, held_back=held_back, validate=True)
    for exam in EXAMS:
        studio = Studio(supply, worn=exam.worn)
        drawn = (studio.draw_on(exam.source, SEED + number, (exam.height, exam.width)) for number in range(count))
        read = ((read_sample(engine, sample, tokenizer, exam.mode), getattr(sample, exam.mode)) for sample in drawn)
        yield exam.name, character_accuracy(read)
