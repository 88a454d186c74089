"""Markdown as a parser that nobody here wrote reads it: the same cells, the same lines, and no marks that were none."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest

from gotocr.formats import FORMATS
from gotocr.formats.markdown import escape
from gotocr.kinds.page import parse
from gotocr.schema import Document, Leaf

markdown_it = pytest.importorskip("markdown_it")
READER = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"])


class Seen(HTMLParser):
    """Rows of cells (text, columns, rows, head), and the tags."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.rows, self.tags, self._in = [], set(), False
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            named = dict(attrs)
            self.rows[-1].append(["", int(named.get("colspan", 1)), int(named.get("rowspan", 1)), tag == "th", named.get("style", "")])
            self._in = True

    def handle_endtag(self, tag):
        self._in = self._in and tag not in ("td", "th")

    def handle_data(self, data):
        if self._in:
            self.rows[-1][-1][0] += data


def written(text: str, mode: str = "format") -> str:
    return FORMATS["markdown"].write(Document("x", (Leaf(0, 9, 9, text, parse(text, (9, 9), mode)),))).decode()


def table(source: str) -> Seen:
    return Seen(READER.render(written(source)))


NASTY = [["a | b", "`c`", "*d* **e**"], ["_f_ snake_case", "<b>&amp;</b>", "[x](y)"], ["# g", "~~h~~ \\", "$i$ costs $5"], ["", "- j", "$a|b\\|c$"]]


def test_cells_without_spans_are_read_back_from_bars():
    cells = "".join(f"<tr>{''.join(f'<td>{html.escape(text)}</td>' for text in row)}</tr>" for row in NASTY)
    seen = table(f"<table>{cells}</table>")
    assert all(cell[3] for cell in seen.rows[0]), "the first row is the head"
    back = [[cell[0].replace("\\vert ", "|").replace("\\Vert ", "\\|") for cell in row] for row in seen.rows]
    assert back == NASTY
    assert seen.tags <= {"table", "thead", "tbody", "tr", "th", "td"}


@pytest.mark.parametrize("rows", [["a", "b"], ["", ""], ["", "x"]])
def test_a_row_alone_or_of_blanks_is_no_head(rows):
    source = "<table>" + f"<tr><td>{rows[0]}</td><td>{rows[1]}</td></tr>" * (1 if rows[0] else 2) + "</table>"
    seen = table(source)
    blank = rows != ["", "x"]
    assert [cell[0] for cell in seen.rows[0]] == (["", ""] if blank else rows)


def test_a_head_is_a_head_and_sides_are_kept():
    seen = table("\\begin{tabular}{lcr}\n\\toprule Name & \\% & n \\\\ \\midrule\na & 1 & 2 \\\\ \\bottomrule\n\\end{tabular}")
    assert [(cell[0], cell[3], cell[4]) for cell in seen.rows[0]] == [
        ("Name", True, ""),
        ("%", True, "text-align:center"),
        ("n", True, "text-align:right"),
    ]
    assert len(seen.rows) == 2


def test_spans_are_html_and_nothing_of_the_source_is_in_it():
    evil = '<table onclick="x()"><tr><td colspan=2>a<script>x</script></td></tr><tr><td rowspan=2>&lt;b></td><td>c</td></tr><tr><td>d</td></tr></table>'
    text = written(evil)
    assert "script" not in text and "onclick" not in text
    assert [[tuple(cell[:3]) for cell in row] for row in Seen(text).rows] == [[("ax", 2, 1)], [("<b>", 1, 2), ("c", 1, 1)], [("d", 1, 1)]]


def test_a_latex_table_has_its_caption_above_and_its_notes_below():
    text = written("\\begin{table}\\caption{The *caption*}\\begin{tabular}{l}a\\end{tabular}\nSource: own.\\end{table}")
    assert text.split("\n\n")[0] == "The \\*caption\\*" and text.rstrip().endswith("Source: own.") and "| a |" in text


LINES = [
    "# no heading", "- no item", "+ x", "* y", "1. one", "12) twelve", "> no quote", "===", "---", "***", "```", "~~~", "| a | b |", "|-|-|",
    "<div>", "&amp; &lt", "[a]: http://b", "[a](b) ![c](d)", "*a* _b_ **c** __d__", "snake_case `code`", "$x$ and $$", "\\ \\* \\n", "a  b   c",
    "    four blanks", "\ttab", "ends with two  ", "<!-- x -->", "~~no~~", "a <b>c</b>", "plain",
]  # fmt: skip


@pytest.mark.parametrize("around", ["{}", "before\n{}", "{}\nafter", "x\n{}\ny"])
def test_lines_as_printed_stay_lines_without_marks(around):
    for line in LINES:
        text = around.format(line)
        shown = READER.render(written(text, "plain"))
        assert set(re.findall(r"</?(\w+)", shown)) <= {"p", "br"}, (text, shown)
        back = html.unescape(re.sub(r"<[^<>]*>", "", shown)).replace("\xa0", " ").rstrip("\n")
        assert back == "\n".join(part.rstrip().expandtabs(4) for part in text.split("\n")), shown


def test_paragraphs_of_a_model_are_left_as_it_wrote_them():
    text = "A *paragraph* with $x_1$ and `code`.\n\n- one\n- two"
    assert written(text) == text + "\n"


def test_kern_is_fenced_and_read_again():
    kern = "**kern\n*clefG2\n4c\n*-"
    text = written(kern)
    assert text.startswith("```music\n") and parse(text, (9, 9))[0].kind == "music"


def test_a_table_without_cells_is_its_source():
    assert written("<table></table>") == "```html\n<table></table>\n```\n"


def test_escape_leaves_words_alone():
    assert escape("snake_case a&b 5 < 6 C# x-y") == "snake_case a&b 5 \\< 6 C# x-y"
