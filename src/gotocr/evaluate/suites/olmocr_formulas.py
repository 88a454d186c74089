"""Whether a page holds a formula, as olmOCR-bench asks it: by spelling first, then by how it is drawn."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import MissingExtraError
from ...kinds.formula.normal import normalise
from ...kinds.formula.scores import marks
from ...metrics.fuzzy import ratio
from ...metrics.layout import is_within

DELIMITERS = ((r"\(", r"\)"), (r"\[", r"\]"), ("$$", "$$"), ("$", "$"))
MOST_FORMULAS = 200  # of a page that are drawn, those spelled most like the wanted one first
LONGEST = 5000  # characters of one that is drawn


def has_formula(reading: str, wanted: str, dollars: bool = True) -> bool:
    r"""Whether a formula of the page is `wanted` or has it as a part. `dollars`: `$` and `$$` count beside `\(` and `\[`.

    Drawings are compared where they can be made (the [synth] extra), see `metrics.layout`; spellings only, where not.
    """
    wanted, written = wanted.strip(), [*dict.fromkeys(formulas(reading, dollars))]
    if wanted in written:
        return True
    truth, drawn = normalise(wanted), _marks(wanted)
    near = sorted(written, key=lambda other: ratio(other[:LONGEST], wanted), reverse=True)[:MOST_FORMULAS]
    for other in near:
        if len(other) > LONGEST:
            continue
        if normalise(other) == truth:
            return True
        found = _marks(other) if drawn is not None else None
        if found is not None and is_within(drawn, found):
            return True
    return False


def _marks(latex: str) -> tuple | None:
    try:
        return marks(normalise(latex))
    except MissingExtraError:
        return None


def can_draw() -> bool:
    """Whether drawings can be compared."""
    try:
        return marks("x") is not None
    except MissingExtraError:
        return False


def formulas(reading: str, dollars: bool = True) -> Iterator[str]:
    """What stands between delimiters; each sort is taken out of the text before the next one is looked for."""
    for opening, closing in DELIMITERS if dollars else DELIMITERS[:2]:
        rest, at = [], 0
        while (start := reading.find(opening, at)) >= 0:
            end = reading.find(closing, start + len(opening) + 1)  # one character at least
            if end < 0:
                break
            yield reading[start + len(opening) : end].strip()
            rest.append(reading[at:start])
            at = end + len(closing)
        reading = "".join([*rest, reading[at:]])
