"""The published model on ONNX Runtime against transformers' own and against torch, tiny and with random weights."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("onnxruntime")
onnx = pytest.importorskip("onnx")

from gotocr.decode.batch import in_order, write_all  # noqa: E402
from gotocr.decode import draft_width  # noqa: E402
from gotocr.engines import got_draft, got_slots, onnx_got  # noqa: E402
from gotocr.engines.got_slots import Slots  # noqa: E402
from gotocr.engines.onnx_got import GotOnnxEngine, open_engine  # noqa: E402
from gotocr.engines.torch_got import GotTorchEngine  # noqa: E402
from gotocr.errors import EngineError, UsageError, WeightsError  # noqa: E402
from gotocr.model.config import BASE  # noqa: E402
from gotocr.schema import Job, Pixels, Prompt  # noqa: E402
from gotocr.weights import PRECISIONS, got_picture, names  # noqa: E402
from gotocr.weights.files import INDEX, SINGLE  # noqa: E402
from gotocr.weights.got_packed import FORMS, SCALES, TEXT_FORMS, matrices, picture_matrices, quantise  # noqa: E402
from gotocr.weights.got_picture import picture_graph  # noqa: E402
from gotocr.weights.got_stored import Stored, shapes  # noqa: E402
from gotocr.weights.got_text import text_graph  # noqa: E402
from gotocr.weights.load import load_got, save_got  # noqa: E402
from gotocr.weights.onnx_file import BFLOAT16  # noqa: E402
from gotocr.weights.tensors import TensorFile, write  # noqa: E402
from tests.parity.theirs import TOKENS, tiny_got  # noqa: E402

IMAGE, VOCABULARY = 299, 300
TOLERANCE = 1e-4
# Root mean square of logits against those of the weights as rounded, in units of theirs: what rounding to int8 while
# multiplying costs, in a network this small and loud.
ROUNDED = 0.06
SEEN = 0.04  # likewise of image tokens


def write_tokenizer(folder) -> None:
    """Every token is a letter of its own."""
    words = {chr(0x4E00 + number): number for number in range(VOCABULARY)}
    model = {"type": "WordLevel", "vocab": words, "unk_token": chr(0x4E00)}
    nothing = dict.fromkeys(("normalizer", "pre_tokenizer", "post_processor", "decoder", "truncation", "padding"))
    described = {"version": "1.0", "added_tokens": [], **nothing, "model": model}
    (folder / "tokenizer.json").write_text(json.dumps(described))


@pytest.fixture(scope="module", params=[(4, 1e6), (2, 1e4)], ids=["plain heads", "shared heads"])
def pair(request, tmp_path_factory):
    """transformers' model, ours loaded from what it saved, the folder, and the pictures."""
    theirs = tiny_got(VOCABULARY, IMAGE, *request.param)
    theirs.generation_config.eos_token_id = None
    folder = tmp_path_factory.mktemp("theirs")
    theirs.save_pretrained(folder)
    write_tokenizer(folder)
    pixels = torch.randn(4, 3, 64, 64, generator=torch.Generator().manual_seed(5))
    return SimpleNamespace(theirs=theirs, ours=load_got(folder, quiet=True), folder=folder, pixels=pixels)


@pytest.fixture
def folder(pair, tmp_path):
    """A copy of the model's folder, without what was packed."""
    for name in (SINGLE, "config.json", "tokenizer.json"):
        shutil.copy(pair.folder / name, tmp_path)
    return tmp_path


def job(pair, tiles: int = 1, count: int = 24, first: int = 7, start: int = 0) -> Job:
    ids = (first, 8, 9, *[IMAGE] * (TOKENS * tiles), 10, 11, 12)
    return Job(Pixels(pair.pixels[start : start + tiles].numpy()), Prompt(ids, IMAGE, ()), count)


