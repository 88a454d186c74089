"""Searchable PDFs in programs that nobody here wrote: poppler, qpdf, Ghostscript and pdf.js find the words at their places, in reading order."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pikepdf")

from gotocr.formats import FORMATS  # noqa: E402
from gotocr.formats.format import Original  # noqa: E402
from gotocr.schema import Block, Leaf, Word  # noqa: E402
from tests.unit.formats.pdf.drawn import LINES, saved  # noqa: E402
from tests.unit.formats.pdf.test_overlay import IMAGE, LEAF, SHAPES  # noqa: E402
from tests.unit.formats.pdf.test_place import lying  # noqa: E402

POINTS = 5  # the letters are 14 points high; a box is around ink, and what programs show as a word has room above and below
WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>')
PDFJS = next(
    (
        found
        for place in (Path(__file__).parents[2] / "node_modules", *map(Path, os.environ.get("NODE_PATH", "").split(os.pathsep)))
        if (found := place / "pdfjs-dist" / "legacy" / "build" / "pdf.mjs").is_file()
    ),
    None,
)
SCRIPT = """
import(process.argv[1]).then(async (pdfjs) => {
  const shown = [];
  for (const path of process.argv.slice(2)) {
    const data = new Uint8Array(require("fs").readFileSync(path));
    const page = await (await pdfjs.getDocument({ data, verbosity: 0 }).promise).getPage(1);
    const view = page.getViewport({ scale: 1 });
    const found = (await page.getTextContent()).items.map((item) => {
      const [x, y] = view.convertToViewportPoint(item.transform[4], item.transform[5]);
      return { text: item.str, ends: item.hasEOL, x, y, width: item.width };
    });
    shown.push({ width: view.width, found });
  }
  console.log(JSON.stringify(shown));
});
"""


def needs(program: str):
    return pytest.mark.skipif(not shutil.which(program), reason=f"needs {program}")


def done(*command: object) -> str:
    return subprocess.run([*map(str, command)], capture_output=True, check=True, timeout=120).stdout.decode("utf-8")


@pytest.fixture
def write(tmp_path):
    """The path of what is written of a PDF."""

    def write(data: bytes, *leaves: Leaf) -> Path:
        source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
        source.write_bytes(data)
        target.write_bytes(b"".join(FORMATS["pdf"].over(leaves, Original(source), "nano")))
        return target

    return write


def near(found: list[Word], leaf: Leaf, size: tuple[float, float]) -> None:
    """Words in points of a page that is shown in `size` are those of the page, at their places."""
    known = leaf.blocks[0].words
    assert [word.text for word in found] == [word.text for word in known]
    across, down = 400 / leaf.width, 300 / leaf.height  # the pages that are drawn are so large, whatever a program says
    for word, truth in zip(found, known, strict=True):
        box = [value * scale for value, scale in zip(word.box, (400 / size[0], 300 / size[1]) * 2, strict=True)]
        assert box == pytest.approx([value * scale for value, scale in zip(truth.box, (across, down) * 2, strict=True)], abs=POINTS)


@needs("pdftotext")
@pytest.mark.parametrize("shape", SHAPES)
def test_poppler(write, shape):
    path = write(saved(SHAPES[shape]()), LEAF)
    said = done("pdftotext", "-bbox", "-cropbox", path, "-")
    found = [Word(html.unescape(text), tuple(map(float, box))) for *box, text in WORD.findall(said)]
    size = tuple(map(float, re.search(r'page width="([\d.]+)" height="([\d.]+)"', said).groups()))
    near(found, LEAF, size if size[0] > size[1] else size[::-1])  # it says the size as it is before it is turned
    text = done("pdftotext", "-cropbox", path, "-")
    assert [line for line in text.replace("\f", "").split("\n") if line] == list(LINES)


@needs("pdftotext")
@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_poppler_reads_pages_that_lie_on_their_side(write, degrees):
    from PIL import Image

    from tests.unit.formats.pdf.drawn import scan

    turn = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}[degrees]
    side = IMAGE.transpose(turn)
    box = (0, 0, 300, 400) if degrees % 180 else (0, 0, 400, 300)
    path = write(saved(scan([side], box)), lying(LEAF, degrees))
    text = done("pdftotext", path, "-")
    found = [line for line in text.replace("\f", "").split("\n") if line]
    assert sorted(found) == sorted(LINES)  # lines so far apart on such a page are columns to it, in an order of its own


@needs("pdftotext")
def test_poppler_reads_what_runs_leftward(write):
    words = [("שלום", (300, 40, 400, 70)), ("עולם", (180, 40, 280, 70)), ("مرحبا", (300, 100, 400, 130))]
    block = Block("text", "שלום עולם\nمرحبا", words=tuple(Word(*word) for word in words), data={"role": "lines"})
    text = done("pdftotext", write(saved(SHAPES["plain"]()), Leaf(0, 800, 600, "", (block,))), "-")
    assert re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text).split() == "שלום עולם مرحبا".split()


@needs("pdftotext")
def test_columns_are_read_as_we_read_them(write):
    words = [("left", (40, 300, 120, 330)), ("column", (40, 350, 160, 380)), ("right", (440, 300, 520, 330)), ("side", (440, 350, 500, 380))]
    blocks = []
    for pair in (words[:2], words[2:]):
        blocks.append(Block("text", "\n".join(text for text, _ in pair), words=tuple(Word(*word) for word in pair), data={"role": "lines"}))
    path = write(saved(SHAPES["plain"]()), Leaf(0, 800, 600, "", tuple(blocks)))
    assert done("pdftotext", "-raw", path, "-").split() == "left column right side".split()


@needs("qpdf")
@pytest.mark.parametrize("shape", ["plain", "cropped and turned", "inherited"])
def test_qpdf_finds_no_fault(write, shape):
    assert "No syntax or stream encoding errors" in done("qpdf", "--check", write(saved(SHAPES[shape]()), LEAF))


@needs("gs")
def test_ghostscript(write, tmp_path):
    path = write(saved(SHAPES["cropped"]()), LEAF)
    done("gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=txtwrite", f"-sOutputFile={tmp_path / 'text'}", path)
    assert (tmp_path / "text").read_text("utf-8").split() == " ".join(LINES).split()


@needs("pdftoppm")
def test_poppler_draws_the_same_page(write, tmp_path):
    from PIL import Image

    before = saved(SHAPES["cropped and turned"]())
    path = write(before, LEAF)
    pictures = []
    for number, data in enumerate((before, path.read_bytes())):
        (tmp_path / f"{number}.pdf").write_bytes(data)
        done("pdftoppm", "-png", "-r", "72", "-singlefile", tmp_path / f"{number}.pdf", tmp_path / str(number))
        pictures.append(np.asarray(Image.open(tmp_path / f"{number}.png")))
    assert np.array_equal(*pictures) and pictures[0].min() < 100


@needs("node")
@pytest.mark.skipif(PDFJS is None, reason="needs pdfjs-dist: npm install pdfjs-dist, here or where NODE_PATH says")
def test_pdf_js(write, tmp_path):
    """What Firefox shows PDFs with. It takes a line whose words stand on one base line for one thing."""
    paths = [write(saved(shape()), LEAF).rename(tmp_path / f"{number}.pdf") for number, shape in enumerate(SHAPES.values())]
    words = iter(LEAF.blocks[0].words)
    lines = [[next(words) for _ in line.split()] for line in LINES]
    for name, said in zip(SHAPES, json.loads(done("node", "-e", SCRIPT, PDFJS.as_uri(), *paths)), strict=True):
        found = [item for item in said["found"] if item["text"].strip()]
        assert [item["text"] for item in found] == list(LINES), name
        assert "".join(item["text"] + "\n" * item["ends"] for item in said["found"]).split("\n") == list(LINES)
        units = 1 if name != "in large units" else said["width"] / 400
        for item, line in zip(found, lines, strict=True):
            assert item["x"] * 400 / said["width"] == pytest.approx(line[0].box[0] / 2, abs=1)
            assert item["width"] * units * 400 / said["width"] == pytest.approx((line[-1].box[2] - line[0].box[0]) / 2, abs=2)
            feet = [word.box[3] / 2 for word in line]
            assert min(feet) - 2 < item["y"] * 400 / said["width"] < max(feet) + 1
