"""The LaTeX of Mathpix Markdown: what is printed of it, in which role, and nothing of it taken from prose."""

from __future__ import annotations

import time

import pytest

from gotocr.kinds.page import parse

PAGE = r"""\title{
Real-Time \textbf{X} in $O(n)$ \\ at AT\&T
}

\author{
A. Author \\
University of B \and C. D\'e
}

\begin{abstract}
We show that \(x < y\), in 50% of cases.
\end{abstract}

\section*{1. Introduction}
Some text.
\begin{itemize}
\item one \textit{it}

\item two
  \begin{enumerate}
  \item a
  \item b & c
  \end{enumerate}
\item[x)] three
\end{itemize}
After.
\includegraphics[width=3cm]{fig.png}
\begin{figure}[h]
\centering
\caption[short]{A \emph{figure}}\label{f}
\end{figure}

\subsection{Methods}
\footnotetext{
\({ }^{1}\) See there.
}
\begin{description}\item[Term] its meaning\end{description}"""


def found(text: str) -> list[tuple[str, str]]:
    return [(str(block.data.get("role", block.kind)), block.text) for block in parse(text, (10, 10))]


def test_a_page_of_mathpix_markdown():
    assert found(PAGE) == [
        ("heading", "Real-Time X in $O(n)$ at AT&T"),
        ("author", "A. Author  \nUniversity of B  \nC. Dé"),
        ("heading", "Abstract"),
        ("paragraph", r"We show that \(x < y\), in 50% of cases."),
        ("heading", "1. Introduction"),
        ("paragraph", "Some text."),
        ("list", "- one it\n- two\n    1. a\n    2. b & c\n- x) three"),
        ("paragraph", "After."),
        ("figure", ""),
        ("caption", "A figure"),
        ("heading", "Methods"),
        ("footnote", "${ }^{1}$ See there."),
        ("list", "- **Term** its meaning"),
    ]
    blocks = parse(PAGE, (10, 10))
    assert [block.data.get("level") for block in blocks if block.data["role"] == "heading"] == [1, 2, 2, 3]
    assert [block.problems for block in blocks if block.problems] == [("a picture stands here, which is not read",)]


def test_words_stand_where_they_were_written():
    (block,) = parse(r"\title{Caf\'e \textbf{\(x\) y}}", (10, 10))
    assert [word.text for word in block.words] == ["Café", "$x$", "y"]
    (block,) = parse("\\begin{enumerate}\n\\item one\n\\item two\n\\end{enumerate}", (10, 10))
    assert [word.text for word in block.words] == ["one", "two"] and block.text == "1. one\n2. two"


def test_a_list_is_parted_by_a_formula():
    assert found("\\begin{itemize}\n\\item one:\n\\[ x \\]\n\\item two\n\\end{itemize}\n\nEnd.") == [
        ("list", "- one:"),
        ("formula", "x"),
        ("list", "- two"),
        ("paragraph", "End."),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\\title{never closed\n\nText.", [("heading", "never closed"), ("paragraph", "Text.")]),
        ("\\begin{itemize}\n\\item a\n\nText.", [("list", "- a"), ("paragraph", "Text.")]),
        ("\\end{center}\nText.\\end{abstract}", [("paragraph", "Text.")]),
        ("The command \\title{x} is `\\begin{center}`.", [("paragraph", "The command \\title{x} is `\\begin{center}`.")]),
        ("\\titled{x}", [("paragraph", "\\titled{x}")]),
        ("\\section{A}\\label{s} Text.", [("heading", "A"), ("paragraph", "Text.")]),
    ],
)
def test_broken_and_foreign_latex(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "hostile",
    ["\\title{" * 10_000, "\n\\title{\n" * 3000, "\\item " * 20_000, "\\begin{itemize}\n" * 10_000, "\\begin{itemize}\\item\n\n" * 5000]
    + ["\\begin{itemize}\\end{itemize}" * 10_000, "\\label{" * 20_000, "\\includegraphics{" * 10_000],
    ids=range(8),
)
def test_hostile_latex_is_read_soon(hostile):
    start = time.process_time()
    parse(hostile, (10, 10))
    assert time.process_time() - start < 3
