"""Functions for a child: some are well, some die, hang, or eat memory."""

from __future__ import annotations

import ctypes
import os
import sys
import time


def process(*said):
    return [os.getpid(), *said]


def text(said: str) -> str:
    print("this is no answer")
    return said + "\ud800"


def pattern(count: int) -> memoryview:
    return memoryview(bytes(range(256)) * (count // 256 + 1))[:count]


def modules() -> list:
    return sorted({name.partition(".")[0] for name in sys.modules})


def crash(*said):
    ctypes.string_at(0)


def hang(*said):
    time.sleep(600)


def wait(gate: str):
    """Who did it, as soon as there is a file named `gate`."""
    while not os.path.exists(gate):
        time.sleep(0.005)
    return os.getpid()


def refuse(*said):
    raise ValueError("no, ä")


def eat():
    return len(bytearray(1 << 30))


def page_two_crashes(path: str, place: int, name: str, max_pixels: int):
    from gotocr.pixels.picture_child import answer

    return crash() if "page 2" in name else answer(path, place, name, max_pixels)
