"""The pictures in which a page is read: turned upright, straightened, two facing pages apart; and the way back to the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ..errors import UsageError
from ..schema import Box, Page
from .affine import Affine, turned
from .lettering import Lettering, lettering
from .region import cut, size
from .resize import resize
from .skew import skew, straighten
from .spread import fold
from .upright import TURNS, turn_of


@dataclass(frozen=True)
class Looking:
    """How pages are looked at before they are read."""

    turn: int | None = None  # degrees clockwise that bring a page upright: 0, 90, 180 or 270; None = find out
    straighten: bool = True  # lines that slope are made level
    spreads: bool = True  # two facing pages are read one behind the other


@dataclass(frozen=True)
class Part:
    """A picture to read. `page` is the source page itself where nothing had to be done."""

    page: Page
    back: Callable[[Box], Box]  # a box on `page.image` -> the smallest box around it on the source page, cut to it
    notes: tuple[str, ...] = ()  # what was done, for people


def parts(page: Page, looking: Looking | None = None) -> list[Part]:
    """A page as it is to be read, or its left and its right half, in that order.

    Raises `UsageError` for a turn that is no quarter. What is not sure is not done.
    """
    looking = looking or Looking()
    if looking.turn not in (None, *TURNS):
        raise UsageError(f"a page can be turned by 0, 90, 180 or 270 degrees (got {looking.turn})")
    seen = _Seen(page.image)
    turn = looking.turn if looking.turn is not None else turn_of(page.image, seen.letters)
    if turn:
        seen = seen.turned(turn)
    if looking.straighten:
        seen = seen.straight()
    halves = seen.halves() if looking.spreads else [seen]
    if len(halves) > 1 and looking.straighten:
        halves = [half.straight() for half in halves]
    return [half.part(page) for half in halves]


def part_of(page: Page, box: Box) -> Part:
    """The part of a page inside `box` (its pixels) as a picture of its own. Raises `UsageError` for a box with nothing in it."""
    image, (left, top) = cut(page, box)
    if image.shape == page.image.shape:
        return Part(page, partial(Affine().box, size=size(page)))
    return Part(replace(page, image=image), partial(Affine(c=left, f=top).box, size=size(page)))


def shrunk(part: Part, scale: float) -> Part:
    """A part in a smaller picture, or as it is for a scale that is not below 1."""
    width, height = size(part.page)
    smaller = max(1, round(scale * width)), max(1, round(scale * height))
    if scale >= 1 or smaller == (width, height):
        return part
    picture = replace(part.page, image=resize(part.page.image, *smaller))
    return within(part, Part(picture, partial(Affine(a=width / smaller[0], e=height / smaller[1]).box, size=(width, height))))


def framed(part: Part, share: float) -> Part:
    """A part with paper around it, `share` of its sides wide, of the colour of its rim."""
    width, height = size(part.page)
    more = max(1, round(share * width)), max(1, round(share * height))
    image = part.page.image
    rim = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    wide = np.empty((height + 2 * more[1], width + 2 * more[0], 3), np.uint8)
    wide[:] = np.median(rim, axis=0).astype(np.uint8)
    wide[more[1] : more[1] + height, more[0] : more[0] + width] = image
    back = Affine(c=-more[0], f=-more[1])
    return within(part, Part(replace(part.page, image=wide), partial(back.box, size=(width, height))))


def within(outer: Part, inner: Part) -> Part:
    """`inner`, a part of `outer.page`, as a part of the page that `outer` is part of."""
    return Part(inner.page, lambda box: outer.back(inner.back(box)), (*outer.notes, *inner.notes))


class _Seen:
    """A picture on its way, where its points lay on the page, and what was done; its letters are looked for once."""

    def __init__(self, image: np.ndarray, back: Affine | None = None, notes: tuple[str, ...] = ()) -> None:
        self.image, self.back, self.notes = image, back or Affine(), notes
        self._letters: Lettering | None = None
        self._looked = False

    @property
    def letters(self) -> Lettering | None:
        if not self._looked:
            self._letters, self._looked = lettering(self.image), True
        return self._letters

    def turned(self, degrees: int) -> _Seen:
        height, width = self.image.shape[:2]
        image = np.ascontiguousarray(np.rot90(self.image, -degrees // 90))
        return _Seen(image, self.back.after(turned((width, height), degrees)), (*self.notes, f"turned by {degrees} degrees"))

    def straight(self) -> _Seen:
        degrees = skew(self.letters)
        if not degrees:
            return self
        image, back = straighten(self.image, degrees)
        return _Seen(image, self.back.after(back), (*self.notes, f"straightened by {abs(degrees):.1f} degrees"))

    def halves(self) -> list[_Seen]:
        found = fold(self.image, self.letters)
        if found is None:
            return [self]
        left = _Seen(np.ascontiguousarray(self.image[:, : found.x]), self.back, (*self.notes, "left page of two"))
        back = self.back.after(Affine(c=found.x))
        right = _Seen(np.ascontiguousarray(self.image[:, found.x :]), back, (*self.notes, "right page of two"))
        return [left, right]

    def part(self, page: Page) -> Part:
        back = partial(self.back.box, size=size(page))
        return Part(replace(page, image=self.image) if self.notes else page, back, self.notes)
