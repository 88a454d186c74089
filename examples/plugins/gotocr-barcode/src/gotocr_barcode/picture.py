"""The bars of an EAN-13 with its digits below, and where each digit stands."""

from __future__ import annotations

import numpy as np

from gotocr.draw.canvas import Canvas, within
from gotocr.draw.fonts import require_skia
from gotocr.draw.style import Style
from gotocr.kinds.kind import fence
from gotocr.schema import Sample
from gotocr.synth.document import holding

from . import DIGITS, check_digit

# Widths of space, bar, space, bar of a digit of set A; set B is C backwards, and C is A with bars for spaces.
WIDTHS = ("3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112")
SETS = ("AAAAAA", "AABABB", "AABBAB", "AABBBA", "ABAABB", "ABBAAB", "ABBBAA", "ABABAB", "ABABBA", "ABBABA")  # by the first digit
QUIET = (11, 7)  # modules that stay white on the left and on the right
MODULES = 95


def modules(number: str) -> str:
    """The 95 modules of thirteen digits: 1 is black."""

    def digit(which: str, colour: int, turned: bool = False) -> str:
        widths = WIDTHS[int(which)][:: -1 if turned else 1]
        return "".join(str((colour + place) % 2) * int(width) for place, width in enumerate(widths))

    left = "".join(digit(d, 0, turned=one == "B") for d, one in zip(number[1:7], SETS[int(number[0])], strict=True))
    right = "".join(digit(d, 1) for d in number[7:])
    return f"101{left}01010{right}101"


def draw(rng: np.random.Generator, supply, room: tuple[int, int], em: float | None) -> Sample:
    """See `gotocr.kinds.kind.Kind.sample`."""
    first = "".join(DIGITS[int(n)] for n in rng.integers(0, 10, 12))
    number = first + check_digit(first)
    across = MODULES + sum(QUIET)
    largest = max(1, min(4, room[1] // across, room[0] // 45))
    unit = 1 if em else int(rng.integers(1, largest + 1))
    tall = max(12, min(int(unit * rng.integers(30, 60)), room[0] - 14 * unit))
    style = Style(supply.face(rng, number).path, size=9.0 * unit)
    truth = fence(number, "barcode")
    start = truth.index(number)

    canvas = Canvas((tall + 12 * unit, across * unit))
    skia = require_skia()
    black = skia.Paint(AntiAlias=False)
    left = QUIET[0] * unit
    for place, dark in enumerate(modules(number)):
        if dark == "1":
            longer = 5 * unit if place < 3 or 45 <= place < 50 or place >= 92 else 0
            canvas.skia.drawRect(skia.Rect.MakeXYWH(left + place * unit, 2, unit, tall - 4 + longer), black)
    for place, letter in enumerate(number):
        x = 1 if not place else QUIET[0] + 3.5 + 7 * (place - 1) + (4 if place > 6 else 0)
        canvas.text(letter, (x * unit, tall + 9 * unit), style, start + place, start + place)
    image, glyphs = canvas.finish()
    return Sample(image, truth, truth, within(glyphs, image.shape[:2]), "barcode", notes={"symbology": "EAN-13"})


page = holding("barcode")  # text with barcodes between its paragraphs
