"""Set formulas as TeX does, in any OpenType math font, with the source position of every glyph."""

from __future__ import annotations

from .font import MathFont, find_math_fonts, math_font
from .formula import SetFormula, paint, set_formula

__all__ = ["MathFont", "SetFormula", "find_math_fonts", "math_font", "paint", "set_formula"]
