"""The memory of several texts: what ONNX Runtime is given stays where it is, and no memory is no end."""

from __future__ import annotations

import gc
import weakref
from types import SimpleNamespace

import numpy as np
import pytest

from gotocr.engines import got_slots
from gotocr.engines.got_slots import Slot, Slots
from gotocr.errors import EngineError
from gotocr.model.config import DecoderConfig

CONFIG = DecoderConfig(hidden=16, heads=2, kv_heads=2, layers=3, feed_forward=16, vocab_size=20, max_positions=64)
PROMPT = np.zeros((4, CONFIG.hidden), np.float32)


class Forgetful:
    """An ONNX Runtime and its session that hold nothing of what they are given, as its bindings did not before some version."""

    def __init__(self):
        self.given: list[weakref.ref] = []
        self.bound: dict[str, weakref.ref] = {}
        self.OrtValue = SimpleNamespace(ortvalue_from_numpy=self.value)

    def value(self, array):
        self.given.append(weakref.ref(array if array.base is None else array.base))
        return self.given[-1]

    def io_binding(self):
        self.bound = {}
        return SimpleNamespace(bind_ortvalue_input=self.bound.__setitem__, bind_ortvalue_output=lambda name, value: None)

    def run_with_iobinding(self, call):
        gc.collect()
        assert self.given and all(array() is not None for array in self.given), "memory that is read was given back"


def test_what_is_bound_is_held():
    runtime = Forgetful()
    slots, slot = Slots(runtime, runtime, CONFIG, 2), Slot(30)
    slots.begin(slot, PROMPT)
    runtime.given.clear()  # of the prompt, that was for once
    for _ in range(2):
        slots.check(slot, PROMPT)
        slots.follow([slot], PROMPT[:1])


def test_after_no_memory_it_begins_anew(monkeypatch):
    runtime = Forgetful()
    slots, left = Slots(runtime, runtime, CONFIG, 2), iter([np.empty] * 2)

    def scarce(*shape):
        for make in left:
            return make(*shape)
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(got_slots, "np", SimpleNamespace(**{**vars(np), "empty": scarce}))
        with pytest.raises(EngineError, match="no memory for 1 texts"):
            slots.begin(Slot(30), PROMPT)
    runtime.given.clear()
    slots.begin(Slot(30), PROMPT)
    assert sum(name.startswith(("keys.", "values.")) for name in runtime.bound) == 2 * CONFIG.layers
