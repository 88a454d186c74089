"""How good a written formula is: the same after normalising, how many edits away, and how alike the pictures are."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec

from .normal import normalise
from .source import parse

MOST = 4000  # tokens compared


def body(written: str) -> str:
    """The LaTeX of what was written, with or without `$$` around it."""
    return parse(written).text.strip("$ \n")


def exact(written: str, truth: str) -> float:
    """1 when both have one canonical spelling."""
    return float(normalise(body(written)) == normalise(body(truth)))


def edit(written: str, truth: str) -> float:
    """1 - edits over the longer one, in LaTeX tokens after normalising."""
    from ...draw.latex import tokens
    from ...metrics.text import distance

    codes: dict[str, str] = {}
    first, second = (
        "".join(
            codes.setdefault(token.text, chr(0x4000 + len(codes)))
            for token in tokens(normalise(body(text)))[:MOST]
            if not token.text.isspace()
        )
        for text in (written, truth)
    )
    return 1.0 - distance(first, second) / max(len(first), len(second), 1)


def picture(written: str, truth: str) -> float:
    """How alike the typeset formulas are (see `metrics.pictures`); 0 for what cannot be set, unless both are written the same."""
    from ...metrics.pictures import alike

    one, other = normalise(body(written)), normalise(body(truth))
    if one == other:
        return 1.0
    first, second = marks(one), marks(other)
    return alike(first, second) if first is not None and second is not None else 0.0


@lru_cache(maxsize=512)
def marks(latex: str) -> tuple | None:
    """The marks of canonical LaTeX as set by our own typesetter, in the order of the source; None for what cannot be set."""
    from ...draw.math.font import math_font
    from ...draw.math.formula import set_formula
    from ...errors import InputError
    from ...metrics.pictures import Mark

    try:
        made = set_formula(latex, math_font(), 1.0)
    except InputError:
        return None
    found = sorted(made.placed, key=lambda placed: placed.part.source)
    kinds = [(type(placed.part).__name__, placed) for placed in found]
    return tuple(
        Mark(placed.part.letter, placed.x, placed.y, placed.part.scale) if kind == "Mark" else Mark(kind, placed.x, placed.y, 1.0)
        for kind, placed in kinds
        if kind != "Mark" or placed.part.letter
    )


def all_scores() -> dict[str, Callable[[str, str], float]]:
    """Every score this install can compute: "picture" needs what draws."""
    found: dict[str, Callable[[str, str], float]] = {"exact": exact, "edit": edit}
    if find_spec("skia") and find_spec("fontTools"):
        found["picture"] = picture
    return found
