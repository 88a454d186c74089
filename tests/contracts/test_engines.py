"""Every engine reads the bundled model alike, alone and several at once, stops when nobody listens, and can be closed.

One that asks a server has another model, a scripted one, that writes of each picture something else.
"""

from __future__ import annotations

import base64
import math
import zlib
from importlib.util import find_spec

import numpy as np
import pytest

from gotocr.decode.batch import Rows, write_all
from gotocr.engines import ELSEWHERE, ENGINES
from gotocr.errors import EngineError, MissingExtraError, UsageError, WeightsError
from gotocr.engines.models import NANO
from gotocr.reader import load
from gotocr.schema import Job, Page, Piece, Task
from tests.unit.engines.chat_server import chatting, stream

NEEDS = {"onnx": "onnxruntime", "torch": "torch"}
FOLDER = NANO.find(True)
SHIPPED = sorted(FOLDER.glob("*.safetensors"))


def page() -> Page:
    """Three lines of dark bars on paper: ink, though no letters."""
    image = np.full((96, 256, 3), 250, np.uint8)
    for top in (10, 40, 70):
        for left in range(8, 240, 12):
            image[top : top + 14, left : left + 7] = 30
    return Page(image)


def said(asked) -> list[bytes]:
    """What the scripted server writes: words that hang on the picture, as many as are allowed."""
    picture, most = asked.body["messages"][0]["content"][0]["image_url"]["url"], asked.body["max_tokens"]
    seed = zlib.crc32(base64.b64decode(picture.partition(",")[2]))
    words = [f"w{(seed + number * number * 37) % 9973:x} " for number in range(40)]
    return stream(*words[:most], finish="stop" if most > len(words) else "length")


@pytest.fixture(scope="module")
def url():
    with chatting(said) as found:
        yield found.url


def opened(name: str, url: str = ""):
    if name in ELSEWHERE:
        return load(url)
    if not SHIPPED:
        pytest.skip("no weights are shipped yet")
    if name in NEEDS and find_spec(NEEDS[name]) is None:
        pytest.skip(f"{NEEDS[name]} is not installed")
    return load("nano", engine=name)


def pieces(reader, task=Task("plain", max_tokens=24)) -> list[Piece]:
    return [step for step in reader.follow(page().image, task) if isinstance(step, Piece)]


@pytest.fixture(scope="module", params=list(ENGINES))
def reader(request, url):
    with opened(request.param, url) as reader:
        yield reader


def test_it_has_a_name(reader):
    pieces(reader)
    assert reader.engine.name == reader.engine_name


def test_pieces_are_sound(reader):
    written = pieces(reader)
    assert written[-1].finish in ("stop", "length", "loop") and not any(piece.finish for piece in written[:-1])
    assert len(written) <= 24 and all(0 < piece.probability <= 1 or math.isnan(piece.probability) for piece in written)
    for left, top, right, bottom in (piece.box for piece in written if piece.box):
        assert 0 <= left <= right <= 256 and 0 <= top <= bottom <= 96


def test_the_same_page_is_the_same_text(reader):
    assert pieces(reader) == pieces(reader)


def test_turning_away_leaves_it_ready(reader):
    whole = pieces(reader)
    steps = reader.follow(page().image, Task("plain", max_tokens=24))
    next(steps), next(steps)
    steps.close()
    assert pieces(reader) == whole


def test_the_cap_is_kept(reader):
    assert len(pieces(reader, Task("plain", max_tokens=1))) == 1


SIZES = [(96, 256), (40, 700), (230, 120), (28, 60), (96, 256)]  # height, width
LENGTHS = [30, 60, 3, 24, 1]  # most tokens


def bars(size: tuple[int, int], seed: int) -> np.ndarray:
    """Rows of dark bars of different widths."""
    rng = np.random.default_rng(seed)
    image = np.full((*size, 3), 250, np.uint8)
    for top in range(8, size[0] - 14, 30):
        left = 8
        while left < size[1] - 12:
            width = int(rng.integers(3, 10))
            image[top : top + int(rng.integers(8, 16)), left : left + width] = 30
            left += width + int(rng.integers(3, 12))
    return image


