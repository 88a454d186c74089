"""The memory that a course takes, part by part, before anything of it is taken; and what would fit where it does not.

Weights, gradients, AdamW's moments and the average are exact; what base keeps for the way back is counted as in `train.plan`,
from the first layer on that learns; what nano keeps is seen on one picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from ...errors import UsageError
from ...model.config import BASE, GotConfig, NanoConfig
from ...model.got import Got
from ...model.nano import Nano
from ...weights.config import read_config
from ...weights.nano_files import read_nano_config
from ..losses import losses
from ..plan import ADAM, CHUNK, FLOAT, HALF, block_bytes, layer_bytes
from ..recipe import Bucket, LossWeights, Recipe
from .adapters import LAYERS, layers_of, limit
from .check import Lesson
from .course import Course
from .lessons import canvas
from .recipes import LENGTHS, recipe_of

GIGA = 1e9
SPARE = 0.9  # of a device's memory: its own programs, and what is lost between pieces
MEMINFO = Path("/proc/meminfo")
MOST_WAYS = 4  # named where a course does not fit
TIMES_LOGITS = 2  # nano: the gradient of what it writes is as large as that


@dataclass(frozen=True)
class Need:
    """What a course takes of a device's memory."""

    parameters: int
    learning: int
    parts: Mapping[str, float]  # bytes by what they hold, in the largest batch
    device: str
    there: float = 0.0  # bytes that are there; 0 = nobody knows

    @property
    def total(self) -> float:
        return sum(self.parts.values())

    @property
    def fits(self) -> bool:
        """Whether it is not known not to fit."""
        return not self.there or self.total <= SPARE * self.there

    def __str__(self) -> str:
        wide = max(map(len, self.parts))
        rows = [f"memory on {self.device}, in the largest batch ({self.learning:,} of {self.parameters:,} parameters learn)"]
        rows += [f"  {name:{wide}}  {spell(size):>8}" for name, size in self.parts.items()]
        there = f" of {spell(self.there)}" if self.there else ""
        return "\n".join([*rows, f"  {'in all':{wide}}  {spell(self.total):>8}{there}"])


def spell(size: float) -> str:
    return f"{size / GIGA:.2f} GB"


def need(course: Course, lessons: Sequence[Lesson] = ()) -> Need:
    """What a course over these lessons takes. Raises UsageError for more layers than a model has, WeightsError for its folder."""
    recipe = recipe_of(course)
    if course.family == "nano":
        config: NanoConfig | GotConfig = read_nano_config(course.source)
        build = Nano
    else:
        config, build = read_config(course.source) if course.source else BASE, Got
    with torch.device("meta"):
        network = build(config)
        limit(network, course.family, course.learn, course.rank)
    weights = sum(weight.numel() for weight in network.parameters())
    learning = sum(weight.numel() for weight in network.parameters() if weight.requires_grad)
    cast = sum(part.weight.numel() for part in network.modules() if isinstance(part, (nn.Linear, nn.Conv2d, nn.Embedding)))
    parts = {
        "weights": FLOAT * weights, "gradients": FLOAT * learning, "optimizer": ADAM * learning,
        "average": 2 * FLOAT * learning,  # and what is put aside while it is looked at
        "weights in bfloat16": HALF * cast,
    }  # fmt: skip
    if isinstance(config, NanoConfig):
        parts["activations"] = nano_activations(course, config, recipe, lessons)
    else:
        parts |= got_activations(network, config, recipe)
    return Need(weights, learning, parts, course.device, there(course))


def there(course: Course) -> float:
    """Bytes of the device's memory; 0 where nobody knows."""
    if course.memory:
        return course.memory * GIGA
    if course.device.startswith("cuda"):
        return float(torch.cuda.get_device_properties(course.device).total_memory) if torch.cuda.is_available() else 0.0
    if course.device != "cpu":
        return 0.0
    try:
        found = re.search(r"^MemAvailable:\s*(\d+) kB$", MEMINFO.read_text("utf-8"), re.MULTILINE)
    except OSError:
        return 0.0
    return 1024.0 * int(found[1]) if found else 0.0


def got_activations(network: nn.Module, config: GotConfig, recipe: Recipe) -> dict[str, float]:
    """What base keeps: of the layers from the first one on that learns, each as if it learnt itself."""
    pairs, length = int(recipe.study["pairs"]), int(recipe.study["length"])
    tokens, places = pairs * length, pairs * config.vision.grid**2
    vision = [places * block_bytes(config.vision, layer in config.vision.global_layers) for layer in range(config.vision.layers)]
    layer = tokens * layer_bytes(config.decoder)
    each = [*vision, *[layer] * config.decoder.layers]
    goes_in = [FLOAT * places * config.vision.width] * len(vision) + [FLOAT * tokens * config.decoder.hidden] * config.decoder.layers
    first = first_learning(network, layers_of(network, "got"))
    kept = sum(goes_in[min(first, len(vision)) :] if recipe.gradient_checkpointing else each[first:])  # what goes into resting layers, too
    if first < len(vision) or _learns(network, ["projector"]):
        channels, slots = config.vision.out_channels, pairs * config.tokens_per_tile
        kept += HALF * (places * channels + places / 4 * 2 * channels + 2 * slots * config.decoder.hidden)
        kept += HALF * places * (config.vision.width + 3 * channels)
    kept += FLOAT * tokens * (3 * config.decoder.hidden + 2 * config.decoder.head_size)
    working = max([max(each[first:], default=0.0) if recipe.gradient_checkpointing else 0.0, *vision[:first], layer])
    rows = min(CHUNK, tokens)
    logits = (2 * FLOAT + 2 * HALF) * rows * config.decoder.vocab_size
    return {"activations": kept, "a layer at work": working, "logits": logits}


