"""Sizes of both model families as frozen dataclasses; no torch, so that anyone may look at them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import ClassVar


@dataclass(frozen=True)
class VisionConfig:
    """The picture encoder: a ViT-B with windowed and global attention (Segment Anything, arXiv 2304.02643, appendix A)."""

    image_size: int = 1024  # pixels; pictures are square
    patch: int = 16  # pixels a side
    channels: int = 3
    width: int = 768
    layers: int = 12
    heads: int = 12
    feed_forward: int = 3072
    window: int = 14  # patches a side
    global_layers: tuple[int, ...] = (2, 5, 8, 11)  # layers that attend to the whole picture
    out_channels: int = 256
    eps: float = 1e-6

    @property
    def grid(self) -> int:
        """Patches a side."""
        return self.image_size // self.patch

    @property
    def head_size(self) -> int:
        return self.width // self.heads


@dataclass(frozen=True)
class DecoderConfig:
    """The writer: a Qwen2-style decoder (arXiv 2407.10671) with a head tied to the embedding."""

    vocab_size: int = 151860
    hidden: int = 1024
    layers: int = 24
    heads: int = 16
    kv_heads: int = 16
    feed_forward: int = 2816
    attention_bias: bool = True  # on query, key and value; never on the output
    eps: float = 1e-6
    rope_theta: float = 1_000_000.0
    max_positions: int = 32768

    @property
    def head_size(self) -> int:
        return self.hidden // self.heads


@dataclass(frozen=True)
class GotConfig:
    """The whole published network (arXiv 2409.01704)."""

    network: ClassVar[str] = "gotocr.model.got:Got"  # what is built from this config

    vision: VisionConfig = field(default_factory=VisionConfig)
    decoder: DecoderConfig = field(default_factory=DecoderConfig)
    image_id: int = 151859  # the token whose places the picture takes

    @property
    def tokens_per_tile(self) -> int:
        """Image tokens one tile becomes: the grid halved twice, squared."""
        side = self.vision.grid
        for _ in range(2):
            side = (side + 1) // 2
        return side * side


BASE = GotConfig()


CELL_HEIGHT, CELL_WIDTH = 8, 4  # pixels a cell of nano's fine map covers: the strides of its stem
NOT_THERE = -1e9  # added to a score of nano: nothing is looked at there
GROUP = 16  # channels that nano's grouped convolutions mix
REACH = 16.0  # pixels: the unit of the box sides that nano's heads give, counted from a cell's centre or a found box
SPAN = 32.0  # pixels: the unit in which the size of a box goes in
ROTARY_BASE = 10_000.0
PLACE_WAVES = 16  # in which nano is told where a token stands, across and down
# No real size is larger; what is not named here is a width.
_MOST_WIDE, _MOST_DEEP, _MOST_IDS = 1 << 14, 1 << 8, 1 << 20
_MOST = {
    **dict.fromkeys(("fine_blocks", "context_layers", "layers", "read_after", "token_rows", "token_columns"), _MOST_DEEP),
    **dict.fromkeys(("vocab_size", "glyph_first", "glyph_count", "window"), _MOST_IDS),
}
_COLDEST, _WARMEST = 0.01, 100


@dataclass(frozen=True)
class NanoConfig:
    """Sizes of a nano; every number a checkpoint needs to be rebuilt. Raises ValueError for what does not fit."""

    network: ClassVar[str] = "gotocr.model.nano:Nano"

    family: str = "nano"
    vocab_size: int = 4096
    glyph_first: int = 288  # first id of the single characters in the vocabulary
    glyph_count: int = 489  # how many of them follow
    stem_width: int = 64
    fine_width: int = 128
    fine_blocks: int = 6
    token_rows: int = 2  # cells of the fine map merged into one image token, down ...
    token_columns: int = 8  # ... and across: 2 x 8 cells = 16 x 32 pixels
    context_layers: int = 3
    hidden: int = 256
    heads: int = 4
    feed_forward: int = 704
    layers: int = 4
    read_after: int = 2  # layers before the pointer reads
    pointer: int = 128
    window: int = 192  # tokens of its own text it looks back on: what it was trained with
    temperature: float = 1.0  # its logits are divided by it to say how sure it is: `train/calibrate.py`

    def __post_init__(self) -> None:
        if self.family != "nano":
            raise ValueError(f"family is {str(self.family)[:40]!r}, not 'nano'")
        for part in fields(self):
            value = getattr(self, part.name)
            most = _MOST.get(part.name, _MOST_WIDE)
            if part.name not in ("family", "temperature") and (type(value) is not int or not 0 < value <= most):
                raise ValueError(f"{part.name} is {str(value)[:40]}, not a whole number from 1 to {most}")
        if type(self.temperature) not in (int, float) or not _COLDEST <= self.temperature <= _WARMEST:
            raise ValueError(f"temperature is {str(self.temperature)[:40]}, not a number from {_COLDEST} to {_WARMEST}")
        quarter = 4  # of a vector: rotations in two dimensions turn pairs, half of them by x and half by y
        for name, step in (("stem_width", GROUP), ("fine_width", GROUP), ("pointer", quarter), ("hidden", quarter * self.heads)):
            if getattr(self, name) % step:
                raise ValueError(f"{name} is {getattr(self, name)}, not a multiple of {step}")
        if self.read_after > self.layers or self.glyph_first + self.glyph_count > self.vocab_size or self.window < 2:
            raise ValueError("read_after is beyond layers, the glyphs are beyond vocab_size, or window is below 2")

    @property
    def stride(self) -> tuple[int, int]:
        """Pixels (down, across) that a picture's sides must be multiples of."""
        return CELL_HEIGHT * self.token_rows, CELL_WIDTH * self.token_columns


NANO = NanoConfig()
