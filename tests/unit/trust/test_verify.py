"""Blocks compared with the page: what was drawn agrees, what was changed or is foreign does not, and nothing raises or takes long."""

import time

import numpy as np
import pytest

pytest.importorskip("skia")
pytest.importorskip("cv2")
pytest.importorskip("rdkit")
pytest.importorskip("verovio")

from gotocr.draw.supply import Supply
from gotocr.errors import MissingExtraError
from gotocr.evaluate.agreement import area, block_in
from gotocr.evaluate.damage import damaged
from gotocr.kinds import KINDS
from gotocr.schema import Block
from gotocr.synth.samples import Studio
from gotocr.trust import verify
from gotocr.trust.paper import crop, strokes, trimmed

WHITE = np.full((120, 300, 3), 255, np.uint8)
every_kind = pytest.mark.parametrize("kind", verify.KINDS)


@pytest.fixture(scope="module")
def studio():
    return Studio(Supply(validate=True), (600, 800), 0.0)


def drawn(studio, kind, seed):
    sample = studio.draw(kind, seed)[0]
    return block_in(kind, sample.format), sample.image


@every_kind
def test_a_truth_agrees_more_than_a_foreign_one_and_than_a_damaged_one(kind, studio):
    truths, wrong = [], []
    pairs = [drawn(studio, kind, seed) for seed in range(4_100, 4_104)]
    for number, (block, image) in enumerate(pairs):
        own = verify.agreement(block, image)
        foreign = verify.agreement(pairs[number - 1][0], image)
        hurt = damaged(kind, block.text, np.random.default_rng(number), True)
        broken = verify.agreement(KINDS[kind].parse(hurt), image) if hurt else None
        assert all(value is None or 0 <= value <= 1 for value in (own, foreign, broken))
        truths += [own] if own is not None else []
        wrong += [value for value in (foreign, broken) if value is not None]
    assert len(truths) >= 3 and len(wrong) >= 4
    assert area(truths, wrong) > 0.75


@every_kind
@pytest.mark.parametrize("text", ["", "}{", "\\frac{", "<table><tr><td>", "X:1\nK:", "C(((", '{"series": {"a": NaN', "\\draw (0,0) -- ", "\0\ud800", "𝔘" * 300])
def test_broken_blocks_are_not_compared_or_agree_little(kind, text):
    picture = WHITE.copy()
    picture[40:60, 30:250:7] = 0
    found = verify.agreement(Block(kind, text), picture)
    assert found is None or 0 <= found <= 1


@pytest.mark.parametrize("kind", ["text", "code", "barcode"])
def test_what_cannot_be_drawn_has_no_agreement(kind):
    assert verify.agreement(Block(kind, "abc"), WHITE) is None


@every_kind
@pytest.mark.parametrize("image", [WHITE, WHITE[:0], WHITE[:3, :3], np.random.default_rng(0).integers(0, 256, (90, 90, 3), np.uint8)])
def test_pictures_without_a_drawing_do_not_raise(kind, image, studio):
    block, _ = drawn(studio, kind, 4_200)
    found = verify.agreement(block, image)
    assert found is None or found < 0.9


