"""Whatever a model would write: what the guide lets through is a structure of its kind, closed by the guide, or, cut off, by mending."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gotocr.decode.guide import Guide, Spelling
from gotocr.engines.nano_steps import grammar
from gotocr.kinds import KINDS
from gotocr.kinds.page import parse
from gotocr.train import phrases

SINGLE = [chr(code) for code in range(32, 127)] + ["\n", "é", "½", ""]
KINDS_OF = {
    "<table>": ("table", phrases.TABLE), "$$": ("formula", phrases.FORMULA), "```chart\n": ("chart", phrases.CHART),
    "```abc\n": ("music", phrases.MUSIC), "```smiles\n": ("molecule", []), "```tikz\n": ("geometry", phrases.GEOMETRY),
}  # fmt: skip
# What no such grammar can say: how full bars and rows are, which rings close, how much is nested, which names were there before.
MEANT = re.compile(
    r"row \d+ is|reaches below|runs into one|has .* in |not of equal length|same number of bars|no note value|too many voices|more syllables"
    r"|tuplet|closes on its own|has \d+ bonds|cannot exist|nested too deep|stands there twice|is no key|stands there again"
)
# Longer than a reader takes (notes of a chord, letters of a word or a mark), which a cap on tokens keeps a model from.
EMPTY = re.compile(r"has no values|no notes|no cells|nothing is drawn|there is no SMILES|is empty")  # cut off before anything stood there
LONG = re.compile(r"is no ABC|longer than")
WALKS, STEPS = 40, 120  # of each kind


def walk(seed: int, opening: str, pieces: list[str], steps: int) -> tuple[str, Guide]:
    """Random logits let through by the guide."""
    texts = list(dict.fromkeys([opening, *(piece for piece in pieces if "$$" not in piece and "```" not in piece), *SINGLE]))
    spelling = Spelling(texts, lambda text: [texts.index(text[0])])
    guide, rng = Guide(spelling, grammar), np.random.default_rng(seed)
    guide.push(0)
    written = opening
    for _ in range(steps):
        token = int(guide.allow(rng.normal(size=len(texts)).astype(np.float32)).argmax())
        guide.push(token)
        written += texts[token]
        if guide.kind is None:
            break
    return written, guide


@pytest.mark.parametrize("opening", KINDS_OF)
def test_what_is_written_at_random_is_a_structure_of_its_kind(opening):
    kind, pieces = KINDS_OF[opening]
    closed = cut = 0
    for seed in range(WALKS):
        written, guide = walk(seed, opening, pieces, STEPS)
        (torn,) = parse(written, (1, 1)) or (None,)
        if guide.kind is not None:
            cut += 1
            known = (MEANT, LONG, EMPTY)
            assert torn is None or not [one for one in torn.problems if not any(p.search(one) for p in known)], (written, torn)
            for _ in range(3_000):
                token = guide.closing()
                if token is None:
                    break
                guide.push(token)
                written += guide.spelling(token)
        closed += 1
        if opening.startswith("```") and not written.endswith("```"):
            written += "\n```"
        blocks = parse(written, (1, 1))
        assert blocks[0].kind == kind, written
        assert not [one for one in KINDS[kind].check(blocks[0]) if not MEANT.search(one) and not LONG.search(one)], (written, blocks[0])
    assert closed == WALKS and cut, "some were cut off"
