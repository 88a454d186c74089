"""OpenType math fonts: the MATH table as plain dictionaries in ems, and the measures of glyphs; no rules of setting here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ...errors import MissingExtraError, UsageError
from ..fonts import SUFFIXES
from ..style import MEASURED_AT, Style, make_font

LEAST_TALL = 40  # growing glyphs that a font must have to be called a math font
LIKE = {0x29F5: 0x5C}  # what a font may draw for a character that it lacks: a backslash for \setminus
BUNDLED = Path(__file__).parent.parent / "fonts_math"


class Measure(NamedTuple):
    """A glyph at font size 1: advance, ink (y upward), italics correction and where an accent is centred over it."""

    advance: float
    left: float
    bottom: float
    right: float
    top: float
    italic: float
    accent: float


class Piece(NamedTuple):
    """A part of a glyph put together: its length, and how much of its ends may overlap, in ems; extenders repeat."""

    glyph: int
    start: float
    end: float
    length: float
    extends: bool


@dataclass(frozen=True)
class Growth:
    """The ways in which a glyph grows in one direction: ready-made larger glyphs with their lengths, and pieces."""

    variants: tuple[tuple[int, float], ...] = ()
    pieces: tuple[Piece, ...] = ()


@dataclass(eq=False, repr=False)
class MathFont:
    """A math font with all that is needed to set formulas; lengths are in ems. Made by `math_font`."""

    path: str
    constants: dict[str, float]
    characters: dict[int, int]  # code point -> glyph
    italics: dict[int, float]
    accents: dict[int, float]
    tall: dict[int, Growth]
    wide: dict[int, Growth]
    scripts: dict[int, tuple[int, ...]]  # glyph -> glyphs drawn for script and script-of-script size
    overlap: float
    fallback: MathFont | None = None  # for characters that this one lacks
    _measures: dict[int, Measure] = field(default_factory=dict)

    @cached_property
    def _font(self):
        return make_font(Style(self.path, MEASURED_AT))

    def measure(self, glyph: int) -> Measure:
        found = self._measures.get(glyph)
        if found is None:
            ink = self._font.getPath(glyph).computeTightBounds()  # getBounds is no finer than 1/64 em
            advance = self._font.getWidths([glyph])[0] / MEASURED_AT
            italic = self.italics.get(glyph, 0.0)
            accent = self.accents.get(glyph, (advance + italic) / 2)
            left, bottom, right, top = (value / MEASURED_AT for value in (ink.left(), -ink.bottom(), ink.right(), -ink.top()))
            found = self._measures[glyph] = Measure(advance, left, bottom, right, top, italic, accent)
        return found

    def find(self, character: str, level: int = 0) -> tuple[MathFont, int] | None:
        """The font and glyph that draw a character at script level 0, 1 or 2; None where no font has it."""
        font: MathFont | None = self
        while font is not None:
            glyph = font.characters.get(ord(character), font.characters.get(LIKE.get(ord(character))))
            if glyph is not None:
                smaller = font.scripts.get(glyph) if level else None
                return font, smaller[min(level, len(smaller)) - 1] if smaller else glyph
            font = font.fallback
        return None


def require_fonttools():
    """Return `fontTools.ttLib` or say how to install it."""
    try:
        from fontTools import ttLib
    except ImportError as cause:
        raise MissingExtraError("synth", "setting formulas") from cause
    return ttLib


def find_math_fonts(folders: Iterable[str | Path] = (BUNDLED,)) -> list[str]:
    """The paths of all fonts under `folders` that have a MATH table and the letters of mathematics, sorted."""
    paths = sorted({str(path) for folder in folders for path in Path(folder).rglob("*") if path.suffix.lower() in SUFFIXES})
    return [path for path in paths if _is_math(path)]


def _is_math(path: str) -> bool:
    ttlib = require_fonttools()
    try:
        with ttlib.TTFont(path, lazy=True) as font:
            if "MATH" not in font or 0x1D465 not in font.getBestCmap():
                return False
            table = font["MATH"].table
            return table.MathVariants.VertGlyphCount >= LEAST_TALL and table.MathGlyphInfo.MathItalicsCorrectionInfo is not None
    except (ttlib.TTLibError, OSError, KeyError, AttributeError):
        return False


@lru_cache(maxsize=64)
def math_font(path: str | Path | None = None) -> MathFont:
    """The math font at `path` (one that comes along, if None), read once a process. Raises UsageError where it is none.

    Characters that it lacks are taken from a font that comes along, whatever the style.
    """
    bundled = [str(found) for found in sorted(BUNDLED.glob("*")) if found.suffix in SUFFIXES]
    path = str(path or bundled[0])
    ttlib = require_fonttools()
    try:
        with ttlib.TTFont(path) as font:
            found = _read(path, font)
    except (ttlib.TTLibError, OSError, KeyError, AttributeError) as cause:
        raise UsageError(f"{path}: not an OpenType math font ({cause}); take one with a MATH table") from cause
    rest = next((other for other in reversed(bundled) if other != path), None)
    if rest is not None and path != bundled[-1]:
        found.fallback = math_font(rest)
    return found


def _read(path: str, font: Any) -> MathFont:
    table, em, ids = font["MATH"].table, font["head"].unitsPerEm, font.getReverseGlyphMap()
    constants = {}
    for name, value in vars(table.MathConstants).items():
        number = getattr(value, "Value", value)
        constants[name] = number / 100 if "Percent" in name else number / em
    info, variants = table.MathGlyphInfo, table.MathVariants
    return MathFont(
        path,
        constants,
        {code: ids[name] for code, name in font.getBestCmap().items()},
        _values(info.MathItalicsCorrectionInfo, "ItalicsCorrection", ids, em),
        _values(info.MathTopAccentAttachment, "TopAccentAttachment", ids, em),
        _growths(variants.VertGlyphCoverage, variants.VertGlyphConstruction, ids, em),
        _growths(variants.HorizGlyphCoverage, variants.HorizGlyphConstruction, ids, em),
        _script_glyphs(font, ids),
        variants.MinConnectorOverlap / em,
    )


def _values(table: Any, name: str, ids: dict[str, int], em: int) -> dict[int, float]:
    """The values a glyph has in a table of the glyph infos."""
    if table is None:
        return {}
    coverage = table.Coverage if hasattr(table, "Coverage") else table.TopAccentCoverage
    records = getattr(table, name)
    return {ids[glyph]: record.Value / em for glyph, record in zip(coverage.glyphs, records, strict=False)}


def _growths(coverage: Any, constructions: Any, ids: dict[str, int], em: int) -> dict[int, Growth]:
    found = {}
    for glyph, record in zip(coverage.glyphs if coverage else (), constructions or (), strict=False):
        variants = tuple((ids[way.VariantGlyph], way.AdvanceMeasurement / em) for way in record.MathGlyphVariantRecord)
        parts = record.GlyphAssembly.PartRecords if record.GlyphAssembly else ()
        pieces = tuple(
            Piece(
                ids[part.glyph],
                part.StartConnectorLength / em,
                part.EndConnectorLength / em,
                part.FullAdvance / em,
                bool(part.PartFlags & 1),
            )
            for part in parts
        )
        found[ids[glyph]] = Growth(variants, pieces)
    return found


def _script_glyphs(font: Any, ids: dict[str, int]) -> dict[int, tuple[int, ...]]:
    """What the feature `ssty` puts for a glyph in scripts."""
    if "GSUB" not in font:
        return {}
    table = font["GSUB"].table
    lookups = {
        index
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag == "ssty"
        for index in record.Feature.LookupListIndex
    }
    found: dict[int, tuple[int, ...]] = {}
    for index in sorted(lookups):
        for part in table.LookupList.Lookup[index].SubTable:
            part = getattr(part, "ExtSubTable", part)
            if hasattr(part, "alternates"):
                found.update({ids[glyph]: tuple(ids[other] for other in others) for glyph, others in part.alternates.items()})
            elif hasattr(part, "mapping"):
                found.update({ids[glyph]: (ids[other],) for glyph, other in part.mapping.items()})
    return found
