"""LaTeX tables: every environment, span and rule, what is printed of a cell, and hostile input in a short time."""

from __future__ import annotations

import time

import pytest

from gotocr.kinds.table import KIND, rows
from gotocr.kinds.table.cell import place, widths
from gotocr.kinds.table.latex_columns import columns
from gotocr.kinds.table.latex_text import printed, printed_bits, words
from gotocr.kinds.table.reading import find


def table(body: str, spec: str = "llll") -> str:
    return f"\\begin{{tabular}}{{{spec}}}\n{body}\n\\end{{tabular}}"


def texts(source: str) -> list[list[str]]:
    return [[cell.text for cell in row] for row in rows(KIND.parse(source))]


def places(source: str) -> dict[str, tuple[int, int, int, int]]:
    """Of each text its row, column, height and width on the grid, as a browser places it; no two on one place."""
    grid = rows(KIND.parse(source))
    taken = set()
    for at in place(grid):
        area = {(at.row + y, at.column + x) for y in range(at.cell.rows) for x in range(at.cell.columns)}
        assert not area & taken
        taken |= area
    assert len(set(widths(grid))) == 1
    return {at.cell.text: (at.row, at.column, at.cell.rows, at.cell.columns) for at in place(grid) if at.cell.text}


@pytest.mark.parametrize(
    "opening",
    [r"{tabular}{ll}", r"{tabular}[t]{|l|l|}", r"{tabular*}{\textwidth}{@{\extracolsep{\fill}}ll}", r"{tabularx}{10cm}[b]{lX}"]
    + [r"{tabulary}{\linewidth}{LL}", r"{longtable}[c]{ll}", r"{tabular}{l>{\bfseries\raggedright}p{2cm}<{\%}}", r"{array}{cc}"],
)
def test_every_environment_is_a_table(opening):
    name = opening[1 : opening.index("}")]
    source = f"\\begin{opening}\n\\hline\na & \\text{{b c}} \\\\ \\hline\n1 & 2 \\\\\n\\end{{{name}}}"
    block = KIND.parse(source)
    assert block.problems == () and block.data["form"] == "latex"
    assert texts(source)[1] == ["1", "2"] and texts(source)[0][1] == "b c"
    assert list(find(f"Before.\n\n{source}\n\nAfter.")) == [(9, 9 + len(source))]


def test_blanks_between_arguments_and_arguments_without_braces():
    source = r"""\begin{tabular} { | l | c | r | } \hline \multicolumn { 2 } { | c | } { \multirow { 2 } { * } { A B } } & C \\ \cline { 3 - 3 }
\multicolumn { 2 } { | c | } { } & \multirow{2}*{D} \\ \hline \makebox[2cm][l]{e} & f & \\ \hline \end{tabular}"""
    assert places(source) == {"A B": (0, 0, 2, 2), "C": (0, 2, 1, 1), "D": (1, 2, 2, 1), "e": (2, 0, 1, 1), "f": (2, 1, 1, 1)}


def test_columns_are_counted_as_latex_counts_them():
    assert columns(r"|l|*{2}{c|}@{ -- }!{\vrule}>{\bf}p{2cm}<{x}m{1in}S[table-format=1.2]D{.}{.}{2}r") == [
        "left", "center", "center", "left", "left", "right", "right", "right",
    ]  # fmt: skip
    assert len(columns("*{999}{*{999}{*{999}{l}}}")) == 1000 and columns("") == []


def test_columns_with_a_sign_between_them_are_one():
    body = r"N & \multicolumn{2}{c}{Value} & \multicolumn{1}{c}{a} & \multicolumn{1}{c}{b} \\ x & 3 & 14 & 5 & 6 \\ y & & 7 & & \\"
    source = table(body, r"lr@{.}l@{\hspace{1em}}r@{ $\pm$ }l")
    assert texts(source) == [["N", "Value", "a b"], ["x", "3.14", "5 $\\pm$ 6"], ["y", "7", ""]]
    assert not KIND.parse(source).problems


