"""The reader: image -> Pixels -> Prompt -> Pieces -> Document, five arrows in one function (`Reader.follow`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import UsageError
from .registry import Registry
from .schema import COLOURS, MODES, Block, Document, Job, Leaf, Page, Piece, Pixels, Prompt, Region, Task

if TYPE_CHECKING:
    from .engines.engine import Engine
    from .prompt.tokenizer import Tokenizer

MODELS = Registry("models", {"nano": "gotocr.reader:NANO", "base": "gotocr.reader:BASE"})
FAMILIES = Registry("families", {"nano": "gotocr.reader:NANO_FAMILY", "got": "gotocr.reader:GOT_FAMILY"})

NO_TOKEN = -1  # of a piece that no model wrote
LONGEST_BAND, TALLEST_BAND = 1024.0, 256.0  # pixels of its picture: what it was trained on
ONE_LINE = 2.7  # a picture less than this many letters tall is a line of text
LARGEST_DRAWING = 800_000  # pixels of its picture: what is larger is a page, whatever is drawn on it


@dataclass(frozen=True)
class Model:
    """A model by name: `find(quiet)` gives its folder, downloading it if need be, and not before it is needed."""

    family: str
    find: Callable[[bool], Path]


@dataclass(frozen=True)
class Setting:
    """What a family needs besides the task: the model's own config, its tokenizer and the spelling of its prompts."""

    config: dict[str, Any]
    tokenizer: Tokenizer
    style: str | None


class View(NamedTuple):
    """What a model sees at once of a page, and what parts its text from that of the view before."""

    pixels: Pixels
    before: str = ""


@dataclass(frozen=True)
class Family:
    """How one family of models looks at a page and is asked."""

    engine: str  # the engine unless another is asked for
    view: Callable[[Page, Task, Setting], list[View]]
    ask: Callable[[Task, Pixels, Setting], Prompt]
    sift: Callable[[Iterator[Piece]], Iterator[Piece]] = iter  # what of its writing is kept


class Reader:
    """A model that reads. Nothing is loaded until the first page is there; it can then be used again and again.

    One Reader reads one page at a time: calls from other threads wait for their turn between pages (load a Reader per
    thread to read in parallel). It may be used in a `with` statement; `close` gives the memory back.
    """

    def __init__(self, name: str, model: Model, engine: str, device: str = "cpu", style: str | None = None, quiet: bool = False):
        self.name, self.engine_name, self.device = name, engine, device
        self._model, self._style, self._quiet = model, style, quiet
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
        """Read `source` and yield each page, then every piece as it is written, then the page as it was read."""
        from .kinds.page import parse
        from .pixels.source import open_source

        for page in open_source(source):  # image -> page
            yield page
            with self._turn():
                pieces: list[Piece] = []
                for piece in self._written(self.family.view(page, task, self.setting), task):  # page -> pixels -> ... -> text
                    pieces.append(piece)
                    yield piece
                blocks = parse(pieces, (page.image.shape[1], page.image.shape[0]), task.mode)  # text -> meaning
            yield _leaf(page, pieces, blocks)  # -> formats

    def _written(self, views: Sequence[View], task: Task) -> Iterator[Piece]:
        """What stands in the views of a page, one behind the other; engines that can read them at once do."""
        from .decode.batch import in_order

        written = False
        asked = [self.family.ask(task, view.pixels, self.setting) for view in views]  # pixels -> prompt
        jobs = [Job(view.pixels, prompt, task.max_tokens) for view, prompt in zip(views, asked, strict=True)]
        with closing(_numbered(self.engine, jobs)) as pairs:
            for view, pieces in zip(views, in_order(pairs, len(jobs)), strict=True):  # prompt -> text
                for piece in parted(view.before, self.family.sift(pieces), written):
                    written = True
                    yield piece

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
        return open_engine(self.folder, self.device)

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
) -> Reader:
    """A Reader with a model of `MODELS` or the one in a local folder (or .safetensors file), loaded on first use.

    `engine` is one of `engines.ENGINES`, by default the family's own; `style` spells the published model's prompts
    (`prompt.published.STYLES`); `quiet` hides the progress of downloads. Raises UsageError for unknown names.
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
    return Reader(name, found, engine or FAMILIES[found.family].engine, device, style, quiet)


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


def parted(before: str, pieces: Iterator[Piece], written: bool) -> Iterator[Piece]:
    """`pieces`, behind a piece that is only `before` when something was written already and something comes."""
    for piece in pieces:
        if piece.text and written and before:
            yield Piece(NO_TOKEN, before, math.nan)
        written = written and not piece.text
        yield piece


def _numbered(engine: Engine, jobs: Sequence[Job]) -> Iterator[tuple[int, Piece]]:
    """The pieces of all jobs with their jobs' numbers: at once where the engine can and it is worth it, else in turn."""
    from .decode.batch import write_all

    if len(jobs) > 1 and hasattr(engine, "rows"):
        yield from write_all(engine.rows(), jobs)
        return
    for number, job in enumerate(jobs):
        yield from ((number, piece) for piece in engine.run(job))


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
    from .pixels.bands import bands
    from .pixels.drawing import DRAWING, drawing_scale, drawn_share
    from .pixels.native import SEEN_LETTERS, is_blank, letter_height, letter_scale, view
    from .pixels.region import cut
    from .weights.nano_files import nano_config

    image, (left, top) = cut(page, task.region.box if task.region else None)
    part = replace(page, image=image)
    if is_blank(part):
        return []  # nothing to read, so nothing is invented
    letters = letter_height(part)
    lowest, scale = SEEN_LETTERS[0], letter_scale(letters) if letters else 1.0
    down, across = nano_config(setting.config, "config.json").stride
    height, width = image.shape[:2]
    lines = height / letters if letters else ONE_LINE
    small = height * width * min(scale, 1.0) ** 2 <= LARGEST_DRAWING
    if small and lines >= ONE_LINE and (share := drawn_share(part, letters)) >= DRAWING:
        seen = drawing_scale((width, height), letters, share)
        return [View(view(page, region=Region((left, top, left + width, top + height)), scale=seen, stride=(across, down)))]
    views = []
    for band in bands(image, letters or lowest, (LONGEST_BAND / scale, TALLEST_BAND / scale)):
        box = (band.box[0] + left, band.box[1] + top, band.box[2] + left, band.box[3] + top)
        before = "\n" if task.mode == "plain" else "\n\n" if band.opens else " "
        fits = max(LONGEST_BAND / (box[2] - box[0]), lowest / letters if letters else 0.0)
        views.append(View(view(page, region=Region(box), scale=min(scale, fits), stride=(across, down)), before))
    return views


def _ask_nano(task: Task, pixels: Pixels, setting: Setting) -> Prompt:
    from .prompt.template import nano_prompt
    from .weights.nano_files import nano_config

    down, across = nano_config(setting.config, "config.json").stride
    height, width = pixels.values.shape[-2:]
    return nano_prompt(task, (height // down) * (width // across), setting.tokenizer)


def _see_got(page: Page, task: Task, setting: Setting) -> list[View]:
    from .pixels.tiles import view

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
    from .decode.doubt import believed

    return believed(pieces)


NANO_FAMILY = Family("onnx", _see_nano, _ask_nano, _sift_nano)
GOT_FAMILY = Family("torch", _see_got, _ask_got)
NANO = Model("nano", _find_nano)
BASE = Model("got", _find_base)
