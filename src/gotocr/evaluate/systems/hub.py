"""The published model as transformers runs it, with the same weights as this project's own reader."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from ...errors import MissingProgramError, UsageError, WeightsError
from ...pixels.source import page_of
from ...prompt.published import STOPS
from ...prompt.tokenizer import JSON_NAME
from ...reader import MODELS
from ...weights.fetch import SOURCES, find
from ...weights.settings import read_config
from ..suite import Item
from .picture import region_of
from .stamp import stamp
from .system import Choice

SHRINKING = 4  # tokens stand for squares of 4 x 4 patches, published in code only
_LOUD = 40  # logging.ERROR: its progress and advice are for people


class Hub:
    """transformers' GotOcr2ForConditionalGeneration and its processor, loaded as its documentation does."""

    name = "transformers"

    def __init__(self, folder: Path, choice: Choice) -> None:
        self._folder, self.choice = folder, choice
        transformers = library()
        try:
            self.model = transformers.GotOcr2ForConditionalGeneration.from_pretrained(folder, local_files_only=True)
            self.model = self.model.to(choice.device).eval()
            self.processor = _processor(transformers, folder, self.model.config.vision_config.image_size)
        except Exception as error:  # whatever its many parts raise over files
            first = (str(error).splitlines() or [""])[0]
            raise WeightsError(f"transformers cannot load {folder} ({type(error).__name__}: {first:.200})") from error
        vision = self.model.config.vision_config
        self._tokens = (vision.image_size // vision.patch_size // SHRINKING) ** 2
        stops = self.processor.tokenizer.convert_tokens_to_ids(list(STOPS))
        self._greedy = dict(do_sample=False, max_new_tokens=choice.max_tokens, eos_token_id=stops, pad_token_id=stops[-1])

    @cached_property
    def version(self) -> str:
        import torch
        import transformers

        number = str(self.model.dtype).removeprefix("torch.")
        programs = f"transformers {transformers.__version__}, torch {torch.__version__}"
        return f"{programs}, {self._folder.resolve().name} (sha256 {stamp(self._folder)}), {number}, device {self.choice.device}"

    def read(self, item: Item, mode: str) -> str:
        import torch
        from PIL import Image

        page, region = page_of(item.image, item.page), region_of(item)
        how: dict[str, Any] = {"format": mode == "format", "num_image_tokens": self._tokens}
        if region is not None and region.box is not None:
            how["box"] = list(region.box)  # it counts in thousandths of the page itself
        if region is not None and region.colour is not None:
            how["color"] = region.colour
        asked = self.processor(Image.fromarray(page.image), return_tensors="pt", **how).to(self.model.device)
        asked["pixel_values"] = asked["pixel_values"].to(self.model.dtype)
        with torch.inference_mode():
            ids = self.model.generate(**asked, **self._greedy)
        return self.processor.tokenizer.decode(ids[0, asked["input_ids"].shape[1] :], skip_special_tokens=True).strip()

    def close(self) -> None:
        del self.model


def library() -> Any:
    """transformers, with all that is used of it. Raises MissingProgramError."""
    try:
        import torch  # noqa: F401 - transformers begins without it, and then has no models
        import transformers
        from transformers import GotOcr2ForConditionalGeneration, GotOcr2Processor  # noqa: F401 - found when asked for
    except (ImportError, RuntimeError) as error:  # RuntimeError: parts of it that do not fit each other, such as torchvision
        missing = isinstance(error, ModuleNotFoundError)
        what = "transformers with torch" if missing else f"a transformers that can be loaded ({str(error).splitlines()[0]:.200})"
        raise MissingProgramError(what, "pip install 'transformers>=5.0' torch") from error
    transformers.logging.set_verbosity(_LOUD)
    return transformers


def _processor(transformers: Any, folder: Path, side: int) -> Any:
    """The published processor, which squeezes every picture into a square of `side` pixels, with the folder's tokenizer."""
    pictures = transformers.GotOcr2ImageProcessorPil(size={"height": side, "width": side})
    return transformers.GotOcr2Processor(pictures, transformers.PreTrainedTokenizerFast(tokenizer_file=str(folder / JSON_NAME)))


def open_system(choice: Choice) -> Hub:
    """See `system.OpenSystem`. Raises MissingProgramError without transformers, WeightsError where it knows no such weights."""
    library()
    if choice.model in MODELS and choice.model not in SOURCES:
        raise UsageError(f"transformers knows no model like {choice.model}; choose --model {', '.join(SOURCES)} or a folder")
    folder = find(choice.model, quiet=True)
    if not folder.is_dir() or read_config(folder).get("model_type") != "got_ocr2":
        raise WeightsError(f"{folder} is no folder with weights in transformers' layout; choose --model base, or such a folder")
    return Hub(folder, choice)