def test_spans_in_each_other_and_upwards():
    body = r"""\multirow{3}{*}{A} & \multicolumn{2}{c|}{\multirow{2}{*}{B}} & C \\ \cline{4-4}
 & \multicolumn{2}{c|}{} & D \\ \cmidrule(lr){2-4}
 & E & F & \\
H & \multicolumn{2}{c|}{I} & \multirow{-2}{=}[2pt]{G} \\ \hhline{----}
J & K & L & M \\"""
    assert places(table(body)) == {
        "A": (0, 0, 3, 1), "B": (0, 1, 2, 2), "C": (0, 3, 1, 1), "D": (1, 3, 1, 1), "E": (2, 1, 1, 1), "F": (2, 2, 1, 1),
        "G": (2, 3, 2, 1), "H": (3, 0, 1, 1), "I": (3, 1, 1, 2), "J": (4, 0, 1, 1), "K": (4, 1, 1, 1), "L": (4, 2, 1, 1),
        "M": (4, 3, 1, 1),
    }  # fmt: skip


def test_a_cell_reaches_to_what_stands_in_its_way_and_to_the_last_row():
    assert places(table(r"\multirow{3}{*}{a} & b \\ & c \\ d & e \\ \multirow{9}{*}{f} & g \\ & h", "ll"))["a"][2] == 2
    assert places(table(r"x & y \\ \multirow{9}{*}{f} & g \\ & h", "ll"))["f"][2] == 2
    assert places(table(r"x & y \\ z & \multirow{-9}{*}{f}", "ll"))["f"] == (1, 1, 1, 1)


def test_blanks_that_were_not_written_under_a_span_are_not_missed():
    """HTML's way: a model that leaves out the blank means the next column."""
    assert places(table(r"\multirow{2}{*}{a} & b & c \\ d & e \\ f & g & h \\", "lll"))["d"] == (1, 1, 1, 1)


def test_rows_that_are_short_are_filled_and_long_ones_are_told():
    assert texts(table(r"a & b & c \\ d \\ & e \\", "lll")) == [["a", "b", "c"], ["d", "", ""], ["", "e", ""]]
    assert KIND.parse(table(r"a & b \\ c & d & e \\", "ll")).problems == ("row 2 is 3 columns wide, row 1 is 2",)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (r"$\begin{matrix}a & b \\ c & d\end{matrix}$", r"$\begin{matrix}a & b \\ c & d\end{matrix}$"),
        (r"\(x \& y\)", r"$x \& y$"),
        (r"\begin{pmatrix}1 & 2 \\ 3 & 4\end{pmatrix}", r"$\begin{pmatrix}1 & 2 \\ 3 & 4\end{pmatrix}$"),
        (r"\begin{tabular}{@{}c@{}}in & 1 \\ in 2\end{tabular}", "in 1 in 2"),
        (r"\makecell[l]{one\\two}", "one two"),
        (r"\shortstack{up\\down}", "up down"),
        (r"\parbox[t]{2cm}{a \\ b}", "a b"),
        (r"\begin{minipage}[b]{2cm}mini\\page\end{minipage}", "mini page"),
        (r"\rotatebox[origin=c]{90}{turned}", "turned"),
        (r"\resizebox{2cm}{!}{\textcolor[rgb]{1,0,0}{red}}", "red"),
        (r"\cellcolor{blue!20}{\bf bold} \footnotesize\color{red}small", "bold small"),
        (r"\verb|a & b \\|", r"a & b \\"),
        (r"\href{http://x.y/?a&b}{link} \url{http://a/b_c}", "link http://a/b_c"),
        (r"50\% \& \$5 \#1 a\_b \{c\}", "50% & $5 #1 a_b {c}"),
        ("50% of them", "50% of them"),
        (r"costs $5", "costs $5"),
        (r"\unknown{kept} \ours{}", "kept"),
        (r"\ours", r"\ours"),
        (r"{\bf a \foo[b]{c}", "a c"),
    ],
)
def test_what_stands_in_a_cell_does_not_end_it(cell, said):
    assert texts(table(f"{cell} & x \\\\ y & z \\\\", "ll")) == [[said, "x"], ["y", "z"]]


