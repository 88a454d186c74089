"""Presets are looked at without torch, and build what they say."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gotocr.errors import UsageError
from gotocr.model.presets import PRESETS


def test_looking_does_not_import_torch():
    code = "import sys; from gotocr.model.presets import PRESETS; list(PRESETS), PRESETS['base']; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


def test_base_is_there_and_strangers_are_not():
    assert "base" in list(PRESETS) and PRESETS["base"].decoder.vocab_size == 151860
    with pytest.raises(UsageError, match="base"):
        PRESETS["bsae"]


def test_build():
    torch = pytest.importorskip("torch")
    from gotocr.model.got import Got
    from gotocr.model.presets import build

    with torch.device("meta"):
        network = build(PRESETS["base"])
    assert isinstance(network, Got) and network.config is PRESETS["base"]
