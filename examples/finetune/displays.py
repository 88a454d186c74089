"""Draw readings of seven-segment displays with their truth, as data to fine-tune on: python displays.py FOLDER [COUNT]."""

import json
import random
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

LIT = dict(zip("0123456789-", "abcdef bc abged abgcd fgbc afgcd afgedc abc abcdefg abcdfg g".split(), strict=True))
ENDS = {"a": (0, 0, 1, 0), "b": (1, 0, 1, 1), "c": (1, 1, 1, 2), "d": (0, 2, 1, 2), "e": (0, 1, 0, 2), "f": (0, 0, 0, 1), "g": (0, 1, 1, 1)}
LIGHTS = ((230, 40, 30), (60, 220, 80), (240, 180, 40), (90, 190, 250))  # on black
FINE = 4  # drawn so many times as large, then made smaller


def draw(text: str, rng: random.Random) -> Image.Image:
    """A reading on a display: lit segments on black, or dark ones on gray or green, straight or leaning."""
    size, lean = rng.uniform(9, 14), rng.uniform(0, 0.25)
    thick = size * rng.uniform(0.18, 0.3)
    paper, ink = ((rng.randint(10, 50),) * 3, rng.choice(LIGHTS)) if rng.random() < 0.5 else (
        tuple(rng.randint(145, 215) for _ in range(3)), (rng.randint(20, 60),) * 3)  # fmt: skip
    width, height = round(size * (1.7 * len(text) + 3)), round(size * 4.4)
    picture = Image.new("RGB", (width * FINE, height * FINE), paper)
    pen, x, y = ImageDraw.Draw(picture), 1.6 * size, 1.2 * size
    for sign in text:
        if sign == ".":
            dot = [x - 0.1 * size - thick, y + 2 * size - thick, x - 0.1 * size + thick / 2, y + 2 * size + thick / 2]
            pen.ellipse([FINE * side for side in dot], fill=ink)
            x += 0.45 * size
            continue
        for segment in LIT[sign]:
            a, b, c, d = ENDS[segment]
            start = (x + a * size + lean * (2 - b) * size / 2, y + b * size)
            stop = (x + c * size + lean * (2 - d) * size / 2, y + d * size)
            pen.polygon([(FINE * u, FINE * v) for u, v in bar(start, stop, thick)], fill=ink)
        x += 1.6 * size
    return picture.resize((width, height), Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.7)))


def bar(start: tuple[float, float], stop: tuple[float, float], thick: float) -> list[tuple[float, float]]:
    """The six corners of a segment between two points, a little apart from both."""
    long = ((stop[0] - start[0]) ** 2 + (stop[1] - start[1]) ** 2) ** 0.5
    u, v = (stop[0] - start[0]) / long, (stop[1] - start[1]) / long
    half, apart = thick / 2, thick * 0.75
    (a, b), (c, d) = (start[0] + u * apart, start[1] + v * apart), (stop[0] - u * apart, stop[1] - v * apart)
    p, q = -v * half, u * half
    return [(a - u * half, b - v * half), (a + p, b + q), (c + p, d + q), (c + u * half, d + v * half), (c - p, d - q), (a - p, b - q)]


def reading(rng: random.Random) -> str:
    """Three to eight digits, often with a point among them, now and then below zero."""
    digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(3, 8)))
    at = rng.randint(1, len(digits) - 1)
    number = f"{digits[:at]}.{digits[at:]}" if rng.random() < 0.6 else digits
    return f"-{number}" if rng.random() < 0.2 else number


def main(folder: str, count: int = 600, seed: int = 0) -> None:
    """Write `count` pictures and `data.jsonl` to a folder."""
    rng, out = random.Random(seed), Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    with open(out / "data.jsonl", "w", encoding="utf-8") as lines:
        for number in range(count):
            text = reading(rng)
            draw(text, rng).save(out / f"{number:04}.png")
            lines.write(json.dumps({"image": f"{number:04}.png", "text": text}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
