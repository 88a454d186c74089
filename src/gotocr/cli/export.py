"""`gotocr export`: of a trained nano make a smaller folder to read with."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..weights import FORMS
from .make import share
from .verb import Verb

_DESCRIPTION = """Write a folder with the weights of a trained nano in a form that takes little room.
int8 takes half the room of float16 and loses next to nothing; either can be trained on."""


def add(parser: ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="a trained nano")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, required=True, help="the folder to make")
    parser.add_argument("--weights", choices=FORMS, default=FORMS[0], help="how weights are stored (default: %(default)s)")
    parser.add_argument("--blend", metavar="OTHER", type=Path, help="mix in the weights of another nano, one trained from the other")
    parser.add_argument("--share", type=share, default=0.5, metavar="P", help="how much of OTHER, 0 to 1 (default: %(default)s)")


def run(arguments: Namespace) -> int:
    from ..weights.export import export_folder

    blended = (arguments.blend, arguments.share) if arguments.blend else None
    export_folder(arguments.folder, arguments.output, arguments.weights, blended)
    size = sum(file.stat().st_size for file in arguments.output.iterdir() if file.is_file())
    print(f"{arguments.output}: {size / 1e6:.1f} MB; try it with: gotocr read PICTURE --model {arguments.output}", file=sys.stderr)
    return 0


VERB = Verb("make a small folder of a trained nano", run, add, _DESCRIPTION)
