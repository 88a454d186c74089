"""The printed words of a score as lines, and where in them each piece of its ABC stands."""

from __future__ import annotations

from collections.abc import Iterable

from .score import Score


def printed(score: Score) -> tuple[str, dict[tuple, int]]:
    """The printed words as lines, and where in them the ink of each piece stands."""
    text, words = "", {}

    def add(line: list[tuple[str, tuple]]) -> None:
        nonlocal text
        text += "\n" if text and line else ""
        for part, ink in line:
            words[ink] = len(text)
            text += part

    add([(score.title, ("title",))] if score.title else [])
    add([(score.composer, ("composer",))] if score.composer else [])
    add([(score.tempo, ("tempo",))] if score.tempo else [])
    for number, staff in enumerate(score.staves):
        add([(staff.name, ("name", number))] if staff.name else [])
    for system in score.systems():
        for voice in range(len(score.places)):
            for line in _verses(score, system, voice):
                add(line)
    return text, words


def _verses(score: Score, system: Iterable[int], voice: int) -> list[list[tuple[str, tuple]]]:
    notes = [((number, voice, place), event) for number in system for place, event in enumerate(score.bars[number].voices[voice])]
    lines = []
    for verse in range(max((len(event.words) for _, event in notes), default=0)):
        line: list[tuple[str, tuple]] = []
        for at, event in notes:
            word = event.words[verse] if verse < len(event.words) else ""
            if word and word != "_":
                line.append((word.removesuffix("-"), ("words", *at, verse)))
                line.append(("-", ("hyphen", *at, verse)) if word.endswith("-") else (" ", ("space", *at, verse)))
        if line:
            lines.append(line[:-1] if line[-1][0] == " " else line)
    return lines
