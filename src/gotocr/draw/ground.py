"""What ink stands on: papers and photographed walls, an ink that stands out from them, and clean pictures laid onto them."""

from __future__ import annotations

import numpy as np

from .fonts import require_cv2
from .noise import clouds, grain, light, stretch
from .texture import hue, photo, texture

Size = tuple[int, int]
FIBRES_AT = 512  # pixels a side that the structure of paper is drawn at; larger sheets are enlarged


def _sheet(size: Size, colour: np.ndarray, field: np.ndarray | None = None) -> np.ndarray:
    """Paper of a colour, lighter and darker by `field` (H, W) in levels."""
    if field is None:
        return np.full((*size, 3), np.clip(colour, 0, 255).astype(np.uint8), np.uint8)
    shades = np.clip(np.arange(-128, 128)[:, None, None] + colour, 0, 255).astype(np.uint8)  # (256, 1, 3)
    return require_cv2().applyColorMap(np.clip(field + 128, 0, 255).astype(np.uint8), shades)


def _tone(rng: np.random.Generator, darkest: float = 190) -> np.ndarray:
    """A pale colour."""
    gray = rng.uniform(darkest, 250)
    return np.clip(gray + rng.uniform(-1, 1, 3) * (255 - gray) * rng.uniform(0, 1.2), darkest - 25, 255)


def _structure(rng: np.random.Generator, size: Size, cell: float, octaves: int) -> np.ndarray:
    small = tuple(min(side, FIBRES_AT) for side in size)
    field = clouds(rng, small, (cell, cell), octaves)
    return field if small == size else stretch(field, size, smooth=False)


