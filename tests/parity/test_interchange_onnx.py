"""ONNX files of the published model, opened by onnxruntime alone: the same tokens as our engine, and what ONNX's own checker says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

from gotocr.engines import onnx_got  # noqa: E402
from gotocr.engines.got_slots import Slot  # noqa: E402
from gotocr.errors import WeightsError  # noqa: E402
from gotocr.model.config import BASE  # noqa: E402
from gotocr.schema import Job, Pixels, Prompt  # noqa: E402
from gotocr.weights.card import ONNX_EXAMPLE  # noqa: E402
from gotocr.weights.convert import Wanted, convert  # noqa: E402
from gotocr.weights.got_onnx import KINDS, PICTURE, TEXT, widened  # noqa: E402
from gotocr.weights.got_packed import FORMS, TEXT_FORMS, quantise  # noqa: E402
from gotocr.weights.got_stored import shapes  # noqa: E402
from gotocr.weights.got_written import written_graph  # noqa: E402
from gotocr.weights.onnx_file import Place  # noqa: E402
from tests.parity.interchange import IMAGE, VOCABULARY, save  # noqa: E402
from tests.parity.theirs import SIDE, TOKENS, tiny_got  # noqa: E402

COUNT = 40  # tokens written


# Key-value heads (the published model has as many as heads) and what is stored.
SEEN = [(4, "float32"), (4, "int8"), (2, "bfloat16"), (2, "float16"), (2, "int4")]


@pytest.fixture(scope="module", params=SEEN, ids=[f"{heads} heads, {stored}" for heads, stored in SEEN])
def both(request, tmp_path_factory):
    """transformers' folder, the folder of ONNX files made of it, and how our own engine computes the same."""
    heads, stored = request.param
    theirs = save(tiny_got(VOCABULARY, IMAGE, heads).to(torch.bfloat16), tmp_path_factory.mktemp("theirs"))
    folder = tmp_path_factory.mktemp("onnx") / stored
    convert(theirs, folder, Wanted("onnx", stored, quiet=True))
    return theirs, (folder, stored if stored.startswith("int") else "float32")


@pytest.fixture
def theirs(both):
    return both[0]


@pytest.fixture
def alone(both):
    return both[1]


def open_both(folder):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return [onnxruntime.InferenceSession(str(folder / name), options, providers=["CPUExecutionProvider"]) for name in (PICTURE, TEXT)]


def empty(write, rows: int = 1):
    kept = [given for given in write.get_inputs() if given.name.startswith(("keys", "values"))]
    return {given.name: np.zeros((rows, given.shape[1], 0, given.shape[3]), np.float32) for given in kept}


def step(write, ids, images, past):
    """Logits, and what is kept."""
    logits, *more = write.run(["logits", *(f"{name}.out" for name in past)], {"ids": np.array(ids), "images": images, **past})
    return logits, dict(zip(past, more, strict=True))


def written(write, ids, images, count: int = COUNT) -> list[int]:
    past, found = empty(write), []
    while len(found) < count:
        logits, past = step(write, [ids], images, past)
        found.append(int(logits[0].argmax()))
        ids, images = found[-1:], images[:0]
    return found


def ours(theirs, precision: str, monkeypatch):
    monkeypatch.setattr(onnx_got, "sums_bytes", lambda: True)  # pictures in int8, as in the files, on any processor
    return onnx_got.open_engine(theirs, precision=precision)


def pixels(tiles: int = 1) -> np.ndarray:
    return np.random.default_rng(8).normal(size=(tiles, 3, SIDE, SIDE)).astype(np.float32)


def prompt(tiles: int = 1, first: int = 7) -> list[int]:
    return [first, 8, 9, *[IMAGE] * (TOKENS * tiles), 10, 11, 12]


