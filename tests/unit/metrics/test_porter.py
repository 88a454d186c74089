"""Stems as nltk 3.10 (`PorterStemmer()`) gives them, one word at least for each rule."""

from __future__ import annotations

import pytest

from gotocr.metrics.porter import stem

BY_NLTK = """
caresses:caress ponies:poni dies:die caress:caress cats:cat feed:feed agreed:agre plastered:plaster motoring:motor
sized:size hopping:hop falling:fall filing:file happy:happi enjoy:enjoy relational:relat conditional:condit
radicalli:radic formaliti:formal triplicate:triplic goodness:good adjustable:adjust adoption:adopt effective:effect
probate:probat cease:ceas controlling:control roll:roll flies:fli spied:spi analogously:analog theology:theolog
skies:sky dying:die news:news by:by oed:o yyy:yyy
"""


@pytest.mark.parametrize("pair", BY_NLTK.split())
def test_stems(pair):
    word, stemmed = pair.split(":")
    assert stem(word) == stem(word.upper()) == stemmed


@pytest.mark.parametrize("odd", ["", "ed", "ing", "中文", "3.14", "'", "e" * 5000, "y" * 5000, "\x00\ud800"])
def test_anything_may_be_stemmed(odd):
    assert len(stem(odd)) <= len(odd)
