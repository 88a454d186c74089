"""One step: accumulated, recomputed, compiled or not, with part of the network frozen, and left out where it is not finite."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("skia")
pytest.importorskip("cv2")
from torch import nn  # noqa: E402

from gotocr.train.batches import Batches  # noqa: E402
from gotocr.train.feed import tensors  # noqa: E402
from gotocr.train.loop import Run, train  # noqa: E402
from gotocr.train.losses import losses  # noqa: E402
from gotocr.train.optimizer import make_optimizer, update  # noqa: E402
from gotocr.train.parallel import Share, Team  # noqa: E402
from gotocr.train.recipe import Bucket, Recipe, read_recipe  # noqa: E402

TINY = replace(read_recipe(Path(__file__).parents[3] / "recipes" / "tiny.toml"), dense_share=0.0)


@pytest.fixture(scope="module")
def batches() -> list[dict]:
    drawn = Batches(TINY)
    return [tensors(drawn(number)) for number in range(2)]


def after(recipe: Recipe, batches: list[dict]) -> dict[str, torch.Tensor]:
    """The weights after one step over `batches`."""
    run = Run.start(recipe, Team())
    run.learn(batches, 1.0, 1e-3)
    return {name: value.clone() for name, value in run.learner.network.state_dict().items()}


def same(one: dict, other: dict) -> bool:
    return one.keys() == other.keys() and all(torch.equal(value, other[name]) for name, value in one.items())


def test_accumulated_gradients_are_a_mean(batches):
    """Against torch's own pieces: the sum of both losses, halved, one backward, clip."""
    run = Run.start(TINY, Team())
    network = Run.start(TINY, Team()).learner.network
    run.learn(batches, 1.0, 1e-3)
    total = 0.0
    for batch in batches:
        with torch.autocast("cpu", torch.bfloat16):  # each its own: one keeps its weights' bfloat16 copies, and their sums
            total = total + losses(network, batch, TINY.weights, False)[0] / 2
    total.backward()
    nn.utils.clip_grad_norm_(network.parameters(), TINY.clip)
    moments = run.learner.optimizer.state  # a tenth of the gradient, cut
    expected = {name: weight.grad / 10 for name, weight in network.named_parameters()}
    found = {name: moments[weight]["exp_avg"] for name, weight in run.learner.network.named_parameters()}
    largest = max(value.abs().max() for value in expected.values())
    assert max((value - found[name]).abs().max() for name, value in expected.items()) < 1e-6 * largest
    assert not same(after(TINY, batches), after(TINY, batches[:1]))


def test_recomputing_changes_nothing(batches):
    run = Run.start(replace(TINY, gradient_checkpointing=True), Team())
    calls = []
    hooked = run.pupil.blocks[-1].norm1.register_forward_hook(lambda *_: calls.append(1))
    run.learn(batches[:1], 1.0, 1e-3)
    hooked.remove()
    assert len(calls) == 2, "once forward, once again for the gradient"
    assert same(run.learner.network.state_dict(), after(TINY, batches[:1]))


def test_what_is_frozen_stays(batches):
    before = Run.start(TINY, Team()).learner.network.state_dict()
    run = Run.start(replace(TINY, frozen=("stem", "embedding")), Team())
    run.learn(batches[:1], 1.0, 1e-3)
    stays = {name for name, value in run.learner.network.state_dict().items() if torch.equal(value, before[name])}
    assert stays == {name for name in before if name.startswith(("stem.", "embedding."))}
    assert all("stem" not in name for name, _ in run.learner.tensors() if not name.startswith("weights."))


def test_a_step_that_is_not_finite_is_left_out():
    network = nn.Linear(3, 2)
    optimizer = make_optimizer(network, Recipe())
    before = {name: value.clone() for name, value in network.state_dict().items()}
    for poison in (float("nan"), float("inf")):
        network.weight.grad, network.bias.grad = torch.ones(2, 3), torch.full((2,), poison)
        norm = update(network, optimizer, 0.1, 1.0)
        assert not torch.isfinite(norm) and same(network.state_dict(), before) and network.weight.grad is None
        assert all((value == 0).all() for state in optimizer.state.values() for value in state.values())
    network.weight.grad, network.bias.grad = torch.ones(2, 3), torch.ones(2)
    assert update(network, optimizer, 0.1, 1.0) == pytest.approx(8**0.5) and not same(network.state_dict(), before)
    assert optimizer.state[network.weight]["exp_avg"][0, 0] == pytest.approx(0.1 / 8**0.5), "cut to the norm of 1"


SIZES = {"buckets": (Bucket(48, 256), Bucket(96, 256)), "seed": 1, "steps": 2, "log_every": 1, "pixels": 49_152}
SIZES["model"] = {**TINY.model, "fine_blocks": 1, "layers": 1}  # each kind of layer once: compiling takes its time


def rows_of(out: Path, monkeypatch, backend) -> list[dict]:
    """The log of a run over several canvases with this backend of torch.compile; None = not compiled."""
    rows: list[dict] = []
    compile = nn.Module.compile
    monkeypatch.setattr(nn.Module, "compile", lambda module, **how: compile(module, **how, backend=backend))
    train(replace(TINY, **SIZES, out=str(out), compile=backend is not None), rows.append)
    monkeypatch.undo()
    torch._dynamo.reset()
    return rows


def test_a_compiled_run_over_several_canvases(tmp_path, monkeypatch):
    graphs = []

    def backend(graph, inputs):
        graphs.append(len(inputs))
        return graph

    compiled, plain = rows_of(tmp_path / "one", monkeypatch, backend), rows_of(tmp_path / "other", monkeypatch, None)
    assert graphs and [row["loss"] for row in compiled] == pytest.approx([row["loss"] for row in plain], rel=1e-3)


def test_a_run_goes_on_where_compiling_fails(tmp_path, monkeypatch):
    def backend(graph, inputs):
        raise RuntimeError("no compiler here\nat all")

    rows = rows_of(tmp_path / "one", monkeypatch, backend)
    assert [row.get("step") for row in rows] == [None, 1, 2]
    assert rows[0]["note"].startswith("torch.compile failed, the run goes on without it (") and "\n" not in rows[0]["note"]


def test_an_error_of_the_network_is_no_failure_of_compiling(batches, monkeypatch):
    run = Run.start(TINY, Team())
    monkeypatch.setattr(run.pupil, "loss", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run.learn(batches[:1], 1.0, 1e-3)


def test_processes_share_the_numbers():
    make = partial(lambda: lambda number: number)
    shares = [Share(make, rank, 3, 10)() for rank in range(3)]
    assert sorted(share(number) for share in shares for number in range(4)) == [*range(10, 22)]
    assert shares[1](0) == 11 and shares[1](1) == 14
