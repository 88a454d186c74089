"""The published network as a pupil: built from the start of its recipe, taught on packed rows, saved as transformers reads it.

Shapes: S pairs, N tiles, B rows, T tokens a row, L = B * T, D hidden, n tokens that are to be written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import MissingExtraError, OutputError, UsageError, WeightsError
from ..model.config import GotConfig
from ..pixels.resize import LEVELS, normalise
from ..prompt.tokenizer import JSON_NAME
from ..weights import names
from ..weights.config import write_config
from ..weights.files import SINGLE, open_weights
from ..weights.tensors import write
from .got_batches import Batch, GotBatches, kinds_of
from .got_study import (
    BYTES, PARTS, byte_vocabulary, check_vocabulary, open_vocabulary, sizes_of, source_of, study_of, vocabulary_of,
)  # fmt: skip
from .plan import CHUNK, flops, freedom
from .pupil import Count, Reading, freeze
from .recipe import Recipe

try:
    import torch
    from torch import Tensor, nn
except ModuleNotFoundError as cause:
    raise MissingExtraError("train", "training") from cause

from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from ..engines.torch_device import choose_device
from ..model.decoder import rotary
from ..model.got import Got
from ..weights.load import tensor


class Runs:
    """A mask that is never made: tokens of one row in runs of these lengths, each causal and blind to the others.

    It stands in for the mask of `scaled_dot_product_attention` and gives each run to that function alone (torch's own
    way to do so, see `torch.nn.attention.bias`): a fused causal kernel, and no work between runs.
    """

    def __init__(self, lengths: Sequence[int]) -> None:
        self.lengths = list(lengths)

    @classmethod
    def __torch_function__(cls, function: Callable, types: Any, args: tuple = (), kwargs: Any = None) -> Tensor:
        kwargs = dict(kwargs)
        runs = kwargs.pop("attn_mask")
        parts = zip(*(part.split(runs.lengths, 2) for part in args), strict=True)
        return torch.cat([function(*part, **{**kwargs, "is_causal": True}) for part in parts], 2)


class Scholar(Got):
    """The network as it learns: called with a batch, it tells how it did on every token that was to be written."""

    def forward(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """A `got_batches.Batch` of tensors -> losses (n,) float32, and what it would have written (n,)."""
        images = self.encode(prepare(batch["pixels"]))  # (N, K, D)
        x = self.decoder.embed(batch["ids"])  # (B, T, D)
        places = (batch["ids"] == self.config.image_id)[..., None]
        x = x.masked_scatter(places, images.to(x.dtype)).view(1, -1, x.shape[-1])  # (1, L, D): rows end where runs do
        longest = batch["ids"].shape[1]
        turn = tuple(part[batch["positions"].view(1, 1, -1)] for part in rotary(self.config.decoder, 0, longest, x))
        runs = Runs(batch["runs"].tolist())  # the one thing the host has to know
        for layer in self.decoder.layers:
            x = layer(x, turn, runs, None)
        states = self.decoder.norm(x)[0, batch["answers"]]  # (n, D)
        parts = zip(states.split(CHUNK), batch["targets"].split(CHUNK), strict=True)
        scored = [checkpoint(self._score, *part, use_reentrant=False, preserve_rng_state=False) for part in parts]
        return tuple(torch.cat(part) for part in zip(*scored, strict=True))

    def _score(self, states: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        logits = self.decoder.logits(states).float()
        return F.cross_entropy(logits, targets, reduction="none"), logits.detach().argmax(-1)


def prepare(pixels: Tensor) -> Tensor:
    """Tiles (N, S, S, 3) uint8 -> (N, 3, S, S) float32, to the bit as `pixels.resize.normalise` makes them."""
    levels = np.arange(LEVELS, dtype=np.uint8)[None, :, None].repeat(3, 2)  # (1, 256, 3): every level of every channel
    table = torch.from_numpy(normalise(levels)[:, 0]).to(pixels.device)  # (3, 256)
    return torch.stack([table[channel][pixels[..., channel].int()] for channel in range(3)], 1)


def initialise(network: nn.Module, seed: int) -> None:
    """Fresh weights: small normal ones by their inputs (sqrt(2 / 5d): arXiv 1910.05895), biases zero, norms one."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if weight.ndim > 1:
                inputs = weight.shape[-1] if name.endswith(("embed.weight", "positions")) else weight[0].numel()
                weight.normal_(0.0, (0.4 / inputs) ** 0.5, generator=generator)
            elif name.endswith("bias"):
                weight.zero_()
            else:
                weight.fill_(1.0)


