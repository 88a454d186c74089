"""How much of a reading's words stand in the truth too: BLEU and METEOR, the scores of machine translation.

Texts come as lists of words (or characters). Both agree with nltk 3.10 to rounding, but that METEOR here has no synonyms:
its third stage looks words up in WordNet, which is a download.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from .porter import stem

LONGEST = 4  # words of the longest run that BLEU counts
ALPHA, BETA, GAMMA = 0.9, 3.0, 0.5  # METEOR: weight of recall, and shape and weight of the penalty


def bleu(read: Sequence[str], truth: Sequence[str]) -> float:
    """BLEU-4 of one reading with one truth, 0 to 1 (Papineni et al. 2002, section 2.3), without smoothing.

    Where no run of four words is right it is 0 (nltk gives 1e-77 or so), thus also for texts of fewer than four words.
    """
    return corpus_bleu([(read, truth)])


def corpus_bleu(pairs: Iterable[tuple[Sequence[str], Sequence[str]]]) -> float:
    """BLEU-4 over many pairs of reading and truth: counts and lengths are summed first."""
    right, all_runs = [0] * LONGEST, [0] * LONGEST
    read_length = true_length = 0
    for read, truth in pairs:
        read_length, true_length = read_length + len(read), true_length + len(truth)
        for size in range(1, LONGEST + 1):
            runs = _runs(read, size)
            right[size - 1] += (runs & _runs(truth, size)).total()
            all_runs[size - 1] += max(runs.total(), 1)
    if not all(right):
        return 0.0
    brevity = min(1.0, math.exp(1 - true_length / read_length))
    return brevity * math.exp(math.fsum(math.log(a / b) for a, b in zip(right, all_runs, strict=True)) / LONGEST)


def _runs(words: Sequence[str], size: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[start:] for start in range(size)), strict=False))


def meteor(read: Sequence[str], truth: Sequence[str]) -> float:
    """METEOR of one reading with one truth, 0 to 1 (Lavie and Agarwal 2007): equal words and equal stems, no synonyms.

    Words are paired case aside, from the end, each with the last equal one that is left, as nltk does it; the penalty is
    for the number of runs into which the pairs fall. Even of equal texts it is a little below 1.
    """
    pairs = _paired([word.lower() for word in read], [word.lower() for word in truth])
    if not pairs:
        return 0.0
    precision, recall = len(pairs) / len(read), len(pairs) / len(truth)
    mean = precision * recall / (ALPHA * precision + (1 - ALPHA) * recall)
    chunks = 1 + sum(b[0] != a[0] + 1 or b[1] != a[1] + 1 for a, b in zip(pairs, pairs[1:], strict=False))
    return (1 - GAMMA * (chunks / len(pairs)) ** BETA) * mean


def _paired(read: list[str], truth: list[str]) -> list[tuple[int, int]]:
    """Places of paired words in reading and truth: equal ones first, then those of equal stem, in the reading's order."""
    found: dict[int, int] = {}
    taken: set[int] = set()
    for form in (str, stem):
        places = defaultdict(list)
        for place, word in enumerate(truth):
            if place not in taken:
                places[form(word)].append(place)
        for place in reversed(range(len(read))):
            left = places.get(form(read[place])) if place not in found else None
            if left:
                found[place] = left.pop()
        taken = {*found.values()}
    return sorted(found.items())