def logits(engine: GotOnnxEngine, some: Job, tokens=()) -> np.ndarray:
    """After the prompt, and after each of `tokens` (T + 1, V)."""
    rows, some = engine.rows(1), replace(some, drafts=None)
    opened = rows._open_row(some, rows._look(some, lambda: False))
    found = [opened.row.hear(rows._answer([opened.row.begin()])[0]).logits]
    for token in tokens:
        found.append(opened.row.hear(rows._answer([opened.row.push(token)])[0]).logits.copy())
    opened.row.close()
    return np.stack(found)


def ids(pieces) -> list[int]:
    return [piece.token for piece in pieces]


def theirs_written(pair, some: Job, count: int) -> list[int]:
    prompt = torch.tensor([some.prompt.ids])
    out = pair.theirs.generate(
        input_ids=prompt, pixel_values=torch.from_numpy(some.pixels.values), attention_mask=torch.ones_like(prompt),
        do_sample=False, max_new_tokens=count, pad_token_id=1,
    )  # fmt: skip
    return out[0, prompt.shape[1] :].tolist()


def unguarded(engine: GotOnnxEngine, some: Job, count: int) -> list[int]:
    """Greedy ids without the loop's guard against circles, which these networks like to go in."""
    found = [int(logits(engine, some)[0].argmax())]
    rows, some = engine.rows(1), replace(some, drafts=None)
    row = rows._open_row(some, rows._look(some, lambda: False)).row
    answer = rows._answer([row.begin()])[0]
    while len(found) < count:
        answer = rows._answer([row.push(int(answer.argmax()))])[0]
        found.append(int(answer.argmax()))
    return found


@pytest.mark.parametrize("tiles", [1, 3])
def test_logits_are_transformers_own_and_torchs(pair, tiles):
    some, tokens = job(pair, tiles), [5, 200, 31]
    whole = torch.tensor([[*some.prompt.ids, *tokens]])
    with torch.no_grad():
        theirs = pair.theirs(input_ids=whole, pixel_values=pair.pixels[:tiles]).logits[0, -4:].numpy()
        ours = pair.ours(whole, pair.pixels[:tiles])[0, -4:].numpy()
    found = logits(open_engine(pair.folder, precision="float32"), some, tokens)
    assert theirs.std() > 0.1  # else the comparison says nothing
    assert np.abs(found - theirs).max() < TOLERANCE and np.abs(found - ours).max() < TOLERANCE


@pytest.mark.parametrize("tiles", [1, 3])
def test_greedy_ids_are_transformers_own_and_torchs(pair, tiles):
    some, engine = job(pair, tiles), open_engine(pair.folder, precision="float32")
    theirs = theirs_written(pair, some, 48)
    assert len(set(theirs)) > 8  # a text, not one token over and over
    assert unguarded(engine, some, 48) == theirs
    mine, twin = list(engine.run(some)), list(GotTorchEngine(pair.ours, engine.tokenizer).run(some))
    assert ids(mine) == ids(twin) and [piece.text for piece in mine] == [piece.text for piece in twin]
    assert mine[-1].finish == twin[-1].finish
    assert np.allclose([p.probability for p in mine], [p.probability for p in twin], atol=1e-4)


