"""`gotocr export`: of a trained nano make a folder that reads without torch."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from .verb import Verb


def add(parser: ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="a trained nano")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, required=True, help="the folder to make")


def run(arguments: Namespace) -> int:
    from ..weights.nano_files import read_nano_config

    read_nano_config(arguments.folder)  # says what is wrong before torch is loaded

    from ..weights.graphs import export_folder

    print("writing both graphs; this takes about half a minute", file=sys.stderr)
    export_folder(arguments.folder, arguments.output)
    size = sum(file.stat().st_size for file in arguments.output.iterdir() if file.is_file())
    print(f"{arguments.output}: {size / 1e6:.1f} MB; try it with: gotocr read PICTURE --model {arguments.output}", file=sys.stderr)
    return 0


VERB = Verb("make a trained nano readable without torch", run, add)
