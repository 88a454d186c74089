"""Colours of charts: well-known sets of categories, ramps of one hue, and sets made up anew."""

from __future__ import annotations

import colorsys

import numpy as np

Colour = tuple[int, int, int]

SETS = {
    "tableau": "4e79a7 f28e2b e15759 76b7b2 59a14f edc948 b07aa1 ff9da7 9c755f bab0ac",
    "matplotlib": "1f77b4 ff7f0e 2ca02c d62728 9467bd 8c564b e377c2 7f7f7f bcbd22 17becf",
    "office": "4472c4 ed7d31 a5a5a5 ffc000 5b9bd5 70ad47 264478 9e480e",
    "old office": "4f81bd c0504d 9bbb59 8064a2 4bacc6 f79646",
    "hues": "f8766d 00ba38 619cff c49a00 00c0af f564e3",
    "deep": "4c72b0 dd8452 55a868 c44e52 8172b3 937860 da8bc3 8c8c8c",
    "pastel": "a1c9f4 ffb482 8de5a1 ff9f9b d0bbff debb9b fab0e4 cfcfcf",
    "paired": "a6cee3 1f78b4 b2df8a 33a02c fb9a99 e31a1c fdbf6f ff7f00",
    "soft": "66c2a5 fc8d62 8da0cb e78ac3 a6d854 ffd92f e5c494 b3b3b3",
    "safe": "0072b2 e69f00 009e73 cc79a7 56b4e9 d55e00 f0e442 000000",
    "press": "e3120b 006ba2 3ebcd2 379a8b ebb434 b4ba39 9a607f d1b07c",
    "survey": "1f497d 8eb4e3 c6d9f0 949c3f d3aa35 9c7d1e e2cb86 bf3927",
    "survey warm": "d3a82f e4cb83 9e7d1d 949c3f c8cb9c 5b6621",
    "survey green": "25594a 73b9a2 3b7d6b a9d3c4 949494 cfcfcf",
    "news": "121212 cc0000 00589c 767676 f5a623 2e8b57",
    "material": "2196f3 f44336 4caf50 ff9800 9c27b0 00bcd4 795548 607d8b",
    "flat": "3498db e74c3c 2ecc71 f1c40f 9b59b6 1abc9c e67e22 34495e",
    "plain": "ff0000 0000ff 008000 ffa500 800080 00ffff ff00ff 808000",
    "bright": "636efa ef553b 00cc96 ab63fa ffa15a 19d3f3 ff6692 b6e880",
    "dark": "8dd3c7 feffb3 bfbbd9 fa8174 81b1d2 fdb462 b3de69 bc82bd",
}


def colour(code: str) -> Colour:
    return int(code[:2], 16), int(code[2:4], 16), int(code[4:6], 16)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with `share` of `other` in it."""
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))


def lightness(shade: Colour) -> float:
    """How bright a colour looks, 0 to 1."""
    return (0.299 * shade[0] + 0.587 * shade[1] + 0.114 * shade[2]) / 255


def palette(name: str, count: int) -> list[Colour]:
    """`count` colours of a set, round and round, lighter each time."""
    shades = [colour(code) for code in SETS[name].split()]
    return [mix(shades[k % len(shades)], (255, 255, 255), 0.35 * (k // len(shades))) for k in range(count)]


def ramp(rng: np.random.Generator, count: int, paper: Colour, gray: bool = False) -> list[Colour]:
    """Shades of one hue from strong to faint, or from faint to strong."""
    hue = float(rng.random())
    strong = tuple(
        round(255 * part) for part in colorsys.hls_to_rgb(hue, float(rng.uniform(0.18, 0.4)), float(rng.uniform(0.4, 0.9)))
    )
    strong = (int(rng.integers(0, 90)),) * 3 if gray else strong
    reach = float(rng.uniform(0.6, 0.85))
    shades = [mix(strong, paper, reach * k / max(count - 1, 1)) for k in range(count)]
    return shades[::-1] if rng.random() < 0.3 else shades


def made_up(rng: np.random.Generator, count: int) -> list[Colour]:
    """Colours whose hues stand apart."""
    start, light, full = float(rng.random()), float(rng.uniform(0.35, 0.6)), float(rng.uniform(0.35, 0.95))
    order = rng.permutation(count)
    return [
        tuple(round(255 * part) for part in colorsys.hls_to_rgb((start + int(k) / count) % 1, light + 0.06 * (int(k) % 2), full))
        for k in order
    ]
