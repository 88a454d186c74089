"""Real lists of Word: bullets and numbers by level, and a numbering of its own wherever the printed numbers start anew."""

from __future__ import annotations

from ..prose import DEEPEST, Item

BULLETS = 1  # the w:num of all bullets
MOST = 5000  # numberings of a document; beyond, numbers are text
_MARKS = "\u2022\u25e6\u25aa"
_STEP = 360  # twentieths of a point a level


class Numbering:
    """Which numbering an item belongs to; `xml` is the part of the package that says what they are."""

    def __init__(self) -> None:
        self._starts: list[tuple[int, int]] = []  # (level, first number) of each w:num behind the bullets
        self._next: dict[int, tuple[int, int]] = {}  # level: (w:num, the number that goes on there)

    def begin(self) -> None:
        """A new list: nothing goes on."""
        self._next = {}

    def of(self, item: Item) -> int | None:
        """The w:num of the next item; None where its number is to be written out."""
        self._next = {level: state for level, state in self._next.items() if level <= item.level}
        if item.number is None:
            self._next.pop(item.level, None)
            return BULLETS
        name, expected = self._next.get(item.level, (0, -1))
        if item.number != expected:
            if len(self._starts) >= MOST:
                return None
            self._starts.append((item.level, item.number))
            name = BULLETS + len(self._starts)
        self._next[item.level] = (name, item.number + 1)
        return name

    def xml(self) -> bytes:
        nums = [f'<w:num w:numId="{BULLETS}"><w:abstractNumId w:val="0"/></w:num>']
        for number, (level, start) in enumerate(self._starts, BULLETS + 1):
            begun = f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
            nums.append(f'<w:num w:numId="{number}"><w:abstractNumId w:val="1"/>{begun}</w:num>')
        kinds = _levels(0, "bullet") + _levels(1, "decimal")
        head = '<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{head}{kinds}{"".join(nums)}</w:numbering>'.encode()


def _levels(number: int, form: str) -> str:
    levels = []
    for level in range(DEEPEST + 1):
        mark = _MARKS[level % len(_MARKS)] if form == "bullet" else f"%{level + 1}."
        place = f'<w:ind w:left="{_STEP * (level + 1)}" w:hanging="{_STEP}"/>'
        levels.append(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{mark}"/>'
            f'<w:lvlJc w:val="left"/><w:pPr>{place}</w:pPr></w:lvl>'
        )
    return f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="multilevel"/>{"".join(levels)}</w:abstractNum>'
