"""The contract of a verb of the command line."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Verb:
    """`add` declares the options, `run` does the work and returns the exit code; it may raise `errors.GotocrError`."""

    help: str  # one line
    run: Callable[[Namespace], int]
    add: Callable[[ArgumentParser], None] = lambda parser: None
    description: str = ""
    epilog: str = ""
