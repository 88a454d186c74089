"""Draw scene text: words and signs as cameras crop them, on curves, askew, painted on anything, neighbours cut at the border."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..draw.canvas import Canvas
from ..draw.effects import Look, draw_letters
from ..draw.fonts import covered, require_cv2
from ..draw.ground import calm, extent
from ..draw.lettering import (
    CAPITAL, Letters, Map, along_arc, along_wave, bulged, heaviness, homography, printed, projected, set_letters, shaken, stacked,
)  # fmt: skip
from ..draw.noise import clouds, grain, light, stretch
from ..draw.style import Style
from ..draw.texture import hue, near, photo, texture
from ..schema import Sample
from . import wording

if TYPE_CHECKING:
    from ..draw.supply import Supply

EM = 100.0  # font size that letters are laid out at
SMALLEST = 9.0  # height of capitals in pixels under which nobody reads a crop
FAINTEST = 12.0  # deviation of light, in levels, that a letter is still seen by
PLAIN = 16.0  # height of capitals under which letters are mostly plain
TRIES = 5  # texts tried before one is drawn smaller than that
PAINTS = (
    (10, 10, 12), (28, 28, 30), (250, 250, 250), (255, 255, 255), (228, 226, 218), (190, 25, 35), (225, 40, 30), (10, 60, 140),
    (20, 35, 90), (30, 110, 190), (110, 160, 210), (0, 95, 60), (30, 130, 90), (60, 160, 80), (250, 205, 20), (240, 160, 20),
    (225, 110, 20), (0, 130, 140), (90, 45, 130), (110, 70, 40), (160, 120, 80), (120, 125, 130), (70, 75, 80), (205, 190, 150),
)  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """What is set, before it is painted: the lines in pixels of the picture, its size, and how its flat layout got there."""

    lines: tuple[Letters, ...]
    size: tuple[int, int]  # height, width
    style: Style
    map: Map  # from the flat layout (font size `EM`) to the picture
    scale: float  # pixels of the picture per pixel of the flat layout
    box: tuple[float, float, float, float]  # around all lines, in the flat layout
    straight: bool  # the flat layout stands upright in the picture, or nearly

    @property
    def high(self) -> float:
        """Height of capitals in pixels of the picture, were they seen straight."""
        return self.scale * EM * CAPITAL

    @property
    def lowest(self) -> float:
        """The same of the character seen smallest."""
        cells = np.concatenate([line.cells[np.array(list(line.text)) != " "] for line in self.lines])  # (n, 4, 2)
        sides = np.linalg.norm(cells - np.roll(cells, 1, 1), axis=2)  # left, top, right, bottom
        return float(sides[:, [0, 2]].min())


def scene(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """One word mostly, now and then a sign of some lines, in a crop no larger than `room` (height, width).

    With `em` it is lettering for a page: dark on white, straight, cropped to its ink.
    """
    form = "word" if rng.random() < (0.9 if em is None else 0.7) else "sign" if rng.random() < 0.75 else "plate"
    for attempt in range(TRIES):
        setting = _set(rng, supply, _texts(rng, supply, form), room, em)
        if setting.lowest < max(0.4 * setting.high, 0.85 * SMALLEST if em is None else 0.5 * em) and attempt + 1 < TRIES:
            form = "word" if attempt > 1 else form
            continue
        if em is not None:
            return _draw(rng, setting, np.full((*setting.size, 3), 255, np.uint8), Look(((0, 0, 0),)), clean=True)
        sample = _draw(rng, setting, *_painted(rng, setting, form))
        if _clear(sample):
            break
    return sample


def _clear(sample: Sample) -> bool:
    """Whether letters are there to be seen: light differs within the places of most."""
    gray = require_cv2().cvtColor(sample.image, require_cv2().COLOR_RGB2GRAY)
    spreads = []
    for letter, (left, top, right, bottom) in zip(sample.glyphs.text, sample.glyphs.boxes.astype(int).tolist(), strict=True):
        if not letter.isspace():
            spreads.append(float(gray[max(0, top - 2) : bottom + 3, max(0, left - 2) : right + 3].std()))
    return float(np.median(spreads)) > FAINTEST


def _texts(rng: np.random.Generator, supply: Supply, form: str) -> list[str]:
    if form == "plate":
        return [wording.plate(rng)]
    if form == "sign":
        return wording.sign(rng, supply)
    words = [wording.one_word(rng, supply)]
    if rng.random() < 0.08:
        words += [wording.one_word(rng, supply) for _ in range(int(rng.integers(1, 3)))]
    return [" ".join(words)]


def _style(rng: np.random.Generator, supply: Supply, text: str) -> Style:
    face = supply.face(rng, text)
    if rng.random() < 0.5:  # signs are set in bold faces without serifs more often than books are
        face = max([face, supply.face(rng, text), supply.face(rng, text)], key=lambda face: heaviness(face.path))
    spacing = rng.uniform(0.12, 0.6) if rng.random() < 0.1 else rng.uniform(-0.03, 0.07)
    return Style(
        face.path,
        EM,
        spacing=float(spacing * EM),
        slant=float(rng.uniform(0.1, 0.3)) if rng.random() < 0.07 else 0.0,
        bold=rng.random() < 0.3,
    )


def _set(rng: np.random.Generator, supply: Supply, texts: list[str], room: tuple[int, int], em: float | None) -> Setting:
    """Choose a face and set the texts: flat, then on a curve, then askew, then at their size."""
    style = _style(rng, supply, "".join(texts))
    texts = [printed(text, style.font).strip() for text in texts]
    lines = _flat(rng, [text for text in texts if text] or ["A"], style)
    box = _around(lines)
    straight = len(lines) > 1 or em is not None or len(lines[0].text) < 3 or rng.random() > 0.2
    if not straight:
        lines, straight = [_curved(rng, lines[0])], False
        box = _around(lines)
    bend = _askew(rng, box) if em is None else np.eye(3)
    seen = [line.mapped(projected(bend)) for line in lines]
    left, top, right, bottom = _around(seen)
    high = float(np.exp(rng.normal(2.98, 0.62)).clip(SMALLEST, 150)) if em is None else em * CAPITAL
    pad = rng.uniform(0.02, 0.35, 4) * EM * CAPITAL * (rng.random() < 0.93) if em is None else np.full(4, EM / em)
    if em is None and (len(lines) > 1 or rng.random() < 0.04) and rng.random() < 0.5:  # a sign in its surroundings
        pad = pad + rng.uniform(0.1, 1.2, 4) * min(bottom - top, right - left)
    wide, tall = right - left + pad[0] + pad[2], bottom - top + pad[1] + pad[3]
    scale = min(high / (EM * CAPITAL), (room[1] - 1) / wide, (room[0] - 1) / tall)
    shift = np.array([pad[0] - left, pad[1] - top])

    def onto_picture(points: np.ndarray) -> np.ndarray:
        return (projected(bend)(points) + shift) * scale

    size = (max(4, min(room[0], int(np.ceil(tall * scale)))), max(4, min(room[1], int(np.ceil(wide * scale)))))
    upright = straight and bool(np.abs(bend - np.diag(np.diag(bend)))[:2, :2].max() < 0.1)
    return Setting(tuple(line.mapped(onto_picture) for line in lines), size, style, onto_picture, scale, box, upright)


def _around(lines: list[Letters]) -> tuple[float, float, float, float]:
    boxes = np.array([line.bounds() for line in lines])
    return (*boxes[:, :2].min(0).tolist(), *boxes[:, 2:].max(0).tolist())


def _flat(rng: np.random.Generator, texts: list[str], style: Style) -> list[Letters]:
    """The lines below each other, centred or not, narrow or wide, printed or as a hand writes."""
    wide = float(np.exp(rng.normal(0, 0.16)).clip(0.6, 1.5))
    hand = rng.uniform(0.3, 1.0) if rng.random() < 0.1 else 0.0
    leading, align = EM * rng.uniform(0.95, 1.4), rng.choice([0.0, 0.5, 0.5, 1.0])
    lines = []
    for number, text in enumerate(texts):
        line = set_letters(text, style)
        if hand:
            line = shaken(line, rng, hand)
        length = float(line.cells[..., 0].max())
        move = np.array([-align * length, number * leading])
        lines.append(line.mapped(lambda points, move=move: (points + move) * np.array([wide, 1.0])))
    return lines


def _curved(rng: np.random.Generator, line: Letters) -> Letters:
    """Set on an arc, a wave, bulging or upright in a stack."""
    pick, box = rng.random(), line.bounds()
    if pick < 0.5:
        widest = min(4.0, 0.6 * (box[2] - box[0]) / EM)
        return along_arc(line, float(rng.uniform(min(0.35, widest / 2), widest)) * rng.choice([1.0, 1.0, -0.5]))
    if pick < 0.62:
        return along_wave(line, EM * rng.uniform(0.05, 0.18), EM * rng.uniform(3, 7), rng.uniform(0, 6.28))
    if pick < 0.88 or len(line.text) > 9 or " " in line.text:
        return line.mapped(bulged(box, float(rng.uniform(-0.25, 0.45)), float(rng.uniform(-0.25, 0.25))))
    return stacked(line, EM * rng.uniform(0.85, 1.15))


def _askew(rng: np.random.Generator, box: tuple[float, float, float, float]) -> np.ndarray:
    """How the camera stands to the sign: mostly before it."""
    pick = rng.random()
    lean = abs(rng.normal(0, 0.025)) if pick < 0.65 else rng.uniform(0.04, 0.22)
    turn = rng.normal(0, 0.02) if rng.random() < 0.85 else rng.uniform(-0.52, 0.52)
    if rng.random() < 0.015:
        turn += rng.choice([-1, 1]) * np.pi / 2
    return homography(rng, box, lean, float(turn))


def _colours(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A ground and an ink that stands out from it as signs do; not always by much."""
    least = rng.uniform(42, 70) if rng.random() < 0.2 else rng.uniform(70, 140)
    for _ in range(20):
        ground, ink = (
            np.clip(np.array(PAINTS[int(rng.integers(len(PAINTS)))]) + rng.normal(0, 12, 3), 0, 255) if rng.random() < 0.75 else hue(rng)
            for _ in range(2)
        )
        if rng.random() < 0.45:
            ink = np.full(3, rng.uniform(225, 255) if light(ground) < 140 else rng.uniform(0, 40))
        if abs(light(ground) - light(ink)) >= least:
            return ground, ink
    return np.full(3, 250.0), np.full(3, 20.0)


