"""Every style of page with how often it is drawn, and a page of any of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...draw.supply import Supply
from ...schema import Sample
from . import articles, forms, indexes, screens
from .look import DARK, draw_look, page_em, paper_size, weighted
from .press import Press
from .scraps import cropped, draw_line

SMALL = 96  # pixels: in place of a page lower or narrower than this there is a line
TRIMMED = 0.5  # share of pages that end soon after their text
TYPED = 0.06  # share of monospaced looks where the style does not ask for one


@dataclass(frozen=True)
class PageStyle:
    """How a page is filled, how often, how high for its width, and whether all of it is monospaced."""

    fill: Callable[[Press], None]
    weight: float
    aspects: tuple[float, float] = (0.9, 1.6)
    mono: bool = False
    inset: bool = True  # may stand within another page
    dark: float = DARK  # share that is light on dark


STYLES = {
    "article": PageStyle(articles.article, 0.26),
    "newspaper": PageStyle(articles.newspaper, 0.07),
    "book": PageStyle(articles.book, 0.1),
    "paper": PageStyle(articles.paper, 0.07),
    "typescript": PageStyle(articles.typescript, 0.05, mono=True),
    "verse": PageStyle(articles.verse, 0.03),
    "form": PageStyle(forms.form, 0.05, inset=False),
    "receipt": PageStyle(forms.receipt, 0.05, (1.3, 2.6), mono=True, inset=False),
    "letter": PageStyle(forms.letter, 0.05),
    "card": PageStyle(forms.card, 0.02, (0.5, 0.8), inset=False),
    "contents": PageStyle(indexes.contents, 0.04),
    "bibliography": PageStyle(indexes.bibliography, 0.03),
    "glossary": PageStyle(indexes.glossary, 0.03),
    "index": PageStyle(indexes.index, 0.02),
    "slide": PageStyle(screens.slide, 0.05, (0.5, 0.8), dark=0.25),
    "window": PageStyle(screens.window, 0.05, (0.5, 1.2), inset=False, dark=0.3),
    "chat": PageStyle(screens.chat, 0.03, (0.8, 2.0), inset=False, dark=0.3),
    "editor": PageStyle(screens.editor, 0.03, (0.5, 1.4), dark=0.4),
    "terminal": PageStyle(screens.terminal, 0.02, (0.5, 1.2), mono=True, dark=0.7),
}


def draw_page(
    rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None, style: str | None = None
) -> Sample:
    """A page of `style`, one of `STYLES`, or of any; see `kinds.text.page`."""
    names = [name for name, known in STYLES.items() if em is None or known.inset]
    chosen = STYLES[name := style or names[weighted(rng, tuple(STYLES[name].weight for name in names))]]
    size = paper_size(rng, room, chosen.aspects) if em is None else room
    if min(size) < SMALL:
        return draw_line(rng, supply, room, em)
    least = em or page_em(rng, size)
    if em is None and name in ("slide", "card"):
        least = max(least, min(size) / 22)
    if em is None and name == "receipt":
        least = min(max(least, size[1] / 34), size[1] / 22)
    look = draw_look(rng, supply, least, em is not None, chosen.mono or bool(rng.random() < TYPED), chosen.dark)
    press = Press(rng, supply, look, size)
    chosen.fill(press)
    if not press.sheet:
        return draw_line(rng, supply, room, em)
    if em is not None:
        return cropped(press, [1.0] * 4, room, inset=True)
    return _finish(press, name)


def _finish(press: Press, name: str) -> Sample:
    """The page as it is, or cut below its text."""
    rng, (height, width) = press.rng, press.size
    bottom = press.sheet.extent()[3]
    if rng.random() < TRIMMED:
        height = min(height, int(bottom + float(rng.uniform(0.3, 2.5)) * press.em) + 1)
    return press.sheet.draw((height, width), press.look.paper, rng, style=name, language=press.prose.language, em=press.em)
