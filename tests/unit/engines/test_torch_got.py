"""The published model's torch engine, tiny: pieces as the oracle writes them, stops, caps, and jobs that do not fit."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

torch = pytest.importorskip("torch")
tokenizers = pytest.importorskip("tokenizers")

from gotocr.decode.batch import Rows, write_all  # noqa: E402
from gotocr.decode import draft_width  # noqa: E402
from gotocr.engines import torch_got  # noqa: E402
from gotocr.engines.torch_got import GotTorchEngine, open_engine  # noqa: E402
from gotocr.errors import EngineError, UsageError, WeightsError  # noqa: E402
from gotocr.model.config import DecoderConfig, GotConfig, VisionConfig  # noqa: E402
from gotocr.model.got import Got, write_naively  # noqa: E402
from gotocr.prompt.tokenizer import Tokenizer  # noqa: E402
from gotocr.schema import Job, Piece, Pixels, Prompt  # noqa: E402
from gotocr.weights.load import save_got  # noqa: E402

VOCABULARY, IMAGE = 300, 299
TINY = GotConfig(
    VisionConfig(32, 4, 3, 16, 2, 2, 32, 3, (1,), 8), DecoderConfig(VOCABULARY, 32, 2, 4, 2, 48, max_positions=64), IMAGE
)
PROMPT = (7, *[IMAGE] * 8, 8)  # two tiles of 4 tokens


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """Every byte is a token; the ids behind them are spelled in angle brackets."""
    letters = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    inner = tokenizers.Tokenizer(tokenizers.models.BPE({letter: index for index, letter in enumerate(letters)}, []))
    inner.decoder = tokenizers.decoders.ByteLevel()
    inner.add_tokens([f"<{index}>" for index in range(len(letters), VOCABULARY)])
    return Tokenizer(inner)


@pytest.fixture(scope="module")
def network() -> Got:
    torch.manual_seed(4)
    network = Got(TINY).eval().requires_grad_(False)
    for name, parameter in network.named_parameters():
        parameter.normal_(1.0 if "norm" in name and name.endswith("weight") else 0.0, 0.5)
    return network


@pytest.fixture
def engine(network, tokenizer):
    return GotTorchEngine(network, tokenizer)


@pytest.fixture(scope="module")
def job() -> Job:
    values = np.random.default_rng(0).standard_normal((2, 3, 32, 32)).astype(np.float32)
    return Job(Pixels(values), Prompt(PROMPT, IMAGE, ()), 12)


@pytest.fixture(scope="module")
def oracle(network, job) -> list[int]:
    free = write_naively(network, job.prompt.ids, torch.from_numpy(job.pixels.values), (), 12)
    assert len(set(free)) > 6
    return free


def test_pieces_are_the_oracles_tokens(engine, job, oracle, tokenizer):
    pieces = list(engine.run(job))
    assert [piece.token for piece in pieces] == oracle
    assert "".join(piece.text for piece in pieces) == tokenizer.decode(oracle)
    assert [piece.finish for piece in pieces] == [None] * 11 + ["length"]
    assert all(0 < piece.probability <= 1 and piece.box is None for piece in pieces)


def test_either_stop_ends_the_text(engine, job, oracle):
    for stops in ((oracle[4], 298), (298, oracle[4])):
        pieces = list(engine.run(replace(job, prompt=replace(job.prompt, stop_ids=stops))))
        assert [piece.token for piece in pieces] == oracle[: oracle.index(oracle[4]) + 1]
        assert pieces[-1].finish == "stop" and pieces[-1].text.count(f"<{oracle[4]}>") == 0


def test_several_tokens_at_once_are_the_same(engine, job, oracle):
    step, stepper = engine.begin(job)
    for piece in (oracle[:1], oracle[1:5], oracle[5:7]):
        step = stepper.feed(piece)
    assert step.logits.shape == (VOCABULARY,) and step.logits.dtype == np.float32
    assert int(step.logits.argmax()) == oracle[7]


def test_an_image_token_that_was_written_is_only_a_token(engine, job):
    stepper = engine.begin(job)[1]
    assert np.isfinite(stepper.feed([IMAGE]).logits).all()


def test_closing_early_leaves_the_engine_ready(engine, job, oracle):
    reading = engine.run(job)
    next(reading)
    reading.close()
    assert [piece.token for piece in engine.run(job)] == oracle


def test_writing_ends_where_the_positions_end(engine, job):
    pieces = list(engine.run(replace(job, max_tokens=10_000)))
    assert len(pieces) <= 64 - len(PROMPT) and pieces[-1].finish in ("length", "loop")
    assert engine.begin(replace(job, max_tokens=10_000))[1].room == 64 - len(PROMPT)


def with_prompt(job: Job, **changes) -> Job:
    return replace(job, prompt=replace(job.prompt, **changes))


@pytest.mark.parametrize(
    "change",
    [
        lambda job: with_prompt(job, image_id=3),
        lambda job: with_prompt(job, ids=()),
        lambda job: with_prompt(job, ids=(*PROMPT, VOCABULARY)),
        lambda job: with_prompt(job, ids=(*PROMPT, -1)),
        lambda job: with_prompt(job, ids=PROMPT[:-2]),
        lambda job: with_prompt(job, ids=PROMPT + (1,) * 60),
        lambda job: replace(job, pixels=Pixels(job.pixels.values[:1])),
        lambda job: replace(job, pixels=Pixels(job.pixels.values[..., :16])),
        lambda job: replace(job, max_tokens=0),
    ],
)
def test_jobs_that_do_not_fit(engine, job, oracle, change):
    with pytest.raises(EngineError) as caught:
        list(engine.run(change(job)))
    assert "\n" not in str(caught.value)
    assert [piece.token for piece in engine.run(job)] == oracle


def test_more_tokens_than_room_is_an_error(engine, job):
    stepper = engine.begin(job)[1]
    with pytest.raises(EngineError, match="cache"):
        stepper.feed([1] * 13)


def test_closed(network, tokenizer, job):
    engine = GotTorchEngine(network, tokenizer)
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        next(engine.run(job))


SIZES = [(2, 12), (1, 30), (3, 7), (1, 1), (2, 40)]  # tiles, most tokens


@pytest.fixture(scope="module")
def jobs(network) -> list[Job]:
    """Pictures and prompts of different sizes, the second of which has a stop that comes."""
    rng = np.random.default_rng(3)
    made = []
    for tiles, most in SIZES:
        prompt = (int(rng.integers(200)), *[IMAGE] * 4 * tiles, *rng.integers(0, 200, 1 + most % 3).tolist())
        pixels = rng.standard_normal((tiles, 3, 32, 32)).astype(np.float32)
        made.append(Job(Pixels(pixels), Prompt(prompt, IMAGE, ()), most))
    free = write_naively(network, made[1].prompt.ids, torch.from_numpy(made[1].pixels.values), (), 30)
    last = max(free[:20], key=free.index)  # the one that first appears the latest
    assert free.index(last) > 5
    made[1] = with_prompt(made[1], stop_ids=(last,))
    return made


@pytest.fixture(params=[False, True], ids=["each alone", "padded"])
def batches(request, engine, monkeypatch):
    """The engine, looking at rows as a CPU does, or as a GPU does."""
    monkeypatch.setattr(torch_got, "Shelf", partial(torch_got.Shelf, padded=request.param))
    return engine


def same(some: list[Piece], others: list[Piece]) -> bool:
    told = [[(piece.token, piece.text, piece.finish) for piece in pieces] for pieces in (some, others)]
    chances = [[piece.probability for piece in pieces] for pieces in (some, others)]
    return told[0] == told[1] and chances[0] == pytest.approx(chances[1], rel=1e-3)


@pytest.mark.parametrize("right", [0, 0.5, 0.9, 1.0])
def test_a_draft_changes_nothing(batches, jobs, monkeypatch, right):
    """However much of it is right, checked as wide as it goes, alone and as long as it is alone."""
    monkeypatch.setattr(draft_width.Costs, "best", lambda costs, chances, most: max((w for w in costs.widths if w <= most), default=1))
    plain = [list(batches.run(job)) for job in jobs]
    rng = np.random.default_rng(1)
    for job, pieces in zip(jobs, plain, strict=True):
        draft = [piece.token if rng.random() < right else int(rng.integers(200)) for piece in pieces]
        rows, found, calls = batches.rows(1), [], 0
        rows.join(replace(job, drafts=(draft, "and a text")))
        while rows:
            found += [piece for _, piece in rows.step()]
            calls += 1
        assert same(found, pieces)
        assert right < 1 or len(pieces) < 20 or calls < len(pieces) / 4
    found: dict[int, list[Piece]] = {}
    drafted = [replace(job, drafts=([piece.token for piece in pieces],)) for job, pieces in zip(jobs, plain, strict=True)]
    for number, piece in write_all(batches.rows(2), drafted):
        found.setdefault(number, []).append(piece)
    assert all(same(found[number], pieces) for number, pieces in enumerate(plain))


def step_on(rows: Rows, found: dict[int, list], times: int) -> None:
    for _ in range(times):
        for key, piece in rows.step():
            found.setdefault(key, []).append(piece)


@pytest.mark.parametrize("most", [1, 2, 3, 8])
def test_several_at_once_are_what_they_are_alone(batches, jobs, most):
    found: dict[int, list[Piece]] = {}
    for number, piece in write_all(batches.rows(most), jobs):
        found.setdefault(number, []).append(piece)
    assert all(same(found[number], list(batches.run(job))) for number, job in enumerate(jobs))
    assert {pieces[-1].finish for pieces in found.values()} == {"length", "stop"}
    oracle = write_naively(batches.network, jobs[4].prompt.ids, torch.from_numpy(jobs[4].pixels.values), (), 40)
    assert [piece.token for piece in found[4]] == oracle


def test_rows_join_and_leave_midway(batches, jobs):
    rows, found = batches.rows(), {}
    keys = [rows.join(jobs[0])]
    step_on(rows, found, 4)
    keys += [rows.join(jobs[4]), rows.join(jobs[1])]
    step_on(rows, found, 3)
    rows.leave(keys[0])
    step_on(rows, found, 5)
    keys.append(rows.join(jobs[0]))
    while rows:
        step_on(rows, found, 1)
    for key, job in zip(keys[1:], (jobs[4], jobs[1], jobs[0]), strict=True):
        assert same(found[key], list(batches.run(job)))
    cut = found[keys[0]]
    assert 4 <= len(cut) <= 7 and same(cut, list(batches.run(jobs[0]))[: len(cut)])


def test_one_that_fails_does_not_disturb_the_others(batches, jobs):
    rows, found = batches.rows(), {}
    first, wrong = rows.join(jobs[0]), rows.join(replace(jobs[2], pixels=Pixels(np.full((3, 3, 32, 32), np.nan, np.float32))))
    step_on(rows, found, 2)
    (error,) = found[wrong]
    assert isinstance(error, EngineError) and "not finite" in str(error) and len(rows) == 1
    with pytest.raises(EngineError):
        rows.join(with_prompt(jobs[1], ids=(1,)))
    second = rows.join(jobs[2])
    while rows:
        step_on(rows, found, 1)
    assert same(found[first], list(batches.run(jobs[0]))) and same(found[second], list(batches.run(jobs[2])))


def test_where_the_network_fails_all_do_and_the_engine_is_ready(batches, jobs, monkeypatch):
    rows, found = batches.rows(), {}
    keys = [rows.join(job) for job in jobs[:2]]
    step_on(rows, found, 3)

    def overflow(*_):
        raise RuntimeError("out of memory\nbecause")

    with monkeypatch.context() as context:
        context.setattr(batches.network, "follow", overflow)
        assert [(key, str(error)[:40]) for key, error in rows.step()] == [
            (key, "the torch engine failed: out of memory; ") for key in keys
        ]
    again = rows.join(jobs[0])
    while rows:
        step_on(rows, found, 1)
    assert same(found[again], list(batches.run(jobs[0])))


def test_rows_of_a_closed_engine(network, tokenizer, jobs):
    engine = GotTorchEngine(network, tokenizer)
    rows = engine.rows()
    rows.join(jobs[0])
    rows.step()
    engine.close()
    assert [type(error) for _, error in rows.step()] == [EngineError] and not rows
    for late in (engine.rows, partial(rows.join, jobs[0])):
        with pytest.raises(EngineError, match="closed"):
            late()


def test_opened_from_a_folder(network, tokenizer, job, oracle, tmp_path):
    save_got(network, tmp_path, bf16=False)
    with pytest.raises(WeightsError, match=r"tokenizer\.json"):
        open_engine(tmp_path)
    (tmp_path / "tokenizer.json").write_text(tokenizer._inner.to_str())
    assert [piece.token for piece in open_engine(tmp_path).run(job)] == oracle


def test_without_torch_the_command_that_installs_it_is_told():
    code = (
        "import sys; sys.modules['torch'] = None\nfrom gotocr.errors import MissingExtraError\n"
        "try:\n    import gotocr.engines.torch_got\nexcept MissingExtraError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "pip install 'gotocr[torch]'" in done.stdout, done.stderr


@pytest.mark.parametrize("device", ["nonsense", "cuda:77", "meta"])
def test_devices_it_cannot_use(device, tmp_path):
    with pytest.raises(UsageError, match="--device cpu"):
        open_engine(tmp_path, device)
