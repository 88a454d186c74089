"""Draw what has no text, whose truth is empty, and text that nobody can read, whose truth says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from ..draw.canvas import Canvas, join
from ..draw.fonts import require_cv2
from ..draw.ground import calm, ground, ink_for, paper
from ..draw.lettering import printed
from ..draw.noise import stretch
from ..draw.style import Style, measure
from ..draw.texture import hue, photo, texture
from ..schema import Glyphs, Sample
from .wording import plain_word

if TYPE_CHECKING:
    from ..draw.supply import Supply

UNREADABLE = "[unreadable]"
PLAIN = re.compile(r"[(“\"']?[^\W\d_][^\W_]*(?:[’'/-][^\W_]+)*[)”\"']?[.,;:!?]{0,2}")  # a word that no Markdown is in
FAINT = 8.0  # mean difference from the ground, in levels, under which what is spoilt is not seen
Size = tuple[int, int]


def _blank(rng: np.random.Generator, size: Size) -> np.ndarray:
    return paper(rng, size)


def _texture(rng: np.random.Generator, size: Size) -> np.ndarray:
    return texture(rng, size)


def _lines(rng: np.random.Generator, count: int, size: Size) -> np.ndarray:
    """`count` curves (count, 24, 2) in pixels that wander over a picture."""
    steps = rng.normal(0, 1, (count, 24, 2)).cumsum(1) * rng.uniform(0.02, 0.12) * min(size)
    return (steps + rng.uniform(0, 1, (count, 1, 2)) * size[::-1]).round().astype(np.int32)


def _scribble(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Strokes of a pen that mean nothing."""
    out = paper(rng, size)
    colour = ink_for(rng, out, 50.0)
    thick = max(1, int(min(size) * rng.uniform(0.002, 0.012)))
    for line in _lines(rng, int(rng.integers(1, 7)), size):
        require_cv2().polylines(out, [line], False, colour, thick, require_cv2().LINE_AA)
    return out


