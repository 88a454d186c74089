"""A document of TeX becomes a picture, and does no harm."""

from __future__ import annotations

import time

import numpy as np
import pytest

from gotocr.draw import tex_page
from gotocr.draw.tex_page import typeset, wrapped

PAGE = "\\documentclass{article}\\pagestyle{empty}\\begin{document}%s\\end{document}"
needs_tex = pytest.mark.skipif(not tex_page.can_typeset(), reason="pdflatex is not installed")


def test_commands_become_a_document_once():
    bare = wrapped("\\draw (0,0) -- (1,1);")
    assert bare.count("\\begin{tikzpicture}") == 1 and bare.count("\\end{document}") == 1
    assert wrapped("\\begin{tikzpicture}\\end{tikzpicture}").count("\\begin{tikzpicture}") == 1
    assert wrapped(PAGE % "x") == PAGE % "x" and wrapped("\\documentclass{article}").endswith("\\end{document}\n")


def test_without_tex_there_is_no_picture(monkeypatch):
    monkeypatch.setattr(tex_page, "can_typeset", lambda: False)
    assert typeset(PAGE % "x") is None


@needs_tex
def test_a_drawing_fills_its_page():
    made = typeset(wrapped("\\draw[line width=4pt] (0,0) rectangle (30,15);"))
    dark = np.argwhere(made.min(-1) < 128)
    assert made.shape[1] == 600 and made.dtype == np.uint8
    assert dark.min(0).max() < 20 and (np.array(made.shape[:2]) - dark.max(0)).max() < 20


@needs_tex
def test_nothing_outside_is_read_written_or_run(tmp_path):
    (tmp_path / "secret.tex").write_text("SECRET")
    empty = typeset(PAGE % "\\null")
    for source in (f"\\input{{{tmp_path}/secret}}", f"\\newread\\f\\openin\\f={tmp_path}/secret.tex \\read\\f to\\x \\x"):
        made = typeset(PAGE % source)
        assert made is None or (made == empty).all()
    typeset(PAGE % f"\\immediate\\write18{{touch {tmp_path}/run}}\\newwrite\\f\\immediate\\openout\\f={tmp_path}/written x")
    assert [path.name for path in tmp_path.iterdir()] == ["secret.tex"]


@needs_tex
def test_what_never_ends_is_ended(monkeypatch):
    monkeypatch.setattr(tex_page, "SECONDS", 1)
    start = time.monotonic()
    assert typeset(PAGE % "\\loop\\iftrue\\repeat") is None and time.monotonic() - start < 60
    assert typeset(PAGE % "\\def\\a{\\a\\a}\\a") is None
    assert typeset("\x00\ud800 }}}") is None and typeset("x" * 100_000) is None
