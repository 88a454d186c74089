"""Text that TeX only prints."""

from __future__ import annotations

import re

import pytest

from gotocr.formats.latex.letters import escape, folded, led, mono, remark

ESCAPES = re.compile(
    r"\\(?:textbackslash|textasciicircum|textasciitilde|textless|textgreater|textbar|textquotedbl|textasciigrave|textquotesingle)\{\}"
    r"|(?<=\\ )%\n|\\[{}$&#_% ,-]|\\allowbreak\n|\\ensuremath\{\\[A-Za-z]+\}|\\text(?:sub|super)script\{[^{}]*\}|\{\}"
)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("100% of $5 & #1_a^b~", r"100\% of \$5 \& \#1\_a\textasciicircum{}b\textasciitilde{}"),
        ("a--b ,, ''", "a-{}-b ,{}, '{}'"),
        ("\u03b1 \u2264 \u221e", r"\ensuremath{\alpha} \ensuremath{\le} \ensuremath{\infty}"),
        ("x\u2082 m\u00b2 \ufb01 \u00bd", r"x\textsubscript{2} m\textsuperscript{2} fi 1/2"),
        ("\u00e9e\u0301 \u4e2d \u2014", "\u00e9\u00e9 \u4e2d \u2014"),
        ("a\u200bb\u00a0c\nd\0", "ab~c d"),
    ],
)
def test_escaped(text, written):
    assert escape(text) == written


@pytest.mark.parametrize("text", ["^^5c", r"\\[x]", "\\end{verbatim}\\input|x", "}{%\n$$", "\\\n\n\\par", "".join(map(chr, range(0x500))).replace("\u00a0", "")])
def test_nothing_of_tex_is_left(text):
    for written in (escape(text), mono(text)):
        rest = ESCAPES.sub("", written)
        assert not set(rest) & set("\\{}$&#_%^~"), rest
        assert "\n\n" not in written


def test_long_words_may_break_and_long_lines_are_folded():
    written = folded(escape("a" * 100_000 + " b" * 1000))
    assert max(map(len, written.split("\n"))) < 200
    assert written.replace("\\allowbreak\n", "").replace("\n", " ") == "a" * 100_000 + " b" * 1000


def test_code_keeps_its_blanks():
    assert mono("a  'b'\t#") == r"a\ \ \textquotesingle{}b\textquotesingle{}\ \ \#"


def test_code_of_many_words_is_no_line_that_tex_cannot_read():
    written = mono("x | " * 10_000)
    assert max(map(len, written.split("\n"))) < 200 and written.replace("%\n", "") == r"x\ \textbar{}\ " * 10_000


def test_what_a_line_break_takes_for_its_own():
    assert led("[1]") == "{}[1]" and led("*") == "{}*" and led("a") == "a"


def test_remarks_are_one_line():
    assert remark("a\n\\input{x}\u2028b" + "c" * 1000).count("\n") == 1
