"""hOCR and lines against Tesseract and the validator of the specification's authors (`pip install hocr-spec`), where they are."""

from __future__ import annotations

import re
import shutil
import subprocess
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from gotocr.formats.hocr import FORMAT
from gotocr.formats.lines import lines_of
from gotocr.kinds import KINDS
from gotocr.schema import Block, Document, Leaf, Word
from tests.golden.test_formats import document

tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
TYPESET = ("ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """What Tesseract makes of drawn paragraphs: roots of its hOCR."""
    from gotocr.draw.supply import Supply
    from gotocr.kinds.text import paragraph

    folder, supply, found = tmp_path_factory.mktemp("tesseract"), Supply(), []
    for seed in range(4):
        Image.fromarray(paragraph(np.random.default_rng(seed), supply, (900, 1200)).image).save(folder / "page.png")
        command = ["tesseract", str(folder / "page.png"), str(folder / "page"), "--dpi", "150", "hocr"]
        subprocess.run(command, check=True, capture_output=True, timeout=120, env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin"})
        found.append(ElementTree.parse(folder / "page.hocr").getroot())
    return found


def classed(root: ElementTree.Element, *names: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if element.get("class") in names]


def read_word(element: ElementTree.Element) -> Word:
    box = re.search(r"bbox (\d+) (\d+) (\d+) (\d+)", element.get("title"))
    sure = re.search(r"x_wconf (\d+)", element.get("title"))
    return Word("".join(element.itertext()).strip() or "-", tuple(map(float, box.groups())), int(sure[1]) / 100)


def blocks_of(root: ElementTree.Element) -> list[tuple[Block, list[int]]]:
    """Its paragraphs, with how many words stand on each line."""
    found = []
    for paragraph in classed(root, "ocr_par"):
        lines = [[read_word(word) for word in classed(line, "ocrx_word")] for line in classed(paragraph, *TYPESET)]
        words = tuple(word for line in lines for word in line)
        text = " ".join(word.text for word in words)
        if words:
            found.append((Block("text", text, words=words, data={"role": "lines"}), [len(line) for line in lines if line]))
    return found


@tesseract
def test_our_lines_are_those_of_tesseract(theirs):
    right = every = 0
    for root in theirs:
        for block, counts in blocks_of(root):
            ours = [len(line.words) for line in lines_of(block)]
            ends, known = set(np.cumsum(ours)), set(np.cumsum(counts))
            right, every = right + len(ends & known), every + len(ends | known)
    assert every > 20 and right / every > 0.97, f"{right} of {every} line ends"


@tesseract
def test_our_nesting_is_that_of_tesseract(theirs):
    """Page, area, paragraph, line, word: each of ours has the parent that Tesseract's has."""

    def pairs(root: ElementTree.Element) -> set[tuple[str, str]]:
        return {(parent.get("class", ""), child.get("class", "")) for parent in root.iter() for child in parent} - {("", "")}

    words = tuple(Word(text, (10.0 * n, 0.0, 10.0 * n + 8, 9.0), 0.5) for n, text in enumerate("so it is".split()))
    leaf = Leaf(0, 99, 99, "", (Block("text", "so it is", (0, 0, 28, 9), 0.5, words),))
    ours = pairs(ElementTree.fromstring(FORMAT.write(Document("a.png", (leaf,)))))
    assert ours <= set.union(*map(pairs, theirs))


@pytest.mark.skipif(shutil.which("hocr-spec") is None, reason="hocr-spec is not installed")
def test_the_validator_finds_nothing_wrong(tmp_path):
    blocks = tuple(Block(kind, "x <y>", box, 0.5) for kind in KINDS for box in (None, (1.0, 2.0, 30.0, 40.0)))
    for number, written in enumerate((document(), Document("x", (Leaf(0, 99, 99, "", blocks),)))):
        path = tmp_path / f"{number}.hocr"
        path.write_bytes(FORMAT.write(written))
        done = subprocess.run(["hocr-spec", str(path)], capture_output=True, text=True, timeout=180)
        assert done.returncode == 0 and "[ERROR]" not in done.stdout, done.stdout
