"""Systems by name: what can be measured on a suite's pictures."""

from __future__ import annotations

from ...registry import Registry

SYSTEMS = Registry(
    "systems",
    {
        "gotocr": "gotocr.evaluate.systems.own:open_system",
        "tesseract": "gotocr.evaluate.systems.tesseract:open_system",
        "rapidocr": "gotocr.evaluate.systems.rapid:open_system",
        "transformers": "gotocr.evaluate.systems.hub:open_system",
        "predictions": "gotocr.evaluate.systems.predictions:open_system",
    },
)
