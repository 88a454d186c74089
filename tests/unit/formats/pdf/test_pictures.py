"""Pictures as pages: every pixel as it was, the bytes of a JPEG untouched, at the size that the picture says."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

pikepdf = pytest.importorskip("pikepdf")

from gotocr.errors import InputError  # noqa: E402
from gotocr.formats import FORMATS  # noqa: E402
from gotocr.formats.format import Original  # noqa: E402
from gotocr.pixels.limits import Limits  # noqa: E402
from gotocr.pixels.picture import from_pil  # noqa: E402
from gotocr.schema import Leaf  # noqa: E402
from tests.unit.formats.pdf.drawn import page, words_of  # noqa: E402

IMAGE, LEAF = page()
ORIENTATION = 0x0112


def packed(image: Image.Image, kind: str, **how) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def written(tmp_path, data: bytes, *leaves: Leaf) -> pikepdf.Pdf:
    path = tmp_path / "in.picture"
    path.write_bytes(data)
    done = b"".join(FORMATS["pdf"].over(leaves or (LEAF,), Original(path), "nano"))
    opened = pikepdf.open(io.BytesIO(done))
    assert opened.check_pdf_syntax() == []
    opened.data = done
    return opened


def size(pdf: pikepdf.Pdf, number=0) -> tuple[float, float]:
    return tuple(float(value) for value in pdf.pages[number].MediaBox[2:])


def held(pdf: pikepdf.Pdf, number=0):
    return pdf.pages[number].Resources.XObject.Picture


def pixels(pdf: pikepdf.Pdf, number=0) -> np.ndarray:
    return np.array(pikepdf.PdfImage(held(pdf, number)).as_pil_image().convert("RGB"))


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "RGBA", "LA", "I;16"])
def test_pixels_are_as_they_were_in_as_few_bits_as_it_takes(tmp_path, mode):
    rng = np.random.default_rng(1)
    colours = Image.fromarray(rng.integers(0, 256, (60, 83, 3), np.uint8))
    image = Image.fromarray(rng.integers(0, 65536, (60, 83), np.uint16)) if mode == "I;16" else colours.convert(mode)
    pdf = written(tmp_path, packed(image, "PNG"))
    assert np.array_equal(pixels(pdf), from_pil(image, Limits()))
    bits, channels = {"1": (1, 1), "L": (8, 1), "LA": (8, 1), "I;16": (8, 1)}.get(mode, (8, 3))
    assert held(pdf).BitsPerComponent == bits and held(pdf).ColorSpace == ("/DeviceGray" if channels == 1 else "/DeviceRGB")


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_the_bytes_of_a_jpeg_are_untouched(tmp_path, mode):
    data = packed(IMAGE.convert(mode), "JPEG", dpi=(200, 200))
    pdf = written(tmp_path, data)
    assert held(pdf).read_raw_bytes() == data and held(pdf).Filter == "/DCTDecode" and size(pdf) == (288, 216)
    assert [word.text for word in words_of(pdf.data, LEAF)] == [word.text for word in LEAF.blocks[0].words]
    import pypdfium2

    shown = pypdfium2.PdfDocument(pdf.data)[0].render(scale=800 / 288).to_pil().convert("L")
    assert np.abs(np.asarray(shown, int) - np.asarray(IMAGE.convert("L"), int)).mean() < 4  # black is black


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_jpeg_on_its_side_is_turned_by_the_page(tmp_path, turn):
    half = Image.new("RGB", (64, 32), "white")
    half.paste("black", (0, 0, 16, 16))
    half.paste("red", (48, 0, 64, 16))
    exif = Image.Exif()
    exif[ORIENTATION] = turn
    data = packed(half, "JPEG", exif=exif.tobytes(), quality=95, subsampling=0, dpi=(72, 72))
    upright = from_pil(Image.open(io.BytesIO(data)), Limits())
    height, width = upright.shape[:2]
    pdf = written(tmp_path, data, Leaf(0, width, height, "word"))
    assert held(pdf).read_raw_bytes() == data and size(pdf) == (width, height)
    import pypdfium2

    shown = pypdfium2.PdfDocument(pdf.data)[0].render(scale=1).to_numpy()[:, :, ::-1]
    assert np.abs(shown.astype(int) - upright).mean() < 3


@pytest.mark.parametrize(
    ("pixels", "how", "points"),
    [
        ((800, 600), {"dpi": (144, 144)}, (400, 300)),
        ((800, 600), {"dpi": (200, 100)}, (288, 432)),  # as of a fax
        ((2480, 3508), {}, (595.2, 841.9)),  # A4 at 300 dpi
        ((1240, 1754), {}, (595.2, 841.9)),  # at 150
        ((100, 50), {}, (100, 50)),  # not finer than 72
        ((4000, 3000), {"dpi": (72, 72)}, (960, 720)),  # a camera's habit
        ((4000, 3000), {"dpi": (150, 150)}, (1920, 1440)),  # a poster
    ],
)
def test_the_size_of_the_page(tmp_path, pixels, how, points):
    pdf = written(tmp_path, packed(Image.new("1", pixels, 1), "PNG", **how))
    assert size(pdf) == pytest.approx(points, abs=0.5)


def test_each_page_of_a_tiff_and_one_that_is_lost(tmp_path):
    images = [IMAGE.convert("1"), IMAGE, IMAGE.convert("L")]
    data = bytearray(packed(images[0], "TIFF", save_all=True, append_images=images[1:], dpi=(144, 144), compression="tiff_deflate"))
    pdf = written(tmp_path, bytes(data), *(Leaf(n, 800, 600, f"page {n}") for n in range(3)))
    assert len(pdf.pages) == 3 and {size(pdf, number) for number in range(3)} == {(400, 300)}
    assert [held(pdf, number).BitsPerComponent for number in range(3)] == [1, 8, 8]
    assert [[word.text for word in words_of(pdf.data, LEAF, n)] for n in range(3)] == [["page", str(n)] for n in range(3)]
    from gotocr.pixels.tiff import directories

    second = list(directories(io.BytesIO(data)))[1]
    at = data.index(b"\x16\x01", second)  # its compression comes before
    compression = data.rindex(b"\x03\x01", second, at)
    data[compression + 8 : compression + 10] = b"\x99\x99"
    pdf = written(tmp_path, bytes(data), Leaf(0, 800, 600, "page 0"), Leaf(2, 800, 600, "page 2"))
    assert len(pdf.pages) == 3 and "/Contents" not in pdf.pages[1] and size(pdf, 1) == (400, 300)
    assert np.array_equal(pixels(pdf, 2)[:, :, 0], np.asarray(images[2]))


def test_colour_profiles_go_along_where_they_fit(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = Image.new("RGB", (40, 30), "red")
    for kind in ("PNG", "JPEG"):
        pdf = written(tmp_path, packed(image, kind, icc_profile=profile))
        space = held(pdf).ColorSpace
        assert space[0] == "/ICCBased" and space[1].N == 3 and space[1].read_bytes() == profile
    for data, space in (
        (packed(image.convert("L"), "JPEG", icc_profile=profile), "/DeviceGray"),
        (packed(image, "PNG", icc_profile=b"x" * 500), "/DeviceRGB"),
    ):
        pdf = written(tmp_path, data)
        assert held(pdf).ColorSpace == space


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\xff\xd8\xff\xe0 cut off", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_one_line(tmp_path, data):
    with pytest.raises(InputError) as caught:
        written(tmp_path, data)
    assert "in.picture" in str(caught.value) and "\n" not in str(caught.value)