@pytest.fixture(scope="module")
def several(reader) -> list[tuple[Job, list[Piece]]]:
    """Jobs of different sizes, and what the engine writes of each alone; skipped for engines that read one at a time."""
    if not hasattr(reader.engine, "rows"):
        pytest.skip("reads one picture at a time")
    found = []
    for number, (size, most) in enumerate(zip(SIZES, LENGTHS, strict=True)):
        task = Task("format" if number % 2 else "plain", max_tokens=most)
        for view in reader.family.view(Page(bars(size, number)), task, reader.setting):
            job = Job(view.pixels, reader.family.ask(task, view.pixels, reader.setting), most)
            found.append((job, list(reader.engine.run(job))))
    assert len({pieces[0].token for _, pieces in found}) > 1 and max(len(pieces) for _, pieces in found) > 20
    return found


def told(pieces: list[Piece]) -> list[tuple]:
    return [(piece.token, piece.text, piece.finish) for piece in pieces]


def numbers(pieces: list[Piece]) -> list[float]:
    return [value for piece in pieces for value in (piece.probability, *(piece.box or ()))]


def same(some: list[Piece], others: list[Piece]) -> bool:
    """The same tokens and texts; numbers up to the rounding of sums in another order."""
    return told(some) == told(others) and np.allclose(numbers(some), numbers(others), rtol=1e-3, atol=1e-2, equal_nan=True)


def step_on(rows: Rows, found: dict[int, list], times: int = 10_000) -> dict[int, list]:
    while rows and times:
        for key, piece in rows.step():
            found.setdefault(key, []).append(piece)
        times -= 1
    return found


@pytest.mark.parametrize("most", [1, 2, 8])
def test_several_at_once_are_what_they_are_alone(reader, several, most):
    found: dict[int, list[Piece]] = {}
    for number, piece in write_all(reader.engine.rows(most), [job for job, _ in several]):
        found.setdefault(number, []).append(piece)
    assert all(same(found[number], alone) for number, (_, alone) in enumerate(several))


def test_rows_join_midway(reader, several):
    rows, found = reader.engine.rows(), {}
    keys = [rows.join(several[1][0])]
    step_on(rows, found, 5)
    keys.append(rows.join(several[2][0]))
    step_on(rows, found, 1)
    keys += [rows.join(several[0][0]), rows.join(several[3][0])]
    step_on(rows, found)
    assert all(same(found[key], several[number][1]) for key, number in zip(keys, (1, 2, 0, 3), strict=True))


def test_rows_leave_midway(reader, several):
    rows, found = reader.engine.rows(), {}
    keys = [rows.join(several[number][0]) for number in (0, 1, 3)]
    step_on(rows, found, 4)
    rows.leave(keys[0])
    step_on(rows, found, 2)
    keys.append(rows.join(several[0][0]))
    step_on(rows, found)
    assert all(same(found[key], several[number][1]) for key, number in zip(keys[1:], (1, 3, 0), strict=True))
    early = found.get(keys[0], [])
    assert same(early, several[0][1][: len(early)])
    if reader.engine_name not in ELSEWHERE:  # whose texts are written whether somebody takes a step or not
        assert not any(piece.finish for piece in early)


def test_rows_that_were_turned_away_leave_it_ready(reader, several):
    pairs = write_all(reader.engine.rows(), [job for job, _ in several])
    next(pairs), next(pairs)
    pairs.close()
    assert same(list(reader.engine.run(several[1][0])), several[1][1])


def test_a_closed_engine_opens_no_rows(reader, several):
    engine = ENGINES[reader.engine_name](reader.folder, "cpu")
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.rows()


def test_closing_twice_is_harmless(reader):
    engine = ENGINES[reader.engine_name](reader.folder, "cpu")
    engine.close(), engine.close()


def test_all_engines_write_the_same_tokens():
    tokens = {}
    for name in (name for name in ENGINES if name not in ELSEWHERE):
        with opened(name) as reader:
            tokens[name] = [piece.token for piece in pieces(reader)]
    assert len({tuple(written) for written in tokens.values()}) == 1, tokens


@pytest.mark.parametrize("name", list(ENGINES))
def test_a_folder_without_a_model_is_said_in_one_line(name, tmp_path):
    (tmp_path / "config.json").write_text('{"family": "nano"}')
    with pytest.raises((WeightsError, MissingExtraError, UsageError)) as caught:
        ENGINES[name](tmp_path, "cpu")
    assert "\n" not in str(caught.value)
