"""Math fonts: those that come along are complete and free, others are found by their MATH table."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("skia")
ttlib = pytest.importorskip("fontTools.ttLib")

from gotocr.draw.latex_symbols import ACCENTS, ARROWS, BRACKETS, DELIMITERS, SYMBOLS
from gotocr.draw.math import find_math_fonts, math_font
from gotocr.draw.math.alphabets import letter_in
from gotocr.draw.math.font import BUNDLED
from gotocr.errors import UsageError

FONTS = find_math_fonts()


def test_bundled_fonts_are_small_and_licensed():
    assert len(FONTS) == 2
    for path in map(Path, FONTS):
        assert path.stat().st_size <= 350_000
        assert (BUNDLED / "licences" / path.with_suffix(".txt").name).stat().st_size > 1000
        with ttlib.TTFont(path) as font:
            assert font["name"].getDebugName(1).startswith("Gotocr ")  # renamed, as the licences ask


@pytest.mark.parametrize("path", FONTS)
def test_every_symbol_can_be_drawn(path):
    font = math_font(path)
    texts = [found.text for found in SYMBOLS.values()] + [*ACCENTS.values(), *ARROWS.values(), *DELIMITERS.values()]
    texts += [mark for mark, _ in BRACKETS.values()]
    assert not {letter for text in texts for letter in text if font.find(letter) is None}
    letters = "AaZzBhegCHIRZ019ΓΩαωϵ∂"
    faces = ("", "rm", "bf", "it", "bi", "bm", "cal", "frak", "bb", "sf", "tt", "bcal", "bfrak", "bsf", "sfit")
    missing = {(face, letter) for face in faces for letter in letters if font.find(letter_in(face, letter)) is None}
    assert not missing


@pytest.mark.parametrize("path", FONTS)
def test_measures_agree_with_the_file(path):
    font = math_font(path)
    with ttlib.TTFont(path) as file:
        names, em = file.getGlyphOrder(), file["head"].unitsPerEm
        for letter in "x𝑓∑(√":
            glyph = font.characters[ord(letter)]
            assert font.measure(glyph).advance == pytest.approx(file["hmtx"][names[glyph]][0] / em, abs=2e-3)


def test_growing_glyphs_grow():
    for path in FONTS:
        font = math_font(path)
        for letter in "([{√∑∫":
            lengths = [length for _, length in font.tall[font.characters[ord(letter)]].variants]
            assert lengths == sorted(lengths) and len(lengths) > 1


def test_what_is_no_math_font_is_refused(tmp_path):
    (tmp_path / "a.otf").write_bytes(b"nothing")
    assert find_math_fonts([tmp_path]) == []
    with pytest.raises(UsageError):
        math_font(tmp_path / "a.otf")
    with pytest.raises(UsageError):
        math_font(tmp_path / "absent.otf")
