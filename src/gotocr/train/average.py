"""The exponential moving average of a network's weights: what a run saves to be read with."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.distributed.tensor import DTensor


class Average:
    """Averaged weights by their names in `network.state_dict()`; short at first, so that early steps are soon forgotten.

    What is frozen is no copy but the network's own. A sharded network is averaged part by part.
    """

    def __init__(self, network: nn.Module, keep: float) -> None:
        self.keep, self.steps = keep, 0
        frozen = {name for name, weight in network.named_parameters() if not weight.requires_grad}
        now = {name: value.detach() for name, value in network.state_dict().items()}
        self.own = {name: value.clone() for name, value in now.items() if name not in frozen}
        self.state = {**now, **self.own}
        self._pairs = [(_local(value), _local(now[name])) for name, value in self.own.items() if value.is_floating_point()]

    @torch.no_grad()
    def update(self) -> None:
        """Move towards the network's weights as they are now."""
        self.steps += 1
        keep = min(self.keep, self.steps / (self.steps + 10))
        averages, values = zip(*self._pairs, strict=True)
        torch._foreach_lerp_(averages, values, 1 - keep)


def _local(value: Tensor) -> Tensor:
    """The part of a tensor that lies in this process, without copying."""
    return value.to_local() if isinstance(value, DTensor) else value
