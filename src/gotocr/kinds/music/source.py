"""Draw music as it is met: a composed piece or an excerpt of a tune, dressed as in print, in one of many looks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...schema import Sample
from .compose import draft
from .dress import dress, titled
from .excerpt import excerpt, without_loose_ends
from .picture import Look, draw
from .rhythm import chance, pick
from .score import Score, normal

if TYPE_CHECKING:
    import numpy as np

    from ...draw.supply import Supply

TRIES = 12
FONTS = (("Leipzig", 3), ("Bravura", 3), ("Leland", 3), ("Gootville", 2), ("Petaluma", 1))
LETTERS = "ABCabcxyz0123456789-.,'"


def sample(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """A system of music, or a few of them, with its ABC; see `Kind.sample`."""
    from .engraver import EngravingError

    for attempt in range(TRIES):
        score = _score(rng, supply, em, attempt)
        look = _look(rng, supply, room, em)
        if any(bar.last for bar in score.bars[:-1]):
            look = replace(look, options={**look.options, "pageWidth": _width(score), "pageHeight": 60_000})
        while score.bars:
            try:
                drawn = draw(score, look)
            except EngravingError:
                break
            if drawn:
                image, plain, written, glyphs = drawn
                notes = {"staves": len(score.staves), "bars": len(score.bars), "font": look.options["font"]}
                return Sample(image, plain, written, glyphs, "music", notes=notes)
            if len(score.bars) == 1:
                break
            score = _shortened(score)
    raise AssertionError(f"no music fits into {room}")


def _score(rng: np.random.Generator, supply: Supply, em: float | None, attempt: int) -> Score:
    tunes = supply.items("abc_tunes", "\n\n")
    lines = pick(rng, ((1, 88), (2, 6), (3, 3), (4, 2), (5, 1))) if em is None and not attempt else 1
    score = None
    if tunes and chance(rng, 0.35):
        score = excerpt(rng, tunes[int(rng.integers(len(tunes)))], lines)
    score = score or draft(rng, lines)
    if attempt > TRIES // 2:
        score = replace(score, bars=score.bars[:1])
    score = dress(rng, score, supply)
    if em is None and chance(rng, 0.12):
        score = titled(rng, score, supply)
    return score


def _width(score: Score) -> int:
    """Of lines neither crammed nor thin, in tenths of a millimetre as the engraver counts: about four spaces a note."""
    most = max(
        max(sum(len(score.bars[n].voices[v]) for n in system) for v in range(len(score.places))) for system in score.systems()
    )
    return min(max(18 * (14 + 4 * most), 700), 4000)


def _shortened(score: Score) -> Score:
    """The first half of the bars; what runs on behind them is cut."""
    return normal(without_loose_ends(replace(score, bars=score.bars[: len(score.bars) // 2])))


def _look(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None) -> Look:
    font = pick(rng, FONTS)
    options = {
        "font": font,
        "spacingLinear": float(rng.uniform(0.18, 0.42)),
        "spacingNonLinear": float(rng.uniform(0.5, 0.7)),
        "spacingStaff": int(rng.integers(7, 17)),
        "spacingSystem": int(rng.integers(4, 14)),
        "staffLineWidth": float(rng.uniform(0.1, 0.26)),
        "stemWidth": float(rng.uniform(0.15, 0.28)),
        "barLineWidth": float(rng.uniform(0.2, 0.45)),
        "beamMaxSlope": int(rng.integers(0, 18)),
        "ledgerLineThickness": float(rng.uniform(0.15, 0.35)),
        "lyricSize": float(rng.uniform(3.6, 5.4)),
        "bracketThickness": float(rng.uniform(0.6, 1.2)),
        "thickBarlineThickness": float(rng.uniform(0.8, 1.3)),
        "tupletNumHead": chance(rng, 0.1),
        "dynamDist": float(rng.uniform(0.8, 2.0)),
        "graceFactor": float(rng.uniform(0.6, 0.8)),
        "xmlIdSeed": 1,
    }
    face = supply.face(rng, LETTERS).path
    if em is not None:
        space = em * float(rng.uniform(0.36, 0.62))
        return Look(space, face, options=options, margins=(1, 1, 1, 1), most=room, least=min(3.2, space), tight=True)
    space = float(rng.uniform(5.0, 9.0)) if chance(rng, 0.45) else float(rng.uniform(9.0, 16.0))
    grey = int(rng.integers(30, 90)) if chance(rng, 0.1) else int(rng.integers(0, 25))
    ink = (grey, grey, grey) if chance(rng, 0.94) else tuple(int(v) for v in rng.integers(0, 110, 3))
    paper = (255, 255, 255) if chance(rng, 0.8) else tuple(int(v) for v in 255 - rng.integers(0, 30, 3))
    margins = tuple(float(v) for v in rng.uniform(0.3, 3.5, 4) * space)
    first = 1 if chance(rng, 0.6) else int(rng.integers(2, 200))
    return Look(
        space, face, float(rng.uniform(1.7, 2.8)), ink, paper, margins, options, first, room, 4.2, dotted=chance(rng, 0.6)
    )