def _form(rng: np.random.Generator, size: Size) -> np.ndarray:
    """An empty form: lines to write on, boxes to tick, no word beside them."""
    cv2, out = require_cv2(), paper(rng, size)
    height, width = size
    thick, colour = max(1, min(size) // 300), (int(rng.integers(0, 140)),) * 3
    pitch, y = max(10, int(height / rng.uniform(4, 20))), 0
    while (y := y + int(pitch * rng.uniform(0.8, 1.6))) < height - pitch:
        left, right = sorted(rng.uniform(0.04, 0.96, 2) * width)
        look = rng.random()
        if look < 0.6 and right - left > 0.2 * width:
            cv2.line(out, (int(left), y), (int(right), y), colour, thick)
        elif look < 0.8:
            side = int(pitch * 0.5)
            cv2.rectangle(out, (int(left), y), (int(left) + side, y + side), colour, thick)
        else:
            cv2.rectangle(out, (int(left), y), (int(right), y + pitch // 2), colour, thick)
    return out


def _bars(rng: np.random.Generator, size: Size) -> np.ndarray:
    """A barcode without its number, or a field of square dots."""
    out = paper(rng, size)
    height, width = size
    top, bottom = int(height * rng.uniform(0.05, 0.3)), int(height * rng.uniform(0.6, 0.95))
    left, right = int(width * rng.uniform(0.05, 0.3)), int(width * rng.uniform(0.6, 0.95))
    if rng.random() < 0.5:
        thin = max(1, (right - left) // 95)
        dark = np.repeat(rng.random(((right - left) // thin + 1)) < 0.5, thin)[: right - left]
        out[top:bottom, left:right][:, dark] = 15
    else:
        cells = int(rng.choice([21, 25, 29]))
        thin = max(1, min(bottom - top, right - left) // cells)
        dark = np.repeat(np.repeat(rng.random((cells, cells)) < 0.5, thin, 0), thin, 1)[: bottom - top, : right - left]
        out[top : top + dark.shape[0], left : left + dark.shape[1]][dark] = 15
    return out


def _shapes(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Pictograms and logos without letters: flat shapes on a flat ground."""
    cv2 = require_cv2()
    out = texture(rng, size, "flat" if rng.random() < 0.6 else "gradient")
    for _ in range(int(rng.integers(1, 6))):
        colour, centre = hue(rng, 1.2).tolist(), tuple(int(value) for value in rng.uniform(0.15, 0.85, 2) * size[::-1])
        reach = max(3, int(min(size) * rng.uniform(0.08, 0.4)))
        thick = -1 if rng.random() < 0.6 else max(2, reach // 6)
        corners = int(rng.integers(3, 9))
        if rng.random() < 0.3:
            cv2.ellipse(out, centre, (reach, int(reach * rng.uniform(0.4, 1))), float(rng.uniform(0, 180)), 0, 360, colour, thick, cv2.LINE_AA)
            continue
        angles = np.linspace(0, 2 * np.pi, corners + 1)[:-1] + rng.uniform(0, 6)
        spans = reach * (rng.uniform(0.3, 1, corners) if rng.random() < 0.5 else np.where(np.arange(corners) % 2, 1.0, rng.uniform(0.4, 1)))
        points = np.stack([np.cos(angles), np.sin(angles)], 1) * spans[:, None] + centre
        if thick < 0:
            cv2.fillPoly(out, [points.astype(np.int32)], colour, cv2.LINE_AA)
        else:
            cv2.polylines(out, [points.astype(np.int32)], True, colour, thick, cv2.LINE_AA)
    return out


def _blurred(rng: np.random.Generator, size: Size) -> np.ndarray:
    """A picture far out of focus."""
    cv2 = require_cv2()
    small = photo(rng, tuple(max(8, side // 8) for side in size))
    small = cv2.GaussianBlur(small, (0, 0), max(1.0, min(small.shape[:2]) * rng.uniform(0.04, 0.2)))
    return cv2.resize(small, size[::-1], interpolation=cv2.INTER_CUBIC)


def _dark(rng: np.random.Generator, size: Size) -> np.ndarray:
    """A lens cap, a scanner with nothing in it, a screen that is off or white."""
    out = np.full((*size, 3), int(rng.choice([0, 255, rng.integers(0, 256)])), np.uint8)
    cv2 = require_cv2()
    return cv2.add(out, cv2.merge([stretch(rng.normal(0, 6, (3, 3)), size)] * 3), dtype=cv2.CV_8U) if rng.random() < 0.5 else out


EMPTY = (_blank, _texture, photo, photo, _scribble, _form, _bars, _shapes, _blurred, _dark)


def nothing(rng: np.random.Generator, supply: Supply, room: Size, em: float | None = None) -> Sample:
    """A picture without a single word, no larger than `room` (height, width): the truth is empty."""
    size = tuple(int(np.exp(rng.uniform(np.log(min(24, side)), np.log(side)))) for side in room)
    if em is not None:
        size = tuple(min(int(em * rng.uniform(1.2, 6)), side) for side in room)
    elif rng.random() < 0.3:
        size = room
    image = EMPTY[int(rng.integers(len(EMPTY)))](rng, size) if em is None else np.full((*size, 3), 255, np.uint8)
    return Sample(np.ascontiguousarray(image), "", "", join(()), "text", notes={"form": "nothing"})


def _smear(rng: np.random.Generator, word: np.ndarray, em: float, ink: tuple) -> np.ndarray:
    """So soft that only a shadow is left."""
    soft = require_cv2().GaussianBlur(word, (0, 0), em * rng.uniform(0.24, 0.4), borderType=require_cv2().BORDER_REPLICATE)
    return require_cv2().convertScaleAbs(soft.astype(np.float32) + rng.normal(0, 2, (*word.shape[:2], 1)).astype(np.float32))


def _mosaic(rng: np.random.Generator, word: np.ndarray, em: float, ink: tuple) -> np.ndarray:
    """Squares half a letter large."""
    cv2, cell = require_cv2(), em * rng.uniform(0.4, 0.6)
    size = (max(1, round(word.shape[1] / cell)), max(1, round(word.shape[0] / cell)))
    how = cv2.INTER_NEAREST if rng.random() < 0.7 else cv2.INTER_CUBIC
    return cv2.resize(cv2.resize(word, size, interpolation=cv2.INTER_AREA), word.shape[1::-1], interpolation=how)


def _scatter(rng: np.random.Generator, word: np.ndarray, em: float, ink: tuple) -> np.ndarray:
    """Every pixel thrown about."""
    height, width = word.shape[:2]
    reach = em * rng.uniform(0.3, 0.5)
    ys = np.arange(height)[:, None] + rng.normal(0, reach, (height, width)).astype(int)
    xs = np.arange(width)[None] + rng.normal(0, reach, (height, width)).astype(int)
    return word[ys.clip(0, height - 1), xs.clip(0, width - 1)]


def _cross_out(rng: np.random.Generator, word: np.ndarray, em: float, ink: tuple) -> np.ndarray:
    """Scratched out with a pen, back and forth."""
    height, width = word.shape[:2]
    turns = max(8, int(width / (0.07 * em)))
    xs = np.linspace(0, width, turns) + rng.normal(0, 0.08 * em, turns)
    ys = np.where(np.arange(turns) % 2, rng.uniform(0.0, 0.25, turns), rng.uniform(0.75, 1.0, turns)) * height
    out, thick = word.copy(), max(1, round(em * rng.uniform(0.07, 0.12)))
    require_cv2().polylines(out, [np.stack([xs, ys], 1).astype(np.int32)], False, ink, thick, require_cv2().LINE_AA)
    rows = rng.uniform(0.2, 0.8, (4, 2)) * height
    for left, right in rows.astype(int).tolist():
        require_cv2().line(out, (0, left), (width, right), ink, thick, require_cv2().LINE_AA)
    return out


def _cover(rng: np.random.Generator, word: np.ndarray, em: float, ink: tuple) -> np.ndarray:
    """A bar or a blot over it."""
    if rng.random() < 0.5:
        return np.full_like(word, np.array(ink if rng.random() < 0.7 else hue(rng), np.uint8))
    out, cv2 = word.copy(), require_cv2()
    height, width = word.shape[:2]
    for x in np.arange(0, width + 0.3 * height, 0.35 * height):
        centre = (int(x), int(height * rng.uniform(0.4, 0.6)))
        cv2.circle(out, centre, max(1, int(height * rng.uniform(0.42, 0.6))), ink, -1, cv2.LINE_AA)
    return out


def _scrawl(rng: np.random.Generator, word: np.ndarray, em: float, ink: tuple) -> np.ndarray:
    """A hand's wave where letters should be."""
    height, width = word.shape[:2]
    out = np.empty_like(word)
    out[:] = np.median(word.reshape(-1, 3), 0)
    turns = max(5, int(width / (0.16 * em)))
    xs = np.linspace(0.05, 0.95, turns) * width + rng.normal(0, 0.04 * em, turns)
    ys = (0.55 + np.where(np.arange(turns) % 2, -1, 1) * rng.uniform(0.02, 0.2, turns)) * height
    smooth = stretch(np.stack([xs, ys], 1)[None], (1, 6 * turns))[0].astype(np.int32)
    require_cv2().polylines(out, [smooth], False, ink, max(1, round(em * 0.06)), require_cv2().LINE_AA)
    return out


SPOILT = (_smear, _smear, _mosaic, _scatter, _cross_out, _cover, _scrawl)


def _lines_of(rng: np.random.Generator, supply: Supply, style: Style, room: Size, leading: float) -> tuple[list[str], tuple[int, int]]:
    """Lines of text that fit the room, and which word (line, number) of them is the unreadable one."""
    if rng.random() < 0.45:
        return [printed(plain_word(rng, supply), style.font) or "A"], (0, 0)
    widest = 0.9 * room[1] - 2 * style.size
    words = printed(supply.corpus.passage(rng, int(rng.integers(20, 120))), style.font).split()
    words = [word for word in words if PLAIN.fullmatch(word) and float(measure(word, style)[0].sum()) < widest] or ["A"]
    rows: list[list[str]] = [[]]
    for word in words:
        wide = float(measure(" ".join([*rows[-1], word]), style)[0].sum())
        if rows[-1] and wide > widest:
            rows.append([])
        rows[-1].append(word)
    rows = rows[: max(1, min(3, int((room[0] - style.size) / leading)))]
    line = int(rng.integers(len(rows)))
    return [" ".join(row) for row in rows], (line, int(rng.integers(len(rows[line]))))


def unreadable(rng: np.random.Generator, supply: Supply, room: Size, em: float | None = None) -> Sample:
    """A word that nobody can read, alone or in lines of others that one can: its truth is `UNREADABLE`.

    With `em` it is dark on white, cropped to its ink.
    """
    size = float(em if em is not None else np.exp(rng.uniform(np.log(11), np.log(48))))
    size = max(6.0, min(size, room[0] / 2.2, room[1] / 8))
    style = Style(supply.face(rng, "word").path, size)
    leading = size * rng.uniform(1.25, 1.6)
    lines, (bad_line, bad) = _lines_of(rng, supply, style, room, leading)
    words = lines[bad_line].split(" ")
    before, after = " ".join(words[:bad]) + " " * (bad > 0), " " * (bad + 1 < len(words)) + " ".join(words[bad + 1 :])
    widths = [float(measure(line, style)[0].sum()) for line in lines]
    pad = rng.uniform(0.15, 1.0, 2) * size if em is None else np.full(2, 1.0)
    shape = (min(room[0], int(len(lines) * leading + 2 * pad[1])), min(room[1], int(max(widths) + 2 * pad[0] + 0.2 * size)))
    sheet = ground(rng, shape) if em is None and rng.random() < 0.6 else np.full((*shape, 3), 255, np.uint8)
    ink = ink_for(rng, sheet) if em is None else (0, 0, 0)
    sheet = calm(sheet, ink)
    canvas = Canvas(shape, sheet)
    style = Style(style.font, size, colour=ink)
    at, spoilt = 0, (0, 0, 0, 0)
    for number, line in enumerate(lines):
        x, y = float(pad[0]), float(pad[1] + size * 0.95 + number * leading)
        if number == bad_line:
            x += canvas.text(before, (x, y), style, at, at)
            at += len(before)
            wide = canvas.text(words[bad], (x, y), style)
            spoilt = _inside((x - 0.08 * size, y - 0.85 * size, x + wide + 0.08 * size, y + 0.3 * size), shape)
            canvas.area(spoilt, at, at)
            at += len(UNREADABLE)
            canvas.text(after, (x + wide, y), style, at, at)
            at += len(after)
        else:
            canvas.text(line, (x, y), style, at, at)
            at += len(line)
        at += 1  # the line break
    image, glyphs = canvas.finish()
    left, top, right, bottom = spoilt
    word = image[top:bottom, left:right].copy()
    gone = SPOILT[int(rng.integers(len(SPOILT)))](rng, word, size, ink)
    if np.abs(gone.astype(np.int16) - sheet[top:bottom, left:right]).mean() < FAINT:  # nothing is seen of it at all
        gone = _cross_out(rng, word, size, ink)
    image[top:bottom, left:right] = gone
    lines[bad_line] = before + UNREADABLE + after
    plain = "\n".join(lines)
    return Sample(image, plain, plain.replace("\n", " "), _written(glyphs, shape), "text", notes={"form": "unreadable"})


def _inside(box: tuple[float, float, float, float], shape: Size) -> tuple[int, int, int, int]:
    """A box in whole pixels of a picture, at least one pixel large."""
    left, top = max(0, min(int(box[0]), shape[1] - 1)), max(0, min(int(box[1]), shape[0] - 1))
    return left, top, max(left + 1, min(int(np.ceil(box[2])), shape[1])), max(top + 1, min(int(np.ceil(box[3])), shape[0]))


def _written(glyphs: Glyphs, shape: Size) -> Glyphs:
    """The glyphs that stand for something written, not those of the word that cannot be read, as far as the picture goes."""
    keep = glyphs.plain >= 0
    text = "".join(letter for letter, kept in zip(glyphs.text, keep, strict=True) if kept)
    boxes = np.minimum(np.maximum(glyphs.boxes[keep], 0), np.array([*shape[::-1]] * 2, np.float32))
    return Glyphs(text, boxes, glyphs.plain[keep], glyphs.format[keep])
