"""base as a pupil, tiny: transformers' loss, packed rows, what learns and what rests, and a folder that reads again."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.errors import UsageError, WeightsError  # noqa: E402
from gotocr.model.config import GotConfig, VisionConfig  # noqa: E402
from gotocr.model.decoder import Decoder, DecoderLayer, rotary  # noqa: E402
from gotocr.model.got import Got  # noqa: E402
from gotocr.pixels.resize import normalise  # noqa: E402
from gotocr.reader import load  # noqa: E402
from gotocr.schema import Glyphs, Sample  # noqa: E402
from gotocr.train.got import Runs, Scholar, initialise, open_pupil, prepare, take  # noqa: E402
from gotocr.train.got_batches import Pair, pack  # noqa: E402
from gotocr.train.got_study import study_of  # noqa: E402
from gotocr.train.loop import train  # noqa: E402
from gotocr.train.recipe import Bucket, fill, read_recipe  # noqa: E402
from gotocr.weights.load import load_got, save_got  # noqa: E402
from gotocr.weights.tensors import write  # noqa: E402

RECIPES = Path(__file__).parents[3] / "recipes"
TINY = read_recipe(RECIPES / "base-tiny.toml")
SIZES = fill(GotConfig, TINY.model, "model")
IMAGE, SLOTS, STOP = SIZES.image_id, SIZES.tokens_per_tile, 258
WORDS = replace(TINY, buckets=(Bucket(48, 256, 1, ("word",)),))


def tensors(batch) -> dict:
    return {name: torch.from_numpy(np.ascontiguousarray(column)) for name, column in vars(batch).items()}


def network(cls: type = Scholar, config: GotConfig = SIZES) -> Got:
    """Every weight random, loud enough that everything matters."""
    made, generator = cls(config), torch.Generator().manual_seed(2)
    with torch.no_grad():
        for name, weight in made.named_parameters():
            weight.normal_(1.0 if "norm" in name and name.endswith("weight") else 0.0, 0.2, generator=generator)
    return made


def pairs(*answers: int, tiles: int = 1) -> list[Pair]:
    rng = np.random.default_rng(7)
    made = []
    for answer in answers:
        ids = [*rng.integers(0, 256, 5), *[IMAGE] * (SLOTS * tiles), *rng.integers(0, 256, 3 + answer), STOP]
        pixels = rng.integers(0, 256, (tiles, 128, 128, 3), np.uint8)
        made.append(Pair(pixels, [int(index) for index in ids], len(ids) - answer - 1))
    return made


def test_pixels_are_normalised_to_the_bit():
    image = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), np.uint8)
    assert np.array_equal(prepare(torch.from_numpy(image)).numpy(), np.stack([normalise(tile) for tile in image]))


@pytest.mark.parametrize("shared", [False, True], ids=["plain heads", "shared heads"])
def test_runs_are_a_block_diagonal_mask(shared):
    config = replace(SIZES.decoder, kv_heads=2 if shared else 4)
    layer = DecoderLayer(config)
    x = torch.randn(1, 12, config.hidden, generator=torch.Generator().manual_seed(0), requires_grad=True)
    turn = rotary(config, 0, 12, x)
    dense = torch.block_diag(*(torch.ones(length, length).tril() for length in (3, 8, 1))).bool()
    runs, masked = layer(x, turn, Runs([3, 8, 1]), None), layer(x, turn, dense, None)
    assert (runs - masked).abs().max() < 1e-5 and (runs - layer(x, turn, None, None)).abs().max() > 1e-3
    weight = torch.randn(runs.shape, generator=torch.Generator().manual_seed(1))
    ours, theirs = (torch.autograd.grad((out * weight).sum(), x)[0] for out in (runs, masked))
    assert (ours - theirs).abs().max() < 1e-5


def test_packed_rows_have_the_loss_of_single_ones():
    scholar, made = network(), pairs(4, 30, 11, 7, 1)
    together = pack(made, 64, blank=0)
    assert together.ids.shape == (2, 64) and together.runs.min() < 20, "several pairs share a row"
    losses, written = scholar(tensors(together))
    alone = [scholar(tensors(pack([pair], 64, blank=0))) for pair in made]
    for owner, (single, ids) in enumerate(alone):
        own = torch.from_numpy(together.owners) == owner
        assert (losses[own] - single).abs().max() < 1e-5 and torch.equal(written[own], ids)
    assert abs(losses.mean() - torch.cat([single for single, _ in alone]).mean()) < 1e-5
    grown = torch.autograd.grad(losses.mean(), scholar.decoder.embed.weight)[0]
    parts = [torch.autograd.grad(single.sum(), scholar.decoder.embed.weight)[0] for single, _ in alone]
    assert (grown - sum(parts) / len(losses)).abs().max() < 1e-5


def test_the_loss_is_that_of_transformers(tmp_path):
    transformers = pytest.importorskip("transformers")
    config = replace(SIZES, vision=VisionConfig(64, 4, 3, 32, 4, 2, 64, 7, (1, 3), 16))  # 16 x 16 patches: windows filled up
    ours = network(config=config)
    save_got(ours, tmp_path, bf16=False)
    theirs = transformers.GotOcr2ForConditionalGeneration.from_pretrained(tmp_path, attn_implementation="eager").train()
    rng = np.random.default_rng(1)
    made, sums, count = [], 0.0, 0
    for tiles, answer in ((1, 20), (2, 5)):
        ids = [7, *[IMAGE] * (16 * tiles), *rng.integers(0, 256, 4 + answer).tolist(), STOP]
        made.append(Pair(rng.integers(0, 256, (tiles, 64, 64, 3), np.uint8), ids, len(ids) - answer - 1))
    ours_loss = ours(tensors(pack(made, 128, blank=0)))[0].mean()
    for pair in made:
        labels = torch.tensor([[-100] * pair.start + pair.ids[pair.start :]])
        told = theirs(
            input_ids=torch.tensor([pair.ids]), labels=labels,
            pixel_values=torch.from_numpy(np.stack([normalise(tile) for tile in pair.tiles])),
        )  # fmt: skip
        answer = len(pair.ids) - pair.start
        sums, count = sums + told.loss * answer, count + answer
    assert ours_loss > 1 and abs(ours_loss - sums / count) < 1e-4
    (sums / count).backward()
    ours_loss.backward()
    for mine, theirs_grad in (
        (ours.vision.blocks[1].attention.rel_h.grad, theirs.model.vision_tower.layers[1].attn.rel_pos_h.grad),
        (ours.projector.conv1.weight.grad, theirs.model.multi_modal_projector.conv_upsampler1.weight.grad),
        (ours.decoder.embed.weight.grad, theirs.model.language_model.embed_tokens.weight.grad),
    ):
        assert theirs_grad.abs().max() > 1e-4 and (mine - theirs_grad).abs().max() < 1e-3 * theirs_grad.abs().max()


def test_fresh_weights_are_as_unsure_as_chance_and_the_same_for_a_seed():
    one, again, other = Scholar(SIZES), Scholar(SIZES), Scholar(SIZES)
    for made, seed in ((one, 3), (again, 3), (other, 4)):
        initialise(made, seed)
    assert all(torch.equal(value, again.state_dict()[name]) for name, value in one.state_dict().items())
    assert not torch.equal(one.decoder.embed.weight, other.decoder.embed.weight)
    wide = Decoder(replace(SIZES.decoder, hidden=1024, feed_forward=2816, layers=1))
    initialise(wide, 0)
    assert abs(wide.layers[0].mlp.gate.weight.std() - 0.02) < 1e-3 and wide.norm.weight.min() == 1
    losses = one(tensors(pack(pairs(20, 20), 64, blank=0)))[0]
    assert abs(losses.mean() - np.log(SIZES.decoder.vocab_size)) < 0.3


def learn(pupil, columns, steps: int, rate: float) -> list[dict]:
    optimizer = torch.optim.AdamW([weight for weight in pupil.network.parameters() if weight.requires_grad], rate, weight_decay=0)
    told = []
    for _ in range(steps):
        loss, parts = pupil.loss(pupil.network, columns, 0.0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        told.append({"loss": float(loss.detach()), **parts})
    return told


def test_it_learns_one_batch_by_heart_and_tells_how():
    pupil = open_pupil(WORDS)
    columns = tensors(pupil.batches()()(0))
    told = learn(pupil, columns, 60, 4e-3)
    assert told[0]["loss"] > 4 and told[-1]["loss"] < 0.3 and told[-1]["token_right"] > 0.95
    per_sample, owners = told[-1]["per_sample"], columns["owners"]
    with torch.no_grad():
        losses = pupil.network(columns)[0]
        now = pupil.loss(pupil.network, columns, 0.0)[1]
    for owner in (0, 1):
        assert abs(now["per_sample"][owner] - losses[owners == owner].mean()) < 1e-5 and per_sample.shape == (2,)
    with torch.no_grad():
        readings = pupil.read(pupil.network, columns, 5)
    assert len(readings) == 2 and readings[0].picture.shape == (128, 128, 3)
    drawn = pupil.batches()()(0)
    truths = [pupil.tokenizer.decode(drawn.targets[drawn.owners == owner]) for owner in (0, 1)]
    assert [reading.truth for reading in readings] == truths and any(reading.read == reading.truth for reading in readings)
    assert pupil.count(drawn) == (2, len(drawn.targets)) and pupil.flops(drawn) > 0


@pytest.mark.parametrize("frozen", [("vision",), ("projector", "decoder"), ("vision.blocks.0", "decoder.embed")], ids=str)
def test_what_is_frozen_does_not_move(frozen):
    pupil = open_pupil(replace(WORDS, frozen=frozen))
    before = {name: value.clone() for name, value in pupil.network.state_dict().items()}
    learn(pupil, tensors(pupil.batches()()(0)), 2, 1e-2)
    for name, value in pupil.network.state_dict().items():
        rests = any(f"{name}.".startswith(f"{start}.") for start in frozen)
        assert torch.equal(value, before[name]) == rests, name


def test_all_frozen_is_refused():
    with pytest.raises(UsageError, match="could learn"):
        open_pupil(replace(TINY, frozen=("vision", "projector", "decoder")))
    with pytest.raises(UsageError, match="nose"):
        open_pupil(replace(TINY, frozen=("nose",)))


def test_what_it_learnt_by_heart_is_saved_read_and_gone_on_from(tmp_path):
    """A network with the reader's 256 slots a picture learns two pictures; the reader asks it as users do."""
    seeing = {**TINY.model["vision"], "image_size": 1024, "patch": 16, "window": 14, "width": 16, "layers": 1, "global_layers": []}
    study = {**TINY.study, "formatted": 0}
    pupil = open_pupil(replace(WORDS, model={**TINY.model, "vision": seeing}, frozen=("vision",), study=study))
    assert pupil.config.tokens_per_tile == 256
    pages = [np.full((40, 90, 3), level, np.uint8) for level in (250, 30)]
    for page in pages:
        page[14:26, 20:60:4] = 140  # a page with nothing on it is not read
    glyphs = Glyphs("", np.zeros((0, 4), np.float32), np.zeros(0, np.int32), np.zeros(0, np.int32))
    drawing = pupil.batches()()
    samples = [Sample(page, text, text, glyphs, "text") for page, text in zip(pages, ("white", "black <|im_end|>"), strict=True)]
    told = learn(pupil, tensors(pack([drawing.pair([sample], np.random.default_rng(4)) for sample in samples], 1024, 0)), 60, 1e-2)
    assert told[-1]["token_right"] == 1
    folder = pupil.save(pupil.network.state_dict(), tmp_path / "saved")
    assert all(torch.equal(value, pupil.network.state_dict()[name]) for name, value in load_got(folder, quiet=True).state_dict().items())
    with load(folder, engine="torch", quiet=True) as reader:  # its heads are too small for ONNX Runtime
        read = [reader.read(page, "plain", max_tokens=40).pages[0] for page in pages]
    assert [page.text for page in read] == [sample.plain for sample in samples] and not any(page.truncated for page in read)
    goes_on = open_pupil(replace(WORDS, start=str(folder), tokenizer="", model={}))
    assert goes_on.vocabulary == str(folder / "tokenizer.json") and goes_on.config == pupil.config
    assert torch.equal(goes_on.network.decoder.embed.weight, pupil.network.decoder.embed.weight)


