"""How close a written text is to the truth: by characters, and by words whatever their order."""

from __future__ import annotations


def characters(written: str, truth: str) -> float:
    """1 - edits over the longer text, after NFKC and white-space folding."""
    from ...metrics.text import normalised_edit

    return 1.0 - normalised_edit(written, truth)


def words(written: str, truth: str) -> float:
    """F1 of the words as a bag, case and all, after the same folding."""
    from ...metrics.text import word_matches

    return word_matches(written, truth).f1


SCORES = {"characters": characters, "words": words}
