"""A run of `gotocr batch` as a program of its own, with a reader that is quick, and dies, hangs or fails where a file says so."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from pathlib import Path

READER = "tests.faults.batch_run:answer"


def answer(told: str, asked: list) -> dict:
    """As `gotocr.batch.reading.answer`: the text of a page is the digest of its file, and its number."""
    return {"read": [[_page(path, page) for page in pages] for path, pages in asked]}


def _page(path: str, page: int) -> list:
    time.sleep(float(os.environ.get("BATCH_SECONDS", "0.001")))
    data = Path(path).read_bytes()
    if seen := os.environ.get("BATCH_SEEN"):
        with open(seen, "a") as file:
            file.write(hashlib.sha256(data).hexdigest() + "\n")
    if b"crash" in data:
        os._exit(11)
    if b"hang" in data:
        time.sleep(3600)
    error = "the ink is too pale" if b"fail" in data and not os.environ.get("BATCH_MENDED") else None
    text = f"{hashlib.sha256(data).hexdigest()} {page}" * 20
    body = {"width": 8, "height": 8, "text": text, "blocks": "[]", "confidence": 0.5, "coverage": None, "truncated": False}
    return [page, {**body, "notes": ["ü"], "warnings": [], "error": error, "lasting": False}]


def main(source: str, out: str, options: str) -> None:
    from gotocr.batch import crew, pages
    from gotocr.batch.plan import plan
    from gotocr.batch.wanted import Wanted

    given = json.loads(options)
    workers = given.pop("workers", 2)
    if not given.pop("real", False):
        pages.ANSWER = READER
    print(json.dumps(vars(crew.run_local(plan(source, out, Wanted(**given)), workers))))


if __name__ == "__main__":
    main(*sys.argv[1:])
