"""How soon a writer that goes in circles is noticed, and how often an honest page is taken for one; no model is needed.

    python -m gotocr.evaluate.loops --corpus DIR --fonts DIR --vocabulary base=qwen.tiktoken -o loops.json
"""

from __future__ import annotations

import json
import re
import sys
import time
from argparse import ArgumentParser
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np

from ..decode.guard import MARKS, WRITTEN, Guard, sort_of
from ..draw.supply import Supply
from ..prompt.tokenizer import Tokenizer
from ..schema import MODES, Sample
from ..synth.samples import Studio
from ..weights.nano_files import FOLDER
from .circles import JITTERS, PLACES, Circle, Told, circle, honest, spell, typed

DRAWN = ("table", "music", "chart", "geometry", "page", "document", "formula", "molecule", "paragraph", "region")
COLLECTED = {"tables": "\n", "chart_tables": "\n", "abc_tunes": "\n\n", "markdown_docs": "\n", "latex_formulas": "\n"}
RECORDS = {"tables": "content", "markdown_docs": "markdown"}
PERIODS = (4, 12, 40, 200)  # most tokens of a round
WHOLE = re.compile(r"\\[A-Za-z]+|</?[a-z]+>?")  # commands and tags: nano writes them as one, whatever their ink
MOST = 4096  # tokens


class Clean(NamedTuple):
    """A text that is right, as the tokens of one vocabulary, with boxes or without."""

    name: str
    vocabulary: str
    told: list[Told]


def by_letters(tokenizer: Tokenizer, sample: Sample, mode: str) -> list[Told]:
    """A truth as nano writes it: letters one by one where they stand, what has no ink in long tokens where the ink before it is."""
    text, glyphs = getattr(sample, mode), sample.glyphs
    offsets = getattr(glyphs, mode)
    place: dict[int, tuple[float, ...]] = {}
    for offset, box in zip(offsets.tolist(), glyphs.boxes.tolist(), strict=True):
        if offset >= 0:
            place.setdefault(offset, tuple(box))
    whole = {mark.start(): mark.end() for mark in WHOLE.finditer(text)} if mode == "format" or "\\" in text else {}
    ids, boxes, at = [], [], 0
    last = min(place.items())[1] if place else None
    while at < len(text):
        end = whole.get(at, at + 1)
        if at not in place:
            while end < len(text) and end not in place and end not in whole:
                end += 1
        last = place.get(at, last)
        for token in tokenizer.encode(text[at:end], specials=False):
            ids.append(token)
            boxes.append(last)
        at = end
    return spell(tokenizer, ids, boxes)


