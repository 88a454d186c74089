"""`gotocr examine`: how much of freshly drawn pictures a nano reads, in fonts and from texts it was never trained on."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..engines import ENGINES
from ..errors import UsageError
from ..reader import MODELS
from .read import count
from .verb import Verb

_DESCRIPTION = """Draw pictures in the tenth of the font families that training leaves out, from texts it holds back, and
show the share of characters read right. Give the corpus and the fonts of the training run."""


def add(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="FOLDER|nano", help="a trained or exported nano, or the one that comes along")
    parser.add_argument("--count", type=count, default=40, metavar="N", help="pictures of each kind (default: %(default)s)")
    parser.add_argument("--corpus", metavar="DIR", type=Path, help="texts (default: the few that come along)")
    parser.add_argument("--fonts", metavar="DIR", action="append", help="fonts; may be given several times")
    parser.add_argument("--held-back", type=count, metavar="N", help="passages a file that training held back")
    parser.add_argument("--engine", choices=list(ENGINES), help="default: onnx where its graphs are, else torch")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, ... (default: %(default)s)")


def run(arguments: Namespace) -> int:
    from ..engines.family import family_of

    folder = MODELS[arguments.model].find(True) if arguments.model in MODELS else Path(arguments.model)
    if family_of(folder) != "nano":
        raise UsageError(f"{arguments.model} is no nano; only nano can be examined")

    from ..train.recipe import Recipe
    from ..train.validate import EXAMS, grade
    from ..weights.nano_files import ENCODER

    engine = ENGINES[arguments.engine or ("onnx" if (folder / ENCODER).is_file() else "torch")](folder, arguments.device)
    usual = Recipe()
    drawn = (arguments.corpus or usual.corpus, tuple(arguments.fonts or usual.fonts), arguments.held_back or usual.held_back)

    from tqdm import tqdm

    with tqdm(total=len(EXAMS), unit="exam", leave=False, disable=None, file=sys.stderr) as bar:
        for name, accuracy in grade(engine, engine.tokenizer, *drawn, arguments.count):
            tqdm.write(f"{name:16} {accuracy:7.2%}", file=sys.stdout)
            bar.update()
    engine.close()
    return 0


VERB = Verb("measure how well a nano reads", run, add, _DESCRIPTION)
