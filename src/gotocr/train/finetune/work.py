"""A course from beginning to end: look at the data, plan the memory, read, learn, keep the best, read again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...errors import OutputError, UsageError, WeightsError
from ...prompt.tokenizer import JSON_NAME, TIKTOKEN_NAME
from ...weights import int8
from ...weights.fetch import find
from ...weights.load import load_got, save_got
from ...weights.nano_files import TOKENIZER, read_nano_config, read_tensors, save_nano
from ..loop import train
from . import memory, table
from .check import Checked, check, put, save, usable
from .course import Course
from .recipes import recipe_of
from .watch import Watch

RESULT, BEFORE = "finetune.json", "before.json"
FORM = 1  # of the result


def run(course: Course, tell: Callable[[str], None] = lambda line: None) -> dict[str, Any]:
    """Fine-tune; the result is the same as in `<out>/finetune.json`. Raises what `finetune` says."""
    _check_out(course)
    found = usable(check(course), course)
    _tell_data(found, tell)
    needs = memory.refuse(course, [*found.lessons, *found.held])
    tell(str(needs))
    recipe = recipe_of(course, found.sum)
    save(found.lessons, course.training / "lessons.jsonl")
    save(found.held, course.training / "held-out.jsonl")
    judged = found.held[: course.judged]
    before = _before(course, found, lambda: table.judge(start_of(course), course, judged, tell))
    watch = Watch(course, tell)
    train(recipe, lambda row: _note(row, watch, tell), watch)
    best = watch.best
    if best is None:
        raise UsageError("the course ended before its first look; give more steps or minutes")
    finish(course, watch.best_folder())
    tell(f"{watch.ended or 'done'}; the weights of step {best.step} are kept")
    after = table.judge(course.out, course, judged, tell)
    result = {
        "form": FORM, "course": asdict(course), "data": {"lines": len(found.lessons), "held_out": len(found.held), "bad": len(found.bad)},
        "memory": dict(needs.parts), "looks": [asdict(look) for look in watch.looks], "kept": asdict(best),
        "ended": watch.ended, "before": before, "after": after,
    }  # fmt: skip
    put(Path(course.out) / RESULT, json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    for row in table.rows(before, after):
        tell(row)
    return result


def start_of(course: Course) -> str:
    """The folder that a course starts from; the published weights are downloaded if need be."""
    return str(course.source or find("base", quiet=True))


def _check_out(course: Course) -> None:
    """Raises before any work is done."""
    out = Path(course.out)
    if course.resume:
        if not (course.training / "checkpoint").is_dir():
            raise UsageError(f"{out} holds no course to go on with; leave out --resume to begin")
        return
    if out.is_dir() and any(out.iterdir()):
        raise OutputError(f"{out} is not empty; give another -o, or --resume to go on with the course there")
    if course.source is not None and course.source.resolve() == out.resolve():
        raise OutputError(f"{out} is the model it starts from; give another -o")


def _tell_data(found: Checked, tell: Callable[[str], None]) -> None:
    tell(f"{len(found.lessons)} lines to learn, {len(found.held)} held out, {len(found.bad)} bad ones left out")


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
        raise WeightsError(f"{best} has no vocabulary; begin anew without --resume")
