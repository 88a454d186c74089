"""Which pictures of a page are read, and as what: upright parts of it, or the regions that were asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from ..errors import InputError
from ..pixels.frames import frames
from ..pixels.parts import Looking, Part, part_of, parts, within
from ..pixels.region import resolve, size
from ..schema import Box, Page, Region, Task


class Look(NamedTuple):
    """A picture to read, where on the page it lies, and what a model is asked about it."""

    part: Part
    task: Task


def looks(page: Page, task: Task, told: bool) -> list[Look]:
    """What to read of a page, in order. `told` says that the model can be told of a region of a whole page.

    A region that is cut out is turned and straightened by itself; a page that a model is told about is shown as it came.
    Raises UsageError for a region that is not on the page, InputError where there is no frame of the colour asked for.
    """
    bare = replace(task, region=None, regions=())
    regions = task.regions or ((task.region,) if task.region else ())
    looking = Looking(task.turn, task.straighten, task.spreads)
    if not regions:
        return [Look(part, bare) for part in parts(page, looking)]
    found = []
    for region in regions:
        region = resolve(region, size(page))
        if told and not region.crop:
            found.append(Look(_whole(page), replace(bare, region=region)))
            continue
        for box in _boxes(page, region):
            outer = part_of(page, box)
            inner = parts(outer.page, replace(looking, spreads=False))
            found += [Look(within(outer, part), bare) for part in inner]
    return found


def _whole(page: Page) -> Part:
    width, height = size(page)
    return part_of(page, (0, 0, width, height))


def _boxes(page: Page, region: Region) -> Iterator[Box]:
    """Where a region to be cut out lies; of a colour, all its frames (those in the box, if there is one)."""
    if region.colour is None:
        yield region.box
        return
    inside = part_of(page, region.box) if region.box else _whole(page)
    boxes = frames(inside.page.image, region.colour)
    if not boxes:
        raise InputError(f"there is no {region.colour} frame on page {page.index + 1}; draw one as a closed rectangle, or give --region")
    yield from map(inside.back, boxes)
