"""A picture of a figure: the TikZ that was read, drawn, beside the picture that was given; its strings mean nothing here."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np

from ...draw import tex_page
from ...draw.figure_plain import draw_plain
from ...errors import GotocrError
from ...kinds import code
from ...kinds.geometry.labels import labels
from ...kinds.geometry.reading import bare
from ...kinds.geometry.scores import elements
from ...kinds.geometry.tikz import read
from ...metrics.figures import pictures_alike
from ...metrics.sets import f1
from ...pixels.source import page_of
from ..reading import source
from ..suite import Measure, Score

_END = r"\end{document}"
SIDE = 600  # pixels of the longer side of what is compared
MEASURES = MappingProxyType(
    {
        "picture": Measure(
            "picture similarity",
            "Chamfer F1 of the edges of two pictures, laid over each other by size and place: the reading drawn, and the picture "
            "that was given; where our own TikZ reader understands the truth, the truth drawn as the reading was. 1 for the true "
            "source.",
            "after Borgefors, IEEE PAMI 10(6), 1988; the tolerance, 2% of the longer side, is ours",
        ),
        "tex": Measure(
            "drawn by TeX",
            "How the pictures were got: the share of readings that pdflatex drew; the others were drawn, as far as it goes, by "
            "our own TikZ reader, because it understands reading and truth, or because there is no pdflatex or it drew nothing.",
        ),
        "drawn": Measure("can be drawn", "Share of readings of which anything can be drawn."),
        "labels": Measure("label accuracy", "F1 of the texts of all labels, as often as they stand there, wherever that is."),
        "elements": Measure(
            "element accuracy",
            "F1 of lines, curves, areas, dots and labels of one look, half a centimetre of ten apart at most; only of figures "
            "whose truth our own TikZ reader understands.",
        ),
    }
)


def judge(reading: str, truth: str, image: Path | None = None) -> dict[str, Score]:
    """`truth` is TikZ or a whole TeX document; `image` the picture that was read, where there is one."""
    written, true = _source(reading), code.bare(truth)
    ours = _understood(true)
    drawn, by_tex = _drawn(written, tex=not (ours and _understood(written)))
    if bare(written) == bare(true):
        alike: Score = 1.0
    else:
        target = _target(true, None if ours else image, by_tex)
        alike = None if target is None else pictures_alike(drawn, target) if drawn is not None else 0.0
    found, right = Counter(labels(written)), Counter(labels(true))
    return {
        "picture": alike,
        "tex": float(by_tex),
        "drawn": float(drawn is not None),
        "labels": f1((found & right).total(), found.total(), right.total()) if right else None,
        "elements": elements(written, true) if ours else None,
    }


def lack() -> str:
    """See `suite.Subject`."""
    if tex_page.can_typeset():
        return ""
    return (
        "figures that only pdflatex understands count as not drawn, for it is not installed; on Debian: "
        "sudo apt-get install texlive-latex-extra texlive-pictures"
    )


def _source(reading: str) -> str:
    """The TikZ of a reading; a whole document with its preamble, on which the figure may depend."""
    start, end = reading.find(r"\documentclass"), reading.rfind(_END)
    return reading[start : end + len(_END)] if 0 <= start < end else source(reading, "geometry")


def _understood(tikz: str) -> bool:
    return not read(bare(tikz)).problems


def _drawn(tikz: str, tex: bool) -> tuple[np.ndarray | None, bool]:
    """The picture, and whether TeX drew it."""
    made = _typeset(tikz) if tex and tikz.strip() else None
    if made is not None and np.ptp(made):
        return made, True
    return draw_plain(read(bare(tikz)).figure, SIDE), False


@lru_cache(maxsize=64)
def _typeset(tikz: str) -> np.ndarray | None:
    return tex_page.typeset(tex_page.wrapped(tikz), SIDE)


def _target(true: str, image: Path | None, by_tex: bool) -> np.ndarray | None:
    """The picture to compare with: the given one, or the truth drawn as the reading was."""
    if image is not None and image.is_file():
        try:
            return _small(page_of(image).image)
        except GotocrError:
            pass
    return _drawn(true, tex=by_tex or not _understood(true))[0]


def _small(picture: np.ndarray) -> np.ndarray:
    from PIL import Image

    made = Image.fromarray(picture)
    made.thumbnail((SIDE, SIDE))
    return np.asarray(made)
