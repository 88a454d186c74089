"""Boxes drawn on a page: where they stand, how doubt looks, and that nothing a model says can break it."""

from __future__ import annotations

import io
import math
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from gotocr.errors import UsageError
from gotocr.formats.overlay import BANDS, KINDS, MOST_GROWTH, MOST_SIDE, band, encoded, overlay
from gotocr.schema import Block, Leaf, Word

PAGE = np.full((900, 1200, 3), 255, np.uint8)


def leaf(*blocks: Block, size=(1200, 900), **about) -> Leaf:
    return Leaf(0, *size, "", blocks, **about)


def words(*known, block=(90, 90, 700, 200), kind="text", **about) -> Block:
    return Block(kind, "x", block, 0.9, tuple(Word("x", box, sure) for box, sure in known), **about)


def test_words_are_filled_by_how_sure_they_are_and_doubt_is_darker():
    boxes = [(100 + 150 * n, 100, 200 + 150 * n, 190) for n in range(4)]
    made = overlay(PAGE, leaf(words(*zip(boxes, (0.99, 0.8, 0.6, 0.1), strict=True))))
    inside = [made[145, (box[0] + box[2]) // 2].astype(int) for box in boxes]
    for look, colour in zip(BANDS, inside, strict=True):
        wanted = 255 + (np.array(look.colour) - 255) * look.filled / 255
        assert np.abs(colour - wanted).max() <= 2
    loss = [(255 - colour).sum() for colour in inside]
    assert loss == sorted(loss) and loss[0] < 60 < loss[1], "what is sure hardly shows"
    assert (made[145, 215] == 255).all() and (made[400, 400] == 255).all(), "and nothing between them"


def test_blocks_have_thin_edges_of_their_kind_and_cells_too():
    html = "<table><tr><td>a b</td><td>c</td></tr></table>"
    known = (Word("a", (300, 300, 340, 330), 1.0), Word("b", (360, 300, 400, 330), 1.0), Word("c", (600, 300, 640, 330), 1.0))
    made = overlay(PAGE, leaf(Block("table", html, (300, 300, 640, 330), 1.0, known, data={"form": "html"})))
    teal = np.abs(made.astype(int) - KINDS["table"]).sum(2) < 130
    assert teal[296, 420:560].all() and teal[334, 420:560].all(), "the block's edge, beside the ink"
    faint = np.abs(made.astype(int) - KINDS["table"]).sum(2) < 260
    assert faint[298, 310:390].all() and not faint[298, 410:590].any(), "the first cell holds both of its words"
    plain = made[315, 350]
    assert (plain == 255).all(), "nothing is filled between the words of a cell"


def test_words_with_a_problem_are_crossed_out():
    block = words(((400, 400, 500, 500), 0.95), block=(400, 400, 500, 500))
    odd = replace(block, words=(replace(block.words[0], problems=("no ink under it",)),))
    one, other = (overlay(PAGE, leaf(known))[450, 450].astype(int) for known in (block, odd))
    assert one[1] > 230 and other[1] < 60


def test_small_pages_grow_and_large_ones_shrink_and_boxes_with_them():
    block = words(((10, 10, 20, 20), 0.1), block=None)
    made = overlay(PAGE[:40, :100], leaf(block, size=(100, 40)))
    assert made.shape[1] == 100 * MOST_GROWTH and made[15 * MOST_GROWTH, 15 * MOST_GROWTH][1] < 200
    big = np.full((600, 2 * MOST_SIDE, 3), 255, np.uint8)
    made = overlay(big, leaf(words(((1000, 100, 1200, 200), 0.1), block=None), size=(2 * MOST_SIDE, 600)))
    assert made.shape[1] == MOST_SIDE and made[75, 550][1] < 200


def test_a_legend_stands_below_and_hides_nothing():
    made = overlay(PAGE, leaf(words(((100, 100, 200, 200), 0.1)), confidence=0.5, coverage=0.25, estimated=True))
    bare = overlay(PAGE, leaf())
    assert made.shape[0] > 900 < bare.shape[0] and (bare[:900] == 255).all() and (bare[905:] < 200).any()


@pytest.mark.parametrize("box", [(5, 5, 5, 5), (9, 9, 1, 1), (math.nan, 0, 9, 9), (0, 0, math.inf, 9), (-50, -50, 5000, 5000), (1300, 0, 1400, 9)])
def test_boxes_that_are_none_or_beyond_the_page_do_no_harm(box):
    made = overlay(PAGE, leaf(words((box, math.nan), block=box, kind="odd kind"), words((box, None), block=box, problems=("bad",))))
    assert made.shape[1] == 1200


def test_many_blocks_in_one_place_have_their_tags_beside_each_other():
    made = overlay(PAGE, leaf(*[words(((300, 300, 320, 310), 0.9), block=(300, 300, 400, 310))] * 5))
    one = overlay(PAGE, leaf(words(((300, 300, 320, 310), 0.9), block=(300, 300, 400, 310))))
    ground, single = ((np.abs(picture[:900].astype(int) - KINDS["text"]).sum(2) < 60).sum() for picture in (made, one))
    tag = 13 * 40  # pixels, at least, less its letters
    assert ground - single > 4 * tag / 2


@pytest.mark.parametrize(("sure", "number"), [(1.0, 0), (0.9, 0), (0.8999, 1), (0.7, 1), (0.5, 2), (0.49, 3), (0.0, 3), (-1.0, 3)])
def test_bands_begin_where_they_say(sure, number):
    assert band(sure) is BANDS[number]


def test_pictures_are_written_in_the_format_of_their_suffix():
    for suffix, kind in ((".png", "PNG"), (".JPG", "JPEG"), (".webp", "WEBP")):
        assert Image.open(io.BytesIO(encoded(PAGE[:9, :9], suffix))).format == kind
    for suffix in (".gif", "", ".pdf"):
        with pytest.raises(UsageError, match=r"\.png"):
            encoded(PAGE[:9, :9], suffix)
