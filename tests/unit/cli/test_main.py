"""The front door: help, lists, versions, and an end that leaves no traceback."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

import gotocr
from gotocr.cli import VERBS, main
from gotocr.cli.list import LISTS
from gotocr.cli.results import stems
from gotocr.engines import ENGINES
from gotocr.formats import FORMATS
from gotocr.kinds import KINDS


def test_help_names_every_verb(capsys):
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(re.search(rf"\n    {name}\s", shown) for name in VERBS)


def test_no_verb_shows_the_help_as_an_error(capsys):
    assert main([]) == 2 and "usage:" in capsys.readouterr().out


def test_help_of_a_verb_comes_from_the_registries(capsys):
    assert main(["read", "--help"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in (*FORMATS, *ENGINES, "Exit codes"))


@pytest.mark.parametrize("argv", [["version"], ["--version"], ["-V"]])
def test_version(capsys, argv):
    assert main(argv) == 0 and capsys.readouterr().out == f"gotocr {gotocr.__version__}\n"


def test_list(capsys):
    assert main(["list"]) == 0
    assert f"kinds    {', '.join(KINDS)}" in capsys.readouterr().out.splitlines()
    for what, names in LISTS.items():
        assert main(["list", what]) == 0
        lines = [line.partition(":")[0] for line in capsys.readouterr().out.splitlines() if line[:1].strip()]
        assert lines == list(names)


def test_a_wrong_verb_names_the_right_ones(capsys):
    assert main(["raed"]) == 2 and "'read'" in capsys.readouterr().err


def test_a_closed_pipe_is_no_traceback():
    code = "import sys; from gotocr.cli import main; sys.exit(main(['list', 'formats']))"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE, timeout=180)
    os.close(writer)
    assert done.returncode == 141 and done.stderr == b""


def test_names_of_results():
    sources = ["-", "a/x.png", "b/X.jpg", "x-2.png", "https://h.org/d/p%2Fq.pdf?v=1", "https://h.org/", "a/.hid.png", ".."]
    assert stems(sources) == ["stdin", "x", "X-2", "x-2-2", "q", "h.org", ".hid", "page"]