def first_learning(network: nn.Module, layers: Sequence[str]) -> int:
    """The first layer on the way from picture to text in which anything learns."""
    before = [name.split(".")[0] for name in LAYERS["got"]]
    for number, name in enumerate(layers):
        if _learns(network, [name]):
            return number
        if number == 0 and _learns(network, [f"{before[0]}.patch", f"{before[0]}.positions"]):
            return 0
    return len(layers)


def _learns(network: nn.Module, starts: Iterable[str]) -> bool:
    return any(weight.requires_grad and name.startswith(tuple(starts)) for name, weight in network.named_parameters())


def nano_activations(course: Course, config: NanoConfig, recipe: Recipe, lessons: Sequence[Lesson]) -> float:
    """What nano keeps of the largest batch: seen on one picture of the largest canvas with the longest text, on the CPU."""
    sizes = {canvas(lesson.size) for lesson in lessons}
    longest = max((lesson.tokens for lesson in lessons), default=LENGTHS[-4])
    if course.mix or not sizes:
        sizes |= {(bucket.height, bucket.width) for bucket in recipe.buckets if isinstance(bucket, Bucket)}
        longest = max(longest, LENGTHS[-3])
    size = max(sizes, key=lambda one: one[0] * one[1])
    network = Nano(config)
    limit(network, "nano", course.learn, course.rank)
    tokens = next((length for length in LENGTHS if length >= longest), LENGTHS[-1])
    if recipe.gradient_checkpointing:
        from functools import partial

        from torch.utils.checkpoint import checkpoint

        for block in (*network.stem.blocks, *network.context, *network.layers):
            block.forward = partial(checkpoint, block.forward, use_reentrant=False)
    kept = sum(_kept(network, _blank(size, tokens)))
    return kept * max(1, recipe.pixels // (size[0] * size[1])) + TIMES_LOGITS * FLOAT * tokens * config.vocab_size


def _kept(network: Nano, batch: Mapping[str, Tensor]) -> Iterator[int]:
    """Bytes of each storage kept for the way back, the network's own left out."""
    own = {weight.untyped_storage().data_ptr() for weight in network.parameters()}
    found: dict[int, int] = {}
    alive = []  # else the place of one is given to the next

    def note(tensor: Tensor) -> Tensor:
        alive.append(tensor)
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            found[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor), torch.autocast("cpu", torch.bfloat16):
        losses(network, batch, LossWeights(), False)
    yield from found.values()


def _blank(size: tuple[int, int], tokens: int) -> dict[str, Tensor]:
    """A batch of one picture with nothing on it, and a text."""
    cells = (1, size[0] // 8, size[1] // 4)
    row = torch.zeros(1, tokens, dtype=torch.long)
    none = torch.full(cells, -1)
    return {
        "pixels": torch.zeros(1, *size, 3, dtype=torch.uint8), "ids": row, "positions": torch.arange(tokens)[None],
        "places": torch.zeros(1, tokens, 4), "labels": row, "boxes": torch.zeros(1, tokens, 4), "first": row - 1, "centre": row,
        "cells": none, "classes": none, "glyph_boxes": torch.zeros(*cells, 4), "located": torch.ones(1, dtype=torch.bool),
    }  # fmt: skip


def refuse(course: Course, lessons: Sequence[Lesson] = ()) -> Need:
    """What a course takes. Raises UsageError where it is known not to fit, and names what would."""
    asked = need(course, lessons)
    if asked.fits:
        return asked
    fitting = [f"{told} ({spell(made.total)})" for told, made in lighter(course, lessons) if made.fits][:MOST_WAYS]
    mend = f"what would fit: {'; '.join(fitting)}" if fitting else "nothing that is known here would fit; take a device with more memory"
    raise UsageError(f"{course.learn} of {course.model} takes {spell(asked.total)}, and {SPARE:.0%} of {spell(asked.there)} can be used; {mend}")


def lighter(course: Course, lessons: Sequence[Lesson] = ()) -> Iterator[tuple[str, Need]]:
    """Ways to do with less, as options, with what each takes."""
    small = 1 if course.family == "got" else 32
    for learn in dict.fromkeys((course.learn, "last-12" if course.family == "got" else "last-4", "last-4", "lora")):
        for light in (False, True):
            for batch in dict.fromkeys((course.batch, small)):
                way = replace(course, learn=learn, gradient_checkpointing=light or course.gradient_checkpointing, batch=batch)
                told = [f"--learn {learn}"] * (learn != course.learn) + ["--gradient-checkpointing"] * light + [f"--batch {batch}"] * (batch != course.batch)
                if way != course:
                    yield " ".join(told), need(way, lessons)
