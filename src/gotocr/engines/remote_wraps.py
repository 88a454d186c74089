"""What chat models put around an answer is taken off while it is written: a fence around the whole, a line before it, a chain of thought.

Only what is certain: a fence counts where the answer begins with it and its info string says Markdown (for lines as printed, any
text); a line before it where it ends with a colon; what is behind it where the fence was closed. All that was taken off is told.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .remote_chat import Said

PREFACE, BEHIND = 300, 400  # most letters of what stands before such a fence, and behind it
HEAD = 40  # most letters of a line that opens a fence
QUOTED = 80  # letters that are told of what was left out
_THINK, _THOUGHT = "<think>", "</think>"
_INFOS = {"format": ("markdown", "md"), "plain": ("markdown", "md", "text", "txt", "plaintext", "plain", "")}
_FENCE = re.compile(r"[ \t]{0,3}(`{3,}|~{3,})[ \t]*([\w+-]*)[ \t\r]*")


class _Fence(NamedTuple):
    mark: str
    info: str

    def closes(self, other: _Fence) -> bool:
        return not self.info and self.mark[0] == other.mark[0] and len(self.mark) >= len(other.mark)


def _fence(line: str) -> _Fence | None:
    found = _FENCE.fullmatch(line)
    return _Fence(found[1], found[2].lower()) if found else None


class Wraps:
    """Push what is written, then `close`; what comes out is without wraps. `told` says what was taken off, for the page's warnings."""

    def __init__(self, mode: str) -> None:
        self._infos = _INFOS[mode]
        self._held: list[Said] = []
        self._work = self._begin
        self._wrap = self._inner = _Fence("```", "")
        self._is_inner = False
        self.told: list[str] = []

    def push(self, said: Said) -> list[Said]:
        self._held.append(said)
        return self._work(False)

    def close(self) -> list[Said]:
        """What was held back, at the end."""
        return self._work(True)

    @property
    def _text(self) -> str:
        return "".join(said.text for said in self._held)

    def _take(self, count: int) -> list[Said]:
        """The first letters of what is held."""
        found: list[Said] = []
        while count > 0 and self._held:
            said = self._held.pop(0)
            if len(said.text) > count:
                self._held.insert(0, said._replace(text=said.text[count:], alternatives=()))
                said = said._replace(text=said.text[:count], alternatives=())
            count -= len(said.text)
            found.append(said)
        return found

    def _pass(self, whole: bool) -> list[Said]:
        held, self._held = self._held, []
        return held

    def _begin(self, whole: bool) -> list[Said]:
        """The beginning, until it is known whether something stands before the page's text."""
        text = self._text
        body = text.lstrip()
        if body.startswith(_THINK):
            self._work = self._think
            return self._work(whole)
        if not whole and (not body or _THINK.startswith(body)):
            return []
        begun = self._opening(text, len(text) - len(body), whole)
        if begun is None:
            return []
        if begun:
            self._take(begun)
            self._work = self._inside
        else:
            self._work = self._pass
        return self._work(whole)

    def _opening(self, text: str, at: int, whole: bool) -> int | None:
        """How many letters to drop with which a wrap opens, 0 for none; None while that is not known."""
        line, is_line = _line(text, at)
        if line[:1] not in ("`", "~"):
            if not is_line and not whole and len(line) <= PREFACE:
                return None
            if len(line) > PREFACE or not line.rstrip().endswith((":", "：")):
                return 0
            preface, at = line.strip(), at + len(line) + 1
            at += len(text[at:]) - len(text[at:].lstrip())
            line, is_line = _line(text, at)
            if not line and not whole:
                return None
        else:
            preface = ""
        if not is_line and not whole and len(line) <= HEAD and (not line or line[0] in "`~"):
            return None
        fence = _fence(line)
        if fence is None or fence.info not in self._infos or (preface and not is_line):
            return 0
        self._wrap = fence
        self.told.append("a fence around the whole answer was taken off")
        if preface:
            self._leave_out(preface)
        return at + len(line) + is_line

    def _think(self, whole: bool) -> list[Said]:
        """What a model thinks before it answers, where its server does not part the two."""
        before, found, _ = self._text.partition(_THOUGHT)
        if found:
            self._take(len(before) + len(found))
            self._work = self._begin
        elif not whole:
            self._held = [Said(self._text[-len(_THOUGHT) :])]
            return []
        else:
            self._held = []
        if not any("thought" in line for line in self.told):
            self.told.append("what the model thought before it answered was left out")
        return self._work(whole) if found else []

    def _inside(self, whole: bool) -> list[Said]:
        """The text within a wrap, line by line; what may be its end is held back."""
        found: list[Said] = []
        while self._held:
            text = self._text
            line, is_line = _line(text, 0)
            if not is_line and not whole:
                if line.lstrip(" ")[:1] in ("`", "~") or not line.strip():
                    return found
                return found + self._take(len(line))
            fence = _fence(line)
            if fence is not None and not self._is_inner and fence.closes(self._wrap):
                behind = text[len(line) + is_line :]
                if self._is_end(behind, whole) is None:
                    return found
                if self._is_end(behind, whole):
                    if behind.strip():
                        self._leave_out(behind)
                    self._held = []
                    return found
            if fence is not None:
                self._is_inner, self._inner = (not fence.closes(self._inner), self._inner) if self._is_inner else (True, fence)
            found += self._take(len(line) + is_line)
        return found

    def _is_end(self, behind: str, whole: bool) -> bool | None:
        """Whether a fence that may close the wrap does, by what stands behind it; None while that is not known."""
        if any(_fence(line) for line in behind.split("\n")[: None if whole else -1]) or len(behind) > BEHIND:
            return False  # a block of the page begins here
        return True if whole else None

    def _leave_out(self, text: str) -> None:
        line = " ".join(text.split())
        self.told.append(f'left out, for it is the model\'s own: "{line[:QUOTED]}{"..." if len(line) > QUOTED else ""}"')


def _line(text: str, at: int) -> tuple[str, bool]:
    """The line that begins at a place, without its end, and whether it has one."""
    end = text.find("\n", at)
    return (text[at:], False) if end < 0 else (text[at:end], True)