@pytest.mark.parametrize(
    ("latex", "said"),
    [
        (r"caf\'e na\"{\i}ve \c{c}a \v Skoda \'{\^e} \~n \H{o} \k a", "café naïve ça Škoda ế ñ ő ą"),
        (r"Stra\ss e \O re {\ae}ther \L\'od\'z \'{} x", "Straße Øre æther Łódź ´ x"),
        (r"``q'' a--b---c~d\,e\ f", "“q” a–b—c d e f"),
        (r"m\textsuperscript{2} CO_{2} 10^{-3} 25^\circ C 1\textsuperscript{st} x\tnote{a}", "m² CO₂ 10⁻³ 25°C 1st xᵃ"),
        (r"\ding{51} \ding{55} \pounds3 \textdegree C \S 5 5 \times 3 \pm 1", "✓ ✗ £3 °C §5 5 × 3 ± 1"),
        (r"\textbf{\emph{a}}\hspace{2pt}b \hskip 2pt plus 1fil c \rule{1pt}{2pt}", "a b c"),
        (r"\frac{1}{2} \sqrt2 x", r"$\frac{1}{2}$ $\sqrt2$ x"),
    ],
)
def test_latex_is_printed_as_unicode(latex, said):
    assert printed(latex) == said


def test_comments_are_no_text_but_percent_signs_are():
    body = "a & b \\\\ % comment & with \\\\ signs\n% c & d \\\\\ne & % two\nf \\\\\nShare \\% & n \\\\ \\hline % rule\n%\ng & h"
    assert texts(table(body, "ll")) == [["a", "b"], ["e", "f"], ["Share %", "n"], ["g", "h"]]
    assert texts(table("a & 5% \\\\\n% of all & 7 % \\\\", "ll")) == [["a", "5%"], ["% of all", "7 %"]], "who writes 5% comments nothing"


@pytest.mark.parametrize(
    ("body", "heads"),
    [
        (r"\toprule a & b \\ c & d \\ \midrule 1 & 2 \\ \midrule 3 & 4 \\ \bottomrule", 2),
        (r"\hline a & b \\ \hline\hline 1 & 2 \\ \hline 3 & 4 \\ \hline", 1),
        (r"\hline a & b \\ \hline 1 & 2 \\ 3 & 4 \\ \hline", 1),
        (r"\hline a & b \\ \hline 1 & 2 \\ \hline 3 & 4 \\ \hline", 0),
        (r"a & b \\ 1 & 2 \\ \midrule Total & 2", 2),
        (r"a & b \\ 1 & 2 \\ 3 & 4 \\ 5 & 6 \\ \midrule Total & 2", 0),
        (r"\thead{a} & \thead{b} \\ 1 & 2", 1),
    ],
)
def test_heads_are_found_by_the_rules(body, heads):
    found = rows(KIND.parse(table(body, "ll")))
    assert [all(cell.head for cell in row) for row in found] == [number < heads for number in range(len(found))]
    assert ("<thead>" in KIND.html(KIND.parse(table(body, "ll")))) == (heads > 0)


def test_a_longtable_has_its_heads_and_feet_once():
    source = r"""\begin{longtable}{ll}
\caption{A \textbf{long} one}\\ \hline Item & Price \\ \hline \endfirsthead
\multicolumn{2}{c}{continued} \\ \hline Item & Price \\ \endhead
\multicolumn{2}{r}{next page} \\ \endfoot
Total & 7 \\ \endlastfoot
a & 3 \\
gone & gone \kill
b & 4 \\*[2pt]
\end{longtable}"""
    block = KIND.parse(source)
    assert block.data["caption"] == "A long one"
    assert texts(source) == [["Item", "Price"], ["a", "3"], ["b", "4"], ["Total", "7"]]
    assert [cell.head for cell in rows(block)[0]] == [True, True]