def _face(rng: np.random.Generator, size: tuple[int, int], colour: np.ndarray) -> np.ndarray:
    """A painted, printed or lit face of one colour: a little uneven, a little grainy."""
    field = np.zeros(size, np.float32)
    if rng.random() < 0.6:
        field += stretch(rng.normal(0, rng.uniform(2, 22), (2, 3)), size)
    if rng.random() < 0.3:
        field += np.float32(rng.uniform(1, 8)) * clouds(rng, size, (size[0] / 2, size[0] / 2), 3)
    if rng.random() < 0.4:
        field += np.float32(rng.uniform(1, 6)) * grain(rng, size)
    shades = np.clip(np.arange(-128, 128)[:, None, None] + colour, 0, 255).astype(np.uint8)
    return require_cv2().applyColorMap(np.clip(field + 128, 0, 255).astype(np.uint8), shades)


def _painted(rng: np.random.Generator, setting: Setting, form: str) -> tuple[np.ndarray, Look]:
    """The ground and the paint of the letters, which always stand out from it."""
    size = setting.size
    ground_colour, ink = _colours(rng)
    pick = rng.random()
    if pick < 0.62 or form == "plate":
        ground = _face(rng, size, ground_colour)
    elif pick < 0.72:
        ground = texture(rng, size, "gradient")
    elif pick < 0.78:
        ground = texture(rng, size, "stripes")
    else:
        ground = photo(rng, size)
    around = photo(rng, size) if min(size) > 2.2 * setting.high * len(setting.lines) and rng.random() < 0.8 else None
    ground = calm(ground, tuple(ink), float(rng.uniform(45, 70)) if rng.random() < 0.25 else float(rng.uniform(70, 110)))
    if around is not None or form == "plate" or rng.random() < 0.06:
        ground = _framed(rng, setting, ground, around if around is not None else ground, ink)
    return ground, _look(rng, setting.high, ink, ground)


