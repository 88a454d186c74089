"""What a training of the published network takes, on paper: parameters, memory of a GPU, arithmetic, and time.

Arithmetic is the network's own (a multiply and an add are two operations), without what is computed twice. Memory is what
`loop` and `got` keep: float32 weights, gradients, AdamW state and average, and activations under bfloat16 autocast.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..model.config import BASE, DecoderConfig, GotConfig, VisionConfig
from ..synth.document import MOST_PAGES
from .got_batches import LARGE
from .got_study import PARTS, Study, sizes_of, study_of
from .pupil import freeze
from .recipe import Recipe

if TYPE_CHECKING:
    from ..model.got import Got

FLOAT, HALF, ADAM = 4, 2, 8  # bytes a number: float32, bfloat16, two moments of AdamW
CHUNK = 1024  # tokens whose logits are held at once: the vocabulary is 150 times the width
PROMPT = 30  # tokens of a prompt besides its image slots
# Tiles and answer tokens of a pair: means of 40 drawn in the rooms of recipes/base-stage*.toml, in the published vocabulary.
MEANS: Mapping[str, tuple[float, float]] = {
    "chart": (1.0, 160.0), "document": (1.0, 1202.0), "document in tiles": (8.8, 1359.0), "formula": (1.0, 37.0),
    "geometry": (1.0, 237.0), "line": (1.0, 21.0), "molecule": (1.0, 23.0), "music": (1.0, 160.0), "nothing": (1.0, 1.0),
    "page": (1.0, 182.0), "paragraph": (1.0, 87.0), "region": (1.0, 123.0), "scene": (1.0, 4.0), "sequence": (5.7, 3809.0),
    "table": (1.0, 291.0), "unreadable": (1.0, 17.0), "word": (1.0, 5.0),
}  # fmt: skip
OTHER = (1.0, 400.0)  # of what is not in the table, such as shards
GIGA = 1e9


@dataclass(frozen=True)
class Machine:
    """The GPUs that are planned with; `share` of the peak is what training is taken to reach (MFU): stated, not measured."""

    name: str = "H100 80 GB"
    memory: float = 80 * GIGA
    peak: float = 989e12  # bfloat16 operations a second, dense, by its data sheet
    share: float = 0.25


@dataclass(frozen=True)
class Plan:
    """What one recipe takes on so many GPUs."""

    name: str
    devices: int
    machine: Machine
    parameters: int
    learning: int  # parameters that learn
    memory: Mapping[str, float]  # bytes of one GPU by what they hold, in the largest batch that can come
    tokens: float  # of a mean pair: picture, prompt and answer
    flops: float  # of a mean pair, forward and backward
    samples: int

    @property
    def hours(self) -> float:
        return self.samples * self.flops / (self.devices * self.machine.peak * self.machine.share) / 3600

    @property
    def fits(self) -> bool:
        return sum(self.memory.values()) < self.machine.memory

    def rows(self) -> list[tuple[str, str]]:
        """What is told of it, name and figure."""
        total = sum(self.memory.values())
        held = [(f"GB a GPU: {name}", f"{size / GIGA:.2f}") for name, size in self.memory.items()]
        return [
            ("parameters", f"{self.parameters:,}"),
            ("parameters that learn", f"{self.learning:,}"),
            *held,
            ("GB a GPU in all", f"{total / GIGA:.1f} of {self.machine.memory / GIGA:.0f}" + ("" if self.fits else ": too much")),
            ("tokens of a mean pair", f"{self.tokens:,.0f}"),
            ("TFLOP of a mean pair", f"{self.flops / 1e12:.2f}"),
            ("pairs", f"{self.samples:,}"),
            ("pairs a second", f"{self.samples / self.hours / 3600:,.0f}"),
            ("hours", f"{self.hours:,.1f}"),
        ]

    def __str__(self) -> str:
        machine = self.machine
        head = f"{self.name} on {self.devices} x {machine.name}, at {machine.share:.0%} of {machine.peak / 1e12:.0f} TFLOP/s"
        wide = max(len(name) for name, _ in self.rows())
        return "\n".join([head, *(f"  {name:{wide}}  {figure}" for name, figure in self.rows())])


def table(plans: Sequence[Plan]) -> str:
    """Plans side by side, as a Markdown table."""
    lines = [["", *(plan.name for plan in plans)], ["---", *("---:" for _ in plans)]]
    told = [dict(plan.rows()) for plan in plans]
    lines += [[name, *(figures[name] for figures in told)] for name, _ in plans[0].rows()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def plan(recipe: Recipe, devices: int, machine: Machine = Machine()) -> Plan:
    """What `recipe` takes on `devices` GPUs; nothing is read that it names, weights in a folder that is there excepted.

    Raises UsageError for a recipe of another pupil and for one that cannot be run.
    """
    if recipe.pupil != "base":
        raise UsageError(f"only recipes with pupil = 'base' are planned, and {recipe.name} is for {recipe.pupil}")
    import torch

    from ..model.got import Got

    study = study_of(recipe)
    config = sizes_of(recipe, None if recipe.start in ("fresh", "shipped") else Path(recipe.start))
    with torch.device("meta"):
        network = Got(config)
    freeze(network, recipe.frozen)
    weights = list(network.parameters())
    tiles, answer = mean_pair(recipe)
    slots = config.tokens_per_tile
    tokens = PROMPT + slots * tiles + answer
    return Plan(
        name=recipe.name,
        devices=devices,
        machine=machine,
        parameters=sum(weight.numel() for weight in weights),
        learning=sum(weight.numel() for weight in weights if weight.requires_grad),
        memory=memory(network, recipe, devices),
        tokens=tokens,
        flops=flops(config, freedom(network), tiles, [tokens], answer),
        samples=recipe.steps * recipe.accumulate * study.pairs * devices,
    )


def mean_pair(recipe: Recipe) -> tuple[float, float]:
    """Tiles and answer tokens of a mean pair of the recipe's mix."""
    whole = sum(bucket.weight for bucket in recipe.buckets)
    most = study_of(recipe).tiles
    tiles = answer = 0.0
    for bucket in recipe.buckets:
        for name in bucket.drawn:
            share = bucket.weight / whole / len(bucket.drawn)
            seen, said = MEANS.get(_key(name, bucket.height, most), OTHER)
            tiles, answer = tiles + share * seen, answer + share * said
    return tiles, answer


