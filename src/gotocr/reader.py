"""The reader: image -> Pixels -> Prompt -> Pieces -> Document, five arrows, in `Reader.follow_each` and what it calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import fields, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Any

from .engines.models import FAMILIES, MODELS, Family, Model, Setting
from .engines.remote_server import Server, is_address
from .errors import EngineError, UsageError
from .schema import COLOURS, MODES, Document, Leaf, Page, Piece, Region, Task

if TYPE_CHECKING:
    from .engines.engine import Engine
    from .pixels.limits import Limits
    from .pixels.opening import Opening
    from .schema import Lost
    from .sheets.memory import Memory
    from .sheets.recall import Recall

__all__ = ["FAMILIES", "MODELS", "Reader", "choose_task", "load", "read"]

OPENINGS = ("pages", "dpi", "password")  # options of `Reader.read` that are not of its task


class Reader:
    """A model that reads. Nothing is loaded until the first page is there; it can then be used again and again.

    Calls from several threads take turns (load a Reader per thread to read in parallel). It may be used in a `with` statement; `close` gives the memory back.
    """

    def __init__(self, name: str, model: Model, engine: str, device: str = "cpu", style: str | None = None, quiet: bool = False):
        self.name, self.engine_name, self.device = name, engine, device
        self._model, self._style, self._quiet = model, style, quiet
        self.limits: Limits | None = None  # of its sources; None = the usual ones
        self.memory: Memory | None = None  # of pages that were read
        self._lock, self._holder = Lock(), 0
        self._lent = False  # whether its guide is another Reader's, too

    def read(self, source: Any, task: Task | str | None = None, **options: Any) -> Document:
        """Read all pages of `source` (path, URL, "-", bytes, file object, PIL image or array) into a Document.

        `task` is a `Task` or one of `schema.MODES`; `options` are fields of Task (`mode`, `max_tokens`, `tiles` ...),
        `box` = (left, top, right, bottom) in pixels of the page, or `colour`, for a part of it, and those of how the source is
        opened (`pixels.opening.Opening`): `pages` ("1-5,9", from 1), `dpi` ("auto" or a number), `password`. Raises UsageError for
        options that make no sense, InputError for the source, WeightsError for the model, EngineError while reading. Where
        some pages can be read, those that cannot are leaves with an `error`.
        """
        name, leaves = "", []
        for step in self.follow(source, *choose(task, options)):
            if isinstance(step, Page):
                name = step.source
            elif isinstance(step, Leaf):
                leaves.append(step)
        return Document(name, tuple(leaves), self.name)

    def stream(self, source: Any, task: Task | str | None = None, **options: Any) -> Iterator[str]:
        """The text as it is written, page after page, an empty line between pages. Options and errors as in `read`.

        Lines that were passed over at first come at the end of their page; `read` puts them where they stand.
        """
        return _texts(self.follow(source, *choose(task, options)))

    def pages(self, source: Any, task: Task | str | None = None, **options: Any) -> Iterator[Leaf]:
        """The pages, each as soon as it was read. Options and errors as in `read`."""
        return (step for step in self.follow(source, *choose(task, options)) if isinstance(step, Leaf))

    def follow(self, source: Any, task: Task, opening: Opening | None = None) -> Iterator[Page | Piece | Leaf]:
        """Read `source` and yield each page, then every piece as it is written, then the page as it was read.

        A page that fails is a Leaf with an `error`; where none could be read, the first error is raised at the end.
        """
        with closing(self.follow_each([(source, opening)], task)) as each:
            yield from next(each)

    def follow_each(self, sources: Iterable[tuple[Any, Opening | None]], task: Task) -> Iterator[Iterator[Page | Piece | Leaf]]:
        """For each source, in order, what `follow` gives of it, to be used up before the next one is asked for.

        Engines that can read several pictures at once read the parts of a page so, the pages behind it, and the sources behind
        that: many small pictures are read much faster than one by one. A source that has to be waited for, such as a pipe, is
        not opened before its turn. An error of a source is raised where its steps end, and the next one can be asked for.
        """
        from .pixels.opening import Opening
        from .pixels.source import is_stream, open_source
        from .sheets.line import Asked, Sheets
        from .sheets.sources import Sources

        def pages_of(given: tuple[Any, Opening | None]) -> Iterator[Page | Lost]:  # image -> page
            opening = replace(given[1] or Opening(), text=self.family.drafts and task.drafts is not None)
            return open_source(given[0], limits=self.limits, opening=opening)

        landmarks = self._landmarks if self.family.guide and task.places else None
        asked = Asked(self.family, lambda: self.setting, landmarks, self._recall(task))
        sheets = Sheets(asked, Sources(sources, pages_of, lambda given: is_stream(given[0])), task)  # -> pixels -> prompt
        with closing(_Writer(self, sheets)) as writer:
            while sheets.waiting or sheets.open():
                source = _Source(sheets, writer)
                with closing(source.steps()) as steps:
                    yield steps
                if not source.is_over:
                    writer.close()
                    sheets.skip()

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
    def folder(self) -> Path | Server:
        """Where the model is: a folder, downloaded on first use if it has to be, or a server."""
        return self._model.find(self._quiet)

    @property
    def server(self) -> Server | None:
        """The server that reads; None where the model is on this machine."""
        return self.folder if self._model.family == "remote" and isinstance(self.folder, Server) else None

    @cached_property
    def setting(self) -> Setting:
        from .engines.family import read_config
        from .prompt.tokenizer import Tokenizer

        if isinstance(self.folder, Server):
            return Setting(self.engine.told, None, self._style)
        folder = self.folder if self.folder.is_dir() else self.folder.parent
        return Setting(read_config(folder), Tokenizer.from_folder(folder), self._style)

    @cached_property
    def engine(self) -> Engine:
        from .engines import ENGINES

        open_engine = ENGINES[self.engine_name]  # says what is not installed before anything is downloaded
        asked = {"precision": self._model.precision} if self._model.precision else {}
        return open_engine(self.folder, self.device, **asked)

    @cached_property
    def guide(self) -> Reader:
        """Another model that says where words stand, for one that does not."""
        return load(self.family.guide, quiet=self._quiet)

    def remember(self, folder: str | PathLike[str] | None = None) -> Reader:
        """From now on, a page that was read before in the same way is not read again; gives this Reader back.

        Kept are the last few hundred pages of this Reader, in a `folder` those of other runs, too, up to a gigabyte: what was
        not used for longest goes first. Pages that failed, or were cut off, are read again. Raises OutputError for the folder.
        """
        from .sheets.memory import Memory

        self.memory = Memory(folder)
        return self

    def _recall(self, task: Task) -> Recall | None:
        """What was read before, for this Reader and a task."""
        if self.memory is None:
            return None
        from .sheets.recall import Recall

        who = self.name, self.engine_name, self.device, self._model.precision, self._style, self.server
        return Recall(self.memory, self._identity if self.memory.folder else repr(who), task)

    @cached_property
    def _identity(self) -> str:
        """Which reader this is, for other runs: whatever has a say in what it reads."""
        from .sheets.recall import identity

        guide = self.guide._identity if self.family.guide else ""
        if self.server is not None:  # whatever model it has now
            return identity(None, self.server.identity, self.setting.config, guide)
        return identity(self.folder, self.engine_name, self.device, self._model.precision, self._style, guide)

    def _landmarks(self, page: Page) -> Leaf:
        """What the guide reads on a page that is upright."""
        task = Task("plain", turn=0, straighten=False, spreads=False, reread=False)
        return next(self.guide.pages(page.image, task))

    def sharing(self, engine: Engine) -> Reader:
        """Another Reader of the same model, for another thread, that reads with `engine` and closes it when closed."""
        other = Reader(self.name, self._model, self.engine_name, self.device, self._style, self._quiet)
        other.__dict__.update(folder=self.folder, setting=self.setting, engine=engine)
        if self.family.guide:
            other.__dict__["guide"], other._lent = self.guide, True
        if self.memory is not None:
            other.memory = self.memory
            if self.memory.folder is not None:
                other.__dict__["_identity"] = self._identity
        return other

    def save(self, folder: str | PathLike[str], layout: str = "ours", weights: str | None = None, force: bool = False) -> None:
        """Write the model to `folder` in one of `weights.LAYOUTS`, its numbers as one of `weights.STORED`; see `weights.convert.convert`."""
        from .weights.convert import Wanted, convert

        if self.server is not None:
            raise UsageError(f"the model of {self.name} stays with its server; load one of this machine")
        convert(self.name, folder, Wanted(layout, weights, force=force, quiet=self._quiet))

    def close(self) -> None:
        """Give the engine's memory back; the next page loads it again."""
        engine = self.__dict__.pop("engine", None)
        if engine is not None:
            engine.close()
        guide = self.__dict__.pop("guide", None)
        if guide is not None and not self._lent:
            guide.close()

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


