"""Find fonts to draw with: files in folders, their families, and which of them are held out for validation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from ..errors import MissingExtraError, UsageError

SUFFIXES = (".ttf", ".otf", ".woff")
BUNDLED = Path(__file__).parent / "fonts"
WEIGHTS = frozenset("thin extralight light regular book medium semibold demi bold extrabold black condensed".split())
PROBE = "AaBbGgQq0123456789.,;:()-%&"  # a font must have these, and different shapes for them, to draw text


@dataclass(frozen=True)
class Face:
    """One font file that can draw Latin text."""

    path: str
    family: str

    @property
    def held_out(self) -> bool:
        """True for about a tenth of the families: never trained on, drawn only to validate."""
        return int(hashlib.sha256(self.family.encode()).hexdigest(), 16) % 10 == 0


@cache
def require_skia():
    """Return the `skia` module or say how to install it."""
    try:
        import skia
    except ImportError as cause:
        raise MissingExtraError("synth", "drawing pictures", cause) from cause
    return skia


@cache
def require_cv2():
    """Return OpenCV or say how to install it."""
    try:
        import cv2
    except ImportError as cause:
        raise MissingExtraError("synth", "drawing pictures", cause) from cause
    return cv2


@lru_cache(maxsize=512)
def typeface(path: str):
    """The skia typeface of a font file, loaded once a process."""
    found = require_skia().Typeface.MakeFromFile(path)
    if found is None:
        raise UsageError(f"{path}: not a font skia can read; take it out of the fonts folder")
    return found


def find_faces(folders: Iterable[str | Path] = (BUNDLED,), held_out: bool | None = False) -> list[Face]:
    """All usable faces under `folders`, sorted; `held_out` keeps only those (True), only others (False) or all (None)."""
    paths = sorted({str(path) for folder in folders for path in Path(folder).rglob("*") if path.suffix.lower() in SUFFIXES})
    faces = [face for face in map(_inspect, paths) if face is not None]
    chosen = [face for face in faces if held_out is None or face.held_out is held_out]
    if not chosen:
        raise UsageError(f"no usable fonts under {', '.join(map(str, folders))}; give folders with .ttf, .otf or .woff files")
    return chosen


def _inspect(path: str) -> Face | None:
    skia = require_skia()
    found = skia.Typeface.MakeFromFile(path)
    if found is None or "symbol" in found.getFamilyName().lower():  # Greek at the places of letters
        return None
    font = skia.Font(found, 32)
    glyphs = font.textToGlyphs(PROBE)
    if 0 in glyphs or len(set(glyphs)) < len(PROBE):
        return None
    dot, *heights = [box.height() for box in font.getBounds(font.textToGlyphs(".AaQg8"))]
    if dot > 0.5 * heights[0]:  # ornaments at the places of letters
        return None
    return Face(path, _family(found.getFamilyName())) if min(heights) > 4 else None


def _family(name: str) -> str:
    """The family without its weight, so that "Exo 2 Light" is not held out while "Exo 2" is trained on."""
    words = name.split()
    while len(words) > 1 and words[-1].lower() in WEIGHTS:
        words.pop()
    return " ".join(words)


def covered(path: str, text: str) -> str:
    """`text` without the characters the font at `path` cannot draw."""
    glyphs = _glyph_table(path)
    return "".join(letter for letter in text if letter == "\n" or glyphs(letter))


@lru_cache(maxsize=512)
def _glyph_table(path: str):
    face = typeface(path)
    font = require_skia().Font(face, 16)

    @lru_cache(maxsize=2048)
    def has(letter: str) -> bool:
        return font.textToGlyphs(letter)[0] != 0

    return has


def split_faces(faces: Sequence[Face]) -> dict[str, list[Face]]:
    """Faces by family, so that a family with twenty styles is not drawn twenty times as often."""
    families: dict[str, list[Face]] = {}
    for face in faces:
        families.setdefault(face.family, []).append(face)
    return families
