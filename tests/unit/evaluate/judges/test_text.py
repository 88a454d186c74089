"""Words, plain text and pages of Markdown beside their truths: figures computed by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gotocr.evaluate.judges.text import MARKDOWN, TEXT, WORD, judge_markdown, judge_text, judge_word
from gotocr.evaluate.suite import Part

PAGE = """## Tides

The **height** \\(h_{t}\\) rises

\\[h_{t}=a\\cos\\frac{2\\pi t}{T}\\]

- twice a day

<table><tr><td>low</td><td>high</td></tr><tr><td>0.4</td><td>3.1</td></tr></table>
"""
OUTSIDE = Path(__file__).parents[5] / "shared/eval/truth.jsonl"


@pytest.mark.parametrize(
    ("read", "true", "word", "exact"),
    [
        ("PRIVATE", "private", 1.0, 0.0),
        ("Fish & Co", "Fish&Co.", 1.0, 0.0),
        ("**open**", "open", 1.0, 1.0),
        ("OPEN ", "OPEN", 1.0, 1.0),
        ("0pen", "open", 0.0, 0.0),
        ("", "open", 0.0, 0.0),
        ("&", "&", 1.0, 1.0),
        ("-", "&", 0.0, 0.0),  # signs alone are compared as they are
        ("海", "海", 1.0, 1.0),
        ("Ⅳ", "IV", 1.0, 1.0),
    ],
)
def test_words(read, true, word, exact):
    found = judge_word(read, true)
    assert (found["word"], found["exact"]) == (word, exact) and [*found] == [*WORD]


def test_text():
    found = judge_text("the cat  sat on mats", "The cat sat on the mat")
    assert found["characters"] == pytest.approx(1 - 6 / 22)  # t for T, "the " left out, s put in
    assert found["cer"] == Part(6, 22) and found["accuracy"] == Part(16, 22)
    assert found["wer"] == Part(3, 6) and found["words"] == Part(8, 11)
    assert [*found] == [*TEXT]
    assert judge_text("", "") == {"characters": 1.0, "accuracy": (0, 0), "words": (0, 0), "cer": (0, 0), "wer": (0, 0)}


def test_a_page_is_equal_to_itself_in_other_marks():
    marked = (
        PAGE.replace("\\(", "$")
        .replace("\\)", "$")
        .replace("\\[", "$$")
        .replace("\\]", "$$")
        .replace("**", "")
        .replace("- ", "* ")
    )
    piped = marked[: marked.index("<table>")] + "| low | high |\n|---|---|\n| 0.4 | 3.1 |"
    for reading in (PAGE, marked, piped):
        assert judge_markdown(reading, PAGE) == {
            **{"text": 1.0, "formulas": Part(2.0, 2), "latex": Part(2.0, 2), "tables": Part(1.0, 1), "structure": Part(1.0, 1)}
        }


def test_each_fault_is_found_where_it_is():
    fewer = judge_markdown(PAGE.replace("\\(h_{t}\\)", ""), PAGE)
    assert fewer["text"] == 1.0 and fewer["latex"] == Part(1.0, 2)
    invented = judge_markdown(PAGE + "\n<table><tr><td>x</td></tr></table>", PAGE)
    assert invented["tables"] == Part(1.0, 2) and invented["text"] == 1.0
    wrong = judge_markdown(PAGE.replace("3.1", "31"), PAGE)
    assert wrong["tables"].value == pytest.approx(1 - (1 / 3) / 6) and wrong["structure"] == Part(1.0, 1)
    assert judge_markdown(PAGE.replace("twice", "thrice"), PAGE)["text"] < 1.0
    nothing = {"formulas": Part(0, 2), "latex": Part(0, 2), "tables": Part(0, 1), "structure": Part(0, 1)}
    assert judge_markdown("", PAGE) == {"text": 0.0, **nothing}
    assert judge_markdown("words", "words") == {name: 1.0 if name == "text" else None for name in MARKDOWN}


@pytest.mark.skipif(not OUTSIDE.is_file(), reason="needs the pictures of shared/eval")
def test_true_pages_read_themselves():
    rows = [json.loads(line) for line in OUTSIDE.read_text("utf-8").splitlines()]
    pages = [row["truth"] for row in rows if row["type"] == "formatted_page"]
    assert len(pages) == 11
    for page in pages:
        for score in judge_markdown(page, page).values():
            assert score is None or score == 1.0 or (isinstance(score, Part) and score.value == score.weight)
