"""`gotocr read`: pictures and PDFs to any format; a source or a page that fails does not stop the others."""

from __future__ import annotations

import os
import sys
import traceback
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import errors
from ..engines import ENGINES
from ..formats import FORMATS
from ..formats.format import OWN_TEXT, Original
from ..reader import MODELS, load
from ..schema import COLOURS, MODES, Leaf, Page, Task
from ..weights import PRECISION, PRECISIONS
from . import remote
from .verb import Verb

if TYPE_CHECKING:
    from ..pixels.opening import Opening
    from ..reader import Reader
    from ..trust.sure import Least
    from .boxes import Boxes
    from .progress import Progress
    from .results import Read, Results, Source

TRACE = "GOTOCR_TRACE"  # set to anything, it shows where an unexpected error comes from
DEFAULT = "markdown"
PASSING = ("-", "clipboard:")  # what comes from there is gone afterwards: no run can go on with it
_HOPELESS = (errors.MissingExtraError, errors.WeightsError, errors.ServerError)  # no other source would fare better

EPILOG = f"""Exit codes: 0 all was read; {errors.EXIT_PARTIAL} some sources or pages were read and some were not; if none was:
{errors.InputError.exit_code} it cannot be read, {errors.EngineError.exit_code} the engine failed,
{errors.OutputError.exit_code} the result cannot be written; {errors.UsageError.exit_code} a wrong option,
{errors.MissingExtraError.exit_code} something is not installed, {errors.WeightsError.exit_code} the model is missing or
damaged, 130 interrupted (what was read is kept; --resume goes on)."""


def add(parser: ArgumentParser) -> None:
    parser.add_argument("sources", nargs="+", metavar="PATH", help="picture, PDF, folder, glob, URL, clipboard:, or - for standard input")
    out = parser.add_argument_group("what is written")
    out.add_argument("-o", "--output", metavar="DIR", type=Path, help="write DIR/NAME/NAME.SUFFIX for each source")
    out.add_argument("--to", metavar="FORMAT[,FORMAT]", action="extend", type=formats, help=f"{', '.join(FORMATS)} (default: {DEFAULT})")
    out.add_argument("--report", action="store_true", help="with -o: a page with the source beside what was read of it, too")
    out.add_argument("--resume", action="store_true", help="with -o: go on where an earlier run was cut off, and leave alone what is whole")
    out.add_argument("--memory", type=Path, metavar="DIR", help="what was read of a page is kept in DIR, and taken from there when an equal page comes, in any run (1 GB at most)")
    out.add_argument("--own-text", choices=OWN_TEXT, default=OWN_TEXT[0], help="to pdf, of a page that has text: keep it alone, put ours for what is invisible, or add ours (default: %(default)s)")
    out.add_argument("--min-confidence", type=least_sure, metavar="P[:mark|drop]", help="words less sure than P, such as 0.5, read [word?], or are left out")
    out.add_argument("--show", type=Path, metavar="FILE|DIR", help="pictures of the pages with the boxes of what was read: .png, .jpg, .webp")
    out.add_argument("--quiet", action="store_true", help="no progress and no warnings")
    part = add_reading(parser)
    part.add_argument("--recursive", action="store_true", help="folders within folders, too")
    part.add_argument("--pages", metavar="1-5,9", help="only these, the first page is 1; 10- is to the end")


