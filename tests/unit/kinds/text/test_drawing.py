"""Every source and every style of page: the truths fit the ink, letter by letter, whatever the seed."""

from __future__ import annotations

import os

import numpy as np
import pytest

pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.draw.supply import Supply  # noqa: E402
from gotocr.kinds.page import parse  # noqa: E402
from gotocr.kinds.text import KIND, line, page, paragraph, word  # noqa: E402
from gotocr.kinds.text.pages import STYLES, draw_page  # noqa: E402
from gotocr.kinds.text.sheet import Sheet  # noqa: E402

TIMES = int(os.environ.get("GOTOCR_SEEDS", "1"))
SOURCES = {"word": word, "line": line, "paragraph": paragraph, "page": page, "sample": KIND.sample}
ROOMS = {"word": (64, 256), "line": (80, 640), "paragraph": (300, 512), "page": (700, 600), "sample": (512, 512)}
FAINT = 40  # levels: less is the last shimmer of an antialiased edge


@pytest.fixture(scope="module")
def supply() -> Supply:
    return Supply()


def drawn(name: str, supply: Supply, seed: int, em: float | None = None):
    rng = np.random.default_rng(seed)
    if name in STYLES:
        return draw_page(rng, supply, ROOMS["page"], em, name)
    return SOURCES[name](rng, supply, ROOMS[name], em)


def assert_true(sample, room) -> None:
    """The picture fits, every printed character has its glyph, and both truths say what the glyphs say, in one order."""
    height, width = sample.image.shape[:2]
    glyphs = sample.glyphs
    assert 0 < height <= room[0] and 0 < width <= room[1] and sample.image.dtype == np.uint8 and sample.kind == "text"
    assert sample.plain.strip() and sample.plain == "".join(sample.glyphs.text)
    assert glyphs.plain.tolist() == list(range(len(sample.plain)))
    assert glyphs.boxes.shape == (len(glyphs.text), 4) and (glyphs.boxes[:, :2] >= 0).all()
    assert (glyphs.boxes[:, 2:] - glyphs.boxes[:, :2] > 0.99).all() and (glyphs.boxes[:, 2:] <= [width, height]).all()
    stands = glyphs.format[glyphs.format >= 0]
    assert (np.diff(stands) > 0).all() and (not len(stands) or stands[-1] < len(sample.format))
    for letter, at in zip(glyphs.text, glyphs.format.tolist(), strict=True):
        said = sample.format[at] if at >= 0 else ""
        assert letter in "-\n" if at < 0 else said == letter or (letter == "\n" and said == " ") or said == "-", (letter, said)
    assert not sample.plain.endswith("\n") and ("\n\n" not in sample.plain or "```" in sample.format)


def assert_read_again(sample) -> None:
    """The Markdown parses to text and listings only, without problems, a heading for each that was written."""
    blocks = parse(sample.format, (1, 1))
    assert {block.kind for block in blocks} <= {"text", "code"} and not any(block.problems for block in blocks), sample.format
    outside = "".join(sample.format.split("```")[::2])
    headings = sum(line.startswith("#") for line in outside.split("\n"))
    assert sum(block.data.get("role") == "heading" for block in blocks) == headings
    assert sum(block.kind == "code" for block in blocks) == sample.format.count("```") // 2


@pytest.mark.parametrize("name", [*SOURCES, *STYLES])
def test_truths_fit_the_glyphs_and_are_read_again(name, supply):
    for seed in range((24 if name in SOURCES else 6) * TIMES):
        sample = drawn(name, supply, seed)
        assert_true(sample, ROOMS.get(name, ROOMS["page"]))
        assert_read_again(sample)


@pytest.mark.parametrize("name", [*SOURCES, *STYLES])
def test_ink_lies_in_the_boxes_and_letters_have_ink(name, supply, monkeypatch):
    draw = Sheet.draw

    def letters_only(sheet, *rest, **more):
        sheet.shapes, sheet._extras = [], []
        return draw(sheet, *rest, **more)

    monkeypatch.setattr(Sheet, "draw", letters_only)
    inside = total = blank = letters = 0
    for seed in range((10 if name in SOURCES else 3) * TIMES):
        sample = drawn(name, supply, 1000 + seed)
        pixels = sample.image.reshape(-1, 3)
        colours, counts = np.unique(pixels[:: max(len(pixels) // 20_000, 1)], axis=0, return_counts=True)
        if counts.max() < 0.3 * counts.sum():  # so little paper that its colour is not certain
            continue
        found = np.abs(sample.image.astype(int) - colours[counts.argmax()]).max(2) > FAINT
        boxes = np.zeros(found.shape, bool)
        for letter, box in zip(sample.glyphs.text, sample.glyphs.boxes, strict=True):
            left, top, right, bottom = (int(value) for value in (*np.floor(box[:2]), *np.ceil(box[2:])))
            boxes[top:bottom, left:right] = True
            letters += letter not in " \n"
            blank += letter not in " \n[]x.\u00ad" and not found[top:bottom, left:right].any()
        inside, total = inside + (found & boxes).sum(), total + found.sum()
    assert inside >= 0.99 * total
    assert blank <= 0.005 * letters


@pytest.mark.parametrize("name", [*SOURCES, "article", "form", "window"])
def test_the_same_seed_is_the_same_bytes(name, supply):
    for seed in range(3):
        one, other = (drawn(name, fresh, seed) for fresh in (supply, Supply()))
        assert one.image.tobytes() == other.image.tobytes() and (one.plain, one.format) == (other.plain, other.format)
        assert (
            one.glyphs.boxes.tobytes() == other.glyphs.boxes.tobytes()
            and one.glyphs.format.tobytes() == other.glyphs.format.tobytes()
        )
    assert len({drawn(name, supply, seed).plain for seed in range(6)}) > 3


@pytest.mark.parametrize("name", SOURCES)
def test_an_inset_is_dark_on_white_and_cut_to_its_ink(name, supply):
    for seed in range(6 * TIMES):
        sample = drawn(name, supply, seed, em=15.0)
        assert_true(sample, ROOMS[name])
        dark = sample.image.min(2) < 128
        assert (sample.image[~(sample.image.min(2) < 250)] >= 250).all()
        rows, columns = np.flatnonzero(dark.any(1)), np.flatnonzero(dark.any(0))
        assert rows[0] < 12 and columns[0] < 12 and dark.shape[0] - rows[-1] < 12 and dark.shape[1] - columns[-1] < 12


@pytest.mark.parametrize("room", [(16, 40), (30, 400), (97, 97), (400, 60), (96, 1500)])
def test_any_room_is_enough(room, supply):
    for name in SOURCES:
        for seed in range(4 * TIMES):
            assert_true(SOURCES[name](np.random.default_rng(seed), supply, room), room)


def test_the_styles_show_what_they_are_for(supply):
    formats = {name: [drawn(name, supply, seed).format for seed in range(8)] for name in STYLES}
    assert all("```" in text for text in formats["editor"] + formats["terminal"])
    assert any("[^1]" in text and "[^1]:" in text for text in (drawn("article", supply, seed).format for seed in range(60)))
    assert any(" ... " in text for text in formats["contents"]) and any(
        "[x]" in text or "[ ]" in text for text in formats["form"]
    )
    assert all(text.startswith("# ") or "\n# " in text for text in formats["slide"])
    assert any("**" in text for text in formats["glossary"]) and any("\n- " in text for text in formats["slide"])
