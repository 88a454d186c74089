"""nano, tiny and random: step by step = all at once, batch = single, and the ONNX engine = the torch engine."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from gotocr.decode.batch import write_all  # noqa: E402
from gotocr.engines.nano_rows import Blocks, past_names  # noqa: E402
from gotocr.engines.nano_steps import Question  # noqa: E402
from gotocr.engines.torch_nano import TorchNetwork  # noqa: E402
from gotocr.engines.torch_nano import open_engine as open_torch  # noqa: E402
from gotocr.errors import EngineError, WeightsError  # noqa: E402
from gotocr.model.config import CELL_HEIGHT, CELL_WIDTH, NANO, NOT_THERE  # noqa: E402
from gotocr.model.nano import Nano, Past, Sight, Text  # noqa: E402
from gotocr.prompt.template import nano_prompt  # noqa: E402
from gotocr.schema import Job, Pixels, Task  # noqa: E402
from gotocr.weights import FORMS, PRECISIONS, int8  # noqa: E402
from gotocr.weights.nano_files import CONFIG, TOKENIZER, WEIGHTS, load_nano, tensor_shapes  # noqa: E402
from gotocr.weights.tensors import TensorFile  # noqa: E402

SIZES = [(16, 32), (48, 160), (96, 64)]  # height, width
TOKENS = 10


@pytest.fixture(scope="module")
def network(tiny_nano) -> Nano:
    return load_nano(tiny_nano).eval().requires_grad_(False)


def picture(size: tuple[int, int], seed: int = 0, count: int = 1) -> torch.Tensor:
    return torch.rand(count, 3, *size, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def text(count: int, batch: int = 1, seed: int = 1) -> Text:
    dice = torch.Generator().manual_seed(seed)
    ids = torch.randint(0, 4096, (batch, count), generator=dice)
    places = torch.rand(batch, count, 4, generator=dice).sort(-1).values * 60
    return Text(ids, places, torch.arange(count)[None].expand(batch, -1))


def write_stepwise(network: Nano, sight: Sight, whole: Text) -> tuple[torch.Tensor, torch.Tensor]:
    past = network.empty_past(len(whole.ids))
    logits, boxes = [], []
    for at in range(whole.ids.shape[1]):
        one = Text(*(part[:, at : at + 1] for part in whole))
        written, new = network.write(sight, one, past)
        past = past.grown(new)
        logits.append(written.logits), boxes.append(written.boxes)
    return torch.cat(logits, 1), torch.cat(boxes, 1)


def near(left, right, part: float = 1e-4) -> bool:
    """Equal but for rounding: within `part` of the largest value."""
    left, right = torch.as_tensor(left), torch.as_tensor(right)
    return left.shape == right.shape and bool((left - right).abs().max() <= part * (1 + right.abs().max()))


def test_shapes(network):
    config, (height, width) = network.config, (48, 160)
    sight = network.see(picture((height, width), count=2))
    cells = height // CELL_HEIGHT * (width // CELL_WIDTH)
    tokens = height // config.stride[0] * (width // config.stride[1])
    size = config.hidden // config.heads
    layers = [*sight.image_keys, *sight.image_values]
    assert len(layers) == 2 * config.layers and {part.shape for part in layers} == {(2, config.heads, tokens, size)}
    assert sight.point_keys.shape == (2, cells, config.pointer) and sight.cells.shape == (2, cells, config.fine_width)
    assert sight.ink.shape == (2, cells) and sight.boxes.shape == (2, cells, 4)
    written, new = network.write(sight, text(3, 2), network.empty_past(2))
    assert written.logits.shape == (2, 3, config.vocab_size) and written.scores.shape == (2, 3, cells)
    assert written.boxes.shape == (2, 3, 4) and len(new.keys) == config.layers
    assert {part.shape for part in (*new.keys, *new.values)} == {(2, config.heads, 3, size)}
    assert network.name_glyphs(sight.cells).shape == (2, cells, config.glyph_count)


def test_step_by_step_is_all_at_once(network):
    sight, whole = network.see(picture((48, 160), count=2)), text(TOKENS, 2)
    at_once, _ = network.write(sight, whole, network.empty_past(2))
    logits, boxes = write_stepwise(network, sight, whole)
    assert near(logits, at_once.logits) and near(boxes, at_once.boxes)
    assert at_once.logits.std() > 0.5 and at_once.boxes.std() > 1, "the comparison can fail"


def test_a_batch_is_its_samples(network):
    pictures, whole = picture((32, 96), count=3), text(TOKENS, 3)
    together, _ = network.write(network.see(pictures), whole, network.empty_past(3))
    for row in range(3):
        part = slice(row, row + 1)
        alone, _ = network.write(network.see(pictures[part]), Text(*(column[part] for column in whole)), network.empty_past(1))
        assert near(alone.logits, together.logits[part]) and near(alone.boxes, together.boxes[part])


def test_later_tokens_change_nothing_before_them(network):
    sight, one = network.see(picture((32, 96))), text(TOKENS)
    other = Text(*(torch.cat([part[:, :6], changed[:, 6:]], 1) for part, changed in zip(one, text(TOKENS, seed=9), strict=True)))
    logits, changed = (network.write(sight, whole, network.empty_past(1))[0].logits for whole in (one, other))
    assert near(logits[:, :6], changed[:, :6]) and not near(logits[:, 6:], changed[:, 6:])


def test_the_picture_and_the_places_are_looked_at(network):
    whole = text(TOKENS)
    seen = [network.write(network.see(picture((32, 96), seed)), whole, network.empty_past(1))[0].logits for seed in (0, 1)]
    moved = network.write(network.see(picture((32, 96))), whole._replace(places=whole.places + 9), network.empty_past(1))[0].logits
    assert not near(seen[0], seen[1], 1e-2) and not near(seen[0], moved, 1e-2)


def test_what_fills_up_a_batch_changes_nothing(network):
    """Pictures and texts of different lengths side by side, with noise where one is shorter."""
    sights = [network.see(picture(size, seed)) for seed, size in enumerate([(32, 96), (48, 160)])]
    pasts = [network.write(sight, text(count), network.empty_past(1))[1] for sight, count in zip(sights, (3, 7), strict=True)]
    last = Text(*(part.expand(2, *part.shape[1:]) for part in text(1, seed=5)))

    def filled(parts, axis):
        most, together = max(part.shape[axis] for part in parts), []
        for part in parts:
            noise = torch.randn(*part.shape[:axis], most - part.shape[axis], *part.shape[axis + 1 :])
            together.append(torch.cat([part, noise], axis))
        return torch.cat(together)

    def hidden(lengths):
        return torch.tensor([[0.0 if at < length else NOT_THERE for at in range(max(lengths))] for length in lengths])

    layered = [tuple(filled(parts, 2) for parts in zip(*(sight[field] for sight in sights), strict=True)) for field in (0, 1)]
    keys, boxes = (filled([getattr(sight, name) for sight in sights], 1) for name in ("point_keys", "boxes"))
    cells = filled([sight.cells for sight in sights], 1)
    ink = torch.cat([torch.nn.functional.pad(sight.ink, (0, keys.shape[1] - sight.ink.shape[1]), value=NOT_THERE) for sight in sights])
    both = Sight(*layered, keys, cells, ink, boxes, hidden([sight.image_keys[0].shape[2] for sight in sights]))
    kept = [tuple(filled(parts, 2) for parts in zip(*(past[field] for past in pasts), strict=True)) for field in (0, 1)]
    together, _ = network.write(both, last, Past(*kept, hidden([3, 7])))
    for row, (sight, past) in enumerate(zip(sights, pasts, strict=True)):
        alone, _ = network.write(sight, Text(*(part[:1] for part in last)), past)
        assert near(alone.logits, together.logits[row : row + 1]) and near(alone.boxes, together.boxes[row : row + 1])


def test_a_window_keeps_the_prompt_and_the_last_tokens(network):
    """The ring of places in `Blocks`, also where a question is asked twice, against a past that grows and is cut."""
    window, sight = network.config.window, network.see(picture((32, 96)))
    blocks = Blocks(TorchNetwork(network), network.config)
    seen = {name: value.clone() for name, value in TorchNetwork(network).see(picture((32, 96)).numpy()).items() if name != "ink"}
    slot, whole, past = blocks.take(seen), text(window + 9), network.empty_past(1)
    for at in range(window + 9):
        one = Text(*(part[:, at : at + 1] for part in whole))
        expected, new = network.write(sight, one, past)
        question = Question(slot, int(one.ids), one.places[0, 0].numpy(), at, sight.ink[0].numpy())
        if at % 3 == 0:
            blocks.answer([replace(question, ink=np.roll(question.ink, 7))])  # taken back
        ((logits, box),) = blocks.answer([question])
        assert near(logits, expected.logits[0, -1]) and near(box, expected.boxes[0, -1])
        past = past.grown(new)
        if past.keys[0].shape[2] > window:  # all but the second
            past = Past(*(tuple(torch.cat([part[:, :, :1], part[:, :, 2:]], 2) for part in parts) for parts in past[:2]))


def job(engine, size: tuple[int, int], seed: int, tokens: int = 30) -> Job:
    height, width = size
    pixels = Pixels(picture(size, seed).numpy(), scale=(2.0, 2.0), page_size=(width // 2, height // 2))
    mode = ("plain", "format")[seed % 2]
    return Job(pixels, nano_prompt(Task(mode), height * width // 512, engine.tokenizer), tokens)


@pytest.fixture(scope="module")
def tiny_int8(tiny_nano):
    """The tiny nano as `gotocr convert --weights int8` writes it."""
    from gotocr.cli import main

    folder = tiny_nano.with_name("int8")
    assert main(["convert", str(tiny_nano), "-o", str(folder), "--weights", "int8"]) == 0
    return folder


@pytest.fixture(scope="module", params=FORMS)
def exported(request, tiny_exported):
    return tiny_exported if request.param == FORMS[0] else request.getfixturevalue("tiny_int8")


@pytest.fixture(scope="module")
def engines(exported):
    pytest.importorskip("onnxruntime")
    from gotocr.engines.onnx_nano import open_engine

    return open_engine(exported, precision="float32"), open_torch(exported)


def test_onnx_writes_what_torch_writes(engines):
    tokens = set()
    for seed, size in enumerate(SIZES * 2):
        pieces, expected = (list(engine.run(job(engine, size, seed))) for engine in engines)
        told = [[(piece.token, piece.text, piece.finish) for piece in written] for written in (pieces, expected)]
        assert told[0] == told[1], (seed, size)
        tokens |= {piece.token for piece in pieces}
        for piece, other in zip(pieces, expected, strict=True):
            assert piece.probability == pytest.approx(other.probability, rel=1e-2)
            assert (piece.box is None) == (other.box is None)
            assert piece.box is None or piece.box == pytest.approx(other.box, abs=0.01)
    assert len(tokens) > 12, "the comparison can fail"


def test_the_onnx_window_is_torchs(engines):
    window = engines[1].config.window
    pieces = [[piece.token for piece in engine.run(job(engine, (96, 320), 3, 2 * window))] for engine in engines]
    assert pieces[0] == pieces[1] and len(pieces[0]) > window + 2


@pytest.mark.parametrize("which", [0, 1], ids=["onnx", "torch"])
def test_a_batch_writes_what_each_would_alone(engines, which):
    """Pictures and texts of many lengths; rows join as others leave, and the memory grows and shrinks."""
    engine = engines[which]
    window = engine.config.window
    jobs = [job(engine, size, seed, (30, 2 * window, 7)[seed % 3]) for seed, size in enumerate(SIZES * 3)]
    together: dict[int, list] = {}
    for number, piece in write_all(engine.rows(4), jobs):
        together.setdefault(number, []).append(piece)
    for number, one in enumerate(jobs):
        alone = list(engine.run(one))
        assert [(piece.token, piece.text, piece.finish) for piece in alone] == [(piece.token, piece.text, piece.finish) for piece in together[number]]
        assert [piece.probability for piece in together[number]] == pytest.approx([piece.probability for piece in alone], rel=1e-2)
    assert len({len(pieces) for pieces in together.values()}) > 2, "the comparison can fail"


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_row_is_to_the_bit_what_it_is_alone(tiny_exported, precision):
    """Rounding to whole numbers would make much of the last bits: no sum may depend on how long the others' pictures and texts are."""
    pytest.importorskip("onnxruntime")
    from gotocr.engines.onnx_nano import open_engine

    engine = open_engine(tiny_exported, precision=precision)
    jobs = [job(engine, size, seed, (30, 90, 7)[seed % 3]) for seed, size in enumerate(SIZES * 2)]
    together: dict[int, list] = {}
    for number, piece in write_all(engine.rows(5), jobs):
        together.setdefault(number, []).append(piece)
    assert [together[number] for number in range(len(jobs))] == [list(engine.run(one)) for one in jobs]
    assert max(map(len, together.values())) > 64, "memory grew while others wrote"


