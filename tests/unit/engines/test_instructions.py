"""What a processor says of itself in Linux's own list."""

from __future__ import annotations

import pytest

from gotocr.engines import instructions
from gotocr.engines.instructions import sums_bytes


@pytest.mark.parametrize(
    "said, found",
    [
        ("model name\t: X\nflags\t\t: fpu avx512f avx512_vnni avx512_bf16\n", True),
        ("flags\t\t: fpu avx2 fma\n\nprocessor\t: 1\nflags\t\t: fpu avx2 avx512_vnni\n", False),  # the first one speaks for all
        ("Features\t: fp asimd asimddp i8mm\n", False),
        ("", False),
        (None, False),
    ],
)
def test_what_is_said_counts(said, found, tmp_path, monkeypatch):
    path = tmp_path / "cpuinfo"
    if said is not None:
        path.write_text(said)
    monkeypatch.setattr(instructions, "PROCESSORS", path)
    sums_bytes.cache_clear()
    try:
        assert sums_bytes() is found
    finally:
        sums_bytes.cache_clear()
