"""A read document to bytes: one file a format, and every format can show every kind."""

from __future__ import annotations

from ..registry import Registry

FORMATS = Registry(
    "formats",
    {
        "markdown": "gotocr.formats.markdown:FORMAT",
        "text": "gotocr.formats.text:FORMAT",
        "json": "gotocr.formats.json:FORMAT",
        "html": "gotocr.formats.html:FORMAT",
        "content": "gotocr.formats.content:FORMAT",
        "csv": "gotocr.formats.csv:FORMAT",
        "docx": "gotocr.formats.docx:FORMAT",
        "pdf": "gotocr.formats.pdf:FORMAT",
        "latex": "gotocr.formats.latex:FORMAT",
        "xlsx": "gotocr.formats.xlsx:FORMAT",
        "hocr": "gotocr.formats.hocr:FORMAT",
        "alto": "gotocr.formats.alto:FORMAT",
        "musicxml": "gotocr.formats.musicxml:FORMAT",
        "abc": "gotocr.formats.abc:FORMAT",
        "midi": "gotocr.formats.midi:FORMAT",
        "smi": "gotocr.formats.smi:FORMAT",
        "mol": "gotocr.formats.mol:FORMAT",
        "sdf": "gotocr.formats.mol:SDF",
        "svg": "gotocr.formats.svg:FORMAT",
        "tikz": "gotocr.formats.tikz:FORMAT",
    },
)
