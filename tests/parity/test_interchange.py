"""Layouts of the published model: what transformers saves, what we make of it, and what transformers reads of that."""

from __future__ import annotations

import hashlib
import json
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
safetensors = pytest.importorskip("safetensors")
from safetensors.torch import load_file  # noqa: E402

from gotocr.engines.onnx_got import open_engine  # noqa: E402
from gotocr.errors import WeightsError  # noqa: E402
from gotocr.prompt.published import SLOTS_PER_TILE  # noqa: E402
from gotocr.prompt.template import build  # noqa: E402
from gotocr.prompt.tokenizer import Tokenizer  # noqa: E402
from gotocr.schema import Job, Pixels, Prompt, Task  # noqa: E402
from gotocr.weights.convert import MANIFEST, Wanted, convert  # noqa: E402
from gotocr.weights.load import load_got  # noqa: E402
from gotocr.weights.names import translate  # noqa: E402
from tests.parity.interchange import IMAGE, TIKTOKEN, VOCABULARY, save  # noqa: E402
from tests.parity.theirs import SIDE, TOKENS, tiny_got  # noqa: E402

ALL = transformers.GotOcr2ForConditionalGeneration


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """transformers' model as it saved it, in bfloat16, and what was made of it one after the other."""
    top = tmp_path_factory.mktemp("made")
    save(tiny_got(VOCABULARY, IMAGE).to(torch.bfloat16), top / "theirs")
    theirs = ALL.from_pretrained(top / "theirs").eval()  # `to` would round the rotary base as well
    steps = [("theirs", "original"), ("original", "hf"), ("hf", "ours"), ("ours", "again")]
    for source, name in steps:
        convert(top / source, top / name, Wanted({"again": "original"}.get(name, name), quiet=True))
    return SimpleNamespace(theirs=theirs, top=top)


