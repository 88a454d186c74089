"""Word and Excel files opened by LibreOffice: the text of the pages, the cells of the sheets."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pytest

from gotocr.formats import FORMATS
from gotocr.formats.grid import grid
from gotocr.kinds import KINDS
from gotocr.kinds.page import parse
from gotocr.schema import Block, Document, Leaf

pytest.importorskip("docx")
pytest.importorskip("openpyxl")
pytestmark = pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")

PAGE = """# Über Títles

Some **bold** text & <signs>, a 中文 word.

- one
  1. nested
  2. second
- two

7. seven

```
if x < 1:
    print(1)
```"""
TABLE = KINDS["table"].parse(
    '<table><tr><th rowspan="2">Name</th><th colspan="2">Values</th></tr><tr><th>a</th><th>b</th></tr>'
    "<tr><td>007</td><td>1234.5</td><td>12%</td></tr><tr><td>=1+1</td><td>-3</td><td>2024-01-02</td></tr></table>"
)
CHART = KINDS["chart"].parse('{"type": "bar", "title": "Sales", "x": "Q", "series": {"N": {"q1": 1, "q2": 2.5}}}')


def converted(folder: Path, name: str, blocks: tuple[Block, ...], to: str) -> Path:
    """What LibreOffice makes of a file of a format."""
    source = folder / f"x{FORMATS[name].suffix}"
    source.write_bytes(FORMATS[name].write(Document("x", (Leaf(0, 10, 10, "", blocks),))))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", to, "--outdir", str(folder), str(source)]
    try:
        subprocess.run(command, capture_output=True, check=True, timeout=90)
    except subprocess.TimeoutExpired:
        pytest.skip("LibreOffice does not answer on this machine")  # it hangs now and then where much else runs
    return folder / f"x.{to.partition(':')[0]}"


def test_word(tmp_path):
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext")
    many = KINDS["table"].parse("<table><tr><th>Head</th></tr>" + "<tr><td>x</td></tr>" * 80 + "</table>")
    pdf = converted(tmp_path, "docx", (*parse(PAGE, (10, 10)), TABLE, CHART, many), "pdf")
    said = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True, text=True).stdout
    for words in ("Über Títles", "Some bold text & <signs>, a 中文 word.", "1. nested", "2. second", "7. seven", "    print(1)", "=1+1", "Sales"):
        assert " ".join(words.split()) in " ".join(said.split()), words
    pages = said.split("\f")
    assert sum("Head" in page for page in pages) > 1, "the head of a long table comes again"


def test_excel(tmp_path):
    everything = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,0"
    found = converted(tmp_path, "xlsx", (TABLE, CHART), everything)
    rows = list(csv.reader(io.StringIO(found.read_text("utf-8"))))
    assert rows == grid(TABLE).texts()
