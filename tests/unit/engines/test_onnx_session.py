"""ONNX Runtime as it is loaded here: it leaves nothing on the disk and tells nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gotocr.engines import onnx_session

pytest.importorskip("onnxruntime")

SIGN = Path(__file__).parents[3] / "examples" / "sign.png"


def test_reading_leaves_no_trace_in_the_home_of_who_reads(tmp_path):
    """Some releases of onnxruntime keep a name for each machine there, and events to be sent, unless told not to."""
    home = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "LOCALAPPDATA": str(tmp_path)}
    mine = {name: value for name, value in os.environ.items() if not name.startswith("XDG_") and name != onnx_session.TELEMETRY_OFF}
    done = subprocess.run([sys.executable, "-m", "gotocr", "read", str(SIGN)], env={**mine, **home}, capture_output=True, text=True, timeout=120)
    assert done.stdout == "Bakery\n", done.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_who_wants_it_to_report_is_left_their_will(monkeypatch):
    monkeypatch.setenv(onnx_session.TELEMETRY_OFF, "0")
    onnx_session.hush()
    assert os.environ[onnx_session.TELEMETRY_OFF] == "0"
    monkeypatch.delenv(onnx_session.TELEMETRY_OFF)
    onnx_session.hush()
    assert os.environ[onnx_session.TELEMETRY_OFF] == "1"
