"""nano as a pupil: what of it learns, how much arithmetic a batch is, and what it reads."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.draw.wear_torch import readable  # noqa: E402
from gotocr.errors import UsageError  # noqa: E402
from gotocr.train.batches import Batches  # noqa: E402
from gotocr.train.feed import tensors  # noqa: E402
from gotocr.train.nano import NanoPupil, known_boxes  # noqa: E402
from gotocr.train.pupil import PUPILS  # noqa: E402
from gotocr.train.recipe import read_recipe  # noqa: E402
from gotocr.train.targets import IGNORE  # noqa: E402

TINY = read_recipe(Path(__file__).parents[3] / "recipes" / "tiny.toml")


@pytest.fixture(scope="module")
def pupil() -> NanoPupil:
    return PUPILS["nano"](TINY)


@pytest.fixture(scope="module")
def batch():
    return Batches(TINY)(0)


def test_arithmetic_is_three_forward_passes(pupil, batch):
    """Counted here by hooks: every matrix product and convolution of the network on the batch."""
    network, total = pupil.network, 0

    def linear(module, inputs, output):
        nonlocal total
        total += 2 * inputs[0].numel() * module.out_features

    def convolution(module, inputs, output):
        nonlocal total
        total += 2 * output.numel() * module.weight[0].numel()

    hooks = [part.register_forward_hook(linear) for part in network.modules() if isinstance(part, torch.nn.Linear)]
    hooks += [part.register_forward_hook(convolution) for part in network.modules() if isinstance(part, torch.nn.Conv2d)]
    with torch.no_grad():
        pupil.read(network, tensors(batch), len(batch.ids))
    [hook.remove() for hook in hooks]
    config, (count, tokens) = network.config, batch.ids.shape
    image = batch.pixels[0, ..., 0].size // (config.stride[0] * config.stride[1])
    total += 2 * count * tokens * config.hidden * config.vocab_size  # the head, tied to the embedding
    total += config.context_layers * 4 * count * image * image * config.hidden
    total += config.layers * 4 * count * tokens * (image + tokens) * config.hidden
    total += 2 * count * tokens * batch.cells[0].size * (config.pointer + config.fine_width + 4)
    assert pupil.flops(batch) == pytest.approx(3 * total, rel=1e-6)


def test_a_batch_is_counted(pupil, batch):
    assert pupil.count(batch) == (len(batch.pixels), (batch.labels != IGNORE).sum())
    assert set(pupil.kinds) == {name for bucket in TINY.buckets for name in bucket.drawn}


def test_it_reads_its_own_alphabet(pupil, batch):
    with torch.no_grad():
        readings = pupil.read(pupil.network, tensors(batch), 1)
    assert len(readings) == 1 and (readings[0].picture == batch.pixels[0]).all()
    spoken = batch.labels[0][batch.labels[0] != IGNORE].tolist()
    assert readings[0].truth == pupil.tokenizer.decode(spoken) != "" and isinstance(readings[0].read, str)


def test_what_is_frozen_does_not_learn():
    frozen = NanoPupil(replace(TINY, frozen=("stem", "layers.0"))).network
    still = {name for name, weight in frozen.named_parameters() if not weight.requires_grad}
    assert still == {name for name in frozen.state_dict() if name.startswith(("stem.", "layers.0."))}
    with pytest.raises(UsageError, match=r"no weights are named ste\.\.\.; the network's parts are box, context"):
        NanoPupil(replace(TINY, frozen=("ste",)))


def test_nano_has_nothing_to_study():
    with pytest.raises(UsageError, match="table study; it has hours"):
        NanoPupil(replace(TINY, study={"hours": 3}))


def test_a_temperature_of_other_weights_is_forgotten(tmp_path):
    from gotocr.weights.nano_files import read_nano_config

    pupil = NanoPupil(TINY)
    pupil.network.config = replace(pupil.network.config, temperature=1.5)
    pupil.save(pupil.network.state_dict(), tmp_path)
    assert read_nano_config(tmp_path).temperature == 1.0


def test_a_batch_seen_again_is_worn_anew():
    recipe = replace(TINY, worn=1.0, pixels=48 * 256 * 16)
    pupil, drawn = NanoPupil(recipe), Batches(replace(recipe, worn=0.0))(3)
    drawn.located[5] = False
    columns = tensors(drawn)
    before = {name: column.clone() for name, column in columns.items()}
    first, same, second = (pupil.again(columns, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert all(torch.equal(column, before[name]) for name, column in columns.items()), "what was drawn stays"
    for found in (first, second):
        assert found.keys() == columns.keys() and found["pixels"].dtype == torch.uint8
        assert all(torch.equal(column, before[name]) for name, column in found.items() if name != "pixels")
    assert torch.equal(first["pixels"], same["pixels"])
    changed = [(found["pixels"] != before["pixels"]).flatten(1).any(1) for found in (first, second)]
    assert min(rows.sum() for rows in changed) >= 12 and not any(rows[5] for rows in changed), "not where glyphs are unknown"
    assert (first["pixels"] != second["pixels"]).flatten(1).any(1).sum() >= 12
    boxes = known_boxes(columns["cells"], columns["glyph_boxes"])
    gray = torch.full_like(columns["pixels"], 128)
    clean, *later = (each.permute(0, 3, 1, 2).float() for each in (columns["pixels"], first["pixels"], second["pixels"], gray))
    assert [bool(readable(clean, each, boxes).all()) for each in later] == [True, True, False]
    assert NanoPupil(replace(recipe, worn=0.0)).again(columns, torch.Generator()) is columns
    some = NanoPupil(replace(recipe, worn=0.5)).again(columns, torch.Generator().manual_seed(3))
    assert 3 <= (some["pixels"] != before["pixels"]).flatten(1).any(1).sum() <= 13


def test_each_glyph_is_known_once():
    cells = torch.tensor([[[2, 2, -1], [0, 0, 2]], [[-1, -1, -1], [-1, 1, -1]]])  # two pictures of two rows and three columns
    boxes = torch.zeros(2, 2, 3, 4)
    boxes[0][cells[0] == 2], boxes[0][cells[0] == 0], boxes[1][cells[1] == 1] = torch.eye(4)[:3]
    none, (zero, one, two) = torch.zeros(4), torch.eye(4)[[1, 2, 0]]
    assert torch.equal(known_boxes(cells, boxes), torch.stack([torch.stack([zero, none, two]), torch.stack([none, one, none])]))
    assert known_boxes(torch.full((3, 2, 2), -1), torch.zeros(3, 2, 2, 4)).shape == (3, 0, 4)


def test_arithmetic_is_counted_though_transformers_was_there_first():
    """Its way of loading takes `linspace` from what torch makes without data, for as long as the process lives."""
    code = (
        "import torch; from gotocr.model.config import NanoConfig; from gotocr.train.nano import _operations\n"
        "first = torch.linspace; torch.linspace = lambda *given, **named: first(*given, **{'device': 'cpu', **named})\n"
        "with torch.device('meta'): torch.zeros(1)\n"
        f"torch.linspace = first; print(_operations(NanoConfig(**{TINY.model!r}), (32, 64), 5) > 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=180)
    assert done.stdout == "True\n", done.stderr
