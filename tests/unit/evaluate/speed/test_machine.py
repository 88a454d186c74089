"""The machine is described in plain values, without loading anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from gotocr.evaluate.speed.machine import children, cores, describe, peak_memory, processor_time


def test_it_is_described_in_plain_values():
    machine = describe()
    assert json.loads(json.dumps(machine)) == machine
    assert machine["cores"] == cores() >= 1 and machine["python"].startswith("3.") and "numpy" in machine["packages"]
    assert datetime.fromisoformat(machine["date"]).tzinfo


def test_nothing_heavy_is_loaded_for_it():
    code = (
        "import sys; from gotocr.evaluate.speed.machine import describe; describe(); print({'torch', 'numpy'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_memory_is_that_of_what_was_held():
    before = peak_memory()
    held = b"x" * 300_000_000
    assert before is None or peak_memory() > before + 100 or before > len(held) / 1e6


def test_processor_time_counts_children():
    before = processor_time()
    subprocess.run([sys.executable, "-c", "sum(range(10**7))"], check=True)
    assert processor_time() > before


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="Linux's process table")
def test_a_process_that_has_not_begun_is_not_counted_twice():
    """Between its start and its program it shares this one's memory."""
    ours, theirs = os.pipe()
    process = os.fork()
    if not process:
        os.close(theirs)
        os.read(ours, 1)
        os._exit(0)
    try:
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:  # returns once it is that program
            assert {process, other.pid} <= children()
            assert process not in children(begun=True) and other.pid in children(begun=True)
            other.communicate(b"\n")
    finally:
        os.close(theirs)
        os.waitpid(process, 0)
        os.close(ours)