@pytest.mark.parametrize(("precision", "most"), [("int8", 0.1), ("int4", 0.5)])
def test_matrices_of_whole_numbers_are_near(tiny_exported, precision, most):
    """Pictures are seen in float32; the logits of a first token are near: the mean error in units of their spread."""
    pytest.importorskip("onnxruntime")
    from gotocr.engines.onnx_nano import open_engine

    near, exact = (open_engine(tiny_exported, precision=name).network for name in (precision, "float32"))
    config = near.config
    past = {name: np.zeros((1, config.heads, 0, config.hidden // config.heads), np.float32) for name in past_names(config)}
    for size in SIZES[1:]:
        seen = near.see(picture(size, 2).numpy())
        assert all(np.array_equal(seen[part], value) for part, value in exact.see(picture(size, 2).numpy()).items())
        text = {
            "ids": np.array([[40]]), "places": np.zeros((1, 1, 4), np.float32), "positions": np.array([[0]]), "ink": seen.pop("ink"),
            "seen": np.zeros((1, seen["image_keys_0"].shape[2]), np.float32), "kept": np.zeros((1, 0), np.float32),
        }  # fmt: skip
        logits, true = (network.write(text, {**seen, **past})[0] for network in (near, exact))
        assert 0 < np.abs(logits - true).mean() / true.std() < most


@pytest.mark.parametrize("which", [0, 1], ids=["onnx", "torch"])
def test_a_job_that_is_refused_takes_no_room(engines, which):
    engine = engines[which]
    rows, fits = engine.rows(3), job(engine, SIZES[0], 0)
    key = rows.join(fits)
    with pytest.raises(EngineError, match="prompt is empty"):
        rows.join(replace(fits, prompt=replace(fits.prompt, ids=(fits.prompt.image_id,))))
    place = rows._places[key].row._slot
    assert place._blocks._taken == [place]
    rows.close()
    assert place._blocks._taken == []


@pytest.mark.parametrize("which", [0, 1], ids=["onnx", "torch"])
def test_rows_leave_in_the_middle(engines, which):
    engine = engines[which]
    rows = engine.rows(3)
    keys = [rows.join(job(engine, size, seed)) for seed, size in enumerate(SIZES)]
    written = {key: [] for key in keys}
    for count in range(200):
        if count == 4:
            rows.leave(keys[0]), rows.leave(keys[0])
        for key, piece in rows.step():
            written[key].append(piece)
    assert len(rows) == 0 and len(written[keys[0]]) <= 4
    for seed, size in [*enumerate(SIZES)][1:]:
        assert [piece.token for piece in written[keys[seed]]] == [piece.token for piece in engine.run(job(engine, size, seed))]


def test_weights_are_stored_once(exported, network):
    stored, is_int8 = TensorFile(exported / WEIGHTS), exported.name == "int8"
    numbers = sum(value.numel() for value in network.state_dict().values())
    assert {entry.dtype for entry in stored.entries.values()} == ({"F16", "I8", "F32"} if is_int8 else {"F16"})
    assert (exported / WEIGHTS).stat().st_size < (1.15 if is_int8 else 2.1) * numbers  # of so small a model; of nano 1.02
    assert {file.name for file in exported.iterdir()} == {WEIGHTS, CONFIG, TOKENIZER, "README.md", "manifest.json"}


def test_the_tensors_of_a_network_are_known_without_torch(network):
    for config in (network.config, NANO):
        with torch.device("meta"):
            shapes = {name: tuple(value.shape) for name, value in Nano(config).state_dict().items()}
        assert dict(tensor_shapes(config)) == shapes


@pytest.mark.parametrize("name", ["see", "write"])
def test_the_graphs_compute_what_the_network_does(exported, name):
    """Every output of both graphs in float32, for pictures of several sizes and rows of several lengths."""
    pytest.importorskip("onnxruntime")
    from gotocr.engines.onnx_nano import open_engine

    ours, theirs = open_engine(exported, precision="float32").network, TorchNetwork(load_nano(exported).eval())
    config, dice = ours.config, np.random.default_rng(3)
    for size in SIZES:
        seen = [network.see(picture(size, 4).numpy()) for network in (ours, theirs)]
        if name == "see":
            assert seen[0].keys() == seen[1].keys()
            assert all(near(seen[0][part], seen[1][part]) for part in seen[0]), size
            continue
        rows, past = 3, (config.heads, 5, config.hidden // config.heads)
        blocks = {part: np.repeat(np.asarray(value), rows, 0) for part, value in seen[1].items()}
        blocks |= {part: dice.standard_normal((rows, *past), np.float32) for part in past_names(config)}
        ink = blocks.pop("ink")
        text = {
            "ids": dice.integers(0, config.vocab_size, (rows, 1)), "places": np.sort(dice.uniform(0, 90, (rows, 1, 4))).astype(np.float32),
            "positions": np.array([[5], [0], [399]]), "ink": ink,
            "seen": np.where(dice.random((rows, blocks["image_keys_0"].shape[2])) < 0.3, np.float32(NOT_THERE), np.float32(0)),
            "kept": np.float32([[0] * 5, [NOT_THERE] * 5, [0, 0, NOT_THERE, 0, 0]]),
        }  # fmt: skip
        mine = ours.write(text, blocks)
        other = theirs.write(text, {part: torch.from_numpy(value) for part, value in blocks.items()})
        assert near(mine[0], other[0]) and near(mine[1], other[1])
        assert all(near(new, value) for new, value in zip(mine[2], other[2], strict=True))


def test_exporting_leaves_the_trained_weights(tiny_nano, tiny_exported):
    files = {file.name for file in tiny_exported.iterdir()}
    assert files == {WEIGHTS, CONFIG, TOKENIZER, "README.md", "manifest.json"}
    trained, exported = TensorFile(tiny_nano / WEIGHTS), TensorFile(tiny_exported / WEIGHTS)
    assert all((trained[name].astype(np.float16) == exported[name]).all() for name in trained)
    assert {entry.dtype for entry in trained.entries.values()} == {"F32"}
    assert (tiny_nano / TOKENIZER).read_bytes() == (tiny_exported / TOKENIZER).read_bytes()
    assert not list(tiny_exported.parent.glob(".*part")), "nothing is left behind"


def test_a_torn_int8_folder_is_no_model(tiny_int8, tmp_path):
    pytest.importorskip("onnxruntime")
    from gotocr.engines.onnx_nano import open_engine

    folder = shutil.copytree(tiny_int8, tmp_path / "torn")
    data = (tiny_int8 / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(data[: len(data) // 2])
    with pytest.raises(WeightsError, match="not a sound safetensors file"):
        open_engine(folder)


def test_int8_that_is_exported_again_is_the_same(tiny_int8, tmp_path):
    from gotocr.weights.nano_files import save_nano

    network = load_nano(tiny_int8)
    tensors = int8.pack({name: value.numpy() for name, value in network.state_dict().items()}, "int8")
    save_nano(tmp_path, tensors, network.config, tiny_int8 / TOKENIZER)
    assert (tmp_path / WEIGHTS).read_bytes() == (tiny_int8 / WEIGHTS).read_bytes()


def test_training_goes_on_from_int8(tiny_int8):
    from gotocr.train.nano import build
    from gotocr.train.recipe import Recipe

    network = build(Recipe(start=str(tiny_int8)))
    assert {value.dtype for value in network.state_dict().values()} == {torch.float32}
    stored = TensorFile(tiny_int8 / WEIGHTS)
    assert all(np.array_equal(value.numpy(), int8.widen(stored, name)) for name, value in network.state_dict().items())
    network.write(network.see(picture((16, 32))), text(3), network.empty_past(1))[0].logits.sum().backward()
    assert network.embedding.weight.grad.abs().sum() > 0
