"""Things that are no text, drawn: walls, wood, metal, leaves, sky, cloth, lights. `(rng, size) -> (H, W, 3) uint8`."""

from __future__ import annotations

import numpy as np

from .fonts import require_cv2
from .noise import clouds, grain, paint, stretch

Size = tuple[int, int]
LARGEST = 224  # pixels a side that a texture is drawn at; larger ones are enlarged


def hue(rng: np.random.Generator, vivid: float = 1.0) -> np.ndarray:
    """A colour by chance, (3,) in 0..255; `vivid` 0 = gray."""
    gray = rng.uniform(15, 240)
    return np.clip(gray + vivid * rng.uniform(-110, 110, 3), 0, 255)


def near(rng: np.random.Generator, colour: np.ndarray, most: float = 40) -> np.ndarray:
    """A lighter or darker colour like the one given."""
    return np.clip(np.asarray(colour) + rng.uniform(-most, most) + rng.normal(0, 6, 3), 0, 255)


def _axes(size: Size) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(size[0], dtype=np.float32)[:, None], np.arange(size[1], dtype=np.float32)[None]


def flat(rng: np.random.Generator, size: Size) -> np.ndarray:
    """One colour."""
    return np.full((*size, 3), hue(rng, rng.uniform(0, 1.3)).astype(np.uint8), np.uint8)


