"""The first text engine: words, lines, paragraphs and simple pages from a seed, with the truth of every glyph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..draw.fonts import Face, covered, split_faces
from ..draw.text import Line, Style, advances, draw, wrap
from ..draw.wear import require_cv2, wear
from ..schema import Glyph, Sample
from .corpus import Corpus

LAYOUTS = ("word", "lines", "page")
TITLE, ITEM, BULLET = "# ", "- ", "•"
SYMBOLS = "0123456789" * 3 + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" + ".,:;!?'\"()[]{}+-=*/%&@#$€£§<>|_\\~^°"


@dataclass(frozen=True)
class TextEngine:
    """All that a seed needs to become a sample: texts, fonts and how much is worn."""

    corpus: Corpus
    faces: Sequence[Face]
    worn: float = 0.5  # share of pictures that are worn
    smallest: float = 12.0  # font size in pixels
    largest: float = 44.0

    @cached_property
    def families(self) -> list[list[Face]]:
        return [faces for _, faces in sorted(split_faces(self.faces).items())]

    def sample(self, seed: int, size: tuple[int, int], layout: str | None = None) -> Sample:
        """Draw the sample of `seed` on a canvas of `size` (height, width) pixels; the same seed, the same bytes."""
        rng = np.random.default_rng(seed)
        layout = layout or _usual_layout(rng, size)
        style = self.style(rng, size, layout)
        background, colour = paper(rng, size, 0.75 if layout == "word" else 0.3)
        style = replace(style, colour=colour)
        plan = (plan_page if layout == "page" else plan_lines)(rng, self.text(rng, size, style, layout), style, size, layout)
        image, glyphs = draw(background, plan.lines, tilt(rng, size, layout), rng)
        if rng.random() < self.worn:
            image = wear(image, rng)
        plain = "".join(glyph.text for glyph in glyphs)
        return Sample(image, plain, plan.markdown(plain), tuple(clip(glyphs, size)), "text", seed)

    def style(self, rng: np.random.Generator, size: tuple[int, int], layout: str) -> Style:
        family = self.families[int(rng.integers(len(self.families)))]
        face = family[int(rng.integers(len(family)))]
        top = min(self.largest, size[0] * (0.75 if layout == "word" else 0.6))
        if layout == "page":
            top = min(top, 22.0)
        share = rng.random() ** (1.0 if layout == "word" else 1.7)  # small text is usual
        em = float(np.exp(np.log(self.smallest) + share * np.log(top / self.smallest)))
        if layout == "word":
            em = max(em, min(18.0, top))
        loose = rng.random() < 0.15
        return Style(
            face.path,
            em,
            spacing=float(rng.uniform(-0.02, 0.15) * em) if loose else 0.0,
            word_spacing=float(rng.uniform(-0.05, 0.4) * em) if rng.random() < 0.3 else 0.0,
            slant=0.2 if rng.random() < 0.06 else 0.0,
            bold=rng.random() < 0.06,
            jitter=float(rng.uniform(0.01, 0.04)) if rng.random() < 0.06 else 0.0,
        )

    def text(self, rng: np.random.Generator, size: tuple[int, int], style: Style, layout: str) -> str:
        """Text for the canvas: mostly running text, some codes, capitals and lists of names."""
        room = int(size[0] * size[1] / (style.size**2 * 0.55)) + 8
        kind = rng.random()
        if layout == "word":
            text = " ".join(self.corpus.word(rng) for _ in range(int(rng.choice([1, 1, 1, 2]))))
            if kind < 0.12:
                text = nonsense(rng, int(rng.integers(2, 9)))
            text = text.upper() if rng.random() < 0.35 else text.title() if rng.random() < 0.3 else text
        elif kind < 0.10:
            text = " ".join(nonsense(rng, int(rng.integers(1, 9))) for _ in range(room // 5 + 1))
        elif kind < 0.22:
            text = " ".join(self.corpus.word(rng) for _ in range(room // 5 + 1))
        else:
            text = self.corpus.passage(rng, room)
        if layout != "word" and rng.random() < 0.06:
            text = text.upper()
        return covered(style.font, text).strip() or "a"


@dataclass(frozen=True)
class Plan:
    """Lines to draw, and for each the Markdown mark of the block it opens ("" = a paragraph's), None where it goes on."""

    lines: tuple[Line, ...]
    opens: tuple[str | None, ...]

    def markdown(self, plain: str) -> str:
        """The format truth: lines of a block joined by spaces, blocks apart by an empty line, marks before them.

        The bullet that a list item was drawn with is what its mark stands for; items of a list follow without an empty line.
        """
        blocks: list[str] = []
        marks: list[str] = []
        for text, mark in zip(plain.split("\n"), self.opens, strict=True):
            if mark is None:
                blocks[-1] += " " + text
            else:
                blocks.append(text)
                marks.append(mark)
        out = ""
        for number, (text, mark) in enumerate(zip(blocks, marks, strict=True)):
            tight = number > 0 and mark == ITEM == marks[number - 1]
            out += ("" if not number else "\n" if tight else "\n\n") + mark
            out += text[1:].lstrip(" ") if mark == ITEM else text  # without its bullet
        return out


def _usual_layout(rng: np.random.Generator, size: tuple[int, int]) -> str:
    if size[0] <= 48 and size[1] <= 256:
        return "word" if rng.random() < 0.5 else "lines"
    return "page" if size[0] >= 256 and rng.random() < 0.5 else "lines"


def nonsense(rng: np.random.Generator, length: int) -> str:
    """Codes, numbers and letters that no language predicts."""
    pool = "0123456789.,-/" if rng.random() < 0.4 else SYMBOLS
    return "".join(pool[int(rng.integers(len(pool)))] for _ in range(length))


def plan_lines(rng: np.random.Generator, text: str, style: Style, size: tuple[int, int], layout: str) -> Plan:
    """Lay text out as one block: a word anywhere, or as many lines as fit."""
    height, width = size
    em = style.size
    if layout == "word":
        wide = float(advances(text, style).sum())
        if wide > width * 0.94:
            style = replace(style, size=max(8.0, em * width * 0.94 / wide), spacing=0.0, word_spacing=0.0)
            em, wide = style.size, float(advances(text, style).sum())
        x = float(rng.uniform(0.02 * width, max(0.03 * width, width * 0.98 - wide)))
        y = float(rng.uniform(min(0.9 * em, height - 0.3 * em), max(0.91 * em, height - 0.25 * em)))
        return Plan((Line(text, x, y, style),), ("",))
    left, right = rng.uniform(1, 0.06 * width + 2, 2)
    if rng.random() < 0.2:
        right += width * rng.uniform(0, 0.5)
    rows = wrap(text, style, width - left - right)
    leading = em * rng.uniform(1.02, 1.7)
    first = float(rng.uniform(0.8, 1.1) * em + rng.uniform(0, max(0.0, min(height - 1.3 * em, 0.8 * em))))
    fit = max(1, int((height - 0.28 * em - first) // leading) + 1)
    if rng.random() < 0.35:
        fit = int(rng.integers(1, fit + 1))
    rows = rows[:fit] or [text[:1]]
    if rng.random() < 0.5 and len(rows) == fit:  # the last line of a paragraph is often short
        rows[-1] = rows[-1][: int(rng.integers(1, len(rows[-1]) + 1))].strip() or rows[-1]
    align = rng.random()
    lines = []
    for number, row in enumerate(rows):
        spare = width - left - right - float(advances(row, style).sum())
        x, line_style = left, style
        if align < 0.08:
            x += spare / 2
        elif align < 0.12:
            x += spare
        elif align < 0.4 and number + 1 < len(rows) and row.count(" ") > 2 and 0 < spare < 0.3 * width:
            line_style = replace(style, word_spacing=style.word_spacing + spare / row.count(" "))
        lines.append(Line(row, float(x), first + number * leading, line_style))
    return Plan(tuple(lines), ("", *[None] * (len(lines) - 1)))


def plan_page(rng: np.random.Generator, text: str, style: Style, size: tuple[int, int], layout: str) -> Plan:
    """A heading now and then, paragraphs and lists, one column."""
    height, width = size
    left = float(rng.uniform(0.02, 0.12) * width)
    column = width - left - float(rng.uniform(0.02, 0.12) * width)
    leading, gap = float(rng.uniform(1.1, 1.6)), float(rng.uniform(0.3, 1.2)) * style.size
    lines: list[Line] = []
    opens: list[str | None] = []
    y, words = float(rng.uniform(0.02, 0.08) * height), text.split(" ")
    while words:
        role = str(rng.choice(["title", "paragraph", "paragraph", "list"]))
        look = replace(style, size=style.size * float(rng.uniform(1.25, 1.8)), bold=True) if role == "title" else style
        count = int(rng.integers(2, 8)) if role == "title" else int(rng.integers(6, 70))
        chunk, words = words[:count], words[count:]
        indent = 1.2 * style.size if role == "list" else 0.0
        if role == "list":
            chunk = [BULLET if covered(look.font, BULLET) else "-", *chunk[:18]]
        rows = wrap(" ".join(chunk), look, column - indent)
        for number, row in enumerate(rows):
            if y + leading * look.size > height - 2:
                words = []
                break
            y += leading * look.size
            lines.append(Line(row, left + indent, y, look))
            mark = {"title": TITLE, "list": ITEM}.get(role, "")
            opens.append(mark if number == 0 else None)
        y += gap if role != "list" else 0.2 * gap
    if not lines:
        return plan_lines(rng, text, style, size, "lines")
    return Plan(tuple(lines), tuple(opens))


def paper(rng: np.random.Generator, size: tuple[int, int], busy: float) -> tuple[np.ndarray, tuple[int, int, int]]:
    """A background (H, W, 3) uint8 and an ink colour that stands out from it; `busy` = share that is not white."""
    cv2 = require_cv2()
    if rng.random() > busy:
        return np.full((*size, 3), 255, np.uint8), tuple(int(value) for value in rng.integers(0, 40) + np.zeros(3))
    base = rng.uniform(0, 255, 3) if rng.random() < 0.5 else np.repeat(rng.uniform(0, 255), 3)
    if rng.random() < 0.5:
        base = 255 - (255 - base) * 0.25  # pale paper is usual
    field = np.zeros((*size, 3), np.float32) + base
    if rng.random() < 0.6:
        spread, rows, columns = rng.uniform(3, 25), int(rng.integers(2, 12)), int(rng.integers(2, 20))
        coarse = rng.normal(0, spread, (rows, columns, 3 if rng.random() < 0.4 else 1))
        spots = cv2.resize(coarse.astype(np.float32), (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
        field += spots if spots.ndim == 3 else spots[..., None]
    bright = float(field.mean())
    for _ in range(30):
        colour = rng.uniform(0, 255, 3) if rng.random() < 0.5 else np.repeat(rng.uniform(0, 255), 3)
        if abs(colour.mean() - bright) > 90:
            break
    else:
        colour = np.zeros(3) if bright > 127 else np.full(3, 255.0)
    return np.clip(field, 0, 255).astype(np.uint8), tuple(int(value) for value in colour)


def tilt(rng: np.random.Generator, size: tuple[int, int], layout: str) -> np.ndarray | None:
    """A small turn, shear or perspective of the layout; None for most printed lines."""
    if rng.random() > (0.5 if layout == "word" else 0.25):
        return None
    height, width = size
    most = 8.0 if layout == "word" else 0.4 if layout == "page" else 1.2
    angle = np.deg2rad(np.clip(rng.normal(0, most / 2), -most, most))
    shear, squeeze = rng.normal(0, 0.1 if layout == "word" else 0.02), rng.uniform(0.92, 1.0)
    move = np.array([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1.0]])
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1.0]])
    lean = np.array([[squeeze, shear, 0], [0, squeeze, 0], [0, 0, 1.0]])
    if layout == "word":
        lean[2, :2] = rng.normal(0, 0.0004, 2)
    return move @ turn @ lean @ np.linalg.inv(move)


def clip(glyphs: Sequence[Glyph], size: tuple[int, int]) -> list[Glyph]:
    """Boxes cut to the canvas, none thinner than a pixel."""
    height, width = size
    out = []
    for glyph in glyphs:
        left, top = min(max(glyph.box[0], 0.0), width - 1.0), min(max(glyph.box[1], 0.0), height - 1.0)
        right, bottom = max(min(glyph.box[2], width), left + 1.0), max(min(glyph.box[3], height), top + 1.0)
        out.append(Glyph(glyph.text, (left, top, right, bottom)))
    return out
