"""Formulas drawn by other programs, hundreds at a time, for stored pictures: TeX, MathJax 3 and 4, ziamath."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ...draw.canvas import Canvas
from ...draw.fonts import require_skia
from ...draw.setting import Request, Setting
from ...errors import InputError, UsageError
from ...schema import Sample
from .align import align, share
from .picture import DOLLARS, MARGIN, SMALLEST, Look, choose_look, without_scripts_twice
from .spelled import spell_out
from .writer import compose

if TYPE_CHECKING:
    from ...draw.supply import Supply

ENGINES = ("tex", "mathjax3", "mathjax4", "ziamath")
KNOWN = 0.9  # share of glyphs whose place in the source must be known
_TAG = re.compile(r"\\tag\{([^{}]*)\}\Z")
_ONE_SCRIPT = frozenset(["times", "tx", "px", "kerkis", "mathjax4", "ziamath"])  # \mathscr and \mathcal look alike in these


@dataclass(frozen=True)
class Draft:
    """A formula on its way to an engine: its truth, what is set, for each character of that its offset in the truth."""

    latex: str
    drawn: str
    offsets: np.ndarray
    look: Look


def batch(rngs: Sequence[np.random.Generator], supply: Supply, room: tuple[int, int], engine: str) -> list[Sample | None]:
    """A sample of each generator's own, drawn by `engine`; None where it could not set the formula, or the formula is too large.

    Raises UsageError for an engine that is unknown or not installed, MissingExtraError without what draws.
    """
    if engine not in ENGINES:
        raise UsageError(f"no engine {engine!r} for formulas; there are {', '.join(ENGINES)}")
    looks = _looks(engine)
    drafts = [_draft(rng, supply, looks) for rng in rngs]
    settings: list[Setting | None] = [None] * len(drafts)
    for look in dict.fromkeys(draft.look.font for draft in drafts):
        chosen = [index for index, draft in enumerate(drafts) if draft.look.font == look]
        made = _set([Request(drafts[index].drawn, drafts[index].look.display) for index in chosen], engine, look)
        for index, setting in zip(chosen, made, strict=True):
            settings[index] = setting
    pairs = zip(drafts, settings, strict=True)
    return [None if setting is None else _sample(draft, setting, room, engine) for draft, setting in pairs]


def _looks(engine: str) -> tuple[str, ...]:
    if engine != "tex":
        return (engine,)
    from ...draw.tex import installed

    found = installed()
    return (*found, *["modern"] * len(found))  # half of all formulas in the fonts most papers have


def _draft(rng: np.random.Generator, supply: Supply, looks: tuple[str, ...]) -> Draft:
    look = replace(choose_look(rng, supply), font=looks[int(rng.integers(len(looks)))])
    latex = compose(rng, supply)
    latex = without_scripts_twice(latex) if look.font in _ONE_SCRIPT else latex
    drawn, offsets = spell_out(rng, latex)
    if tag := _TAG.search(drawn):
        text = rf"\text{{({tag[1]})}}"
        at = int(offsets[tag.start()])
        inside = offsets[tag.start(1) : tag.end(1)]
        drawn = drawn[: tag.start()] + text
        offsets = np.concatenate([offsets[: tag.start()], np.full(7, at), inside, np.full(2, len(latex) - 1)]).astype(np.int32)
    return Draft(latex, drawn, offsets, look)


def _set(requests: list[Request], engine: str, look: str) -> list[Setting | None]:
    if engine == "tex":
        from ...draw import tex

        return tex.set_formulas(requests, look)
    if engine == "ziamath":
        from ...draw import ziamath

        return ziamath.set_formulas(requests)
    from ...draw import mathjax

    return mathjax.set_formulas(requests, int(engine[-1]))


def _sample(draft: Draft, setting: Setting, room: tuple[int, int], engine: str) -> Sample | None:
    """The picture of a formula that was set, with every glyph's place in the truth."""
    try:
        found = align(draft.drawn, setting, "tex" if engine == "tex" else "mathjax", draft.look.display)
    except InputError:
        return None
    if not len(found) or share(found) < KNOWN:
        return None
    left, top, right, bottom = setting.box
    a, b, c, d = draft.look.margins
    height, width = bottom - top + b + d, right - left + a + c
    size = min(draft.look.size, (room[0] - 2 * MARGIN - 1) / height, (room[1] - 2 * MARGIN - 1) / width)
    if size < SMALLEST:
        return None
    canvas = Canvas((int(height * size) + 2 * MARGIN, int(width * size) + 2 * MARGIN), draft.look.paper)
    at = (a * size + MARGIN - left * size, b * size + MARGIN - top * size)
    skia = require_skia()
    canvas.skia.save()
    canvas.skia.translate(*at)
    canvas.skia.scale(size, size)
    canvas.skia.drawPath(setting.path, skia.Paint(AntiAlias=True, Color=skia.Color(*draft.look.ink)))
    canvas.skia.restore()
    text, boxes, offsets = _glyphs(setting, np.where(found < 0, -1, draft.offsets[found]))
    canvas.add(text, boxes * size + np.array([*at, *at]), offsets, np.where(offsets < 0, -1, offsets + DOLLARS))
    image, glyphs = canvas.finish()
    notes = {"font": draft.look.font, "display": draft.look.display, "engine": engine}
    return Sample(image, draft.latex, f"$${draft.latex}$$", glyphs, "formula", notes=notes)


def _glyphs(setting: Setting, offsets: np.ndarray) -> tuple[str, np.ndarray, np.ndarray]:
    """Characters, boxes and offsets in the order of the truth: pieces joined to their glyph, ligatures taken apart."""
    letters: list[str] = []
    boxes: list[np.ndarray] = []
    places: list[int] = []
    for shown, box, offset in zip(setting.letters, setting.boxes, offsets, strict=True):
        if not shown and boxes:
            boxes[-1] = np.concatenate([np.minimum(boxes[-1][:2], box[:2]), np.maximum(boxes[-1][2:], box[2:])])
            continue
        edges = np.linspace(box[0], box[2], len(shown or " ") + 1)
        for step, letter in enumerate(shown or "\0"):
            letters.append(letter)
            boxes.append(np.array([edges[step], box[1], edges[step + 1], box[3]]))
            places.append(int(offset) + step if offset >= 0 else -1)
    order = np.argsort([place if place >= 0 else 1 << 30 for place in places], kind="stable")
    return "".join(letters[index] for index in order), np.array(boxes)[order], np.array(places, np.int32)[order]
