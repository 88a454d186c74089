"""Mixed pages: both truths belong to what is drawn, pages follow each other, and parts of them keep their own truth."""

from __future__ import annotations

import os

import numpy as np
import pytest

pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.draw.supply import Supply  # noqa: E402
from gotocr.kinds.page import parse  # noqa: E402
from gotocr.schema import AREA  # noqa: E402
from gotocr.synth.document import document, sequence  # noqa: E402
from gotocr.synth.excerpt import blocks, excerpt  # noqa: E402
from gotocr.synth.region import region, tile  # noqa: E402

SEEDS = range(12 * int(os.environ.get("GOTOCR_SEEDS", "1")))
ROOM = (900, 800)
MARKS = set(" \n#-*`$<>|0123456789.")


@pytest.fixture(scope="module")
def supply() -> Supply:
    return Supply()


@pytest.fixture(scope="module")
def pages(supply):
    return [document(np.random.default_rng(seed), supply, ROOM) for seed in SEEDS]


def test_glyphs_are_the_letters_they_stand_for(pages):
    for page in pages:
        glyphs = page.glyphs
        for truth, offsets in ((page.plain, glyphs.plain), (page.format, glyphs.format)):
            assert offsets.max() < len(truth)
            same = [truth[at] == letter for letter, at in zip(glyphs.text, offsets, strict=True) if at >= 0 and letter.isalnum()]
            assert np.mean(same) > 0.9, "letters of formulas and escapes may stand for commands"
        written = np.zeros(len(page.plain), bool)
        written[glyphs.plain[glyphs.plain >= 0]] = True
        bare = [letter for letter, inked in zip(page.plain, written, strict=True) if not inked and letter.isalpha()]
        assert len(bare) <= 0.05 * len(page.plain) or "\\" in page.plain


def test_all_ink_is_in_boxes_and_boxes_on_the_page(pages):
    for page in pages:
        height, width = page.image.shape[:2]
        assert height <= ROOM[0] and width <= ROOM[1]
        boxes = page.glyphs.boxes
        assert (boxes[:, :2] >= 0).all() and (boxes[:, 2] <= width).all() and (boxes[:, 3] <= height).all()
        covered = np.zeros((height, width), bool)
        for left, top, right, bottom in boxes:
            covered[int(top) : int(np.ceil(bottom)) + 1, int(left) : int(np.ceil(right)) + 1] = True
        if AREA in page.glyphs.text or "```" in page.format:
            continue  # rules of tables, panels behind listings
        ink = np.abs(page.image.astype(int) - page.image[0, 0]).max(2) > 60
        assert (ink & covered).sum() >= 0.97 * ink.sum()


def test_the_markdown_is_read_again(pages):
    for page in pages:
        found = parse(page.format, (1, 1))
        assert found and not [block.problems for block in found if block.problems]
        assert sum(len(block.text) for block in found) > 0.6 * len(page.format)


def test_equal_seeds_give_equal_pages(supply, pages):
    again = document(np.random.default_rng(3), supply, ROOM)
    assert again.image.tobytes() == pages[3].image.tobytes() and again.format == pages[3].format
    assert len({page.plain for page in pages}) == len(pages)


def test_pages_follow_each_other(supply):
    found = sequence(np.random.default_rng(1), supply, (500, 500))
    assert 2 <= len(found) <= 8 and [page.notes["page"] for page in found] == list(range(1, len(found) + 1))
    assert {page.notes["pages"] for page in found} == {len(found)} and {page.image.shape for page in found} == {found[0].image.shape}
    assert all(page.plain.strip() for page in found)


def test_excerpts_are_what_they_say(pages):
    page = next(page for page in pages if len(blocks(page)) > 3)
    for start, end, _ in blocks(page):
        part = excerpt(page, start, end)
        assert part.format == page.format[start:end] and part.plain in page.plain
        letters = [(letter, at) for letter, at in zip(part.glyphs.text, part.glyphs.format, strict=True) if at >= 0 and letter.isalpha()]
        assert np.mean([part.format[at] == letter for letter, at in letters] or [1]) > 0.9
    assert excerpt(page, 0, 0) is None


def test_regions_hold_what_is_asked_for(supply):
    asked = set()
    for seed in SEEDS:
        part = region(np.random.default_rng(seed), supply, ROOM)
        asked.add(part.notes["asked"])
        height, width = part.image.shape[:2]
        assert (part.glyphs.boxes[:, 2] <= width + 1).all() and (part.glyphs.boxes[:, 3] <= height + 1).all()
        if part.notes["asked"] != "crop":
            left, top, right, bottom = part.notes["box"]
            hull = [*part.glyphs.boxes[:, :2].min(0), *part.glyphs.boxes[:, 2:].max(0)]
            assert np.abs(np.array(hull) - [left, top, right, bottom]).max() <= 1
        if part.notes["asked"] in ("red", "green", "blue"):
            channel = ("red", "green", "blue").index(part.notes["asked"])
            others = [other for other in range(3) if other != channel]
            strong = part.image[..., channel].astype(int) - part.image[..., others].max(2) > 80
            assert strong.sum() > 20
    assert len(asked) > 2


def test_tiles_fit_the_room(supply):
    for seed in range(4):
        part = tile(np.random.default_rng(seed), supply, (400, 700))
        assert part.image.shape[0] <= 400 and part.image.shape[1] <= 700 and part.format