@pytest.mark.parametrize("form", [form for form in TEXT_FORMS.values() if form.block], ids=lambda form: form.name)
def test_packed_forms_are_the_rounded_weights(pair, folder, form, monkeypatch):
    """Against torch with the weights rounded as they are packed, head and embedding apart; the picture in floats."""
    monkeypatch.setattr(onnx_got, "sums_bytes", lambda: False)
    state = {name: value.clone() for name, value in pair.ours.state_dict().items()}
    packed = Stored(folder).packed(form)
    head = None
    for name, (tensors, inner) in matrices(pair.ours.config.decoder).items():
        wide = torch.from_numpy(unpacked(packed[name], packed[name + SCALES], form.bits)[:, :inner])
        for tensor, part in zip(tensors, wide.split([len(state[tensor]) for tensor in tensors]), strict=True):
            assert (part - state[tensor]).std() < {8: 0.012, 4: 0.1}[form.bits] * state[tensor].std()
            if name == "decoder.head":
                head = part
            else:
                state[tensor] = part
    again = load_got(folder, quiet=True)
    again.load_state_dict(state)
    some, tokens = job(pair), [5, 200, 31]
    whole = torch.tensor([[*some.prompt.ids, *tokens]])
    with torch.no_grad():
        states = again.decoder(again.embed(whole, again.encode(pair.pixels[:1])))[0, -4:]
        expected = (states @ head.T).numpy()
    found = logits(open_engine(folder, precision=form.name), some, tokens)
    assert (found - expected).std() < ROUNDED * expected.std()


def test_a_picture_in_bytes_is_the_rounded_network(pair, folder, monkeypatch):
    """Where the processor sums bytes well; against torch, and elsewhere it is seen as in float32."""
    state, form = {name: value.clone() for name, value in pair.ours.state_dict().items()}, FORMS["int8"]
    packed = Stored(folder).packed_picture(form)
    some = picture_matrices(pair.ours.config.vision)
    assert len(some) == 4 * 4 and set(packed) == {*some, *(name + SCALES for name in some)}
    for name, ((tensor,), inner) in some.items():
        state[tensor] = torch.from_numpy(unpacked(packed[name], packed[name + SCALES], form.bits)[:, :inner].copy())
    again = load_got(folder, quiet=True)
    again.load_state_dict(state)
    with torch.no_grad():
        expected = again.encode(pair.pixels).flatten(0, 1).numpy()
    monkeypatch.setattr(onnx_got, "sums_bytes", lambda: True)
    found = {precision: open_engine(folder, precision=precision).sessions.see(pair.pixels.numpy()) for precision in PRECISIONS}
    assert np.array_equal(found["int8"], found["int4"]) and not np.array_equal(found["int8"], found["float32"])
    assert np.sqrt(np.square(found["int8"] - expected).mean()) < SEEN * expected.std()
    monkeypatch.setattr(onnx_got, "sums_bytes", lambda: False)
    assert np.array_equal(open_engine(folder).sessions.see(pair.pixels.numpy()), found["float32"])


def unpacked(whole: np.ndarray, scales: np.ndarray, bits: int) -> np.ndarray:
    """What MatMulNBits takes the numbers for: (N, blocks * block)."""
    steps = whole.astype(np.float32) if bits == 8 else np.stack([whole & 15, whole >> 4], -1).reshape(*whole.shape[:2], -1)
    return ((steps - np.float32(2 ** (bits - 1))) * scales[..., None]).reshape(len(whole), -1).astype(np.float32)


@pytest.mark.parametrize("form", [form for form in TEXT_FORMS.values() if form.block], ids=lambda form: form.name)
def test_rounding_is_near(form):
    values = np.random.default_rng(3).standard_normal((64, 300)).astype(np.float32)
    values[3] = 0
    found = unpacked(*quantise(values, form), form.bits)
    assert found.shape == (64, 320) and not found[:, 300:].any() and not found[3].any()
    assert np.sqrt(np.square(found[:, :300] - values).mean()) < {8: 0.0075, 4: 0.084}[form.bits]
    with pytest.raises(WeightsError, match="finite"):
        quantise(np.array([[1, np.nan]], np.float32), form)


@pytest.fixture(params=PRECISIONS)
def engine(request, pair):
    return open_engine(pair.folder, precision=request.param)


