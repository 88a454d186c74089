"""Written music that does not read: open brackets and quotes are closed, spines filled up and ended, cut XML closed; no note is changed."""

from __future__ import annotations

import re

from ...schema import Block
from ..mending import Edit, edited, mend
from .abc_voice import HAIRPINS, LONG_HAIRPINS, NAMES, TOKEN
from .block import form_of, parse
from .score import DYNAMICS

_NOTE = r"(?:\^\^|\^|__|_|=)?[A-Ga-g][,']{0,9}[\d/]{0,9}-?"
_CHORD = re.compile(rf"\[(?:{_NOTE}){{2,12}}(?![A-Ga-g\]^_=])")
_GRACE = re.compile(rf"\{{/?{_NOTE}(?!\}})")
_SYMBOL = re.compile(r"\"[A-G][#b]?(?:m|maj|min|dim|aug|sus|add|[+°ø])?\d{0,2}(?:/[A-G][#b]?)?(?![\w#/])")
_MARK = re.compile(r"!([^!|\s\"\[\](){}]{1,20})")
_MARKS = sorted({*NAMES, *DYNAMICS, *HAIRPINS, *LONG_HAIRPINS}, key=len, reverse=True)
_FIELD = re.compile(r"[A-Za-z]:|%")
_STRAY = re.compile(r"[^\w\s]")
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][\w.-]*)(?P<rest>[^<>]*?)(?P<empty>/?)>|<!--.*?-->|<[?!][^<>]*>", re.DOTALL)
_HALF_TAG = re.compile(r"<[^<>]*\Z")


def mend_block(block: Block) -> Block:
    """See `Kind.mend`."""
    return mend(block, parse, repair)


def repair(text: str) -> tuple[str, list[str]]:
    """One round of repairs, by the form the text is in."""
    return {"kern": _kern, "musicxml": _musicxml, "abc": _abc}[form_of(text)](text)


def _abc(text: str) -> tuple[str, list[str]]:
    lines, done, opened, at = text.split("\n"), [], False, 0
    edits: list[Edit] = []
    for line in lines:
        said = line.strip()
        if said.startswith("K:"):
            opened = True
        elif said and not _FIELD.match(said):
            if not opened:
                edits.append(Edit(at, at, "K:none\n", "a key line without a key was put in"))
                opened = True
            edits += _abc_line(line, at)
        at += len(line) + 1
    text, said = edited(text, edits)
    return text, done + said


def _abc_line(line: str, start: int) -> list[Edit]:
    """Edits of a line of music: at each place that is no ABC, and at tuplets that a bar line cuts short."""
    at, edits = 0, []
    tuplet: tuple[re.Match[str], int, int] | None = None  # what opened it, how many events it wants, how many it has
    while at < len(line):
        found = TOKEN.match(line, at)
        if line[at] == "%":
            break
        if not found:
            made = _abc_sign(line, at)
            edits += [edit._replace(start=edit.start + start, end=edit.end + start) for edit in made]
            at = max(at + 1, *(edit.end for edit in made)) if made else at + 1
            continue
        if found["tuplet"]:
            wanted = int(found["count"] or 0) or int(found["tuplet"])
            tuplet = found, wanted, 0
        elif (found["note"] or found["rest"]) and tuplet:
            tuplet = (*tuplet[:2], tuplet[2] + 1) if tuplet[2] + 1 < tuplet[1] else None
        elif found["bar"] and tuplet:
            edits += [edit._replace(start=edit.start + start, end=edit.end + start) for edit in _short(*tuplet)]
            tuplet = None
        at = found.end()
    return edits


def _short(opened: re.Match[str], wanted: int, has: int) -> list[Edit]:
    above = opened["tuplet"]
    if not has:
        return [Edit(*opened.span(), "", f"a tuplet of {wanted} without notes was left out")]
    put = f"({above}:{opened['time'] or ''}:{has}"
    return [Edit(*opened.span(), put, f"a tuplet of {wanted} was said to have the {has} notes there are before the bar line")]


