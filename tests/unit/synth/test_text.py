"""Samples of the text engine: decided by their seed, true to the glyph, in plain text and in Markdown."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.draw.fonts import find_faces  # noqa: E402
from gotocr.draw.text import Line, Style  # noqa: E402
from gotocr.synth import text as engine_file  # noqa: E402
from gotocr.synth.corpus import load  # noqa: E402
from gotocr.synth.text import LAYOUTS, Plan, TextEngine  # noqa: E402

SIZES = {"word": (48, 256), "lines": (80, 256), "page": (160, 256)}
SEEDS = range(60)
FAINT = 24


@pytest.fixture(scope="module")
def engine() -> TextEngine:
    return TextEngine(load(), find_faces(), worn=0.0)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_samples_are_true(engine, layout, monkeypatch):
    papers, draw = [], engine_file.draw
    monkeypatch.setattr(engine_file, "draw", lambda paper, *rest: papers.append(paper) or draw(paper, *rest))
    height, width = SIZES[layout]
    inside = total = blank = 0
    for seed in SEEDS:
        sample = engine.sample(seed, (height, width), layout)
        assert sample.image.shape == (height, width, 3) and sample.image.dtype == np.uint8 and sample.seed == seed
        assert "".join(glyph.text for glyph in sample.glyphs) == sample.plain and sample.plain.strip()
        assert all(len(glyph.text) == 1 for glyph in sample.glyphs)
        ink = np.abs(sample.image.astype(int) - papers[-1]).max(2) > FAINT
        boxes = np.zeros(ink.shape, bool)
        for glyph in sample.glyphs:
            left, top, right, bottom = glyph.box
            assert 0 <= left <= right - 1 <= width - 1 and 0 <= top <= bottom - 1 <= height - 1
            part = slice(int(top), int(np.ceil(bottom))), slice(int(left), int(np.ceil(right)))
            boxes[part] = True
            blank += glyph.text not in " \n" and not ink[part].any()
        inside, total = inside + (ink & boxes).sum(), total + ink.sum()
    assert total and inside >= 0.99 * total
    assert blank <= 2, "a letter may be tilted off the canvas now and then"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_seed_is_the_same_bytes(engine, layout):
    worn = TextEngine(engine.corpus, engine.faces, worn=1.0)
    for seed in range(4):
        one, other = (worn.sample(seed, SIZES[layout], layout) for _ in range(2))
        assert one.image.tobytes() == other.image.tobytes()
        assert (one.plain, one.format, one.glyphs) == (other.plain, other.format, other.glyphs)
    assert len({worn.sample(seed, SIZES[layout], layout).plain for seed in range(4)}) > 1


def test_wear_leaves_the_truth(engine):
    worn = TextEngine(engine.corpus, engine.faces, worn=1.0)
    clean, torn = engine.sample(5, SIZES["lines"], "lines"), worn.sample(5, SIZES["lines"], "lines")
    assert clean.glyphs == torn.glyphs and clean.image.tobytes() != torn.image.tobytes()


def test_usual_layouts_follow_the_canvas(engine):
    for size, layouts in [((48, 256), {"word", "lines"}), ((96, 512), {"lines"}), ((256, 512), {"lines", "page"})]:
        assert {engine_file._usual_layout(np.random.default_rng(seed), size) for seed in range(30)} == layouts


def plan(*lines: tuple[str, str | None]) -> str:
    """The Markdown of (text, mark) lines."""
    drawn = tuple(Line(text, 0, 0, Style("", 10)) for text, _ in lines)
    return Plan(drawn, tuple(mark for _, mark in lines)).markdown("\n".join(text for text, _ in lines))


def test_markdown_joins_lines_and_parts_blocks():
    assert plan(("One", ""), ("two.", None), ("Three", "")) == "One two.\n\nThree"
    assert plan(("Title", "# "), ("text", "")) == "# Title\n\ntext"


def test_bullets_become_marks_and_lists_are_tight():
    items = [("• one", "- "), ("more", None), ("• two", "- "), ("- three", "- "), ("end", "")]
    assert plan(*items) == "- one more\n- two\n- three\n\nend"
    assert plan(("•", "- "), ("alone", None)) == "- alone"


def test_pages_hold_titles_and_lists(engine):
    formats = [engine.sample(seed, (256, 512), "page").format for seed in range(12)]
    assert any("# " in text for text in formats) and any("- " in text for text in formats)
    assert not any("- •" in text for text in formats)
