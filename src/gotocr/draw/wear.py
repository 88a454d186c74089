"""Wear a clean picture as paper, light, cameras, scanners and files do; the boxes of its glyphs move along with the ink.

Each wear takes a picture (H, W) or (H, W, 3) uint8, a generator and the numbers of its row in `strength.WEARS`, and returns
a new one of the same shape. `wear` picks some of them, as strong as text of its height can bear, and takes back what would
make the text unreadable. `wear_torch` does the same to batches of tensors.
"""

from __future__ import annotations

import numpy as np

from . import warp
from .fonts import require_cv2
from .noise import grain, stretch
from .strength import MOVES, SHARES, USUAL_HEIGHT, WEARS, draw, weakness

FAINT = 60  # levels between paper and ink that are less than any readable picture has
PATCHES = 4  # glyphs looked at to see whether text is still there
LIKE, LEAST_LIKE = 0.72, 0.45  # correlation with the clean glyphs: of the median, of the worst
DIMMEST = 7.0  # deviation of a glyph's light, in levels, that can still be seen
BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16 + 1 / 32


def _gray(image: np.ndarray) -> np.ndarray:
    return image if image.ndim == 2 else require_cv2().cvtColor(image, require_cv2().COLOR_RGB2GRAY)


def _like(field: np.ndarray, image: np.ndarray) -> np.ndarray:
    """A field (H, W) with as many channels as the picture."""
    return field if image.ndim == 2 else require_cv2().merge([field] * 3)


def _times(image: np.ndarray, field: np.ndarray) -> np.ndarray:
    return require_cv2().multiply(image, _like(field.astype(np.float32, copy=False), image), dtype=0)


def _plus(image: np.ndarray, field: np.ndarray) -> np.ndarray:
    return require_cv2().add(image, _like(field.astype(np.float32, copy=False), image), dtype=0)


def _tones(image: np.ndarray, table: np.ndarray) -> np.ndarray:
    return require_cv2().LUT(image, np.clip(np.round(table), 0, 255).astype(np.uint8))


def ink(image: np.ndarray, rng: np.random.Generator, amount: float) -> np.ndarray:
    """Ink that bled (`amount` > 0 pixels: the dark grows) or broke (the light grows)."""
    cv2 = require_cv2()
    grow, left, out = (cv2.erode if amount > 0 else cv2.dilate), abs(float(amount)), image
    while left > 0.02:
        more = grow(out, np.ones((3, 3), np.uint8))
        out = more if left >= 1 else cv2.addWeighted(more, left, out, 1 - left, 0)
        left -= 1
    return out


def back(image: np.ndarray, rng: np.random.Generator, deep: float, blur: float, shift: np.ndarray) -> np.ndarray:
    """The page's other side shines through: here its own mirror image, moved by a share of its size."""
    cv2 = require_cv2()
    height, width = image.shape[:2]
    other = np.roll(_gray(image)[:, ::-1], (int(shift[0] * height), int(shift[1] * width)), (0, 1))
    other = cv2.GaussianBlur(other, (0, 0), max(float(blur), 0.3))
    return _times(image, cv2.LUT(other, (1 - float(deep) * (1 - np.arange(256) / 255)).astype(np.float32)))


