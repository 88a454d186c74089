"""What a recipe of the published network says: its sizes, its vocabulary, and how pictures become pairs; no torch."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from ..errors import UsageError
from ..model.config import GotConfig
from ..prompt.published import DEFAULT_STYLE, IMAGE_SLOT, QWEN_SPECIALS, STYLES, TURN_END
from ..prompt.tokenizer import JSON_NAME, TIKTOKEN_NAME, Tokenizer
from ..weights.config import read_config
from ..weights.fetch import find
from .recipe import Recipe, fill

PARTS = ("vision", "projector", "decoder")
BYTES = "bytes"  # the vocabulary that needs no file: one token a byte, then the published marks
_NANOS = ("dense_share", "pixels", "window", "weights")  # keys of a recipe that tell nano something and base nothing


@dataclass(frozen=True)
class Study:
    """The table `study` of a recipe with `pupil = "base"`."""

    pairs: int = 8  # pictures with their texts in a batch, however many rows they fill
    length: int = 4096  # most tokens of a pair, and of a row that several pairs are packed into
    tiles: int = 1  # most tiles a picture is cut into that is much larger than one view; 1 = never
    formatted: float = 0.2  # share of text samples read as Markdown
    structured: float = 0.9  # the same of other kinds; what has no plain text is always read so
    style: str = DEFAULT_STYLE  # how prompts are spelled: one of `prompt.published.STYLES`
    takes: tuple[str, ...] = ()  # parts of the network that come from `start`; () = all, in the sizes they have there
    decoder: str = ""  # a folder with a Qwen2-like language model of the decoder's sizes that the decoder begins as

    def __post_init__(self) -> None:
        if self.pairs < 1 or self.tiles < 1:
            raise UsageError(f"pairs and tiles of a study must be 1 or more, not {self.pairs} and {self.tiles}")
        for name in ("formatted", "structured"):
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(f"{name} of a study must be from 0 to 1, not {getattr(self, name)}")
        if self.style not in STYLES:
            raise UsageError(f"style of a study is one of {', '.join(STYLES)}, not {self.style!r}")
        if strangers := [part for part in self.takes if part not in PARTS]:
            raise UsageError(f"takes of a study names parts of the network ({', '.join(PARTS)}), not {strangers[0]!r}")


def study_of(recipe: Recipe) -> Study:
    """The recipe's study. Raises UsageError for unknown keys, bad values, and keys of a recipe that only nano listens to."""
    for part in fields(Recipe):
        if part.name in _NANOS and getattr(recipe, part.name) != getattr(Recipe(), part.name):
            raise UsageError(f"{part.name} is for nano; a recipe with pupil = 'base' says in [study] how its pictures are read")
    study = fill(Study, recipe.study, "study")
    if study.takes and recipe.start == "fresh":
        raise UsageError("takes of a study names parts that come from start, and start is 'fresh'")
    return study


def source_of(recipe: Recipe) -> Path | None:
    """The folder a run starts from; None for fresh weights. "shipped" is the published model, downloaded if need be."""
    if recipe.start == "fresh":
        return None
    return find("base", quiet=True) if recipe.start == "shipped" else Path(recipe.start)


def sizes_of(recipe: Recipe, source: Path | None) -> GotConfig:
    """The network's sizes: those of `source` when all of it is taken, else the published ones changed by `model`.

    Raises UsageError for sizes that cannot be, WeightsError for a folder that describes another model.
    """
    if source is not None and not study_of(recipe).takes:
        if recipe.model:
            raise UsageError("a recipe gives model sizes only for a part that is fresh; weights bring their own")
        return read_config(source)
    config = fill(GotConfig, recipe.model, "model")
    vision, decoder = config.vision, config.decoder
    wide = vision.width % vision.heads or decoder.hidden % decoder.heads or decoder.heads % decoder.kv_heads
    if wide or decoder.head_size % 2 or vision.image_size % vision.patch or vision.window < 1:
        raise UsageError("the recipe's model cannot be built: heads divide widths, patches divide pictures, head sizes are even")
    if not 0 <= config.image_id < decoder.vocab_size:
        raise UsageError(f"the recipe's model cannot be built: image_id is {config.image_id}, not below vocab_size")
    return config


def vocabulary_of(recipe: Recipe, source: Path | None) -> str:
    """Where the vocabulary lies: a file, or BYTES. Raises UsageError when a fresh network is not told."""
    if recipe.tokenizer == BYTES:
        return BYTES
    place = Path(recipe.tokenizer) if recipe.tokenizer else source
    if place is None:
        raise UsageError(
            f"a fresh base needs a vocabulary: tokenizer = the published {JSON_NAME} or {TIKTOKEN_NAME}, "
            f"or '{BYTES}' for one of single bytes"
        )
    if place.is_dir():
        place = next((place / name for name in (JSON_NAME, TIKTOKEN_NAME) if (place / name).is_file()), place / JSON_NAME)
    return str(place)


def open_vocabulary(vocabulary: str) -> Tokenizer:
    """The tokenizer of a vocabulary that `vocabulary_of` found. Raises WeightsError."""
    if vocabulary != BYTES:
        return Tokenizer.from_folder(vocabulary)
    from tokenizers import Tokenizer as Library

    return Tokenizer(Library.from_str(byte_vocabulary()))


def byte_vocabulary() -> str:
    """The tokenizer.json of BYTES: enough to rehearse with, and 256 + 217 tokens long."""
    from tokenizers import Tokenizer as Library
    from tokenizers import decoders, models, pre_tokenizers

    from ..prompt.qwen import byte_letters

    library = Library(models.BPE({letter: byte for byte, letter in enumerate(byte_letters())}, []))
    library.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    library.decoder = decoders.ByteLevel()
    library.add_special_tokens(list(QWEN_SPECIALS))
    return library.to_str()


def check_vocabulary(tokenizer: Tokenizer, config: GotConfig) -> None:
    """Raises UsageError unless the network has a row for every token and knows the token of the picture's places."""
    slot, rows = tokenizer.id(IMAGE_SLOT), config.decoder.vocab_size
    if slot != config.image_id or max(tokenizer.vocab_size - 1, tokenizer.id(TURN_END)) >= rows:
        raise UsageError(
            f"the vocabulary has {tokenizer.vocab_size} tokens, {IMAGE_SLOT} is {slot}; the network has {rows} rows and takes "
            f"{config.image_id} for it: give the model's own tokenizer, or sizes that fit"
        )
