"""Converting the published architecture without torch: memory, rounding, what does not belong, and nothing half done."""

from __future__ import annotations

import json
import math
import os
import tracemalloc
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import ModelCard

from gotocr.errors import OutputError, WeightsError
from gotocr.model.config import DecoderConfig, GotConfig, VisionConfig
from gotocr.weights import LAYOUTS, tensors
from gotocr.weights.companions import CHAT_TEMPLATE, tiktoken, tokenizer_text
from gotocr.weights.config import hf_config, original_config, read_config
from gotocr.weights.convert import KINDS, Wanted, convert
from gotocr.weights.folder import whole_folder
from gotocr.weights.got_stored import shapes
from gotocr.weights.names import rename
from gotocr.weights.origin import GOT, find_origin
from gotocr.weights.stream import ONE_FILE, Tensor, widest_first, write_tensors
from gotocr.weights.tensors import TensorFile, widen
from tests.parity.interchange import IMAGE, TIKTOKEN, VOCABULARY

TINY = GotConfig(VisionConfig(32, 4, 3, 16, 2, 2, 32, 3, (1,), 8), DecoderConfig(VOCABULARY, 32, 2, 2, 2, 64, max_positions=64), image_id=IMAGE)
SHARED = Path(__file__).parents[4] / "shared" / "qwen.tiktoken"


def numbers(count: int, seed: int):
    """float32 a part at a time."""
    rng = np.random.default_rng(seed)
    while count > 0:
        yield rng.normal(0, 0.3, min(count, 1 << 18)).astype(np.float32)
        count -= 1 << 18


def make(folder: Path, config: GotConfig = TINY, edit=lambda stored: stored) -> Path:
    """A model of random float32 weights in transformers' layout; `edit` changes the list of its tensors."""
    folder.mkdir(parents=True)
    stored = [
        Tensor(rename(name, "ours", "hf"), "F32", shape, partial(numbers, math.prod(shape), seed))
        for seed, (name, shape) in enumerate(shapes(config))
    ]
    write_tensors(folder, widest_first(edit(stored)), ONE_FILE)
    (folder / "config.json").write_text(json.dumps(hf_config(config)))
    (folder / "qwen.tiktoken").write_text(TIKTOKEN)
    return folder


@pytest.fixture
def model(tmp_path):
    return make(tmp_path / "model")


@pytest.mark.parametrize("wanted", [Wanted("original"), Wanted("hf", "bfloat16"), Wanted("onnx", "int8"), Wanted("onnx", "int4")], ids=lambda wanted: f"{wanted.layout}, {wanted.weights}")
def test_memory_stays_small_however_large_the_model(tmp_path, monkeypatch, wanted):
    monkeypatch.setattr(tensors, "PART", 1 << 18)
    large = replace(TINY, decoder=replace(TINY.decoder, vocab_size=200_000))
    folder = make(tmp_path / "large", large)
    size = (folder / "model.safetensors").stat().st_size
    convert(make(tmp_path / "small"), tmp_path / "first", replace(wanted, quiet=True))  # what is imported now is no part of it
    tracemalloc.start()
    try:
        convert(folder, tmp_path / "out", replace(wanted, quiet=True))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 25_000_000 and peak < size / 3, f"{peak / 1e6:.1f} MB held of {size / 1e6:.1f}"


@pytest.mark.parametrize(("weights", "unit"), [("bfloat16", 2**-8), ("float16", 2**-11)])
def test_rounding_is_told_and_the_least_there_is(model, tmp_path, weights, unit):
    made = convert(model, tmp_path / "out", Wanted("hf", weights, quiet=True))
    before, after = TensorFile(model / "model.safetensors"), TensorFile(tmp_path / "out" / "model.safetensors")
    errors = {name: float(np.abs(after[name].astype(np.float32) - before[name]).max()) for name in before}
    worst = max(errors, key=lambda name: errors[name])
    assert f"{errors[worst]:.3g}, in {rename(worst, 'hf', 'ours')}," in made.lost
    assert all((np.abs(after[name].astype(np.float32) - before[name]) <= unit * np.abs(before[name]) + 1e-7).all() for name in before)
    again = convert(tmp_path / "out", tmp_path / "wide", Wanted("ours", "float32", quiet=True))
    assert again.lost == "nothing was rounded"
    assert f"- rounding: {made.lost}" in (tmp_path / "out" / "README.md").read_text()