def add_reading(parser: ArgumentParser) -> Any:
    """The options that say how pages are read and by whom, of every verb that writes what it reads; gives the group of the former."""
    default = Task()
    part = parser.add_argument_group("what is read")
    part.add_argument("--dpi", type=resolution, default="144", metavar="N|auto", help="PDF pages are drawn at; auto = by the size of their text (default: %(default)s)")
    part.add_argument("--password", metavar="WORD", help="of a PDF")
    part.add_argument("--region", action="append", default=[], metavar="X1,Y1,X2,Y2", help="only this part, in pixels, per cent, or shares of the page below 1.0; may be given several times")
    part.add_argument("--color", "--colour", dest="colour", choices=COLOURS, help="only what stands in a frame of this colour")
    part.add_argument("--crop", action="store_true", help="show base the part alone, where it would be told of it")
    part.add_argument("--turn", type=int, choices=(0, 90, 180, 270), help="degrees clockwise to turn pages upright (default: found out)")
    part.add_argument("--as-is", action="store_true", help="pages are not turned, straightened, trimmed or parted in two")
    model = parser.add_argument_group("who reads")
    model.add_argument("--task", choices=MODES, default=default.mode, help="lines as printed, or Markdown (default: %(default)s)")
    model.add_argument("--model", metavar="|".join([*MODELS, "PATH"]), help=f"default: {remote.DEFAULT}")
    model.add_argument("--engine", choices=list(ENGINES), help="default: the model's own")
    model.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, ... (default: %(default)s)")
    model.add_argument("--precision", choices=PRECISIONS, help=f"of the writer's matrices, on the onnx engine (default: {PRECISION})")
    model.add_argument("--tiles", type=tiles, default=default.tiles, metavar="N|auto", help="cut a page into up to so many tiles; auto = by the size of its letters (base)")
    model.add_argument("--verify", action="store_true", help="draw formulas, tables, charts and other drawings anew from what was read, and compare them with the page")
    model.add_argument("--max-tokens", type=count, default=default.max_tokens, help="cap on a page (default: %(default)s)")
    model.add_argument("--max-seconds", type=seconds, metavar="S", help="cap on a page; what was written by then is kept (default: none)")
    model.add_argument("--draft", default="auto", metavar="auto|none|FILE", help="texts that base checks many tokens at a time, and reads the same: what the PDF says itself and what nano reads, nothing at all, or a text file, too (default: %(default)s)")
    model.add_argument("--once", action="store_true", help="lines that were passed over are not read once more")
    model.add_argument("--no-places", action="store_true", help="where words stand is not estimated for a model that does not say so (base, remote): quicker, but nothing that was passed over is seen")
    remote.add(parser)
    return part


def formats(text: str) -> list[str]:
    """Names of formats with commas between them."""
    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in FORMATS:
            raise ArgumentTypeError(f"no format named {name!r}; choose from: {', '.join(FORMATS)}")
    return names


