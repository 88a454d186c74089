"""nano as a pupil: built fresh or from a folder, its batches, its loss, and what it reads while it learns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from ..draw.wear_torch import wear
from ..engines.torch_device import choose_device
from ..errors import UsageError
from ..model.config import NanoConfig
from ..model.nano import Nano, Text
from ..weights.nano_files import load_nano, save_nano
from .batches import Batches
from .losses import losses, see
from .pupil import Count, Reading, freeze
from .recipe import TOKENIZER, Recipe
from .targets import IGNORE, Batch, open_tokenizer
from .vocabulary import carry

MORE = 2  # most wears that come on top where a picture is seen again
BACKWARD = 2.0  # operations of a backward pass, in forward passes: gradients of inputs and of weights


def build(recipe: Recipe) -> Nano:
    """The network a run starts from: fresh, the shipped one, or that of a folder. Raises UsageError, WeightsError."""
    device = choose_device(recipe.device)
    torch.manual_seed(recipe.seed)
    if recipe.source is None:
        try:
            network = Nano(NanoConfig(**recipe.model))
        except (TypeError, ValueError) as cause:
            raise UsageError(f"the recipe's model cannot be built: {cause}") from cause
    elif recipe.model:
        raise UsageError("a recipe gives model sizes only with start = 'fresh'; weights bring their own")
    else:
        network = load_nano(recipe.source)
        if recipe.tokenizer:
            _carry(network, recipe)
    down, across = network.config.stride
    for bucket in recipe.buckets:
        if bucket.height % down or bucket.width % across:
            raise UsageError(f"this model sees heights by {down} pixels, widths by {across}: no {bucket.height} x {bucket.width}")
    freeze(network, recipe.frozen)
    return network.to(device).to(memory_format=torch.channels_last)


def _carry(network: Nano, recipe: Recipe) -> None:
    """Take over what the rows of the weights' own vocabulary learnt to those of the one the recipe names."""
    old, new = (open_tokenizer(file) for file in (recipe.source / TOKENIZER, recipe.tokenizer_file))
    try:
        with torch.no_grad():
            carry(network.embedding.weight, old, new)
    except ValueError as cause:
        raise UsageError(f"{recipe.tokenizer_file} does not fit the weights of {recipe.source}: {cause}") from cause


def write(network: Nano, sight: Any, batch: Mapping[str, Tensor]):
    """What it writes behind each token, teacher forced."""
    text = Text(batch["ids"], batch["places"], batch["positions"])
    return network.write(sight, text, network.empty_past(len(batch["ids"])))[0]


class NanoPupil:
    """See `pupil.Pupil`. Raises UsageError for a tokenizer that is not of the model's vocabulary, and what `build` raises."""

    def __init__(self, recipe: Recipe) -> None:
        if recipe.study:
            raise UsageError(f"nano is told nothing by a table study; it has {', '.join(recipe.study)}")
        self.recipe, self.network = recipe, build(recipe)
        self.blocks = [*self.network.stem.blocks, *self.network.context]
        if recipe.parallel != "fsdp":  # what cuts them in parts gathers a layer in its `forward`, and `see` uses parts of them
            self.blocks += self.network.layers
        drawing = Batches(recipe)
        drawing.check()
        if not drawing.targets.fits(self.network.config):
            mend = "leave out the recipe's tokenizer, or make vocab_size, glyph_first and glyph_count fit"
            raise UsageError(f"{recipe.tokenizer_file} is not of the model's vocabulary; {mend}")
        self.tokenizer = drawing.targets.tokenizer
        self.kinds: tuple[str, ...] = getattr(drawing, "kinds", ())

    def batches(self) -> Callable[[], Callable[[int], Batch]]:
        return partial(Batches, self.recipe)

    def loss(self, network: Nano, batch: Mapping[str, Tensor], progress: float) -> tuple[Tensor, dict[str, Any]]:
        return losses(network, batch, self.recipe.weights, progress < self.recipe.dense_share, self.recipe.window.own_places)

    def again(self, columns: Mapping[str, Tensor], generator: torch.Generator) -> Mapping[str, Tensor]:
        """A share `worn` of the pictures worn by one or two more wears that move nothing, so that every target stays true.

        Pictures whose glyphs are unknown stay as they are: nothing would tell whether theirs can still be made out.
        """
        dice = torch.rand(len(columns["located"]), generator=generator, device=generator.device)
        rows = torch.nonzero((dice < self.recipe.worn) & columns["located"])[:, 0]
        if not len(rows):
            return columns
        images = columns["pixels"][rows].permute(0, 3, 1, 2)
        worn, _ = wear(images, known_boxes(columns["cells"][rows], columns["glyph_boxes"][rows]), generator, MORE, moves=False)
        return {**columns, "pixels": columns["pixels"].index_copy(0, rows, worn.permute(0, 2, 3, 1))}

    def flops(self, batch: Batch) -> float:
        """As if the whole loss were trained, in the dense share of a run, too; heads on single cells are left out."""
        count, height, width, _ = batch.pixels.shape
        return count * _operations(self.network.config, (height, width), batch.ids.shape[1])

    def count(self, batch: Batch) -> Count:
        return Count(len(batch.ids), int((batch.labels != IGNORE).sum()))

    def read(self, network: Nano, batch: Mapping[str, Tensor], most: int) -> list[Reading]:
        few = {name: batch[name][:most] for name in ("pixels", "ids", "places", "positions", "labels")}
        found = write(network, see(network, few), few).logits.argmax(-1).cpu()  # (B, T)
        readings = []
        for picture, labels, ids in zip(few["pixels"].cpu().numpy(), few["labels"].cpu(), found, strict=True):
            spoken = labels != IGNORE
            truth, read = (self.tokenizer.decode(tokens[spoken].tolist()) for tokens in (labels, ids))
            readings.append(Reading(picture, truth, read))
        return readings

    def save(self, state: Mapping[str, Tensor], folder: Path) -> Path:
        tensors = {name: value.numpy() for name, value in state.items()}
        config = replace(self.network.config, temperature=1.0)  # what was fitted to other weights holds no more
        return save_nano(folder, tensors, config, self.recipe.tokenizer_file)


def known_boxes(cells: Tensor, boxes: Tensor) -> Tensor:
    """Which glyph stands in each cell (B, h, w), -1 for none, and its box (B, h, w, 4) -> each glyph's box (B, n, 4).

    In the order of the glyphs, each once; zeros for those that own no cell and where others have more.
    """
    owners, most = cells.flatten(1), int(cells.max()) + 1
    places = torch.where(owners < 0, most, owners)[..., None].expand(-1, -1, 4)
    return boxes.new_zeros(len(cells), most + 1, 4).scatter(1, places, boxes.flatten(1, 2))[:, :most]


@lru_cache(maxsize=1024)
def _operations(config: NanoConfig, size: tuple[int, int], tokens: int) -> float:
    """Operations of learning from one picture (height, width) with so many tokens, counted on tensors without data."""
    with torch.device("meta"), torch.no_grad(), FlopCounterMode(display=False) as counter:
        network = Nano(config).to("meta")  # once transformers has loaded a model, `linspace` is no longer made where it was asked for
        ids, places = torch.zeros(1, tokens, dtype=torch.long), torch.zeros(1, tokens, 4)
        batch = {"pixels": torch.zeros(1, *size, 3), "ids": ids, "positions": ids, "places": places}
        write(network, see(network, batch), batch)
    return counter.get_total_flops() * (1 + BACKWARD)
