"""Pages with words on them whose places are known: drawn by Pillow, wrapped in PDFs of every shape by pikepdf."""

from __future__ import annotations

import io
from itertools import groupby

import pikepdf
from PIL import Image, ImageDraw, ImageFont
from pikepdf import Array, Dictionary, Name

from gotocr.schema import Block, Leaf, Word

LINES = (
    "The quick brown fox jumps over the lazy dog,",
    "while 1,234 people watch (and say nothing).",
    "Égal, größer, naïve: žluťoučký kůň",
    "ace me no sum",
)
SIZE = (800, 600)  # pixels


def page(size=SIZE, lines=LINES, height=28) -> tuple[Image.Image, Leaf]:
    """A picture with lines of text, and the page as it would be read: each word has the box of its ink."""
    image = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(height)
    words = []
    for number, line in enumerate(lines):
        x, y = 40.0, 60.0 + 2.2 * height * number
        for word in line.split():
            pen.text((x, y), word, "black", font, anchor="ls")
            words.append(Word(word, tuple(map(float, pen.textbbox((x, y), word, font, anchor="ls"))), 0.9))
            x += pen.textlength(word + " ", font)
    text = "\n".join(lines)
    return image, Leaf(0, *size, text, (Block("text", text, around(words), words=tuple(words), data={"role": "lines"}),))


def around(words):
    boxes = [word.box for word in words]
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def scan(images, box=(0, 0, 400, 300), turn=0, media=None) -> pikepdf.Pdf:
    """A PDF with a page for each picture, which is shown as it is, filling `box`; `turn` is the page's rotation."""
    left, bottom, right, top = box
    width, height = right - left, top - bottom
    matrix = {
        0: (width, 0, 0, height, left, bottom),
        90: (0, height, -width, 0, right, bottom),
        180: (-width, 0, 0, -height, right, top),
        270: (0, -height, width, 0, left, top),
    }[turn % 360]
    pdf = pikepdf.new()
    for image in images:
        packed = io.BytesIO()
        image.convert("L").save(packed, "JPEG", quality=90)
        picture = pdf.make_stream(packed.getvalue())
        picture.Type, picture.Subtype, picture.Filter = Name.XObject, Name.Image, Name.DCTDecode
        picture.Width, picture.Height, picture.BitsPerComponent, picture.ColorSpace = *image.size, 8, Name.DeviceGray
        made = pdf.add_blank_page(page_size=(400, 300))
        made.obj.MediaBox = Array(media or box)
        if media:
            made.obj.CropBox = Array(box)
        if turn:
            made.obj.Rotate = turn
        made.obj.Contents = pdf.make_stream(f"q {' '.join(map(str, matrix))} cm /Scan Do Q".encode())
        made.obj.Resources = Dictionary(XObject=Dictionary(Scan=picture))
    return pdf


def saved(pdf: pikepdf.Pdf, **how) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **how)
    return out.getvalue()


def with_text(text="Own text", mode=0) -> pikepdf.Pdf:
    """A page with text in a font that every reader has; `mode` 3 is invisible."""
    pdf = pikepdf.new()
    made = pdf.add_blank_page(page_size=(400, 300))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    made.obj.Resources = Dictionary(Font=Dictionary(F1=font))
    made.obj.Contents = Array([pdf.make_stream(f"BT /F1 20 Tf {mode} Tr 30 200 Td ({text}) Tj ET".encode())])
    return pdf


def words_of(data: bytes, leaf: Leaf, number=0, password=None) -> list[Word]:
    """The words that PDFium finds on a page, with their boxes in the pixels of `leaf`."""
    import ctypes

    import pypdfium2
    import pypdfium2.raw as raw

    document = pypdfium2.PdfDocument(data, password=password)
    shown = document[number]
    text = shown.get_textpage()
    found, x, y = [], ctypes.c_int(), ctypes.c_int()

    def pixel(across: float, up: float) -> tuple[float, float]:
        scale = 100  # device units are whole
        raw.FPDF_PageToDevice(shown, 0, 0, leaf.width * scale, leaf.height * scale, 0, across, up, x, y)
        return x.value / scale, y.value / scale

    letters = [(chr(raw.FPDFText_GetUnicode(text, index)), index) for index in range(text.count_chars())]
    for is_blank, group in groupby(letters, key=lambda pair: not pair[0].strip()):
        if not is_blank:
            group = list(group)
            corners = []
            for _, index in group:
                left, bottom, right, top = text.get_charbox(index)
                corners += [pixel(left, bottom), pixel(right, top)]
            across, down = zip(*corners, strict=True)
            said = "".join(letter for letter, _ in group).encode("utf-16", "surrogatepass").decode("utf-16")
            found.append(Word(said, (min(across), min(down), max(across), max(down))))
    return found


def picture_of(data: bytes, number=0, scale=2.0, password=None):
    """A page as PDFium draws it: (H, W, 3) uint8."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data, password=password)
    if document.get_formtype():
        document.init_forms()
    return document[number].render(scale=scale).to_numpy()
