"""Our stems, BLEU, METEOR and GOT's figures against nltk, with a stand-in for WordNet that knows no synonyms."""

from __future__ import annotations

import random
import re
import warnings
from pathlib import Path

import pytest

from gotocr.metrics.overlap import bleu, corpus_bleu, meteor
from gotocr.metrics.porter import stem
from gotocr.metrics.published import published_figures

nltk = pytest.importorskip("nltk")
ENDINGS = """s es ies sses ed ing ied eed ational tional enci anci izer abli alli entli eli ousli ization ation ator alism iveness
fulness ousness aliti iviti biliti fulli logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement ment
ent ion sion tion ou ism ate iti ous ive ize e ll y""".split()
WORDS = "the cat cats running runs run sat sitting quickly quick on mat A The nation national nationally . ,".split()


class NoSynonyms:
    def synsets(self, word):
        return []


def of_nltk(reading: list[str], truth: list[str]) -> tuple[float, float]:
    from nltk.translate.bleu_score import sentence_bleu
    from nltk.translate.meteor_score import meteor_score

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where no four words match it warns, and gives 1e-77
        return sentence_bleu([truth], reading), meteor_score([truth], reading, wordnet=NoSynonyms())


def test_stems():
    random.seed(1)
    theirs = nltk.stem.PorterStemmer()
    words = {*re.findall(r"[\w']+", " ".join(path.read_text("utf-8") for path in Path(__file__).parents[2].glob("docs/*.md")))}
    for _ in range(8000):
        start = "".join(random.choices("aeioubcdlstyzwxnr", k=random.randrange(1, 6)))
        words.add(start + random.choice(ENDINGS) + random.choice(["", "", random.choice(ENDINGS)]))
    assert [word for word in sorted(words) if stem(word) != theirs.stem(word)] == []


def some_pair() -> tuple[list[str], list[str]]:
    reading = random.choices(WORDS, k=random.randrange(1, 25))
    truth = [*reading] if random.random() < 0.7 else random.choices(WORDS, k=random.randrange(1, 25))
    for _ in range(random.randrange(4)):
        truth[random.randrange(len(truth))] = random.choice(WORDS)
    if random.random() < 0.3:
        random.shuffle(truth)
    return reading, truth


def test_bleu_and_meteor():
    random.seed(2)
    pairs = [some_pair() for _ in range(1000)]
    for reading, truth in pairs:
        assert (bleu(reading, truth), meteor(reading, truth)) == pytest.approx(of_nltk(reading, truth), abs=1e-12)
    theirs = nltk.translate.bleu_score.corpus_bleu([[truth] for _, truth in pairs], [reading for reading, _ in pairs])
    assert corpus_bleu(pairs) == pytest.approx(theirs, abs=1e-12)


def test_figures_of_got():
    """Its script gives the label as the reading and the answer as the truth."""
    from nltk.metrics import edit_distance, f_measure, precision, recall

    random.seed(3)
    for _ in range(150):
        reading, truth = map(" ".join, some_pair())
        for level, cut in (("words", str.split), ("characters", list)):
            label, answer = cut(truth), cut(reading)
            by_bleu, by_meteor = of_nltk(label, answer)
            assert published_figures(reading, truth, level) == pytest.approx(
                {
                    "edit_distance": edit_distance(truth, reading) / max(len(truth), len(reading)),
                    "f1": f_measure(set(answer), set(label)),
                    "precision": precision(set(answer), set(label)),
                    "recall": recall(set(answer), set(label)),
                    "bleu": by_bleu,
                    "meteor": by_meteor,
                },
                abs=1e-12,
            )