def test_several_at_once_write_what_each_writes_alone(pair, engine, monkeypatch):
    """Of other lengths, with pictures of their own, joining while others write, leaving at the end of each."""
    monkeypatch.setattr(got_slots, "STEP", 24)  # so that the memory grows under way
    jobs = [job(pair, tiles, count, first, start) for tiles, count, first, start in
            ((1, 40, 7, 0), (3, 9, 30, 1), (1, 25, 40, 2), (2, 33, 50, 0), (1, 1, 60, 3), (1, 30, 70, 1))]  # fmt: skip
    alone = [list(engine.run(some)) for some in jobs]
    assert len({tuple(ids(pieces)) for pieces in alone}) == len(jobs)
    for most in (2, 3, 8):
        written = in_order(write_all(engine.rows(most), jobs))
        together = [list(written(number)) for number in range(len(jobs))]
        assert [ids(pieces) for pieces in together] == [ids(pieces) for pieces in alone]
        assert [pieces[-1].finish for pieces in together] == [pieces[-1].finish for pieces in alone]


def worn(tokens, right: float, seed: int) -> tuple[int, ...]:
    """Tokens of which that share is right, the others being others, left out, or written twice."""
    rng, made = np.random.default_rng(seed), []
    for token in tokens:
        damage = rng.random() >= right and rng.integers(3)
        made += [token] if damage is False else [[int(rng.integers(VOCABULARY))], [], [token, token]][damage]
    return tuple(made)


def always(costs, chances, most):
    """As wide as it goes, so that calls are filled up as well."""
    return max((width for width in costs.widths if width <= most), default=1) if chances else 1


@pytest.mark.parametrize("tiles", [1, 2])
def test_a_draft_changes_nothing_to_the_last_bit(pair, engine, monkeypatch, tiles):
    """Whatever it says, and whatever is paid for it."""
    some = replace(job(pair, tiles, 90), drafts=None)
    plain = list(engine.run(some))
    text = unguarded(engine, some, 90)
    spelled = "".join(chr(0x4E00 + token) for token in text)
    drafts = [(worn(text, right, 7),) for right in (0, 0.5, 0.95, 1.0)]
    drafts += [(), (spelled,), (spelled[9:], worn(text, 0.9, 3)), ((VOCABULARY + 5, -3, *text),), ("<|x|>\n\n",)]
    for best in (draft_width.Costs.best, always):
        monkeypatch.setattr(draft_width.Costs, "best", best)
        calls = []
        for draft in drafts:
            with monkeypatch.context() as context:
                counted(context, calls)
                assert list(engine.run(replace(some, drafts=draft))) == plain
        if best is always:
            assert calls[3] < calls[2] < calls[0] and calls[3] <= len(plain) / 7 + 2


def counted(context, calls: list[int]) -> None:
    """Count calls of the network in `calls`, from 0 on."""
    calls.append(0)
    for name in ("begin", "check", "follow"):
        def call(slots, *given, plain=getattr(Slots, name)):
            calls[-1] += 1
            return plain(slots, *given)

        context.setattr(Slots, name, call)


def test_drafts_of_several_at_once(pair, engine, monkeypatch):
    jobs = [replace(job(pair, 1, 40, first, start), drafts=None) for first, start in ((7, 0), (30, 1), (40, 2), (50, 3))]
    alone = [list(engine.run(some)) for some in jobs]
    drafted = [replace(some, drafts=(worn(ids(pieces), 0.8, 2),)) for some, pieces in zip(jobs, alone, strict=True)]
    drafted[3] = replace(drafted[3], drafts=None)
    monkeypatch.setattr(got_slots, "STEP", 24)
    for apart in (True, False, None):
        if apart is not None:
            monkeypatch.setattr(got_draft.Pace, "widths", lambda self, drafts, rooms, apart=apart: [
                always(self.one, draft.chances, room) for draft, room in zip(drafts, rooms)] if apart else None)  # fmt: skip
        else:
            monkeypatch.undo()
        written = in_order(write_all(engine.rows(3), drafted))
        assert [list(written(number)) for number in range(4)] == alone


