"""A picture of one formula: the LaTeX read beside the true one, as it is written and as it looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ...kinds import code
from ...kinds.formula import scores
from ...metrics.overlap import bleu
from ..reading import source, sources
from ..suite import Measure, Score

_SPELT = "after one spelling for what looks alike (spaces, braces, sizes, synonyms)"
_CDM = "Wang et al., CDM, arXiv 2409.03643 (2024)"
MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "picture": Measure(
            "symbol F1",
            "F1 of the signs and lines of both formulas, typeset by this program, that stand where their neighbours say and are "
            "as large; a reading that cannot be typeset scores 0; where the truth cannot be, 1 - token edits takes its place.",
            f"in the manner of {_CDM}, without its pictures: signs and places are known from typesetting",
        ),
        "same": Measure(
            "same picture",
            "Share of formulas whose signs and lines all stand at the same place when typeset; of those whose truth cannot be "
            "typeset, the exact matches.",
            f"in place of ExpRate@CDM, {_CDM}",
        ),
        "exact": Measure("exact match", f"Equal LaTeX {_SPELT}."),
        "edit": Measure("1 - token edits", f"1 - edits over the longer one, in tokens of LaTeX {_SPELT}."),
        "bleu": Measure(
            "token BLEU-4",
            f"BLEU-4 of the tokens of each formula {_SPELT}, without smoothing (of fewer than four tokens: equal or not).",
            "Papineni et al. 2002; Deng et al. 2017 report it over all formulas at once",
        ),
    }
)


def judge(reading: str, truth: str) -> dict[str, Score]:
    """The longest formula of a reading beside the true one; figures that need what typesets (the extra "synth") may be None."""
    written = written_formula(reading)
    found: dict[str, Score] = {name: score(written, truth) for name, score in scores.all_scores().items()}
    found["bleu"] = _bleu(scores.spelt(written), scores.spelt(truth))
    return {name: found.get(name) for name in MEASURES}


def written_formula(reading: str) -> str:
    """The LaTeX of the longest formula that was written; all that was written where nothing is marked as one."""
    fenced = sources(reading, "code")
    if fenced and not sources(reading, "formula"):
        return max(fenced, key=len)
    return code.bare(source(reading, "formula"))


def _bleu(read: Sequence[str], truth: Sequence[str]) -> float:
    return bleu(read, truth) if min(len(read), len(truth)) >= 4 else float(read == truth)
