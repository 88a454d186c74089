"""What a model makes of held-out pictures, and of drawn ones of every kind, before and after: gain, and what was forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...draw.supply import Supply
from ...metrics.text import character_errors
from ...reader import load
from ...schema import Task
from ..recipe import Recipe
from ..validate import Candidate, Examination
from .check import Lesson, picture
from .course import Course

HELD, DRAWN, MEAN = "held-out", "drawn", "mean of the drawn"
SPARE_TOKENS = 64
Figures = dict[str, dict[str, Any]]


def judge(model: str, course: Course, held: Sequence[Lesson], tell: Callable[[str], None]) -> Figures:
    """Error rates of a model's folder by name: of the held-out pictures, read as any picture is, and of each exam of drawn ones."""
    engine, device = ("onnx", "cpu") if course.family == "nano" else ("torch", course.device)
    found = _held(model, engine, device, held)
    if course.drawn:
        found |= _drawn(Candidate(model, engine, device), course, tell)
    return found


def _held(model: str, engine: str, device: str, held: Sequence[Lesson]) -> Figures:
    edits = letters = wrong = 0
    most = 2 * max(lesson.tokens for lesson in held) + SPARE_TOKENS
    with load(model, engine=engine, device=device, quiet=True) as reader:
        for lesson in held:
            task = Task(lesson.mode, lesson.region, max_tokens=most)
            read = "\n\n".join(leaf.text for leaf in reader.read(picture(lesson), task).pages).strip()
            mistakes = character_errors(read, lesson.text.strip())
            edits, letters, wrong = edits + mistakes.edits, letters + mistakes.length, wrong + (read != lesson.text.strip())
    return {
        f"{HELD}: characters": {"error": edits / max(letters, 1), "of": letters},
        f"{HELD}: pictures not all right": {"error": wrong / len(held), "of": len(held)},
    }


def _drawn(candidate: Candidate, course: Course, tell: Callable[[str], None]) -> Figures:
    supply = Supply(course.corpus, course.fonts, Recipe().held_back, validate=True)
    examination = Examination(candidate, supply, count=course.drawn)
    sums: dict[str, list[float]] = {}
    for paper in examination.papers():
        if paper.missing:
            if paper.exam not in sums:
                tell(f"{paper.exam} is not read: {paper.missing}")
            continue
        for name, share in list(paper.scores.items())[:1]:  # the first measure of an exam is what it is known by
            total = sums.setdefault(f"{DRAWN}: {paper.exam} ({name})", [0.0, 0.0])
            total[0], total[1] = total[0] + share.value, total[1] + share.weight
    found: Figures = {name: {"error": 1 - value / weight, "of": course.drawn} for name, (value, weight) in sums.items() if weight}
    if found:
        found[MEAN] = {"error": sum(one["error"] for one in found.values()) / len(found), "of": len(found)}
    return found


def rows(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Both side by side, for people: error rates, lower is better."""
    names = [name for name in before if name in after]
    wide = max(map(len, names))
    head = f"{'error rate':{wide}}  {'before':>7}  {'after':>7}  {'of':>6}"
    lines = (f"{name:{wide}}  {before[name]['error']:7.1%}  {after[name]['error']:7.1%}  {after[name]['of']:6}" for name in names)
    return [head, *lines]
