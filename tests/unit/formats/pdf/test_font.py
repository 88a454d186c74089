"""The font without ink: fontTools takes it for one, and every character comes back from its code."""

from __future__ import annotations

import io
import re

import pytest

from gotocr.formats.pdf.font import ASCENT, DESCENT, LOST, MOST, Font, program


def test_it_is_a_font():
    ttLib = pytest.importorskip("fontTools.ttLib")
    opened = ttLib.TTFont(io.BytesIO(program()), checkChecksums=2)
    assert opened["head"].unitsPerEm == 1000 and opened["maxp"].numGlyphs == 2 and opened["hmtx"][opened.getGlyphName(1)] == (500, 0)
    glyph = opened["glyf"][opened.getGlyphName(1)]
    assert (glyph.yMin, glyph.yMax) == (DESCENT, ASCENT) and len(glyph.coordinates) == 2  # a line has no inside
    assert not opened["glyf"][opened.getGlyphName(0)].numberOfContours


def test_every_character_comes_back():
    font, text = Font(), "aé中𝒳👍🏽\u0301ﬁ\U0010ffff"
    codes = font.hex(text)
    pairs = dict(re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", font.to_unicode()))
    back = [bytes.fromhex(pairs[codes[at : at + 4].encode()].decode()).decode("utf-16-be") for at in range(0, len(codes), 4)]
    assert "".join(back) == text and font.hex(text) == codes
    assert len(font.glyphs()) == 2 * len(pairs)  # the pair of the code space stands for code 0


def test_half_characters_and_too_many_are_said_to_be_lost():
    font = Font()
    assert font.hex("\ud800") == font.hex(LOST)
    font.hex("".join(map(chr, range(0x10000, 0x10000 + MOST))))
    assert font.full and font.hex("\U0002ffff") == font.hex(LOST) and b"65536" not in font.to_unicode()
