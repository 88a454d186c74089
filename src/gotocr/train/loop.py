"""The training loop: draw, learn, average, save; continues from any weights on CPU or GPU.

Progress is the larger of steps done and time used, so that one recipe fits a lease of minutes or a night.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from ..errors import MissingExtraError, OutputError, UsageError
from ..model.config import NanoConfig
from ..scale.pool import Pool
from ..weights.nano_files import WEIGHTS, load_nano, save_nano
from .batches import Batches
from .recipe import Recipe
from .targets import Batch

try:
    import torch
    from torch import Tensor
except ModuleNotFoundError as cause:
    raise MissingExtraError("train", "training") from cause

from ..engines.torch_device import choose_device
from ..model.nano import Nano
from .losses import losses

LOG_EVERY = 20  # steps
AHEAD = 4  # batches a worker draws ahead


def tensors(batch: Batch) -> dict[str, Tensor]:
    """A batch for torch, without copying."""
    return {name: torch.from_numpy(np.ascontiguousarray(column)) for name, column in vars(batch).items()}


def schedule(recipe: Recipe, step: int, elapsed: float) -> tuple[float, float]:
    """(progress in 0..1, learning rate): warm up, stay, fall linearly to nothing. `elapsed` in seconds."""
    progress = min(1.0, max(step / recipe.steps, elapsed / (recipe.minutes * 60)))
    warm = min(1.0, (step + 1) / max(recipe.warmup, 1))
    fall = min(1.0, (1 - progress) / recipe.decay_share) if recipe.decay_share else 1.0
    return progress, recipe.rate * warm * fall


def build(recipe: Recipe) -> Nano:
    """The model a run starts from: fresh, the shipped one, or that of a folder. Raises UsageError, WeightsError."""
    device = choose_device(recipe.device)
    torch.manual_seed(recipe.seed)
    if recipe.source is None:
        try:
            model = Nano(NanoConfig(**recipe.model))
        except (TypeError, ValueError) as cause:
            raise UsageError(f"the recipe's model cannot be built: {cause}") from cause
    elif recipe.model:
        raise UsageError("a recipe gives model sizes only with start = 'fresh'; weights bring their own")
    else:
        model = load_nano(recipe.source)
    down, across = model.config.stride
    for bucket in recipe.buckets:
        if bucket.height % down or bucket.width % across:
            raise UsageError(f"this model sees heights by {down} pixels, widths by {across}: no {bucket.height} x {bucket.width}")
    return model.to(device).to(memory_format=torch.channels_last)


class Average:
    """Exponential moving average of the weights; short at first, so that early steps are soon forgotten."""

    def __init__(self, model: Nano, keep: float) -> None:
        self.keep, self.steps = keep, 0
        self.state = {name: value.detach().clone() for name, value in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model: Nano) -> None:
        self.steps += 1
        keep = min(self.keep, self.steps / (self.steps + 10))
        for name, value in model.state_dict().items():
            self.state[name].lerp_(value, 1 - keep)

    def save(self, recipe: Recipe, config: NanoConfig) -> Path:
        """Write a nano folder (float32) that reads and continues; a cut run leaves whole files."""
        tensors = {name: value.cpu().numpy() for name, value in self.state.items()}
        return save_nano(recipe.out, tensors, config, recipe.tokenizer_file)


def make_optimizer(model: Nano, recipe: Recipe) -> torch.optim.Optimizer:
    """AdamW; matrices decay, norms and biases do not."""
    matrices = [weight for weight in model.parameters() if weight.ndim > 1]
    vectors = [weight for weight in model.parameters() if weight.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": recipe.weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.95), fused=True)


def learn(
    model: Nano, optimizer: torch.optim.Optimizer, batch: dict[str, Tensor], recipe: Recipe, dense_only: bool
) -> dict[str, float]:
    """One step in bfloat16; a step whose gradient is not finite is left out. Returns the parts of the loss."""
    device = next(model.parameters()).device
    batch = {name: column.to(device, non_blocking=True) for name, column in batch.items()}
    with torch.autocast(device.type, torch.bfloat16):
        loss, parts = losses(model, batch, recipe.weights, dense_only)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    if torch.isfinite(norm):
        optimizer.step()
    return {"loss": float(loss.detach()), **parts}


def train(recipe: Recipe, tell: Callable[[dict], None] = lambda row: None) -> Nano:
    """Run `recipe`; logs to `<out>/log.jsonl` and to `tell`, leaves averaged weights in `<out>` and returns them.

    Raises UsageError for a recipe that cannot be run, WeightsError and InputError for what it names, OutputError for `out`.
    """
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    model, batches = build(recipe), Batches(recipe)
    batches.check()
    if not batches.targets.fits(model.config):
        mend = "leave out the recipe's tokenizer, or make vocab_size, glyph_first and glyph_count fit"
        raise UsageError(f"{recipe.tokenizer_file} is not of the model's vocabulary; {mend}")
    average, optimizer = Average(model, recipe.average), make_optimizer(model, recipe)
    drawing = Pool(partial(Batches, recipe), workers=recipe.workers, ahead=AHEAD)
    with _open_log(Path(recipe.out), recipe.source) as log, drawing as pool:
        for row in _steps(recipe, model, optimizer, average, pool):
            log.write(json.dumps(row) + "\n")
            log.flush()
            tell(row)
    average.save(recipe, model.config)
    model.load_state_dict(average.state)
    return model.eval()


def _open_log(folder: Path, source: Path | None):
    """A run that could not save ends here, not after an hour."""
    if (folder / WEIGHTS).exists() and not (source and source.resolve() == folder.resolve()):
        raise OutputError(f"{folder} holds weights of another run; give another --out, or --start {folder} to go on from them")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return open(folder / "log.jsonl", "a", encoding="utf-8")
    except OSError as cause:
        raise OutputError(f"cannot write to {folder}: {cause.strerror or cause}") from cause


def _steps(
    recipe: Recipe, model: Nano, optimizer: torch.optim.Optimizer, average: Average, pool: Pool[Batch]
) -> Iterator[dict]:
    """All steps of a run; yields a row of the log now and then, and after the last."""
    started, step, samples = time.monotonic(), 0, 0
    progress, rate = schedule(recipe, step, 0.0)
    while progress < 1.0:
        batch = tensors(pool.take())
        for group in optimizer.param_groups:
            group["lr"] = rate
        parts = learn(model, optimizer, batch, recipe, progress < recipe.dense_share)
        average.update(model)
        step, samples, used = step + 1, samples + len(batch["ids"]), rate
        if step % recipe.save_every == 0:
            average.save(recipe, model.config)
        seconds = time.monotonic() - started
        progress, rate = schedule(recipe, step, seconds)
        if step % LOG_EVERY == 0 or progress >= 1.0:
            row = {"step": step, "seconds": round(seconds, 1), "samples": samples, "rate": used}
            yield {**row, "wait": round(pool.waited / seconds, 3), **{name: round(value, 4) for name, value in parts.items()}}
