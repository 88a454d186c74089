"""`gotocr read`: pictures and PDFs to Markdown, text or JSON; a source that fails does not stop the others."""

from __future__ import annotations

import os
import sys
import traceback
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from .. import errors
from ..engines import ENGINES
from ..formats import FORMATS
from ..reader import MODELS, load
from ..schema import COLOURS, MODES, Box, Leaf, Region, Task
from ..weights import PRECISION, PRECISIONS
from .verb import Verb

if TYPE_CHECKING:
    from ..formats.format import Format
    from ..reader import Reader
    from .progress import Progress
    from .results import Results

TRACE = "GOTOCR_TRACE"  # set to anything, it shows where an unexpected error comes from
_HOPELESS = (errors.MissingExtraError, errors.WeightsError)  # no other source would fare better

EPILOG = f"""Exit codes: 0 all was read; {errors.EXIT_PARTIAL} some sources were read and some were not; if none was:
{errors.InputError.exit_code} it cannot be read, {errors.EngineError.exit_code} the engine failed,
{errors.OutputError.exit_code} the result cannot be written; {errors.UsageError.exit_code} a wrong option,
{errors.MissingExtraError.exit_code} something is not installed, {errors.WeightsError.exit_code} the model is missing or
damaged, 130 interrupted."""


def add(parser: ArgumentParser) -> None:
    default = Task()
    parser.add_argument("sources", nargs="+", metavar="PATH", help="picture, PDF, folder, glob, URL, or - for standard input")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, help="write DIR/NAME.SUFFIX for each source")
    parser.add_argument("--to", choices=list(FORMATS), default="markdown", help="output format (default: %(default)s)")
    parser.add_argument("--task", choices=MODES, default=default.mode, help="lines as printed, or Markdown (default: %(default)s)")
    parser.add_argument("--model", default="nano", metavar="|".join([*MODELS, "PATH"]), help="default: %(default)s")
    parser.add_argument("--engine", choices=list(ENGINES), help="default: the model's own")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, ... (default: %(default)s)")
    parser.add_argument("--precision", choices=PRECISIONS, help=f"of base on the onnx engine (default: {PRECISION})")
    parser.add_argument("--box", type=box, metavar="X1,Y1,X2,Y2", help="read only this part, in pixels of the page")
    parser.add_argument("--colour", choices=COLOURS, help="read only what stands in a frame of this colour (base)")
    parser.add_argument("--tiles", type=count, default=default.tiles, help="cut a page into up to so many tiles (base)")
    parser.add_argument("--max-tokens", type=count, default=default.max_tokens, help="cap on a page (default: %(default)s)")
    parser.add_argument("--quiet", action="store_true", help="no progress and no warnings")


def box(text: str) -> Box:
    """Four numbers with commas between them."""
    try:
        left, top, right, bottom = map(float, text.split(","))
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not four numbers with commas, as in 0,0,640,480") from None
    if not (left < right and top < bottom):
        raise ArgumentTypeError(f"{text!r} is empty; give left,top,right,bottom")
    return (left, top, right, bottom)


def count(text: str) -> int:
    """A whole number from 1 on."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def run(arguments: Namespace) -> int:
    part = Region(arguments.box, arguments.colour) if arguments.box or arguments.colour else None
    task = Task(arguments.task, part, arguments.tiles, arguments.max_tokens)
    choice = {name: getattr(arguments, name) for name in ("engine", "device", "quiet", "precision")}
    reader = load(arguments.model, **choice)

    from ..pixels.source import expand  # from here on it is worth loading what reads pictures
    from .progress import Progress
    from .results import Folder, Screen

    sources = [os.fspath(source) for source in expand(arguments.sources)]
    target = FORMATS[arguments.to]
    results = Folder(arguments.output, target, sources) if arguments.output else Screen(target, sources)
    failures = []
    with reader, Progress(len(sources), arguments.quiet) as progress:
        job = _Job(reader, task, target, results, progress, arguments.quiet)
        for number, source in enumerate(sources):
            try:
                job.read(number, source)
            except _HOPELESS:
                raise
            except errors.GotocrError as error:
                failures.append(error)
                job.tell(source, error)
            progress.finish_source()
    if not failures:
        return 0
    return failures[0].exit_code if len(failures) == len(sources) else errors.EXIT_PARTIAL


class _Job:
    """What is the same for all sources of one command."""

    def __init__(self, reader: Reader, task: Task, target: Format, results: Results, progress: Progress, quiet: bool):
        self._reader, self._task, self._format, self._results = reader, task, target, results
        self._progress, self._quiet = progress, quiet

    def read(self, number: int, source: str) -> None:
        """Read one source to its result. Whatever goes wrong comes out as a GotocrError."""
        name = "<stdin>" if source == "-" else source
        try:
            with self._results.open(number) as write:
                for part in self._format.parts(self._leaves(source), name, self._reader.name):
                    with self._progress.aside():
                        write(part)
        except (errors.GotocrError, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get(TRACE):
                traceback.print_exc()
            what = f"{type(error).__name__}: {error}"
            raise errors.GotocrError(f"unexpected {what:.300}; please report it with what {TRACE}=1 shows") from error

    def _leaves(self, source: str) -> Iterator[Leaf]:
        for step in self._reader.follow(source, self._task):
            self._progress.follow(step)
            if isinstance(step, Leaf):
                if step.truncated and not self._quiet:
                    why = [problem for block in step.blocks[-1:] for problem in block.problems[-1:]]
                    self.tell(source, f"page {step.index + 1}: {(why or ['cut off'])[0]}; --max-tokens sets the cap")
                yield step

    def tell(self, source: str, what: object) -> None:
        """One line on standard error: the source, what happened, what to do."""
        text = str(what)
        line = text if text.startswith(source) else f"{source}: {text}"
        with self._progress.aside():
            print("gotocr: " + "".join(c if c.isprintable() else "?" for c in line), file=sys.stderr)


VERB = Verb("read pictures and PDFs to Markdown, text or JSON", run, add, epilog=EPILOG)