def _framed(rng: np.random.Generator, setting: Setting, face: np.ndarray, around: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """A board with the sign's face and a border on it, in other surroundings."""
    cv2 = require_cv2()
    left, top, right, bottom = setting.box
    grow = rng.uniform(0.12, 0.5) * EM
    xs, ys = np.linspace(left - grow, right + grow, 12), np.linspace(top - grow, bottom + grow, 8)
    rim = np.concatenate([
        np.stack([xs, np.full(12, ys[0])], 1), np.stack([np.full(8, xs[-1]), ys], 1),
        np.stack([xs[::-1], np.full(12, ys[-1])], 1), np.stack([np.full(8, xs[0]), ys[::-1]], 1),
    ])  # fmt: skip
    corners = (setting.map(rim) * 8).round().astype(np.int32)  # in eighths of a pixel
    mask = np.zeros(setting.size, np.uint8)
    cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, shift=3)
    out = cv2.copyTo(face, mask, around.copy())
    if rng.random() < 0.6:
        thick = max(1, round(setting.high * rng.uniform(0.03, 0.12)))
        cv2.polylines(out, [corners], True, np.asarray(ink).tolist(), thick, cv2.LINE_AA, shift=3)
    return out


def _apart(colour: np.ndarray, other: float, least: float) -> bool:
    return abs(light(colour) - other) >= least


