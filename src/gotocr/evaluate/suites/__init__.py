"""Suites by name: folders of pictures with truths, each read in its published layout."""

from __future__ import annotations

from pathlib import Path

from ...errors import InputError, UsageError
from ...registry import Registry
from ..suite import Suite

SUITES = Registry(
    "suites",
    {
        "folder": "gotocr.evaluate.suites.folder:SUITE",
        "fox": "gotocr.evaluate.suites.fox:SUITE",
        "omnidocbench": "gotocr.evaluate.suites.omnidocbench:SUITE",
        "olmocr": "gotocr.evaluate.suites.olmocr:SUITE",
        "chartqa-se": "gotocr.evaluate.suites.chartqa:SUITE",
        "pubtabnet": "gotocr.evaluate.suites.pubtabnet:SUITE",
        "im2latex": "gotocr.evaluate.suites.im2latex:SUITE",
        "iiit5k": "gotocr.evaluate.suites.words:IIIT5K",
        "icdar-words": "gotocr.evaluate.suites.words:ICDAR",
        "grandstaff": "gotocr.evaluate.suites.grandstaff:SUITE",
        "olimpic": "gotocr.evaluate.suites.olimpic:SUITE",
        "molecules": "gotocr.evaluate.suites.molecules:SUITE",
    },
)


def suite_in(folder: Path, name: str | None = None) -> Suite:
    """The suite that lies in a folder, or the one of that name. Raises InputError where none is found there."""
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; give the folder with the pictures and their truth")
    if name is not None:
        return SUITES[name]
    found = [SUITES[known] for known in SUITES if SUITES[known].is_in(folder)]
    if not found:
        raise InputError(f"no suite is recognised in {folder}; gotocr list suites says what each looks like")
    if len(found) > 1:
        raise UsageError(f"{folder} looks like several suites; choose with --suite: {', '.join(suite.name for suite in found)}")
    return found[0]
