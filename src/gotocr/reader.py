"""The reader: image -> Pixels -> Prompt -> Pieces -> Document, five arrows in one function (`Reader.follow`)."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, fields, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import GotocrError, UsageError
from .registry import Registry
from .schema import COLOURS, MODES, Block, Document, Job, Leaf, Page, Piece, Pixels, Prompt, Region, Task
from .weights import PRECISIONS

if TYPE_CHECKING:
    from .engines.engine import Engine
    from .pixels.limits import Limits
    from .pixels.views import View
    from .prompt.tokenizer import Tokenizer

MODELS = Registry("models", {"nano": "gotocr.reader:NANO", "base": "gotocr.reader:BASE"})
FAMILIES = Registry("families", {"nano": "gotocr.reader:NANO_FAMILY", "got": "gotocr.reader:GOT_FAMILY"})

NO_TOKEN = -1  # of a piece that no model wrote
AHEAD = 64_000_000  # bytes of pages that wait: more are not opened ahead


@dataclass(frozen=True)
class Model:
    """A model by name: `find(quiet)` gives its folder, downloading it if need be, and not before it is needed."""

    family: str
    find: Callable[[bool], Path]
    precision: str | None = None  # of its matrices, see `Family`; None = as its engine sees fit


@dataclass(frozen=True)
class Setting:
    """What a family needs besides the task: the model's own config, its tokenizer and the spelling of its prompts."""

    config: dict[str, Any]
    tokenizer: Tokenizer
    style: str | None


@dataclass(frozen=True)
class Family:
    """How one family of models looks at a page and is asked."""

    engine: str  # the engine unless another is asked for
    view: Callable[[Page, Task, Setting], list[View]]
    ask: Callable[[Task, Pixels, Setting], Prompt]
    sift: Callable[[Iterator[Piece]], Iterator[Piece]] = iter  # what of its writing is kept
    precisions: tuple[str, ...] = ()  # of which its own engine can be asked for one
    elsewhere: str | None = None  # the engine on any device but the CPU, where that is another


class Reader:
    """A model that reads. Nothing is loaded until the first page is there; it can then be used again and again.

    Calls from several threads take turns (load a Reader per thread to read in parallel). It may be used in a `with` statement; `close` gives the memory back.
    """

    def __init__(self, name: str, model: Model, engine: str, device: str = "cpu", style: str | None = None, quiet: bool = False):
        self.name, self.engine_name, self.device = name, engine, device
        self._model, self._style, self._quiet = model, style, quiet
        self.limits: Limits | None = None  # of its sources; None = the usual ones
        self._lock, self._holder = Lock(), 0

    def read(self, source: Any, task: Task | str | None = None, **options: Any) -> Document:
        """Read all pages of `source` (path, URL, "-", bytes, file object, PIL image or array) into a Document.

        `task` is a `Task` or one of `schema.MODES`; `options` are fields of Task (`mode`, `max_tokens`, `tiles`), and
        `box` = (left, top, right, bottom) in pixels of the page, or `colour`, for a part of it. Raises UsageError for
        options that make no sense, InputError for the source, WeightsError for the model, EngineError while reading.
        """
        name, leaves = "", []
        for step in self.follow(source, choose_task(task, options)):
            if isinstance(step, Page):
                name = step.source
            elif isinstance(step, Leaf):
                leaves.append(step)
        return Document(name, tuple(leaves), self.name)

    def stream(self, source: Any, task: Task | str | None = None, **options: Any) -> Iterator[str]:
        """The text as it is written, page after page, an empty line between pages. Options and errors as in `read`."""
        return _texts(self.follow(source, choose_task(task, options)))

    def pages(self, source: Any, task: Task | str | None = None, **options: Any) -> Iterator[Leaf]:
        """The pages, each as soon as it was read. Options and errors as in `read`."""
        return (step for step in self.follow(source, choose_task(task, options)) if isinstance(step, Leaf))

    def follow(self, source: Any, task: Task) -> Iterator[Page | Piece | Leaf]:
        """Read `source` and yield each page, then every piece as it is written, then the page as it was read.

        Engines that can read several pictures at once read the parts of a page so, and the pages behind it.
        """
        from .decode.batch import LEAD, in_order, open_rows, write_each
        from .kinds.page import parse
        from .pixels.source import open_source

        sheets = _Sheets(self, open_source(source, limits=self.limits), task)  # image -> page -> pixels -> prompt
        if not sheets.open():
            return
        with self._turn():
            at_once, rows = hasattr(self.engine, "rows"), open_rows(self.engine)
        with closing(write_each(rows, sheets.jobs(), LEAD)) as pairs:  # prompt -> text
            written = in_order(self._by_turns(pairs) if at_once else pairs)
            while sheets.waiting or sheets.open():
                sheet, pieces = sheets.waiting[0], []
                yield sheet.page
                with nullcontext() if at_once else self._turn():
                    for piece in sheet.pieces(written, self.family.sift):
                        pieces.append(piece)
                        yield piece
                    blocks = parse(pieces, sheet.page.image.shape[1::-1], task.mode)  # text -> meaning
                sheets.waiting.popleft()
                yield _leaf(sheet.page, pieces, blocks)  # -> formats

    def _by_turns(self, pairs: Iterator[Any]) -> Iterator[Any]:
        """`pairs`, the engine being kept from other threads while it works, and only then."""
        while True:
            with self._turn():
                found = next(pairs, None)
            if found is None:
                return
            yield found

    @cached_property
    def family(self) -> Family:
        return FAMILIES[self._model.family]

    @cached_property
    def folder(self) -> Path:
        """Where the model lies; downloaded on first use if it has to be."""
        return self._model.find(self._quiet)

    @cached_property
    def setting(self) -> Setting:
        from .engines.family import read_config
        from .prompt.tokenizer import Tokenizer

        folder = self.folder if self.folder.is_dir() else self.folder.parent
        return Setting(read_config(folder), Tokenizer.from_folder(folder), self._style)

    @cached_property
    def engine(self) -> Engine:
        from .engines import ENGINES

        open_engine = ENGINES[self.engine_name]  # says what is not installed before anything is downloaded
        asked = {"precision": self._model.precision} if self._model.precision else {}
        return open_engine(self.folder, self.device, **asked)

    def sharing(self, engine: Engine) -> Reader:
        """Another Reader of the same model, for another thread, that reads with `engine` and closes it when closed."""
        other = Reader(self.name, self._model, self.engine_name, self.device, self._style, self._quiet)
        other.__dict__.update(folder=self.folder, setting=self.setting, engine=engine)
        return other

    def close(self) -> None:
        """Give the engine's memory back; the next page loads it again."""
        engine = self.__dict__.pop("engine", None)
        if engine is not None:
            engine.close()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._holder == get_ident():
            raise UsageError("this Reader is in the middle of a page; finish or close that stream, or load another Reader")
        with self._lock:
            self._holder = get_ident()
            try:
                yield
            finally:
                self._holder = 0


