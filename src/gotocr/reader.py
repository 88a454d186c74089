"""The reader: image -> Pixels -> Prompt -> Pieces -> Document, five arrows in one function (`Reader.follow`)."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import fields, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Any, NamedTuple

from .engines.models import FAMILIES, MODELS, Family, Model, Setting
from .errors import EngineError, GotocrError, InputError, UsageError
from .schema import COLOURS, MODES, Block, Document, Job, Leaf, Lost, Page, Piece, Region, Task

if TYPE_CHECKING:
    from .engines.engine import Engine
    from .pixels.limits import Limits
    from .pixels.opening import Opening
    from .pixels.parts import Part

__all__ = ["FAMILIES", "MODELS", "NO_TOKEN", "Reader", "choose_task", "load", "read"]

NO_TOKEN = -1  # of a piece that no model wrote
AHEAD = 64_000_000  # bytes of pages that wait: more are not opened ahead
OPENINGS = ("pages", "dpi", "password")  # options of `Reader.read` that are not of its task


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
        """The text as it is written, page after page, an empty line between pages. Options and errors as in `read`."""
        return _texts(self.follow(source, *choose(task, options)))

    def pages(self, source: Any, task: Task | str | None = None, **options: Any) -> Iterator[Leaf]:
        """The pages, each as soon as it was read. Options and errors as in `read`."""
        return (step for step in self.follow(source, *choose(task, options)) if isinstance(step, Leaf))

    def follow(self, source: Any, task: Task, opening: Opening | None = None) -> Iterator[Page | Piece | Leaf]:
        """Read `source` and yield each page, then every piece as it is written, then the page as it was read.

        Engines that can read several pictures at once read the parts of a page so, and the pages behind it. A page that fails
        is a Leaf with an `error`; where none could be read, the first error is raised at the end.
        """
        from .decode.batch import LEAD, in_order, open_rows, write_each
        from .kinds.page import parse
        from .pixels.source import open_source

        sheets = _Sheets(self, open_source(source, limits=self.limits, opening=opening), task)  # image -> page -> pixels -> prompt
        if not sheets.open():
            return
        with self._turn():
            at_once, rows = hasattr(self.engine, "rows"), open_rows(self.engine)
        failures = _Failures()
        with closing(write_each(rows, sheets.jobs(), LEAD)) as pairs:  # prompt -> text
            written = in_order(self._by_turns(pairs) if at_once else pairs)
            while sheets.waiting or sheets.open():
                sheet, pieces, why = sheets.waiting[0], [], sheets.waiting[0].why
                if isinstance(sheet.page, Page):
                    yield sheet.page
                with nullcontext() if at_once else self._turn():
                    try:
                        for piece in sheet.pieces(written, self.family.sift):
                            pieces.append(piece)
                            yield piece
                    except EngineError as error:
                        why = error
                    blocks = parse(pieces, sheet.page_size, task.mode)  # text -> meaning
                sheets.waiting.popleft()
                yield from failures.sift(_leaf(sheet, pieces, blocks, why), why)  # -> formats
        failures.end()

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
    colour = task.region.colour if task.region else None
    if colour is not None and colour not in COLOURS:
        raise UsageError(f"no frame colour named {colour!r}; choose from: {', '.join(COLOURS)}")
    return task


class _Seen(NamedTuple):
    """What parts the text of a view from that of the one before, and what part of the page it shows."""

    before: str
    part: Part


class _Sheet(NamedTuple):
    """A page that is being read, or why it cannot be."""

    page: Page | Lost
    views: Sequence[_Seen] = ()
    first: int = 0  # number of its first view's job
    size: int = 0  # bytes
    why: GotocrError | None = None

    @property
    def page_size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.page.image.shape[1::-1] if isinstance(self.page, Page) else (0, 0)

    def pieces(self, written: Callable[[int], Iterator[Piece]], sift: Callable[[Iterator[Piece]], Iterator[Piece]]) -> Iterator[Piece]:
        """What stands in its views, one behind the other."""
        begun = False
        for number, view in enumerate(self.views, self.first):
            for piece in parted(view.before, sift(written(number)), begun):
                begun = True
                yield piece if piece.box is None else replace(piece, box=view.part.back(piece.box))


class _Sheets:
    """The pages of a source on their way: the first of those `waiting` is handed out, the others are read ahead."""

    def __init__(self, reader: Reader, pages: Iterator[Page | Lost], task: Task) -> None:
        self._reader, self._pages, self._task = reader, pages, task
        self.waiting: deque[_Sheet] = deque()
        self._jobs: deque[Job] = deque()
        self._count = 0
        self._trouble: GotocrError | None = None

    def open(self) -> bool:
        """Take one more page, if there is one, and look at it. Raises what is wrong with the source."""
        if self._trouble is not None:
            raise self._trouble
        page = next(self._pages, None)
        if page is None:
            return False
        if isinstance(page, Lost):
            self.waiting.append(_Sheet(page, why=page.why))
            return True
        try:
            seen, jobs = self._look(page)
        except (InputError, UsageError) as error:  # a region that is not on this page, say
            self.waiting.append(_Sheet(page, size=page.image.nbytes, why=error))
            return True
        size = page.image.nbytes + sum(job.pixels.values.nbytes for job in jobs)
        self.waiting.append(_Sheet(page, seen, self._count, size))
        self._jobs += jobs
        self._count += len(jobs)
        return True

    def _look(self, page: Page) -> tuple[list[_Seen], list[Job]]:
        """What a model sees of a page, and is asked about it."""
        from .engines.looks import looks

        family, setting, seen, jobs = self._reader.family, self._reader.setting, [], []
        for look in looks(page, self._task, family.told):
            for number, view in enumerate(family.view(look.part.page, look.task, setting)):
                before = view.before if number or not seen else "\n" if look.task.mode == "plain" else "\n\n"
                seen.append(_Seen(before, look.part))
                jobs.append(Job(view.pixels, family.ask(look.task, view.pixels, setting), look.task.max_tokens))
        return seen, jobs

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


class _Failures:
    """Pages that failed are held back until one could be read: where none can, the source is what failed."""

    def __init__(self) -> None:
        self._held: list[Leaf] = []
        self._first: GotocrError | None = None
        self._any = False

    def sift(self, leaf: Leaf, why: GotocrError | None) -> Iterator[Leaf]:
        """The pages that can be handed out once `leaf` was read, or failed because of `why`."""
        self._first = self._first or why
        self._any = self._any or why is None
        self._held.append(leaf)
        if self._any:
            held, self._held = self._held, []
            yield from held

    def end(self) -> None:
        """Raise the first error where no page could be read."""
        if self._first is not None and not self._any:
            raise self._first


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


def _leaf(sheet: _Sheet, pieces: Sequence[Piece], blocks: tuple[Block, ...], why: GotocrError | None) -> Leaf:
    from .kinds.page import confidence

    width, height = sheet.page_size
    return Leaf(
        index=sheet.page.index,
        width=width,
        height=height,
        text="".join(piece.text for piece in pieces).strip("\n").rstrip(),
        blocks=blocks,
        truncated=any(piece.finish not in (None, "stop") for piece in pieces),
        confidence=confidence(blocks),
        error=None if why is None else str(why),
        notes=tuple(dict.fromkeys(note for view in sheet.views for note in view.part.notes)),
    )
