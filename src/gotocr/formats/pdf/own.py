"""The text that a PDF page has already: whether there is some, seen or unseen, and how the unseen is taken out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

NESTED = 20  # forms within forms, in which text is looked for
_SHOWING = frozenset(("Tj", "TJ", "'", '"'))
_WATCHED = "Tj TJ ' \" Tr q Q Do"
_UNSEEN = 3  # text rendering mode; what only clips (7) is seen by what it cuts out of a picture


def shown(page: pikepdf.Page) -> Iterator[bool]:
    """For each stretch of text that a page shows, whether it can be seen."""
    yield from _shown(page.obj, inherited(page.obj, "/Resources"), 0, set(), 0)


def without_unseen(page: pikepdf.Page, pdf: pikepdf.Pdf) -> None:
    """Take the invisible text out of a page and of the forms it shows."""
    kept = _kept(page.obj, pdf, inherited(page.obj, "/Resources"), 0, set(), 0)
    page.obj.Contents = pdf.make_stream(kept)


def inherited(page: pikepdf.Object, key: str) -> Any:
    """An entry of a page, or of the nearest of those above it; None where there is none."""
    for _ in range(100):  # a tree of pages may go in a circle
        if not isinstance(page, pikepdf.Dictionary):
            return None
        if key in page:
            return page[key]
        page = page.get("/Parent")
    return None


def _shown(stream: pikepdf.Object, resources: Any, mode: int, seen: set, depth: int) -> Iterator[bool]:
    modes = [mode]
    for operands, operator in pikepdf.parse_content_stream(stream, _WATCHED):
        name = str(operator)
        if name in _SHOWING:
            if _says(operands):
                yield modes[-1] != _UNSEEN
        elif name == "Do":
            form = _form(resources, operands)
            if form is not None and form.objgen not in seen and depth < NESTED:
                seen.add(form.objgen)
                yield from _shown(form, form.get("/Resources", resources), modes[-1], seen, depth + 1)
        else:
            _turn(modes, name, operands)


def _kept(stream: pikepdf.Object, pdf: pikepdf.Pdf, resources: Any, mode: int, seen: set, depth: int) -> bytes:
    """A content stream without text that cannot be seen; its forms are changed where they are."""
    modes, kept = [mode], []
    for instruction in pikepdf.parse_content_stream(stream):
        operands, name = instruction.operands, str(instruction.operator)
        if name in _SHOWING and modes[-1] == _UNSEEN:
            if name in ("'", '"'):  # they begin a line
                kept.append(([], pikepdf.Operator("T*")))
            continue
        if name == "Do":
            form = _form(resources, operands)
            if form is not None and form.objgen not in seen and depth < NESTED:
                seen.add(form.objgen)
                form.write(_kept(form, pdf, form.get("/Resources", resources), modes[-1], seen, depth + 1))
        else:
            _turn(modes, name, operands)
        kept.append(instruction)
    return pikepdf.unparse_content_stream(kept)


def _turn(modes: list[int], name: str, operands: Any) -> None:
    """Follow the text rendering mode."""
    if name == "q":
        modes.append(modes[-1])
    elif name == "Q" and len(modes) > 1:
        modes.pop()
    elif name == "Tr" and len(operands) == 1 and isinstance(operands[0], int):
        modes[-1] = int(operands[0])


def _says(operands: Any) -> bool:
    """Whether a string with more than blanks is among operands, or in an array among them."""
    for operand in operands:
        if isinstance(operand, pikepdf.String) and bytes(operand).strip(b" \0\t\r\n"):
            return True
        if isinstance(operand, pikepdf.Array) and _says(operand):
            return True
    return False


def _form(resources: Any, operands: Any) -> pikepdf.Stream | None:
    """The form that `Do` shows, if it is one."""
    if not isinstance(resources, pikepdf.Dictionary) or len(operands) != 1 or not isinstance(operands[0], pikepdf.Name):
        return None
    objects = resources.get("/XObject")
    found = objects.get(str(operands[0])) if isinstance(objects, pikepdf.Dictionary) else None
    return found if isinstance(found, pikepdf.Stream) and found.get("/Subtype") == "/Form" else None
