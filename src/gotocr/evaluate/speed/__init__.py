"""How fast it is on this machine, by subject, each measured in interleaved rounds; a name stands for a `bench.Bench`."""

from __future__ import annotations

from ...registry import Registry

BENCHES = Registry(
    "benches",
    {
        "read": "gotocr.evaluate.speed.read:BENCH",
        "base": "gotocr.evaluate.speed.base:BENCH",
        "make": "gotocr.evaluate.speed.make:BENCH",
        "serve": "gotocr.evaluate.speed.serve:BENCH",
        "long": "gotocr.evaluate.speed.long:BENCH",
        "batch": "gotocr.evaluate.speed.batch:BENCH",
    },
)
