"""The maps of `warp` on tensors: batches of pictures (B, C, H, W) and of boxes (B, n, 4) moved together, on any device."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from .warp import CELLS, STEPS

Moved = tuple[torch.Tensor, torch.Tensor]


def tilt_matrix(size: tuple[int, int], turn: torch.Tensor, lean: torch.Tensor, shrink: torch.Tensor) -> torch.Tensor:
    """Matrices (B, 3, 3), source to worn picture; see `warp.tilt_matrix`."""
    height, width = size
    zero, one = torch.zeros_like(turn), torch.ones_like(turn)
    middle = torch.tensor([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1]], dtype=turn.dtype, device=turn.device)
    rows = [turn.cos(), -turn.sin(), zero, turn.sin(), turn.cos(), zero, zero, zero, one]
    turned = torch.stack(rows, -1).view(-1, 3, 3)
    rows = [shrink, lean[:, 0, 0], zero, lean[:, 0, 1], shrink, zero, 2 * lean[:, 1, 0] / width, 2 * lean[:, 1, 1] / height, one]
    return middle @ turned @ torch.stack(rows, -1).view(-1, 3, 3) @ torch.linalg.inv(middle)


def bend_grid(size: tuple[int, int], curl: torch.Tensor, lens: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
    """Displacements (B, 2, CELLS, CELLS) in pixels; see `warp.bend_grid`."""
    height, width = size
    along = (torch.arange(CELLS, device=curl.device, dtype=curl.dtype) + 0.5) / CELLS
    xs, ys = along[None, None, :], along[None, :, None]
    curl_bow, curl_spine, at_bow, at_spine, lens = (each.view(-1, 1, 1) for each in (curl[:, 0], curl[:, 1], at[:, 0], at[:, 1], lens))
    bow = curl_bow * torch.sin(torch.pi * (xs - at_bow)) * min(width, height)
    spine = curl_spine * torch.exp(-((xs - at_spine) ** 2) / 0.02) * min(width, height)
    centred_x, centred_y = 2 * xs - 1, 2 * ys - 1
    shift = lens * (centred_x**2 + centred_y**2 - 0.5)
    return torch.stack([spine * 0.5 + shift * centred_x * width / 4, bow + spine + shift * centred_y * height / 4], 1)


def ripple_grid(high: torch.Tensor, field: torch.Tensor) -> torch.Tensor:
    """Displacements (B, 2, CELLS, CELLS) of random fields (B, 2, h, w)."""
    return high.view(-1, 1, 1, 1) * F.interpolate(field, size=(CELLS, CELLS), mode="bicubic", align_corners=False)


def sample_grid(grid: torch.Tensor, points: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """The displacements (B, n, 2) at points (B, n, 2), counted from pixels' centres."""
    place = torch.stack([(2 * points[..., 0] + 1) / size[1] - 1, (2 * points[..., 1] + 1) / size[0] - 1], -1)
    return F.grid_sample(grid, place[:, None], mode="bilinear", padding_mode="border", align_corners=False)[:, :, 0].transpose(1, 2)


def inverse_grid(grid: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """The displacements the other way; see `warp.inverse_grid`."""
    along = (torch.arange(CELLS, device=grid.device, dtype=grid.dtype) + 0.5) / CELLS
    nodes = torch.stack(torch.meshgrid(along * size[1] - 0.5, along * size[0] - 0.5, indexing="xy"), -1).view(1, -1, 2)
    moved = torch.zeros(len(grid), CELLS * CELLS, 2, device=grid.device, dtype=grid.dtype)
    for _ in range(STEPS):
        moved = -sample_grid(grid, nodes + moved, size)
    return moved.transpose(1, 2).reshape(-1, 2, CELLS, CELLS)


def _pixels(size: tuple[int, int], like: torch.Tensor) -> torch.Tensor:
    """The centres (1, H, W, 2) of all pixels, x and y."""
    columns, rows = (torch.arange(side, device=like.device, dtype=like.dtype) + 0.5 for side in (size[1], size[0]))
    return torch.stack(torch.meshgrid(columns, rows, indexing="xy"), -1)[None]


def _taken(images: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Pictures whose pixels come from places (B, H, W, 2); the border is drawn out."""
    scale = torch.tensor([2 / images.shape[3], 2 / images.shape[2]], device=images.device, dtype=images.dtype)
    return F.grid_sample(images, places * scale - 1, mode="bilinear", padding_mode="border", align_corners=False)


def displace(images: torch.Tensor, boxes: torch.Tensor, grid: torch.Tensor) -> Moved:
    """Pictures and boxes displaced by grids (B, 2, CELLS, CELLS)."""
    size = (images.shape[2], images.shape[3])
    full = F.interpolate(grid, size=size, mode="bilinear", align_corners=False).permute(0, 2, 3, 1)  # (B, H, W, 2)
    left, top, right, bottom = boxes.unbind(-1)
    middle, centre = (left + right) / 2, (top + bottom) / 2
    xs = torch.stack([left, middle, right, right, right, middle, left, left], -1)
    ys = torch.stack([top, top, top, centre, bottom, bottom, bottom, centre], -1)
    points = torch.stack([xs, ys], -1).flatten(1, 2)  # (B, 8 n, 2)
    points = (points + sample_grid(inverse_grid(grid, size), points - 0.5, size)).view(*boxes.shape[:2], 8, 2)
    return _taken(images, _pixels(size, images) + full), torch.cat([points.amin(2), points.amax(2)], -1)


def tilt(images: torch.Tensor, boxes: torch.Tensor, matrices: torch.Tensor) -> Moved:
    """Pictures and boxes moved by matrices (B, 3, 3), source to worn picture."""
    size = (images.shape[2], images.shape[3])
    back = torch.linalg.inv(matrices)
    pixels = F.pad(_pixels(size, images), (0, 1), value=1.0).view(1, -1, 3)
    places = pixels @ back.transpose(1, 2)
    places = (places[..., :2] / places[..., 2:]).view(-1, *size, 2)
    corners = F.pad(boxes[..., [0, 1, 2, 1, 2, 3, 0, 3]].view(len(boxes), -1, 2), (0, 1), value=1.0) @ matrices.transpose(1, 2)
    corners = (corners[..., :2] / corners[..., 2:]).view(*boxes.shape[:2], 4, 2)
    return _taken(images, places), torch.cat([corners.amin(2), corners.amax(2)], -1)
