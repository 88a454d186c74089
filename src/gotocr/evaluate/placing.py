"""How well `trust.placing` finds where words stand: on drawn pages, whose boxes are known, and beside Tesseract's boxes on others.

    python -m gotocr.evaluate.placing --corpus TEXTS --fonts FONTS --json placing.json [--pictures truth.jsonl]

Drawn pages are those of `gotocr examine`: fonts and texts that training leaves out. What a model wrote is stood in for by the
true text, and by that text with mistakes in it; landmarks are nano's own reading. Not part of `gotocr evaluate`: no system
that is compared there is asked for boxes it never said.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from time import process_time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..kinds.page import parse, spans, union
from ..metrics.boxes import THRESHOLD, overlaps
from ..schema import AREA, Box, Piece, Sample, Word
from ..trust.placing import placed
from ..trust.placing_match import match, plain
from .systems.tesseract import ONE_THREAD, THREADS

if TYPE_CHECKING:
    from ..draw.supply import Supply
    from ..reader import Reader

SOURCES = ("document", "page")
ROOM = (1400, 1100)  # most pixels of a drawn page
FIRST_SEED = 9000
WORDED = frozenset(["text", "table", "code"])  # kinds whose words are judged; the words of charts and music stand in no order
MODES = ("plain", "format")
LONGEST = 120  # letters on either side that a missing line has at most
TIMEOUT = 300.0  # seconds that Tesseract may take for a picture
_TOKEN = re.compile(r"\s?[^\W\d_]{1,4}|\s?\d|\s?[^\w\s]|\s+|.", re.DOTALL)  # about what a tokenizer makes of a text
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

Letter = tuple[str, Box | None]


class Tally(NamedTuple):
    """Of some words with a true box: how many were placed, on the right line, right by `THRESHOLD`; and each one's overlap."""

    words: int = 0
    placed: int = 0
    on_line: int = 0
    right: int = 0
    overlap: tuple[float, ...] = ()
    seconds: float = 0.0

    def __add__(self, other: Tally) -> Tally:  # type: ignore[override]
        return Tally(*(one + two for one, two in zip(self, other, strict=True)))

    def figures(self) -> dict[str, float]:
        """Shares of all words, `wrong_line` and `wrong` of those that were placed; `seconds` in all, of one core."""
        words, many = max(self.words, 1), max(self.placed, 1)
        return {
            "words": self.words,
            "placed": self.placed / words,
            "on_line": self.on_line / words,
            "iou_50": self.right / words,
            "iou_median": float(np.median(self.overlap)) if self.overlap else 0.0,
            "wrong_line": 1 - self.on_line / many if self.placed else 0.0,
            "wrong": 1 - self.right / many if self.placed else 0.0,
            "seconds": self.seconds,
        }


def letters(sample: Sample, mode: str) -> list[Letter]:
    """The characters of a sample's truth, each with the box of its ink, if it has any."""
    boxes: list[Box | None] = [None] * len(getattr(sample, mode))
    glyphs = sample.glyphs
    for letter, box, place in zip(glyphs.text, glyphs.boxes, getattr(glyphs, mode), strict=True):
        if place >= 0 and letter != AREA and not letter.isspace():
            boxes[place] = union([boxes[place], (*map(float, box),)])
    return list(zip(getattr(sample, mode), boxes, strict=True))


def misspelt(share: float) -> Callable[[list[Letter], Random], list[Letter]]:
    """So many of the letters and digits are others, are left out, or have one more beside them."""

    def change(text: list[Letter], rng: Random) -> list[Letter]:
        found = []
        for letter, box in text:
            if not letter.isalnum() or rng.random() >= share:
                found.append((letter, box))
                continue
            way = rng.random()
            if way < 0.6:
                found.append((rng.choice(_LETTERS), box))
            elif way > 0.8:
                found += [(letter, box), (rng.choice(_LETTERS), None)]
        return found

    return change


