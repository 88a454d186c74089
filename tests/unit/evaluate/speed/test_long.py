"""The bench of long files: its PDFs are PDFs, its figures those of the process that read."""

from __future__ import annotations

import pytest

from gotocr.errors import EngineError, UsageError
from gotocr.evaluate.speed import BENCHES
from gotocr.evaluate.speed.long import LongPlan, measure, write_pdf


def test_the_file_has_so_many_pages_of_text(tmp_path):
    import pypdfium2

    path = tmp_path / "long.pdf"
    write_pdf(path, 7)
    document = pypdfium2.PdfDocument(path)
    texts = [page.get_textpage().get_text_range() for page in document]
    assert len(texts) == 7 and "Line 1 of page 7 of the book" in texts[6]
    assert all(line in path.read_bytes() for line in (b"xref", b"%%EOF"))


def test_two_lengths_side_by_side():
    result = measure(LongPlan(pages=(1, 3), to=("markdown", "json")))
    one, three = result["rows"]
    assert (one["read"], three["read"], one["ratio"]) == (1, 3, 1.0)
    assert 50 < one["peak_mb"] < 5000 and three["written_bytes"] > one["written_bytes"] and three["ratio"] > 0.5
    (table,) = BENCHES["long"].tables(result)
    assert [row[0] for row in table.rows] == ["1", "3"]


def test_what_cannot_be_measured_is_said():
    with pytest.raises(UsageError, match="no format named 'doc'"):
        measure(LongPlan(to=("doc",)))
    with pytest.raises(EngineError, match="no model named"):
        measure(LongPlan(pages=(1,), model="nonesuch", to=("markdown",)))