def test_a_row_that_leaves_midway_does_not_disturb_the_others(pair, engine):
    jobs = [job(pair, 1, 30, first, start) for first, start in ((7, 0), (30, 1), (40, 2))]
    alone = [ids(engine.run(some)) for some in jobs]
    rows, found = engine.rows(4), {}

    def step(times: int) -> None:
        for _ in range(times):
            for key, piece in rows.step():
                found.setdefault(key, []).append(piece.token)

    first, second = rows.join(jobs[0]), rows.join(jobs[1])
    step(5)
    rows.leave(first)
    third = rows.join(jobs[2])
    rows.leave(first)  # gone already
    step(3)
    fourth = rows.join(jobs[0])
    step(40)
    assert [found[second], found[third], found[fourth]] == [alone[1], alone[2], alone[0]]
    assert found.get(first, []) == alone[0][: len(found.get(first, []))]
    assert len(rows) == 0 and ids(engine.run(jobs[1])) == alone[1]


def test_turning_away_and_closing(pair, engine):
    some = job(pair)
    whole = ids(engine.run(some))
    pieces = engine.run(some)
    next(pieces)
    pieces.close()
    assert ids(engine.run(some)) == whole
    engine.close(), engine.close()
    with pytest.raises(EngineError, match="closed"):
        next(engine.run(some))


def test_a_job_that_does_not_fit_is_said(pair):
    engine, good = open_engine(pair.folder), job(pair)
    for ids, image, pixels, says in (
        (good.prompt.ids, 5, good.pixels, "marks the picture"),
        ((), IMAGE, good.pixels, "is empty"),
        ((7, IMAGE, 8), IMAGE, good.pixels, "image places"),
        ((*good.prompt.ids, VOCABULARY), IMAGE, good.pixels, "beyond"),
        (good.prompt.ids + (7,) * 512, IMAGE, good.pixels, "no room"),
        (good.prompt.ids, IMAGE, Pixels(np.zeros((1, 3, 32, 32), np.float32)), "onnxruntime failed"),
    ):
        with pytest.raises(EngineError, match=says):
            next(engine.run(Job(pixels, Prompt(ids, image, ()), 8)))


def in_layout(pair, layout: str, folder, dtype=np.float32) -> None:
    stored = {name: np.array(value).astype(dtype) for name, value in TensorFile(pair.folder / SINGLE).items()}
    if layout != "hf":
        stored = names.translate(stored, "hf", layout)
    if layout == "original":
        stored["lm_head.weight"] = stored["model.embed_tokens.weight"]
    write(folder / SINGLE, stored)


@pytest.mark.parametrize("precision", ["float32", "int8"])
@pytest.mark.parametrize("layout", names.LAYOUTS)
def test_every_layout_reads_the_same(pair, folder, layout, precision):
    in_layout(pair, layout, folder)
    expected = logits(open_engine(pair.folder, precision=precision), job(pair))
    assert np.array_equal(logits(open_engine(folder, precision=precision), job(pair)), expected)


def test_shards_and_a_lone_file(pair, folder):
    expected = logits(open_engine(folder), job(pair))
    (folder / SINGLE).rename(folder / "other.safetensors")
    assert np.array_equal(logits(open_engine(folder / "other.safetensors"), job(pair)), expected)
    assert np.array_equal(logits(open_engine(folder), job(pair)), expected)  # what was packed is not taken for weights
    stored = dict(TensorFile(folder / "other.safetensors").items())
    placed = {}
    for number in (1, 2, 3):
        some = {name: stored[name] for name in sorted(stored)[number - 1 :: 3]}
        write(folder / f"model-{number}-of-3.safetensors", some)
        placed |= dict.fromkeys(some, f"model-{number}-of-3.safetensors")
    (folder / "other.safetensors").unlink()
    (folder / INDEX).write_text(json.dumps({"weight_map": placed}))
    assert np.array_equal(logits(open_engine(folder), job(pair)), expected)


