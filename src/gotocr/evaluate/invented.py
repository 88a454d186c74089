"""How often something is read where there is nothing: on blank pages, textures, scribbles, empty forms, shapes, blurs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..synth.nothing import UNREADABLE, nothing

if TYPE_CHECKING:
    from ..draw.supply import Supply
    from ..reader import Reader

SIZES = ((512, 512), (256, 640), (1000, 800), (160, 400), (96, 256), (1600, 1200))  # height, width: pages, crops, words
SEED, SHOWN = 7, 60


def invented(reader: Reader, supply: Supply, count: int, tell: Callable[[], object] = lambda: None) -> dict[str, Any]:
    """Read `count` pictures without text, and count what was written on them by kind; `tell` is called behind each.

    Written is what is neither empty nor only "[unreadable]". `words` counts pictures with text or a formula invented; the
    others have a drawing: shapes and rules taken for a figure, or for a molecule.
    """
    kinds: Counter[str] = Counter()
    examples: list[str] = []
    written = 0
    for number in range(count):
        picture = nothing(np.random.default_rng([SEED, number]), supply, SIZES[number % len(SIZES)])
        leaf = reader.read(picture.image).pages[0]
        if leaf.text.replace(UNREADABLE, "").strip():
            written += 1
            kinds.update({block.kind for block in leaf.blocks})
            examples.append(" ".join(leaf.text.split())[:SHOWN])
        tell()
    words = sum(kinds[kind] for kind in ("text", "formula", "table", "code"))
    return {"pictures": count, "written": written, "words": words, "kinds": dict(kinds.most_common()), "examples": examples}
