"""What outside programs draw, many samples at once: formulas and charts in other looks than ours, for shards."""

from __future__ import annotations

from functools import partial

from ..kinds.chart.batch import batch as charts
from ..kinds.formula.engines import batch as formulas

formula_tex = partial(formulas, engine="tex")
formula_mathjax3 = partial(formulas, engine="mathjax3")
formula_mathjax4 = partial(formulas, engine="mathjax4")
formula_ziamath = partial(formulas, engine="ziamath")
chart_matplotlib = partial(charts, engine="matplotlib")
chart_vega = partial(charts, engine="vega")