def load(
    model: str | PathLike[str] = "nano",
    *,
    engine: str | None = None,
    device: str = "cpu",
    style: str | None = None,
    quiet: bool = False,
    precision: str | None = None,
) -> Reader:
    """A Reader with a model of `MODELS` or the one in a local folder (or .safetensors file), loaded on first use.

    `engine` is one of `engines.ENGINES`, by default the family's own; `style` spells the published model's prompts
    (`prompt.published.STYLES`); `quiet` hides the progress of downloads; `precision` says in what the published model's
    matrices are stored and multiplied on the CPU (`weights.PRECISIONS`). Raises UsageError for unknown names.
    """
    from .engines import ENGINES
    from .engines.family import family_of

    name = str(model)
    if name in MODELS:
        found = MODELS[name]
    else:
        path = Path(model).expanduser()
        if not path.exists():
            raise UsageError(f"no model named {name!r} and no such folder; choose from: {', '.join(MODELS)}, or give a folder")
        found = Model(family_of(path), lambda _: path)
    if engine is not None and engine not in ENGINES:
        raise UsageError(f"no engine named {engine!r}; choose from: {', '.join(ENGINES)}")
    family = FAMILIES[found.family]
    engine = engine or (family.elsewhere if device != "cpu" else None) or family.engine
    if precision is not None:
        if engine != family.engine or not family.precisions:
            raise UsageError("a precision can be chosen for --model base with the onnx engine only")
        if precision not in family.precisions:
            raise UsageError(f"no precision named {precision!r}; choose from: {', '.join(family.precisions)}")
        found = replace(found, precision=precision)
    return Reader(name, found, engine, device, style, quiet)


def read(source: Any, task: Task | str | None = None, *, model: str | PathLike[str] = "nano", **options: Any) -> Document:
    """Read one source with a model that is loaded for it alone; see `load` and `Reader.read` for several."""
    with load(model) as reader:
        return reader.read(source, task, **options)


def choose_task(task: Task | str | None, options: Mapping[str, Any]) -> Task:
    """The task that `Reader.read` was given in one of its ways. Raises UsageError for what makes no sense."""
    options = dict(options)
    task = Task(mode=task) if isinstance(task, str) else task or Task()
    if "box" in options or "colour" in options:
        box, colour = options.pop("box", None), options.pop("colour", None)
        options["region"] = Region(tuple(box) if box is not None else None, colour)
    known = {field.name for field in fields(Task)}
    for name in options:
        if name not in known:
            raise UsageError(f"no option named {name!r}; choose from: {', '.join(sorted(known | {'box', 'colour'}))}")
    task = replace(task, **options)
    if task.mode not in MODES:
        raise UsageError(f"no task named {task.mode!r}; choose from: {', '.join(MODES)}")
    if task.tiles < 1 or task.max_tokens < 1:
        raise UsageError(f"tiles and max_tokens must be at least 1 (got {task.tiles} and {task.max_tokens})")
    colour = task.region.colour if task.region else None
    if colour is not None and colour not in COLOURS:
        raise UsageError(f"no frame colour named {colour!r}; choose from: {', '.join(COLOURS)}")
    return task


