"""`gotocr list`: every name that an option takes, from the registries."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from textwrap import fill, indent
from typing import TYPE_CHECKING

from ..engines import ENGINES
from ..evaluate.suites import SUITES
from ..evaluate.systems import SYSTEMS
from ..formats import FORMATS
from ..kinds import KINDS
from ..reader import MODELS
from ..schema import MODES
from .verb import Verb

if TYPE_CHECKING:
    from ..evaluate.suite import Suite

LISTS: dict[str, Iterable[str]] = {
    "models": MODELS,
    "engines": ENGINES,
    "tasks": MODES,
    "formats": FORMATS,
    "kinds": KINDS,
    "suites": SUITES,
    "systems": SYSTEMS,
}


def add(parser: ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=LISTS, help="only these, one a line; suites with where to get them")


def run(arguments: Namespace) -> int:
    if arguments.what == "suites":
        print("\n\n".join(about(SUITES[name]) for name in SUITES))
        return 0
    if arguments.what:
        print("\n".join(LISTS[arguments.what]))
        return 0
    width = max(map(len, LISTS))
    for name, entries in LISTS.items():
        print(f"{name:{width}}  {', '.join(entries)}")
    return 0


def about(suite: Suite) -> str:
    """What a suite is, and where to get it."""
    return f"{suite.name}: {suite.title}\n{indent(fill(' '.join(suite.data.split()), 100), '    ')}"


VERB = Verb("list models, engines, formats, kinds, suites and other names", run, add)
