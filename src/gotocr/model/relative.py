"""Attention over a grid with decomposed relative positions (MViTv2, arXiv 2112.01526, section 4.1), never holding the whole bias.

The score of query q at (row i, column j) for key k at (row m, column n) is
`scale * q.k + q.Rh[i - m] + q.Rw[j - n]`. Two ways of computing it, equal up to rounding:
`folded` makes query and key longer, so that one plain attention does it all (accelerators, export, small grids);
`banded` takes a few rows of queries at a time and adds their slice of the bias (less arithmetic: faster on a CPU).

Shapes: B grids, S heads, H x W places, N = H * W, E = head size.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

BAND_SCORES = 1 << 22  # scores held at once by `banded`: 16 MiB in float32, about what stays in a cache


def spread(table: Tensor) -> Tensor:
    """A table of distances (2 * side - 1, E) as one vector for every pair of places (side, side, E)."""
    side = (table.shape[0] + 1) // 2
    places = torch.arange(side, device=table.device)
    return table[places[:, None] - places[None] + side - 1]


def terms(query: Tensor, rel_h: Tensor, rel_w: Tensor) -> tuple[Tensor, Tensor]:
    """Bias of every query (B, S, N, E) for each key row (B, S, N, H) and each key column (B, S, N, W)."""
    rows, columns = spread(rel_h), spread(rel_w)  # (H, H, E), (W, W, E)
    grid = query.unflatten(2, (rows.shape[0], columns.shape[0]))  # (B, S, H, W, E)
    by_row = torch.einsum("bshwe,hke->bshwk", grid, rows)
    by_column = torch.einsum("bshwe,wke->bshwk", grid, columns)
    return by_row.flatten(2, 3), by_column.flatten(2, 3)


def folded(query: Tensor, key: Tensor, value: Tensor, rel_h: Tensor, rel_w: Tensor) -> Tensor:
    """Attend with the bias folded into longer vectors; all of (B, S, N, E), result too.

    query' = [scale * q, q.Rh, q.Rw] and key' = [k, one-hot row, one-hot column]: their product is the whole score.
    """
    by_row, by_column = terms(query, rel_h, rel_w)
    height, width, size = by_row.shape[-1], by_column.shape[-1], query.shape[-1]
    at = torch.arange(height * width, device=key.device)
    row = F.one_hot(at // width, height)  # (N, H)
    column = F.one_hot(at % width, width)  # (N, W)
    place = torch.cat([row, column], -1).to(key.dtype).expand(*key.shape[:2], -1, -1)  # (B, S, N, H + W)
    long_query = torch.cat([query * size**-0.5, by_row, by_column], -1)  # (B, S, N, E + H + W)
    long_key = torch.cat([key, place], -1)
    long_value = F.pad(value, (0, height + width))  # fused kernels want one length
    return F.scaled_dot_product_attention(long_query, long_key, long_value, scale=1.0)[..., :size]


def banded(query: Tensor, key: Tensor, value: Tensor, rel_h: Tensor, rel_w: Tensor) -> Tensor:
    """Attend with the bias made for a band of query rows at a time; all of (B, S, N, E), result too."""
    by_row, by_column = terms(query, rel_h, rel_w)
    width = by_column.shape[-1]
    batch, heads, count = query.shape[:3]
    step = max(1, BAND_SCORES // (batch * heads * width * count)) * width  # queries
    bands = []
    for start in range(0, count, step):
        some = slice(start, start + step)
        bias = by_row[:, :, some, :, None] + by_column[:, :, some, None, :]  # (B, S, step, H, W)
        bands.append(F.scaled_dot_product_attention(query[:, :, some], key, value, attn_mask=bias.flatten(3)))
    return torch.cat(bands, 2)
