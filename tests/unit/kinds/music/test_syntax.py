"""The grammar of ABC allows every score as we write it, and what it allows is read whole, however full its bars are."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gotocr.decode.grammar import Grammar
from gotocr.draw.supply import Supply
from gotocr.kinds.music import KIND
from gotocr.kinds.music.abc_reader import from_abc
from gotocr.kinds.music.abc_writer import to_abc
from gotocr.kinds.music.block import check
from gotocr.kinds.music.compose import compose
from gotocr.kinds.music.dress import dress, titled
from gotocr.kinds.music.excerpt import excerpt
from gotocr.schema import Block
from gotocr.train.phrases import MUSIC

CLOSING = "\n```"
TOKENS = [
    *(phrase for phrase in MUSIC if "`" not in phrase),
    *(chr(code) for code in range(32, 127) if chr(code) != "`"),
    *["\n"] * 4, *[" "] * 10, *["|"] * 10, *"]]]]}}}}", *"ABCdefg" * 3, "X:1\n", "L:1/8\n",
]  # fmt: skip
# What no such grammar can tell: how much a bar and a voice hold, and lengths where the unit is not an eighth.
BEYOND = re.compile(
    r"bar \d+ has .* in .*|bar \d+: its voices are not of equal length|the voices have not the same number of bars"
    r"|a tuplet runs over a bar line|more syllables than notes|too many voices|.* is no note value"
)
# Longer than a reader takes: chords of more than twelve notes, grace notes or words of more than 80 characters.
LONG = re.compile(r"\[(?:[=^_]*[A-Ga-g][,']*){13}|\{[^}\n]{80}|\"[^\"\n]{80}")


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar(KIND.grammar, CLOSING)


@pytest.fixture(scope="module")
def scores() -> list[str]:
    supply, found = Supply(), []
    tunes = supply.items("abc_tunes", "\n\n")
    for seed in range(80):
        rng = np.random.default_rng(seed)
        part = excerpt(rng, tunes[int(rng.integers(len(tunes)))], 1 + seed % 2) if seed % 2 else None
        score = dress(rng, part or compose(rng), supply)
        found.append(to_abc(titled(rng, score, supply) if seed % 5 == 0 else score))
    return found


def problems(abc: str) -> list[str]:
    return [found for found in check(Block("music", abc)) if not BEYOND.fullmatch(found)]


def test_scores_may_be_written_and_broken_off(grammar: Grammar, scores: list[str]) -> None:
    rng = np.random.default_rng(0)
    most = 0
    for abc in scores:
        state, at = grammar.start, 0
        while at < len(abc):
            size = int(rng.integers(1, 40))
            state, at = state.after(abc[at : at + size]), at + size
            assert state is not None, abc[:at]
            whole = abc[:at] + state.closing()
            assert whole.endswith(CLOSING) and not problems(whole.removesuffix(CLOSING)), whole
            most = max(most, len(state._stacks))
        assert state.after(CLOSING).is_done and state.after(CLOSING).closing() == ""
    assert most < 40


def test_what_is_written_at_random_is_read_whole(grammar: Grammar) -> None:
    tried = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        state, abc = grammar.start, ""
        for token in rng.integers(0, len(TOKENS), int(rng.integers(100, 1500))):
            following = state.after(TOKENS[token])
            if following is not None:
                state, abc = following, abc + TOKENS[token]
        whole = abc + state.closing()
        assert whole.endswith(CLOSING)
        if not LONG.search(whole):
            tried += 1
            assert not problems(whole.removesuffix(CLOSING)), whole
    assert tried > 80


HEAD = "X:1\nL:1/8\nM:3/4\nK:C clef=treble\n"


@pytest.mark.parametrize(
    "abc",
    ["A", "X:1\nK:C\nA", "X:1\nL:1/8\nA", "X:1\nL:1/8\nK:H\nA", "X:1\nL:1/8\nK:C\n", "X:1\nL:1/8\nM:3/5\nK:C\nA",
        "X:1\nL:1/8\n%%score {1 | 2\nK:C\nA"]
    + ["X:1\nL:1/8\nK:C clef=soprano\nA", "X:1\nL:1/8\nK:C\nV:1", "X:1\nL:1/8\nK:C\nw:la", "X:1\nL:1/8\nQ:\nK:C\nA"]
    + [HEAD + bars for bars in ("", "|", "| |", "A | | B", "A |: :| B", "A5", "A9", "A/3", "A32", "[AB", "[]", "A [K:D]",
        "[K:C]", "!trill!", "!nothing!A")]
    + [HEAD + bars for bars in ("A>B", "{A", "{}A", '"Am', "(3 |", "(|A", "A,'", "^", "^=A", "A &", "% x", "H", "A:|", "[1",
        "A2w", "A\n\nB", "-A", "Z A", "A Z", "A--")],
)
def test_what_is_no_music_is_refused(grammar: Grammar, abc: str) -> None:
    state = grammar.start.after(abc + CLOSING)
    assert state is None, abc


@pytest.mark.parametrize(
    "abc",
    ["X:12\nT:Air\nT:Second title\nR:jig\nL:1/4\nQ:1/4=96\nM:C|\nK:Ador\nA B|c d|]", 'X:1\nL:1/8\nQ:"Allegro" 1/8=60\nK:F#m\nA']
    + [HEAD + "|:1 A6 :|2 [K:D] [M:2/4] {/c}d4 |]\nw:one two",
        HEAD + '[1 "Am"!p!!<(!(.A^^B !<)!c2-) | [K:clef=bass](3:2:2[CE]3/2z/ ^d2 :: Z |]'],
)
def test_music_may_be_written(grammar: Grammar, abc: str) -> None:
    assert grammar.start.after(abc + CLOSING).is_done and not from_abc(abc)[1]