def _places(size: tuple[int, int], cells: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """The middles of a coarse grid over a picture: y (cells, 1) and x (1, cells) in 0..1."""
    along = (np.arange(cells, dtype=np.float32) + 0.5) / cells
    return along[:, None], along[None]


def stains(image: np.ndarray, rng: np.random.Generator, deep: float, spots: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """Spots with a darker rim; `spots` (n, 3): y, x and size of each in 0..1; those with a size under 1/2 are none."""
    ys, xs = _places(image.shape[:2])
    field = np.zeros((64, 64), np.float32)
    for y, x, size in spots:
        far = np.sqrt((ys - y) ** 2 + (xs - x) ** 2) / max(0.02, 0.5 * (size - 0.45))
        if size > 0.5:
            field += np.clip((1.05 - far) * 8, 0, 1) * (0.5 + 0.5 * np.clip(far, 0, 1) ** 4)
    field = float(deep) * stretch(np.clip(field, 0, 1), image.shape[:2], smooth=False)
    if image.ndim == 2:
        return _times(image, 1 - field * float(1.2 - colour.mean()))
    cv2 = require_cv2()
    return cv2.multiply(image, cv2.merge([1 - field * float(1.2 - each) for each in colour]), dtype=cv2.CV_8U)


def fold_profile(length: int, at: np.ndarray, deep: np.ndarray, wide: float) -> np.ndarray:
    """What light a strip of paper `length` pixels long loses or gains by folds `at` shares of it, (length,) about 1."""
    along = np.arange(length, dtype=np.float32)
    profile = np.ones(length, np.float32)
    for place, depth in zip(at, deep, strict=True):
        far = along - place * length
        profile += depth * (0.4 * np.tanh(far) * np.exp(-np.abs(far) / (6 * max(wide, 1.0))) - np.exp(-((far / max(0.4 * wide, 0.8)) ** 2)))
    return profile.clip(0.4, 1.3)


def folds(image: np.ndarray, rng: np.random.Generator, deep: np.ndarray, at: np.ndarray, wide: float) -> np.ndarray:
    """One fold along and one across at least, each with its shade; the folds of the first and last numbers."""
    height, width = image.shape[:2]
    down = fold_profile(height, at[:2], deep[:2] * (at[:2] > 0.3), float(wide))
    across = fold_profile(width, at[2:], deep[2:] * (at[2:] > 0.3), float(wide))
    return _times(image, down[:, None] * across[None])


def specks(image: np.ndarray, rng: np.random.Generator, share: float, large: float) -> np.ndarray:
    """Salt and pepper of a bad copy; `large` is the share of spots that are more than a pixel."""
    cv2 = require_cv2()
    dice = np.frombuffer(rng.bytes(2 * image.shape[0] * image.shape[1]), np.uint16).reshape(image.shape[:2])
    most = round(float(share) * 32768)
    pepper, salt = (dice < most).astype(np.uint8), (dice > 65535 - most).astype(np.uint8)
    big = round(most * float(large) / 4)
    if big:
        pepper |= cv2.dilate((dice < big).astype(np.uint8), np.ones((3, 3), np.uint8))
        salt |= cv2.dilate((dice > 65535 - big).astype(np.uint8), np.ones((3, 3), np.uint8))
    out = image.copy()
    out[pepper > 0] = 30
    out[salt > 0] = 250
    return out


def toner(image: np.ndarray, rng: np.random.Generator, deep: float, field: np.ndarray, streaks: np.ndarray) -> np.ndarray:
    """Toner runs out: patches and upright streaks fade towards the picture's mean colour."""
    height, width = image.shape[:2]
    weak = np.clip(stretch(field, (height, width)), 0, 1) + np.clip(stretch(streaks[None], (1, width)), 0, 1)
    weak = float(deep) * np.clip(weak, 0, 1)
    mean = require_cv2().mean(image)[: 1 if image.ndim == 2 else 3]
    planes = [weak * each for each in mean]
    return require_cv2().add(_times(image, 1 - weak), planes[0] if image.ndim == 2 else require_cv2().merge(planes), dtype=0)


def tint(image: np.ndarray, rng: np.random.Generator, colour: np.ndarray) -> np.ndarray:
    """Coloured paper, or light of a colour."""
    if image.ndim == 2:
        return _tones(image, np.arange(256) * float(colour.mean()))
    return require_cv2().LUT(image, (np.arange(256)[:, None] * colour).round().astype(np.uint8)[None])


def mottle(image: np.ndarray, rng: np.random.Generator, deep: float, field: np.ndarray) -> np.ndarray:
    """The structure of paper."""
    return _times(image, 1 + float(deep) * stretch(field, image.shape[:2]))


def light(image: np.ndarray, rng: np.random.Generator, deep: float, field: np.ndarray) -> np.ndarray:
    """Uneven light."""
    return _times(image, 1.05 - float(deep) * stretch(field, image.shape[:2]))


def shadow(image: np.ndarray, rng: np.random.Generator, deep: float, angle: float, at: float, soft: float) -> np.ndarray:
    """The shadow of a thing with a straight edge."""
    ys, xs = _places(image.shape[:2])
    far = (xs - 0.5) * np.cos(angle) + (ys - 0.5) * np.sin(angle) - at
    field = np.clip(far / max(float(soft), 1e-3) + 0.5, 0, 1)
    return _times(image, 1 - float(deep) * stretch(field, image.shape[:2], smooth=False))


def glare(image: np.ndarray, rng: np.random.Generator, power: float, at: np.ndarray, wide: float) -> np.ndarray:
    """A lamp mirrored."""
    ys, xs = _places(image.shape[:2])
    field = np.exp(-((ys - at[0]) ** 2 + (xs - at[1]) ** 2) / (2 * float(wide) ** 2))
    return _plus(image, float(power) * stretch(field, image.shape[:2], smooth=False))


def moire(image: np.ndarray, rng: np.random.Generator, deep: float, pitch: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Two fine patterns over each other, as where a screen is photographed."""
    height, width = image.shape[:2]
    field = np.zeros((height, width), np.float32)
    for each, turn in zip(pitch, angle, strict=True):
        across = np.exp(2j * np.pi * np.cos(turn) / each * np.arange(width)).astype(np.complex64)
        down = np.exp(2j * np.pi * np.sin(turn) / each * np.arange(height)).astype(np.complex64)
        field += np.outer(down.real, across.imag) + np.outer(down.imag, across.real)  # sin(x + y)
    return _times(image, 1 + float(deep) / 2 * field)


def blur(image: np.ndarray, rng: np.random.Generator, sigma: float) -> np.ndarray:
    """Soft, as a bad lens makes it."""
    return require_cv2().GaussianBlur(image, (0, 0), max(float(sigma), 0.2), borderType=require_cv2().BORDER_REPLICATE)


def disc(radius: float, reach: int) -> np.ndarray:
    """The kernel (2 reach + 1, same) of a lens out of focus, its edge soft by a pixel."""
    along = np.arange(-reach, reach + 1, dtype=np.float32)
    kernel = np.clip(radius + 0.5 - np.sqrt(along[:, None] ** 2 + along**2), 0, 1)
    return kernel / kernel.sum()


def streak(length: float, angle: float, reach: int) -> np.ndarray:
    """The kernel (2 reach + 1, same) of a camera that moved."""
    along = np.arange(-reach, reach + 1, dtype=np.float32)
    forth = along[None] * np.cos(angle) + along[:, None] * np.sin(angle)
    aside = along[:, None] * np.cos(angle) - along[None] * np.sin(angle)
    kernel = np.clip(length / 2 + 0.5 - np.abs(forth), 0, 1) * np.clip(1 - np.abs(aside), 0, 1)
    return kernel / kernel.sum()


def defocus(image: np.ndarray, rng: np.random.Generator, radius: float) -> np.ndarray:
    """Out of focus."""
    kernel = disc(float(radius), int(np.ceil(radius + 0.5)))
    return require_cv2().filter2D(image, -1, kernel, borderType=require_cv2().BORDER_REPLICATE)


def motion(image: np.ndarray, rng: np.random.Generator, length: float, angle: float) -> np.ndarray:
    """A hand that shook."""
    kernel = streak(float(length), float(angle), int(np.ceil(length / 2 + 0.5)))
    return require_cv2().filter2D(image, -1, kernel, borderType=require_cv2().BORDER_REPLICATE)


def coarsen(image: np.ndarray, rng: np.random.Generator, share: float, how: float) -> np.ndarray:
    """Taken small, enlarged again: smooth, hard or in squares."""
    cv2 = require_cv2()
    height, width = image.shape[:2]
    small = cv2.resize(image, (max(4, round(width * share)), max(4, round(height * share))), interpolation=cv2.INTER_AREA)
    ways = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_CUBIC, cv2.INTER_NEAREST)
    return cv2.resize(small, (width, height), interpolation=ways[min(int(how * 4), 3)])


def sharpen(image: np.ndarray, rng: np.random.Generator, amount: float, sigma: float) -> np.ndarray:
    """Edges overdone, as cameras do."""
    soft = blur(image, rng, sigma)
    return require_cv2().addWeighted(image, 1 + float(amount), soft, -float(amount), 0)


def noise(image: np.ndarray, rng: np.random.Generator, sigma: float, colour: float) -> np.ndarray:
    """Sensor grain, gray or (three times in ten) coloured."""
    if colour < 0.7 or image.ndim == 2:
        return _plus(image, float(sigma) * grain(rng, image.shape[:2]))
    return require_cv2().add(image, float(sigma) * grain(rng, image.shape), dtype=0)


def tones(image: np.ndarray, rng: np.random.Generator, low: float, high: float, gamma: float) -> np.ndarray:
    """Faded ink, gray paper, gamma."""
    return _tones(image, low + (np.arange(256) / 255.0) ** float(gamma) * (high - low))


def banding(image: np.ndarray, rng: np.random.Generator, deep: float, pitch: float, level: np.ndarray) -> np.ndarray:
    """Scan lines: rows or bands of rows lighter and darker, over and over."""
    rows = (np.arange(image.shape[0]) / float(pitch) * 4).astype(int) % len(level)
    return _times(image, np.broadcast_to((1 - float(deep) * level[rows])[:, None], image.shape[:2]))


def recompress(image: np.ndarray, rng: np.random.Generator, quality: float) -> np.ndarray:
    """A JPEG of poor quality."""
    cv2 = require_cv2()
    _, data = cv2.imencode(".jpg", image if image.ndim == 2 else image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, round(float(quality))])
    out = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE if image.ndim == 2 else cv2.IMREAD_COLOR)
    return out if image.ndim == 2 else np.ascontiguousarray(out[..., ::-1])


def levels(gray: np.ndarray) -> tuple[float, float] | None:
    """How dark ink and how light paper is in a picture (H, W); None for one without ink."""
    counts = np.cumsum(np.bincount(gray.reshape(-1), minlength=256))
    low, high = (int(np.searchsorted(counts, share * counts[-1])) for share in (0.02, 0.98))
    if high - low < FAINT:  # little ink: it is no percentage of the picture
        low, high = int(np.searchsorted(counts, 1)), int(np.searchsorted(counts, counts[-1]))
    return (low, high) if high - low >= FAINT / 2 else None


def threshold(image: np.ndarray, rng: np.random.Generator, at: float) -> np.ndarray:
    """A one-bit scan; `at` 0..1 from the ink's light to the paper's."""
    gray = _gray(image)
    found = levels(gray)
    if found is None:
        return image.copy()
    cut = found[0] + (found[1] - found[0]) * float(at)
    return _like(_tones(gray, 255 * (np.arange(256) > cut)), image)


def dither(image: np.ndarray, rng: np.random.Generator, at: float, deep: float) -> np.ndarray:
    """A one-bit scan with a pattern of dots for grays; `deep` 0..1: how far from black and white grays still are dots."""
    gray = _gray(image)
    found = levels(gray)
    if found is None:
        return image.copy()
    height, width = gray.shape
    dots = np.tile(BAYER, (height // 4 + 1, width // 4 + 1))[:height, :width] - 0.5
    cut = found[0] + (found[1] - found[0]) * (float(at) + float(deep) * dots * 0.9)
    return _like((gray > cut).astype(np.uint8) * np.uint8(255), image)


APPLY = {
    "ink": ink, "back": back, "stains": stains, "folds": folds, "specks": specks, "toner": toner, "tint": tint, "mottle": mottle,
    "light": light, "shadow": shadow, "glare": glare, "moire": moire, "blur": blur, "defocus": defocus, "motion": motion,
    "coarsen": coarsen, "sharpen": sharpen, "noise": noise, "tones": tones, "banding": banding, "recompress": recompress,
    "threshold": threshold, "dither": dither,
}  # fmt: skip


def text_height(boxes: np.ndarray) -> float:
    """The median height of the boxes (n, 4) in pixels; of none, what is usual."""
    heights = boxes[:, 3] - boxes[:, 1] if len(boxes) else np.zeros(0)
    heights = heights[heights > 1]
    return float(np.median(heights)) if len(heights) else USUAL_HEIGHT


def readable(before: np.ndarray, after: np.ndarray, boxes: np.ndarray) -> bool:
    """Whether what stood in some of the boxes can still be made out, each glyph being like what it was."""
    glyphs = boxes[(boxes[:, 3] - boxes[:, 1] > 3) & (boxes[:, 2] - boxes[:, 0] > 1)] if len(boxes) else boxes
    found = []
    for left, top, right, bottom in glyphs[:: max(1, -(-len(glyphs) // PATCHES))]:
        edge = 1 + 0.15 * (bottom - top)
        rows = slice(max(0, int(top - edge)), int(bottom + edge) + 1)
        columns = slice(max(0, int(left - edge)), int(right + edge) + 1)
        old, new = (_gray(image[rows, columns]).astype(np.float32) for image in (before, after))
        if old.size and old.std() > DIMMEST:
            old, new = old - old.mean(), new - new.mean()
            spread = float(np.sqrt((new**2).mean()))
            found.append((old * new).mean() / (old.std() * max(spread, 1e-3)) if spread >= DIMMEST else 0.0)
    return not found or (float(np.median(found)) >= LIKE and min(found) >= LEAST_LIKE)


def _moved(image: np.ndarray, boxes: np.ndarray, rng: np.random.Generator, name: str, numbers: dict) -> tuple[np.ndarray, np.ndarray]:
    """Picture and boxes after one of `MOVES`; as they were, where text would leave the picture."""
    height, width = size = image.shape[:2]
    if name == "tilt":
        matrix = warp.tilt_matrix(size, float(numbers["turn"]), numbers["lean"], float(numbers["shrink"]))
        moved = lambda: warp.tilt(image, boxes, matrix)[0]  # noqa: E731
        after = warp.map_boxes(boxes, matrix)
    else:
        grid = warp.ripple_grid(float(numbers["high"]), numbers["field"]) if name == "ripple" else warp.bend_grid(size, **numbers)
        moved = lambda: warp.move_image(image, grid)  # noqa: E731
        after = warp.move_boxes(boxes, grid, size)
    frame = np.array([0, 0, width, height], np.float32)
    out = ((after - frame) * np.array([-1, -1, 1, 1])).max(initial=0)
    was = ((boxes - frame) * np.array([-1, -1, 1, 1])).max(initial=0)
    return (image, boxes) if out > was + 0.5 else (moved(), after)


def apply(image: np.ndarray, rng: np.random.Generator, name: str, height: float, weak: float = 1.0) -> np.ndarray:
    """One wear that moves nothing, as strong as chance wills for letters `height` pixels high."""
    numbers = draw(rng, name, height, weak)
    if name == "coarsen":
        share = min(0.95, float(numbers.pop("height")) / height)
        numbers["share"] = np.float32(share)
    return APPLY[name](image, rng, **numbers)


def wear(image: np.ndarray, boxes: np.ndarray, rng: np.random.Generator, most: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """A picture (H, W, 3) uint8 and its boxes (n, 4) after one to `most` wears, in the order in which they come about.

    Shape and type stay; what would make text unreadable or move it out of the picture is left out.
    """
    cv2 = require_cv2()
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    height = text_height(boxes)
    count = min(int(rng.integers(1, most + 1)), len(WEARS))
    names = [list(WEARS)[index] for index in rng.choice(len(WEARS), count, replace=False, p=SHARES)]
    planes = cv2.split(image)
    if not {"tint", "stains"} & set(names) and all(np.array_equal(planes[0], plane) for plane in planes[1:]):
        image = planes[0]  # a third of the work
    clean = image
    for name in sorted(names, key=lambda name: WEARS[name].stage):
        if name in MOVES:
            image, after = _moved(image, boxes, rng, name, draw(rng, name, height, weakness(count)))
            if after is not boxes:
                clean, boxes = image, after
            continue
        worn = apply(image, rng, name, height, weakness(count))
        image = worn if readable(clean, worn, boxes) else image
    return np.ascontiguousarray(image if image.ndim == 3 else cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)), boxes
