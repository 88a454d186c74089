"""nano's parts: the convolutional stem, rotary positions in one and two dimensions, attention over image tokens."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import CELL_HEIGHT, CELL_WIDTH, GROUP
from .swiglu import SwiGLU


def waves(count: int, shortest: float = 16.0, longest: float = 8192.0) -> Tensor:
    """Angular rates (count,) per pixel, wavelengths in pixels spaced evenly on a log scale."""
    lengths = torch.exp(torch.linspace(math.log(shortest), math.log(longest), count))
    return 2 * math.pi / lengths


def rotate(x: Tensor, angles: Tensor) -> Tensor:
    """Rotate pairs (first half, second half) of x (..., S) by angles (..., S/2), broadcast over leading axes."""
    sine, cosine = angles.sin().to(x.dtype), angles.cos().to(x.dtype)
    first, second = x.chunk(2, -1)
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], -1)


def cell_centres(rows: int, columns: int, device: torch.device) -> Tensor:
    """Centres (rows * columns, 2) of the fine map's cells as (x, y) model pixels, row by row."""
    y = (torch.arange(rows, device=device) + 0.5) * CELL_HEIGHT
    x = (torch.arange(columns, device=device) + 0.5) * CELL_WIDTH
    grid = torch.stack([x[None].expand(rows, -1), y[:, None].expand(-1, columns)], -1)
    return grid.reshape(-1, 2)


class RMSNorm(nn.Module):
    """Scale to unit root mean square in float32; the weight too, unlike the published model's (`decoder.RMSNorm`)."""

    def __init__(self, width: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(width)), eps

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        return (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight).to(x.dtype)


class Attention(nn.Module):
    """A pre-norm block over image tokens laid out in rows and columns, every token to every token, 2-D rotary."""

    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.norm1, self.norm2 = RMSNorm(width), RMSNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width, bias=False)
        self.feed = SwiGLU(width, inner)

    def forward(self, x: Tensor, rows: int, columns: int) -> Tensor:
        batch, count, _ = x.shape
        query, key, value = self.qkv(self.norm1(x)).view(batch, count, 3, self.heads, self.size).permute(2, 0, 3, 1, 4)
        rates = 100.0 ** (-torch.arange(0, self.size // 4, device=x.device) / (self.size // 4))
        row, column = torch.arange(rows, device=x.device), torch.arange(columns, device=x.device)
        still = x.new_zeros(rows, columns, 1)  # sums broadcast: repeat_interleave exports wrongly
        angles = torch.cat([row[:, None, None] * rates + still, column[None, :, None] * rates + still], -1)
        angles = angles.flatten(0, 1)  # (N, size/2)
        mixed = F.scaled_dot_product_attention(rotate(query, angles), rotate(key, angles), value)
        x = x + self.out(mixed.transpose(1, 2).flatten(2))
        return x + self.feed(self.norm2(x))


class ConvBlock(nn.Module):
    """Grouped convolution, then a two-layer network at each position (after ConvNeXt, arXiv 2201.03545, section 2).

    Groups of `GROUP` channels instead of depthwise: on CPUs their gradients cost a tenth (docs/log.md).
    """

    def __init__(self, width: int, kernel: tuple[int, int], grow: int = 2) -> None:
        super().__init__()
        padding = kernel[0] // 2, kernel[1] // 2
        self.mix = nn.Conv2d(width, width, kernel, padding=padding, groups=width // GROUP)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.up, self.down = nn.Linear(width, grow * width), nn.Linear(grow * width, width)
        self.scale = nn.Parameter(torch.full((width,), 0.2))

    def forward(self, x: Tensor) -> Tensor:
        inner = self.norm(self.mix(x).permute(0, 2, 3, 1))  # (B, H, W, C)
        inner = self.down(F.relu(self.up(inner))) * self.scale
        return x + inner.permute(0, 3, 1, 2)


class Stem(nn.Module):
    """Pictures (B, 3, H, W) -> fine map (B, C, H/8, W/4): convolutions learn to see from few samples."""

    def __init__(self, width: int, fine: int, blocks: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width // 2, 3, 2, 1)
        self.conv2 = nn.Conv2d(width // 2, width, 3, 2, 1)
        self.early = ConvBlock(width, (3, 3))
        self.down = nn.Conv2d(width, fine, 3, (2, 1), 1)
        self.blocks = nn.Sequential(*(ConvBlock(fine, (3, 5)) for _ in range(blocks)))

    def forward(self, pictures: Tensor) -> Tensor:
        x = F.relu(self.conv1(pictures))
        x = self.early(self.conv2(x))
        return self.blocks(self.down(F.relu(x)))
