"""`gotocr export`: of a trained nano make a folder that reads without torch."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..weights import FORMS
from .make import share
from .verb import Verb

_DESCRIPTION = """Write a folder with the weights of a trained nano and the two graphs with which it reads without torch.
int8 takes half the room of float16 and loses next to nothing; either can be trained on."""


def add(parser: ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="a trained nano")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, required=True, help="the folder to make")
    parser.add_argument("--weights", choices=FORMS, default=FORMS[0], help="how weights are stored (default: %(default)s)")
    parser.add_argument("--blend", metavar="OTHER", type=Path, help="mix in the weights of another nano, one trained from the other")
    parser.add_argument("--share", type=share, default=0.5, metavar="P", help="how much of OTHER, 0 to 1 (default: %(default)s)")


def run(arguments: Namespace) -> int:
    from ..weights.nano_files import read_nano_config

    for folder in filter(None, (arguments.folder, arguments.blend)):
        read_nano_config(folder)  # says what is wrong before torch is loaded

    from ..weights.graphs import export_folder

    print("writing both graphs; this takes about half a minute", file=sys.stderr)
    blended = (arguments.blend, arguments.share) if arguments.blend else None
    export_folder(arguments.folder, arguments.output, arguments.weights, blended)
    size = sum(file.stat().st_size for file in arguments.output.iterdir() if file.is_file())
    print(f"{arguments.output}: {size / 1e6:.1f} MB; try it with: gotocr read PICTURE --model {arguments.output}", file=sys.stderr)
    return 0


VERB = Verb("make a trained nano readable without torch", run, add, _DESCRIPTION)