def white(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Plain paper or a screen: white or nearly."""
    return _sheet(size, np.full(3, 255.0 if rng.random() < 0.6 else rng.uniform(232, 255)))


def tinted(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Coloured paper."""
    return _sheet(size, _tone(rng))


def shaded(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Pale paper under light that falls off."""
    return _sheet(size, _tone(rng, 205), stretch(rng.uniform(-45, 8, (3, 3)), size))


def old(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Yellowed, cloudy, darker towards the edges."""
    colour = np.array([rng.uniform(215, 245), rng.uniform(200, 230), rng.uniform(160, 205)])
    field = rng.uniform(2, 7) * _structure(rng, size, max(size) / 6, 4)
    rows, columns = (np.abs(np.linspace(-1, 1, side, dtype=np.float32)) ** 6 for side in size)
    return _sheet(size, colour, field - np.float32(rng.uniform(0, 30)) * np.maximum(rows[:, None], columns[None]))


def recycled(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Grayish, with fibres and flecks."""
    field = rng.uniform(2, 6) * _structure(rng, size, 6, 3)
    flecks = grain(rng, tuple(max(2, side // 3) for side in size))
    return _sheet(size, _tone(rng, 205), field - 22 * stretch((flecks > 2.3).astype(np.float32), size, smooth=False))


def ruled(rng: np.random.Generator, size: Size) -> np.ndarray:
    """A notebook: pale lines, a grid or dots, now and then a margin."""
    sheet = _sheet(size, np.full(3, rng.uniform(238, 255)))
    pitch = int(max(8, min(size) / rng.uniform(4, 30)))
    colour = np.clip(np.array([150, 185, 225]) + rng.normal(0, 25, 3), 120, 235).astype(np.uint8)
    first, look = rng.integers(0, pitch, 2), rng.random()
    if look < 0.2:
        sheet[first[0] :: pitch, first[1] :: pitch] = colour // 2 + 60
        return sheet
    sheet[first[0] :: pitch] = colour
    if look < 0.55:
        sheet[:, first[1] :: pitch] = colour
    elif rng.random() < 0.5:
        sheet[:, int(size[1] * rng.uniform(0.05, 0.15))] = (230, 150, 150)
    return sheet


def folded(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Paper that was folded and opened: a shade on each side of the fold."""
    field = np.zeros(size, np.float32)
    for axis in (0, 1):
        for _ in range(int(rng.integers(0, 3)) + axis):
            at = np.arange(size[axis], dtype=np.float32) - np.float32(rng.uniform(0.2, 0.8) * size[axis])
            wide, deep = max(2.0, size[axis] * rng.uniform(0.01, 0.08)), rng.uniform(5, 28)
            line = np.float32(deep) * (np.tanh(at / 1.5) * np.exp(-np.abs(at) / wide) - 0.7 * np.exp(-((at / 1.2) ** 2)))
            field += line[:, None] if axis == 0 else line[None]
    return _sheet(size, _tone(rng, 222), field)


PAPERS = {
    "white": white, "tinted": tinted, "shaded": shaded, "old": old, "recycled": recycled, "ruled": ruled, "folded": folded,
}  # fmt: skip


def paper(rng: np.random.Generator, size: Size, name: str | None = None) -> np.ndarray:
    """The paper of that name, or one by chance, (H, W, 3) uint8; light enough for any dark ink."""
    name = name or list(PAPERS)[int(rng.integers(len(PAPERS)))]
    return PAPERS[name](rng, size)


def ground(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Anything that text stands on: paper, a painted face, a photographed wall."""
    pick = rng.random()
    if pick < 0.35:
        return paper(rng, size)
    if pick < 0.7:
        return texture(rng, size, "flat" if rng.random() < 0.6 else "gradient")
    return photo(rng, size)


def extent(picture: np.ndarray) -> tuple[float, float]:
    """How light the darkest and the lightest parts of a ground are (5th and 95th percentile of about 1,000 pixels)."""
    step = max(1, int((picture.shape[0] * picture.shape[1] / 1000) ** 0.5))
    gray = picture[::step, ::step].reshape(-1, 3) @ np.array([0.299, 0.587, 0.114])
    low, high = np.percentile(gray, (5, 95))
    return float(low), float(high)


def ink_for(rng: np.random.Generator, picture: np.ndarray, least: float = 70.0) -> tuple[int, int, int]:
    """A colour by chance that is `least` levels darker or lighter than all of the ground where that can be; else black or white."""
    low, high = extent(picture)
    for _ in range(12):
        colour = hue(rng, rng.choice([0.0, 0.5, 1.2]))
        if rng.random() < 0.45:
            colour = np.full(3, rng.uniform(225, 255) if rng.random() < 0.5 else rng.uniform(0, 40))
        if light(colour) <= low - least or light(colour) >= high + least:
            return tuple(int(value) for value in colour)
    return (0, 0, 0) if low > 255 - high else (255, 255, 255)


def calm(picture: np.ndarray, colour: tuple[int, int, int], least: float = 60.0) -> np.ndarray:
    """The ground with its contrast lowered and moved away from an ink's colour, so that it differs by `least` levels."""
    low, high = extent(picture)
    ink = light(colour)
    darker = ink < (low + high) / 2
    bottom, top = (min(ink + least, 235.0), 255.0) if darker else (0.0, max(ink - least, 20.0))
    if low >= bottom and high <= top:
        return picture
    share = min(1.0, (top - bottom) / max(high - low, 1.0))
    middle = np.clip((low + high) / 2, bottom + share * (high - low) / 2, top - share * (high - low) / 2)
    return require_cv2().convertScaleAbs(picture.astype(np.float32) * share + (middle - share * (low + high) / 2).clip(-255, 255))


def onto(image: np.ndarray, ground: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A clean picture on white (H, W, 3) as if printed on a ground of its size, with ink that is not quite black.

    On a dark ground it is printed in light ink: black becomes white.
    """
    cv2 = require_cv2()
    density = float(rng.uniform(0.8, 1.0))
    ink = cv2.convertScaleAbs(image, alpha=density, beta=255 * (1 - density))
    if sum(extent(ground)) < 255:
        return 255 - cv2.multiply(ink, 255 - ground, scale=1 / 255)
    return cv2.multiply(ink, ground, scale=1 / 255)
