"""Plans against what torch counts and keeps: operations, bytes of weights, gradients, optimizer and activations."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch.utils.checkpoint import checkpoint  # noqa: E402
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

from gotocr.errors import UsageError  # noqa: E402
from gotocr.model.config import BASE, DecoderConfig, GotConfig, VisionConfig  # noqa: E402
from gotocr.train import plan as paper  # noqa: E402
from gotocr.train.got import Scholar, initialise  # noqa: E402
from gotocr.train.got_batches import Pair, pack  # noqa: E402
from gotocr.train.plan import Machine, flops, freedom, memory, plan, table  # noqa: E402
from gotocr.train.recipe import Bucket, fill, read_recipe  # noqa: E402

ROOT = Path(__file__).parents[3]
STAGES = [ROOT / "recipes" / f"base-stage{stage}.toml" for stage in (1, 2, 3)]
TINY = read_recipe(ROOT / "recipes" / "base-tiny.toml")
# Large enough that activations are more than odds and ends; 16 x 16 places, windows filled up.
SIZES = GotConfig(VisionConfig(128, 8, 3, 64, 3, 4, 128, 7, (1,), 32), DecoderConfig(473, 96, 3, 4, 2, 160, max_positions=512), 472)
EVERYTHING = {"vision": True, "projector": True, "decoder": True}


def batch(tiles: int = 3, length: int = 200):
    rng = np.random.default_rng(0)
    made = []
    for _ in range(tiles):
        ids = [*[472] * SIZES.tokens_per_tile, *rng.integers(0, 256, length - SIZES.tokens_per_tile).tolist()]
        made.append(Pair(rng.integers(0, 256, (1, 128, 128, 3), np.uint8), ids, SIZES.tokens_per_tile))
    return pack(made, length, blank=0)


def tensors(columns) -> dict:
    return {name: torch.from_numpy(column) for name, column in vars(columns).items()}


@pytest.fixture
def scholar():
    made = Scholar(SIZES)
    initialise(made, 0)
    return made


ATTENDING = ("scaled_dot_product", "bmm")  # its arithmetic is told by how it is computed, not by what it is


def counted(run) -> float:
    with FlopCounterMode(display=False) as counter:
        run()
    counts = counter.get_flop_counts()["Global"]
    return float(sum(count for operation, count in counts.items() if not any(word in str(operation) for word in ATTENDING)))


def attention(batch) -> float:
    """Scores and mixtures of forward, counted place by place; the relative positions, too."""
    vision, decoder = SIZES.vision, SIZES.decoder
    total = 0
    for layer in range(vision.layers):
        side = 16 if layer == 1 else 7
        places = 16 * 16 if layer == 1 else 21 * 21
        scores = sum(1 for _ in range(places) for _ in range(side * side))
        total += len(batch.pixels) * vision.heads * vision.head_size * (2 * 2 * scores + 2 * 2 * places * side)
    pairs = sum(sum(range(1, run + 1)) for run in batch.runs)
    return total + decoder.layers * decoder.heads * decoder.head_size * 4 * pairs


def test_operations_are_what_torch_counts(scholar):
    drawn = batch()
    columns = tensors(drawn)
    expected = flops(SIZES, EVERYTHING, len(drawn.pixels), drawn.runs.tolist(), len(drawn.targets))
    with torch.no_grad():
        forward = counted(lambda: scholar(columns)) + attention(drawn)
    assert expected / 3 == pytest.approx(forward, rel=1e-3)
    whole = counted(lambda: scholar(columns)[0].mean().backward()) + 3 * attention(drawn)
    logits = 2 * len(drawn.targets) * SIZES.decoder.hidden * SIZES.decoder.vocab_size  # are computed again
    assert expected == pytest.approx(whole - logits, rel=0.02), "but for the gradient of the pixels, which nobody needs"


def test_what_rests_is_not_gone_back_through(scholar):
    drawn = batch()
    scholar.vision.requires_grad_(False)
    expected = flops(SIZES, freedom(scholar), len(drawn.pixels), drawn.runs.tolist(), len(drawn.targets))
    logits = 2 * len(drawn.targets) * SIZES.decoder.hidden * SIZES.decoder.vocab_size
    whole = counted(lambda: scholar(tensors(drawn))[0].mean().backward()) - logits
    forward_only = attention(replace(drawn, runs=np.zeros(0, np.int64)))
    assert expected == pytest.approx(whole + 3 * attention(drawn) - 2 * forward_only, rel=0.02)


@contextmanager
def kept(network):
    """Bytes of tensors kept for the way back, each storage once; weights and their copies in bfloat16 left out."""
    found, alive = {}, []
    shapes = {tuple(weight.shape) for weight in network.parameters()} | {tuple(weight.shape[::-1]) for weight in network.parameters()}
    own = {weight.untyped_storage().data_ptr() for weight in network.parameters()}

    def note(tensor):
        alive.append(tensor)  # else its place is given to the next one
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own and not (tensor.dtype == torch.bfloat16 and tuple(tensor.shape) in shapes):
            found[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor), torch.autocast("cpu", torch.bfloat16):
        yield found


@pytest.mark.parametrize("recomputed", [False, True], ids=["all kept", "layers recomputed"])
def test_activations_are_what_torch_keeps(scholar, recomputed):
    drawn = batch()
    expected = paper.activations(SIZES, EVERYTHING, len(drawn.pixels), drawn.ids.size, recomputed)
    if recomputed:
        blocks = [*scholar.vision.blocks, *scholar.decoder.layers]
        for block in blocks:
            block.forward = partial(checkpoint, block.forward, use_reentrant=False)
    with kept(scholar) as found:
        losses, _ = scholar(tensors(drawn))
    assert len(losses) == len(drawn.targets)
    assert sum(found.values()) == pytest.approx(expected, rel=0.1)


def test_bytes_of_weights_gradients_and_optimizer_are_exact():
    from gotocr.train.got import open_pupil

    recipe = replace(TINY, frozen=("vision",), parallel="ddp", buckets=(Bucket(48, 256, 1, ("word",)),))
    pupil = open_pupil(recipe)
    weights = list(pupil.network.parameters())
    learning = [weight for weight in weights if weight.requires_grad]
    optimizer = torch.optim.AdamW(learning, 1e-3)
    pupil.loss(pupil.network, tensors(pupil.batches()()(0)), 0.0)[0].backward()
    optimizer.step()
    moments = [value for state in optimizer.state.values() for name, value in state.items() if name != "step"]
    held = memory(pupil.network, recipe, 8)
    assert held["weights"] == sum(weight.nbytes for weight in weights)
    assert held["gradients"] == sum(weight.grad.nbytes for weight in weights if weight.grad is not None)
    assert held["optimizer"] == sum(moment.nbytes for moment in moments)
    parted = memory(pupil.network, replace(recipe, parallel="fsdp"), 8)
    assert parted["weights"] == held["weights"] / 8 and parted["optimizer"] == held["optimizer"] / 8
    assert parted["gathered weights"] > 0 == held["gathered weights"]


def test_the_published_sizes():
    recipe = read_recipe(STAGES[1])
    made = plan(recipe, 8)
    assert made.parameters == made.learning == 560_528_640
    assert paper.vision_flops(BASE.vision) == pytest.approx(0.9e12, rel=0.1), "0.7 in linear layers, 0.2 in global attention"
    last = plan(read_recipe(STAGES[2]), 8)
    assert last.learning == 560_528_640 - 89_670_912, "all but the encoder"
    assert plan(recipe, 16).hours == pytest.approx(made.hours) and plan(recipe, 16).samples == 2 * made.samples


def test_stages_are_the_papers_counts_and_fit():
    plans = [plan(read_recipe(path), 8) for path in STAGES]
    assert [round(made.samples / 1e6, 2) for made in plans] == [15.0, 12.1, 10.98]
    assert all(made.fits for made in plans)
    assert not plan(replace(read_recipe(STAGES[1]), gradient_checkpointing=False), 8).fits
    buckets = [{(bucket.height, bucket.width, bucket.sources): bucket.weight for bucket in read_recipe(path).buckets} for path in STAGES]
    for before, after in zip(buckets, buckets[1:], strict=False):
        for what, weight in before.items():
            assert after[what] == pytest.approx(0.8 * weight), f"80% of {what} again"
    for path, made in zip(STAGES, plans, strict=True):
        millions = sum(bucket.weight for bucket in read_recipe(path).buckets) * (3 if path is STAGES[0] else 1)
        assert millions == pytest.approx(made.samples / 1e6, rel=1e-4)
        assert set(name for bucket in read_recipe(path).buckets for name in bucket.drawn) <= set(paper.MEANS), path.stem


def test_the_time_follows_the_machine():
    recipe = read_recipe(STAGES[0])
    fast = plan(recipe, 8, Machine("twice", 160e9, 2 * Machine().peak, Machine().share))
    assert fast.hours == pytest.approx(plan(recipe, 8).hours / 2)
    made = plan(recipe, 8)
    assert made.hours * 3600 * 8 * Machine().peak * Machine().share == pytest.approx(made.samples * made.flops)
    assert "base-stage1 on 8 x H100" in str(made) and "hours" in str(made)
    with pytest.raises(UsageError, match="only recipes with pupil = 'base'"):
        plan(read_recipe(ROOT / "recipes" / "tiny.toml"), 8)


def test_mean_pairs_are_about_what_is_drawn():
    pytest.importorskip("skia")
    pytest.importorskip("cv2")
    from gotocr.draw.supply import Supply
    from gotocr.synth.samples import Studio

    for name, room in (("line", (96, 1024)), ("paragraph", (512, 1024)), ("molecule", (768, 768)), ("chart", (768, 1024))):
        studio = Studio(Supply(), room, 0.0)
        letters = np.mean([len(studio.draw(name, seed)[0].format) for seed in range(12)])
        assert 1 < letters / paper.MEANS[name][1] < 5.5, f"{name}: a token is some characters"


def test_the_page_shows_these_plans():
    """docs/training-base.md: GOTOCR_REWRITE_GOLDEN=1 makes its table anew."""
    page = ROOT / "docs" / "training-base.md"
    begin, end = "<!-- plans of 8 GPUs -->\n", "<!-- end of plans -->"
    text = page.read_text("utf-8")
    head, _, rest = text.partition(begin)
    made = head + begin + table([plan(read_recipe(path), 8) for path in STAGES]) + end + rest.partition(end)[2]
    if os.environ.get("GOTOCR_REWRITE_GOLDEN"):
        page.write_text(made, "utf-8")
    else:
        assert made == text