@pytest.mark.parametrize("stored", ["bfloat16", "float16"])
def test_half_precision_on_disk(pair, folder, stored):
    if stored == "bfloat16":
        save_got(pair.ours, folder)
    else:
        in_layout(pair, "hf", folder, np.float16)
    twin = load_got(folder, quiet=True)
    some = job(pair)
    with torch.no_grad():
        expected = twin(torch.tensor([some.prompt.ids]), pair.pixels[:1])[0, -1].numpy()
    assert np.abs(logits(open_engine(folder, precision="float32"), some)[0] - expected).max() < TOLERANCE


def packed_file(folder, form: str = "int8"):
    return folder / f"model.{form}.packed"


def test_what_was_packed_is_used_again_until_the_weights_change(pair, folder):
    open_engine(folder)
    file = packed_file(folder)
    before = file.stat().st_mtime_ns, file.stat().st_ino
    expected = logits(open_engine(folder), job(pair))
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == before
    assert not [name for name in folder.iterdir() if name.name.startswith(".")]  # nothing is left behind
    other = {name: value + np.float32(0.01) for name, value in TensorFile(folder / SINGLE).items()}
    write(folder / SINGLE, other)
    assert not np.array_equal(logits(open_engine(folder), job(pair)), expected)
    assert file.stat().st_ino != before[1] or file.stat().st_mtime_ns != before[0]


@pytest.mark.parametrize("harm", [lambda data: data[:-7], lambda data: b"", lambda data: b"\xff" * len(data), lambda data: data + b"x"],
                         ids=["cut off", "empty", "rubbish", "longer"])  # fmt: skip
def test_a_torn_file_is_made_again(pair, folder, harm):
    expected = logits(open_engine(folder), job(pair))
    whole = packed_file(folder).read_bytes()
    packed_file(folder).write_bytes(harm(whole))
    assert np.array_equal(logits(open_engine(folder), job(pair)), expected)
    assert packed_file(folder).read_bytes() == whole


def test_several_may_pack_at_once(pair, folder):
    expected = logits(open_engine(pair.folder), job(pair))
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: logits(open_engine(folder), job(pair)), range(8)):
            assert np.array_equal(found, expected)
    assert {name.name for name in folder.iterdir() if "packed" in name.name} <= {"model.int8.packed", "model.picture.int8.packed"}


def test_what_a_killed_one_left_is_tidied_up(pair, folder):
    old, young = (folder / f".model.int8.packed.{name}.part" for name in ("dead", "busy"))
    for left in (old, young):
        left.write_bytes(b"half")
    os.utime(old, (1e9, 1e9))
    open_engine(folder)
    assert not old.exists() and young.exists()


def test_no_memory_is_said(pair, monkeypatch):
    engine = open_engine(pair.folder)

    def refuse(*_):
        raise MemoryError

    monkeypatch.setattr(got_slots.np, "empty", refuse)
    with pytest.raises(EngineError, match="no memory for 1 texts"):
        next(engine.run(job(pair)))


def test_a_packed_file_of_another_form_or_model_is_not_believed(pair, folder):
    expected = logits(open_engine(folder), job(pair))
    open_engine(folder, precision="int4")
    shutil.copy(packed_file(folder, "int4"), packed_file(folder))
    assert np.array_equal(logits(open_engine(folder), job(pair)), expected)


def test_a_folder_that_cannot_be_written(pair, folder, tmp_path_factory, monkeypatch):
    """Then it lies in the hub's folder; where that cannot be written either, all is packed each time."""
    from huggingface_hub import constants

    home = tmp_path_factory.mktemp("home")
    monkeypatch.setattr(constants, "HF_HOME", str(home))
    expected = logits(open_engine(pair.folder), job(pair))
    packed_file(folder).mkdir()  # root may write anywhere, but never a file where a folder is
    assert np.array_equal(logits(open_engine(folder), job(pair)), expected)
    (kept,) = (home / "gotocr").iterdir()
    inode = kept.stat().st_ino
    assert np.array_equal(logits(open_engine(folder), job(pair)), expected)
    assert [file.stat().st_ino for file in (home / "gotocr").iterdir()] == [inode]
    kept.unlink()
    kept.mkdir()
    assert np.array_equal(logits(open_engine(folder), job(pair)), expected)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_weights_of_another_shape_are_refused(folder, precision):
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["intermediate_size"] = 128
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(WeightsError, match="another shape"):
        open_engine(folder, precision=precision)


