"""How strong each wear may be for text of a height: the table that the wears on arrays (`wear`) and on tensors (`wear_torch`) share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

USUAL_HEIGHT = 16.0  # height of a letter's ink in pixels where no boxes tell
SMALL, LARGE = 5.0, 120.0  # heights beyond which strength no longer follows the text's
CALMER = 0.3  # how much weaker each wear is for every other one it comes with


@dataclass(frozen=True)
class Span:
    """Numbers between `low` and `high`, as an array of `shape` ( () = one number).

    `ink`: both are in heights of a letter; the result is in pixels, never over `most`. `rest` is the value that wears
    nothing: weaker means nearer to it.
    """

    low: float
    high: float
    shape: tuple[int, ...] = ()
    ink: bool = False
    most: float = np.inf
    rest: float | None = None

    def value(self, uniform, height, weak):
        """The number for uniform draws in [0, 1], a letter height in pixels and a weakness (1 = as strong as may be).

        Arrays and tensors alike; `height` and `weak` are broadcast against `uniform`.
        """
        value = self.low + (self.high - self.low) * uniform
        if self.rest is not None:
            value = self.rest + (value - self.rest) * weak
        if self.ink:
            value = value * height
        return value if self.most == np.inf else value.clip(max=self.most)


@dataclass(frozen=True)
class Kind:
    """One wear: when it comes in the life of a picture, how often, and between which bounds its numbers lie."""

    stage: int  # 0 ink and paper, 1 shape, 2 light, 3 lens, 4 sensor, 5 file
    share: float  # weight among all wears
    spans: dict[str, Span]


WEARS: dict[str, Kind] = {
    "ink": Kind(0, 1.0, {"amount": Span(-0.045, 0.055, ink=True, most=4.0, rest=0.0)}),  # negative = broken, positive = bled
    "back": Kind(0, 0.5, {"deep": Span(0.05, 0.22, rest=0.0), "blur": Span(0.05, 0.2, ink=True, most=5), "shift": Span(-0.2, 0.2, (2,))}),
    "stains": Kind(0, 0.4, {"deep": Span(0.05, 0.4, rest=0.0), "spots": Span(0, 1, (4, 3)), "colour": Span(0.5, 1.0, (3,))}),
    "folds": Kind(0, 0.4, {"deep": Span(0.05, 0.35, (4,), rest=0.0), "at": Span(0, 1, (4,)), "wide": Span(0.3, 2.0, ink=True)}),
    "specks": Kind(0, 0.6, {"share": Span(0.0002, 0.008, rest=0.0), "large": Span(0.0, 0.3)}),
    "toner": Kind(0, 0.5, {"deep": Span(0.2, 0.65, rest=0.0), "field": Span(-1.5, 1.0, (6, 6)), "streaks": Span(-9, 1.0, (24,))}),
    "tint": Kind(0, 0.5, {"colour": Span(0.72, 1.0, (3,), rest=1.0)}),
    "mottle": Kind(0, 0.4, {"deep": Span(0.02, 0.09, rest=0.0), "field": Span(-1.7, 1.7, (40, 40))}),
    "tilt": Kind(
        1, 0.8, {"turn": Span(-0.035, 0.035, rest=0.0), "lean": Span(-0.03, 0.03, (2, 2), rest=0.0), "shrink": Span(0.9, 1.02, rest=1.0)}
    ),
    "bend": Kind(1, 0.7, {"curl": Span(-0.03, 0.03, (2,), rest=0.0), "lens": Span(-0.05, 0.05, rest=0.0), "at": Span(0.1, 0.9, (2,))}),
    "ripple": Kind(1, 0.6, {"high": Span(0.03, 0.16, ink=True, rest=0.0), "field": Span(-1.7, 1.7, (2, 5, 5))}),
    "light": Kind(2, 1.2, {"deep": Span(0.1, 0.55, rest=0.0), "field": Span(0, 1, (3, 4))}),
    "shadow": Kind(2, 0.6, {"deep": Span(0.1, 0.5, rest=0.0), "angle": Span(0, 6.283), "at": Span(-0.35, 0.35), "soft": Span(0.01, 0.3)}),
    "glare": Kind(2, 0.3, {"power": Span(20, 110, rest=0.0), "at": Span(0, 1, (2,)), "wide": Span(0.05, 0.35)}),
    "moire": Kind(2, 0.3, {"deep": Span(0.03, 0.13, rest=0.0), "pitch": Span(2.2, 9, (2,)), "angle": Span(0, 3.14, (2,))}),
    "blur": Kind(3, 1.5, {"sigma": Span(0.02, 0.12, ink=True, most=12, rest=0.0)}),
    "defocus": Kind(3, 0.7, {"radius": Span(0.04, 0.17, ink=True, most=12, rest=0.0)}),
    "motion": Kind(3, 0.8, {"length": Span(0.06, 0.38, ink=True, most=24, rest=0.0), "angle": Span(0, 3.1416)}),
    "coarsen": Kind(3, 1.4, {"height": Span(7.0, 13.0), "how": Span(0, 1)}),  # of a letter in the small picture, in pixels
    "sharpen": Kind(4, 0.6, {"amount": Span(0.4, 2.2, rest=0.0), "sigma": Span(0.6, 1.6)}),
    "noise": Kind(4, 1.4, {"sigma": Span(2, 22, rest=0.0), "colour": Span(0, 1)}),
    "tones": Kind(4, 1.2, {"low": Span(0, 95, rest=0.0), "high": Span(150, 255, rest=255.0), "gamma": Span(0.55, 1.7, rest=1.0)}),
    "banding": Kind(4, 0.4, {"deep": Span(0.03, 0.2, rest=0.0), "pitch": Span(2, 60), "level": Span(0, 1, (16,))}),
    "recompress": Kind(5, 1.3, {"quality": Span(14, 80, rest=95.0)}),
    "threshold": Kind(5, 0.45, {"at": Span(0.35, 0.65)}),
    "dither": Kind(5, 0.18, {"at": Span(0.4, 0.6), "deep": Span(0.2, 0.9)}),
}
MOVES = ("tilt", "bend", "ripple")
SHARES = np.array([kind.share for kind in WEARS.values()]) / sum(kind.share for kind in WEARS.values())


def weakness(count: int) -> float:
    """How strong one wear may be among `count`."""
    return 1 / (1 + CALMER * (count - 1))


def draw(rng: np.random.Generator, name: str, height: float, weak: float = 1.0) -> dict[str, np.ndarray]:
    """The numbers of one wear, by chance, for letters `height` pixels high."""
    height = min(max(height, SMALL), LARGE)
    spans = WEARS[name].spans
    return {key: np.asarray(span.value(rng.random(span.shape), height, weak), np.float32) for key, span in spans.items()}