def test_what_float16_cannot_hold_is_an_error(tmp_path):
    def edit(stored):
        return [replace(one, parts=lambda: iter([np.full(one.shape, 7e4, np.float32)])) if one.name.endswith("linear.bias") or "projector.bias" in one.name else one for one in stored]

    folder = make(tmp_path / "model", edit=edit)
    with pytest.raises(WeightsError, match="projector.linear.bias holds numbers that float16 cannot"):
        convert(folder, tmp_path / "out", Wanted("hf", "float16", quiet=True))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"]
    convert(folder, tmp_path / "out", Wanted("hf", "bfloat16", quiet=True))


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda stored: [*stored, Tensor("model.stranger", "F32", (2,), lambda: iter([np.zeros(2, np.float32)]))], "1 unexpected .model.stranger"),
        (lambda stored: [one for one in stored if not one.name.endswith("model.norm.weight")], "1 missing .decoder.norm.weight"),
        (lambda stored: [*stored, Tensor("language_model.lm_head.weight", "F32", (VOCABULARY, 32), lambda: iter([np.ones(VOCABULARY * 32, np.float32)]))], "output head of its own"),
    ],
    ids=["a stranger", "one missing", "another head"],
)
def test_every_tensor_is_accounted_for(tmp_path, edit, says):
    with pytest.raises(WeightsError, match=says):
        convert(make(tmp_path / "model", edit=edit), tmp_path / "out", Wanted("hf", quiet=True))
    assert not (tmp_path / "out").exists()


def test_a_weights_file_that_shrinks_while_it_is_read(model, tmp_path):
    origin = find_origin(model)
    with open(model / "model.safetensors", "r+b") as file:
        file.truncate(1000)
    with pytest.raises(WeightsError, match="changed while it was read"):
        for source in origin.sources.values():
            list(origin.weights.parts(source))


def test_a_full_disk_leaves_nothing(model, tmp_path, monkeypatch):
    from gotocr.weights import stream

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stream.np, "ascontiguousarray", refuse)
    with pytest.raises(OutputError, match="No space left"):
        convert(model, tmp_path / "out", Wanted("hf", quiet=True))
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_found_again(model, tmp_path, layout):
    convert(model, tmp_path / "out", Wanted(layout, quiet=True))
    found = find_origin(tmp_path / "out")
    assert (found.family, found.layout) == (GOT, {"onnx": "ours"}.get(layout, layout)) and found.config == TINY
    assert "numbers in float32" in found.told() and layout in KINDS[GOT]


def test_a_lone_file_is_a_model_too(model, tmp_path):
    convert(model / "model.safetensors", tmp_path / "out", Wanted("ours", quiet=True))
    assert find_origin(tmp_path / "out" / "model.safetensors").config == TINY


def test_configs_are_read_as_they_were_written(tmp_path):
    for described in (hf_config(TINY, "bfloat16"), original_config(TINY, "bfloat16")):
        (tmp_path / "config.json").write_text(json.dumps(described))
        assert read_config(tmp_path) == TINY and described["torch_dtype"] == "bfloat16"
    published = original_config(GotConfig())
    assert "vision_config" not in published and published["im_start_token"] == 151857 and published["im_patch_token"] == 151859
    (tmp_path / "config.json").write_text(json.dumps(published))
    assert read_config(tmp_path) == GotConfig()


def test_a_tokenizer_of_another_kind_has_no_place_in_the_authors_layout(model, tmp_path):
    spec = json.loads(tokenizer_text(model))
    spec["added_tokens"].append({**spec["added_tokens"][0], "id": VOCABULARY - 1, "content": "<|mine|>"})
    (model / "tokenizer.json").write_text(json.dumps(spec))
    with pytest.raises(WeightsError, match="<|mine|>.* use --to hf"):
        convert(model, tmp_path / "out", Wanted("original", quiet=True))
    convert(model, tmp_path / "hf", Wanted("hf", quiet=True))
    assert (tmp_path / "hf" / "tokenizer.json").read_text() == (model / "tokenizer.json").read_text()


