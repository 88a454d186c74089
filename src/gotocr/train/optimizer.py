"""The optimizer of a run: AdamW, whose state is there from the first step on, so that any checkpoint holds all of it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.distributed.tensor import DTensor

from .recipe import Recipe


def make_optimizer(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """AdamW over what learns; matrices decay, norms and biases do not."""
    learning = [weight for weight in network.parameters() if weight.requires_grad]
    matrices = [weight for weight in learning if weight.ndim > 1]
    vectors = [weight for weight in learning if weight.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": recipe.weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.95), fused=True)
    for weight in learning:
        optimizer.state[weight] = {
            "step": torch.zeros((), device=weight.device),
            "exp_avg": torch.zeros_like(weight, memory_format=torch.preserve_format),
            "exp_avg_sq": torch.zeros_like(weight, memory_format=torch.preserve_format),
        }
    return optimizer


def update(network: nn.Module, optimizer: torch.optim.Optimizer, rate: float, clip: float) -> Tensor:
    """A step along the gradients, their norm cut to `clip`; left out where the norm is not finite. Returns the norm.

    The device itself decides whether to leave it out: nothing here waits for it.
    """
    norm = torch.nn.utils.clip_grad_norm_(network.parameters(), clip)
    norm = norm.full_tensor() if isinstance(norm, DTensor) else norm
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.grad_scale, optimizer.found_inf = None, (~torch.isfinite(norm)).float()  # as torch.amp.GradScaler tells it
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return norm
