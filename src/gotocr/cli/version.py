"""`gotocr version`."""

from __future__ import annotations

from argparse import Namespace

from .verb import Verb


def run(arguments: Namespace) -> int:
    from importlib.metadata import version

    print(f"gotocr {version('gotocr')}")
    return 0


VERB = Verb("show the version", run)
