"""A very small nano learns one batch by heart, and what was saved goes on where it stood."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.model.nano import Text  # noqa: E402
from gotocr.train.batches import Batches  # noqa: E402
from gotocr.train.feed import tensors  # noqa: E402
from gotocr.train.loop import Run  # noqa: E402
from gotocr.train.nano import build  # noqa: E402
from gotocr.train.parallel import Team  # noqa: E402
from gotocr.train.recipe import read_recipe  # noqa: E402
from gotocr.weights.nano_files import load_nano  # noqa: E402

STEPS = 32
TINY = replace(read_recipe(Path(__file__).parents[2] / "recipes" / "tiny.toml"), rate=4e-3, dense_share=0.0, worn=0.0, seed=3)


def learn(run: Run, batch: dict) -> dict[str, float]:
    """The parts of the loss of one step."""
    parts = run.learn([batch], 1.0, run.recipe.rate)[0]
    return {name: float(value) for name, value in parts.items() if not name.startswith("per_sample")}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """(model, its batch, the parts of the loss at each step, the folder its average was saved in)."""
    recipe = replace(TINY, out=str(tmp_path_factory.mktemp("run")))
    started, batch = Run.start(replace(recipe, average=0.0), Team()), tensors(Batches(recipe)(0))
    told = [learn(started, batch) for _ in range(STEPS)]
    started.save()
    return started.learner.network, batch, told, Path(recipe.out)


def test_it_learns_one_batch(run):
    first, last = run[2][0], run[2][-1]
    assert last["loss"] < 0.1 * first["loss"]
    for name in ("ink", "glyph", "glyph_box", "token", "point", "box"):
        assert last[name] < 0.5 * first[name], name
    assert first["token_right"] < 0.2 and last["token_right"] > 0.9
    assert last["point_right"] > 0.9 and last["glyph_right"] > 0.9


def test_what_was_saved_is_what_was_trained(run):
    model, batch, _, folder = run
    again = load_nano(folder)
    assert all(torch.equal(value, again.state_dict()[name]) for name, value in model.state_dict().items())


def test_a_run_starts_where_the_last_one_stood(run):
    model, batch, _, folder = run
    recipe = replace(TINY, start=str(folder), model={})
    again = build(recipe).eval()
    assert again.config == model.config and recipe.tokenizer_file == folder / "tokenizer.json"
    pixels = batch["pixels"].permute(0, 3, 1, 2).float() / 127.5 - 1
    text = Text(batch["ids"], batch["places"], batch["positions"])
    with torch.no_grad():
        past = again.empty_past(len(pixels))
        one, other = (network.write(network.see(pixels), text, past)[0] for network in (model.eval(), again))
    assert all(torch.equal(left, right) for left, right in zip(one, other, strict=True))
    goes_on = learn(Run.start(recipe, Team()), batch)
    assert goes_on["loss"] < 1.2 * run[2][-1]["loss"], "it does not fall back"
