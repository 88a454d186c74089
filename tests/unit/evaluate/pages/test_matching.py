"""Blocks that were split, joined, left out and garbled find each other."""

from __future__ import annotations

from gotocr.evaluate.pages.matching import Match, absorbed, match

ONE = "thetidesfollowthemoonandfallbehinditbyfiftyminuteseveryday"
TWO = "northernharboursaredryforanhouratlowwaterwhichkeepsshipsout"


def test_each_to_its_own():
    assert match([ONE, TWO], [TWO, ONE]) == [Match((0,), (1,)), Match((1,), (0,))]


def test_neighbours_are_joined():
    assert match([ONE, TWO], [ONE[:20], ONE[20:40], ONE[40:], TWO]) == [Match((0,), (0, 1, 2)), Match((1,), (3,))]


def test_one_block_may_hold_several():
    assert match([ONE, "short" + TWO[:10]], [ONE + "short" + TWO[:10]]) == [Match((0, 1), (0,))]


def test_what_is_left_over_is_paired_however_unlike():
    assert match([ONE, "abc"], [ONE, "xyz"]) == [Match((0,), (0,)), Match((1,), (1,))]


def test_every_true_block_is_in_one_match():
    assert match([ONE, TWO], []) == [Match((0,), ()), Match((1,), ())]
    assert match([], [ONE]) == []
    found = match([ONE, TWO, "abc"], [ONE[::-1]])
    assert sorted(truth for group in found for truth in group.truths) == [0, 1, 2]


def test_ignored_blocks_take_what_is_nearly_theirs():
    assert absorbed(["page17"], ["page17", "page1x", "chapter", ""]) == {0, 1}
    assert absorbed([], ["a"]) == absorbed(["a"], []) == set()
