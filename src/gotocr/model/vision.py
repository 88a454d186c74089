"""The picture encoder of the published model: ViT-B with windowed and global attention and a convolutional neck.

Shapes: B pictures, H x W patches, C width, O output channels, S heads, E head size, N = H * W.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import VisionConfig
from .relative import banded, folded


class Vision(nn.Module):
    """Pictures (B, 3, image_size, image_size), normalised -> feature map (B, O, H, W)."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.config = config
        self.patch = nn.Conv2d(config.channels, config.width, config.patch, config.patch)
        self.positions = nn.Parameter(torch.zeros(1, config.grid, config.grid, config.width))
        self.blocks = nn.ModuleList(
            Block(config, 0 if layer in config.global_layers else config.window) for layer in range(config.layers)
        )
        self.neck = Neck(config)

    def forward(self, pixels: Tensor) -> Tensor:
        x = self.patch(pixels).permute(0, 2, 3, 1) + self.positions  # (B, H, W, C)
        for block in self.blocks:
            x = block(x)
        return self.neck(x)


class Block(nn.Module):
    """Pre-norm attention and MLP over (B, H, W, C); `window` patches a side, 0 = the whole grid."""

    def __init__(self, config: VisionConfig, window: int) -> None:
        super().__init__()
        self.window = window
        self.norm1 = nn.LayerNorm(config.width, config.eps)
        self.attention = GridAttention(config, window or config.grid)
        self.norm2 = nn.LayerNorm(config.width, config.eps)
        self.mlp = Mlp(config.width, config.feed_forward)

    def forward(self, x: Tensor) -> Tensor:
        normed = self.norm1(x)
        if self.window:
            mixed = join(self.attention(cut(normed, self.window)), x.shape)
        else:
            mixed = self.attention(normed)
        x = x + mixed
        return x + self.mlp(self.norm2(x))


class GridAttention(nn.Module):
    """Every place of a `side` x `side` grid attends to every other, with relative positions along both axes."""

    def __init__(self, config: VisionConfig, side: int) -> None:
        super().__init__()
        self.heads = config.heads
        self.whole = side == config.grid  # many places: worth computing in bands
        self.qkv = nn.Linear(config.width, 3 * config.width)
        self.out = nn.Linear(config.width, config.width)
        self.rel_h = nn.Parameter(torch.zeros(2 * side - 1, config.head_size))
        self.rel_w = nn.Parameter(torch.zeros(2 * side - 1, config.head_size))

    def forward(self, x: Tensor) -> Tensor:
        batch, height, width, _ = x.shape
        qkv = self.qkv(x).view(batch, height * width, 3, self.heads, -1)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # each (B, S, N, E)
        attend = banded if self.whole and x.device.type == "cpu" and not torch.is_grad_enabled() else folded
        mixed = attend(query, key, value, self.rel_h, self.rel_w)  # (B, S, N, E)
        return self.out(mixed.transpose(1, 2).reshape(x.shape))


class Mlp(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.up = nn.Linear(width, inner)
        self.down = nn.Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(F.gelu(self.up(x)))


class Neck(nn.Module):
    """(B, H, W, C) -> (B, O, H, W): 1x1 and 3x3 convolutions, each followed by a norm over channels."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(config.width, config.out_channels, 1, bias=False)
        self.norm1 = nn.LayerNorm(config.out_channels, config.eps)
        self.conv2 = nn.Conv2d(config.out_channels, config.out_channels, 3, padding=1, bias=False)
        self.norm2 = nn.LayerNorm(config.out_channels, config.eps)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(x.permute(0, 3, 1, 2))  # (B, O, H, W)
        x = self.norm1(x.permute(0, 2, 3, 1))  # (B, H, W, O)
        x = self.conv2(x.permute(0, 3, 1, 2))
        return self.norm2(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def cut(x: Tensor, side: int) -> Tensor:
    """(B, H, W, C) -> windows (B * n, side, side, C), row by row; zeros fill up at the bottom and the right."""
    height, width, channels = x.shape[1:]
    x = F.pad(x, (0, 0, 0, -width % side, 0, -height % side))
    x = x.unflatten(2, (-1, side)).unflatten(1, (-1, side))  # (B, rows, side, columns, side, C)
    return x.transpose(2, 3).reshape(-1, side, side, channels)


def join(windows: Tensor, shape: torch.Size) -> Tensor:
    """Undo `cut`: windows (B * n, side, side, C) -> (B, H, W, C) of `shape`, without what was filled up."""
    batch, height, width, channels = shape
    side = windows.shape[1]
    columns = -(-width // side)
    x = windows.view(batch, -1, columns, side, side, channels).transpose(2, 3)  # (B, rows, side, columns, side, C)
    return x.reshape(batch, -1, columns * side, channels)[:, :height, :width]
