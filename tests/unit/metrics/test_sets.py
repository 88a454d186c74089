"""Shares of what two collections hold in common."""

from __future__ import annotations

from collections import Counter

from gotocr.metrics.sets import f1, tanimoto


def test_tanimoto_counts_repeats():
    assert tanimoto(Counter("aab"), Counter("aab")) == 1.0
    assert tanimoto(Counter("aab"), Counter("ab")) == 2 / 3
    assert tanimoto(Counter(), Counter()) == 1.0 and tanimoto(Counter("a"), Counter()) == 0.0


def test_f1_is_the_harmonic_mean():
    assert f1(2, 4, 4) == 0.5 and f1(0, 0, 0) == 1.0 and f1(0, 3, 0) == 0.0