def test_logits_are_those_of_our_engine_to_the_bit(theirs, alone, monkeypatch):
    folder, precision = alone
    see, write = open_both(folder)
    engine = ours(folder if folder.name == "float16" else theirs, precision, monkeypatch)
    images = engine.sessions.see(pixels())
    assert np.array_equal(see.run(["tokens"], {"pixels": pixels()})[0], images)
    slots, slot, ids, past = engine.sessions.slots(1), Slot(200), prompt(), empty(write)
    vectors = engine.sessions.embed(ids)
    vectors[np.asarray(ids) == IMAGE] = images
    expected, given = slots.begin(slot, vectors).copy(), images
    for _ in range(6):
        logits, past = step(write, [ids], given, past)
        assert np.array_equal(logits[0], expected)
        ids, given = [int(expected.argmax())], images[:0]
        expected = slots.follow([slot], engine.sessions.embed(ids))[0].copy()


@pytest.mark.parametrize("tiles", [1, 3])
def test_tokens_are_those_of_our_engine(theirs, alone, tiles, monkeypatch):
    folder, precision = alone
    see, write = open_both(folder)
    if folder.name == "float16":  # the weights are others by a rounding: our engine reads the folder itself
        theirs = folder
    images = np.concatenate([see.run(["tokens"], {"pixels": one[None]})[0] for one in pixels(tiles)])
    engine = ours(theirs, precision, monkeypatch)
    job = Job(Pixels(pixels(tiles)), Prompt(tuple(prompt(tiles)), IMAGE, ()), COUNT)
    expected = [piece.token for piece in engine.run(job)]
    assert len(set(expected)) > 6
    assert written(write, prompt(tiles), images) == expected


def test_the_example_of_the_card_needs_nothing_of_ours(theirs, alone, tmp_path, monkeypatch):
    """Run as it stands in README.md, where gotocr, torch and transformers cannot be imported; our engine reads the same text."""
    folder, precision = alone
    card = (folder / "README.md").read_text()
    code = card.partition("onnxruntime (1.22 or newer), without gotocr\n\n```python\n")[2].partition("\n```")[0]
    assert code == ONNX_EXAMPLE.rstrip("\n").replace("FOLDER", folder.name)
    rng = np.random.default_rng(2)
    Image.fromarray(rng.integers(0, 255, (80, 120, 3), np.uint8)).save(tmp_path / "page.png")
    code = ONNX_EXAMPLE.replace("FOLDER", str(folder)).replace("4096", str(COUNT))
    code = f"import sys\nfor name in ('gotocr', 'torch', 'transformers', 'onnx'): sys.modules[name] = None\n{code}"
    code += f"\nnp.savez({str(tmp_path / 'told.npz')!r}, pixels=pixels, written=written, text=tokenizer.decode(written), ids=tokenizer.encode(prompt, add_special_tokens=False).ids)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert done.returncode == 0, done.stderr
    told = np.load(tmp_path / "told.npz")
    engine = ours(folder if folder.name == "float16" else theirs, precision, monkeypatch)
    stops = (engine.tokenizer.id("<|im_end|>"), engine.tokenizer.id("<|endoftext|>"))
    job = Job(Pixels(told["pixels"]), Prompt(tuple(told["ids"].tolist()), IMAGE, stops), COUNT)
    pieces = list(engine.run(job))
    assert [piece.token for piece in pieces if piece.token not in stops] == told["written"].tolist()
    assert str(told["text"]) == engine.tokenizer.decode(told["written"].tolist()) and done.stdout.strip()


def test_onnx_has_nothing_against_the_files(alone):
    folder, _ = alone
    for name in (PICTURE, TEXT):
        onnx.checker.check_model(str(folder / name), full_check=True)
        model = onnx.load(folder / name)  # with the data it points to
        assert (folder / name).stat().st_size < 1 << 20
        assert {opset.domain for opset in model.opset_import} == {"", "com.microsoft"}
    told = {given.name: given for given in onnx.load(folder / TEXT, load_external_data=False).graph.output}
    assert "logits" in told and "keys.1.out" in told and "P + T" in [size.dim_param for size in told["keys.1.out"].type.tensor_type.shape.dim]


