"""Every engine reads the bundled model alike, stops when nobody listens, and can be closed."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from gotocr.engines import ENGINES
from gotocr.errors import MissingExtraError, WeightsError
from gotocr.reader import NANO, load
from gotocr.schema import Page, Piece, Task

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


def opened(name: str):
    if not SHIPPED:
        pytest.skip("no weights are shipped yet")
    if name in NEEDS and find_spec(NEEDS[name]) is None:
        pytest.skip(f"{NEEDS[name]} is not installed")
    return load("nano", engine=name)


def pieces(reader, task=Task("plain", max_tokens=24)) -> list[Piece]:
    return [step for step in reader.follow(page().image, task) if isinstance(step, Piece)]


@pytest.fixture(scope="module", params=list(ENGINES))
def reader(request):
    with opened(request.param) as reader:
        yield reader


def test_it_has_a_name(reader):
    pieces(reader)
    assert reader.engine.name == reader.engine_name


def test_pieces_are_sound(reader):
    written = pieces(reader)
    assert written[-1].finish in ("stop", "length", "loop") and not any(piece.finish for piece in written[:-1])
    assert len(written) <= 24 and all(0 < piece.probability <= 1 for piece in written)
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


def test_closing_twice_is_harmless(reader):
    engine = ENGINES[reader.engine_name](reader.folder, "cpu")
    engine.close(), engine.close()


def test_all_engines_write_the_same_tokens():
    tokens = {}
    for name in ENGINES:
        with opened(name) as reader:
            tokens[name] = [piece.token for piece in pieces(reader)]
    assert len({tuple(written) for written in tokens.values()}) == 1, tokens


@pytest.mark.parametrize("name", list(ENGINES))
def test_a_folder_without_a_model_is_said_in_one_line(name, tmp_path):
    (tmp_path / "config.json").write_text('{"family": "nano"}')
    with pytest.raises((WeightsError, MissingExtraError)) as caught:
        ENGINES[name](tmp_path, "cpu")
    assert "\n" not in str(caught.value)
