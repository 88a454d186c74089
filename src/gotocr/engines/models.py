"""How a family of models looks at a page and is asked, and which models there are by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..registry import Registry
from ..schema import Page, Piece, Pixels, Prompt, Task
from ..weights import PRECISIONS

if TYPE_CHECKING:
    from ..pixels.views import View
    from ..prompt.tokenizer import Tokenizer

MODELS = Registry("models", {"nano": "gotocr.engines.models:NANO", "base": "gotocr.engines.models:BASE"})
FAMILIES = Registry("families", {"nano": "gotocr.engines.models:NANO_FAMILY", "got": "gotocr.engines.models:GOT_FAMILY", "remote": "gotocr.engines.models:REMOTE_FAMILY"})


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
    tokenizer: Tokenizer | None  # None where a server has it
    style: str | None


@dataclass(frozen=True)
class Family:
    """How one family of models looks at a page and is asked."""

    engine: str  # the engine unless another is asked for
    view: Callable[[Page, Task, Setting], list[View]]
    ask: Callable[[Task, Pixels, Setting], Prompt]
    sift: Callable[[Iterator[Piece]], Iterator[Piece]] = iter  # what of its writing is handed on
    keep: Callable[[Sequence[Piece]], list[Piece]] = list  # and what of that, once it is whole
    precisions: tuple[str, ...] = ()  # of which its own engine can be asked for one
    elsewhere: str | None = None  # the engine on any device but the CPU, where that is another
    told: bool = False  # whether its prompts can name a region of the page
    drafts: bool = False  # whether it checks texts that it expects, many tokens at a time
    guide: str | None = None  # a model that knows where words stand, since this one does not say
    letters: float | None = None  # what is read once more is shrunk until its letters are so tall, in pixels; None = never


def _see_nano(page: Page, task: Task, setting: Setting) -> list[View]:
    from ..pixels.views import native_views
    from ..weights.nano_files import nano_config

    stride = nano_config(setting.config, "config.json").stride
    return native_views(page, stride, task.mode == "plain")


def _ask_nano(task: Task, pixels: Pixels, setting: Setting) -> Prompt:
    from ..prompt.template import nano_prompt
    from ..weights.nano_files import nano_config

    down, across = nano_config(setting.config, "config.json").stride
    height, width = pixels.values.shape[-2:]
    return nano_prompt(task, (height // down) * (width // across), setting.tokenizer)


def _see_got(page: Page, task: Task, setting: Setting) -> list[View]:
    from ..pixels.native import is_blank
    from ..pixels.strip import strip_views
    from ..pixels.tiles import enough, view
    from ..pixels.views import View

    if is_blank(page):
        return []  # nothing to read, so nothing is invented
    most = task.tiles or enough(page)
    if task.trim and task.region is None:  # a prompt's region is of the page as it came
        return strip_views(page, most=most)
    return [View(view(page, most=most))]


def _ask_got(task: Task, pixels: Pixels, setting: Setting) -> Prompt:
    from ..prompt.published import DEFAULT_STYLE
    from ..prompt.template import build

    task = task if task.tiles else replace(task, tiles=len(pixels.values))
    return build(task, pixels.page_size, len(pixels.values), setting.tokenizer, setting.style or DEFAULT_STYLE)


def _see_remote(page: Page, task: Task, setting: Setting) -> list[View]:
    from .remote_picture import views

    return views(page, task, setting.config["side"])


def _ask_remote(task: Task, pixels: Pixels, setting: Setting) -> Prompt:
    from .remote_prompts import prompt_of

    told = setting.config
    return Prompt((), -1, (), told["prompt"] or prompt_of(task.mode, told["model"], told["owner"]), task.mode)


def _find_nano(quiet: bool) -> Path:
    return Path(__file__).parents[1] / "weights" / "nano"


def _find_base(quiet: bool) -> Path:
    from ..weights.fetch import find

    return find("base", quiet)


def _sift_nano(pieces: Iterator[Piece]) -> Iterator[Piece]:
    from ..decode.doubt import believed, completed

    return completed(believed(pieces))


def _keep_nano(pieces: Sequence[Piece]) -> list[Piece]:
    from ..decode.doubt import kept

    return kept(pieces)


NANO_FAMILY = Family("onnx", _see_nano, _ask_nano, _sift_nano, _keep_nano, precisions=PRECISIONS, letters=11.0)
GOT_FAMILY = Family("onnx", _see_got, _ask_got, precisions=PRECISIONS, elsewhere="torch", told=True, drafts=True, guide="nano")
REMOTE_FAMILY = Family("remote", _see_remote, _ask_remote, guide="nano")
NANO = Model("nano", _find_nano)
BASE = Model("got", _find_base)
