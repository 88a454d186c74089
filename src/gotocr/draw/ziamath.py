"""Formulas set by ziamath (pure Python, STIX Two Math): its SVG taken apart into glyphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from ..errors import MissingExtraError
from ..schema import AREA
from .setting import Press, Request, Setting
from .svg import Shape, flatten
from .tex_names import fold

SIZE = 100.0  # font size it is asked for
_VIEW = re.compile(r'viewBox="\s*[-\d.]+[\s,]+([-\d.]+)')
_PIECES = {**dict.fromkeys("\u239c\u239d\u239f\u23a0\u23a2\u23a3\u23a5\u23a6\u23a8\u23a9\u23aa\u23ac\u23ad\u23b7", "")}


def set_formulas(requests: Sequence[Request]) -> list[Setting | None]:
    """Set formulas one by one; None for those ziamath cannot read. Raises MissingExtraError where it is not installed."""
    try:
        import ziamath
    except ImportError as cause:
        raise MissingExtraError("synth", "drawing formulas with ziamath") from cause
    made: list[Setting | None] = []
    for request in requests:
        try:
            svg = ziamath.Latex(request.latex, size=SIZE, inline=not request.display).svg()
            made.append(_setting(svg))
        except Exception:  # it raises whatever its tables and its parser happen to: KeyError, IndexError, AssertionError ...
            made.append(None)
    return made


def _setting(svg: str) -> Setting:
    found = _VIEW.search(svg)
    base = -float(found[1]) if found else 0.0
    press = Press()
    for shape in flatten(svg).shapes:
        if shape.fill is None:
            raise ValueError("strokes are not taken")
        press.shape(shape.path, _letter(shape), (1 / SIZE, -base / SIZE))
    return press.setting()


def _letter(shape: Shape) -> str:
    glyph = next((int(tag.rpartition("_")[2]) for tag in shape.tags if tag.rpartition("_")[2].isdigit()), None)
    letter = AREA if glyph is None else fold(_letters().get(glyph, "\ufffd"))
    return _PIECES.get(letter, letter)


@lru_cache(maxsize=1)
def _letters() -> dict[int, str]:
    """Glyph number -> character, of its font; larger and smaller shapes of a glyph show the same."""
    import ziamath
    from fontTools import ttLib

    folder = Path(ziamath.__file__).parent / "fonts"
    with ttLib.TTFont(sorted(folder.glob("STIXTwoMath*"))[0]) as font:
        names = {name: chr(code) for code, name in sorted(font.getBestCmap().items(), reverse=True)}
        order = font.getGlyphOrder()
    return {number: names.get(name) or names.get(name.partition(".")[0], "\ufffd") for number, name in enumerate(order)}