def take(network: Got, folder: Path, parts: Sequence[str]) -> None:
    """Copy the weights of some parts of the network from a folder in any layout; a language model's own has the decoder's.

    A vocabulary may have more rows there: the first are taken. Raises WeightsError for what is missing or of another shape.
    """
    weights = open_weights(folder)
    layout = names.detect(weights)
    found = {names.rename(name, layout, "ours"): name for name in weights}
    for ours, weight in network.state_dict().items():
        if ours.split(".")[0] not in parts:
            continue
        shape = weights.entry(found[ours]).shape if ours in found else None
        rows = ours == names.EMBEDDING and shape is not None and shape[0] > len(weight)
        if shape is None or (weight.shape[0] if rows else shape[0], *shape[1:]) != tuple(weight.shape):
            there = "missing" if shape is None else f"of shape {list(shape)}, not {list(weight.shape)}"
            raise WeightsError(f"{folder}: {ours} is {there}; take less of it (study.takes, study.decoder), or other sizes")
        weight.copy_(tensor(weights, found[ours])[: len(weight)])


class Base:
    """See `pupil.Pupil`."""

    def __init__(self, recipe: Recipe) -> None:
        self.study, source = study_of(recipe), source_of(recipe)
        self.config: GotConfig = sizes_of(recipe, source)
        self.vocabulary = vocabulary_of(recipe, source)
        self.tokenizer = open_vocabulary(self.vocabulary)
        check_vocabulary(self.tokenizer, self.config)
        self.recipe, self.kinds = recipe, kinds_of(recipe)
        GotBatches(recipe, self.config, self.vocabulary).check()
        device = choose_device(recipe.device)
        self.network = Scholar(self.config)
        if source is None or self.study.takes:
            initialise(self.network, recipe.seed)
        if source is not None:
            take(self.network, source, self.study.takes or PARTS)
        if self.study.decoder:
            take(self.network, Path(self.study.decoder), ("decoder",))
        freeze(self.network, recipe.frozen)
        self.learns = freedom(self.network)
        if not any(self.learns.values()):
            raise UsageError("frozen: nothing is left of the network that could learn")
        self.network.to(device)

    @property
    def blocks(self) -> list[nn.Module]:
        return [*self.network.vision.blocks, *self.network.decoder.layers]

    def batches(self) -> Callable[[], Callable[[int], Batch]]:
        return partial(GotBatches, self.recipe, self.config, self.vocabulary)

    def loss(self, network: nn.Module, batch: Mapping[str, Tensor], progress: float) -> tuple[Tensor, dict[str, Any]]:
        losses, written = network(batch)
        right = (written == batch["targets"]).float()
        owners, pairs = batch["owners"], batch["kinds"].shape[0]

        def per_sample(values: Tensor) -> Tensor:
            sums = torch.zeros(2, pairs, device=values.device)
            sums = sums.index_add(1, owners, torch.stack([values.detach().float(), torch.ones_like(values)]))
            return sums[0] / sums[1]

        parts = {"token": losses.detach().mean(), "token_right": right.mean()}
        return losses.mean(), {**parts, "per_sample": per_sample(losses), "per_sample_right": per_sample(right)}

    def again(self, columns: Mapping[str, Tensor], generator: torch.Generator) -> Mapping[str, Tensor]:
        """Unchanged: where glyphs stand in the tiles is not known here, so nothing would tell what has become illegible."""
        return columns

    def flops(self, batch: Batch) -> float:
        return flops(self.config, self.learns, len(batch.pixels), batch.runs.tolist(), len(batch.targets))

    def count(self, batch: Batch) -> Count:
        return Count(len(batch.kinds), len(batch.targets))

    def read(self, network: nn.Module, batch: Mapping[str, Tensor], most: int) -> list[Reading]:
        written = network(batch)[1].tolist()
        columns = {name: batch[name].cpu().numpy() for name in ("pixels", "seen", "owners", "targets")}
        readings = []
        for pair in range(min(most, batch["kinds"].shape[0])):
            picture = columns["pixels"][np.flatnonzero(columns["seen"] == pair)[-1]]  # the last tile shows all of a cut page
            own = np.flatnonzero(columns["owners"] == pair)
            truth, read = (self.tokenizer.decode([tokens[at] for at in own]) for tokens in (columns["targets"], written))
            readings.append(Reading(picture, truth, read))
        return readings

    def save(self, state: Mapping[str, Tensor], folder: Path) -> Path:
        """Write `model.safetensors` (float32, transformers' names), `config.json` and the vocabulary. Raises OutputError."""
        folder = Path(folder)
        file = JSON_NAME if self.vocabulary == BYTES else Path(self.vocabulary).name
        tensors = names.translate({name: value.detach().numpy() for name, value in state.items()}, "ours", "hf")
        try:
            text = byte_vocabulary().encode() if self.vocabulary == BYTES else Path(self.vocabulary).read_bytes()
            folder.mkdir(parents=True, exist_ok=True)
            part = folder / f"{file}.part"
            part.write_bytes(text)
            os.replace(part, folder / file)
            write_config(self.config, folder)
        except OSError as error:
            raise OutputError(f"cannot write to {folder}: {error.strerror or error}") from error
        write(folder / SINGLE, tensors, {"format": "pt"})
        return folder


def open_pupil(recipe: Recipe) -> Base:
    """The published network, ready to learn by `recipe`; raises as `pupil` says."""
    return Base(recipe)