def test_texts_of_one_length_are_written_at_once(alone):
    folder, _ = alone
    see, write = open_both(folder)
    images = see.run(["tokens"], {"pixels": pixels()})[0]
    rows, together, past = [prompt(), prompt(first=20)], [[], []], empty(write, 2)
    each = [written(write, row, images, 8) for row in rows]
    given, seen = rows, np.concatenate([images, images])
    for _ in range(8):
        logits, past = step(write, given, seen, past)
        for number in range(2):
            together[number].append(int(logits[number].argmax()))
        given, seen = [[together[0][-1]], [together[1][-1]]], images[:0]
    assert together == each and each[0] != each[1]


def test_a_prompt_may_be_read_in_parts(alone):
    folder, precision = alone
    see, write = open_both(folder)
    images = see.run(["tokens"], {"pixels": pixels()})[0]
    whole, _ = step(write, [prompt()], images, empty(write))
    _, past = step(write, [prompt()[:9]], images[:6], empty(write))
    parts, _ = step(write, [prompt()[9:]], images[6:], past)
    assert np.abs(whole - parts).max() < (1e-3 if precision == "float32" else 0.5)


def test_a_picture_of_another_length_is_refused(alone):
    folder, _ = alone
    _, write = open_both(folder)
    with pytest.raises(Exception, match="(?i)scatter|shape|updates"):
        step(write, [prompt()], np.zeros((3, 64), np.float32), empty(write))


def test_in_floats_the_folder_is_a_model_of_ours_and_in_whole_numbers_it_says_why_not(theirs, alone, tmp_path):
    folder, precision = alone
    if precision != "float32":
        with pytest.raises(WeightsError, match="whole numbers, for ONNX Runtime alone"):
            convert(folder, tmp_path / "back")
        with pytest.raises(WeightsError, match="whole numbers, for ONNX Runtime alone"):
            onnx_got.open_engine(folder)
        return
    convert(folder, tmp_path / "back", Wanted("hf", "bfloat16", quiet=True))
    convert(theirs, tmp_path / "straight", Wanted("hf", "bfloat16", quiet=True))
    if folder.name != "float16":
        assert (tmp_path / "back" / "model.safetensors").read_bytes() == (tmp_path / "straight" / "model.safetensors").read_bytes()


def test_the_folder_may_be_moved_and_needs_its_weights(alone, tmp_path):
    folder, _ = alone
    moved = shutil.copytree(folder, tmp_path / "elsewhere")
    open_both(moved)
    (moved / "model.safetensors").unlink()
    with pytest.raises(Exception, match="model.safetensors"):
        open_both(moved)


@pytest.mark.parametrize("form", ["int8", "int4"])
def test_what_whole_numbers_stand_for(form):
    values = np.random.default_rng(1).normal(size=(5, 100)).astype(np.float32)
    for how in (FORMS[form], TEXT_FORMS[form]):
        numbers, scales = quantise(values, how)
        back = widened(numbers, scales, how)[:, :100]
        assert np.abs(back - values).max() <= 1.05 * scales.max() * (1 if form == "int4" else 0.5)
        assert np.abs(back - values).max() > 0


def test_the_true_size_is_two_small_files():
    kinds = dict.fromkeys(dict(shapes(BASE)), KINDS["BF16"])
    for form in TEXT_FORMS.values():
        graph = written_graph(BASE, kinds, form)
        data = graph.to_bytes({name: Place("model.safetensors", 0, 0) for name in graph.weights})
        model = onnx.load_from_string(data)
        assert len(data) < 10_000_000  # of which 8 are cosines and sines
        assert {entry.value for tensor in model.graph.initializer for entry in tensor.external_data if entry.key == "location"} == {"model.safetensors"}


def test_int4_is_smaller_than_int8(tmp_path):
    theirs, sizes = save(tiny_got(VOCABULARY, IMAGE), tmp_path / "theirs"), []
    for form in ("int8", "int4"):
        made = convert(theirs, tmp_path / form, Wanted("onnx", form, quiet=True))
        sizes.append(made.files["model.safetensors"][1])
        told = json.loads((tmp_path / form / "manifest.json").read_text())
        assert told["weights"] == form and "rounding error" in told["rounding"]
    assert sizes[1] < sizes[0]
