"""Names to things, imported when first asked for; strangers' plug-ins come in through the same door.

A registry maps a name to "module:attribute". Entry points of the group `gotocr.<registry>` are added after
the built-in names, so that another package can bring an engine, a format or a kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from .errors import UsageError


class Registry(Mapping[str, Any]):
    """A lazy mapping: `registry[name]` imports the target once; unknown names raise `UsageError` with the choices."""

    def __init__(self, group: str, targets: Mapping[str, str]) -> None:
        self.group = group
        self._own = dict(targets)
        self._loaded: dict[str, Any] = {}

    @cached_property
    def _targets(self) -> dict[str, str]:
        found = {point.name: point.value for point in entry_points(group=f"gotocr.{self.group}")}
        return {**found, **self._own}  # a plug-in may add names, never replace ours

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            if name not in self._targets:
                raise UsageError(f"no {self.group} named {name!r}; choose from: {', '.join(self)}")
            module, _, attribute = self._targets[name].partition(":")
            self._loaded[name] = getattr(import_module(module), attribute)
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._targets

    def __iter__(self) -> Iterator[str]:
        return iter(self._targets)

    def __len__(self) -> int:
        return len(self._targets)
