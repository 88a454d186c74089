"""Random weights stand in for the published ones: the same files and shapes, loaded and read with in the usual way."""

from __future__ import annotations

from dataclasses import replace

import pytest

pytest.importorskip("torch")

from gotocr.evaluate.speed.pictures import draw_line  # noqa: E402
from gotocr.evaluate.speed.standin import write_standin  # noqa: E402
from gotocr.model.config import BASE, DecoderConfig, VisionConfig  # noqa: E402
from gotocr.model.presets import PRESETS  # noqa: E402
from gotocr.prompt.published import STOPS, TURN  # noqa: E402
from gotocr.prompt.template import build  # noqa: E402
from gotocr.prompt.tokenizer import Tokenizer  # noqa: E402
from gotocr.reader import load  # noqa: E402
from gotocr.schema import Piece, Task  # noqa: E402


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Of a narrow network with the published ids."""
    vision = VisionConfig(width=32, layers=2, heads=2, feed_forward=64, global_layers=(1,), out_channels=16)
    decoder = DecoderConfig(hidden=32, layers=2, heads=2, kv_heads=2, feed_forward=64)
    patch = pytest.MonkeyPatch()
    patch.setitem(PRESETS._targets, "narrow", "tests:narrow")
    patch.setitem(PRESETS._loaded, "narrow", replace(BASE, vision=vision, decoder=decoder))
    yield write_standin(tmp_path_factory.mktemp("narrow"), "narrow")
    patch.undo()


def test_its_prompt_is_nearly_as_long_as_the_published_one(folder):
    tokenizer = Tokenizer.from_folder(folder)
    prompt = build(Task("plain"), (100, 100), 1, tokenizer)
    assert abs(len(prompt.ids) - 286) <= 4 and prompt.image_id == BASE.image_id == 151859
    assert prompt.stop_ids == tuple(map(tokenizer.id, STOPS)) == (151645, 151643) and tokenizer.id(TURN) == 151644


def test_it_writes_varied_tokens_up_to_the_cap(folder):
    with load(folder, engine="torch", quiet=True) as reader:
        pieces = [step for step in reader.follow(draw_line(0), Task("plain", max_tokens=12)) if isinstance(step, Piece)]
    assert len(pieces) == 12 and pieces[-1].finish == "length"
    assert len({piece.token for piece in pieces}) > 6, "a writer in circles would be held back to the end"