def gradient(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Two or three colours running into each other along a line or around a point."""
    ys, xs = _axes(size)
    if rng.random() < 0.6:
        angle = rng.uniform(0, 2 * np.pi)
        field = xs * np.float32(np.cos(angle) / size[1]) + ys * np.float32(np.sin(angle) / size[0])
    else:
        centre = rng.uniform(0, 1, 2)
        field = np.sqrt((ys / size[0] - np.float32(centre[0])) ** 2 + (xs / size[1] - np.float32(centre[1])) ** 2)
    field = (field - field.min()) / max(float(np.ptp(field)), 1e-6)
    first = hue(rng, rng.uniform(0, 1.3))
    others = [near(rng, first, 90) if rng.random() < 0.7 else hue(rng) for _ in range(int(rng.integers(1, 3)))]
    return paint(field, first, *others)


def brick(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Bricks, tiles or planks in rows, each of a shade of its own."""
    ys, xs = _axes(size)
    row = max(4.0, size[0] / rng.uniform(1.2, 7))
    column = row * rng.uniform(0.9, 4)
    down = (ys + np.float32(rng.uniform(0, row))) / np.float32(row)
    across = xs / np.float32(column) + (np.floor(down) % 2) * np.float32(rng.choice([0.0, 0.5])) + np.float32(rng.uniform(0, 1))
    shades = rng.normal(0.55, rng.uniform(0.03, 0.14), (40, 40)).astype(np.float32)
    field = shades[down.astype(int) % 40, across.astype(int) % 40] + 0.05 * clouds(rng, size, (row / 3, row / 3), 2)
    joint = np.float32(rng.uniform(0.03, 0.12))
    gap = ((down % 1) < joint) | ((across % 1) < joint * np.float32(row / column))
    base = np.array([170, 80, 60]) if rng.random() < 0.4 else hue(rng, 0.5)
    wall = paint(field, base * 0.35, base, np.minimum(base * 1.4 + 20, 255))
    wall[np.broadcast_to(gap, size)] = near(rng, np.full(3, rng.uniform(60, 220)), 10).astype(np.uint8)
    return wall


def wood(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Grain of wood along one side."""
    along = rng.random() < 0.75
    shape = size if along else size[::-1]
    thick = max(2.0, min(size) / rng.uniform(4, 20))
    rings = clouds(rng, shape, (thick * 3, shape[1] / rng.uniform(0.8, 3)), 1) * 2.0
    field = 0.5 + 0.2 * np.sin(rings * np.float32(rng.uniform(2, 6))) + 0.12 * clouds(rng, shape, (2, shape[1] / 3), 1)
    base = np.array([rng.uniform(70, 225), 0, 0])
    base[1] = base[0] * rng.uniform(0.6, 0.85)
    base[2] = base[1] * rng.uniform(0.5, 0.9)
    out = paint(field, base * 0.55, base, np.minimum(base * 1.25, 255))
    return out if along else np.ascontiguousarray(out.transpose(1, 0, 2))


def metal(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Brushed or painted sheet with a sheen across it."""
    ys, xs = _axes(size)
    angle, phase = rng.uniform(0, np.pi), rng.uniform(0, 6)
    sheen = np.sin(xs * np.float32(3 * np.cos(angle) / size[1]) + ys * np.float32(3 * np.sin(angle) / size[0]) + np.float32(phase))
    field = 0.55 + np.float32(rng.uniform(0.1, 0.3)) * sheen + 0.06 * clouds(rng, size, (1.5, size[1] / 2), 1)
    base = hue(rng, rng.choice([0.1, 0.7]))
    return paint(field, base * 0.5, base, np.minimum(base * 1.3 + 30, 255))


def plaster(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Concrete, stucco, asphalt, stone: clouds and grain of one hue."""
    cell = max(3.0, min(size) / rng.uniform(1, 8))
    field = 0.5 + rng.uniform(0.03, 0.14) * clouds(rng, size, (cell, cell), 4)
    field += np.float32(rng.uniform(0.0, 0.12)) * grain(rng, size)
    base = hue(rng, rng.choice([0.1, 0.3, 0.8]))
    return paint(field, base * 0.45, base, np.minimum(base * 1.4 + 25, 255))


def rust(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Paint that peeled: two colours in ragged patches."""
    field = clouds(rng, size, (size[0] / rng.uniform(1, 4), size[1] / rng.uniform(2, 8)), 5)
    edge = np.clip((field - rng.uniform(-0.5, 1.4)) * rng.uniform(3, 10) + 0.5, 0, 1)
    first = hue(rng)
    return paint(edge * 0.85 + 0.06 * clouds(rng, size, (4, 4), 2), first, near(rng, first, 90), near(rng, first, 60))


def foliage(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Leaves, grass, gravel: many small patches of a few shades."""
    cv2 = require_cv2()
    green = np.array([rng.uniform(20, 120), rng.uniform(60, 170), rng.uniform(10, 90)]) if rng.random() < 0.7 else hue(rng)
    out = paint(0.4 + 0.2 * clouds(rng, size, (size[0] / 3, size[0] / 3), 3), green * 0.15, green * 0.7, green)
    leaf = max(2.0, min(size) * rng.uniform(0.03, 0.15))
    count = int(min(180, size[0] * size[1] / leaf**2))
    places = rng.uniform(0, 1, (count, 2)) * size
    angles, sizes = rng.uniform(0, np.pi, count), rng.uniform(0.4, 1.2, (count, 2)) * leaf
    colours = np.clip(green * rng.uniform(0.3, 1.6, (count, 1)) + rng.normal(0, 10, (count, 3)), 0, 255)
    round_ = np.linspace(0, 2 * np.pi, 7)[:-1]
    shape = np.stack([np.cos(round_), 0.5 * np.sin(round_)], 1)
    for (y, x), angle, scale, colour in zip(places, angles, sizes, colours.tolist(), strict=True):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        cv2.fillConvexPoly(out, ((shape * scale) @ turn.T + (x, y)).astype(np.int32), colour, cv2.LINE_AA)
    return out


def sky(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Clouds, lighter towards the horizon."""
    ys, _ = _axes(size)
    field = np.clip(0.35 + 0.35 * clouds(rng, size, (size[0] / 2, size[1] / 3), 4), 0, 1) + 0.3 * ys / size[0]
    top = np.array([rng.uniform(20, 130), rng.uniform(80, 170), rng.uniform(150, 245)]) if rng.random() < 0.7 else hue(rng, 0.6)
    return paint(field, top, 0.5 * top + 127, np.full(3, rng.uniform(200, 255)))


def cloth(rng: np.random.Generator, size: Size) -> np.ndarray:
    """A weave, with soft creases."""
    ys, xs = _axes(size)
    pitch = np.float32(rng.uniform(2.2, 7))
    weave = np.sin(xs * (6.28 / pitch)) * np.sin(ys * (6.28 / pitch))
    field = 0.5 + rng.uniform(0.02, 0.1) * weave + rng.uniform(0.03, 0.12) * clouds(rng, size, (size[0] / 2, size[1] / 4), 2)
    base = hue(rng)
    return paint(field, base * 0.4, base, np.minimum(base * 1.4 + 30, 255))


def stripes(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Bars of two or three colours: shutters, awnings, barriers."""
    ys, xs = _axes(size)
    angle = float(rng.choice([0.0, np.pi / 2, np.pi / 4, rng.uniform(0, np.pi)]))
    pitch = max(3.0, size[0] / rng.uniform(0.8, 6))
    along = (xs * np.float32(np.cos(angle)) + ys * np.float32(np.sin(angle))) / np.float32(pitch) + np.float32(rng.uniform(0, 1))
    wave = along % 1
    if rng.random() < 0.5:
        wave = np.clip((wave - np.float32(rng.uniform(0.3, 0.7))) * np.float32(pitch) + 0.5, 0, 1)  # hard bars, soft by a pixel
    first = hue(rng)
    return paint(wave + np.zeros(size, np.float32), first, near(rng, first, 70) if rng.random() < 0.6 else hue(rng))


def bokeh(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Lights out of focus before the dark."""
    cv2 = require_cv2()
    small = tuple(max(8, side // 3) for side in size)
    out = paint(0.4 + 0.2 * clouds(rng, small, (small[0] / 2, small[1] / 3), 2), hue(rng) * 0.15, hue(rng) * 0.5)
    for _ in range(int(rng.integers(3, 25))):
        centre = tuple(int(value) for value in rng.uniform(0, 1, 2) * small[::-1])
        cv2.circle(out, centre, int(max(2, min(small) * rng.uniform(0.03, 0.2))), (hue(rng) * 0.5 + 120).tolist(), -1, cv2.LINE_AA)
    out = cv2.GaussianBlur(out, (0, 0), max(0.5, min(small) * rng.uniform(0.02, 0.07)))
    return cv2.resize(out, size[::-1], interpolation=cv2.INTER_LINEAR)


def street(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Walls, windows, people and things as blocks and blobs, a little out of focus."""
    cv2 = require_cv2()
    out = gradient(rng, size)
    for _ in range(int(rng.integers(4, 18))):
        colour = hue(rng, rng.uniform(0.1, 1)).tolist()
        x, y = (int(value) for value in rng.uniform(-0.1, 1.0, 2) * size[::-1])
        wide, high = (int(max(2, value)) for value in rng.uniform(0.04, 0.5, 2) * size[::-1])
        if rng.random() < 0.6:
            cv2.rectangle(out, (x, y), (x + wide, y + high), colour, -1)
            if rng.random() < 0.4:
                cv2.rectangle(out, (x, y), (x + wide, y + high), hue(rng).tolist(), max(1, min(size) // 60), cv2.LINE_AA)
        else:
            cv2.ellipse(out, (x, y), (wide // 2 + 1, high // 2 + 1), float(rng.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
    return cv2.GaussianBlur(out, (0, 0), max(0.6, min(size) * rng.uniform(0.004, 0.04)))


TEXTURES = {
    "flat": flat, "gradient": gradient, "brick": brick, "wood": wood, "metal": metal, "plaster": plaster, "rust": rust,
    "foliage": foliage, "sky": sky, "cloth": cloth, "stripes": stripes, "bokeh": bokeh, "street": street,
}  # fmt: skip


def texture(rng: np.random.Generator, size: Size, name: str | None = None) -> np.ndarray:
    """The texture of that name, or one by chance; large ones are drawn smaller and enlarged, with grain of their own."""
    name = name or list(TEXTURES)[int(rng.integers(len(TEXTURES)))]
    share = min(1.0, LARGEST / max(size))
    small = tuple(max(8, round(side * share)) for side in size)
    out = TEXTURES[name](rng, small)
    if share < 1 or small != size:
        out = require_cv2().resize(out, size[::-1], interpolation=require_cv2().INTER_LINEAR)
    return out


def photo(rng: np.random.Generator, size: Size) -> np.ndarray:
    """What a camera might see where no text is: one texture or two, under uneven light, with grain."""
    cv2 = require_cv2()
    out = texture(rng, size)
    if rng.random() < 0.4:
        other = texture(rng, size)
        cut = int(rng.uniform(0.15, 0.85) * size[0])
        if rng.random() < 0.5:
            out[cut:] = other[cut:]
        else:
            mask = np.clip(stretch(rng.uniform(-2, 3, (3, 3)), size), 0, 1)[..., None]
            out = (out + (other.astype(np.float32) - out) * mask).astype(np.uint8)
    if rng.random() < 0.6:
        ramp = stretch(rng.uniform(rng.uniform(0.4, 1), 1.15, (2, 3)), size)
        out = cv2.multiply(out, cv2.merge([ramp] * 3), dtype=cv2.CV_8U)
    if rng.random() < 0.6:
        noise = grain(rng, size) * np.float32(rng.uniform(1, 9))
        out = cv2.add(out, cv2.merge([noise] * 3), dtype=cv2.CV_8U)
    return out