def test_what_cannot_be_is_said_in_a_line(folder):
    with pytest.raises(UsageError, match="CPU"):
        open_engine(folder, "cuda")
    with pytest.raises(UsageError, match="float32, int8, int4"):
        open_engine(folder, precision="int2")
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["num_attention_heads"] = config["text_config"]["num_key_value_heads"] = 16
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(WeightsError):
        open_engine(folder)


def test_shapes_are_those_of_the_network(pair):
    state = {name: tuple(value.shape) for name, value in pair.ours.state_dict().items()}
    assert dict(shapes(pair.ours.config)) == state


@pytest.mark.parametrize("precision", PRECISIONS)
def test_graphs_of_the_true_size_are_sound_and_small(precision):
    """By the checker and the shape inference of those who define ONNX; of ONNX Runtime's own operators they know nothing."""
    kinds = dict.fromkeys(dict(shapes(BASE)), BFLOAT16)
    seen = FORMS["float32" if precision == "float32" else "int8"]
    for graph, most in ((picture_graph(BASE, kinds, seen), 1 << 18), (text_graph(BASE.decoder, kinds, TEXT_FORMS[precision]), 1 << 18)):
        data = graph.to_bytes()
        model = onnx.load_from_string(data)
        outside = [tensor for tensor in model.graph.initializer if tensor.data_location == onnx.TensorProto.EXTERNAL]
        assert len(data) < most and {tensor.name for tensor in outside} == set(graph.weights)
        for tensor in outside:  # the checker would look for the file
            model.graph.initializer.remove(tensor)
            model.graph.input.append(onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims))
        for node in model.graph.node:
            if node.op_type == "SimplifiedLayerNormalization":  # ONNX Runtime keeps it among those of ONNX
                node.domain = "com.microsoft"
        onnx.checker.check_model(model, full_check=True)


def test_bands_of_queries_are_the_whole(pair, monkeypatch):
    """Queries by 3 of 16 rows, the last time 1; all else by 4 rows, the fewest that make 40 patches and divide 16."""
    monkeypatch.setattr(got_picture, "BAND_SCORES", 3 * 16 * 256)
    monkeypatch.setattr(got_picture, "ROWS", 40)
    assert got_picture._bands(pair.ours.config.vision) == (4, 64)
    with torch.no_grad():
        theirs = pair.theirs.get_image_features(pair.pixels).pooler_output.flatten(0, 1).numpy()
    found = open_engine(pair.folder, precision="float32").sessions.see(pair.pixels.numpy())
    assert theirs.std() > 0.1 and np.abs(found - theirs).max() < TOLERANCE * max(1, theirs.std())


def test_torch_and_onnx_are_not_needed(pair):
    code = (
        "import sys, numpy as np; from pathlib import Path; from gotocr.engines import ENGINES;"
        "from gotocr.schema import Job, Pixels, Prompt;"
        f"engine = ENGINES['onnx'](Path({str(pair.folder)!r}), 'cpu');"
        f"job = Job(Pixels(np.zeros((1, 3, 64, 64), np.float32)), Prompt((7, *[{IMAGE}] * {TOKENS}, 8), {IMAGE}, ()), 3);"
        "print(len(list(engine.run(job))), *(name for name in ('torch', 'onnx', 'transformers', 'safetensors') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=180)
    assert done.stdout.split() == ["3"], done.stderr
