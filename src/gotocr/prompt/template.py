"""A task becomes a prompt: token ids with image slots, spelled as the published model or as nano wants it."""

from __future__ import annotations

import math

from ..errors import UsageError
from ..schema import COLOURS, MODES, Box, Prompt, Task
from .published import (
    BOX_UNITS,
    DEFAULT_STYLE,
    IMAGE_END,
    IMAGE_SLOT,
    IMAGE_START,
    LAYOUT_WORDS,
    MODE_WORDS,
    NANO_END,
    NANO_SLOT,
    NANO_TASKS,
    SLOTS_PER_TILE,
    STOPS,
    STYLES,
    TURN,
    TURN_END,
    Style,
)
from .tokenizer import Tokenizer


def build(
    task: Task,
    page_size: tuple[int, int],
    tiles: int,
    tokenizer: Tokenizer,
    style: str = DEFAULT_STYLE,
    pages: int = 1,
) -> Prompt:
    """The published model's prompt for `task` on a page of `page_size` = (width, height) pixels.

    `tiles` counts the pictures the model sees, a thumbnail and all pages included; `pages` > 1 asks for one text
    across that many pages. Raises `UsageError` for an unknown style, mode or colour, or an empty box.
    """
    text = spell(task, page_size, tiles, style, pages)
    return Prompt(
        ids=tuple(tokenizer.encode(text)),
        image_id=tokenizer.id(IMAGE_SLOT),
        stop_ids=tuple(tokenizer.id(stop) for stop in STOPS),
    )


def spell(task: Task, page_size: tuple[int, int], tiles: int, style: str = DEFAULT_STYLE, pages: int = 1) -> str:
    """The text of the prompt `build` makes, special tokens spelled out. Raises `UsageError` like `build`."""
    if style not in STYLES:
        raise UsageError(f"no prompt style named {style!r}; choose from: {', '.join(STYLES)}")
    if tiles < 1 or pages < 1:
        raise UsageError(f"a prompt needs at least one picture (got {tiles} tiles, {pages} pages)")
    spelling = STYLES[style]
    slots = IMAGE_SLOT * (SLOTS_PER_TILE * tiles)
    return (
        f"{TURN}{spelling.system}{TURN_END}"
        f"{TURN}user\n{IMAGE_START}{slots}{IMAGE_END}\n{_query(spelling, task, page_size, pages)}{TURN_END}"
        f"{TURN}assistant\n"
    )


def nano_prompt(task: Task, n_image: int, tokenizer: Tokenizer) -> Prompt:
    """The small model's prompt: `n_image` image slots, then the token of the task's mode.

    Regions are cut out of the page before the model sees it, so they leave no trace here.
    """
    slot = tokenizer.id(NANO_SLOT)
    return Prompt(
        ids=(slot,) * n_image + (tokenizer.id(NANO_TASKS[_mode(task)]),),
        image_id=slot,
        stop_ids=(tokenizer.id(NANO_END),),
    )


def box_units(box: Box, page_size: tuple[int, int]) -> list[int]:
    """A box in page pixels as the published model counts it: thousandths of the page's sides, cut off below.

    What lies outside the page is cut away. Raises `UsageError` where nothing is left.
    """
    width, height = page_size
    left, top, right, bottom = box
    inside = (max(left, 0), max(top, 0), min(right, width), min(bottom, height))
    if not all(map(math.isfinite, box)) or inside[0] >= inside[2] or inside[1] >= inside[3]:
        raise UsageError(f"the box {list(box)} holds nothing of the page ({width} x {height} pixels)")
    return [int(value / side * BOX_UNITS) for value, side in zip(inside, (width, height, width, height), strict=True)]


def _mode(task: Task) -> str:
    if task.mode not in MODES:
        raise UsageError(f"no task named {task.mode!r}; choose from: {', '.join(MODES)}")
    return task.mode


def _query(style: Style, task: Task, page_size: tuple[int, int], pages: int) -> str:
    colour = task.region.colour if task.region else None
    box = task.region.box if task.region else None
    if colour is not None and colour not in COLOURS:
        raise UsageError(f"no frame colour named {colour!r}; choose from: {', '.join(COLOURS)}")
    if (colour is not None and style.colour_replaces_box) or (pages > 1 and not style.box_with_pages):
        box = None
    layout = "pages" if pages > 1 else "tiles" if task.tiles > 1 else "page"
    return (
        (style.colour.format(colour) if colour is not None else "")
        + (style.box.format(box_units(box, page_size)) if box is not None else "")
        + style.query.format(mode=MODE_WORDS[_mode(task)], layout=LAYOUT_WORDS[layout])
    )