BROKEN = [{}, [], {"added_tokens": []}, {"added_tokens": [1]}, {"added_tokens": [{"content": [], "id": 1}]}, {"added_tokens": [], "model": {"type": "BPE", "vocab": {"a": []}, "merges": []}}]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_broken_tokenizer_is_named_and_never_passed_on(model, tmp_path, layout):
    for said in (b"\xff", b"[" * 100_000, *(json.dumps(one).encode() for one in BROKEN)):
        (model / "tokenizer.json").write_bytes(said)
        with pytest.raises(WeightsError, match="tokenizer.json is not a tokenizer"):
            convert(model, tmp_path / "out", Wanted(layout, quiet=True))
    assert not (tmp_path / "out").exists()


def test_the_published_tokenizer_comes_back_to_the_byte():
    if not SHARED.is_file():
        pytest.skip("needs qwen.tiktoken")
    from gotocr.prompt.qwen import build

    assert tiktoken(build(SHARED).to_str()) == SHARED.read_text()


def test_a_card_says_what_hubs_ask_and_takes_no_text_of_others(model, tmp_path):
    (model / "README.md").write_text("---\nlicense: mit\nbase_model: <script>\n---\n# evil | text\n")
    convert(model, tmp_path / "out", Wanted("hf", quiet=True))
    card = (tmp_path / "out" / "README.md").read_text()
    front = card.split("---\n")[1].splitlines()
    assert "license: mit" in front and "library_name: transformers" in front and "pipeline_tag: image-text-to-text" in front
    assert not any(line.startswith("base_model") for line in front) and "script" not in card and str(tmp_path) not in card
    convert(model / "model.safetensors", tmp_path / 'odd "name', Wanted("onnx", "int8", quiet=True))
    card = (tmp_path / 'odd "name' / "README.md").read_text()
    told = ModelCard(card).data  # as the hub's own library reads it
    assert (told.license, told.library_name, told.pipeline_tag) == ("mit", "onnxruntime", "image-text-to-text") and "onnx" in told.tags
    assert 'folder = "FOLDER"' in card and "odd" not in card
    compile(card.split("```python\n")[1].split("```")[0], "card", "exec")


@pytest.mark.parametrize(
    ("text", "license"),
    [
        ("---\nx: 1\nlicense: mit\n---\n", "mit"),
        ('---\r\nlicense: "cc-by-nc-4.0"  # no trade\r\n---\r\n', "cc-by-nc-4.0"),
        ("---\nlicense:\n- mit\n- gpl-3.0\n---\n", "unknown"),
        ("---\nlicense: MINE | <b>\n---\n", "unknown"),
        ("---\nx: 1\n---\nlicense: mit\n", "apache-2.0"),
        ("# no front matter\n", "apache-2.0"),
    ],
)
def test_a_license_that_is_not_understood_is_never_replaced_by_ours(model, text, license):
    from gotocr.weights.card import Told, card

    (model / "README.md").write_bytes(text.encode())
    told = Told(replace(find_origin(model), config=GotConfig()), "hf", "float32", "nothing was rounded", {})
    assert ModelCard(card(told)).data.license == license


def test_the_card_of_the_published_sizes_names_what_it_comes_from(model, tmp_path):
    from gotocr.weights.card import Told, card

    origin = replace(find_origin(model), config=GotConfig())
    told = ModelCard(card(Told(origin, "onnx", "int8", "nothing was rounded", {}, "got-onnx"))).data
    assert (told.base_model, told.license) == ("stepfun-ai/GOT-OCR-2.0-hf", "apache-2.0") and told.to_dict()["base_model_relation"] == "quantized"
    told = ModelCard(card(Told(replace(origin, name="base"), "hf", "bfloat16", "nothing was rounded", {}))).data
    assert told.base_model == "stepfun-ai/GOT-OCR-2.0-hf" and "base_model_relation" not in told.to_dict()


