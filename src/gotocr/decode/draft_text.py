"""A text that a writer probably writes, followed character by character: where he is in it, and what comes next there.

Only letters and digits (signs) are compared. What stands between two of them, a gap, may be written otherwise: blanks, line
breaks, marks of Markdown, tags of HTML and commands of LaTeX. What was written for a gap lately is what is foretold for the next
one like it, so that a text with a line break behind every line foretells one that has none, and blanks foretell the cells of a table.
"""

from __future__ import annotations

from collections.abc import Callable

TAIL = 16  # signs written last that are looked for
# Where: so many of them, from so far behind what was expected to so far before it; None = anywhere. The nearest counts most.
LOOKS = ((2, 0, 6), (3, 0, 24), (5, 24, 160), (8, 400, 2000), (12, None, None))
LONGEST = 64  # characters of a tag
FADES = 0.7  # what an older spelling of a gap counts for, beside the last
FORGOTTEN = 0.05
WORD = 24  # signs: longer stretches without a gap have no words
SIGNS = 8  # of a token, at most, that are drafted
LETTERS = 64  # likewise with what is no sign: a gap may be as long as a page
PLAIN = str.maketrans({"\u00a0": " ", "\u00ad": "", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"})


class Signs:
    """Says of one character after the other whether it is a sign; those of tags and commands are none."""

    def __init__(self) -> None:
        self._within, self._count = "", 0

    def __call__(self, letter: str) -> bool:
        if self._within == "<":
            self._count += 1
            if letter == ">" or self._count > LONGEST or (self._count == 1 and not (letter.isalpha() or letter == "/")):
                self._within = ""
            else:
                return False
        elif self._within == "\\" and letter.isalpha() and letter.isascii():
            return False
        self._within = ""
        if letter in "<\\":
            self._within, self._count = letter, 0
            return False
        return letter.isalnum()


def parted(text: str) -> tuple[str, list[str]]:
    """The signs of a text, and the gaps before each and behind the last."""
    is_sign, signs, gaps, begun = Signs(), [], [], 0
    for place, letter in enumerate(text):
        if is_sign(letter):
            gaps.append(text[begun:place])
            signs.append(letter)
            begun = place + 1
    return "".join(signs), [*gaps, text[begun:]]


class TextDraft:
    """One such text. `push` what is written; `next` says what comes now, and `run` how many tokens at the end were foretold: -1
    where it is lost, and what comes is a guess."""

    def __init__(self, text: str, encode: Callable[[str], list[int]]) -> None:
        """`encode` gives the tokens of a text."""
        self._signs, self._gaps = parted(text.translate(PLAIN))
        self._encode, self._is_sign = encode, Signs()
        self._sure = self._at = 0  # the sign behind the last one that was as expected, and the one that is expected now
        self._lost = 0  # signs written since then; where there are some, what is expected is a guess
        self._gap, self._tail = "", ""  # what was written since the last sign, and the last signs
        self._written: dict[str, dict[str, float]] = {}  # gap -> what was written for it, and how much that counts
        self.run = 0

    def push(self, token: int, text: str) -> bool | None:
        """Whether `text`, that of one token, was foretold; None for a token without text."""
        if not text:
            return None
        is_told = True
        for letter in text:
            if self._is_sign(letter):
                is_told = self._sign(letter, is_told)
            else:
                self._gap += letter
                is_told = is_told and self._expected(self._at).startswith(self._gap)
        if self._lost:
            self._look()
        self.run = max(self.run, 0) + 1 if is_told else -1 if self._lost else 0
        return is_told

    def _sign(self, letter: str, is_told: bool) -> bool:
        """Take a sign; whether it was foretold, and all before it in its token."""
        if self._signs[self._at : self._at + 1] == letter:
            is_told = is_told and self._gap == self._expected(self._at)
            if not self._lost:
                self._learn(self._gaps[self._at], self._gap)
            self._sure = self._at = self._at + 1
            self._lost = 0
        else:
            is_told = False
            if self._lost and self._signs[self._sure : self._sure + 1] == letter:  # the other word stood before this one
                self._sure = self._at = self._sure + 1
                self._lost = 0
            else:
                self._lost += 1
        self._gap, self._tail = "", (self._tail + letter)[-TAIL:]
        return is_told

    def _learn(self, gap: str, written: str) -> None:
        if not gap:  # between two letters of a word: what was written there once is an exception
            return
        known = {other: FADES * count for other, count in self._written.get(gap, {gap: 1.0}).items() if count > FORGOTTEN}
        known[written] = known.get(written, 0.0) + 1
        self._written[gap] = known

    def _expected(self, place: int) -> str:
        """What is written in the gap before the sign there."""
        gap = self._gaps[place]
        known = self._written.get(gap)
        return max(known, key=known.__getitem__) if known else gap

    def _look(self) -> None:
        """Find the place where the signs written last stand; where that is nowhere, guess."""
        for count, back, ahead in LOOKS:
            if len(self._tail) < count:
                break
            what, start = self._tail[-count:], max(0, self._sure - count + 1)
            if ahead is None or back is None:
                place = self._signs.find(what, start)
                place = place if place >= 0 else self._signs.rfind(what)
            else:
                place = self._signs.find(what, start, self._sure + ahead + count)
                place = place if place >= 0 else self._signs.rfind(what, max(0, self._sure - back), start + count)
            if place >= 0:
                self._sure = self._at = place + count
                self._lost = 0
                return
        self._at = self._after()

    def _after(self) -> int:
        """Where it goes on if another word was written than was expected: behind that word, or so many signs on."""
        last = len(self._signs)
        for place in range(self._sure + 1, min(self._sure + WORD, last)):
            if self._gaps[place]:
                return place
        return min(self._sure + self._lost, last)

    def next(self, count: int) -> list[int]:
        """The next tokens, `count` at most."""
        end = min(self._at + SIGNS * count, len(self._signs))
        expected = self._expected(self._at)
        parts = [expected[len(self._gap) :] if expected.startswith(self._gap) else "", self._signs[self._at : self._at + 1]]
        words = 0
        for place in range(self._at + 1, end):
            if self._gaps[place]:
                words += 1
                if words > count:
                    break
                parts.append(self._expected(place))
            parts.append(self._signs[place])
        else:
            if self._at < end == len(self._signs):
                parts.append(self._gaps[end])
        return self._encode("".join(parts)[: LETTERS * count])[:count]
