"""A PDF with what was read of it as an invisible text under each of its pages; all else in it stays as it is.

qpdf, by pikepdf, writes the file anew: pictures, links, bookmarks, labels, forms, attachments, metadata, and a lock with its
passwords go along. Text lies under the page, so that it begins in the page's own units whatever the page does to them. A
signature is of other bytes then; `Original.say` is told.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from ...errors import InputError, OutputError
from ...pixels.upright import TURNS
from ...schema import Box, Leaf
from ..format import Original
from .font import ADVANCE, ASCENT, DESCENT, NAME, Font, program
from .layer import Sheet, operators
from .own import inherited, shown, without_unseen
from .place import apart, runs_of

LETTER = (0.0, 0.0, 612.0, 792.0)  # what PDFium takes a page for that does not say how large it is
AMONG_RESOURCES = "f-0"  # the font's name there, with a number behind: as Tesseract has it, which OCRmyPDF looks for
_UPRIGHT, _SYMBOLIC, _BOLDNESS = 0, 4, 80  # of a font's descriptor
_BROKEN = (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, IndexError, AttributeError, NotImplementedError)


def overlay(path: str, leaves: Iterable[Leaf], original: Original, out: str) -> bool:
    """Write the PDF at `path` with the text of its pages to `out`; False, and nothing written, where there was nothing to add.

    Raises InputError for a PDF that cannot be taken apart, OutputError where `out` cannot be written.
    """
    pages = apart(leaves)
    leaf = next(pages, None)  # what is raised while pages are read is not of this file
    try:
        with _opened(path, original.password) as pdf:
            layers = _Layers(pdf, original)
            while leaf is not None:
                layers.add(leaf)
                leaf = _next(pages)
            return layers.save(out)
    except pikepdf.PasswordError as error:
        raise InputError(f"{original.called} is locked; give its password with --password") from error
    except OSError as error:
        raise OutputError(f"cannot write {out}: {error.strerror or error}") from error
    except _Passed as passed:
        raise passed.why from None
    except (MemoryError, RecursionError, *_BROKEN) as error:
        raise InputError(
            f"{original.called} cannot be written anew ({_line(error)}); print it to a new PDF, or choose another format"
        ) from error


def _opened(path: str, password: str | None) -> pikepdf.Pdf:
    """The PDF; pikepdf warns of a password that is not needed, as some of many files may not need it."""
    try:
        return pikepdf.open(path)
    except pikepdf.PasswordError:
        if not password:
            raise
        return pikepdf.open(path, password=password)


class _Passed(Exception):
    """What was raised while pages were read."""

    def __init__(self, why: BaseException) -> None:
        self.why = why


def _next(pages: Iterable[Leaf]) -> Leaf | None:
    try:
        return next(iter(pages), None)
    except Exception as error:
        raise _Passed(error) from error


class _Layers:
    """The texts that are put under the pages of one PDF, and their fonts."""

    def __init__(self, pdf: pikepdf.Pdf, original: Original) -> None:
        self._pdf, self._original = pdf, original
        self._count = len(pdf.pages)
        self._font, self._object = Font(), pdf.make_indirect(Dictionary())
        self._fonts = [(self._font, self._object)]
        self._changed = self._left = 0

    def add(self, leaf: Leaf) -> None:
        """The text of one page, if there is some and the page may have it."""
        runs = list(runs_of(leaf))
        if not 0 <= leaf.index < self._count or not any(run.text.strip() for run in runs):
            return
        page = self._pdf.pages[leaf.index]
        if not self._free(page):
            self._left += 1
            return
        if self._font.full:
            self._font, self._object = Font(), self._pdf.make_indirect(Dictionary())
            self._fonts.append((self._font, self._object))
        sheet = sheet_of(page)
        name = self._named(page)
        content = operators(runs, sheet.from_pixels(leaf), self._font, name.removeprefix("/"))
        if not content:
            return
        layer = self._pdf.make_indirect(pikepdf.Stream(self._pdf, zlib.compress(content), Filter=Name.FlateDecode))
        before = page.obj.get("/Contents")
        over = list(before) if isinstance(before, Array) else [before] if isinstance(before, pikepdf.Stream) else []
        page.obj.Contents = Array([layer, *over]) if over else layer
        self._changed += 1

    def _free(self, page: pikepdf.Page) -> bool:
        """Whether our text may go on a page; takes the unseen text off it where that is wanted."""
        if self._original.own_text == "add":
            return True
        try:
            return self._cleared(page)
        except pikepdf.PdfError:  # nobody can take its text out, or see that there is some; other pages are not to suffer for it
            return True

    def _cleared(self, page: pikepdf.Page) -> bool:
        if self._original.own_text == "keep":
            return next(shown(page), None) is None
        seen = list(shown(page))
        if seen and not all(seen):
            without_unseen(page, self._pdf)
            self._changed += 1
            return True
        return not seen

    def _named(self, page: pikepdf.Page) -> str:
        """The name of our font among the resources of a page, where it is put."""
        resources = inherited(page.obj, "/Resources")
        if not isinstance(resources, Dictionary):
            resources = page.obj.Resources = Dictionary()
        if not isinstance(resources.get("/Font"), Dictionary):
            resources.Font = Dictionary()
        fonts, number = resources.Font, 0
        while (name := f"/{AMONG_RESOURCES}-{number}") in fonts:
            if fonts[name].objgen == self._object.objgen:
                return name
            number += 1
        fonts[name] = self._object
        return name

    def save(self, out: str) -> bool:
        """Write the file, if it is another now."""
        self._say()
        if not self._changed:
            return False
        for font, target in self._fonts:
            _describe(self._pdf, font, target)
        if self._pdf.is_encrypted:
            self._pdf.save(out, encryption=True)  # with the passwords and permissions it has
        else:
            untouched = pikepdf.StreamDecodeLevel.none
            self._pdf.save(out, compress_streams=False, stream_decode_level=untouched, deterministic_id=True)
        return True

    def _say(self) -> None:
        original = self._original
        if self._left:
            pages = "1 page has" if self._left == 1 else f"{self._left:,} pages have"
            other = "--own-text add adds what was read" if original.own_text == "replace" else "--own-text replace or add changes that"
            original.say(f"{pages} text already and kept it alone; {other}")
        if self._changed and _is_signed(self._pdf):
            original.say("it is signed, and the signature does not hold for the searchable copy; keep the original")


def sheet_of(page: pikepdf.Page) -> Sheet:
    """What of a page is shown, as PDFium has it: the crop box within the media box, each perhaps inherited, and the quarter turns."""
    media = _box(inherited(page.obj, "/MediaBox")) or LETTER
    crop = _box(inherited(page.obj, "/CropBox")) or media
    box = max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3])
    turn = inherited(page.obj, "/Rotate")
    try:
        quarters = int(int(turn) / 90) % len(TURNS)  # whole quarters, towards 0
    except (TypeError, ValueError, OverflowError):
        quarters = 0
    return Sheet(box if box[2] > box[0] and box[3] > box[1] else media, TURNS[quarters])


def _box(found: Any) -> Box | None:
    try:
        left, bottom, right, top = (float(value) for value in found)
    except (TypeError, ValueError):
        return None
    box = min(left, right), min(bottom, top), max(left, right), max(bottom, top)
    return box if box[2] > box[0] and box[3] > box[1] else None


def _describe(pdf: pikepdf.Pdf, font: Font, target: pikepdf.Object) -> None:
    """Fill in a font whose characters are all known now."""

    def stream(data: bytes, **entries: Any) -> pikepdf.Object:
        return pdf.make_indirect(pikepdf.Stream(pdf, zlib.compress(data), Filter=Name.FlateDecode, **entries))

    name = Name(f"/{NAME}")
    outlines = program()
    descriptor = pdf.make_indirect(
        Dictionary(
            Type=Name.FontDescriptor,
            FontName=name,
            Flags=_SYMBOLIC,
            FontBBox=[0, DESCENT, ADVANCE, ASCENT],
            ItalicAngle=_UPRIGHT,
            Ascent=ASCENT,
            Descent=DESCENT,
            CapHeight=ASCENT,
            StemV=_BOLDNESS,
            FontFile2=stream(outlines, Length1=len(outlines)),
        )
    )
    inner = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0),
        FontDescriptor=descriptor,
        DW=ADVANCE,
        CIDToGIDMap=stream(font.glyphs()),
    )
    target.Type, target.Subtype, target.BaseFont, target.Encoding = Name.Font, Name.Type0, name, Name("/Identity-H")
    target.DescendantFonts = Array([pdf.make_indirect(inner)])
    target.ToUnicode = stream(font.to_unicode())


def _is_signed(pdf: pikepdf.Pdf) -> bool:
    form = pdf.Root.get("/AcroForm")
    flags = form.get("/SigFlags", 0) if isinstance(form, Dictionary) else 0
    return (isinstance(flags, int) and bool(int(flags) & 1)) or "/Perms" in pdf.Root


def _line(error: BaseException) -> str:
    return " ".join((str(error) or type(error).__name__).split())[:120]
