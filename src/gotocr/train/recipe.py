"""A training run as data: which pictures, how long, which rates; read from a TOML file, unknown keys are errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from ..draw.fonts import BUNDLED as BUNDLED_FONTS
from ..errors import MissingExtraError, UsageError
from ..model.config import NANO
from ..draw.corpus import BUNDLED as BUNDLED_CORPUS
from ..weights.nano_files import FOLDER as SHIPPED
from ..weights.nano_files import TOKENIZER
from .pupil import PUPILS

ROW, COLUMN = NANO.stride  # what canvases' heights and widths go by
SCHEDULES = ("wsd", "cosine", "linear")
PARALLELS = ("ddp", "fsdp")


# Text for canvases up to a height.
SUITED = (
    (64, ("word", "line", "line", "line")),
    (128, ("line", "paragraph")),
    (255, ("paragraph",)),
    (8192, ("paragraph", "page")),
)


@dataclass(frozen=True)
class Bucket:
    """Canvases drawn together: height and width in pixels, and how often they come."""

    height: int
    width: int
    weight: float = 1.0
    sources: tuple[str, ...] = ()  # what is drawn on them, each as often; shards too; () = text as suits their height

    @property
    def drawn(self) -> tuple[str, ...]:
        """What is drawn on such a canvas."""
        if self.sources:
            return self.sources
        return next(sources for most, sources in SUITED if self.height <= most)


@dataclass(frozen=True)
class Window:
    """How a text becomes a training sequence."""

    lengths: tuple[int, ...] = (24, 40, 64, 96, 144, 192)  # the only lengths of batches: kernels are made per shape
    fill: float = 0.6  # a batch is as long as about this quantile of its texts; longer ones are cut at a random place
    merge_dropout: float = 1.0  # share of BPE merges left out: 1 = single characters
    formatted: float = 0.2  # share of text samples read as Markdown
    structured: float = 0.9  # the same of other kinds; what has no plain text is always read so
    with_places: bool = True  # tell where each token going in was written; off only in ablations
    own_places: float = 0.0  # share of samples told where the model itself believes each to stand: as when it reads

    def __post_init__(self) -> None:
        if not self.lengths or min(self.lengths) < 2:
            raise UsageError(f"lengths of a window must be 2 tokens or more, not {self.lengths}")
        for name in ("fill", "merge_dropout", "formatted", "structured", "own_places"):
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(f"{name} of a window must be from 0 to 1, not {getattr(self, name)}")


@dataclass(frozen=True)
class LossWeights:
    """How much each part of the loss counts; 0 leaves a part out."""

    token: float = 1.0
    point: float = 1.0
    box: float = 0.3
    ink: float = 1.0
    glyph: float = 1.0
    glyph_box: float = 0.3

    def __post_init__(self) -> None:
        if min(vars(self).values()) < 0 or not any(vars(self).values()):
            raise UsageError("weights of the loss must be 0 or more, and not all 0")


@dataclass(frozen=True)
class Recipe:
    """One training run; each field is a key of the recipe file, the usual ones options of `gotocr train`, too."""

    name: str = "run"
    out: str = "runs/run"
    pupil: str = "nano"  # which family of models learns: a name of `pupil.PUPILS`
    start: str = "shipped"  # "shipped", "fresh", or a model's folder to go on from with a new optimizer
    resume: bool = False  # go on where the run in `out` was ended, to the bit
    tokenizer: str = ""  # a tokenizer.json; "" = that of the weights it starts from, the shipped one for fresh ones
    corpus: str = str(BUNDLED_CORPUS)
    fonts: tuple[str, ...] = (str(BUNDLED_FONTS),)
    minutes: float = 10.0  # the run ends at whichever comes first, minutes or steps
    steps: int = 1_000_000
    dense_share: float = 0.0  # first part of the run that trains the dense glyph head alone
    pixels: int = 393_216  # picture area of a batch
    rate: float = 1.5e-3
    schedule: str = "wsd"  # the rate behind the warm-up: "wsd" stays, then falls; "cosine" and "linear" fall all along
    warmup: int = 100  # steps
    decay_share: float = 0.35  # of "wsd": last part of the run in which the rate falls to nothing
    weight_decay: float = 0.05
    clip: float = 1.0  # most a gradient's norm may be
    accumulate: int = 1  # batches a step (each process)
    reuse: int = 1  # times each drawn batch is learnt from, worn anew each time: for devices that learn faster than is drawn
    average: float = 0.999  # EMA of the weights, per step
    frozen: tuple[str, ...] = ()  # parts of the network that do not learn, such as "stem"
    worn: float = 0.5  # share of pictures that are worn
    held_back: int = 2000  # passages of each corpus file kept for validation
    seed: int = 0
    workers: int = 1
    threads: int = 0  # 0 = torch's own choice
    device: str = "cpu"
    compile: bool | None = None  # torch.compile; not given = on CUDA
    gradient_checkpointing: bool = False  # keep no activations inside the network's layers: less memory, a third more work
    parallel: str = "ddp"  # under torchrun: "ddp" = the whole network in each process, "fsdp" = a part of it
    patience: float = 600.0  # seconds a process waits for the others before the run ends
    save_every: int = 200  # steps
    log_every: int = 20  # steps
    show_every: int = 1000  # steps between pictures of what it reads now; 0 = never
    tensorboard: bool = False  # the log as event files, too
    buckets: tuple[Bucket, ...] = (
        Bucket(48, 256, 3.0),
        Bucket(48, 512, 3.0),
        Bucket(96, 512, 3.0),
        Bucket(160, 512, 2.0),
        Bucket(256, 512, 1.5),
    )
    window: Window = field(default_factory=Window)
    weights: LossWeights = field(default_factory=LossWeights)
    model: Mapping[str, Any] = field(default_factory=dict)  # sizes of a fresh model that differ from the preset's
    study: Mapping[str, Any] = field(default_factory=dict)  # what this family of models alone needs to be told

    def __post_init__(self) -> None:
        above = ("minutes", "steps", "pixels", "rate", "clip", "accumulate", "reuse", "save_every", "log_every", "patience")
        for name in above:
            if not getattr(self, name) > 0:
                raise UsageError(f"{name} of a recipe must be above 0, not {getattr(self, name)}")
        for name in ("warmup", "weight_decay", "held_back", "seed", "workers", "threads", "show_every"):
            if not getattr(self, name) >= 0:
                raise UsageError(f"{name} of a recipe must be 0 or more, not {getattr(self, name)}")
        for name in ("dense_share", "decay_share", "average", "worn"):
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(f"{name} of a recipe must be from 0 to 1, not {getattr(self, name)}")
        for name, choices in (("pupil", PUPILS), ("schedule", SCHEDULES), ("parallel", PARALLELS)):
            if getattr(self, name) not in choices:
                raise UsageError(f"{name} of a recipe is one of {', '.join(choices)}, not {getattr(self, name)!r}")
        for bucket in self.buckets:
            if bucket.height <= 0 or bucket.width <= 0 or bucket.height % ROW or bucket.width % COLUMN or bucket.weight < 0:
                raise UsageError(f"bucket {bucket.height} x {bucket.width}: heights go by {ROW} pixels, widths by {COLUMN}")
        if not sum(bucket.weight for bucket in self.buckets) > 0:
            raise UsageError("a recipe needs buckets with weights above 0")
        if not self.fonts:
            raise UsageError("a recipe needs a folder of fonts")
        if self.dense_share and not (self.weights.ink or self.weights.glyph):
            raise UsageError("dense_share trains the dense head alone, and weights.ink and weights.glyph are both 0")

    @property
    def source(self) -> Path | None:
        """The nano folder whose weights a run starts from; None for fresh ones."""
        return {"fresh": None, "shipped": SHIPPED}.get(self.start, Path(self.start))

    @property
    def tokenizer_file(self) -> Path:
        return Path(self.tokenizer) if self.tokenizer else (self.source or SHIPPED) / TOKENIZER


def read_recipe(path: str | Path, **changes: Any) -> Recipe:
    """The recipe of a TOML file, with `changes` on top; raises UsageError for unknown keys, wrong types and bad values."""
    try:
        import tomllib
    except ModuleNotFoundError:  # Python 3.10
        try:
            import tomli as tomllib
        except ModuleNotFoundError as cause:
            raise MissingExtraError("train", "reading recipes") from cause
    try:
        values = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as cause:
        raise UsageError(f"{path}: not a readable TOML recipe ({cause})") from cause
    recipe = fill(Recipe, values, str(path))
    return replace(recipe, **changes)


def fill(target: type, values: Any, where: str) -> Any:
    """Build the dataclass `target` from a table, tables inside it likewise; a list gives its fields in order.

    Raises UsageError, which begins with `where`, for unknown keys and wrong types.
    """
    names = [part.name for part in fields(target)]
    if isinstance(values, list) and 0 < len(values) <= len(names):
        values = dict(zip(names, values, strict=False))
    if not isinstance(values, Mapping):
        raise UsageError(f"{where}: expected a table of {', '.join(names)}")
    hints = get_type_hints(target)
    if unknown := sorted(set(values) - set(hints)):
        raise UsageError(f"{where}: unknown keys {', '.join(unknown)}; known are {', '.join(names)}")
    filled = {name: _value(hints[name], value, f"{where}: {name}") for name, value in values.items()}
    try:
        return target(**filled)
    except TypeError as cause:  # a field without a default is not given
        raise UsageError(f"{where}: give {', '.join(names)}") from cause
    except UsageError as cause:
        raise UsageError(f"{where}: {cause}") from cause


def _value(hint: Any, value: Any, where: str) -> Any:
    if is_dataclass(hint):
        return fill(hint, value, where)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise UsageError(f"{where} must be a list, not {value!r}")
        return tuple(_value(get_args(hint)[0], item, where) for item in value)
    if NoneType in get_args(hint):  # may be left out, and TOML has no word for that
        hint = get_args(hint)[0]
    kind = get_origin(hint) or hint  # Mapping[str, Any] -> Mapping
    if kind is float and type(value) is int:
        return float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool) or value != value:
        raise UsageError(f"{where} must be {'a table' if kind is Mapping else kind.__name__}, not {value!r}")
    return value
