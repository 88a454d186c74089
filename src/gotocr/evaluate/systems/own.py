"""This project's own reader, measured like any other system."""

from __future__ import annotations

from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from ...pixels.source import page_of
from ...reader import MODELS, load
from ...schema import Task
from ..suite import Item
from .picture import region_of
from .stamp import stamp
from .system import Choice


class Own:
    """A Reader with its engine loaded."""

    name = "gotocr"

    def __init__(self, choice: Choice) -> None:
        self.choice, self.words = choice, []
        self.reader = load(choice.model, engine=choice.engine, device=choice.device, quiet=True)
        _ = self.reader.setting, self.reader.engine  # both are loaded on first use, which is now

    @cached_property
    def version(self) -> str:
        model = self.choice.model if self.choice.model in MODELS else Path(self.choice.model).resolve().name
        if self.reader.server is not None:
            told = self.reader.setting.config
            return f"gotocr {version('gotocr')}, model {told['model']} of a server, asked {'in words of its own' if told['prompt'] else 'as usual'}"
        engine, device = self.reader.engine_name, self.reader.device
        weights = f"{model} (sha256 {stamp(self.reader.folder)})"
        return f"gotocr {version('gotocr')}, model {weights}, engine {engine}, device {device}"

    def read(self, item: Item, mode: str) -> str:
        task = Task(mode, region_of(item), max_tokens=self.choice.max_tokens, places=False)  # only the text is judged
        leaf = self.reader.read(page_of(item.image, item.page).image, task).pages[0]
        self.words = [
            (word.text, word.confidence) for block in leaf.blocks for word in block.words if word.confidence is not None
        ]
        return leaf.text

    def close(self) -> None:
        self.reader.close()


def open_system(choice: Choice) -> Own:
    """See `system.OpenSystem`. Raises WeightsError and the like where the model cannot be loaded."""
    return Own(choice)