def passed_over(text: list[Letter], rng: Random) -> list[Letter]:
    """A line from the middle of the page is missing."""
    inked = [at for at, (_, box) in enumerate(text) if box]
    if not inked:
        return text
    middle = inked[int(len(inked) * rng.uniform(0.3, 0.7))]
    first, last = middle, middle
    while first > middle - LONGEST and first and _beside(text[first - 1][1], text[middle][1]):
        first -= 1
    while last < middle + LONGEST and last + 1 < len(text) and _beside(text[last + 1][1], text[middle][1]):
        last += 1
    return [*text[:first], ("\n", None), *text[last + 1 :]]


def _beside(box: Box | None, other: Box) -> bool:
    return box is None or min(box[3], other[3]) > max(box[1], other[1])


def turned_round(text: list[Letter], rng: Random) -> list[Letter]:
    """What stands in the second half is written first."""
    whole = "".join(letter for letter, _ in text)
    ends = [found.end() for found in re.finditer(r"\n\n+", whole)] or [found.end() for found in re.finditer(r"\n", whole)]
    if not ends:
        return text
    at = min(ends, key=lambda end: abs(end - len(whole) // 2))
    return [*text[at:], ("\n", None), ("\n", None), *text[:at]]


WAYS: Mapping[str, Callable[[list[Letter], Random], list[Letter]]] = {
    "as it is": lambda text, rng: text,
    "5% of letters wrong": misspelt(0.05),
    "15% of letters wrong": misspelt(0.15),
    "a line missing": passed_over,
    "halves in the other order": turned_round,
}


def judge(text: Sequence[Letter], image: np.ndarray, landmarks: Sequence[Word], mode: str) -> Tally:
    """Place the words of a text that was written of a page, and hold them against where its letters stand."""
    whole = "".join(letter for letter, _ in text)
    begun = process_time()
    pieces = placed([Piece(0, token, 1.0) for token in _TOKEN.findall(whole)], image, landmarks, mode)
    seconds = process_time() - begun
    found = [(block.kind, block.words) for block in parse(pieces, image.shape[1::-1], mode)]
    tally = Tally(seconds=seconds)
    for (named, words), (kind, span) in zip(found, spans(whole, mode), strict=True):
        if named not in WORDED:
            continue
        for word, (place, _) in zip(words, kind.words(whole[span.start : span.end]), strict=True):
            own = text[span.start + place.start : span.start + place.end]
            tally += _one(word.box, union(box for _, box in own))
    return tally


def _one(box: Box | None, true: Box | None) -> Tally:
    if true is None:
        return Tally()
    if box is None:
        return Tally(1)
    overlap = float(overlaps(np.array(box), np.array(true))[0, 0])
    return Tally(1, 1, int(true[1] <= (box[1] + box[3]) / 2 <= true[3]), int(overlap >= THRESHOLD), (overlap,))


def drawn(studios: Mapping[str, Any], count: int, read: Callable[[np.ndarray], list[Word]]) -> Iterator[tuple[tuple[str, ...], Tally]]:
    """The tally of every (wear, mode, way, help) on `count` pages of each source; page after page."""
    for worn, studio in studios.items():
        for source in SOURCES:
            for seed in range(FIRST_SEED, FIRST_SEED + count):
                sample = studio.draw(source, seed)[0]
                marks = read(sample.image)
                for mode in MODES:
                    for way, change in WAYS.items():
                        text = change(letters(sample, mode), Random(seed))
                        for by, known in (("ink", ()), ("landmarks", marks)):
                            yield (worn, mode, way, by), judge(text, sample.image, known, mode)


def beside_tesseract(path: Path, truth: str, mode: str, landmarks: Sequence[Word]) -> Tally:
    """Words of a true text on a picture, held against those of Tesseract's boxes whose text is the same."""
    from PIL import Image

    image = np.asarray(Image.open(path).convert("RGB"))
    begun = process_time()
    pieces = placed([Piece(0, token, 1.0) for token in _TOKEN.findall(truth)], image, landmarks, mode)
    seconds = process_time() - begun
    own = [word for block in parse(pieces, image.shape[1::-1], mode) if block.kind in WORDED for word in block.words]
    other = tesseract_words(path)
    tally = Tally(seconds=seconds)
    for pair in match([word.text for word in own], [word.text for word in other]):
        one, two = own[pair.first : pair.last], other[pair.other : pair.other_last]
        if len(one) == len(two) == 1 and plain(one[0].text) == plain(two[0].text):
            tally += _one(one[0].box, two[0].box)
    return tally


def tesseract_words(path: Path) -> list[Word]:
    """The words that the program of that name finds on a picture, with their boxes; none where it fails."""
    way = ["tesseract", str(path), "stdout", "--psm", "3", "tsv"]
    try:
        done = subprocess.run(way, capture_output=True, timeout=TIMEOUT, env={**os.environ, THREADS: ONE_THREAD}, check=True)
    except subprocess.SubprocessError:
        return []
    found = []
    for line in done.stdout.decode("utf-8", "replace").splitlines()[1:]:
        cells = line.split("\t")
        if len(cells) == 12 and cells[0] == "5" and cells[11].strip():
            left, top, width, height = map(float, cells[6:10])
            found.append(Word(cells[11], (left, top, left + width, top + height)))
    return found


def _reading(reader: Reader) -> Callable[[np.ndarray], list[Word]]:
    def read(image: np.ndarray) -> list[Word]:
        leaf = reader.read(image, mode="plain", turn=0, straighten=False, spreads=False).pages[0]
        return [word for block in leaf.blocks for word in block.words]

    return read


def real(listed: Path, read: Callable[[np.ndarray], list[Word]]) -> Iterator[tuple[tuple[str, ...], Tally]]:
    """The pages of text of a list of pictures with their truth (a JSON a line: type, image, truth), beside Tesseract."""
    from PIL import Image

    if shutil.which("tesseract") is None:
        return
    for line in listed.read_text("utf-8").splitlines():
        item = json.loads(line)
        if item["type"] not in ("text_page", "formatted_page"):
            continue
        path = listed.parent / item["image"]
        mode = "plain" if item["type"] == "text_page" else "format"
        marks = read(np.asarray(Image.open(path).convert("RGB")))
        for by, known in (("ink", ()), ("landmarks", marks)):
            yield (item["type"], by, item["id"]), beside_tesseract(path, item["truth"], mode, known)


def tallies(reader: Reader, supply: Supply, count: int) -> dict[tuple[str, ...], Tally]:
    """The tally of every (wear, mode, way, help) over `count` pages of each source, clean and worn; `reader` gives the landmarks."""
    from ..synth.samples import Studio

    studios = {"clean": Studio(supply, ROOM, 0.0), "worn": Studio(supply, ROOM, 1.0)}
    sums: dict[tuple[str, ...], Tally] = {}
    for key, tally in drawn(studios, count, _reading(reader)):
        sums[key] = sums.get(key, Tally()) + tally
    return sums


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gotocr.evaluate.placing", description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--fonts", required=True, action="append")
    parser.add_argument("--count", type=int, default=8, help="pages of each source, clean and worn (default: %(default)s)")
    parser.add_argument("--pictures", type=Path, help="a list of pictures with their texts, held against Tesseract's boxes")
    parser.add_argument("--json", type=Path, required=True)
    given = parser.parse_args(arguments)

    from ..draw.supply import Supply
    from ..reader import load

    with load("nano", quiet=True) as reader:
        sums = tallies(reader, Supply(given.corpus, given.fonts, validate=True), given.count)
        others = list(real(given.pictures, _reading(reader))) if given.pictures else []
    for (kind, by, _), tally in others:
        sums[kind, by] = sums.get((kind, by), Tally()) + tally
    whole = {
        "figures": {", ".join(key): tally.figures() for key, tally in sorted(sums.items())},
        "pictures": {", ".join(key): tally.figures() for key, tally in others},
    }
    given.json.write_text(json.dumps(whole, indent=1), "utf-8")
    for name, figures in whole["figures"].items():
        print(name, " ".join(f"{key} {value:.3g}" for key, value in figures.items()), file=sys.stderr)


if __name__ == "__main__":
    main()
