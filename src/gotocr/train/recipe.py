"""A training run as data: which pictures, how long, which rates; read from a TOML file, unknown keys are errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_args, get_type_hints

from ..draw.fonts import BUNDLED as BUNDLED_FONTS
from ..errors import UsageError
from ..synth.corpus import BUNDLED as BUNDLED_CORPUS
from ..weights.nano_files import FOLDER as SHIPPED


@dataclass(frozen=True)
class Bucket:
    """Canvases drawn together: height and width in pixels, and how often they come."""

    height: int
    width: int
    weight: float = 1.0


@dataclass(frozen=True)
class Window:
    """How a text becomes a training sequence."""

    lengths: tuple[int, ...] = (24, 40, 64, 96, 144, 192)  # the only lengths of batches: kernels are made per shape
    fill: float = 0.6  # a batch is as long as about this quantile of its texts; longer ones are cut at a random place
    merge_dropout: float = 1.0  # share of BPE merges left out: 1 = single characters
    formatted: float = 0.2  # share of samples read as Markdown
    with_places: bool = True  # tell where each token going in was written; off only in ablations


@dataclass(frozen=True)
class LossWeights:
    """How much each part of the loss counts; 0 leaves a part out."""

    token: float = 1.0
    point: float = 1.0
    box: float = 0.3
    ink: float = 1.0
    glyph: float = 1.0
    glyph_box: float = 0.3


@dataclass(frozen=True)
class Recipe:
    """One training run; each field is a key of the recipe file and may be given on the command line."""

    name: str = "run"
    out: str = "runs/run"
    start: str = "shipped"  # "shipped", "fresh", or a nano folder to continue from
    tokenizer: str = str(SHIPPED / "tokenizer.json")
    corpus: str = str(BUNDLED_CORPUS)
    fonts: tuple[str, ...] = (str(BUNDLED_FONTS),)
    minutes: float = 10.0  # the run ends at whichever comes first, minutes or steps
    steps: int = 1_000_000
    dense_share: float = 0.0  # first part of the run that trains the dense glyph head alone
    pixels: int = 393_216  # picture area of a batch
    rate: float = 1.5e-3
    warmup: int = 100  # steps
    decay_share: float = 0.35  # last part of the run in which the rate falls to nothing
    weight_decay: float = 0.05
    average: float = 0.999  # EMA of the weights, per step
    worn: float = 0.5  # share of pictures that are worn
    held_back: int = 2000  # passages of each corpus file kept for validation
    seed: int = 0
    workers: int = 1
    threads: int = 0  # 0 = torch's own choice
    device: str = "cpu"
    save_every: int = 200  # steps
    buckets: tuple[Bucket, ...] = (Bucket(48, 256, 3), Bucket(48, 512, 3), Bucket(96, 512, 3), Bucket(160, 512, 2), Bucket(256, 512, 1.5))
    window: Window = field(default_factory=Window)
    weights: LossWeights = field(default_factory=LossWeights)
    model: Mapping[str, Any] = field(default_factory=dict)  # sizes of a fresh model that differ from the preset's

    def __post_init__(self) -> None:
        if self.minutes <= 0 or self.steps <= 0 or self.pixels <= 0:
            raise UsageError("minutes, steps and pixels of a recipe must be positive")
        for bucket in self.buckets:
            if bucket.height % 16 or bucket.width % 32:
                raise UsageError(f"bucket {bucket.height} x {bucket.width}: heights go by 16 pixels, widths by 32")


def read_recipe(path: str | Path, **changes: Any) -> Recipe:
    """The recipe of a TOML file, with `changes` on top; raises UsageError for unknown keys and wrong types."""
    try:
        import tomllib
    except ModuleNotFoundError:  # Python 3.10
        import tomli as tomllib
    try:
        values = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as cause:
        raise UsageError(f"{path}: not a readable TOML recipe ({cause})") from cause
    return replace(_fill(Recipe, values, str(path)), **changes)


def _fill(target: type, values: Any, where: str) -> Any:
    """Build the dataclass `target` from a table, tables inside it likewise."""
    if not isinstance(values, Mapping):
        raise UsageError(f"{where}: expected a table of {', '.join(part.name for part in fields(target))}")
    hints = get_type_hints(target)
    if unknown := sorted(set(values) - set(hints)):
        raise UsageError(f"{where}: unknown keys {', '.join(unknown)}; known are {', '.join(sorted(hints))}")
    return target(**{name: _value(hints[name], value, f"{where}: {name}") for name, value in values.items()})


def _value(hint: Any, value: Any, where: str) -> Any:
    if is_dataclass(hint):
        return _fill(hint, value, where)
    if isinstance(value, list):
        inner = get_args(hint)[0] if get_args(hint) else None
        return tuple(_value(inner, item, where) for item in value)
    if hint is float and isinstance(value, int):
        return float(value)
    if isinstance(hint, type) and not isinstance(value, hint):
        raise UsageError(f"{where} must be {hint.__name__}, not {value!r}")
    return value