def _key(name: str, height: int, tiles: int) -> str:
    return f"{name} in tiles" if tiles > 1 and height > LARGE * BASE.vision.image_size else name


def freedom(network: Got) -> dict[str, bool]:
    """Which parts of the network learn anything."""
    return {part: any(weight.requires_grad for weight in getattr(network, part).parameters()) for part in PARTS}


def flops(config: GotConfig, learns: Mapping[str, bool], tiles: float, runs: Sequence[float], answers: float) -> float:
    """Operations of forward and backward on tiles, runs of tokens of these lengths, and tokens that are to be written.

    Backward takes as much as forward for the weights that learn, and as much again for what lies before them.
    """
    forward = {
        "vision": tiles * vision_flops(config.vision),
        "projector": tiles * projector_flops(config),
        "decoder": sum(decoder_flops(config.decoder, run) for run in runs)
        + 2.0 * answers * config.decoder.hidden * config.decoder.vocab_size,
    }
    total, deeper = 0.0, False
    for part in PARTS:
        deeper |= learns[part]
        total += forward[part] * (1 + learns[part] + deeper)
    return total


def vision_flops(config: VisionConfig) -> float:
    """Forward of the picture encoder on one tile."""
    places, width = config.grid**2, config.width
    total = 2.0 * places * width * config.channels * config.patch**2
    for layer in range(config.layers):
        side = config.grid if layer in config.global_layers else config.window
        inside = (math.ceil(config.grid / side) * side) ** 2  # windows are filled up
        total += inside * (8 * width**2 + 4 * width * side**2 + 4 * width * side) + 4 * places * width * config.feed_forward
    return total + 2 * places * (width + 9 * config.out_channels) * config.out_channels