def test_a_table_environment_is_its_tabular_with_caption_and_notes():
    source = r"""\begin{table}[ht]
\centering\begin{threeparttable}
\caption[short]{Results \label{t}}
\begin{tabular}{ll}\toprule a & b\tnote{1} \\ \midrule 1 & 2 \\ \bottomrule\end{tabular}
\begin{tablenotes}\small\item[1] The note. \item Another: 5\%.\end{tablenotes}
\end{threeparttable}
\end{table}"""
    block = KIND.parse(source)
    assert (block.data["caption"], block.data["notes"]) == ("Results", ["1 The note.", "Another: 5%."]) and not block.problems
    shown = KIND.html(block)
    assert "<caption>Results</caption>" in shown and "The note." in shown and texts(source)[1] == ["1", "2"]
    two = source.replace(r"\begin{tablenotes}", r"\begin{tabular}{l}x\end{tabular}\begin{tablenotes}")
    assert [two[span.start : span.end][:15] for span in find(two)] == [r"\begin{tabular}"] * 2, "side by side, they are two"


def test_a_tabular_within_another_does_not_end_it():
    source = table(r"\begin{tabular}{l}a\end{tabular} & b \\ c & \begin{tabular}{l}d\\\end{tabular}", "ll")
    assert list(find(source + " after")) == [(0, len(source))]
    assert texts(source) == [["a", "b"], ["c", "d"]]


def test_talk_of_a_tabular_is_no_table():
    assert list(find("Use `\\begin{tabular}` or \\begin{tabular} for tables.\n\nThe $x = \\begin{array}{c}1\\end{array}$ is none.")) == []


def test_words_are_those_that_are_printed_and_stand_where_they_were_written():
    source = table(r"\textbf{Gr\"o\ss e} & $a + b$ 5\,\% \\ \multicolumn{2}{c}{\makecell{x\\y z}} \\")
    found = list(KIND.words(source))
    assert [word for _, word in found] == ["Größe", "$a + b$", "5", "%", "x", "y", "z"]
    assert [source[span.start : span.end] for span, _ in found] == [r"Gr\"o\ss e", "$a + b$", "5", r"\%", "x", "y", "z"]
    assert " ".join(text for row in texts(source) for text in row if text) == " ".join(word for _, word in found)
    assert [w for _, w in words(printed_bits("one two"))] == ["one", "two"]


@pytest.mark.parametrize(
    "hostile",
    [
        table(("&".join(["\\textbf{1.5}"] * 100) + "\\\\ \\hline\n") * 200, "*{100}{l}"),  # 20,000 cells
        "\\begin{tabular}{l}" * 5_000 + "a & b" + "\\end{tabular}" * 5_000,
        "\\begin{tabular}{l}" * 5_000,
        "\\begin{table}" * 5_000,
        table("{" * 50_000 + "x" + "}" * 50_000),
        table("\\makecell[" * 5_000),
        table("$a & " * 5_000),
        table("% " * 50_000),
        table("x" * 300_000),
        table("\\multirow{9999}{*}{a} &" * 300 + "\\\\" + "x\\\\" * 5_000),
        table("&\\\\" * 5_000 + "\\multirow{-9999}{*}{a} \\\\" * 5_000),
        table("\\multicolumn{999}{l}{a} &" * 5_000 + "\\\\" + "x\\\\" * 5_000),
        table("\\'" * 50_000),
        table("\\frac{" * 50_000),
        table("a", "*{999}{" * 3000 + "l" + "}" * 3000),
    ],
    ids=range(15),
)
def test_hostile_tables_are_read_soon(hostile):
    start = time.process_time()
    for span in find(hostile):
        KIND.html(KIND.parse(hostile[span.start : span.end]))
    assert time.process_time() - start < 5
