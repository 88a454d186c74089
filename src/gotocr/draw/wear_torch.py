"""The wears of `wear` on batches of tensors, on any device: each picture with its own numbers, all of a batch at once.

Pictures are (B, 3, H, W) float in 0..255 within; each wear takes a generator and its numbers, tensors (B, ...), and returns
new pictures. Random draws come from the generator alone.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch.nn import functional as F

from . import warp_torch as warp
from .strength import LARGE, MOVES, SHARES, SMALL, USUAL_HEIGHT, WEARS, weakness
from .wear import BAYER, DIMMEST, FAINT, LEAST_LIKE, LIKE, PATCHES

GRAY = (0.299, 0.587, 0.114)
LOOKED_AT = 256  # pixels a side of the samples from which levels of ink and paper are taken
PATCH = 16  # pixels a side that a glyph is compared at


def _wide(value: torch.Tensor) -> torch.Tensor:
    """(B,) as (B, 1, 1, 1)."""
    return value.view(-1, 1, 1, 1)


def _gray(images: torch.Tensor) -> torch.Tensor:
    return (images * images.new_tensor(GRAY).view(1, 3, 1, 1)).sum(1, keepdim=True)


def _stretch(field: torch.Tensor, images: torch.Tensor, smooth: bool = True) -> torch.Tensor:
    """Coarse fields (B, h, w) over the pictures, (B, 1, H, W)."""
    return F.interpolate(field[:, None], size=images.shape[2:], mode="bicubic" if smooth else "bilinear", align_corners=False)


def _draw(shape: tuple[int, ...], like: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    return torch.rand(shape, generator=generator, device=generator.device).to(like.device)


def ink(images, generator, amount):
    left = amount.abs()
    while bool((left > 0.02).any()):
        more = torch.where(_wide(amount) > 0, -F.max_pool2d(-images, 3, 1, 1), F.max_pool2d(images, 3, 1, 1))
        images = torch.lerp(images, more, _wide(left.clamp(0, 1)))
        left = left - 1
    return images


def back(images, generator, deep, blur, shift):
    height, width = images.shape[2:]
    rows, columns = (
        (torch.arange(side, device=images.device)[None] - (move * side).trunc().long()[:, None]) % side
        for side, move in ((height, shift[:, 0]), (width, shift[:, 1]))
    )
    other = _gray(images).flip(-1)[:, 0]
    other = other.gather(1, rows[..., None].expand(-1, -1, width)).gather(2, columns[:, None].expand(-1, height, -1))
    return images * (1 - _wide(deep) * (1 - _soft(other[:, None], blur.clamp(min=0.3)) / 255))


def _places(images: torch.Tensor, cells: int = 64) -> tuple[torch.Tensor, torch.Tensor]:
    along = (torch.arange(cells, device=images.device, dtype=images.dtype) + 0.5) / cells
    return along[None, :, None], along[None, None, :]


def stains(images, generator, deep, spots, colour):
    ys, xs = _places(images)
    field = images.new_zeros(len(images), 64, 64)
    for spot in spots.unbind(1):
        y, x, size = (each.view(-1, 1, 1) for each in spot.unbind(-1))
        far = ((ys - y) ** 2 + (xs - x) ** 2).sqrt() / (0.5 * (size - 0.45)).clamp(min=0.02)
        field = field + (size > 0.5) * ((1.05 - far) * 8).clamp(0, 1) * (0.5 + 0.5 * far.clamp(0, 1) ** 4)
    return images * (1 - _wide(deep) * _stretch(field.clamp(0, 1), images, smooth=False) * (1.2 - colour)[..., None, None])


def _fold(length: int, at: torch.Tensor, deep: torch.Tensor, wide: torch.Tensor) -> torch.Tensor:
    far = torch.arange(length, device=at.device, dtype=at.dtype) - at[..., None] * length  # (B, folds, length)
    wide = wide[:, None, None]
    shade = 0.4 * far.tanh() * torch.exp(-far.abs() / (6 * wide.clamp(min=1))) - torch.exp(-((far / (0.4 * wide).clamp(min=0.8)) ** 2))
    return (1 + (deep[..., None] * shade).sum(1)).clamp(0.4, 1.3)


def folds(images, generator, deep, at, wide):
    deep = deep * (at > 0.3)
    down = _fold(images.shape[2], at[:, :2], deep[:, :2], wide)
    across = _fold(images.shape[3], at[:, 2:], deep[:, 2:], wide)
    return images * down[:, None, :, None] * across[:, None, None]


def specks(images, generator, share, large):
    dice = _draw((len(images), 1, *images.shape[2:]), images, generator)
    share, big = _wide(share) / 2, _wide(share * large) / 8
    pepper, salt = (F.max_pool2d((each < big).float(), 3, 1, 1).bool() | (each < share) for each in (dice, 1 - dice))
    return images.masked_fill(pepper, 30.0).masked_fill(salt, 250.0)


def toner(images, generator, deep, field, streaks):
    upright = F.interpolate(streaks[:, None, None], size=(1, images.shape[3]), mode="bicubic", align_corners=False).clamp(0, 1)
    weak = _wide(deep) * (_stretch(field, images).clamp(0, 1) + upright).clamp(0, 1)
    return torch.lerp(images, images.mean((2, 3), keepdim=True).expand_as(images), weak.expand_as(images))


def tint(images, generator, colour):
    return images * colour[..., None, None]


def mottle(images, generator, deep, field):
    return images * (1 + _wide(deep) * _stretch(field, images))


def light(images, generator, deep, field):
    return images * (1.05 - _wide(deep) * _stretch(field, images))


def shadow(images, generator, deep, angle, at, soft):
    ys, xs = _places(images)
    angle, at, soft = (each.view(-1, 1, 1) for each in (angle, at, soft))
    far = (xs - 0.5) * angle.cos() + (ys - 0.5) * angle.sin() - at
    return images * (1 - _wide(deep) * _stretch((far / soft.clamp(min=1e-3) + 0.5).clamp(0, 1), images, smooth=False))


def glare(images, generator, power, at, wide):
    ys, xs = _places(images)
    y, x, wide = (each.view(-1, 1, 1) for each in (at[:, 0], at[:, 1], wide))
    return images + _wide(power) * _stretch(torch.exp(-((ys - y) ** 2 + (xs - x) ** 2) / (2 * wide**2)), images, smooth=False)


def moire(images, generator, deep, pitch, angle):
    rows, columns = (torch.arange(side, device=images.device, dtype=images.dtype) for side in images.shape[2:])
    across = 2 * torch.pi * (angle.cos() / pitch)[..., None] * columns  # (B, 2, W)
    down = 2 * torch.pi * (angle.sin() / pitch)[..., None] * rows
    return images * (1 + _wide(deep) / 2 * torch.sin(down[..., None] + across[:, :, None]).sum(1, keepdim=True))


def _convolve(images: torch.Tensor, kernels: torch.Tensor) -> torch.Tensor:
    """Each picture (B, C, H, W) with a kernel of its own (B, k, l), odd sides; the border is drawn out."""
    batch, channels, height, width = images.shape
    tall, wide = kernels.shape[1] // 2, kernels.shape[2] // 2
    padded = F.pad(images, (wide, wide, tall, tall), mode="replicate").reshape(1, batch * channels, height + 2 * tall, width + 2 * wide)
    weight = kernels.repeat_interleave(channels, 0)[:, None]
    return F.conv2d(padded, weight, groups=batch * channels).reshape(images.shape)


def _along(reach: int, like: torch.Tensor) -> torch.Tensor:
    return torch.arange(-reach, reach + 1, device=like.device, dtype=like.dtype)


def _soft(images: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
    reach = int(torch.ceil(3 * sigma.max())) + 1
    kernel = torch.exp(-(_along(reach, images) ** 2) / (2 * sigma.clamp(min=0.2)[:, None] ** 2))
    kernel = kernel / kernel.sum(1, keepdim=True)
    return _convolve(_convolve(images, kernel[:, None]), kernel[..., None])


def blur(images, generator, sigma):
    return _soft(images, sigma)


def defocus(images, generator, radius):
    along = _along(int(torch.ceil(radius.max() + 0.5)), images)
    kernel = (radius.view(-1, 1, 1) + 0.5 - (along[:, None] ** 2 + along**2).sqrt()).clamp(0, 1)
    return _convolve(images, kernel / kernel.sum((1, 2), keepdim=True))


def motion(images, generator, length, angle):
    along = _along(int(torch.ceil(length.max() / 2 + 0.5)), images)
    length, cos, sin = length.view(-1, 1, 1), angle.cos().view(-1, 1, 1), angle.sin().view(-1, 1, 1)
    forth, aside = along * cos + along[:, None] * sin, along[:, None] * cos - along * sin
    kernel = (length / 2 + 0.5 - forth.abs()).clamp(0, 1) * (1 - aside.abs()).clamp(0, 1)
    return _convolve(images, kernel / kernel.sum((1, 2), keepdim=True))


def _means(length: int, count: int, like: torch.Tensor) -> torch.Tensor:
    """The matrix (count, length) of means over `count` equal parts of `length` pixels."""
    ends = torch.arange(count + 1, device=like.device, dtype=like.dtype)[:, None] * (length / count)
    pixels = torch.arange(length, device=like.device, dtype=like.dtype)
    return (torch.minimum(ends[1:], pixels + 1) - torch.maximum(ends[:-1], pixels)).clamp(min=0) * (count / length)


def coarsen(images, generator, share, how):
    height, width = images.shape[2:]
    out = []
    for image, each, way in zip(images[:, None], share.tolist(), how.tolist(), strict=True):  # sizes differ: one by one
        rows, columns = (_means(side, max(4, round(side * each)), images) for side in (height, width))
        small = rows @ image @ columns.T
        mode = ("bilinear", "bicubic", "bicubic", "nearest")[min(int(way * 4), 3)]
        out.append(F.interpolate(small, size=(height, width), mode=mode, **({} if mode == "nearest" else {"align_corners": False})))
    return torch.cat(out)


def sharpen(images, generator, amount, sigma):
    return images + _wide(amount) * (images - _soft(images, sigma))


def noise(images, generator, sigma, colour):
    grain = torch.randn((len(images), 3, *images.shape[2:]), generator=generator, device=generator.device).to(images.device)
    return images + _wide(sigma) * torch.where(_wide(colour) < 0.7, grain[:, :1], grain)


def tones(images, generator, low, high, gamma):
    return _wide(low) + (images / 255) ** _wide(gamma) * _wide(high - low)


def banding(images, generator, deep, pitch, level):
    rows = (torch.arange(images.shape[2], device=images.device) / pitch[:, None] * 4).long() % level.shape[1]
    return images * (1 - deep[:, None] * level.gather(1, rows))[:, None, :, None]


@lru_cache(maxsize=1)
def _jpeg_tables() -> tuple[np.ndarray, np.ndarray]:
    """The DCT matrix (8, 8) and the quantisation of light and of colour (2, 8, 8) of ITU-T T.81, annex K."""
    index = np.arange(8)
    cosines = np.sqrt(np.where(index == 0, 1, 2) / 8)[:, None] * np.cos((2 * index[None] + 1) * index[:, None] * np.pi / 16)
    bright = """16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62 18 22 37 56 68 109
    103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99"""
    dull = """17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99""" + " 99" * 32
    return cosines.astype(np.float32), np.array([bright.split(), dull.split()], np.float32).reshape(2, 8, 8)


def _quantised(planes: torch.Tensor, table: torch.Tensor, cosines: torch.Tensor) -> torch.Tensor:
    """Planes (B, C, H, W), sides multiples of 8, through the rounding of a JPEG with tables (B, 8, 8)."""
    batch, channels, height, width = planes.shape
    blocks = planes.view(batch, channels, height // 8, 8, width // 8, 8).transpose(3, 4) - 128
    table = table[:, None, None, None]
    blocks = cosines.T @ (torch.round(cosines @ blocks @ cosines.T / table) * table) @ cosines
    return (blocks + 128).transpose(3, 4).reshape(planes.shape)


def recompress(images, generator, quality):
    """What a JPEG of a quality (B,) 1..100 leaves: blocks of 8 pixels, colours at half the size."""
    height, width = images.shape[2:]
    cosines, tables = (torch.as_tensor(each, device=images.device) for each in _jpeg_tables())
    quality = quality.round()
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality).view(-1, 1, 1)
    bright, dull = (((table * scale + 50) / 100).floor().clamp(1, 255) for table in tables)
    images = F.pad(images, (0, -width % 16, 0, -height % 16), mode="replicate")
    y = _gray(images)
    chroma = torch.cat([(images[:, 2:] - y) / 1.772, (images[:, :1] - y) / 1.402], 1) + 128
    y = _quantised(y, bright, cosines)
    chroma = _quantised(F.avg_pool2d(chroma, 2), dull, cosines)
    blue, red = (F.interpolate(chroma, scale_factor=2, mode="bilinear", align_corners=False) - 128).split(1, 1)
    r, b = y + 1.402 * red, y + 1.772 * blue
    return torch.cat([r, (y - GRAY[0] * r - GRAY[2] * b) / GRAY[1], b], 1)[..., :height, :width]


def _levels(gray: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """How dark ink and how light paper is in each picture (B, 1, H, W), and whether there is any ink; each (B, 1, 1, 1)."""
    steps = [max(1, side // LOOKED_AT) for side in gray.shape[2:]]
    some = gray[..., :: steps[0], :: steps[1]].flatten(1).sort(1).values
    low, high = (some[:, min(int(share * some.shape[1]), some.shape[1] - 1)] for share in (0.02, 0.98))
    little = high - low < FAINT
    low, high = torch.where(little, gray.flatten(1).amin(1), low), torch.where(little, gray.flatten(1).amax(1), high)
    return _wide(low), _wide(high), _wide(high - low >= FAINT / 2)


def threshold(images, generator, at):
    gray = _gray(images)
    low, high, found = _levels(gray)
    return torch.where(found, (gray > low + (high - low) * _wide(at)) * 255.0, images)


def dither(images, generator, at, deep):
    gray = _gray(images)
    low, high, found = _levels(gray)
    height, width = images.shape[2:]
    dots = torch.as_tensor(BAYER, device=images.device).repeat(height // 4 + 1, width // 4 + 1)[:height, :width] - 0.5
    cut = low + (high - low) * (_wide(at) + _wide(deep) * dots * 0.9)
    return torch.where(found, (gray > cut) * 255.0, images)


APPLY = {
    "ink": ink, "back": back, "stains": stains, "folds": folds, "specks": specks, "toner": toner, "tint": tint, "mottle": mottle,
    "light": light, "shadow": shadow, "glare": glare, "moire": moire, "blur": blur, "defocus": defocus, "motion": motion,
    "coarsen": coarsen, "sharpen": sharpen, "noise": noise, "tones": tones, "banding": banding, "recompress": recompress,
    "threshold": threshold, "dither": dither,
}  # fmt: skip


def text_heights(boxes: torch.Tensor) -> torch.Tensor:
    """The median height (B,) of the boxes (B, n, 4) that are no padding (all zeros); of none, what is usual."""
    heights = boxes[..., 3] - boxes[..., 1]
    heights = F.pad(torch.where(heights > 1, heights, torch.nan), (0, 1), value=torch.nan)
    return heights.nanmedian(1).values.nan_to_num(USUAL_HEIGHT)


def readable(before: torch.Tensor, after: torch.Tensor, boxes: torch.Tensor) -> torch.Tensor:
    """Whether glyphs can still be made out, (B,) bool; see `wear.readable`."""
    wide, high = boxes[..., 2] - boxes[..., 0], boxes[..., 3] - boxes[..., 1]
    fit = F.pad((high > 3) & (wide > 1), (0, 1))
    order = torch.argsort((~fit).to(torch.uint8), dim=1, stable=True)
    count = fit.sum(1, keepdim=True)
    picked = order.gather(1, (torch.arange(PATCHES, device=boxes.device) * count) // PATCHES).clamp(max=max(boxes.shape[1] - 1, 0))
    if not boxes.shape[1]:
        return torch.ones(len(before), dtype=torch.bool, device=before.device)
    chosen = boxes.gather(1, picked[..., None].expand(-1, -1, 4))  # (B, PATCHES, 4)
    edge = 1 + 0.15 * (chosen[..., 3] - chosen[..., 1])
    along = (torch.arange(PATCH, device=boxes.device, dtype=boxes.dtype) + 0.5) / PATCH
    xs = (chosen[..., 0] - edge)[..., None] + (chosen[..., 2] - chosen[..., 0] + 2 * edge)[..., None] * along  # (B, P, PATCH)
    ys = (chosen[..., 1] - edge)[..., None] + (chosen[..., 3] - chosen[..., 1] + 2 * edge)[..., None] * along
    places = torch.stack(torch.broadcast_tensors(xs[:, :, None], ys[..., None]), -1).flatten(1, 2)  # (B, P * PATCH, PATCH, 2)
    places = places * boxes.new_tensor([2 / before.shape[3], 2 / before.shape[2]]) - 1
    old, new = (
        F.grid_sample(_gray(each), places, padding_mode="border", align_corners=False).view(len(before), PATCHES, -1)
        for each in (before, after)
    )
    old, new = old - old.mean(2, keepdim=True), new - new.mean(2, keepdim=True)
    spread, seen = old.square().mean(2).sqrt(), new.square().mean(2).sqrt()
    like = torch.where(seen >= DIMMEST, (old * new).mean(2) / (spread * seen).clamp(min=1e-3), 0.0)
    counted = (spread > DIMMEST) & (count > 0)
    like = torch.where(counted, like, torch.nan)
    good = (like.nanmedian(1).values >= LIKE) & (like.nan_to_num(1.0).amin(1) >= LEAST_LIKE)
    return good | ~counted.any(1)


def draw(generator: torch.Generator, name: str, heights: torch.Tensor, weak: torch.Tensor) -> dict[str, torch.Tensor]:
    """The numbers (B, ...) of one wear for letters of heights (B,), each weakened by (B,)."""
    numbers = {}
    for key, span in WEARS[name].spans.items():
        uniform = _draw((len(heights), *span.shape), heights, generator)
        ones = (-1, *[1] * len(span.shape))
        numbers[key] = span.value(uniform, heights.clamp(SMALL, LARGE).view(ones), weak.view(ones))
    return numbers


def apply(images: torch.Tensor, boxes: torch.Tensor, generator: torch.Generator, name: str, numbers: dict) -> warp.Moved:
    """One wear of pictures (B, 3, H, W) float 0..255 and boxes with its numbers; a move only where all text stays in."""
    size = (images.shape[2], images.shape[3])
    if name not in MOVES:
        if "height" in numbers:
            numbers = {"share": (numbers["height"] / text_heights(boxes)).clamp(max=0.95), "how": numbers["how"]}
        return APPLY[name](images, generator, **numbers).clamp(0, 255), boxes
    if name == "tilt":
        worn, after = warp.tilt(images, boxes, warp.tilt_matrix(size, **numbers))
    else:
        worn, after = warp.displace(images, boxes, warp.ripple_grid(**numbers) if name == "ripple" else warp.bend_grid(size, **numbers))
    real = ((boxes[..., 2] > boxes[..., 0]) & (boxes[..., 3] > boxes[..., 1]))[..., None]
    after = torch.where(real, after, boxes)
    frame, outward = boxes.new_tensor([0, 0, size[1], size[0]]), boxes.new_tensor([-1, -1, 1, 1])
    out, was = (F.pad(((each - frame) * outward * real).flatten(1), (0, 1)).amax(1) for each in (after, boxes))
    stay = out > was + 0.5
    return torch.where(_wide(stay), images, worn), torch.where(stay[:, None, None], boxes, after)


def wear(
    images: torch.Tensor, boxes: torch.Tensor, generator: torch.Generator, most: int = 3, moves: bool = True
) -> warp.Moved:
    """Pictures (B, 3, H, W), uint8 or float in 0..255, and boxes (B, n, 4) float after one to `most` wears each.

    Shorter lists of boxes are filled up with zeros. Dtype, shape and device stay; see `wear.wear`. Without `moves`, no wear
    that moves ink: all that is known of places stays true.
    """
    given = images.dtype
    images, boxes = images.float(), boxes.float()
    heights = text_heights(boxes)
    shares = torch.as_tensor(SHARES, dtype=torch.float32, device=generator.device)
    if not moves:
        shares = shares * shares.new_tensor([name not in MOVES for name in WEARS])
    shares = shares.expand(len(images), -1)
    picked = torch.multinomial(shares, most, generator=generator).to(images.device)
    counts = torch.randint(1, most + 1, (len(images), 1), generator=generator, device=generator.device).to(images.device)
    picked = torch.where(torch.arange(most, device=images.device) < counts, picked, -1)
    weak = weakness(counts[:, 0].float())
    clean, images = images, images.clone()
    for index, name in sorted(enumerate(WEARS), key=lambda pair: WEARS[pair[1]].stage):
        rows = (picked == index).any(1).nonzero()[:, 0]
        if not len(rows):
            continue
        worn, after = apply(images[rows], boxes[rows], generator, name, draw(generator, name, heights[rows], weak[rows]))
        if name in MOVES:
            clean = clean.index_copy(0, rows, worn)
        else:
            worn = torch.where(_wide(readable(clean[rows], worn, after)), worn, images[rows])
        images, boxes = images.index_copy(0, rows, worn), boxes.index_copy(0, rows, after)
    return (images.round() if not given.is_floating_point else images).to(given), boxes