class _Writer:
    """Prompt -> text, for all sources of a call; nothing is loaded before the first text is asked for."""

    def __init__(self, reader: Reader, sheets: Sheets) -> None:
        self._reader, self._sheets = reader, sheets
        self._pairs: Iterator[Any] | None = None
        self._written: Callable[[int], Iterator[Piece]] | None = None
        self.at_once = True

    def __call__(self, number: int) -> Iterator[Piece]:
        return self._written(number)

    def begin(self) -> None:
        """Load the engine, unless that was done."""
        from .decode.batch import LEAD, in_order, open_rows, write_each

        if self._written is not None:
            return
        reader = self._reader
        with reader._turn():
            self.at_once, rows = hasattr(reader.engine, "rows"), open_rows(reader.engine)
        self._pairs = write_each(rows, self._sheets.jobs(), LEAD)
        self._written = in_order(reader._by_turns(self._pairs) if self.at_once else self._pairs)

    def turn(self) -> AbstractContextManager[None]:
        """To be held while a page is read: an engine of one text at a time is not to be shared meanwhile."""
        return nullcontext() if self.at_once else self._reader._turn()

    def close(self) -> None:
        pairs, self._pairs, self._written = self._pairs, None, None
        if pairs is not None:
            pairs.close()


class _Source:
    """One source of several that is being read."""

    def __init__(self, sheets: Sheets, writer: _Writer) -> None:
        self._sheets, self._writer = sheets, writer
        self.is_over = False

    def steps(self) -> Iterator[Page | Piece | Leaf]:
        from .sheets.failures import Failures
        from .sheets.sources import End

        failures, sheets, writer = Failures(), self._sheets, self._writer
        while not isinstance((sheet := sheets.first()).page, End):
            if not sheets.is_read(sheet):
                writer.begin()
            if isinstance(sheet.page, Page):
                yield sheet.page
            with writer.turn():
                try:
                    yield from sheets.read(sheet, writer)
                except EngineError as error:
                    sheet.why = error
                leaf = sheets.leave()  # text -> meaning
            yield from failures.sift(leaf, sheet.why)  # -> formats
        self.is_over = True
        sheets.end()
        failures.end()


