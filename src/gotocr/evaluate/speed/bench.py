"""The contract of a bench: what can be asked of it, how it measures, and how its result is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .rounds import Tell
from .tables import Result, Table


@dataclass(frozen=True)
class Bench:
    """`plan` is a dataclass with a default for every field; `measure` raises GotocrError where nothing can be measured."""

    plan: type
    measure: Callable[[Any, Tell], Result]
    tables: Callable[[Result], Iterator[Table]]