def test_parts_come_from_two_folders(tmp_path):
    first = open_pupil(replace(WORDS, model={**TINY.model, "decoder": {**TINY.model["decoder"], "layers": 1}}))
    first.save(first.network.state_dict(), tmp_path / "first")
    language = network(Got, replace(SIZES, decoder=replace(SIZES.decoder, vocab_size=500)))
    from gotocr.weights import names

    renamed = names.translate({name: value.numpy() for name, value in language.state_dict().items()}, "ours", "original")
    alone = {name: value for name, value in renamed.items() if "vision" not in name and "projector" not in name}
    (tmp_path / "language").mkdir()
    write(tmp_path / "language" / "model.safetensors", alone)
    study = {**TINY.study, "takes": ["vision", "projector"], "decoder": str(tmp_path / "language")}
    second = open_pupil(replace(WORDS, start=str(tmp_path / "first"), study=study)).network
    for part in ("vision", "projector"):
        state = getattr(first.network, part).state_dict()
        assert all(torch.equal(value, state[name]) for name, value in getattr(second, part).state_dict().items())
    state = language.decoder.state_dict()
    assert torch.equal(second.decoder.embed.weight, state["embed.weight"][:473]), "the rows that the vocabulary has"
    assert all(torch.equal(value, state[name]) for name, value in second.decoder.layers.state_dict(prefix="layers.").items())
    with pytest.raises(WeightsError, match=r"decoder\.layers\.1.* is missing"):
        take(second, tmp_path / "first", ("decoder",))
    with pytest.raises(WeightsError, match="of shape"):
        take(Got(replace(SIZES, decoder=replace(SIZES.decoder, hidden=96, layers=1))), tmp_path / "first", ("decoder",))


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_every_stage_takes_two_steps(stage, tmp_path):
    """By its own recipe in the real loop, with a tiny network and a byte vocabulary in place of what it names."""
    recipe = read_recipe(RECIPES / f"base-stage{stage}.toml")
    study = {**recipe.study, "pairs": 2, "length": 1024, "decoder": "", "tiles": min(2, study_of(recipe).tiles)}
    buckets = tuple(replace(bucket, height=min(bucket.height, 384), width=min(bucket.width, 384)) for bucket in recipe.buckets)
    recipe = replace(recipe, tokenizer="bytes", buckets=buckets, study=study, model=TINY.model, accumulate=1)
    recipe = replace(recipe, steps=2, warmup=1, workers=0, out=str(tmp_path / "out"))
    before = open_pupil(WORDS)
    if stage > 1:
        before.save(before.network.state_dict(), tmp_path / "before")
        recipe = replace(recipe, start=str(tmp_path / "before"), model=TINY.model if study.get("takes") else {})
    pupil = open_pupil(recipe)
    assert pupil.learns == {"vision": stage < 3, "projector": True, "decoder": True}
    rows = []
    train(recipe, rows.append)
    assert rows[-1]["step"] == 2 and rows[-1]["samples"] == 4 and np.isfinite(rows[-1]["loss"])
    start, after = pupil.network.state_dict(), load_got(recipe.out, quiet=True).state_dict()
    moved = {name.split(".")[0] for name, value in after.items() if not torch.equal(value, start[name])}
    assert moved == ({"vision", "projector", "decoder"} if stage < 3 else {"projector", "decoder"})


def test_two_processes_with_a_part_each_learn_what_one_learns(tmp_path):
    """The batches of two processes are those that one process takes two at a time."""
    alone = replace(TINY, out=str(tmp_path / "alone"), accumulate=2, gradient_checkpointing=True, frozen=("vision.patch",))
    (tmp_path / "recipe.toml").write_text(
        (RECIPES / "base-tiny.toml").read_text("utf-8").replace("start =", 'frozen = ["vision.patch"]\nstart ='), "utf-8"
    )
    train(alone)
    command = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "gotocr", "train"]
    command += [tmp_path / "recipe.toml", "--out", tmp_path / "both", "--parallel", "fsdp", "--gradient-checkpointing"]
    done = subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    one, both = (load_got(tmp_path / name, quiet=True).state_dict() for name in ("alone", "both"))
    fresh = open_pupil(TINY).network.state_dict()
    for name, value in one.items():
        step = (value - fresh[name]).abs().max()
        assert (value - both[name]).abs().mean() <= 0.05 * step, name
