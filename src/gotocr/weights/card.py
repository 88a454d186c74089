"""What is said of a model that was converted: its card (README.md, with the front matter that hubs read) and its manifest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from ..model.config import BASE
from ..prompt.published import DEFAULT_STYLE, IMAGE_END, IMAGE_SLOT, IMAGE_START, STOPS, STYLES, TURN, TURN_END
from .fetch import SOURCES
from .origin import NANO, SHIPPED, Origin

PUBLISHED = SOURCES["base"]
LICENSE = "apache-2.0"  # of the published weights, and of nano
_LIBRARIES = {"ours": "gotocr", "hf": "transformers", "original": "transformers", "onnx": "onnxruntime"}
_FRONT = re.compile(r"\A---\n(.*?\n)---(?:\n|\Z)", re.DOTALL)
_LICENSED = re.compile(r"""^license:[ \t]*(?:(["']?)([a-z0-9][a-z0-9.-]{0,40})\1[ \t]*(?:\#.*)?$)?""", re.MULTILINE)
_PLAIN = re.compile(r"[A-Za-z0-9_][\w.-]*", re.ASCII)  # a name that can stand in any example as it is
_TITLES = {
    "ours": "in the layout of gotocr",
    "hf": "in the layout of transformers",
    "original": "in the authors' layout",
    "onnx": "as ONNX",
}

HF_EXAMPLE = """from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

folder = "FOLDER"
processor = AutoProcessor.from_pretrained(folder)
model = AutoModelForImageTextToText.from_pretrained(folder)
inputs = processor(Image.open("page.png").convert("RGB"), return_tensors="pt").to(model.dtype)
written = model.generate(**inputs, max_new_tokens=4096)[0, inputs["input_ids"].shape[1] :]
print(processor.decode(written, skip_special_tokens=True))
"""

_PROMPT = (f"{TURN}{STYLES[DEFAULT_STYLE].system}{TURN_END}{TURN}user\n{IMAGE_START}", f"{IMAGE_END}\nOCR: {TURN_END}{TURN}assistant\n")
ONNX_EXAMPLE = f"""import json
import numpy as np
import onnxruntime
from PIL import Image
from tokenizers import Tokenizer

folder = "FOLDER"
see = onnxruntime.InferenceSession(f"{{folder}}/picture.onnx", providers=["CPUExecutionProvider"])
write = onnxruntime.InferenceSession(f"{{folder}}/text.onnx", providers=["CPUExecutionProvider"])
tokenizer = Tokenizer.from_file(f"{{folder}}/tokenizer.json")
how = json.load(open(f"{{folder}}/preprocessor_config.json"))

size = how["size"]["width"], how["size"]["height"]
page = Image.open("page.png").convert("RGB").resize(size, Image.Resampling.BICUBIC)
pixels = (np.asarray(page) / 255 - how["image_mean"]) / how["image_std"]
pixels = pixels.transpose(2, 0, 1)[None].astype(np.float32)  # (1, 3, height, width)
images = see.run(["tokens"], {{"pixels": pixels}})[0]  # (tokens of the picture, hidden size)

prompt = {_PROMPT[0]!r} + {IMAGE_SLOT!r} * len(images)
prompt += {_PROMPT[1]!r}
ids = tokenizer.encode(prompt, add_special_tokens=False).ids
stops = [tokenizer.token_to_id(token) for token in {STOPS!r}]
kept = [given for given in write.get_inputs() if given.name.startswith(("keys", "values"))]
past = {{given.name: np.zeros((1, given.shape[1], 0, given.shape[3]), np.float32) for given in kept}}
written = []
while len(written) < 4096:
    logits, *more = write.run(["logits", *(f"{{name}}.out" for name in past)], {{"ids": np.array([ids]), "images": images, **past}})
    token = int(logits[0].argmax())
    if token in stops:
        break
    written.append(token)
    ids, images, past = [token], images[:0], dict(zip(past, more))  # the picture is known now
print(tokenizer.decode(written))
"""

OUR_EXAMPLE = """import gotocr

with gotocr.load("FOLDER") as reader:
    print(reader.read("page.png").leaves[0].text)
"""


@dataclass(frozen=True)
class Told:
    """What a conversion has to say: `stored` are the kinds of number, `digests` the sha256 of what was written to a folder of
    that `name`, and `repo` and its branch `revision` are where it goes on a hub."""

    origin: Origin
    layout: str
    stored: str
    lost: str
    digests: Mapping[str, str]
    name: str = ""
    repo: str | None = None
    revision: str | None = None

    @property
    def folder(self) -> str:
        """What examples call it."""
        name = self.repo.rpartition("/")[2] if self.repo else self.name
        return name if _PLAIN.fullmatch(name) else "FOLDER"

    @property
    def is_published(self) -> bool:
        """Whether it is the published model, or one of its sizes, which is then taken to come from it."""
        return self.origin.config == BASE


def card(told: Told) -> str:
    """The README.md."""
    origin = told.origin
    name = "nano" if origin.family == NANO else "GOT-OCR 2.0"
    lines = ["---", *_front(told), "---", "", f"# {name} {_TITLES[told.layout]}, {told.stored}", "", _came_from(told), ""]
    lines += [f"- numbers: {origin.parameters:,}, stored in {told.stored}", f"- rounding: {told.lost}"]
    if told.layout == "onnx":
        lines += ["- computed in float32" + (", matrices in whole numbers with a scale for each block" if told.stored.startswith("int") else "")]
    lines += ["", "## How to load it", "", *_loading(told), "## Files", "", "| file | sha256 |", "|---|---|"]
    lines += [f"| {file} | {digest} |" for file, digest in sorted(told.digests.items())]
    lines += ["", "`manifest.json` has them, too, with that of this page.", ""]
    return "\n".join(lines)


def manifest(told: Told, files: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
    """What manifest.json says; `files` are sha256 and bytes of every other file of the folder."""
    origin = told.origin
    source: dict[str, Any] = {"layout": origin.layout}
    if origin.name in (SHIPPED, *SOURCES):  # a path is nobody else's business
        source["name"] = origin.name
    if origin.name in SOURCES:
        source |= {"repo": SOURCES[origin.name].repo, "revision": SOURCES[origin.name].revision}
    return {
        "made_by": _maker(),
        "model": origin.family,
        "layout": told.layout,
        "weights": told.stored,
        "numbers": origin.parameters,
        "rounding": told.lost,
        "source": source,
        "files": {name: {"sha256": digest, "bytes": size} for name, (digest, size) in files.items()},
    }


def _maker() -> str:
    with suppress(PackageNotFoundError):
        return f"gotocr {version('gotocr')}"
    return "gotocr"


def _front(told: Told) -> list[str]:
    """The front matter: nothing of it is anybody's text but ours, or a word of a few letters."""
    lines = [f"license: {_license(told)}", f"library_name: {_LIBRARIES[told.layout]}", "pipeline_tag: image-text-to-text"]
    if told.origin.family != NANO and told.is_published:
        lines += [f"base_model: {PUBLISHED.repo}"]
        lines += ["base_model_relation: quantized"] if told.stored.startswith("int") else []
    return [*lines, "tags:", "- ocr", "- got-ocr2" if told.origin.family != NANO else "- gotocr", *(["- onnx"] if told.layout == "onnx" else [])]


def _license(told: Told) -> str:
    """As the card beside the source says, else that of the published weights; unknown for a model of other sizes, and where the card says it in a way not known here."""
    with suppress(OSError, UnicodeDecodeError):
        front = _FRONT.match((told.origin.folder / "README.md").read_text("utf-8"))
        if front and (found := _LICENSED.search(front[1])):
            return found[2] or "unknown"
    return LICENSE if told.is_published or told.origin.name == SHIPPED else "unknown"


def _came_from(told: Told) -> str:
    origin = told.origin
    if origin.family == NANO:
        what = "nano, gotocr's own small model, as it comes with the package" if origin.name == SHIPPED else "A nano, gotocr's small model"
        return f"{what}; written by {_maker()}."
    if origin.name in SOURCES:
        source = SOURCES[origin.name]
        what = f"The published model (`{source.repo}`, revision `{source.revision}`, arXiv 2409.01704)"
    else:
        what = f"A model of the architecture of GOT-OCR 2.0 (arXiv 2409.01704), from a folder in the layout `{origin.layout}`"
    return f"{what}; converted by {_maker()}."


def _loading(told: Told) -> list[str]:
    """A section for each program that reads the layout."""
    parts = [("gotocr", "python", OUR_EXAMPLE), ("gotocr, on the command line", "console", "$ gotocr read page.png --model FOLDER\n")]
    if told.layout == "hf":
        parts.insert(0, ("transformers (4.49 or newer)", "python", HF_EXAMPLE))
    if told.layout == "onnx":
        parts = [*(parts if not told.stored.startswith("int") else []), ("onnxruntime (1.22 or newer), without gotocr", "python", ONNX_EXAMPLE)][::-1]
    lines = []
    if told.layout == "original":
        lines = ["The authors' program needs their Python files beside these (`stepfun-ai/GOT-OCR2_0`: `modeling_GOT.py`, `got_vision_b.py`,", "`tokenization_qwen.py` and others), which are not part of a conversion. gotocr needs none of them.", ""]
    for title, language, code in parts:
        lines += [f"### {title}", "", f"```{language}", code.rstrip("\n").replace("FOLDER", told.folder), "```", ""]
    if told.repo:
        branch = f" --revision {told.revision}" if told.revision else ""
        lines = [f"First fetch it: `hf download {told.repo}{branch} --local-dir {told.folder}`.", "", *lines]
    return lines