def projector_flops(config: GotConfig) -> float:
    """Forward of the projector on one tile."""
    channels, hidden, slots = config.vision.out_channels, config.decoder.hidden, config.tokens_per_tile
    half = ((config.vision.grid + 1) // 2) ** 2
    return 2.0 * half * 9 * channels * 2 * channels + 2.0 * slots * 9 * 2 * channels * hidden + 2.0 * slots * hidden**2


def decoder_flops(config: DecoderConfig, run: float) -> float:
    """Forward of the decoder's layers on one run of tokens, each looking back on all before it; without the logits."""
    keys = config.kv_heads * config.head_size
    linear = 2 * (2 * config.hidden**2 + 2 * config.hidden * keys + 3 * config.hidden * config.feed_forward)
    return config.layers * (run * linear + 2 * config.hidden * run * (run + 1))


def memory(network: Got, recipe: Recipe, devices: int) -> dict[str, float]:
    """Bytes of one GPU by what they hold, in the largest batch that can come: every pair as long as may be."""
    from torch import nn

    config, study = network.config, study_of(recipe)
    shared = devices if recipe.parallel == "fsdp" else 1
    weights = sum(weight.numel() for weight in network.parameters())
    learning = sum(weight.numel() for weight in network.parameters() if weight.requires_grad)
    blocks = [sum(weight.numel() for weight in block.parameters()) for block in (*network.vision.blocks, *network.decoder.layers)]
    cast = sum(part.weight.numel() for part in network.modules() if isinstance(part, (nn.Linear, nn.Conv2d, nn.Embedding)))
    gathered = weights - sum(blocks) + 2 * max(blocks) if shared > 1 else 0  # the rest, a block, and the next one
    tokens, tiles = study.pairs * study.length, study.pairs * most_tiles(recipe, study, config)
    batch = (config, freedom(network), tiles, tokens, recipe.gradient_checkpointing)
    held = {
        "weights": FLOAT * weights / shared,
        "gradients": FLOAT * learning / shared,
        "optimizer": ADAM * learning / shared,
        "average": FLOAT * learning / shared,
        "gathered weights": FLOAT * gathered,
        "weights in bfloat16": HALF * cast,
        "activations": activations(*batch),
        "a layer at work": working(*batch),
    }
    rows = min(CHUNK, tokens)
    return {**held, "logits": (2 * FLOAT + 2 * HALF) * rows * config.decoder.vocab_size}  # both precisions, and their gradients


def most_tiles(recipe: Recipe, study: Study, config: GotConfig) -> int:
    """Most tiles of one pair: those of a big page with its thumbnail, or the pages of a sequence."""
    pages = MOST_PAGES if any("sequence" in bucket.drawn for bucket in recipe.buckets) else 1
    pages = min(pages, max(1, study.length // 2 // config.tokens_per_tile))
    return max(study.tiles + (study.tiles > 1), pages)


def activations(config: GotConfig, learns: Mapping[str, bool], tiles: float, tokens: float, recomputed: bool) -> float:
    """Bytes kept between forward and backward under bfloat16 autocast; of a layer that is recomputed, what goes in.

    Of an encoder that rests nothing is kept, of a network before anything learns neither.
    """
    vision, decoder = config.vision, config.decoder
    places, hidden = tiles * vision.grid**2, decoder.hidden
    if recomputed:
        sees, writes = FLOAT * places * vision.width * vision.layers, FLOAT * tokens * hidden * decoder.layers
    else:
        sees = sum(places * block_bytes(vision, layer in vision.global_layers) for layer in range(vision.layers))
        writes = tokens * layer_bytes(decoder) * decoder.layers
    neck = HALF * places * (vision.width + 3 * vision.out_channels)
    quarter = tiles * (vision.grid / 2) ** 2
    slots = tiles * config.tokens_per_tile
    bridge = HALF * (places * vision.out_channels + quarter * 2 * vision.out_channels + 2 * slots * hidden)
    ends = FLOAT * tokens * (3 * hidden + 2 * decoder.head_size)  # the last norm, what is answered, rotations
    return (sees + neck) * learns["vision"] + bridge + writes + ends


def working(config: GotConfig, learns: Mapping[str, bool], tiles: float, tokens: float, recomputed: bool) -> float:
    """Bytes of the largest layer while it is computed: again in backward, or only once and not kept."""
    sees = max(block_bytes(config.vision, whole) for whole in (True, False)) * tiles * config.vision.grid**2
    writes = layer_bytes(config.decoder) * tokens
    return max(sees if recomputed or not learns["vision"] else 0.0, writes if recomputed else 0.0)


def block_bytes(config: VisionConfig, whole: bool) -> float:
    """Bytes a block of the picture encoder keeps of one place: norms, queries, the folded attention (`relative.folded`), MLP."""
    side = config.grid if whole else config.window
    filled = (math.ceil(config.grid / side) * side / config.grid) ** 2
    long = config.heads * (config.head_size + 2 * side)
    attention = HALF * (4 * config.width + 4 * long) + FLOAT * config.heads
    return 2 * FLOAT * config.width + HALF * (config.width + 2 * config.feed_forward) + filled * attention


def layer_bytes(config: DecoderConfig) -> float:
    """Bytes a layer of the decoder keeps of one token."""
    keys = config.kv_heads * config.head_size
    norms = 4 * FLOAT * config.hidden
    attention = HALF * (3 * config.hidden + 2 * config.hidden + 2 * keys + config.hidden) + FLOAT * config.heads
    return norms + attention + HALF * (2 * config.hidden + 4 * config.feed_forward)
