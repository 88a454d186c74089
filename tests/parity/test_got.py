"""The published network against transformers' own, tiny and with random weights; its full size on torch's meta device."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from gotocr.engines.torch_got import GotTorchEngine  # noqa: E402
from gotocr.model.config import BASE  # noqa: E402
from gotocr.model.got import write_naively  # noqa: E402
from gotocr.model.presets import PRESETS, build  # noqa: E402
from gotocr.schema import Job, Pixels, Prompt  # noqa: E402
from gotocr.weights import names  # noqa: E402
from gotocr.weights.config import read_config  # noqa: E402
from gotocr.weights.load import load_got, save_got  # noqa: E402
from gotocr.weights.tensors import TensorFile, write  # noqa: E402
from tests.parity.theirs import TOKENS, tiny_got  # noqa: E402

IMAGE = 299  # the tiny model's image token
TOLERANCE = 1e-4
PUBLISHED = 560_528_640
# The config.json that lies beside the published weights (608 bytes).
PUBLISHED_CONFIG = {
    "architectures": ["GotOcr2ForConditionalGeneration"],
    "ignore_index": -100,
    "image_seq_length": 576,
    "image_token_index": 151859,
    "model_type": "got_ocr2",
    "text_config": {
        "hidden_size": 1024,
        "intermediate_size": 2816,
        "max_window_layers": 21,
        "model_type": "qwen2",
        "num_attention_heads": 16,
        "num_hidden_layers": 24,
        "num_key_value_heads": 16,
        "rope_theta": 1000000.0,
        "tie_word_embeddings": True,
        "vocab_size": 151860,
    },
    "torch_dtype": "bfloat16",
    "transformers_version": "4.49.0.dev0",
    "vision_config": {"model_type": ""},
}


@pytest.fixture(scope="module", params=[(4, 1e6), (2, 1e4)], ids=["plain heads", "shared heads"])
def pair(request, tmp_path_factory):
    """transformers' model, ours loaded from what it saved, the folder, and the pictures."""
    theirs = tiny_got(300, IMAGE, *request.param, width=(48, 96))
    folder = tmp_path_factory.mktemp("theirs")
    theirs.save_pretrained(folder)
    pixels = torch.randn(3, 3, 64, 64, generator=torch.Generator().manual_seed(5))
    return SimpleNamespace(theirs=theirs, ours=load_got(folder, quiet=True), folder=folder, pixels=pixels)


def prompt(tiles: int) -> list[int]:
    return [7, 8, 9, *[IMAGE] * (TOKENS * tiles), 10, 11, 12]


@torch.no_grad()
def logits_of(model, ids: list[int], pixels) -> torch.Tensor:
    return model(input_ids=torch.tensor([ids]), pixel_values=pixels).logits


def test_tiny_config_is_read(pair):
    assert pair.ours.config.decoder.rope_theta == pair.theirs.config.text_config.rope_parameters["rope_theta"]
    assert pair.ours.config.decoder.kv_heads == pair.theirs.config.text_config.num_key_value_heads
    assert pair.ours.config.tokens_per_tile == TOKENS


@pytest.mark.parametrize("tiles", [1, 3])
def test_logits(pair, tiles):
    theirs = logits_of(pair.theirs, prompt(tiles), pair.pixels[:tiles])
    with torch.no_grad():
        ours = pair.ours(torch.tensor([prompt(tiles)]), pair.pixels[:tiles])
    assert theirs.std() > 0.1  # else the comparison says nothing
    assert (ours - theirs).abs().max() < TOLERANCE


def test_both_ways_of_attending_equal_theirs(pair):
    with torch.no_grad():
        theirs = pair.theirs.get_image_features(pair.pixels).pooler_output
        banded = pair.ours.encode(pair.pixels)
    with torch.enable_grad():
        folded = pair.ours.encode(pair.pixels)
    assert (banded - theirs).abs().max() < TOLERANCE
    assert (folded - theirs).abs().max() < TOLERANCE
    assert not torch.equal(folded, banded)  # they really went two ways


def test_text_without_picture(pair):
    theirs = logits_of(pair.theirs, [3, 4, 5], None)
    with torch.no_grad():
        assert (pair.ours(torch.tensor([[3, 4, 5]])) - theirs).abs().max() < TOLERANCE


def write_theirs(model, ids: list[int], pixels, stop_ids: list[int] | None, count: int) -> list[int]:
    model.generation_config.eos_token_id = stop_ids
    out = model.generate(
        input_ids=torch.tensor([ids]), pixel_values=pixels, attention_mask=torch.ones(1, len(ids), dtype=torch.long),
        do_sample=False, max_new_tokens=count, pad_token_id=1,
    )  # fmt: skip
    return out[0, len(ids) :].tolist()


