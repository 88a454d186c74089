"""Names to things, imported when first asked for; strangers' plug-ins come in through the same door.

A registry maps a name to "module:attribute". Entry points of the group `gotocr.<registry>` are added after
the built-in names, so that another package can bring an engine, a format or a kind.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from .errors import PluginError, UsageError

NAMED = ("kinds",)  # registries of things that say their own name


class Registry(Mapping[str, Any]):
    """A lazy mapping: `registry[name]` imports the target once; unknown names raise `UsageError` with the choices."""

    def __init__(self, group: str, targets: Mapping[str, str]) -> None:
        self.group = group
        self._own = dict(targets)
        self._loaded: dict[str, Any] = {}
        self._broken: set[str] = set()
        self._one: type | None = None  # the class of ours

    @cached_property
    def _targets(self) -> dict[str, str]:
        return {**self._own, **{name: point.value for name, point in self._strange.items()}}

    @cached_property
    def _strange(self) -> dict[str, EntryPoint]:
        """Those of other packages, whose names come behind ours: a plug-in may add names, never replace one."""
        return {point.name: point for point in entry_points(group=f"gotocr.{self.group}") if point.name not in self._own}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            if name not in self._targets:
                raise UsageError(f"no {self.group} named {name!r}; choose from: {', '.join(self)}")
            self._loaded[name] = self._load_strange(name) if name in self._strange else self._load(self._targets[name])
        return self._loaded[name]

    @staticmethod
    def _load(target: str) -> Any:
        module, _, attribute = target.partition(":")
        return getattr(import_module(module), attribute)

    def package(self, name: str) -> str:
        """The package of others that brings a thing; "" for ours."""
        point = self._strange.get(name)
        return (point.dist.name if point.dist else point.value) if point else ""

    def _load_strange(self, name: str) -> Any:
        """What a plug-in brings, of the class and the name that ours of the registry have."""
        point, package = self._strange[name], self.package(name)
        try:
            thing = point.load()
        except Exception as cause:  # a stranger's code may raise anything while it is imported
            said = " ".join(f"{type(cause).__name__}: {cause}".split())
            raise PluginError(package, f"{self.group} {name!r} cannot be loaded ({said})") from cause
        if self._one is None:
            self._one = type(self[next(iter(self._own))]) if self._own else object
        if self.group in NAMED and (not isinstance(thing, self._one) or thing.name != name):
            raise PluginError(package, f"{point.value} is no {self._one.__name__} named {name!r}")
        return thing

    def working(self, strange: bool = False) -> Iterator[Any]:
        """Every thing that can be had, or the plug-ins' alone: a broken one is passed over, and said once, so that it harms nothing else."""
        for name in self._strange if strange else self:
            if name in self._broken:
                continue
            try:
                thing = self[name]
            except PluginError as broken:
                self._broken.add(name)
                print(f"gotocr: {broken}", file=sys.stderr)
                continue
            yield thing

    def __contains__(self, name: object) -> bool:
        return name in self._targets

    def __iter__(self) -> Iterator[str]:
        return iter(self._targets)

    def __len__(self) -> int:
        return len(self._targets)