def _look(rng: np.random.Generator, high: float, ink: np.ndarray, ground: np.ndarray) -> Look:
    """Plain paint mostly; else what sign makers do."""
    middle = sum(extent(ground)) / 2
    look = Look((tuple(ink),))
    if high < PLAIN and rng.random() < 0.7:  # what is small would be lost in it
        return look
    towards = rng.choice([-1, 1], 2) * rng.uniform(0.04, 0.14, 2) * high
    against = np.full(3, 15.0 if light(ink) > 127 else 245.0)
    other = np.asarray(PAINTS[int(rng.integers(len(PAINTS)))], float)
    if rng.random() < 0.14 and _apart(second := near(rng, ink, 80), middle, 45):
        look = replace(look, second=tuple(second), across=rng.random() < 0.3)
    elif rng.random() < 0.04:
        several = [colour for colour in (near(rng, np.asarray(PAINTS[index], float), 20) for index in rng.integers(0, len(PAINTS), 5))]
        fitting = tuple(tuple(colour) for colour in several if _apart(colour, middle, 55))
        look = replace(look, colours=fitting or look.colours)
    if rng.random() < 0.12:
        edge = against if rng.random() < 0.6 else other
        if _apart(edge, light(ink), 45):
            look = replace(look, outlines=((float(rng.uniform(0.03, 0.09) * high), tuple(edge)),))
            if rng.random() < 0.25:
                look = replace(look, outlines=((look.outlines[0][0] * 2, tuple(ink)), *look.outlines))
    if rng.random() < 0.14:
        dark = (0, 0, 0) if light(ink) > 90 else tuple(np.full(3, rng.uniform(90, 170)))
        look = replace(look, shadow=(*towards.tolist(), float(high * rng.uniform(0, 0.08)), dark))
    elif rng.random() < 0.1:
        side = np.asarray(ink) * rng.uniform(0.25, 0.6) if light(ink) > 90 else np.asarray(ink) * 0.5 + 127 * rng.uniform(0.4, 0.8)
        look = replace(look, depth=(*(towards * rng.uniform(0.8, 2.2)).tolist(), tuple(side)))
    elif rng.random() < 0.08:
        look = replace(look, relief=float(high * rng.uniform(0.02, 0.05)) * rng.choice([-1, 1]))
    if light(ink) > middle + 60 and rng.random() < 0.1:
        look = replace(look, glow=(float(high * rng.uniform(0.06, 0.22)), tuple(np.clip(np.asarray(ink) * rng.uniform(0.5, 1, 3), 0, 255))))
    if high > 30 and not look.outlines and not look.relief and rng.random() < 0.05:
        look = replace(look, hollow=float(max(1.3, high * rng.uniform(0.05, 0.1))), second=None)
    elif rng.random() < 0.03:
        look = replace(look, bridges=float(high * rng.uniform(0.05, 0.09)))
    return look