def load(
    model: str | PathLike[str] | Server = "nano",
    *,
    engine: str | None = None,
    device: str = "cpu",
    style: str | None = None,
    quiet: bool = False,
    precision: str | None = None,
) -> Reader:
    """A Reader with a model of `MODELS` or the one in a local folder (or .safetensors file), loaded on first use; or with that
    of a server, a `engines.remote_server.Server` or its address (http://localhost:8000/v1), to which pages are sent.

    `engine` is one of `engines.ENGINES`, by default the family's own; `style` spells the published model's prompts
    (`prompt.published.STYLES`); `quiet` hides the progress of downloads; `precision` says in what matrices
    are multiplied on the CPU (`weights.PRECISIONS`). Raises UsageError for unknown names.
    """
    from .engines import ENGINES
    from .engines.family import family_of

    name = str(model)
    if isinstance(model, Server) or is_address(name):
        server = model if isinstance(model, Server) else Server(name)
        name, found = server.name, Model("remote", lambda _: server)
        if engine not in (None, "remote") or device != "cpu":
            raise UsageError(f"{name} reads by itself; --engine and --device are for models on this machine")
    elif engine == "remote":
        raise UsageError("the remote engine reads by a server; give its address: --url http://localhost:8000/v1")
    elif name in MODELS:
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
            raise UsageError("a precision can be chosen for the onnx engine only")
        if precision not in family.precisions:
            raise UsageError(f"no precision named {precision!r}; choose from: {', '.join(family.precisions)}")
        found = replace(found, precision=precision)
    return Reader(name, found, engine, device, style, quiet)


def read(source: Any, task: Task | str | None = None, *, model: str | PathLike[str] | Server = "nano", **options: Any) -> Document:
    """Read one source with a model that is loaded for it alone; see `load` and `Reader.read` for several."""
    with load(model) as reader:
        return reader.read(source, task, **options)


def choose(task: Task | str | None, options: Mapping[str, Any]) -> tuple[Task, Opening]:
    """The task, and the way to open the source, that `Reader.read` was given. Raises UsageError for what makes no sense."""
    from .pixels.opening import Opening, page_ranges

    given = {name: options[name] for name in OPENINGS if name in options}
    if isinstance(given.get("pages"), (str, int)):
        given["pages"] = page_ranges(str(given["pages"]))
    if given.get("dpi") == "auto":
        given["dpi"] = None
    return choose_task(task, {name: value for name, value in options.items() if name not in OPENINGS}), Opening(**given)


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
            raise UsageError(f"no option named {name!r}; choose from: {', '.join(sorted(known | {'box', 'colour', *OPENINGS}))}")
    task = replace(task, **options)
    if task.mode not in MODES:
        raise UsageError(f"no task named {task.mode!r}; choose from: {', '.join(MODES)}")
    if task.tiles < 0 or task.max_tokens < 1:
        raise UsageError(f"max_tokens must be at least 1, tiles too or 0 (got {task.max_tokens} and {task.tiles})")
    if task.seconds is not None and not task.seconds > 0:
        raise UsageError(f"seconds must be above 0, or None for no cap (got {task.seconds})")
    colour = task.region.colour if task.region else None
    if colour is not None and colour not in COLOURS:
        raise UsageError(f"no frame colour named {colour!r}; choose from: {', '.join(COLOURS)}")
    return task


def _texts(steps: Iterator[Page | Piece | Leaf]) -> Iterator[str]:
    written = False
    for step in steps:
        if isinstance(step, Page) and written:
            yield "\n\n"
        elif isinstance(step, Piece) and step.text:
            yield step.text
            written = True
