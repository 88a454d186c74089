"""How fast a run learns, and which share of the machine's arithmetic it uses (MFU; arXiv 2204.02311, appendix B)."""

from __future__ import annotations

import time

import torch

# Most bfloat16 operations a second without sparsity, by a part of the device's name; from the makers' data sheets.
PEAKS = {
    "B200": 2250e12, "GH200": 989e12, "H200": 989e12, "H100 PCIe": 756e12, "H100": 989e12, "H800": 989e12,
    "A100": 312e12, "A800": 312e12, "L40S": 362e12, "L40": 181e12, "L4": 121e12, "A10": 125e12,
    "RTX 5090": 209e12, "RTX 4090": 165e12, "RTX 3090": 71e12,
}  # fmt: skip
SIDE, TRIES = 1024, 5  # of the matrices that are multiplied where no data sheet is known


def peak(device: torch.device) -> float:
    """Operations a second that a device can do at best: by its name, else the best of a few products in bfloat16."""
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
        for part in PEAKS:
            if part in name:
                return PEAKS[part]
    left, right = torch.ones(2, SIDE, SIDE, dtype=torch.bfloat16, device=device)  # nothing random: it must not shift a run
    best = float("inf")
    for _ in range(TRIES):
        start = time.perf_counter()
        (left @ right)[0, 0].item()  # waits until it is done
        best = min(best, time.perf_counter() - start)
    return 2 * SIDE**3 / best
