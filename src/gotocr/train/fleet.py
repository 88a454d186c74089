"""A training of base on 8 to 64 GPUs, on paper: hours, cost, the network between machines, drawing, checkpoints, failures.

Every assumption stands here by its name. Nothing of it was measured on a GPU; what was measured is how fast pictures are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..scale.simulation import best_interval, with_failures
from .got_study import study_of
from .plan import FLOAT, GIGA, Machine, Plan, plan
from .recipe import Recipe

# By data sheet: memory, dense bfloat16. The share of it (MFU, arXiv 2204.02311) is assumed: Llama 3 reached 38 to 43% with networks
# a thousand times as large (arXiv 2407.21783, section 3.3); small layers, windows and short runs reach less.
GPUS: Mapping[str, Machine] = {
    "H100": Machine(),
    "H200": Machine("H200 141 GB", 141 * GIGA, 989e12),
    "A100": Machine("A100 80 GB", 80 * GIGA, 312e12, 0.3),
    "L4": Machine("L4 24 GB", 24 * GIGA, 121e12),
}
TOGETHER = 8  # GPUs of a machine
INSIDE, BETWEEN = 400e9, 50e9  # bytes a second of a GPU each way: NVLink; a 400 Gb/s adapter for each GPU (arXiv 2407.21783, 3.3.1)
LIFE = 50_000 * 3600.0  # seconds of one GPU until it ends a run: 419 failures in 54 days of 16,384 (arXiv 2407.21783, section 3.3.4)
SAVING = 1 * GIGA  # bytes a second of a checkpoint's disk
RESTART = 600.0  # seconds from a failure until the run goes on: seen, replaced, loaded
# Milliseconds of one core for a pair: drawn, resized, its text made tokens; means of 7 to 17 on an AMD EPYC, 2026-12-01, texts and fonts of the package.
DRAWN: Mapping[str, float] = {
    "chart": 28.8, "document": 89.3, "document in tiles": 363.2, "formula": 14.4, "geometry": 18.3, "line": 12.3, "molecule": 17.5,
    "music": 28.0, "nothing": 13.4, "page": 31.5, "paragraph": 18.4, "region": 88.9, "scene": 25.9, "sequence": 167.4, "table": 18.2,
    "unreadable": 14.4, "word": 12.0,
}  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """A recipe on so many GPUs, with as many pairs a step as it has on 8."""

    plan: Plan
    pairs: float  # a second
    compute: float  # seconds of a step
    network: float  # of a step, if it were alone
    step: float  # the longer of both: what goes over the network hides behind arithmetic
    hours: float  # with failures
    cores: float  # that draw
    checkpoint: float  # bytes
    failures: float  # expected in the run
    saving: float  # seconds between checkpoints that lose least


def cast(recipe: Recipe, devices: int, machine: Machine = Machine()) -> Cast:
    """What a recipe takes on `devices` GPUs, its 8 GPUs' pairs a step shared out among them. Raises what `plan` raises."""
    told = plan(recipe, TOGETHER, machine)
    step_pairs = recipe.accumulate * study_of(recipe).pairs * TOGETHER
    compute = step_pairs * told.flops / (devices * machine.peak * machine.share)
    batches = max(1.0, step_pairs / devices / study_of(recipe).pairs)
    sent = batches * (2 * told.parameters + told.learning) * FLOAT * (devices - 1) / devices  # gathered twice, gradients once
    network = sent / (BETWEEN if devices > TOGETHER else INSIDE)
    step = max(compute, network)
    life, saved = LIFE / devices, FLOAT * (told.parameters + 3 * told.learning)
    cost = saved / SAVING
    work, interval = recipe.steps * step, recipe.save_every * step
    whole = with_failures(work, interval, cost, RESTART, life)
    pairs = step_pairs / step
    return Cast(told, pairs, compute, network, step, whole / 3600, pairs * drawing(recipe) / 1e3, saved, whole / life, best_interval(cost, life))


def drawing(recipe: Recipe) -> float:
    """Milliseconds of a core for a mean pair of the recipe's mix."""
    from .plan import _key

    most, whole = study_of(recipe).tiles, sum(bucket.weight for bucket in recipe.buckets)
    return sum(
        bucket.weight / whole / len(bucket.drawn) * DRAWN.get(_key(name, bucket.height, most), max(DRAWN.values()))
        for bucket in recipe.buckets
        for name in bucket.drawn
    )


def table(recipes: Sequence[Recipe], devices: Sequence[int], machine: Machine = Machine()) -> str:
    """All stages on so many GPUs, as a Markdown table."""
    head = ["stage", "GPUs", "hours", "GPU hours", "pairs/s", "step s", "of it network", "cores that draw", "MB/s of pixels", "checkpoint GB", "failures", "save every h"]
    lines = [head, ["---", *["---:"] * (len(head) - 1)]]
    for recipe in recipes:
        for count in devices:
            made = cast(recipe, count, machine)
            figures = (made.hours, made.hours * count, made.pairs, made.step)
            lines.append(
                [
                    recipe.name, str(count), *(f"{one:,.1f}" if one < 100 else f"{one:,.0f}" for one in figures[:3]), f"{made.step:.3f}",
                    f"{made.network / made.step:.0%}", f"{made.cores:,.0f}", f"{made.pairs * 1024 * 1024 * 3 / 1e6:,.0f}",
                    f"{made.checkpoint / GIGA:.1f}", f"{made.failures:.3f}", f"{made.saving / 3600:.1f}",
                ]
            )  # fmt: skip
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