def drawn(studio: Studio, tokenizers: Mapping[str, Tokenizer], count: int, seed: int = 0) -> Iterator[Clean]:
    """`count` truths of pictures, in both modes where it has both, and their tokens: with boxes in nano's vocabulary, without in all."""
    for number in range(count):
        name = DRAWN[number % len(DRAWN)]
        for sample in studio.draw(name, seed + number // len(DRAWN))[:1]:
            for mode in MODES:
                if getattr(sample, mode) and (mode == "format" or sample.kind == "text"):
                    yield Clean(name, "nano+boxes", by_letters(tokenizers["nano"], sample, mode))
                    for vocabulary, tokenizer in tokenizers.items():
                        yield Clean(name, vocabulary, spell(tokenizer, tokenizer.encode(getattr(sample, mode), specials=False)))


def collected(supply: Supply, tokenizers: Mapping[str, Tokenizer], count: int, random: Random) -> Iterator[Clean]:
    """`count` texts of the corpus as they are, cut to what is written of a page."""
    for number in range(count):
        name = list(COLLECTED)[number % len(COLLECTED)]
        items = supply.items(name, COLLECTED[name])
        if items:
            text = random.choice(items)
            if name in RECORDS:
                text = json.loads(text)[RECORDS[name]]
            for vocabulary, tokenizer in tokenizers.items():
                yield Clean(name, vocabulary, spell(tokenizer, tokenizer.encode(text, specials=False)[:MOST]))


def repeated(tokenizers: Mapping[str, Tokenizer], count: int, random: Random) -> Iterator[Clean]:
    """`count` times every text that repeats itself honestly (`circles.honest`), with the boxes of a typewriter and without."""
    for _ in range(count):
        for name, text in honest(random):
            for vocabulary, tokenizer in tokenizers.items():
                told = spell(tokenizer, tokenizer.encode(text, specials=False)[:MOST])
                yield Clean(name, vocabulary, told)
                letters = spell(tokenizer, [token for letter in text[:MOST] for token in tokenizer.encode(letter, specials=False)])
                yield Clean(name, f"{vocabulary}+boxes", typed(letters if vocabulary == "nano" else told))


def watch(told: Iterable[Told]) -> tuple[int, int, int] | None:
    """Tokens written until a loop was seen, how many of them are cut, most held back at a time; None where there was none."""
    guard, held = Guard(), 0
    for count, one in enumerate(told, 1):
        guard.push(*one)
        held = max(held, guard.run)
        if guard.loop:
            return count, guard.loop, held
    return None


def alarms(texts: Iterable[Clean]) -> tuple[dict[str, Any], list[Clean]]:
    """How many honest texts were taken for loops, of each vocabulary, and which; all texts that are long enough to go on with."""
    counts, false, tokens, kept, seconds = Counter(), [], 0, [], 0.0
    for clean in texts:
        counts[clean.vocabulary] += 1
        tokens += len(clean.told)
        began = time.process_time()
        found = watch(clean.told)
        seconds += time.process_time() - began
        if found:
            false.append({"name": clean.name, "vocabulary": clean.vocabulary, "after": found[0], "text": "".join(one.text for one in clean.told[found[0] - found[1] : found[0]])[-160:]})
        elif len(clean.told) >= 20:
            kept.append(clean)
    figures = {"texts": sum(counts.values()), "of": dict(counts), "tokens": tokens, "false": len(false), "which": false}
    return {**figures, "microseconds": 1e6 * seconds / max(tokens, 1)}, kept


def catches(circles: Iterable[Circle]) -> dict[str, Any]:
    """Share of the circles that are noticed, and after how many tokens: behind the first round, which nobody could know to be one."""
    found: dict[str, list[tuple[int, int] | None]] = defaultdict(list)
    for one in circles:
        hit = watch(one.told)
        late = None if hit is None else (max(hit[0] - one.start, 0), max(hit[0] - hit[1] - one.start, 0))
        size = "short" if one.period <= 12 else "middle" if one.period <= 60 else "long"
        said = "".join(told.text for told in one.told[one.start : one.start + max(one.period, 4)])
        sort = {MARKS: "of marks", WRITTEN: "of words amid marks"}.get(sort_of(said), "of words")
        for name in ("all", one.jitter, f"boxes: {one.place}", f"{size} rounds", sort, f"{sort}, {one.jitter}"):
            found[name].append(late)
    return {name: summary(hits) for name, hits in found.items()}


def summary(hits: Sequence[tuple[int, int] | None]) -> dict[str, Any]:
    caught = [hit for hit in hits if hit]
    figures: dict[str, Any] = {"cases": len(hits), "caught": len(caught) / max(len(hits), 1)}
    if caught:
        after, left = np.array(caught).T
        figures |= {"median": int(np.median(after)), "p90": int(np.quantile(after, 0.9)), "left": int(np.median(left))}
    return figures


def loops(count: int = 1000, cases: int = 600, supply: Supply | None = None, vocabularies: Mapping[str, Path] | None = None, seed: int = 0) -> dict[str, Any]:
    """False alarms on `count` drawn truths and as many other texts, and what is caught of `cases` circles: as JSON has it.

    `vocabularies` names tokenizers beside nano's own: the folder or file of each.
    """
    random, supply = Random(seed), supply or Supply()
    tokenizers = {"nano": Tokenizer.from_folder(FOLDER)}
    tokenizers |= {name: Tokenizer.from_folder(path) for name, path in (vocabularies or {}).items()}
    clean, kept = alarms(drawn(Studio(supply, worn=0), tokenizers, count, seed))
    others, more = alarms(collected(supply, tokenizers, count, random))
    again, _ = alarms(repeated(tokenizers, max(count // 100, 1), random))
    kept += more
    ways = list(product(PERIODS, JITTERS, PLACES))
    made = []
    for number in range(cases if kept else 0):
        text = random.choice(kept)
        tokenizer = tokenizers[text.vocabulary.partition("+")[0]]
        made.append(circle(text.told if text.told[0].box else typed(text.told), tokenizer, random, ways[number % len(ways)], MOST))
    return {"drawn": clean, "collected": others, "repeating": again, "circles": catches(made)}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = ArgumentParser("python -m gotocr.evaluate.loops", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="drawn truths (default: %(default)s)")
    parser.add_argument("--cases", type=int, default=600, help="circles (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--fonts", action="append")
    parser.add_argument("--vocabulary", action="append", default=[], metavar="NAME=FILE", help="another tokenizer")
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args(arguments)
    chosen = {name: value for name, value in (("corpus", given.corpus), ("font_folders", given.fonts)) if value}
    vocabularies = {name: Path(file) for name, _, file in (each.partition("=") for each in given.vocabulary)}
    figures = loops(given.count, given.cases, Supply(**chosen), vocabularies, given.seed)
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    if given.output:
        given.output.write_text(text + "\n", encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
