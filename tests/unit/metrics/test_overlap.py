"""BLEU and METEOR against values of nltk 3.10 (METEOR with a stand-in for WordNet that knows no synonyms)."""

from __future__ import annotations

import pytest

from gotocr.metrics.overlap import bleu, corpus_bleu, meteor

BY_NLTK = [  # reading, truth, sentence_bleu, meteor_score
    ("the cat sat on the mat today", "the cat is on the mat today again", 0.423836562828, 0.745428973277),
    (
        "It is a guide to action which ensures that the military always obeys the commands of the party",
        "It is a guide to action that ensures that the military will forever heed Party commands",
        0.411803763569,
        0.694444444444,
    ),
    (
        "running dogs quickly jumped over fences in the night",
        "a running dog quickly jumps over fences at night",
        0,
        0.7687074829932,
    ),
    ("one two three four five six seven", "five six seven one two three four", 0.594603557501, 0.98833819242),
]


@pytest.mark.parametrize(("read", "truth", "by_bleu", "by_meteor"), BY_NLTK)
def test_values_of_nltk(read, truth, by_bleu, by_meteor):
    assert bleu(read.split(), truth.split()) == pytest.approx(by_bleu, abs=1e-11)
    assert meteor(read.split(), truth.split()) == pytest.approx(by_meteor, abs=1e-11)


def test_a_corpus_is_summed_first():
    pairs = [(read.split(), truth.split()) for read, truth, *_ in BY_NLTK]
    assert corpus_bleu(pairs) == pytest.approx(0.392490572866, abs=1e-11)
    assert corpus_bleu([]) == 0.0


def test_nothing_and_too_little():
    assert bleu([], []) == bleu([], ["a"]) == bleu(["a"], []) == 0.0
    assert bleu("a b c".split(), "a b c".split()) == 0.0, "no run of four words"
    assert bleu("a b c d".split(), "a b c d".split()) == 1.0
    assert meteor([], []) == meteor(["a"], []) == meteor([], ["a"]) == meteor(["a"], ["b"]) == 0.0
    assert meteor("a b c d".split(), "A B C D".split()) == pytest.approx(1 - 0.5 / 4**3), "a penalty even for equal texts"


def test_short_readings_are_punished_by_their_length():
    truth = "a b c d e f g h".split()
    assert bleu(truth[:4], truth) == pytest.approx(2.718281828459045**-1)
