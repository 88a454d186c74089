"""The bar: only on a terminal, not when quiet, and out of the way of other writing."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest

from gotocr.cli import progress
from gotocr.cli.progress import Progress
from gotocr.schema import Page, Piece


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def sit_at(monkeypatch):
    """A function that seats the test at a terminal (called in the test itself: pytest sets `sys.stderr` before it)."""

    def sit(terminal, delay=0.0):
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setattr(progress, "DELAY", delay)
        return terminal

    return sit


def read(bar):
    bar.follow(Page(np.zeros((1, 1, 3), np.uint8), 4))
    for _ in range(3):
        bar.follow(Piece(1, "a", 1.0))


def test_it_shows_page_and_tokens(sit_at):
    terminal = sit_at(Terminal())
    with Progress(2, quiet=False) as bar:
        read(bar)
        with bar.aside():
            terminal.write("|aside|")
        assert "page 5, 3 tokens" in terminal.getvalue().split("|aside|")[1]
        bar.finish_source()
    assert terminal.getvalue().endswith("\r"), "nothing is left of it"


def test_it_waits_a_moment(sit_at):
    terminal = sit_at(Terminal(), delay=60.0)
    with Progress(1, quiet=False) as bar:
        read(bar)
        bar.finish_source()
    assert "token" not in terminal.getvalue()


@pytest.mark.parametrize(("terminal", "quiet"), [(Terminal(), True), (io.StringIO(), False)], ids=["quiet", "file"])
def test_quiet_and_files_have_none(sit_at, terminal, quiet):
    sit_at(terminal)
    with Progress(1, quiet) as bar, bar.aside():
        read(bar)
    assert terminal.getvalue() == ""