def _abc_sign(line: str, at: int) -> list[Edit]:
    """What to do about the character at `at`, which begins no ABC."""
    letter = line[at]
    for sign, pattern, close, name in (
        ("[", _CHORD, "]", "a chord"),
        ("{", _GRACE, "}", "grace notes"),
        ('"', _SYMBOL, '"', "a chord symbol"),
    ):
        if letter == sign and (found := pattern.match(line, at)):
            return [Edit(found.end(), found.end(), close, f"{name} {'were' if sign == '{' else 'was'} closed")]
    if letter == "!" and (found := _MARK.match(line, at)):
        known = next((mark for mark in _MARKS if found[1].startswith(mark)), None)
        if known:
            end = at + 1 + len(known)
            return [Edit(end, end, "!", f"the mark {known} was closed")]
    if _STRAY.fullmatch(letter):
        return [Edit(at, at + 1, "", f"{letter} that opens or closes nothing was left out")]
    return []


def _kern(text: str) -> tuple[str, list[str]]:
    """Rows with fewer cells than spines are filled up with nothing; the spines are ended."""
    count, out, edits_done = 0, [], []
    ended = False
    lines = text.replace("\r", "").split("\n")
    for number, line in enumerate(lines):
        if not line.strip() or line.startswith("!"):
            out.append(line)
            continue
        cells = line.split("\t") if "\t" in line or count < 2 else line.split()
        if cells[0].startswith("**") and not count:
            count = len(cells)
        elif count and len(cells) < count:
            last = number == len(lines) - 1
            fill = cells[0] if cells[0].startswith("=") else "*" if cells[0].startswith("*") else "."
            edits_done.append("a row of notes was filled up" + (" at the end" if last else f" with {count - len(cells)} of nothing"))
            cells = [*cells, *[fill] * (count - len(cells))]
            line = "\t".join(cells)
        elif count and len(cells) > count and all(cell in (".", "", "*") or cell == cells[0] for cell in cells[count:]):
            edits_done.append("cells beyond the spines were left out")
            cells = cells[:count]
            line = "\t".join(cells)
        if count and len(cells) == count and cells[0].startswith("*"):
            count = _spines(cells)
            ended = not count
        out.append(line)
        if ended:
            out += lines[number + 1 :]
            break
    if count and not ended:
        while out and not out[-1].strip():
            out.pop()
        out.append("\t".join(["*-"] * count))
        edits_done.append("the spines were ended")
    return "\n".join(out), edits_done


def _spines(cells: list[str]) -> int:
    """How many there are behind a row of interpretations."""
    count, merging = 0, False
    for cell in cells:
        count += 2 if cell == "*^" else 0 if cell == "*-" or (cell == "*v" and merging) else 1
        merging = cell == "*v"
    return count


def _musicxml(text: str) -> tuple[str, list[str]]:
    """Elements that were never closed are, behind the last tag that is whole; a note that is not whole is left out."""
    half = _HALF_TAG.search(text)
    done = [f"the half tag {half[0][:40]} at the end was left out"] if half else []
    whole = text[: half.start()] if half else text
    stack: list[tuple[str, int]] = []
    for tag in _TAG.finditer(whole):
        if not tag["name"] or tag["empty"]:
            continue
        if not tag["end"]:
            stack.append((tag["name"], tag.start()))
        elif stack and stack[-1][0] == tag["name"]:
            stack.pop()
        else:
            return text, []
    note = next((start for name, start in stack if name in ("note", "attributes", "direction", "barline")), None)
    if note is not None:
        whole, stack = whole[:note], [one for one in stack if one[1] < note]
        done.append("the last element, which was cut off, was left out")
    if stack:
        done.append("the score was closed")
    return whole + "".join(f"</{name}>" for name, _ in reversed(stack)), done
