"""nano's folder: saved and read again, and hostile configs and weights refused before anything is built."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from gotocr.errors import OutputError, WeightsError
from gotocr.model.config import NANO, NanoConfig
from gotocr.weights import int8
from gotocr.weights.nano_files import blend
from gotocr.weights.nano_files import CONFIG, FOLDER, TOKENIZER, WEIGHTS, load_nano, read_nano_config, read_tensors, save_nano
from gotocr.weights.tensors import TensorFile, write

SHIPPED_TOKENIZER = FOLDER / TOKENIZER


def settings(**changes) -> dict:
    return {**asdict(NANO), **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"family": "got"},
        {"family": None},
        {"layers": 10**9},
        {"layers": 0},
        {"layers": -4},
        {"layers": 4.0},
        {"layers": True},
        {"layers": "4"},
        {"layers": None},
        {"layers": [4]},
        {"hidden": 1 << 40},
        {"hidden": 258},
        {"heads": 3},
        {"fine_width": 100},
        {"stem_width": 8},
        {"pointer": 30},
        {"read_after": 5},
        {"glyph_first": 4000},
        {"window": 1},
        {"token_rows": 0},
        {"unheard_of": 1},
    ],
    ids=str,
)
def test_hostile_configs(tmp_path, changes):
    (tmp_path / CONFIG).write_text(json.dumps(settings(**changes)))
    with pytest.raises(WeightsError) as caught:
        read_nano_config(tmp_path)
    assert "\n" not in str(caught.value) and CONFIG in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "3", "[" * 100_000, '{"family": ["nano"]}'])
def test_what_is_no_config(tmp_path, text):
    (tmp_path / CONFIG).write_text(text)
    with pytest.raises(WeightsError):
        read_nano_config(tmp_path)


def test_sizes_left_out_are_the_presets(tmp_path):
    (tmp_path / CONFIG).write_text('{"family": "nano", "layers": 6}')
    assert read_nano_config(tmp_path) == NanoConfig(layers=6)
    with pytest.raises(WeightsError, match="no folder"):
        read_nano_config(tmp_path / "nowhere")


def test_temperature(tmp_path):
    for text, expected in (("", 1.0), (', "temperature": 2', 2.0), (', "temperature": 0.85', 0.85)):
        (tmp_path / CONFIG).write_text(f'{{"family": "nano"{text}}}')
        assert read_nano_config(tmp_path).temperature == expected
    warm = replace(NANO, temperature=1.25)
    assert read_nano_config(save_nano(tmp_path, {}, warm, SHIPPED_TOKENIZER)) == warm
    for wrong in ("0", "-1.0", "true", "NaN", "Infinity", "1e-30", '"warm"', "null"):
        (tmp_path / CONFIG).write_text(f'{{"family": "nano", "temperature": {wrong}}}')
        with pytest.raises(WeightsError, match="temperature is .*, not a number from 0.01 to 100"):
            read_nano_config(tmp_path)


def test_saved_is_what_is_read(tmp_path):
    tensors = {"a": np.arange(4, dtype=np.float32)}
    folder = save_nano(tmp_path / "new" / "model", tensors, NANO, SHIPPED_TOKENIZER)
    assert read_nano_config(folder) == NANO and (TensorFile(folder / WEIGHTS)["a"] == tensors["a"]).all()
    assert (folder / TOKENIZER).read_bytes() == SHIPPED_TOKENIZER.read_bytes()
    save_nano(folder, tensors, NANO, folder / TOKENIZER)  # going on in the same folder
    assert sorted(file.name for file in folder.iterdir()) == sorted([CONFIG, TOKENIZER, WEIGHTS])


def test_what_cannot_be_saved(tmp_path):
    with pytest.raises(WeightsError, match="no tokenizer"):
        save_nano(tmp_path / "model", {}, NANO, tmp_path / "none.json")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        save_nano(tmp_path / "file", {}, NANO, SHIPPED_TOKENIZER)


def test_weights_that_do_not_fit(tiny_nano, tmp_path):
    tensors = {name: np.array(value) for name, value in TensorFile(tiny_nano / WEIGHTS).items()}
    config = read_nano_config(tiny_nano)
    name = "layers.0.query.weight"
    for changed in (
        {**tensors, name: tensors[name][:-1]},
        {**tensors, "extra": tensors[name]},
        {key: value for key, value in tensors.items() if key != name},
        {**tensors, name: tensors[name].astype(np.int32)},
    ):
        save_nano(tmp_path, changed, config, SHIPPED_TOKENIZER)
        with pytest.raises(WeightsError, match="1 tensors do not fit"):
            load_nano(tmp_path)
    write(tmp_path / WEIGHTS, tensors)
    assert load_nano(tmp_path).config == config


def test_a_huge_model_takes_no_memory_before_its_weights_are_seen(tiny_nano, tmp_path):
    huge = NanoConfig(hidden=1 << 14, feed_forward=1 << 14, layers=20)
    save_nano(tmp_path, dict(TensorFile(tiny_nano / WEIGHTS)), huge, SHIPPED_TOKENIZER)
    with pytest.raises(WeightsError, match="do not fit"):
        load_nano(tmp_path)  # 100 GB, had it been built


@pytest.fixture
def tiny_int8(tiny_nano, tmp_path):
    """The tiny nano's config, its tensors as int8, and a folder to save them in."""
    return read_nano_config(tiny_nano), int8.pack(dict(TensorFile(tiny_nano / WEIGHTS)), "int8"), tmp_path


