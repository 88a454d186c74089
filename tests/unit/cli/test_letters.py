"""`gotocr train letters`: what is told of a text, exit codes, and that it loads no torch."""

from __future__ import annotations

import lzma
import subprocess
import sys

import pytest

from gotocr.cli import main

pytest.importorskip("skia")


def test_what_nano_can_write_and_a_font_draws_is_no_fault(tmp_path, capsys):
    (tmp_path / "text_fr.txt").write_text("Un élève à côté, 12 €.\n", "utf-8")
    assert main(["train", "letters", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert out == "" and "without a token 0 (room for 23)" in err


def test_each_fault_is_told_with_how_often_it_comes(tmp_path, capsys):
    (tmp_path / "words_x.txt").write_text("ọọ ő\t7\u05d0\nש\n", "utf-8")
    with lzma.open(tmp_path / "text_x.txt.xz", "wt", encoding="utf-8") as file:
        file.write("o\u0323 a e\u0329 漢\n")  # the first is one letter when composed
    assert main(["train", "letters", str(tmp_path)]) == 3
    rows = {line.split()[1]: line for line in capsys.readouterr().out.splitlines()}
    assert rows.keys() == {"U+1ECD", "U+1ECC", "U+0151", "U+05E9", "U+0329", "U+6F22"}
    assert "      3 times    0 fonts" in rows["U+1ECD"] and rows["U+1ECD"].endswith("LATIN SMALL LETTER O WITH DOT BELOW: no token, no font")
    assert "      0 times" in rows["U+1ECC"]  # a heading may be drawn in capitals
    assert rows["U+0151"].endswith(": no font")
    assert rows["U+05E9"].endswith("from right to left") and rows["U+0329"].endswith("a combining mark")
    assert rows["U+0329"].startswith("\N{DOTTED CIRCLE}")


def test_a_grown_nano_has_the_letters_and_only_what_is_left_is_a_fault(tmp_path, capsys):
    text = tmp_path / "yo.txt"
    text.write_text("ẹ ọ ṣ\n", "utf-8")
    assert main(["train", "letters", str(text), "-o", str(tmp_path / "new")]) == 3  # no font that comes along draws them
    assert "6 new letters" in capsys.readouterr().err
    assert main(["train", "letters", str(text), "--model", str(tmp_path / "new")]) == 3
    assert "no token" not in (out := capsys.readouterr().out) and out.count("no font") == 3


def test_wrong_places_say_what_to_do(tmp_path, capsys):
    assert main(["train", "letters", str(tmp_path)]) == 3
    assert main(["train", "letters", str(tmp_path / "none.txt")]) == 3
    (tmp_path / "a.txt").write_text("a", "utf-8")
    assert main(["train", "letters", str(tmp_path / "a.txt"), "--model", str(tmp_path)]) == 5
    assert len(capsys.readouterr().err.splitlines()) == 3


def test_it_loads_no_torch(tmp_path):
    (tmp_path / "a.txt").write_text("ọ", "utf-8")
    code = "import sys; from gotocr.cli import main; main(sys.argv[1:]); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code, "train", "letters", str(tmp_path / "a.txt"), "-o", str(tmp_path / "new")]).returncode == 0
