"""A tiny base is taught in every way there is: what may not learn does not move, and what comes out is read everywhere."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

torch = pytest.importorskip("torch")
pytest.importorskip("peft")
pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr import load  # noqa: E402
from gotocr.errors import InputError, UsageError  # noqa: E402
from gotocr.train.finetune import finetune  # noqa: E402
from gotocr.train.got import open_pupil  # noqa: E402
from gotocr.train.recipe import Bucket, read_recipe  # noqa: E402
from gotocr.weights.load import load_got  # noqa: E402

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A base with the published 256 slots a picture and heads that ONNX Runtime takes, a vocabulary of bytes, and nothing learnt."""
    tiny = read_recipe(ROOT / "recipes" / "base-tiny.toml")
    seeing = {"image_size": 1024, "patch": 16, "window": 14, "width": 16, "layers": 2, "global_layers": []}
    writing = {**tiny.model["decoder"], "hidden": 64, "heads": 2, "kv_heads": 2, "feed_forward": 96}
    model = {**tiny.model, "vision": {**tiny.model["vision"], **seeing}, "decoder": writing}
    pupil = open_pupil(replace(tiny, model=model, buckets=(Bucket(48, 256, 1, ("word",)),)))
    return pupil.save(pupil.network.state_dict(), tmp_path_factory.mktemp("small") / "base")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    lines = []
    for number in range(6):
        picture = Image.new("L", (200 + 8 * number, 60), 240)
        ImageDraw.Draw(picture).text((12, 20), f"number {number} of six", fill=10)
        picture.save(folder / f"{number}.png")
        lines.append({"image": f"{number}.png", "text": f"number {number}"})
    lines[1] |= {"region": [0, 0, 100, 60]}
    lines[2] = {"query": "<image>OCR with format: ", "response": "$2$", "images": ["2.png"]}
    (folder / "data.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder / "data.jsonl"


PARTS = {"full": {"vision", "projector", "decoder"}, "last-1": {"decoder"}, "last-3": {"vision", "decoder"}, "lora": {"decoder"}}


@pytest.mark.parametrize("learn", PARTS)
def test_base_is_taught(learn, small, data, tmp_path):
    transformers = pytest.importorskip("transformers")
    out = tmp_path / "out"
    options = {"steps": 2, "check_every": 1, "length": 512, "judged": 1, "drawn": 0, "workers": 0, "threads": 1, "mix": 0.25, "rate": 1e-2}
    result = finetune(str(data), str(out), model=str(small), learn=learn, rank=4, patience=9, gradient_checkpointing=learn == "full", minutes=60, **options)
    assert [look["step"] for look in result["looks"]] == [0, 1, 2] and set(result["memory"]) > {"weights", "activations"}
    start, made = load_got(small, quiet=True).state_dict(), load_got(out, quiet=True).state_dict()
    last = load_got(out / "training", quiet=True).state_dict()  # of the weights that were learnt last
    assert {name.partition(".")[0] for name, value in last.items() if not torch.equal(value, start[name])} == PARTS[learn]
    theirs = transformers.GotOcr2ForConditionalGeneration.from_pretrained(out).float()
    assert torch.equal(theirs.get_input_embeddings().weight.detach(), made["decoder.embed.weight"])
    picture = data.parent / "3.png"
    for engine in ("torch", "onnx"):
        with load(str(out), engine=engine, quiet=True) as reader:
            assert isinstance(reader.read(picture, "plain", max_tokens=3).pages[0].text, str)


def test_a_length_that_leaves_no_room_is_refused_before_any_reading(small, data, tmp_path):
    with pytest.raises(InputError, match="give --length [0-9]+ or more") as wrong:
        finetune(str(data), str(tmp_path / "out"), model=str(small), length=300)
    fits = max(map(int, re.findall("--length ([0-9]+)", str(wrong.value))))
    with pytest.raises(UsageError, match=f"length of a study is {fits}; a picture and its prompt alone take up to"):
        finetune(str(data), str(tmp_path / "out"), model=str(small), length=fits)
    with pytest.raises(UsageError, match="beyond the decoder's"):
        finetune(str(data), str(tmp_path / "out"), model=str(small), length=10**6, memory=10**6)
    assert not (tmp_path / "out").exists()
