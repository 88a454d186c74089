"""Losses of batches that lack something: glyphs, ink, everything."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from gotocr.model.config import NanoConfig  # noqa: E402
from gotocr.model.nano import Nano, Text  # noqa: E402
from gotocr.schema import Glyphs, Sample  # noqa: E402
from gotocr.synth.pairs import NO_GLYPHS  # noqa: E402
from gotocr.train.losses import led, losses, own_places  # noqa: E402
from gotocr.train.recipe import LossWeights, Recipe, Window  # noqa: E402
from gotocr.train.targets import Targets  # noqa: E402

SMALL = {"hidden": 64, "heads": 2, "layers": 2, "read_after": 1, "fine_width": 32, "stem_width": 16, "fine_blocks": 2}
SMALL |= {"context_layers": 1, "feed_forward": 96, "pointer": 32}


@pytest.fixture(scope="module")
def model() -> Nano:
    torch.manual_seed(0)
    return Nano(NanoConfig(**SMALL)).train()


def sample(text: str, located: bool = True) -> Sample:
    rng = np.random.default_rng(len(text))
    image = rng.integers(0, 255, (32, 64, 3)).astype(np.uint8)
    boxes = np.array([(8.0 * n, 8.0, 8.0 * n + 7, 24.0) for n in range(len(text))], np.float32).reshape(-1, 4)
    glyphs = Glyphs(text, boxes, *[np.arange(len(text), dtype=np.int32)] * 2) if located else NO_GLYPHS
    return Sample(image, text, text, glyphs, "text", located=located)


def batch(*samples: Sample) -> dict:
    built = Targets(Recipe().tokenizer_file, Window(lengths=(12,), formatted=0.0)).build(samples, np.random.default_rng(3))
    return {name: torch.from_numpy(np.ascontiguousarray(column)) for name, column in vars(built).items()}


def test_parts_by_sample_are_means_of_tokens(model: Nano) -> None:
    total, parts = losses(model, batch(sample("abc"), sample("abcdefg")), LossWeights(), False)
    assert torch.isfinite(total) and parts["per_sample"].shape == (2,)
    tokens = torch.tensor([4.0, 8.0])  # and the end
    assert torch.allclose((parts["per_sample"] * tokens).sum() / tokens.sum(), parts["token"], atol=1e-5)


def test_a_batch_of_empty_pictures_teaches_to_write_nothing(model: Nano) -> None:
    model.zero_grad()
    total, parts = losses(model, batch(sample(""), sample("")), LossWeights(), False)
    total.backward()
    assert torch.isfinite(total) and all(torch.isfinite(w.grad).all() for w in model.parameters() if w.grad is not None)
    assert float(parts["point"]) == 0 and float(parts["token"]) > 0


def test_pictures_without_glyphs_teach_the_tokens_alone(model: Nano) -> None:
    _, with_glyphs = losses(model, batch(sample("abcd")), LossWeights(), False)
    total, without = losses(model, batch(sample("abcd", located=False)), LossWeights(), False)
    assert torch.isfinite(total)
    assert all(float(without[name]) == 0 for name in ("ink", "glyph", "glyph_box", "point", "box"))
    assert float(without["token"]) > 0 and all(float(with_glyphs[name]) > 0 for name in ("ink", "glyph", "point"))
    both = losses(model, batch(sample("abcd"), sample("abcd", located=False)), LossWeights(), False)[1]
    assert torch.allclose(both["ink"], with_glyphs["ink"], atol=1e-5), "ink of unknown pictures is no paper"


def test_own_places_are_those_of_reading_on(model: Nano) -> None:
    """The reader's own boxes, one token after the other with a past, as an engine feeds them back."""
    given = batch(sample("abc"), sample("abcde", located=False))
    pixels = given["pixels"].permute(0, 3, 1, 2).float() / 127.5 - 1
    sight = model.see(pixels)
    found = own_places(model, sight, given)
    assert model.training and torch.equal(found[0], given["places"][0]), "known places stay"
    model.eval()
    layers = (tuple(layer[1:] for layer in part) for part in (sight.image_keys, sight.image_values))
    only = type(sight)(*layers, *(part[1:] for part in (sight.point_keys, sight.cells, sight.ink, sight.boxes)))
    with torch.no_grad():
        for count in range(1, 6):  # all at once gives the same
            text = Text(given["ids"][1:, :count], found[1:, :count], given["positions"][1:, :count])
            written, _ = model.write(only, text, model.empty_past(1))
            assert torch.allclose(written.boxes[0, -1], found[1, count], atol=1e-2)
    model.train()


def test_a_long_text_without_places_is_never_begun_in_its_middle() -> None:
    build = Targets(Recipe().tokenizer_file, Window(lengths=(12,), formatted=0.0))
    letters = "abcdefghijklmnopqrstuvwxyz"
    for seed in range(20):
        built = build.build([sample(letters, located=False)], np.random.default_rng(seed))
        assert built.positions[0, 1] == 1 and not built.places.any() and (built.first == -1).all()


def test_who_is_led_stands_where_the_model_believes_to_stand(model: Nano) -> None:
    given = batch(sample("abc"), sample("abcde"))
    sight = model.see(given["pixels"].permute(0, 3, 1, 2).float() / 127.5 - 1)
    assert led(model, sight, given, given["places"], 0.0) is given["places"]
    found = led(model, sight, given, given["places"], 1.0)
    assert model.training and not found.requires_grad
    assert torch.equal(found[:, 0], given["places"][:, 0]), "the prompt stands nowhere"
    assert torch.equal(found[0, 5:], given["places"][0, 5:]), "behind the end nothing follows"
    assert not torch.isclose(found[1, 1:6], given["places"][1, 1:6]).all(-1).any()
    model.eval()
    with torch.no_grad():  # the first token is found the same at once, one by one, and whatever stood behind it
        text = Text(given["ids"][:, :1], given["places"][:, :1], given["positions"][:, :1])
        first = model.write(sight, text, model.empty_past(2))[0].boxes[:, 0]
    model.train()
    assert torch.allclose(found[:, 1], first, atol=1e-3)


def test_own_places_change_the_loss_but_not_what_is_to_be_written(model: Nano) -> None:
    given = batch(sample("abc"), sample("abcdefg"))
    torch.manual_seed(1)
    told, own = (losses(model, given, LossWeights(), False, share)[1] for share in (0.0, 1.0))
    assert torch.allclose(told["ink"], own["ink"]) and not torch.allclose(told["point"], own["point"])
