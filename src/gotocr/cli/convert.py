"""`gotocr convert`: a model from one layout to another, smaller, or to a hub."""

from __future__ import annotations

import argparse
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..errors import OutputError, UsageError
from ..weights import LAYOUTS, STORED
from .make import share
from .verb import Verb

_DESCRIPTION = """Write a model, whatever layout it lies in, in another one: transformers' (hf), the authors' (original), ONNX files that
onnxruntime opens without gotocr (onnx), or gotocr's own (ours), with a card and the sha256 of every file. With --push it goes to
the Hugging Face hub, too. A trained nano gets small: --weights float16 (the default), or int8 for half of that."""
_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9}
_HALF = 0.5


def add(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="nano, base, a folder in any layout, or a .safetensors file")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, required=True, help="the folder to make")
    parser.add_argument("--to", choices=LAYOUTS, default=LAYOUTS[0], help="its layout (default: %(default)s)")
    parser.add_argument("--weights", choices=STORED, help="how numbers are stored; int8 and int4 for onnx, and int8 for nano (default: as they are; of nano float16)")
    parser.add_argument("--shard", type=size, metavar="SIZE", help="the most in one file of weights, such as 500MB (default: 5GB)")
    parser.add_argument("--force", action="store_true", help="replace a model that is in DIR")
    parser.add_argument("--blend", metavar="OTHER", type=Path, help="mix in the weights of another nano, one trained from the other")
    parser.add_argument("--share", type=share, metavar="P", help="how much of OTHER, 0 to 1 (default: 0.5)")
    parser.add_argument("--push", metavar="USER/NAME", help="upload the folder to this repository of the Hugging Face hub")
    parser.add_argument("--private", action="store_true", help="with --push: to a private repository; never to a public one")
    parser.add_argument("--revision", metavar="BRANCH", help="with --push: to this branch, made where it is not there")
    parser.add_argument("--quiet", action="store_true", help="no progress")


def run(arguments: Namespace) -> int:
    if not arguments.push and (arguments.private or arguments.revision):
        raise UsageError("--private and --revision are for --push")
    if arguments.share is not None and not arguments.blend:
        raise UsageError("--share is for --blend")
    from ..weights.convert import MANIFEST, SHARD, Wanted, convert

    if arguments.push:
        from ..weights.push import check, push

        check(arguments.push, arguments.revision)  # before anything is made
    blended = (arguments.blend, _HALF if arguments.share is None else arguments.share) if arguments.blend else None
    shard = arguments.shard or SHARD
    wanted = Wanted(arguments.to, arguments.weights, shard, arguments.force, blended, arguments.quiet, arguments.push, arguments.revision)
    made = convert(arguments.model, arguments.output, wanted)
    total = sum(size for _, size in made.files.values())
    _tell(f"found: {made.found}")
    _tell(f"{arguments.output}: {len(made.files)} files, {total / 1e6:.1f} MB, their sha256 in {MANIFEST}; {made.lost}")
    if arguments.push:
        try:
            address = push(arguments.output, arguments.push, arguments.private, arguments.revision)
        except OutputError as error:
            raise OutputError(f"{error}; {arguments.output} is whole, so add --force where the command is run again") from error
        _tell(f"uploaded: {address}")
    return 0


def size(text: str) -> int:
    """An argparse type: bytes, as a number or with one of `_UNITS`."""
    number, unit = text.strip().upper(), 1
    for name, many in _UNITS.items():
        if number.endswith(name):
            number, unit = number[: -len(name)].strip(), many
    try:
        found = int(float(number) * unit)
    except (ValueError, OverflowError):
        found = 0
    if found < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write 500MB or 2GB")
    return found


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


VERB = Verb("write a model in another layout, smaller, or to a hub", run, add, _DESCRIPTION)
