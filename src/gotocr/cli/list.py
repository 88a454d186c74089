"""`gotocr list`: every name that an option takes, from the registries."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable

from ..engines import ENGINES
from ..formats import FORMATS
from ..kinds import KINDS
from ..reader import MODELS
from ..schema import MODES
from .verb import Verb

LISTS: dict[str, Iterable[str]] = {
    "models": MODELS,
    "engines": ENGINES,
    "tasks": MODES,
    "formats": FORMATS,
    "kinds": KINDS,
}


def add(parser: ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=LISTS, help="only these, one a line")


def run(arguments: Namespace) -> int:
    if arguments.what:
        print("\n".join(LISTS[arguments.what]))
        return 0
    width = max(map(len, LISTS))
    for name, entries in LISTS.items():
        print(f"{name:{width}}  {', '.join(entries)}")
    return 0


VERB = Verb("list models, engines, tasks, formats and kinds", run, add)
