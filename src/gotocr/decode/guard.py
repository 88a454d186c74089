"""Notices when a writer goes round in circles, and how much of the tail is repetition; it stops nothing itself.

Three signs, each with its own patience. The text repeats a cycle (`cycles`): how soon that counts as a loop depends on what is
repeated, for documents repeat themselves honestly: leaders, rules, empty cells and columns of zeros go on for hundreds of
tokens, an identical sentence does not. Letters are read again where they were read before (`trail`): nobody does that on purpose.
Running text says nothing new (`echo`) though no cycle is exact. Ink that moves on to where nothing was read yet makes
patient: then the page itself repeats.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..schema import Box
from .cycles import Cycles
from .echo import Echo
from .trail import Trail

SIGNS = {"again": 24, "over": 48, "still": 64}  # letters; of right texts in their right places none had more than 17
PATIENCE = 4  # times as long where the ink moves on
MOVES_ON = 0.2  # share of tokens on fresh ink: of an empty cell's three tokens one stands in its room
FEWEST = 40  # repeated tokens before anybody thinks of a loop
STILL, ROUNDS = 128, 4  # a cycle that comes back to the same places repeats for so many tokens, and times its length: equal values do
SAME = 1.0  # pixels between two boxes of one place


class Sort(NamedTuple):
    """How long some sort of text may repeat: a cycle for `tokens` + `rounds` times its length, and `letters` characters; what is
    no cycle but says nothing new for `stale` tokens, and three times as many characters where it is of words."""

    tokens: int
    rounds: int
    letters: int
    stale: int


# Four times: what stands on a page in place of a text ("Lorem ipsum ...") does so two or three times, as refrains do.
SENTENCE = Sort(40, 4, 120, 160)  # words of a running line
WORD = Sort(64, 4, 240, 160)  # one word, again and again: songs do that
LINES = Sort(96, 4, 240, 240)  # words, line by line: refrains and lists do that
LETTERS = Sort(128, 4, 256, 320)  # letters without a space
NUMBERED = Sort(160, 4, 320, 320)  # words with numbers: forms and plans do that
WRITTEN = Sort(192, 6, 320, 1280)  # words amid markup or blanks: rows of tables and forms, code
SPACES = Sort(128, 4, 0, 1536)  # nothing at all: no line is that wide
MARKS = Sort(768, 8, 0, 1536)  # no word at all: leaders, rules, empty cells, zeros, rests

_PROSE = re.compile(r"(?:[^\W\d_]|[0-9\s,.;:!?'’‘“”„\"()\-–—…•*、。，！？；：])+")
_RULE = re.compile(r"([^\w\s])\1\1|_|\w[.(]\w")  # leaders, blanks, and names as programs spell them
_WORD = re.compile(r"[^\W\d_]{2,}")
_WIDE = re.compile("[\u2e80-\uffef]")  # letters that are words


def sort_of(text: str) -> Sort:
    """How patient to be with what repeats `text`."""
    if text and not text.strip():
        return SPACES
    words = _WORD.findall(text)
    if not words or 2 * sum(map(len, words)) < len("".join(text.split())):
        return MARKS
    if _RULE.search(text) or not _PROSE.fullmatch(text):
        return WRITTEN
    if any(map(str.isdigit, text)):
        return NUMBERED
    if not _WIDE.search(text) and max(map(len, words)) * 2 > len(text) > 24:
        return MARKS if text.isupper() else LETTERS
    if "\n" in text:
        return LINES
    return WORD if len(words) == 1 and not _WIDE.search(text) else SENTENCE


class Guard:
    """Watches one stream of tokens.

    After each `push`, `run` is the number of tokens at the end that repeat something (they may turn out to be a loop) and
    `loop` is how many tokens to cut from the end so that one round stays; 0 while all is well.
    """

    def __init__(self) -> None:
        self._cycles, self._trail, self._words, self._marks = Cycles(), Trail(), Echo(), Echo(marks=True)
        self._texts: list[str] = []
        self._lengths: list[int] = [0]  # characters before each token, and of all
        self._boxes: list[Box | None] = []
        self._period = self._back = 0  # of the cycle now, and how many of its tokens stand where those one round before did
        self._sorts: dict[str, tuple[int, Sort]] = {}  # of what repeats now, by the token it began with
        self.run = 0
        self.loop = 0

    def push(self, token: int, text: str, box: Box | None = None) -> None:
        """Take one more token, what it says and, where known, the box of its ink in pixels."""
        self._texts.append(text)
        self._lengths.append(self._lengths[-1] + len(text))
        self._boxes.append(box)
        self._cycles.push(token, text)
        self._trail.push(text, box)
        self._words.push(text)
        self._marks.push(text)
        self.run = max(self._cycles.run, self._read_before())
        self.loop = self._reading_again() or self._circling() or self._saying_nothing()

    def _read_before(self) -> int:
        """How many of the tokens at the end may be ink read again: those of a loop are to be held back."""
        return max((len(self._texts) - self._trail.since(sign) for sign in SIGNS if getattr(self._trail, sign)), default=0)

    def _reading_again(self) -> int:
        trail = self._trail
        if trail.still + trail.over < min(SIGNS.values()):
            return 0
        return max((len(self._texts) - trail.since(sign) for sign, most in SIGNS.items() if getattr(trail, sign) >= most), default=0)

    def _circling(self) -> int:
        run, period = self._cycles.run, self._cycles.period
        if run < FEWEST:
            return 0
        if self._come_back(run, period) >= STILL + ROUNDS * period:
            return run
        sort, pace, said = self._judge("cycle", run, period + 1)
        return run if run >= pace * (sort.tokens + sort.rounds * period) and said >= pace * sort.letters else 0

    def _come_back(self, run: int, period: int) -> int:
        """How many of the tokens that repeat, from the last one on, stand where those of the round before stood."""
        if period == self._period:
            self._back = self._back + 1 if self._is_back(len(self._boxes) - 1, period) else 0
        else:
            self._period, self._back = period, 0
            while self._back < run and self._is_back(len(self._boxes) - 1 - self._back, period):
                self._back += 1
        return self._back

    def _is_back(self, at: int, period: int) -> bool:
        one, other = self._boxes[at], self._boxes[at - period] if at >= period else None
        return one is not None and other is not None and all(abs(a - b) <= SAME for a, b in zip(one, other, strict=True))

    def _saying_nothing(self) -> int:
        if self._words.stale >= FEWEST:
            count = len(self._texts) - self._words.since
            sort, pace, said = self._judge("words", count, count)
            if sort is not MARKS:
                self.run = max(self.run, count if sort is not WRITTEN else 0)
                if 3 * self._words.stale >= (least := pace * sort.stale) <= count and said >= 3 * least:
                    return max(count, self._cycles.run)
        if self._marks.stale >= MARKS.stale:
            count = len(self._texts) - self._marks.since
            if self._marks.stale >= self._judge("marks", count, count)[1] * MARKS.stale:
                return count
        return 0

    def _judge(self, name: str, count: int, tail: int) -> tuple[Sort, int, int]:
        """Of the last `count` tokens: their sort, by the last `tail` of them, how patient to be, and how many characters they are."""
        texts, start = self._texts, len(self._texts) - count
        known = self._sorts.get(name)
        if known is None or known[0] != start:
            known = self._sorts[name] = start, sort_of("".join(texts[-tail:]))
        pace = PATIENCE if self._trail.fresh(count) >= MOVES_ON else 1
        return known[1], pace, self._lengths[-1] - self._lengths[start]