def count(text: str) -> int:
    """A whole number from 1 on."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def tiles(text: str) -> int:
    """A whole number from 1 on; 0 for "auto"."""
    return 0 if text == "auto" else count(text)


def least_sure(text: str) -> Least:
    """What `trust.sure.least` understands."""
    from ..trust.sure import least

    try:
        return least(text)
    except errors.UsageError as error:
        raise ArgumentTypeError(str(error)) from None


def resolution(text: str) -> float | None:
    """Dots per inch; None for "auto"."""
    if text == "auto":
        return None
    with suppress(ValueError):
        if 0 < (found := float(text)) < float("inf"):
            return found
    raise ArgumentTypeError(f"{text!r} is no resolution; give a number, as in 200, or auto")


def seconds(text: str) -> float:
    """A number above 0."""
    with suppress(ValueError):
        if 0 < (found := float(text)) < float("inf"):
            return found
    raise ArgumentTypeError(f"{text!r} is no number of seconds above 0")


def run(arguments: Namespace) -> int:
    choice = {name: getattr(arguments, name) for name in ("engine", "device", "quiet", "precision")}
    reader = load(remote.model_of(arguments), **choice)
    task, opening = wanted(arguments)
    names = list(dict.fromkeys(arguments.to or [DEFAULT]))
    if not arguments.output and (len(names) > 1 or arguments.report or arguments.resume):
        raise errors.UsageError("several formats, --report and --resume need a folder: -o DIR")
    targets = tuple(FORMATS[name] for name in names)
    for target in targets:
        target.ready()
    if arguments.verify:
        from ..trust.verify import ready

        ready()

    from ..pixels.source import expand  # from here on it is worth loading what reads pictures
    from .progress import Progress
    from .results import Folder, Screen, Wanted

    sources = [os.fspath(source) for source in expand(arguments.sources, recursive=arguments.recursive)]
    choices = Wanted(targets, arguments.report, arguments.resume)
    results = Folder(arguments.output, choices, sources) if arguments.output else Screen(targets[0], sources)
    failures: list[errors.GotocrError] = []
    unread = 0
    reader.remember(arguments.memory)
    with reader, Progress(len(sources), arguments.quiet) as progress, ExitStack() as closing:
        job = _Job(reader, (task, opening), results, progress, arguments.quiet)
        if any(target.over for target in targets):
            job.holds = arguments.own_text
        elif not arguments.resume:  # what is to be left out of a source is known when it is its turn
            job.line = reader.follow_each(((source, opening) for source in sources), task)
            closing.callback(job.line.close)
        job.least = arguments.min_confidence
        if arguments.show:
            from .boxes import Boxes

            job.boxes = Boxes(arguments.show, sources)
        for number, source in enumerate(sources):
            try:
                failures += job.read(number, source)
            except _HOPELESS:
                raise
            except errors.GotocrError as error:
                failures.append(error)
                unread += 1
                job.tell(source, error)
            progress.finish_source()
        job.tell_memory()
    if not failures:
        return 0
    return failures[0].exit_code if unread == len(sources) else errors.EXIT_PARTIAL


def wanted(arguments: Namespace) -> tuple[Task, Opening]:
    """What to read of the sources. Raises UsageError."""
    from ..pixels.opening import Opening, page_ranges
    from ..pixels.region import parse_regions

    mend = not arguments.as_is
    task = Task(
        arguments.task,
        regions=parse_regions(arguments.region, arguments.colour, arguments.crop),
        tiles=arguments.tiles,
        max_tokens=arguments.max_tokens,
        turn=0 if arguments.as_is and arguments.turn is None else arguments.turn,
        straighten=mend,
        spreads=mend,
        trim=mend,
        reread=not arguments.once,
        places=not arguments.no_places,
        seconds=arguments.max_seconds,
        verify=arguments.verify,
        drafts=drafts(arguments.draft),
    )
    pages = page_ranges(arguments.pages) if arguments.pages else None
    return task, Opening(pages, arguments.dpi, arguments.password)


def drafts(name: str) -> tuple[str, ...] | None:
    """What `Task.drafts` is, for "auto", "none" or a file. Raises UsageError."""
    if name in ("auto", "none"):
        return () if name == "auto" else None
    try:
        return (Path(name).read_text("utf-8"),)
    except (OSError, ValueError) as error:
        raise errors.UsageError(f"--draft {name}: {getattr(error, 'strerror', None) or 'no text in UTF-8'}; give auto, none, or a text file") from error


class _Job:
    """What is the same for all sources of one command."""

    def __init__(self, reader: Reader, asked: tuple[Task, Opening], results: Results, progress: Progress, quiet: bool):
        self._reader, self._results, self._progress, self._quiet = reader, results, progress, quiet
        self._task, self._opening = asked
        self.line: Iterator[Iterator[Any]] | None = None  # the steps of all sources, read ahead
        self.holds: str | None = None  # what becomes of a source's own text, where a format holds the source
        self.least: Least | None = None  # how sure words have to be
        self.boxes: Boxes | None = None  # where pictures of what was read go

    def read(self, number: int, source: str) -> list[errors.GotocrError]:
        """Read one source to its results, and give the pages that failed. Whatever else goes wrong comes out as a GotocrError."""
        failed: list[errors.GotocrError] = []
        self._number = number
        try:
            self._ahead = self._next()
            with self._results.open(number, self._source(source)) as sink:
                if sink.whole:
                    return []
                opening = self._opening.without(sink.done)
                count = self._count(source, self._opening)
                self._progress.begin_source(count if count is None else count - len(sink.done))
                try:
                    with self._held(source) as (given, original):
                        reads = self._reads(source, given, opening, failed)
                        sink.take(iter(()) if count == len(sink.done) else reads, original)
                except BaseException:
                    if sink.done:
                        self.tell(source, f"{len(sink.done)} pages are kept, and written as far as they go; --resume goes on")
                    raise
                if sink.empty and not self._quiet:
                    self.tell(source, f"nothing in it to be written as {', '.join(sink.empty)}")
        except (errors.GotocrError, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get(TRACE):
                traceback.print_exc()
            what = f"{type(error).__name__}: {error}"
            raise errors.GotocrError(f"unexpected {what:.300}; please report it with what {TRACE}=1 shows") from error
        return failed

    def _next(self) -> Iterator[Any] | None:
        """The steps of the source whose turn it is; None where it is to be read by itself, as are all after one that broke the line."""
        line, self.line = self.line, None
        steps = None if line is None else next(line)
        self.line = line
        return steps

    @contextmanager
    def _held(self, source: str) -> Iterator[tuple[Any, Original | None]]:
        """What the reader is to be given, and the source as a file where a format holds it."""
        if self.holds is None:
            yield source, None
            return
        from ..pixels.kept import kept

        def say(line: str) -> None:
            if not self._quiet:
                self.tell(source, line)

        with kept(source, self._reader.limits) as found:
            name = getattr(found.source, "name", source)
            yield found.source, Original(found.path, name, self._opening.password, self.holds, say)

    def _source(self, source: str) -> Source:
        from .results import Source

        facts: dict[str, Any] = {"model": self._reader.name, "task": asdict(self._task) | {"drafts": None}}
        facts["opening"] = asdict(self._opening) | {"password": None}
        if self._reader.server is not None:
            facts["server"] = self._reader.server.identity
        if self.least is not None:
            facts["least"] = asdict(self.least)
        changed: float | None = 0.0
        if source in PASSING:
            changed = None
        with suppress(OSError, ValueError):
            state = os.stat(source)
            facts["file"] = [os.path.abspath(source), state.st_size, state.st_mtime_ns]
            changed = state.st_mtime
        return Source("<stdin>" if source == "-" else source, self._reader.name, facts, changed)

    def _count(self, source: str, opening: Opening) -> int | None:
        from ..pixels.source import page_count

        with suppress(errors.GotocrError):  # reading it will say what is wrong
            return page_count(source, opening, self._reader.limits)
        return None

    def _reads(self, source: str, given: Any, opening: Opening, failed: list[errors.GotocrError]) -> Iterator[Read]:
        """The pages of what is `given` to the reader for a source, each as it is read."""
        from .results import Read

        page: Page | None = None
        for step in self._ahead if self._ahead is not None else self._reader.follow(given, self._task, opening):
            self._progress.follow(step)
            if isinstance(step, Page):
                page = step
            elif isinstance(step, Leaf):
                self._remark(source, step, failed)
                seen = page if page is not None and page.index == step.index else None
                if self.boxes is not None:
                    self.boxes.draw(self._number, step, seen)
                with self._progress.aside():  # whoever has the page may write it to the terminal
                    yield Read(self._sure(step), seen)
        self._progress.hide()

    def _sure(self, leaf: Leaf) -> Leaf:
        """The page without what is not sure enough."""
        if self.least is None:
            return leaf
        from ..trust.sure import kept_of

        return kept_of(leaf, self.least)

    def _remark(self, source: str, leaf: Leaf, failed: list[errors.GotocrError]) -> None:
        """Say what is to be known about a page."""
        if leaf.error is not None:
            failed.append(errors.EngineError(leaf.error))
            self.tell(source, f"page {leaf.index + 1}: {leaf.error}")
        if leaf.truncated and not self._quiet:
            self.tell(source, f"page {leaf.index + 1}: {_cut(leaf)}")

    def tell_memory(self) -> None:
        """Say how many pages were not read, since they had been."""
        memory = self._reader.memory
        if memory.found and not self._quiet:
            one = memory.found == 1
            self.tell("memory", f"{memory.found:,} {'page was equal to one' if one else 'pages were equal to ones'} that had been read before")
        if memory.trouble and not self._quiet:
            self.tell("memory", f"not all pages could be kept in {memory.folder}: {memory.trouble}")

    def tell(self, source: str, what: object) -> None:
        """One line on standard error: the source, what happened, what to do."""
        text = str(what)
        line = text if text.startswith(source) else f"{source.removesuffix(':')}: {text}"
        with self._progress.aside():
            print("gotocr: " + "".join(c if c.isprintable() else "?" for c in line), file=sys.stderr)


def _cut(leaf: Leaf) -> str:
    """Why a page is not whole, and which option has a say in that."""
    from ..kinds.page import CUT

    said = {problem for block in leaf.blocks[-1:] for problem in block.problems}
    why = next((name for name, line in CUT.items() if line in said), "")
    says = {"length": "; --max-tokens sets the cap", "time": "; --max-seconds sets it", "loop": ""}
    return CUT.get(why, "cut off") + says.get(why, "; --max-tokens and --max-seconds set the caps")


VERB = Verb("read pictures and PDFs to Markdown, HTML, office files, JSON and other formats", run, add, epilog=EPILOG)
