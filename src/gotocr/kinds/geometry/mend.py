r"""TikZ that does not read: missing semicolons and brackets are put in, a last command that was cut off ends at its last whole step."""

from __future__ import annotations

import re

from ...draw.latex_reader import is_near
from ...schema import Block
from ..mending import mend
from .reading import UNCLOSED, parse
from .tikz import commands, read

_NEXT = re.compile(r"[ \t]*\n[ \t]*(?=\\(?:draw|fill|node)(?![A-Za-z]))|(?<=[)}e])[ \t]+(?=\\(?:draw|fill|node)(?![A-Za-z]))")
_NUMBER = r"-?\d{1,4}(?:\.\d{1,4})?"
_INSIDE = rf"(?:{_NUMBER}\s*[,:]\s*{_NUMBER}|{_NUMBER}:{_NUMBER}:{_NUMBER}(?: and {_NUMBER})?|{_NUMBER} and {_NUMBER}|2pt)"
_LEFT_OPEN = re.compile(rf"(\(\s*{_INSIDE})(?=\s*(?:;|--|\+\+|\(|\{{|\}}|arc|circle|ellipse|rectangle|sin|cos|\Z))")
_NOT_OPENED = re.compile(rf"((?:--|\+\+|at|rectangle|\\draw|\\fill|\]|coordinates \{{|\))\s*)({_INSIDE}\s*\))")
_STEP = re.compile(r"\s(?=--|\+\+|circle|ellipse|arc|rectangle|grid|sin|cos|parabola|\()")
_WORDS = ("\\draw", "\\fill", "\\node", "cycle", "circle", "ellipse", "rectangle", "grid", "dashed", "dotted", "thick", "plot", "parabola", "bend")
_SLIPS = (
    (re.compile(r"([.,:;(\)\[\]\\])\1+"), r"\1"),
    (re.compile(r"-{3,}"), "--"),
    (re.compile(r"(?<=[(,:\-])\.(?=\d)"), "0."),
    (re.compile(r"(?<=\d)\.(?=[,:)])"), ""),
    (re.compile(r"\A[^\s\\](?=draw|fill|node)"), r"\\"),
    (re.compile(r"\A(?=draw|fill|node)"), r"\\"),
    (re.compile(r"\\?(?<![A-Za-z\\])[A-Za-z0-9]{3,10}(?![A-Za-z0-9])"), lambda found: _word(found)),
    (re.compile(r"(?<=\\node)\s*\S{0,3}?\s*(?=\()"), " at "),
    (re.compile(r"circle\s*(?=[\d.])"), "circle ("),
)
_CLOSINGS = {UNCLOSED: "the figure was closed"}
MOST_OPEN = 4  # braces
_TAILS = (";", ");", "};")


def mend_block(block: Block) -> Block:
    """See `Kind.mend`."""
    return mend(block, parse, repair, _CLOSINGS)


def repair(text: str) -> tuple[str, list[str]]:
    """One round: commands that ran into each other are parted; then each that does not read is tried with what it may lack."""
    pieces, done = [], []
    whole = list(commands(text))
    for number, (start, end, closed) in enumerate(whole):
        command = text[start:end]
        if not read(command + ";").problems:
            pieces.append(command + ";")
            done += [] if closed else ["a ; was put in"]
            continue
        found = _parted(command) or _bracketed(command) or _spelled(command)
        if found is None and not closed and number == len(whole) - 1:
            found = _last(command)
        if found is None:
            pieces.append(command + ";" * closed)
            continue
        pieces.append(found[0])
        done.append(found[1])
    return ("\n".join(filter(None, pieces)), done) if done else (text, [])


def _reads(command: str) -> bool:
    return not read(command).problems


def _parted(command: str) -> tuple[str, str] | None:
    lines = _NEXT.split(command)
    if len(lines) < 2 or not all(_reads(line + ";") for line in lines[:-1]):
        return None
    return ";\n".join(line.rstrip() for line in lines) + ";", "a ; was put in between commands"


def _bracketed(command: str) -> tuple[str, str] | None:
    for pattern, put, why in ((_LEFT_OPEN, r"\1)", "a bracket was closed"), (_NOT_OPENED, r"\1(\2", "a bracket was opened")):
        then = pattern.sub(put, command) + ";"
        if then != command + ";" and _reads(then):
            return then, why
    return next(((command + tail, "a bracket was closed") for tail in _TAILS[1:] if _reads(command + tail)), None)


def _spelled(command: str) -> tuple[str, str] | None:
    """A command with a sign doubled or a word of TikZ a letter away from what it should be, outside of a label."""
    cut = command.find("{")
    head, label = (command[:cut], command[cut:]) if cut >= 0 and "plot" not in command else (command, "")
    for pattern, put in _SLIPS:
        then = pattern.sub(put, head)
        if then == head:
            continue
        head = then
        if _reads(head + label + ";"):
            return head + label + ";", f"{command[:cut if cut > 0 else 40][:40]!r} was read as {head[:40]!r}"
    return None


def _word(found: re.Match[str]) -> str:
    near = [word for word in _WORDS if is_near(found[0], word)]
    return near[0] if len(near) == 1 else found[0]


def _last(command: str) -> tuple[str, str] | None:
    """The last command, cut off: as much of it as is whole."""
    open_ones = command.count("{") - command.count("}")
    for tail in (*_TAILS, "}" * open_ones + ";") if open_ones < MOST_OPEN else _TAILS:
        if _reads(command + tail):
            return command + tail, "the last command was closed"
    places = [found.start() for found in _STEP.finditer(command)][-20:]
    for at in reversed(places):
        if _reads(command[:at] + ";"):
            return command[:at] + ";", f"the last command was cut off, and {command[at:].strip()[:40]!r} was left out"
    if "{" in command and command.lstrip().startswith("\\node"):  # its text is kept
        return None
    return "", f"the last command was cut off, and left out: {command[:60]!r}"