def digest(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def page(size=(150, 90)) -> Image.Image:
    return Image.fromarray(np.random.default_rng(3).integers(0, 255, (size[1], size[0], 3), np.uint8))


def test_round_trip_is_the_same_to_the_bit(made):
    theirs = load_file(made.top / "theirs" / "model.safetensors")
    back = load_file(made.top / "hf" / "model.safetensors")
    assert back.keys() == theirs.keys() and all(torch.equal(back[name], theirs[name]) for name in theirs)
    assert back["vision_tower.pos_embed"].dtype == torch.bfloat16
    for name in ("model.safetensors", "qwen.tiktoken", "config.json"):
        assert digest(made.top / "original" / name) == digest(made.top / "again" / name), name
    assert (made.top / "again" / "qwen.tiktoken").read_text() == TIKTOKEN


def test_the_authors_layout_has_their_names_and_the_head(made):
    stored = load_file(made.top / "original" / "model.safetensors")
    assert torch.equal(stored["lm_head.weight"], stored["model.embed_tokens.weight"])
    assert "model.vision_tower_high.net_2.weight" in stored and "model.mm_projector_vary.bias" in stored
    config = json.loads((made.top / "original" / "config.json").read_text())
    assert config["model_type"] == "GOT" and config["im_patch_token"] == IMAGE and config["tie_word_embeddings"]
    names = set(load_file(made.top / "theirs" / "model.safetensors"))
    assert set(translate(stored, "original", "hf")) == names


def test_transformers_reads_it_with_equal_logits_and_ids(made):
    again, report = ALL.from_pretrained(made.top / "hf", output_loading_info=True)
    assert not report["missing_keys"] and not report["unexpected_keys"] and not report["mismatched_keys"]
    assert again.dtype == torch.bfloat16
    processor = transformers.AutoProcessor.from_pretrained(made.top / "hf")
    inputs = processor(page(), return_tensors="pt", num_image_tokens=TOKENS)
    inputs["pixel_values"] = inputs["pixel_values"].to(torch.bfloat16)
    with torch.no_grad():
        expected, found = made.theirs(**inputs).logits, again.eval()(**inputs).logits
    assert expected.std() > 0.1 and torch.equal(found, expected)
    ids = [model.generate(**inputs, do_sample=False, max_new_tokens=24, eos_token_id=None, pad_token_id=0) for model in (made.theirs, again)]
    assert torch.equal(*ids) and len(set(ids[0][0, -24:].tolist())) > 4


def test_transformers_generation_stops_at_both_ends(made):
    told = ALL.from_pretrained(made.top / "hf").generation_config
    tokenizer = Tokenizer.from_folder(made.top / "hf")
    assert told.eos_token_id == [tokenizer.id("<|im_end|>"), tokenizer.id("<|endoftext|>")]
    assert told.pad_token_id == tokenizer.id("<|endoftext|>") and told.do_sample is False


def test_transformers_prepares_pictures_and_prompts_as_we_do(made):
    from gotocr.pixels.resize import Recipe, square

    processor = transformers.AutoProcessor.from_pretrained(made.top / "hf")
    assert type(processor).__name__ == "GotOcr2Processor"
    picture = page()
    inputs = processor(picture, return_tensors="np")
    assert inputs["pixel_values"].shape == (1, 3, SIDE, SIDE)
    assert np.abs(inputs["pixel_values"][0] - square(np.asarray(picture), Recipe(side=SIDE))).max() < 1e-6
    prompt = build(Task("plain"), picture.size, 1, Tokenizer.from_folder(made.top / "hf"), "transformers")
    assert tuple(inputs["input_ids"][0]) == prompt.ids


@pytest.mark.parametrize("asked", ["OCR: ", "OCR with format: ", None])
def test_the_chat_template_spells_the_training_prompt(made, asked):
    processor = transformers.AutoProcessor.from_pretrained(made.top / "hf")
    parts = [{"type": "image"}, *([{"type": "text", "text": asked}] if asked else [])]
    text = processor.apply_chat_template([{"role": "user", "content": parts}], add_generation_prompt=True)
    ids = processor.tokenizer(text.replace("<imgpad>", "<imgpad>" * SLOTS_PER_TILE))["input_ids"]
    task = Task("format" if asked and "format" in asked else "plain")
    expected = build(task, (10, 10), 1, Tokenizer.from_folder(made.top / "hf"), "github").ids
    assert tuple(ids) == expected
    assert tuple(processor(images=page(), text=text, return_tensors="np")["input_ids"][0]) == expected


def test_what_transformers_saves_after_us_is_read_here(made, tmp_path):
    """The other way: our folder, loaded and saved by transformers, is the same model again."""
    ALL.from_pretrained(made.top / "hf").save_pretrained(tmp_path)
    transformers.AutoProcessor.from_pretrained(made.top / "hf").save_pretrained(tmp_path)
    ours, again = load_got(made.top / "ours", quiet=True).state_dict(), load_got(tmp_path, quiet=True).state_dict()
    assert all(torch.equal(again[name], ours[name]) for name in ours)
    convert(tmp_path, tmp_path / "converted", Wanted("original", quiet=True))
    assert digest(tmp_path / "converted" / "model.safetensors") == digest(made.top / "original" / "model.safetensors")


@pytest.mark.parametrize("layout", ["ours", "hf", "original"])
def test_our_engine_reads_every_layout_the_same(made, layout):
    pixels = np.random.default_rng(1).normal(size=(1, 3, SIDE, SIDE)).astype(np.float32)
    job = Job(Pixels(pixels), Prompt((7, *[IMAGE] * TOKENS, 8), IMAGE, ()), 12)
    expected, found = (
        [piece.token for piece in open_engine(made.top / name, precision="float32").run(job)] for name in ("theirs", layout)
    )
    assert len(found) == 12 and found == expected


@pytest.mark.parametrize("layout", ["ours", "hf", "original"])
def test_shards_are_read_by_everybody(made, layout, tmp_path):
    convert(made.top / "theirs", tmp_path / "cut", Wanted(layout, shard=60_000, quiet=True))
    index = json.loads((tmp_path / "cut" / "model.safetensors.index.json").read_text())
    shards = sorted(set(index["weight_map"].values()))
    assert len(shards) > 3 and {file.name for file in (tmp_path / "cut").glob("*.safetensors")} == set(shards)
    stored = {name: value for shard in shards for name, value in load_file(tmp_path / "cut" / shard).items()}
    assert stored.keys() == index["weight_map"].keys()
    assert sum(value.nbytes for value in stored.values()) == index["metadata"]["total_size"]
    ours, again = load_got(made.top / "ours", quiet=True).state_dict(), load_got(tmp_path / "cut", quiet=True).state_dict()
    assert all(torch.equal(again[name], ours[name]) for name in ours)
    if layout == "hf":
        theirs = ALL.from_pretrained(tmp_path / "cut").state_dict()
        assert all(torch.equal(theirs[name], value) for name, value in made.theirs.state_dict().items())


def test_the_manifest_names_every_file_with_its_sha256(made):
    for folder in ("original", "hf", "ours"):
        told = json.loads((made.top / folder / MANIFEST).read_text())
        assert set(told["files"]) == {file.name for file in (made.top / folder).iterdir()} - {MANIFEST}
        for name, one in told["files"].items():
            path = made.top / folder / name
            assert one == {"sha256": digest(path), "bytes": path.stat().st_size}
        assert told["layout"] == folder and told["weights"] == "bfloat16" and str(made.top) not in json.dumps(told)


def test_pickle_is_refused_with_a_way_out(made, tmp_path):
    torch.save({}, tmp_path / "pytorch_model.bin")
    (tmp_path / "config.json").write_text((made.top / "hf" / "config.json").read_text())
    for path in (tmp_path, tmp_path / "pytorch_model.bin"):
        with pytest.raises(WeightsError, match="never read; save the model as safetensors"):
            convert(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