def test_int8_is_read_as_what_it_stands_for(tiny_int8, tiny_nano):
    config, tensors, folder = tiny_int8
    save_nano(folder, tensors, config, SHIPPED_TOKENIZER)
    assert (folder / WEIGHTS).stat().st_size < 0.3 * (tiny_nano / WEIGHTS).stat().st_size
    trained, read = load_nano(tiny_nano).state_dict(), load_nano(folder).state_dict()
    assert trained.keys() == read.keys()
    for name, values in read.items():
        half = trained[name].abs().flatten(1).amax(1) / 127 / 2 if name in tensors and name + int8.SCALES in tensors else None
        away = (values - trained[name]).abs()
        assert away.max() <= 1e-3 * trained[name].abs().max() if half is None else away.flatten(1).median() <= half.max(), name


@pytest.mark.parametrize("torn", ["no scales", "scales alone", "other scales", "float matrix", "bias"])
def test_int8_that_does_not_fit(tiny_int8, torn):
    config, tensors, folder = tiny_int8
    name = "layers.0.query.weight"
    scales = name + int8.SCALES
    if torn == "no scales":
        del tensors[scales]
    elif torn == "scales alone":
        del tensors[name]
    elif torn == "other scales":
        tensors[scales] = tensors[scales][1:]
    elif torn == "float matrix":
        tensors[name] = tensors[name].astype(np.float16)
    else:
        tensors["layers.0.query.bias"] = tensors["layers.0.query.bias"].astype(np.int8)
    save_nano(folder, tensors, config, SHIPPED_TOKENIZER)
    with pytest.raises(WeightsError, match="tensors do not fit"):
        load_nano(folder)


def test_int8_that_is_damaged(tiny_int8):
    config, tensors, folder = tiny_int8
    tensors["embedding.weight" + int8.SCALES][7] = np.nan
    save_nano(folder, tensors, config, SHIPPED_TOKENIZER)
    with pytest.raises(WeightsError, match="embedding.weight.scales are no scales"):
        load_nano(folder)
    whole = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(whole[:-1])
    with pytest.raises(WeightsError, match="not a sound safetensors file"):
        load_nano(folder)


def test_weights_between_two(tiny_nano, tmp_path):
    config = read_nano_config(tiny_nano)
    tensors = read_tensors(tiny_nano, config)
    moved = {name: values + np.float32(1) for name, values in tensors.items()}
    save_nano(tmp_path, moved, replace(config, temperature=2.0), tiny_nano / TOKENIZER)
    between = blend(tiny_nano, tmp_path, 0.25)
    assert between.keys() == tensors.keys()
    for name, values in tensors.items():
        np.testing.assert_allclose(between[name], values + 0.25, rtol=1e-5, atol=1e-6)
    with pytest.raises(WeightsError, match="differ in shape or tokenizer"):
        blend(tiny_nano, FOLDER, 0.5)
