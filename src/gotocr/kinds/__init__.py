"""What a stretch of text means: one file is all we know of one content type."""

from __future__ import annotations

from ..registry import Registry

# `text` is what remains where no other kind is found; plug-ins come in by the entry points of `gotocr.kinds`.
KINDS = Registry(
    "kinds",
    {
        "text": "gotocr.kinds.text:KIND",
        "formula": "gotocr.kinds.formula:KIND",
        "table": "gotocr.kinds.table:KIND",
        "code": "gotocr.kinds.code:KIND",
        "music": "gotocr.kinds.music:KIND",
        "chart": "gotocr.kinds.chart:KIND",
        "molecule": "gotocr.kinds.molecule:KIND",
        "geometry": "gotocr.kinds.geometry:KIND",
    },
)
