"""What learns: last layers, or LoRA, which merged into the weights gives the same network; against peft's own merging."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
peft = pytest.importorskip("peft")
pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.errors import MissingExtraError, UsageError  # noqa: E402
from gotocr.model.nano import Nano  # noqa: E402
from gotocr.train.feed import tensors  # noqa: E402
from gotocr.train.finetune.adapters import layers_of, limit, merged  # noqa: E402
from gotocr.train.got import Scholar, open_pupil  # noqa: E402
from gotocr.train.nano import NanoPupil, see, write  # noqa: E402
from gotocr.train.recipe import read_recipe  # noqa: E402
from gotocr.weights.config import read_config  # noqa: E402
from gotocr.weights.load import load_got  # noqa: E402

RECIPES = Path(__file__).parents[4] / "recipes"


def nano() -> Nano:
    return NanoPupil(read_recipe(RECIPES / "tiny.toml")).network


def base() -> Scholar:
    return open_pupil(read_recipe(RECIPES / "base-tiny.toml")).network


@pytest.mark.parametrize(("make", "family", "layers"), [(nano, "nano", 5), (base, "got", 4)], ids=["nano", "base"])
def test_the_last_layers_learn(make, family, layers):
    network = make()
    names = layers_of(network, family)
    assert len(names) == layers
    for count in (1, layers):
        limit(network := make(), family, f"last-{count}", 0)
        learning = {name for name, weight in network.named_parameters() if weight.requires_grad}
        inside = {name for name in network.state_dict() if name.startswith(tuple(f"{layer}." for layer in names[-count:]))}
        assert inside <= learning and all(name.split(".")[-2] in ("norm", "where") for name in learning - inside)
    with pytest.raises(UsageError, match=f"has {layers} layers; give last-{layers} or full"):
        limit(make(), family, f"last-{layers + 1}", 0)


def shaken(network) -> None:
    """LoRA begins as nothing: let its matrices say something."""
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if ".lora_B." in name:
                weight.copy_(0.3 * torch.randn(weight.shape, generator=generator))


@pytest.mark.parametrize(("make", "family"), [(nano, "nano"), (base, "got")], ids=["nano", "base"])
def test_merged_weights_are_those_that_peft_merges(make, family):
    network, names = make(), make().state_dict().keys()
    limit(network, family, "lora", 4)
    learning = {name for name, weight in network.named_parameters() if weight.requires_grad}
    assert learning and all(".lora_" in name for name in learning)
    shaken(network)
    ours = merged(network.state_dict())
    from peft.tuners.lora import LoraLayer

    for module in network.modules():
        if isinstance(module, LoraLayer):
            module.merge(adapter_names=["taught"])
    theirs = {name.replace(".base_layer.", "."): value for name, value in network.state_dict().items() if ".lora_" not in name}
    plain = make().state_dict()
    assert ours.keys() == theirs.keys() == names
    assert all(torch.allclose(value, theirs[name], atol=1e-6) for name, value in ours.items())
    assert sum(not torch.equal(value, plain[name]) for name, value in ours.items()) == len(learning) / 2


def test_nano_merged_says_what_nano_with_lora_says():
    recipe = read_recipe(RECIPES / "tiny.toml")
    pupil = NanoPupil(recipe)
    columns = tensors(pupil.batches()()(0))
    network = pupil.network.eval()
    limit(network, "nano", "lora", 4)
    shaken(network)
    with torch.no_grad():
        before = write(network, see(network, columns), columns).logits
        other = nano().eval()
        plain = write(other, see(other, columns), columns).logits
        other.load_state_dict(merged(network.state_dict()))
        after = write(other, see(other, columns), columns).logits
    assert torch.allclose(before, after, atol=1e-4) and not torch.allclose(before, plain, atol=1e-2)


def test_base_merged_says_what_base_with_lora_says(tmp_path):
    """In our network, in the folder that is read again, and in transformers' own model."""
    transformers = pytest.importorskip("transformers")
    pupil = open_pupil(read_recipe(RECIPES / "base-tiny.toml"))
    network, columns = pupil.network.eval(), tensors(pupil.batches()()(0))
    limit(network, "got", "lora", 4)
    shaken(network)
    folder = pupil.save(merged(network.state_dict()), tmp_path / "merged")
    ours = load_got(folder, quiet=True)
    other = Scholar(read_config(folder)).eval()
    other.load_state_dict(ours.state_dict())
    with torch.no_grad():
        assert torch.allclose(network(columns)[0], other(columns)[0], atol=1e-4)
        plain = base().eval()(columns)[0]
        assert not torch.allclose(plain, other(columns)[0], atol=1e-3)
    theirs = transformers.GotOcr2ForConditionalGeneration.from_pretrained(folder).eval()
    ids = torch.tensor([[pupil.config.image_id] * pupil.config.tokens_per_tile + [40, 41, 42, 43]])
    pixels = torch.randn(1, 3, 128, 128, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = theirs(input_ids=ids, pixel_values=pixels).logits
        images = network.encode(pixels)
        x = network.decoder.embed(ids)
        x[0, : pupil.config.tokens_per_tile] = images[0]
        found = network.decoder.logits(network.decoder(x))
    assert torch.allclose(found, expected, atol=1e-3)


def test_without_peft_it_is_said_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(MissingExtraError, match=r"gotocr\[finetune\]"):
        limit(nano(), "nano", "lora", 4)