def job(tiles: int, pixels, stops=(2,), count: int = 64) -> Job:
    return Job(Pixels(pixels[:tiles].numpy()), Prompt(tuple(prompt(tiles)), IMAGE, tuple(stops)), count)


def write_cached(network, tiles: int, pixels, count: int, at_once: int = 1) -> list[int]:
    """Greedy writing through the engine's stepper."""
    step, stepper = GotTorchEngine(network, None).begin(job(tiles, pixels, count=count))
    written = [int(step.logits.argmax())]
    while len(written) < count:
        step = stepper.feed(written[-1:])
        written.append(int(step.logits.argmax()))
    assert step.logits.dtype == np.float32 and step.box is None
    return written


@pytest.mark.parametrize("tiles", [1, 3])
def test_64_greedy_ids(pair, tiles):
    theirs = write_theirs(pair.theirs, prompt(tiles), pair.pixels[:tiles], None, 64)
    assert len(theirs) == 64 and len(set(theirs)) > 8  # a text, not one token over and over
    assert write_naively(pair.ours, prompt(tiles), pair.pixels[:tiles], (), 64) == theirs
    assert write_cached(pair.ours, tiles, pair.pixels, 64) == theirs


def test_either_stop_id_ends_the_text(pair):
    free = write_theirs(pair.theirs, prompt(1), pair.pixels[:1], None, 24)
    last = max(free.index(token) for token in set(free))  # where some token first appears
    for stops in ([free[last], 298], [298, free[last]]):
        theirs = write_theirs(pair.theirs, prompt(1), pair.pixels[:1], stops, 24)
        assert theirs == free[: last + 1]
        assert write_naively(pair.ours, prompt(1), pair.pixels[:1], stops, 24) == theirs


def in_layout(pair, layout: str, folder) -> None:
    """Write the tiny weights as `layout` stores them, our names never involved for transformers' own two."""
    stored = {name: np.array(value) for name, value in TensorFile(pair.folder / "model.safetensors").items()}
    if layout != "hf":
        stored = names.translate(stored, "hf", layout)
    if layout == "original":
        stored["lm_head.weight"] = stored["model.embed_tokens.weight"]
    folder.mkdir(exist_ok=True)
    write(folder / "model.safetensors", stored)
    (folder / "config.json").write_text((pair.folder / "config.json").read_text())


@pytest.mark.parametrize("layout", names.LAYOUTS)
def test_every_layout_loads_the_same_network(pair, layout, tmp_path):
    in_layout(pair, layout, tmp_path)
    again = load_got(tmp_path, quiet=True).state_dict()
    ours = pair.ours.state_dict()
    assert again.keys() == ours.keys()
    assert all(torch.equal(again[name], ours[name]) for name in ours)


def test_names_are_theirs_on_disk_and_in_memory(pair):
    ours = {name: name for name in pair.ours.state_dict()}
    assert set(names.translate(ours, "ours", "hf")) == set(TensorFile(pair.folder / "model.safetensors"))
    in_memory = set(pair.theirs.state_dict()) - {names.head("hf-memory")}
    assert set(names.translate(ours, "ours", "hf-memory")) == in_memory
    for layout in names.LAYOUTS:
        there = names.translate(ours, "ours", layout)
        assert names.detect(there) == layout
        assert names.translate(there, layout, "ours") == ours


def test_transformers_reads_what_we_save(pair, tmp_path):
    save_got(pair.ours, tmp_path, bf16=False)
    assert read_config(tmp_path) == pair.ours.config
    again, report = transformers.GotOcr2ForConditionalGeneration.from_pretrained(tmp_path, output_loading_info=True)
    assert not report["missing_keys"] and not report["unexpected_keys"]
    theirs = logits_of(pair.theirs, prompt(1), pair.pixels[:1])
    assert torch.equal(logits_of(again.eval(), prompt(1), pair.pixels[:1]), theirs)


def test_published_config_is_the_base_preset(tmp_path):
    text = json.dumps(PUBLISHED_CONFIG, indent=2) + "\n"
    assert len(text) == 608  # the published file, byte for byte
    (tmp_path / "config.json").write_text(text)
    assert read_config(tmp_path) == PRESETS["base"] == BASE


def test_full_size_has_the_published_parameters():
    with torch.device("meta"):
        ours = build(PRESETS["base"])
        theirs = transformers.GotOcr2ForConditionalGeneration(transformers.GotOcr2Config())
    assert sum(value.numel() for value in ours.parameters()) == PUBLISHED
    assert BASE.tokens_per_tile == 256
    ours = {name: tuple(value.shape) for name, value in ours.state_dict().items()}
    theirs = {name: tuple(value.shape) for name, value in theirs.state_dict().items()}
    assert names.translate(theirs, "hf-memory", "ours") == ours
