"""A part of a page as a sample of its own: the blocks or the lines inside it, with their truths cut out to match."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..kinds import KINDS
from ..kinds.page import parse
from ..schema import Box, Glyphs, Sample


def blocks(sample: Sample) -> list[tuple[int, int, str]]:
    """Start, end and kind of every block of the `format` truth, in order."""
    found, at = [], 0
    for block in parse(sample.format, (1, 1)):
        source = KINDS[block.kind].markdown(block)
        start = sample.format.find(source, at)
        if start < 0:  # not written the way its kind writes it
            return []
        at = start + len(source)
        found.append((start, at, block.kind))
    return found


def hull(glyphs: Glyphs, chosen: np.ndarray) -> Box:
    """The box around the glyphs chosen by a mask (n,)."""
    boxes = glyphs.boxes[chosen]
    return (*boxes[:, :2].min(0).tolist(), *boxes[:, 2:].max(0).tolist())


def excerpt(sample: Sample, start: int, end: int) -> Sample | None:
    """What stands at `start` up to `end` of the `format` truth, on the same picture; None where that has no ink."""
    glyphs = sample.glyphs
    chosen = (glyphs.format >= start) & (glyphs.format < end)
    lines = glyphs.plain[chosen & (glyphs.plain >= 0)]
    first, last = (int(lines.min()), int(lines.max()) + 1) if len(lines) else (0, 0)
    chosen |= (glyphs.plain >= first) & (glyphs.plain < last)  # hyphens that Markdown does not write
    if not chosen.any():
        return None
    plain = np.where(glyphs.plain[chosen] < 0, -1, glyphs.plain[chosen] - first).astype(np.int32)
    written = np.where(glyphs.format[chosen] < start, -1, glyphs.format[chosen] - start).astype(np.int32)
    written[written >= end - start] = -1
    text = "".join(letter for letter, kept in zip(glyphs.text, chosen, strict=True) if kept)
    part = Glyphs(text, glyphs.boxes[chosen], plain, written)
    return replace(sample, plain=sample.plain[first:last], format=sample.format[start:end], glyphs=part)


def crop(sample: Sample, box: tuple[int, int, int, int]) -> Sample:
    """The picture inside `box`; the truths stay."""
    left, top, right, bottom = box
    glyphs = sample.glyphs
    most = np.array([right - left, bottom - top] * 2, np.float32)
    boxes = np.clip(glyphs.boxes - np.array([left, top, left, top], np.float32), 0, most)
    return replace(sample, image=sample.image[top:bottom, left:right].copy(), glyphs=replace(glyphs, boxes=boxes))
