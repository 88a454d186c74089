"""The published model's torch engine, tiny: pieces as the oracle writes them, stops, caps, and jobs that do not fit."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
tokenizers = pytest.importorskip("tokenizers")

from gotocr.engines.torch_got import GotTorchEngine, open_engine  # noqa: E402
from gotocr.errors import EngineError, UsageError, WeightsError  # noqa: E402
from gotocr.model.config import DecoderConfig, GotConfig, VisionConfig  # noqa: E402
from gotocr.model.got import Got, write_naively  # noqa: E402
from gotocr.prompt.tokenizer import Tokenizer  # noqa: E402
from gotocr.schema import Job, Pixels, Prompt  # noqa: E402
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
