"""How good a written formula is: the same after normalising, how many edits away, and how alike the pictures are."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from .normal import normalise
from .source import bare, parse

if TYPE_CHECKING:
    from ...metrics.pictures import Mark

MOST = 4000  # tokens compared
KEPT = 64  # formulas whose tokens are kept, as each is looked at several times


def body(written: str) -> str:
    r"""The LaTeX of what was written, with or without `$`, `$$`, `\(` or `\[` around it."""
    text = bare(written)[0]
    if text.startswith(r"\(") and text.endswith(r"\)"):
        text = text[2:-2]
    return text.strip("$ \n")


def exact(written: str, truth: str) -> float:
    """1 when both have one canonical spelling."""
    return float(normalise(body(written)) == normalise(body(truth)))


def edit(written: str, truth: str) -> float:
    """1 - edits over the longer one, in LaTeX tokens after normalising."""
    from ...metrics.distance import distance

    first, second = spelt(written), spelt(truth)
    return 1.0 - distance(first, second) / max(len(first), len(second), 1)


@lru_cache(maxsize=KEPT)
def spelt(written: str) -> tuple[str, ...]:
    """The tokens of LaTeX in its one spelling, blanks left out."""
    from ...draw.latex import tokens

    return tuple(token.text for token in tokens(normalise(body(written)))[:MOST] if not token.text.isspace())


def picture(written: str, truth: str) -> float:
    """F1 of the signs of the typeset formulas that stand where they should (see `metrics.pictures`).

    0 for what cannot be set as it is written. A truth that cannot be set is compared by `edit`, so that no reading gets or
    loses all for a fault of the truth or of our typesetter.
    """
    from ...metrics.pictures import alike

    if not can_be_set(truth):
        return edit(written, truth)
    return alike(marks(normalise(body(written))), marks(normalise(body(truth)))) if can_be_set(written) else 0.0


def same(written: str, truth: str) -> float:
    """1 when both are the same typeset: every sign and line at the same place; `exact` where the truth cannot be set."""
    from ...metrics.pictures import same as drawn_the_same

    if not can_be_set(truth):
        return exact(written, truth)
    return float(can_be_set(written) and drawn_the_same(marks(normalise(body(written))), marks(normalise(body(truth)))))


@lru_cache(maxsize=KEPT)
def can_be_set(written: str) -> bool:
    """Whether the formula is well-formed as written, and our typesetter has all that is in it."""
    latex = body(written)
    return not parse(latex).problems and marks(normalise(latex)) is not None


@lru_cache(maxsize=512)
def marks(latex: str) -> tuple[Mark, ...] | None:
    """The marks of canonical LaTeX as set by our own typesetter, in the order of the source; None for what cannot be set."""
    from ...draw.math.box import Mark as Glyph
    from ...draw.math.box import Stroke
    from ...draw.math.font import math_font
    from ...draw.math.formula import set_formula
    from ...errors import InputError
    from ...metrics.pictures import Mark

    try:
        made = set_formula(latex, math_font(), 1.0)
    except InputError:
        return None
    found = []
    for placed in sorted(made.placed, key=lambda placed: placed.part.source):
        part = placed.part
        if isinstance(part, Glyph):
            if part.letter:  # "" = a further piece of the glyph before it
                width = part.font.measure(part.glyph).advance * part.scale
                found.append(Mark(part.letter, placed.x, placed.y, part.scale, width))
        elif isinstance(part, Stroke):
            found.append(Mark("Stroke", placed.x, placed.y, max(abs(part.across), abs(part.up)), part.across))
        else:
            found.append(Mark("Rule", placed.x, placed.y, max(part.width, part.height), part.width))
    return tuple(found)


def all_scores() -> dict[str, Callable[[str, str], float]]:
    """Every score this install can compute: "picture" and "same" need what draws."""
    found: dict[str, Callable[[str, str], float]] = {"exact": exact, "edit": edit}
    if find_spec("skia") and find_spec("fontTools"):
        found |= {"picture": picture, "same": same}
    return found