HOSTILE = {
    "formula": [r"\frac{1}{" * 400 + "x" + "}" * 400, "x^{" * 2000, "a+" * 3900, r"\sqrt{" * 1000 + "}" * 1000, r"\hspace{99999999em}x", r"\rule{9999em}{9999em}"],
    "table": [f"<table>{'<tr>' + '<td>1</td>' * 100 + '</tr>'}" * 1000 + "</table>", "<table><tr><td colspan=99999 rowspan=99999>x</td></tr></table>", "<table><tr><td>" + "w " * 100_000 + "</td></tr></table>"],
    "chart": ['{"type": "bar", "series": {' + ", ".join(f'"c{n}": 1e299' for n in range(20_000)) + "}}", '{"type": "line", "series": {"a": {"b": 1e299, "c": -1e299}}}', '{"type": "pie", "series": {"a": -1, "b": 0}}'],
    "music": ["X:1\nL:1/8\nK:C\n" + "C" * 50_000, "X:1\nK:C\n[" + "C" * 900 + "]|", "X:1\nL:1/8\nK:C\n" + "C999999999|" * 20],
    "molecule": ["C" * 10_000, "C" + "(C" * 3000 + ")" * 3000, "C1CC2" * 900, "[999C@@H99+99]"],
    "geometry": [r"\draw (0,0) -- (1e300,1e300);", r"\draw (0,0) -- (99999999,1);", r"\draw (0,0) -- (1,1);" * 20_000, r"\draw (0,0) grid[step=0.000001] (10,10);"],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in HOSTILE.items() for text in texts], ids=lambda value: value[:14])
def test_hostile_blocks_cost_seconds_at_most(kind, text):
    picture = WHITE.copy()
    picture[20:100:9, 30:250] = 0
    picture[50:70, 30:250:11] = 0
    began = time.process_time(), time.monotonic()
    found = verify.agreement(Block(kind, text), picture)
    assert found is None or 0 <= found <= 1
    assert time.process_time() - began[0] < 10
    assert time.monotonic() - began[1] < 60


def test_all_blocks_of_a_page_are_compared_under_their_boxes(studio):
    (one, above), (other, below) = (drawn(studio, "formula", seed) for seed in (4_301, 4_302))
    page = np.full((above.shape[0] + below.shape[0] + 60, max(above.shape[1], below.shape[1]) + 40, 3), 255, np.uint8)
    boxes = []
    for top, image in ((20, above), (40 + above.shape[0], below)):
        page[top : top + image.shape[0], 20 : 20 + image.shape[1]] = image
        boxes.append((20.0, float(top), 20.0 + image.shape[1], float(top + image.shape[0])))
    blocks = [Block("formula", one.text, boxes[0]), Block("text", "x", boxes[1]), Block("formula", one.text, boxes[1]), Block("formula", other.text)]
    right, text, wrong, nowhere = verify.verified(blocks, page)
    assert text == blocks[1] and nowhere == blocks[3]
    assert right.agreement > wrong.agreement
    assert verify.doubtful(wrong) or wrong.agreement >= verify.threshold("formula")
    assert not verify.doubtful(text)


def test_a_page_takes_no_longer_than_it_may():
    blocks = [Block("formula", "x^2", (10.0, 10.0, 100.0, 60.0))] * 3
    assert all(block.agreement is None for block in verify.verified(blocks, WHITE, seconds=0.0))


@pytest.mark.parametrize("box", [(-50, -50, -10, -10), (1e9, 1e9, 2e9, 2e9), (10, 10, 5, 5), (float("nan"),) * 4, (0, 0, float("inf"), 10)])
def test_boxes_beside_the_page_give_no_agreement(box):
    assert min(crop(WHITE, box).shape[:2]) < WHITE.shape[0]
    assert verify.verified([Block("formula", "x^2", box)], WHITE)[0].agreement is None


def test_what_is_missing_is_told_before_anything_is_read(monkeypatch):
    monkeypatch.setattr(verify, "find_spec", lambda name: None if name == "skia" else object())
    with pytest.raises(MissingExtraError, match=r"gotocr\[synth\]"):
        verify.ready()
    assert verify.agreement(Block("formula", "x"), WHITE) is None


def test_ink_is_found_on_any_paper():
    picture = np.full((80, 200, 3), 240, np.uint8)
    picture[30:50, 40:160:8] = 30
    dark = 255 - picture
    one, other = trimmed(strokes(picture)), trimmed(strokes(dark))
    assert one.shape == other.shape and abs(float(one.mean() - other.mean())) < 0.05
    assert strokes(np.full((80, 200, 3), 200, np.uint8)) is None
