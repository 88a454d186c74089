"""A course as a recipe of the loop: which pupil, which rates, and what is drawn among the user's pictures; no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from ..got_study import Study, source_of, vocabulary_of
from ..recipe import Bucket, Recipe, Window, fill
from .course import Course

# What recipes/nano-joint.toml draws, without its real pairs: height, width, how often, what.
NANO_MIX = (
    Bucket(48, 256, 1.2, ("word", "scene", "scene")),
    Bucket(96, 256, 0.7, ("scene", "scene", "scene", "nothing", "nothing", "unreadable")),
    Bucket(48, 512, 0.6, ("line",)),
    Bucket(48, 1024, 0.4, ("line",)),
    Bucket(160, 512, 0.5, ("paragraph",)),
    Bucket(160, 640, 0.5, ("tile",)),
    Bucket(256, 768, 1.0, ("tile", "page", "tile", "nothing")),
    Bucket(256, 1024, 0.4, ("tile", "page")),
    Bucket(512, 768, 0.6, ("page", "tile", "tile", "nothing")),
    Bucket(64, 256, 1.6, ("formula",)),
    Bucket(96, 512, 2.6, ("formula", "formula", "music")),
    Bucket(112, 704, 0.8, ("formula", "music", "music")),
    Bucket(192, 256, 1.8, ("molecule", "molecule", "geometry")),
    Bucket(256, 384, 3.0, ("chart", "chart", "geometry", "geometry", "molecule", "table", "table")),
    Bucket(256, 256, 1.0, ("geometry", "molecule", "geometry", "chart")),
    Bucket(256, 640, 2.2, ("table", "table", "table", "chart", "music", "paragraph")),
    Bucket(176, 896, 0.5, ("table", "table", "music")),
    Bucket(352, 544, 1.2, ("table", "chart", "geometry", "molecule")),
    Bucket(464, 352, 0.4, ("chart",)),
)
# What recipes/base-stage3.toml draws that fits into one view and a short answer.
BASE_MIX = (
    Bucket(1024, 1024, 1.28, ("scene",)),
    Bucket(128, 512, 0.64, ("word",)),
    Bucket(96, 1024, 0.256, ("line",)),
    Bucket(512, 1024, 0.256, ("paragraph",)),
    Bucket(1408, 1024, 0.768, ("page",)),
    Bucket(512, 1024, 0.8, ("formula",)),
    Bucket(768, 768, 0.8, ("molecule",)),
    Bucket(1024, 1024, 0.8, ("table",)),
    Bucket(512, 1024, 0.4, ("music",)),
    Bucket(768, 768, 0.8, ("geometry",)),
    Bucket(768, 1024, 1.6, ("chart",)),
    Bucket(1024, 1024, 0.32, ("nothing", "unreadable")),
    Bucket(1408, 1024, 0.6, ("region",)),
)
LENGTHS = (12, 16, 24, 32, 48, 64, 96, 144, 192, 288, 384)  # nano's windows: texts of users are short, or as long as may be
PIXELS, PAIRS = 96 * 1024, 2  # of a batch, unless told
LESSONS, HELD = "lessons.jsonl", "held-out.jsonl"  # in the folder of the training


@dataclass(frozen=True)
class Taught:
    """What pupils of this room are told in the table `study`, besides what base is told there."""

    lessons: str  # files of `check.save`
    held: str
    sum: str  # of both
    learn: str = "full"
    rank: int = 16
    mix: float = 0.2
    worn: float = 0.3


def taught(recipe: Recipe) -> Taught:
    """What the recipe's table says to this room. Raises UsageError for what it does not know."""
    own = {part.name for part in fields(Study)}
    return fill(Taught, {key: value for key, value in recipe.study.items() if key not in own}, "study")


def base_study(recipe: Recipe) -> dict[str, Any]:
    """What the recipe's table says to base itself."""
    own = {part.name for part in fields(Study)}
    return {key: value for key, value in recipe.study.items() if key in own}


def recipe_of(course: Course, sum: str = "") -> Recipe:
    """The recipe of a course over lessons with this checksum."""
    nano = course.family == "nano"
    told = Taught(
        str(course.training / LESSONS), str(course.training / HELD), sum,
        course.learn, course.rank, course.mix, course.worn,
    )  # fmt: skip
    study: Mapping[str, Any] = asdict(told)
    if not nano:
        study = {**study, "pairs": course.batch or PAIRS, "length": course.length}
    own = {} if not nano else {
        "pixels": course.batch * 1024 or PIXELS,
        "window": Window(LENGTHS, fill=0.9, formatted=0.5, structured=0.95, own_places=0.5),
    }  # fmt: skip
    return Recipe(
        name="finetune", out=str(course.training), pupil="nano-taught" if nano else "base-taught",
        start="shipped" if course.model in ("nano", "base") else course.model, resume=course.resume,
        corpus=course.corpus, fonts=course.fonts, minutes=course.minutes, steps=course.steps,
        rate=course.usual_rate, schedule="wsd", warmup=20, decay_share=0.3, weight_decay=0.01, average=0.97,
        seed=course.seed, workers=course.workers, threads=course.threads, device=course.device, compile=False,
        gradient_checkpointing=course.gradient_checkpointing, buckets=NANO_MIX if nano else BASE_MIX, study=study,
        save_every=course.check_every, log_every=course.check_every, show_every=0, **own,
    )  # fmt: skip


def vocabulary(course: Course) -> str:
    """Where base's vocabulary lies. Raises WeightsError and what downloading raises."""
    recipe = Recipe(pupil="base", start="shipped" if course.source is None else str(course.source))
    return vocabulary_of(recipe, source_of(recipe))
