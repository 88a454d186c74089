"""Draw the pictures of this folder (needs the [synth] extra): python examples/draw.py"""

from pathlib import Path

import numpy as np
from PIL import Image

from gotocr.draw.fonts import BUNDLED
from gotocr.draw.text import Line, Style, advances, draw, wrap
from gotocr.draw.wear import blur, light, noise, recompress

HERE = Path(__file__).parent
LETTER = """The lamp over the desk hummed softly while the archivist turned another leaf of the ledger and \
wrote down its number. In 1874 the harbour office kept two books: one for ships that arrived, and a thinner one \
for ships that were still awaited."""


def font(name: str) -> str:
    return str(BUNDLED / f"{name}.woff")


def note() -> np.ndarray:
    """A note: heading, paragraph and list, printed in a font the model was never trained on."""
    body = Style(font("vollkorn"), 21)
    lines = [Line("The harbour books", 36, 58, Style(font("vollkorn"), 34, bold=True))]
    for row in wrap(LETTER, body, 568):
        lines.append(Line(row, 36, lines[-1].y + (46 if len(lines) == 1 else 29), body))
    for row in ("• arrivals, 3 volumes", "• ships awaited, 1 volume", "• letters, 1871-1874"):
        lines.append(Line(row, 60, lines[-1].y + (40 if row[2] == "a" else 29), body))
    return draw(np.full((360, 640, 3), 255, np.uint8), lines)[0]


def scan() -> np.ndarray:
    """A typed line and a price list, copied badly."""
    rng = np.random.default_rng(4)
    text = Style(font("courier-prime"), 22)
    rows = ("Order no. 58-2219/B", "12 brass hinges      36.00", "48 screws (M4 x 16)   9.60", "Total                45.60")
    lines = [Line(row, 24, 44 + 32 * number, text) for number, row in enumerate(rows)]
    turn = np.array([[1, -0.008, 2], [0.008, 1, -2], [0, 0, 1.0]])
    image = draw(np.full((176, 416, 3), 238, np.uint8), lines, turn)[0]
    image = light(image, rng, 0.2, rng.random((4, 4)))
    return recompress(noise(blur(image, rng, 0.7), rng, 6.0, 0.0), rng, 55)


def sign() -> np.ndarray:
    """A painted sign."""
    style = Style(font("raleway"), 54, colour=(250, 244, 220), bold=True, spacing=2)
    ramp = np.linspace(0, 30, 96)[:, None, None]
    wall = np.clip(np.array([24, 84, 120.0]) + ramp, 0, 255).astype(np.uint8).repeat(352, 1)
    wide = float(advances("Bakery", style).sum())
    return draw(wall, [Line("Bakery", (352 - wide) / 2, 66, style)])[0]


if __name__ == "__main__":
    Image.fromarray(note()).save(HERE / "note.png", optimize=True)
    Image.fromarray(scan()).save(HERE / "scan.jpg", quality=85)
    Image.fromarray(sign()).save(HERE / "sign.png", optimize=True)
