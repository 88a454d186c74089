"""Drawn formulas: every mark of the picture has its box and its place in the truth."""

from __future__ import annotations

import os

import numpy as np
import pytest

pytest.importorskip("skia")
pytest.importorskip("fontTools")

from gotocr.draw.canvas import Canvas
from gotocr.draw.latex import tokens
from gotocr.draw.supply import Supply
from gotocr.kinds import KINDS
from gotocr.kinds.formula.normal import normalise
from gotocr.kinds.formula.picture import choose_font, math_fonts, set_piece
from gotocr.kinds.formula.spelled import spell_out
from gotocr.kinds.formula.writer import compose_inline

SEEDS = 60 * int(os.environ.get("GOTOCR_SEEDS", "1"))
SUPPLY = Supply()
KIND = KINDS["formula"]
ROOM = (600, 840)
INK = 100  # difference from the paper from which a pixel is ink


def drawn(seed: int, em: float | None = None):
    return KIND.sample(np.random.default_rng(seed), SUPPLY, ROOM, em)


def test_samples_are_right():
    covered = []
    for seed in range(SEEDS):
        sample = drawn(seed)
        assert sample.image.shape[0] <= ROOM[0] and sample.image.shape[1] <= ROOM[1], seed
        assert normalise(sample.plain) == sample.plain and sample.format == f"$${sample.plain}$$", seed
        assert not KIND.parse(sample.format).problems and KIND.parse(sample.format).text == sample.plain, seed
        glyphs = sample.glyphs
        assert (glyphs.plain >= 0).all() and (glyphs.plain < len(sample.plain)).all(), (seed, sample.plain)
        assert (glyphs.format == glyphs.plain + 2).all() and (np.diff(glyphs.plain) >= 0).all(), seed
        covered.append(share_in_boxes(sample))
    assert np.mean(covered) > 0.995 and np.min(covered) > 0.9


def share_in_boxes(sample) -> float:
    ink = np.abs(sample.image.astype(int) - sample.image[0, 0]).max(2) > INK
    inside = np.zeros(ink.shape, bool)
    for left, top, right, bottom in sample.glyphs.boxes:
        inside[int(np.floor(top)) : int(np.ceil(bottom)), int(np.floor(left)) : int(np.ceil(right))] = True
    return (ink & inside).sum() / max(1, ink.sum())


def test_letters_stand_where_the_truth_has_them():
    for seed in range(SEEDS):
        sample = drawn(seed)
        plainly = [
            (letter, offset) for letter, offset in zip(sample.glyphs.text, sample.glyphs.plain, strict=True) if letter.isdigit()
        ]
        for letter, offset in plainly:
            assert sample.plain[offset] == letter, (seed, sample.plain, letter, offset)


def test_most_marks_of_the_truth_have_a_glyph():
    inkless = set("{}^_& \\\\").union(
        [r"\\", r"\quad", r"\begin", r"\end", r"\left", r"\right", r"\tag", r"\text", r"\mathrm", "."]
    )
    found = total = 0
    for seed in range(SEEDS):
        sample = drawn(seed)
        if "\\begin" in sample.plain or "\\text" in sample.plain or "\\math" in sample.plain or "\\op" in sample.plain:
            continue
        known = set(sample.glyphs.plain.tolist())
        marks = [token for token in tokens(sample.plain) if token.text not in inkless]
        found += sum(token.start in known for token in marks)
        total += len(marks)
    assert found / total > 0.97


def test_equal_seeds_draw_equal_pictures():
    for seed in range(8):
        one, other = drawn(seed), drawn(seed)
        assert one.image.tobytes() == other.image.tobytes() and one.plain == other.plain
        assert one.glyphs.boxes.tobytes() == other.glyphs.boxes.tobytes()


def test_an_inset_is_dark_on_white_and_cropped_to_its_ink():
    for seed in range(12):
        image = drawn(seed, 22.0).image
        ink = (image < 200).any(2)
        rows, columns = np.where(ink.any(1))[0], np.where(ink.any(0))[0]
        assert (image[0, 0] == 255).all()
        assert rows[0] <= 4 and columns[0] <= 4 and image.shape[0] - rows[-1] <= 6 and image.shape[1] - columns[-1] <= 6


def test_a_small_room_is_kept():
    for seed in range(12):
        sample = KIND.sample(np.random.default_rng(seed), SUPPLY, (40, 160), None)
        assert sample.image.shape[0] <= 40 and sample.image.shape[1] <= 160 and sample.plain


def test_an_inline_formula_is_set_for_others():
    for seed in range(12):
        rng = np.random.default_rng(seed)
        piece = set_piece(rng, compose_inline(rng, SUPPLY), choose_font(rng, SUPPLY), 20.0, False)
        assert normalise(piece.latex) == piece.latex and "\n" not in piece.latex and piece.width > 0
        canvas = Canvas((120, 1500))
        piece.paint(canvas, (10.0, 60.0), plain=5, format=7)
        _, glyphs = canvas.finish()
        assert glyphs.plain.min() >= 5 and glyphs.plain.max() < 5 + len(piece.latex) and (glyphs.format == glyphs.plain + 2).all()


def test_another_way_to_type_it_keeps_every_place():
    font = math_fonts(SUPPLY.font_folders, False)[0]
    source = r"f(x)=\frac{1}{2}\int_0^1(a|b)dx:\quad\text{if }y,\tag{3}"
    for seed in range(40):
        rng = np.random.default_rng(seed)
        typed, offsets = spell_out(rng, source)
        assert normalise(typed) == source, typed
        assert len(offsets) == len(typed)
        piece = set_piece(np.random.default_rng(seed), source, font, 20.0, True)
        letters = {placed.part.source: placed.part.letter for placed in piece.set.placed if hasattr(placed.part, "letter")}
        assert letters[source.index("1")] == "1" and letters[source.index("3")] == "3"
