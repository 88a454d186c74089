"""Turn drawn samples into what nano is trained on: tokens, the ink each stands for, the glyph in each cell.

Shapes: B samples, T tokens, h x w cells of the fine map (8 x 4 pixels each).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import WeightsError
from ..model.config import CELL_HEIGHT, CELL_WIDTH, NanoConfig
from ..schema import MODES, Sample
from .recipe import Window

IGNORE = -100
MARKUP = re.compile(r"\\[A-Za-z]+|</?[a-z]+>?")  # commands and tags are written whole, whatever their ink
_ENVIRONMENT = r"\\(?:begin|end)\{[a-z]+\*?\}|"
INKLESS = re.compile(_ENVIRONMENT + MARKUP.pattern + r"|\n?```(?:[a-z]+\n)?|[{}^_&$]+")  # what has no ink, where nobody knows: runs of it


class Cut(NamedTuple):
    """How a text that is too long is cut: to how many tokens, and whether it may begin anywhere."""

    most: int
    anywhere: bool  # not where the place of the token before is unknown


class Encoded(NamedTuple):
    """A text as tokens, and the characters (start, stop) each stands for."""

    ids: list[int]
    offsets: list[tuple[int, int]]


@dataclass(frozen=True)
class Batch:
    """Arrays of one training batch; -100 and -1 mark what carries no loss."""

    pixels: np.ndarray  # (B, H, W, 3) uint8
    ids: np.ndarray  # (B, T) tokens going in, the prompt first
    positions: np.ndarray  # (B, T)
    places: np.ndarray  # (B, T, 4) box each token going in was written at
    labels: np.ndarray  # (B, T) token that follows, or IGNORE
    boxes: np.ndarray  # (B, T, 4) box of the token that follows
    first: np.ndarray  # (B, T) cell-map value of its first glyph, or -1: no ink, nothing to point at
    centre: np.ndarray  # (B, T) cell in which that glyph is centred
    cells: np.ndarray  # (B, h, w) which glyph of the sample stands in a cell, or -1
    classes: np.ndarray  # (B, h, w) token id of that glyph's character, or IGNORE
    glyph_boxes: np.ndarray  # (B, h, w, 4)
    located: np.ndarray  # (B,) bool: where the ink stands is known; else `places` are empty and the reader finds its own
    kinds: np.ndarray  # (B,) what each is drawn by, a number of the run's own


def cell_map(boxes: np.ndarray, size: tuple[int, int], owning: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Boxes (n, 4) -> which glyph each cell (h, w) belongs to (-1: none), and each glyph's centre cell (n,).

    A glyph owns the cells whose centre lies in the middle half of its box, and always the one it is centred in. Where
    `owning` (n,) is given, only those own cells: an area such as a table cell covers glyphs without being one.
    """
    rows, columns = size[0] // CELL_HEIGHT, size[1] // CELL_WIDTH
    owner = np.full((rows, columns), -1, np.int64)
    if not len(boxes):
        return owner, np.zeros(0, np.int64)
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    reach = (boxes[:, 2:] - boxes[:, :2]) / 4
    column = np.clip(middle[:, 0] // CELL_WIDTH, 0, columns - 1).astype(np.int64)
    row = np.clip(middle[:, 1] // CELL_HEIGHT, 0, rows - 1).astype(np.int64)
    low = np.ceil((middle - reach) / (CELL_WIDTH, CELL_HEIGHT) - 0.5).clip(0).astype(np.int64)
    high = np.floor((middle + reach) / (CELL_WIDTH, CELL_HEIGHT) - 0.5).astype(np.int64) + 1
    owners = np.arange(len(boxes)) if owning is None else np.nonzero(owning)[0]
    for index in owners:
        owner[low[index, 1] : high[index, 1], low[index, 0] : high[index, 0]] = index
    owner[row[owners], column[owners]] = owners
    return owner, row * columns + column


class Targets:
    """Builds batches with one tokenizer; `classes` are the single characters of its vocabulary.

    Raises WeightsError for a tokenizer that is none of nano's. Equal arguments give equal batches unless `merge_dropout`
    lies between 0 and 1: which merges the tokenizers library leaves out cannot be seeded.
    """

    def __init__(self, tokenizer_file: str | Path, window: Window) -> None:
        self.tokenizer = open_tokenizer(tokenizer_file)
        self.tokenizer.encode_special_tokens = True  # text that spells a mark stays text
        self.tokenizer.model.dropout = window.merge_dropout or None
        self.merging = open_tokenizer(tokenizer_file)
        self.merging.encode_special_tokens = True
        self.window = window
        self.letters = {token: index for token, index in self.tokenizer.get_vocab().items() if len(token) == 1}
        self.end = self.tokenizer.token_to_id("<|end|>")
        self.prompts = {mode: self.tokenizer.token_to_id(f"<|{mode}|>") for mode in MODES}
        if self.end is None or None in self.prompts.values():
            raise WeightsError(f"{tokenizer_file} has no marks such as <|end|>; give a tokenizer made for nano")

    def fits(self, config: NanoConfig) -> bool:
        """Whether a model has a row for every token, and its glyphs are this vocabulary's single characters."""
        glyphs = range(config.glyph_first, config.glyph_first + config.glyph_count)
        return self.tokenizer.get_vocab_size() <= config.vocab_size and sorted(self.letters.values()) == [*glyphs]

    def build(self, samples: Sequence[Sample], rng: np.random.Generator, kinds: Sequence[int] | None = None) -> Batch:
        """One batch of samples drawn on canvases of one size; `kinds` come along as they are, zeros unless given."""
        modes = [self._mode(sample, rng) for sample in samples]
        texts = [self.encode(sample, mode) for sample, mode in zip(samples, modes, strict=True)]
        usual = np.quantile([len(text.ids) + 1 for text in texts], self.window.fill)
        most = min(self.window.lengths, key=lambda length: abs(np.log(length / usual)))
        rows = [self._sequence(*drawn, most, rng) for drawn in zip(samples, modes, texts, strict=True)]
        blank = {"ids": self.end, "labels": IGNORE, "first": -1}
        columns = {}
        for name in ("ids", "positions", "places", "labels", "boxes", "first", "centre"):
            shape = (len(rows), most, *rows[0][name].shape[1:])
            columns[name] = np.full(shape, blank.get(name, 0), rows[0][name].dtype)
            for index, row in enumerate(rows):
                columns[name][index, : len(row[name])] = row[name]
        pixels = np.stack([sample.image for sample in samples])
        dense = {name: np.stack([row[name] for row in rows]) for name in ("cells", "classes", "glyph_boxes")}
        located = np.array([sample.located for sample in samples])
        return Batch(pixels=pixels, **columns, **dense, located=located, kinds=np.array(kinds or [0] * len(samples)))

    def _mode(self, sample: Sample, rng: np.random.Generator) -> str:
        share = self.window.formatted if sample.kind == "text" else self.window.structured
        formatted = rng.random() < share or (sample.format and not sample.plain)
        return "format" if formatted else "plain"

    def encode(self, sample: Sample, mode: str) -> Encoded:
        """A truth as the tokens to be written. With `merge_dropout` 1, ink is written character by character, and only
        what has no ink of its own (tags, commands, fences, keys) by whole merges: what stands at one place is one token."""
        text, glyphs = getattr(sample, mode), sample.glyphs
        if self.window.merge_dropout < 1:
            whole = self.tokenizer.encode(text)
            return Encoded(whole.ids, whole.offsets)
        fresh = np.ones(len(text) + 1, bool)  # where a new run begins
        is_marked = mode == "format" or "\\" in text
        if sample.located:
            offsets = getattr(glyphs, mode)
            inked = np.flatnonzero(offsets >= 0)
            place = np.full((len(text), 4), -1, np.float32)
            place[offsets[inked][::-1]] = glyphs.boxes[inked][::-1]  # of several glyphs the first
            fresh[1:-1] = (place[1:] != place[:-1]).any(1)
            for mark in MARKUP.finditer(text) if is_marked else ():
                fresh[mark.start() + 1 : mark.end()] = False
                fresh[[mark.start(), mark.end()]] |= place[mark.start(), 0] >= 0
        elif sample.kind != "text":
            for mark in INKLESS.finditer(text) if is_marked else ():
                fresh[mark.start() + 1 : mark.end()] = False
        ids, found = [], []
        bounds = np.flatnonzero(fresh)
        for start, stop in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            if stop == start + 1 and (letter := self.letters.get(text[start])) is not None:
                ids.append(letter)
                found.append((start, stop))
                continue
            run = self.merging.encode(text[start:stop])
            ids += run.ids
            found += [(start + first, start + last) for first, last in run.offsets]
        return Encoded(ids, found)

    def _sequence(self, sample: Sample, mode: str, encoded, most: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        glyphs = sample.glyphs
        letters = np.array([self.letters.get(letter, IGNORE) for letter in glyphs.text] + [IGNORE])
        cells, centres = cell_map(glyphs.boxes, sample.image.shape[:2], letters[:-1] != IGNORE)
        offsets = getattr(glyphs, mode)
        order = np.argsort(offsets, kind="stable")  # glyphs as the text goes; those of no character come first
        bounds = np.searchsorted(offsets[order], np.array(encoded.offsets, np.int64).reshape(-1, 2))  # (n, 2)
        ids = np.array([*encoded.ids, self.end])
        boxes, first, centre = np.zeros((len(ids), 4), np.float32), np.full(len(ids), -1), np.zeros(len(ids), np.int64)
        last = np.zeros(4, np.float32)
        for number, (start, stop) in enumerate(bounds):
            if stop > start:
                inked = order[start:stop]
                last = np.concatenate([glyphs.boxes[inked, :2].min(0), glyphs.boxes[inked, 2:].max(0)])
                first[number], centre[number] = inked[0], centres[inked[0]]
            boxes[number] = last
        boxes[-1] = last
        _stay(boxes[:-1], first[:-1], centre[:-1])
        or_none = np.vstack([glyphs.boxes, np.zeros((1, 4), np.float32)])  # where a cell says -1
        dense = {"cells": cells, "classes": letters[cells], "glyph_boxes": or_none[cells]}
        window = Cut(most, sample.located)
        return {**self._cut((ids, boxes, first, centre), self.prompts[mode], window, rng), **dense}

    def _cut(self, tokens: tuple, prompt: int, window: Cut, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Prompt, then a window of the text; places are those of the tokens going in, shaken a little."""
        ids, boxes, first, centre = tokens
        most = window.most
        cut = len(ids) > most and rng.random() < 0.5 and window.anywhere
        count = min(len(ids), most - cut)  # behind a cut the prompt precedes a token in the middle of the text
        start = int(rng.integers(1, len(ids) - count + 1)) if cut else 0
        lead = int(cut)
        chosen, before = slice(start, start + count), slice(max(start - 1, 0), start + count - 1)
        before_ids, before_boxes = ids[before], boxes[before]
        shaken = _shake(before_boxes, rng) * np.float32(self.window.with_places and window.anywhere)
        silent = {"labels": IGNORE, "first": -1, "centre": 0}
        out = {
            "ids": np.concatenate([[prompt], before_ids]),
            "positions": np.concatenate([[0], start - lead + 1 + np.arange(len(before_ids))]),
            "places": np.concatenate([np.zeros((1, 4), np.float32), shaken]),
        }
        for name, column in (("labels", ids), ("first", first), ("centre", centre)):
            out[name] = np.concatenate([[silent[name]] * lead, column[chosen]]).astype(np.int64)
        out["boxes"] = np.concatenate([np.zeros((lead, 4), np.float32), boxes[chosen]])
        return out


def _stay(boxes: np.ndarray, first: np.ndarray, centre: np.ndarray) -> None:
    """What has no ink stands where the ink before it does, leading marks on the first ink: in place, (n, 4), (n,), (n,)."""
    inked = np.flatnonzero(first >= 0)
    if len(inked):
        last = np.maximum.accumulate(np.where(first >= 0, np.arange(len(first)), inked[0]))
        boxes[:], first[:], centre[:] = boxes[last], first[last], centre[last]


def _shake(boxes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Move boxes as a reader's own boxes are off: a pixel or so, now and then more."""
    height = boxes[:, 3:] - boxes[:, 1:2]
    spread = 0.3 + 0.04 * height + (rng.random((len(boxes), 1)) < 0.05) * 0.15 * height
    return (boxes + rng.normal(size=boxes.shape) * spread).astype(np.float32)


def open_tokenizer(file: str | Path):
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises bare Exception
        raise WeightsError(f"{file} is not a tokenizer ({error}); give a tokenizer.json made for nano") from error
