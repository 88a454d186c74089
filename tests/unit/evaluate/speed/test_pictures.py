"""What is read while time is taken: pictures with text on them, the same on every machine, none like another."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from gotocr.evaluate.speed.pictures import PDF_PAGES, QUICK, draw_inputs, draw_line
from gotocr.pixels.source import open_source


def test_lines_differ_and_come_again():
    first, second = draw_line(1), draw_line(2)
    assert first != second and first == draw_line(1)
    image = np.asarray(Image.open(io.BytesIO(first)))
    assert (image < 128).mean() > 0.01 and (image[:, -8:] > 250).all(), "text, which ends before the edge"


def test_inputs_are_a_line_a_page_and_ten_pages(tmp_path):
    inputs = draw_inputs(tmp_path, QUICK, 2)
    assert set(inputs) == {"crop", "page", "pdf", "line-0", "line-1"}
    pages = [page.image for page in open_source(inputs["pdf"])]
    assert len(pages) == PDF_PAGES and all((page < 128).any() for page in pages)
    page = next(iter(open_source(inputs["page"]))).image
    rows = (page.min((1, 2)) < 128).astype(int)
    assert (np.diff(rows) == 1).sum() >= QUICK.page
