"""Documents to every format, byte for byte: GOTOCR_REWRITE_GOLDEN=1 rewrites the files, the difference is reviewed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gotocr.formats import FORMATS
from gotocr.kinds.page import confidence, parse
from gotocr.schema import Document, Leaf, Piece

FOLDER = Path(__file__).parent / "formats"
SIZE = (400, 300)
PAGES = {
    "format": """\
# Über Títles & <signs>

First line of a paragraph
and its second, with $x_1 < y$ inside.

- one
- two

$$
E = mc^2
$$

<table><tr><th colspan="2">Head &amp; tail</th></tr><tr><td>a</td><td>b</td></tr></table>

```python
if x < 1:
    print("`")
```""",
    "plain": "LINES as # printed\n  - with marks\n\n\nnext",
    "broken": "\\[ x \\frac{1}{2 \\]\n\n<table><tr><td>never closed",
}


def pieces(text: str, finish: str) -> list[Piece]:
    """Three characters a token, five pixels a character, surer and surer."""
    parts = [text[at : at + 3] for at in range(0, len(text), 3)]
    made = []
    for n, part in enumerate(parts):
        box = (15.0 * (n % 20), 20.0 * (n // 20), 15.0 * (n % 20) + 5 * len(part), 20.0 * (n // 20) + 14.26)
        others = ((part[:-1] + "t", 0.1), (part[:-1] + "<", 0.04)) if n == 1 else ()
        made.append(Piece(n, part, 1 - 0.3 / (n + 1), box, alternatives=others))
    return [*made, Piece(-1, "", 0.9, None, finish)]


def document() -> Document:
    leaves = []
    for index, (mode, text) in enumerate(PAGES.items()):
        written = pieces(text, "length" if mode == "broken" else "stop")
        blocks = parse(written, SIZE, "plain" if mode == "plain" else "format")
        leaves.append(Leaf(index, *SIZE, text, blocks, mode == "broken", confidence(blocks)))
    leaves.append(Leaf(len(leaves), *SIZE, "", (), False, 0.99))
    return Document("some/page.pdf", tuple(leaves), "nano")


@pytest.mark.parametrize("name", [name for name in FORMATS if FORMATS[name].parts and not FORMATS[name].binary])
def test_the_file_is_the_golden_one(name):
    path = FOLDER / f"document{FORMATS[name].suffix}"
    written = FORMATS[name].write(document())
    if os.environ.get("GOTOCR_REWRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(written)
    assert path.is_file(), "a new format: run once with GOTOCR_REWRITE_GOLDEN=1 and look at what it wrote"
    assert written == path.read_bytes()