def test_the_names_of_transformers_memory_are_read(tmp_path):
    def edit(stored):
        renamed = [replace(one, name=rename(one.name, "hf", "hf-memory")) for one in stored]
        return [*renamed, *(replace(one, name="lm_head.weight") for one in renamed if one.name.endswith("embed_tokens.weight"))]

    found = find_origin(make(tmp_path / "memory", edit=edit))
    assert found.layout == "hf-memory"
    convert(found.path, tmp_path / "out", Wanted("hf", quiet=True))
    convert(make(tmp_path / "disk"), tmp_path / "same", Wanted("hf", quiet=True))
    assert (tmp_path / "out" / "model.safetensors").read_bytes() == (tmp_path / "same" / "model.safetensors").read_bytes()


def test_what_killed_runs_left_is_tidied_up(model, tmp_path):
    old, young = (tmp_path / f".out.{name}.part" for name in ("0123abcd", "4567abcd"))
    for left in (old, young):
        left.mkdir()
    os.utime(old, (1e9, 1e9))
    convert(model, tmp_path / "out", Wanted("ours", quiet=True))
    assert not old.exists() and young.exists() and (tmp_path / "out" / "config.json").is_file()


def test_who_was_quicker_is_not_replaced(model, tmp_path):
    with pytest.raises(OutputError, match="exists already"), whole_folder(tmp_path / "out") as part:
        (part / "mine").write_text("")
        with whole_folder(tmp_path / "out") as other:
            (other / "theirs").write_text("")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["theirs"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "out"]


def test_a_mounted_folder_is_told_from_other_trouble(model, tmp_path, monkeypatch):
    def refuse(source, target):
        raise OSError(16, "Device or resource busy")

    (tmp_path / "out").mkdir()
    monkeypatch.setattr("gotocr.weights.folder.os.rename", refuse)
    with pytest.raises(OutputError, match="name a folder within it"):
        convert(model, tmp_path / "out", Wanted("ours", quiet=True))
    assert list((tmp_path / "out").iterdir()) == [] and sorted(path.name for path in tmp_path.iterdir()) == ["model", "out"]


def test_a_link_is_never_replaced(model, tmp_path):
    (tmp_path / "link").symlink_to(make(tmp_path / "other"))
    with pytest.raises(OutputError, match="no folder"):
        convert(model, tmp_path / "link", Wanted("ours", force=True, quiet=True))
    assert (tmp_path / "other" / "config.json").is_file()


def test_a_bfloat16_tensor_is_written_as_its_bits(tmp_path):
    bits = np.arange(40, dtype=np.uint16) + 0x3F80
    digests, places = write_tensors(tmp_path, [Tensor("a", "BF16", (5, 8), lambda: iter([bits[:16], bits[16:]]))], ONE_FILE)
    file = TensorFile(tmp_path / "model.safetensors")
    assert np.array_equal(file["a"].reshape(-1), widen(bits)) and list(digests) == ["model.safetensors"]
    data = (tmp_path / "model.safetensors").read_bytes()
    assert data[places["a"].begin :][: places["a"].size] == bits.tobytes()
    with pytest.raises(OutputError, match="a is not as long"):
        write_tensors(tmp_path, [Tensor("a", "BF16", (5, 9), lambda: iter([bits]))], ONE_FILE)


@pytest.mark.parametrize("rows", [0, 3])
def test_parts_are_the_whole(model, rows):
    file = TensorFile(model / "model.safetensors")
    for name in list(file)[:5]:
        parts = list(file.parts(name, rows))
        assert np.array_equal(np.concatenate(parts).reshape(file[name].shape), file[name])
        assert not rows or all(part.shape[1:] == file[name].shape[1:] for part in parts)


def test_the_chat_template_is_a_template():
    jinja2 = pytest.importorskip("jinja2")
    template = jinja2.Environment().from_string(CHAT_TEMPLATE)
    pictures = [{"role": "user", "content": [{"type": "image"}, {"type": "image_url"}, {"type": "text", "text": "OCR across multi pages: "}]}]
    told = template.render(messages=[{"role": "system", "content": "Be brief."}, *pictures], add_generation_prompt=True)
    assert told == (
        "<|im_start|>system\nBe brief.<|im_end|><|im_start|>user\n<img><imgpad><imgpad></img>\nOCR across multi pages: <|im_end|><|im_start|>assistant\n"
    )
