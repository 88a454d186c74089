"""One entry a model size: `PRESETS[name]` is a frozen config, `build(config)` the network it describes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..registry import Registry

if TYPE_CHECKING:
    from torch import nn

# A config class names its network in the class variable `network` ("module:class").
PRESETS = Registry(
    "preset",
    {
        "base": "gotocr.model.config:BASE",  # the published weights: 560,528,640 parameters
        "nano": "gotocr.model.config:NANO",  # ours, shipped in the package: 8.6 million
    },
)


def build(config: Any) -> nn.Module:
    """The network of a config, on torch's default device and with torch's default values; imports torch."""
    module, _, name = config.network.partition(":")
    return getattr(import_module(module), name)(config)
