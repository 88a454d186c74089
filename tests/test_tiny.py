"""The first minute: the shipped model reads the bundled pictures, offline, without torch. Run this first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import gotocr

EXAMPLES = Path(__file__).parent.parent / "examples"
NOTE = """# The harbour books

The lamp over the desk hummed softly while the archivist turned another leaf of the ledger and wrote down its number. \
In 1874 the harbour office kept two books: one for ships that arrived, and a thinner one for ships that were still awaited.

- arrivals, 3 volumes
- ships awaited, 1 volume
- letters, 1871-1874"""


@pytest.fixture(scope="module")
def reader():
    with gotocr.load() as loaded:
        yield loaded


def edits(read: str, truth: str) -> int:
    """Levenshtein distance, written out so that this test needs nothing that is not installed."""
    row = list(range(len(truth) + 1))
    for number, letter in enumerate(read, 1):
        above, row[0] = row[0], number
        for at, wanted in enumerate(truth, 1):
            above, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, above + (letter != wanted))
    return row[-1]


def test_a_page_becomes_text(reader):
    (page,) = reader.read(EXAMPLES / "note.png", "plain").pages
    truth = NOTE.replace("# ", "").replace("- ", "")
    assert edits(" ".join(page.text.replace("•", " ").split()), " ".join(truth.split())) < 0.1 * len(truth)
    assert not page.truncated and page.confidence > 0.5


def test_words_stand_where_they_are_printed(reader):
    (page,) = reader.read(EXAMPLES / "note.png", "plain").pages
    words = {word.text: word.box for block in page.blocks for word in block.words if word.box}
    left, top, right, bottom = words["harbour"] if "harbour" in words else words["books"]
    assert 0 <= left < right <= page.width and 0 <= top < bottom <= page.height
    tops = [word.box[1] for block in page.blocks for word in block.words if word.box]
    assert tops[0] < 80 < tops[-1], "the first word is at the top, the last below it"


def test_nothing_is_read_on_empty_paper(reader):
    for value in (0, 200, 255):
        assert reader.read(np.full((480, 640, 3), value, np.uint8)).pages[0].text == ""


def test_reading_needs_no_torch():
    code = (
        "import sys; sys.modules['torch'] = None; import gotocr; "
        f"print(gotocr.read({str(EXAMPLES / 'sign.png')!r}).pages[0].text); assert 'transformers' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and done.stdout.strip(), done.stderr
