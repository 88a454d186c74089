"""Pictures with their truth, from seeds: every kind that can be drawn, text in its forms, and pages of everything."""

from __future__ import annotations

from ..kinds import KINDS
from ..registry import Registry

# A source is `(rng, supply, room, em) -> Sample`, see `kinds.kind.Kind.sample`; one of several pages gives a tuple of them.
SOURCES = Registry(
    "sources",
    {
        "word": "gotocr.kinds.text:word",
        "line": "gotocr.kinds.text:line",
        "paragraph": "gotocr.kinds.text:paragraph",
        "page": "gotocr.kinds.text:page",
        "scene": "gotocr.synth.scene:scene",
        "document": "gotocr.synth.document:document",
        "sequence": "gotocr.synth.document:sequence",
        "region": "gotocr.synth.region:region",
        "tile": "gotocr.synth.region:tile",
        "nothing": "gotocr.synth.nothing:nothing",
        "unreadable": "gotocr.synth.nothing:unreadable",
    },
)
# A batch is `(rngs, supply, room) -> list[Sample | None]`: programs that are slow to start draw many at once, for shards.
BATCHES = Registry(
    "batches",
    {
        "formula-tex": "gotocr.synth.batches:formula_tex",
        "formula-mathjax3": "gotocr.synth.batches:formula_mathjax3",
        "formula-mathjax4": "gotocr.synth.batches:formula_mathjax4",
        "formula-ziamath": "gotocr.synth.batches:formula_ziamath",
        "chart-matplotlib": "gotocr.synth.batches:chart_matplotlib",
        "chart-vega": "gotocr.synth.batches:chart_vega",
    },
)


def names() -> list[str]:
    """Everything that can be drawn one at a time: kinds first."""
    return [*(kind.name for kind in KINDS.working() if kind.sample), *SOURCES]
