"""The six figures that GOT-OCR2.0 and Fox report, with the habits of their scripts, to compare with published tables only.

Source: `eval_ocr.py` and `eval_ocr_scene.py` of GOT-OCR2.0 (Wei et al. 2024, tables 1 to 4), `eval_ocr_test.py` of Fox (Liu
et al. 2024). What they do that our own figures do not:

- Nothing is normalised; only the white space around a reading goes.
- Words are parted by white space or, where either text has a Chinese character, cut by jieba.
- Precision, recall and F1 are of the sets of different words: how often and in which order they stand does not matter.
- The reading is handed over as the truth and the truth as the reading, so that precision and recall are exchanged, and
  BLEU and METEOR look at the truth from the reading's side.
- An item of which either side is empty is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .distance import distance
from .overlap import bleu, meteor

LEVELS = ("words", "characters")  # documents, scenes
FIGURES = ("edit_distance", "f1", "precision", "recall", "bleu", "meteor")
_CHINESE = re.compile(r"[\u4e00-\u9fa5]")


def published_figures(reading: str, truth: str, level: str = "words") -> Mapping[str, float] | None:
    """A value for each of FIGURES, as GOT's scripts give it; None for an item that they leave out (or stumble over).

    METEOR is without synonyms (see `overlap.meteor`). Without jieba Chinese is cut into characters: then BLEU, METEOR,
    precision, recall and F1 of Chinese texts cannot be compared with published ones (`has_jieba` tells).
    """
    reading = reading.strip()
    if not reading or not truth:
        return None
    chinese = bool(_CHINESE.search(reading) or _CHINESE.search(truth))
    said, true = (list(text) if level == "characters" else _words(text, chinese) for text in (reading, truth))
    if not said or not true:
        return None
    shared = len({*said} & {*true})
    precision, recall = shared / len({*true}), shared / len({*said})  # exchanged, as is all that follows
    return {
        "edit_distance": distance(reading, truth) / max(len(reading), len(truth)),
        "f1": 2 * precision * recall / (precision + recall) if shared else 0.0,
        "precision": precision,
        "recall": recall,
        "bleu": bleu(true, said),
        "meteor": meteor(true, said),
    }


def has_jieba() -> bool:
    """Whether Chinese is cut into words as published; `pip install jieba` if not."""
    from importlib.util import find_spec

    return find_spec("jieba") is not None


def _words(text: str, chinese: bool) -> Sequence[str]:
    if not chinese:
        return text.split()
    if not has_jieba():
        return [letter for letter in text if not letter.isspace()]
    import jieba

    jieba.setLogLevel("WARNING")  # else it reports on standard error how long it took to begin
    return jieba.lcut(text)
