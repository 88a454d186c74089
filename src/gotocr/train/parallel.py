"""The processes of a run: one, or those that torchrun started, which share every step's batches between them.

"ddp" holds the whole network in each process and averages gradients; "fsdp" holds a part of it, of its gradients, of its
average and of the optimizer's state in each (arXiv 2304.11277), and gathers a layer when it is needed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.tensor import DTensor, distribute_tensor

from ..errors import UsageError, WorkerError
from .recipe import Recipe


@dataclass(frozen=True)
class Share:
    """Makes the work of one of several processes: its number n is the run's `first + n * of + rank`."""

    make: Callable[[], Callable[[int], Any]]
    rank: int = 0
    of: int = 1
    first: int = 0

    def __call__(self) -> Callable[[int], Any]:
        work = self.make()
        return lambda number: work(self.number(number))

    def number(self, own: int) -> int:
        """The run's number of this process's batch `own`."""
        return self.first + own * self.of + self.rank


@dataclass(frozen=True)
class Team:
    """Which of how many processes this is; with one, everything here does nothing."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process logs and saves."""
        return self.rank == 0

    def agree(self, *values: float) -> tuple[float, ...]:
        """The first process's numbers in every process; clocks and signals differ, and all must do the same."""
        if self.size == 1:
            return values
        told = torch.tensor(values, dtype=torch.float64)
        dist.broadcast(told, 0)
        return tuple(told.tolist())

    def gather(self, value: Tensor) -> Tensor:
        """A CPU tensor (...) of each process -> (size, ...)."""
        if self.size == 1:
            return value[None]
        found = [torch.empty_like(value) for _ in range(self.size)]
        dist.all_gather(found, value.contiguous())
        return torch.stack(found)


@contextmanager
def join(recipe: Recipe) -> Iterator[tuple[Team, Recipe]]:
    """Join the processes that torchrun started, if it did; gives the recipe on this process's own device.

    Raises WorkerError when another of them died, or was waited for longer than `patience` seconds.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Team(), recipe
        return
    if recipe.device == "cuda":
        recipe = replace(recipe, device=f"cuda:{os.environ.get('LOCAL_RANK', '0')}")
        torch.cuda.set_device(recipe.device)
    elif recipe.device != "cpu":
        raise UsageError(f"several processes run on device = 'cuda' or 'cpu', each on its own part, not {recipe.device!r}")
    backend = "cpu:gloo,cuda:nccl" if recipe.device != "cpu" else "gloo"
    try:
        dist.init_process_group(backend, timeout=timedelta(seconds=recipe.patience))
        yield Team(dist.get_rank(), size), recipe
    except (dist.DistError, RuntimeError) as cause:
        if isinstance(cause, dist.DistError) or "gloo" in str(cause).lower():
            first = str(cause).splitlines()[0]
            raise WorkerError(f"another process of this run died or stalled: {first:.200}; go on with --resume") from cause
        raise
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()


def wrap(lesson: nn.Module, network: nn.Module, blocks: list[nn.Module], recipe: Recipe, team: Team) -> nn.Module:
    """`lesson`, which calls `network` that is made of `blocks`, as the processes of a team run it together."""
    if team.size == 1:
        return lesson
    if recipe.parallel == "ddp":
        return nn.parallel.DistributedDataParallel(lesson, find_unused_parameters=True)
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    mesh = init_device_mesh(next(network.parameters()).device.type, (team.size,))
    for weight in network.parameters():  # parts are cut from weights that lie in one piece
        weight.data = weight.data.contiguous()
    for block in blocks:
        fully_shard(block, mesh=mesh)
    return fully_shard(lesson, mesh=mesh)


def whole(state: Mapping[str, Tensor], team: Team) -> dict[str, Tensor]:
    """Tensors as the first process saves them, whole and on the CPU; nothing in the others. All must call it."""
    found = {}
    for name, value in state.items():
        value = value.full_tensor() if isinstance(value, DTensor) else value
        if team.leads:
            found[name] = value.detach().cpu()
    return found


@torch.no_grad()
def put(target: Tensor, value: Tensor) -> None:
    """Copy a whole tensor into `target`, or this process's part of it."""
    value = value.to(target.device, target.dtype)
    target.copy_(distribute_tensor(value, target.device_mesh, target.placements) if isinstance(target, DTensor) else value)