def _neighbours(rng: np.random.Generator, setting: Setting, canvas: Canvas, look: Look) -> None:
    """Parts of what stands beside, above and below, cut at the border of the crop so that nobody would read them."""
    inverse_room = np.array([setting.map(np.array([[setting.box[0], setting.box[1]]])), setting.map(np.array([setting.box[2:]]))]).reshape(4)
    gaps = np.array([inverse_room[0], inverse_room[1], setting.size[1] - inverse_room[2], setting.size[0] - inverse_room[3]])
    gaps = gaps / setting.scale
    left, top, right, bottom = setting.box
    for side in rng.permutation(4)[: int(rng.integers(1, 3))]:
        seen = rng.uniform(0.05, 0.4) * EM * (CAPITAL if side % 2 else 0.4)  # how much of it is in the crop
        away = gaps[side] - seen
        if away < (0.06 * EM if side % 2 else 0.3 * EM + 1.5 * max(setting.style.spacing, 0)):  # it would be read along
            continue
        word = set_letters(covered(setting.style.font, "".join(rng.choice(list("AEHIMNORSTUaemnorst"), 9))) or "A", setting.style)
        box = word.bounds()
        place = {
            0: (left - away - box[2], bottom - box[3]), 1: (left - box[0] + rng.uniform(-2, 0) * EM, top - away - box[3]),
            2: (right + away - box[0], bottom - box[3]), 3: (left - box[0] + rng.uniform(-2, 0) * EM, bottom + away - box[1]),
        }[int(side)]  # fmt: skip
        draw_letters(canvas.skia, word.mapped(lambda points, place=place: setting.map(points + np.array(place))).paths(), look)


def _lit(rng: np.random.Generator, image: np.ndarray, high: float) -> np.ndarray:
    """Light from a side, glare, dusk, a screen's dots."""
    cv2 = require_cv2()
    size = image.shape[:2]
    if rng.random() < 0.25:
        ramp = stretch(rng.uniform(rng.uniform(0.5, 0.95), 1.2, (2, 3)), size)
        image = cv2.multiply(image, cv2.merge([ramp] * 3), dtype=cv2.CV_8U)
    if rng.random() < 0.06:
        image = cv2.convertScaleAbs(image, alpha=float(rng.uniform(0.35, 0.7)), beta=float(rng.uniform(0, 20)))
    elif rng.random() < 0.06:
        spot = np.zeros((7, 9), np.float32)
        spot[int(rng.integers(7)), int(rng.integers(9))] = rng.uniform(60, 150)
        image = cv2.add(image, cv2.merge([cv2.max(stretch(spot, size), 0)] * 3), dtype=cv2.CV_8U)
    if high > 28 and rng.random() < 0.03:
        pitch = int(max(3, high / rng.uniform(7, 14)))
        image = image.copy()
        image[::pitch] //= 3
        image[:, ::pitch] //= 3
    return image


def _draw(rng: np.random.Generator, setting: Setting, ground: np.ndarray, look: Look, clean: bool = False) -> Sample:
    canvas = Canvas(setting.size, ground)
    if not clean and setting.straight and rng.random() < 0.35:
        _neighbours(rng, setting, canvas, look)
    at = 0
    for number, line in enumerate(setting.lines):
        paths = line.paths()
        draw_letters(canvas.skia, paths, look)
        boxes = line.boxes(paths, look.grown)
        boxes[:, 0::2] = boxes[:, 0::2].clip(0, setting.size[1])
        boxes[:, 1::2] = boxes[:, 1::2].clip(0, setting.size[0])
        canvas.add(line.text, boxes, at, at)
        at += len(line.text)
        if number + 1 < len(setting.lines):
            end = boxes[-1]
            canvas.area((end[2], end[1], min(setting.size[1], end[2] + 0.25 * setting.high), end[3]), at, at, letter="\n")
            at += 1
    image, glyphs = canvas.finish()
    plain = "\n".join(line.text for line in setting.lines)
    if not clean:
        if setting.high > 18 and rng.random() < 0.05:  # paint that flaked off
            flakes = clouds(rng, setting.size, (setting.high * 0.12,) * 2, 2) > rng.uniform(1.0, 1.8)
            image[flakes] = ground[flakes]
        image = _lit(rng, image, setting.high)
    return Sample(image, plain, plain.replace("\n", " "), glyphs, "text", notes={"form": "scene"})
