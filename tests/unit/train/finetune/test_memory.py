"""What a course takes: exact where it can be, near what torch keeps elsewhere, and a way out where it does not fit."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("peft")
pytest.importorskip("skia")
pytest.importorskip("cv2")
from torch.utils.checkpoint import checkpoint  # noqa: E402

from gotocr.cli import main  # noqa: E402
from gotocr.errors import UsageError  # noqa: E402
from gotocr.train.feed import tensors  # noqa: E402
from gotocr.train.finetune import memory  # noqa: E402
from gotocr.train.finetune.adapters import limit  # noqa: E402
from gotocr.train.finetune.check import check, save  # noqa: E402
from gotocr.train.finetune.course import Course  # noqa: E402
from gotocr.train.finetune.lessons import NanoLessons  # noqa: E402
from gotocr.train.finetune.recipes import recipe_of  # noqa: E402
from gotocr.train.got import open_pupil  # noqa: E402
from gotocr.train.losses import losses  # noqa: E402
from gotocr.train.plan import activations  # noqa: E402
from gotocr.train.recipe import LossWeights, read_recipe  # noqa: E402
from gotocr.weights.nano_files import load_nano  # noqa: E402

ROOT = Path(__file__).parents[4]
BASE = Course(model="base", length=2048, batch=2)


def kept(network, run) -> int:
    """Bytes of storages kept for the way back, weights and their bfloat16 copies left out."""
    own = {weight.untyped_storage().data_ptr() for weight in network.parameters()}
    shapes = {tuple(weight.shape) for weight in network.parameters()} | {tuple(weight.shape[::-1]) for weight in network.parameters()}
    found, alive = {}, []

    def note(tensor):
        alive.append(tensor)
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own and not (tensor.dtype == torch.bfloat16 and tuple(tensor.shape) in shapes):
            found[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor), torch.autocast("cpu", torch.bfloat16):
        run()
    return sum(found.values())


@pytest.mark.parametrize("learn", ["full", "last-1", "last-3", "lora"])
@pytest.mark.parametrize("recomputed", [False, True], ids=["kept", "recomputed"])
def test_what_base_keeps_is_what_torch_keeps(learn, recomputed):
    tiny = read_recipe(ROOT / "recipes" / "base-tiny.toml")
    sizes = {**tiny.model, "decoder": {**tiny.model["decoder"], "hidden": 128, "feed_forward": 384, "layers": 3}}
    pupil = open_pupil(replace(tiny, model=sizes))
    limit(pupil.network, "got", learn, 4)
    if recomputed:
        for block in pupil.blocks:
            block.forward = partial(checkpoint, block.forward, use_reentrant=False)
    drawn = pupil.batches()()(0)
    columns = tensors(drawn)
    study = {"pairs": len(drawn.kinds), "length": drawn.ids.size // len(drawn.kinds)}
    recipe = replace(tiny, study=study, gradient_checkpointing=recomputed)
    planned = memory.got_activations(pupil.network, pupil.config, recipe)["activations"]
    found = kept(pupil.network, lambda: pupil.network(columns))
    assert 0.85 * found < planned < 2.2 * found, "never much less than it is; what rests keeps less than what learns"
    if learn == "full":
        everything = dict.fromkeys(("vision", "projector", "decoder"), True)
        told = activations(pupil.config, everything, study["pairs"], study["pairs"] * study["length"], recomputed)
        assert planned == pytest.approx(told, rel=0.01), "the same as the plan of a whole training"


def test_bytes_of_weights_are_exact(displays):
    found = memory.need(Course(data=str(displays), mix=0.0), check(Course(data=str(displays))).lessons)
    network = load_nano(Course().source)
    count = sum(weight.numel() for weight in network.parameters())
    assert found.parameters == found.learning == count
    assert (found.parts["weights"], found.parts["gradients"], found.parts["optimizer"]) == (4 * count, 4 * count, 8 * count)
    limit(network, "nano", "lora", 16)
    lora = memory.need(Course(data=str(displays), mix=0.0, learn="lora"))
    assert lora.learning == sum(weight.numel() for weight in network.parameters() if weight.requires_grad)
    assert lora.parameters == sum(weight.numel() for weight in network.parameters())


def test_what_nano_keeps_of_a_batch_is_near_what_was_said(displays, tmp_path):
    course = Course(data=str(displays), out=str(tmp_path), mix=0.0, worn=0.0)
    found = check(course)
    save(found.lessons, course.training / "lessons.jsonl")
    save(found.held, course.training / "held-out.jsonl")
    drawing = NanoLessons(recipe_of(course))
    network = load_nano(course.source)
    planned = memory.need(course, found.lessons).parts["activations"]
    largest = max(kept(network, lambda batch=tensors(drawing(number)): losses(network, batch, LossWeights(), False)) for number in range(6))
    assert 0.6 * largest < planned < 3 * largest


def test_less_learns_with_less():
    full, last, lora = (memory.need(replace(BASE, learn=learn)) for learn in ("full", "last-4", "lora"))
    assert full.parameters == full.learning == 560_528_640 and full.total > last.total and full.total > lora.total
    assert lora.learning < last.learning / 5
    again = memory.need(replace(BASE, gradient_checkpointing=True))
    assert again.parts["activations"] < full.parts["activations"] / 3


def test_what_does_not_fit_is_refused_with_what_would():
    with pytest.raises(UsageError) as caught:
        memory.refuse(replace(BASE, memory=8))
    said, _, ways = str(caught.value).partition("; what would fit: ")
    assert "full of base takes" in said and "90% of 8.00 GB can be used" in said
    fitting = [f"{way} ({made.total / 1e9:.2f} GB)" for way, made in memory.lighter(replace(BASE, memory=8)) if made.fits]
    assert ways.split("; ") == fitting[:4] and "--learn lora" in ways and not ways.startswith("--grad"), "the optimizer alone is too much"
    roomy = [way for way, made in memory.lighter(replace(BASE, memory=24)) if made.fits]
    assert roomy[0].startswith("--gradient-checkpointing") or roomy[0] == "--batch 1", "less room is needed for learning all of it"
    with pytest.raises(UsageError, match="nothing that is known here would fit"):
        memory.refuse(replace(BASE, memory=1))
    assert memory.refuse(replace(BASE, memory=80)).fits


def test_where_nobody_knows_nothing_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "none")
    assert memory.there(Course()) == 0 and memory.Need(1, 1, {"weights": 1e15}, "cpu").fits
    assert memory.there(Course(memory=3.5)) == 3.5e9 and memory.there(Course(device="mps")) == 0
    (tmp_path / "none").write_text("MemTotal: 99 kB\nMemAvailable:   2000 kB\n")
    assert memory.there(Course()) == 2_048_000


def test_the_command_shows_the_plan(displays, capsys):
    assert main(["train", "finetune", str(displays), "--plan", "--memory", "4"]) == 0
    out = capsys.readouterr().out
    assert "activations" in out and "of 4.00 GB" in out and "8,565,514 of 8,565,514 parameters learn" in out
    assert main(["train", "finetune", str(displays), "--plan", "--model", "base", "--memory", "4"]) == 2
    out, err = capsys.readouterr()
    assert "in all" in out and "takes" in err


def table() -> str:
    """base, two pictures of up to 2,048 tokens: what each way takes."""
    ways = [("full", BASE), ("full, recomputed", replace(BASE, gradient_checkpointing=True))]
    ways += [(f"{learn}{told}", replace(BASE, learn=learn, gradient_checkpointing=bool(told))) for learn in ("last-12", "last-4", "lora") for told in ("", ", recomputed")]
    needs = [memory.need(replace(course, memory=24)) for _, course in ways]
    heads = ["GB", *(name for name, _ in ways)]
    rows = [[part, *(f"{need.parts[part] / 1e9:.2f}" for need in needs)] for part in needs[0].parts]
    rows += [["in all", *(f"**{need.total / 1e9:.1f}**" for need in needs)]]
    lines = [heads, ["---", *("---:" for _ in ways)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def test_the_page_shows_these_needs():
    """docs/finetune.md: GOTOCR_REWRITE_GOLDEN=1 makes its table anew."""
    page = ROOT / "docs" / "finetune.md"
    begin, end = "<!-- memory of base -->\n", "<!-- end of memory -->"
    text = page.read_text("utf-8")
    head, _, rest = text.partition(begin)
    made = head + begin + table() + end + rest.partition(end)[2]
    if os.environ.get("GOTOCR_REWRITE_GOLDEN"):
        page.write_text(made, "utf-8")
    else:
        assert made == text
