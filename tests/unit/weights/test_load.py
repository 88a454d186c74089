"""Loading a network from a folder: what fits, what does not, and the error that says which."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from gotocr.errors import OutputError, WeightsError  # noqa: E402
from gotocr.model.config import DecoderConfig, GotConfig, VisionConfig  # noqa: E402
from gotocr.model.presets import build  # noqa: E402
from gotocr.weights import names  # noqa: E402
from gotocr.weights.load import load_got, save_got  # noqa: E402
from gotocr.weights.tensors import TensorFile, write  # noqa: E402

TINY = GotConfig(VisionConfig(32, 4, 3, 16, 2, 2, 32, 3, (1,), 8), DecoderConfig(50, 24, 2, 2, 2, 32), image_id=49)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    network = build(TINY)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_(std=0.3)
    return network


@pytest.fixture
def folder(network, tmp_path):
    save_got(network, tmp_path / "m", bf16=False)
    return tmp_path / "m"


def change(folder, edit, **options) -> None:
    """Rewrite the folder's tensors as `edit` leaves them."""
    stored = {name: np.array(value) for name, value in TensorFile(folder / "model.safetensors").items()}
    edit(stored)
    write(folder / "model.safetensors", stored, **options)


def test_saved_and_loaded(network, folder):
    again = load_got(folder, quiet=True)
    assert again.config == TINY and not again.training and not any(p.requires_grad for p in again.parameters())
    for name, value in network.state_dict().items():
        assert torch.equal(again.state_dict()[name], value)
    assert load_got(folder / "model.safetensors", quiet=True).config == TINY


def test_bf16_is_half_the_size_and_loads_in_any_float(network, folder, tmp_path):
    save_got(network, tmp_path / "half")
    sizes = [(place / "model.safetensors").stat().st_size for place in (folder, tmp_path / "half")]
    assert sizes[1] < 0.6 * sizes[0]
    wide = load_got(tmp_path / "half", quiet=True).state_dict()
    narrow = load_got(tmp_path / "half", dtype="bfloat16", quiet=True).state_dict()
    for name, value in network.state_dict().items():
        assert wide[name].dtype == torch.float32 and torch.equal(wide[name], value.bfloat16().float())
        assert narrow[name].dtype == torch.bfloat16 and torch.equal(narrow[name], value.bfloat16())


def test_the_file_may_vanish_after_loading(folder):
    network = load_got(folder, quiet=True)
    before = network.decoder.embed.weight.clone()
    (folder / "model.safetensors").write_bytes(b"")
    assert torch.equal(network.decoder.embed.weight, before)


def test_missing_unexpected_and_ill_shaped(folder):
    def edit(stored):
        del stored["language_model.model.norm.weight"]
        stored["language_model.model.layers.9.mlp.up_proj.weight"] = np.zeros((2, 2), np.float32)
        stored["vision_tower.pos_embed"] = np.zeros((1, 8, 8, 8), np.float32)
        stored["stranger"] = np.zeros(1, np.float32)

    change(folder, edit)
    with pytest.raises(WeightsError) as caught:
        load_got(folder, quiet=True)
    message = str(caught.value)
    assert str(folder) in message
    assert "1 missing (decoder.norm.weight)" in message
    assert "2 unexpected (" in message and "stranger" in message and "decoder.layers.9.mlp.up.weight" in message
    assert "vision.positions [1, 8, 8, 8] instead of [1, 8, 8, 16]" in message


def test_whole_numbers_are_no_weights(folder):
    change(folder, lambda stored: stored.update({"vision_tower.pos_embed": np.zeros((1, 8, 8, 16), np.int8)}))
    with pytest.raises(WeightsError, match="is I8"):
        load_got(folder, quiet=True)


@pytest.mark.parametrize("same", [True, False])
def test_a_second_head_must_be_the_embedding(folder, same):
    def edit(stored):
        stored["language_model.lm_head.weight"] = stored["language_model.model.embed_tokens.weight"] + (0 if same else 1)

    change(folder, edit)
    if same:
        assert load_got(folder, quiet=True).config == TINY
    else:
        with pytest.raises(WeightsError, match="output head of its own"):
            load_got(folder, quiet=True)


def test_another_config_than_the_weights(folder):
    text = (folder / "config.json").read_text()
    (folder / "config.json").write_text(text.replace('"num_hidden_layers": 2', '"num_hidden_layers": 3'))
    with pytest.raises(WeightsError, match="missing"):
        load_got(folder, quiet=True)


def test_saved_in_our_own_names(network, tmp_path):
    save_got(network, tmp_path, layout="ours", bf16=False)
    assert set(TensorFile(tmp_path / "model.safetensors")) == set(network.state_dict())
    assert names.detect(TensorFile(tmp_path / "model.safetensors")) == "ours"


def test_a_place_that_cannot_be_written(network, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        save_got(network, tmp_path / "file")