class _Sheet(NamedTuple):
    """A page that is being read."""

    page: Page
    views: Sequence[View]
    first: int  # number of its first view's job
    size: int  # bytes

    def pieces(self, written: Callable[[int], Iterator[Piece]], sift: Callable[[Iterator[Piece]], Iterator[Piece]]) -> Iterator[Piece]:
        """What stands in its views, one behind the other."""
        begun = False
        for number, view in enumerate(self.views, self.first):
            for piece in parted(view.before, sift(written(number)), begun):
                begun = True
                yield piece


class _Sheets:
    """The pages of a source on their way: the first of those `waiting` is handed out, the others are read ahead."""

    def __init__(self, reader: Reader, pages: Iterator[Page], task: Task) -> None:
        self._reader, self._pages, self._task = reader, pages, task
        self.waiting: deque[_Sheet] = deque()
        self._jobs: deque[Job] = deque()
        self._count = 0
        self._trouble: GotocrError | None = None

    def open(self) -> bool:
        """Take one more page, if there is one, and look at it. Raises what is wrong with it."""
        if self._trouble is not None:
            raise self._trouble
        page = next(self._pages, None)
        if page is None:
            return False
        reader, task = self._reader, self._task
        views = reader.family.view(page, task, reader.setting)
        jobs = [Job(view.pixels, reader.family.ask(task, view.pixels, reader.setting), task.max_tokens) for view in views]
        size = page.image.nbytes + sum(view.pixels.values.nbytes for view in views)
        self.waiting.append(_Sheet(page, views, self._count, size))
        self._jobs += jobs
        self._count += len(jobs)
        return True

    def jobs(self) -> Iterator[Job | None]:
        """What is to be written next, pages being opened for it; None where those that wait are many enough."""
        while True:
            if self._jobs:
                yield self._jobs.popleft()
            elif self.waiting and sum(sheet.size for sheet in self.waiting) > AHEAD:
                yield None
            else:
                try:
                    if not self.open():
                        return
                except GotocrError as error:  # those before it are not lost
                    self._trouble = error
                    return


def parted(before: str, pieces: Iterator[Piece], written: bool) -> Iterator[Piece]:
    """`pieces`, behind a piece that is only `before` when something was written already and something comes."""
    for piece in pieces:
        if piece.text and written and before:
            yield Piece(NO_TOKEN, before, math.nan)
        written = written and not piece.text
        yield piece


def _texts(steps: Iterator[Page | Piece | Leaf]) -> Iterator[str]:
    written = False
    for step in steps:
        if isinstance(step, Page) and written:
            yield "\n\n"
        elif isinstance(step, Piece) and step.text:
            yield step.text
            written = True


def _leaf(page: Page, pieces: Sequence[Piece], blocks: tuple[Block, ...]) -> Leaf:
    from .kinds.page import confidence

    height, width = page.image.shape[:2]
    return Leaf(
        index=page.index,
        width=width,
        height=height,
        text="".join(piece.text for piece in pieces).strip("\n").rstrip(),
        blocks=blocks,
        truncated=any(piece.finish not in (None, "stop") for piece in pieces),
        confidence=confidence(piece.probability for piece in pieces),
    )


def _see_nano(page: Page, task: Task, setting: Setting) -> list[View]:
    from .pixels.views import native_views
    from .weights.nano_files import nano_config

    stride = nano_config(setting.config, "config.json").stride
    return native_views(page, task.region.box if task.region else None, stride, task.mode == "plain")


def _ask_nano(task: Task, pixels: Pixels, setting: Setting) -> Prompt:
    from .prompt.template import nano_prompt
    from .weights.nano_files import nano_config

    down, across = nano_config(setting.config, "config.json").stride
    height, width = pixels.values.shape[-2:]
    return nano_prompt(task, (height // down) * (width // across), setting.tokenizer)


def _see_got(page: Page, task: Task, setting: Setting) -> list[View]:
    from .pixels.tiles import view
    from .pixels.views import View

    return [View(view(page, most=task.tiles))]


def _ask_got(task: Task, pixels: Pixels, setting: Setting) -> Prompt:
    from .prompt.published import DEFAULT_STYLE
    from .prompt.template import build

    return build(task, pixels.page_size, len(pixels.values), setting.tokenizer, setting.style or DEFAULT_STYLE)


def _find_nano(quiet: bool) -> Path:
    return Path(__file__).parent / "weights" / "nano"


def _find_base(quiet: bool) -> Path:
    from .weights.fetch import find

    return find("base", quiet)


def _sift_nano(pieces: Iterator[Piece]) -> Iterator[Piece]:
    from .decode.doubt import believed, completed

    return completed(believed(pieces))


NANO_FAMILY = Family("onnx", _see_nano, _ask_nano, _sift_nano)
GOT_FAMILY = Family("onnx", _see_got, _ask_got, precisions=PRECISIONS, elsewhere="torch")
NANO = Model("nano", _find_nano)
BASE = Model("got", _find_base)
