"""A course from beginning to end: look at the data, plan the memory, read, learn, keep the best, read again."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ...engines.torch_device import choose_device
from ...errors import OutputError, UsageError, WeightsError
from ...prompt.tokenizer import JSON_NAME, TIKTOKEN_NAME
from ...weights import int8
from ...weights.config import read_config
from ...weights.fetch import find
from ...weights.load import load_got, save_got
from ...weights.nano_files import TOKENIZER, read_nano_config, read_tensors, save_nano
from .. import checkpoint
from ..batches import Batches
from ..got_batches import GotBatches
from ..loop import train
from ..recipe import Recipe
from ..schedule import progress
from . import memory, table
from .check import Checked, check, put, save, usable
from .course import Course
from .recipes import HELD, LESSONS, base_study, recipe_of, vocabulary
from .watch import Watch

RESULT, BEFORE = "finetune.json", "before.json"
FORM = 1  # of the result


def run(course: Course, tell: Callable[[str], None] = lambda line: None) -> dict[str, Any]:
    """Fine-tune; the result is the same as in `<out>/finetune.json`. Raises what `finetune` says."""
    course = _open(course, tell)
    found = usable(check(course), course)
    _check_data(course, found)
    tell(f"{len(found.lessons)} lines to learn, {len(found.held)} held out, {len(found.bad)} bad ones left out")
    needs = memory.refuse(course, [*found.lessons, *found.held])
    tell(str(needs))
    recipe = recipe_of(course, found.sum)
    _check_drawing(course, recipe)
    learnt = _is_learnt(course, recipe)
    save(found.lessons, course.training / LESSONS)
    save(found.held, course.training / HELD)
    judged = found.held[: course.judged]
    before = _before(course, found, lambda: table.judge(start_of(course), course, judged, tell))
    watch = Watch(course, tell)
    if learnt:
        watch.recall(recipe.steps)
    else:
        (Path(course.out) / RESULT).unlink(missing_ok=True)  # of a part of this course
        train(recipe, lambda row: _note(row, watch, tell), watch)
    best = watch.best
    if best is None:
        raise OutputError(f"{course.training} has no looks at what is held out; begin anew without --resume, in another folder")
    finish(course, watch.best_folder())
    ended = watch.ended or ("" if watch.over or learnt else "told to end")
    tell(f"{ended or 'done'}; the weights of step {best.step} are kept")
    after = table.judge(course.out, course, judged, tell)
    result = {
        "form": FORM, "course": asdict(course), "data": {"lines": len(found.lessons), "held_out": len(found.held), "bad": len(found.bad)},
        "memory": dict(needs.parts), "looks": [asdict(look) for look in watch.looks], "kept": asdict(best),
        "ended": ended, "before": before, "after": after,
    }  # fmt: skip
    put(Path(course.out) / RESULT, json.dumps(result, indent=1) + "\n")
    for row in table.rows(before, after):
        tell(row)
    return result


def start_of(course: Course) -> str:
    """The folder that a course starts from; the published weights are downloaded if need be."""
    return str(course.source or find("base", quiet=True))


def _open(course: Course, tell: Callable[[str], None]) -> Course:
    """The course, which begins anew where one is to go on that was cut off before its first checkpoint. Raises before any work."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise UsageError("a model is fine-tuned by one process; start it without torchrun")
    choose_device(course.device)
    out = Path(course.out)
    if course.resume:
        if (course.training / checkpoint.FOLDER / checkpoint.NOTES).is_file():
            return course
        if not (course.training / LESSONS).is_file():
            raise UsageError(f"{out} holds no course to go on with; leave out --resume to begin")
        tell(f"the course in {out} was cut off before its first checkpoint; it begins anew")
        for half in course.training.glob("*.safetensors"):
            half.unlink()
        return replace(course, resume=False)
    if out.is_dir() and any(out.iterdir()):
        raise OutputError(f"{out} is not empty; give another -o, or --resume to go on with the course there")
    return course


def _check_data(course: Course, found: Checked) -> None:
    """Raises UsageError where a course is to go on over other pictures: what it held out may have been learnt, and the other way."""
    if not course.resume:
        return
    known = checkpoint.read_notes(course.training / checkpoint.FOLDER)["recipe"].get("study", {}).get("sum")
    if known != found.sum:
        raise UsageError(
            f"the lines are not those that the course in {course.out} began with; go on with the same, or begin another one from "
            f"its weights: --model {course.out} -o DIR"
        )


def _check_drawing(course: Course, recipe: Recipe) -> None:
    """Raises what drawing would raise after a long reading: texts, fonts, base's length."""
    if course.family == "nano":
        Batches(recipe).check()
        return
    config = read_config(Path(start_of(course)))
    GotBatches(replace(recipe, pupil="base", study=base_study(recipe)), config, vocabulary(course)).check()


def _is_learnt(course: Course, recipe: Recipe) -> bool:
    """Whether all steps are done, and the course was cut off before its result. Raises UsageError where that is there, too."""
    if not course.resume:
        return False
    place = checkpoint.read_notes(course.training / checkpoint.FOLDER)
    if progress(recipe, place["step"], place["seconds"]) < 1:
        return False
    if (Path(course.out) / RESULT).is_file():
        raise UsageError(f"the course in {course.out} is over at step {place['step']}; give more --steps or --minutes")
    return True


def _note(row: Mapping[str, Any], watch: Watch, tell: Callable[[str], None]) -> None:
    """Rows of the loop as one short line."""
    if "note" in row:
        if not (watch.ended and row["note"].startswith("told to end")):
            tell(row["note"])
        return
    tell(f"step {row['step']:6}  {row['seconds'] / 60:5.1f} min  loss {row['loss']:.3f}  {row['samples_per_second']:.1f} pictures/s")


def _before(course: Course, found: Checked, read: Callable[[], table.Figures]) -> table.Figures:
    """What the model reads that the course starts from; known already where it goes on over the same pictures."""
    file = course.training / BEFORE
    asked = {"sum": found.sum, "judged": course.judged, "drawn": course.drawn, "model": course.model}
    try:
        known = json.loads(file.read_text("utf-8"))
        if course.resume and known["asked"] == asked:
            return known["figures"]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    figures = read()
    put(file, json.dumps({"asked": asked, "figures": figures}))
    return figures


def finish(course: Course, best: Path) -> None:
    """Make of the best weights a model's folder in `out`, which both engines read. Raises OutputError."""
    out = Path(course.out)
    if course.family == "nano":
        config = read_nano_config(best)
        save_nano(out, int8.pack(read_tensors(best, config), course.weights), config, best / TOKENIZER)
        return
    save_got(load_got(best, quiet=True), out)
    names = [name for name in (JSON_NAME, TIKTOKEN_NAME) if (best / name).is_file()]
    try:
        for name in names:
            shutil.copyfile(best / name, out / name)
    except OSError as cause:
        raise OutputError(f"cannot write to {out}: {cause.strerror or cause}") from cause
    if not names:
        raise WeightsError(f"{best} has no vocabulary; begin anew without --resume, in another folder")
