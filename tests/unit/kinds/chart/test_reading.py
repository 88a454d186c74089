"""Charts in JSON and in Python's spelling, whole, cut and broken."""

from __future__ import annotations

import json
import time

import pytest

from gotocr.kinds.chart import KIND
from gotocr.kinds.chart.literal import read
from gotocr.kinds.chart.reading import number
from gotocr.kinds.chart.writing import figure

TWO = '{"type": "bar", "title": "T", "series": {"A": {"x": 1, "y": 2.5}, "B": {"x": -3}}}'


def test_got_s_dictionaries_become_ours():
    source = (
        "{'title': 'It\\'s', 'source': 'None', 'x_title': 'Year', 'y_title': \"%\", 'values': {'2001': '45%', '2002': '1,200'}}"
    )
    block = KIND.parse(source)
    assert not block.problems
    assert block.data == {"title": "It's", "x": "Year", "y": "%", "series": {"": {"2001": 45, "2002": 1200}}}
    assert block.text == '{"title": "It\'s", "x": "Year", "y": "%", "series": {"2001": 45, "2002": 1200}}'


def test_the_dev_set_s_form_is_understood():
    block = KIND.parse('{"title": "a", "subtitle": "", "source": "s", "values": {"Very": {"c": 74}, "NET": {"c": 91}}}')
    assert block.data == {"title": "a", "source": "s", "series": {"Very": {"c": 74}, "NET": {"c": 91}}}


def test_what_is_cut_off_keeps_what_was_read():
    whole = KIND.parse(TWO).data["series"]
    for end in range(1, len(TWO)):
        block = KIND.parse(TWO[:end])
        assert block.problems, TWO[:end]
        for name, values in block.data["series"].items():
            kept = {key: value for key, value in values.items() if whole.get(name, {}).get(key) != value}
            assert not kept, (TWO[:end], kept)


def test_a_bare_dictionary_is_found_in_a_page():
    text = f"Before\n\n{TWO}\n\nafter {{'title': 1}}\n{{'values': {{'a': 1}}}}"
    assert [text[a:b] for a, b in KIND.find(text)] == [TWO, "{'values': {'a': 1}}"]
    assert [*KIND.find("{'values': {'a")] == [(0, 14)]


@pytest.mark.parametrize(
    "text",
    [
        "{" * 9000,
        "[" * 9000,
        '{"series": ' * 3000,
        '"' * 5000,
        "{'a': '" * 3000,
        "\\" * 5000,
        "{'values': {'a': 1" + ", 'b'" * 4000,
        "9" * 9000,
        "`" * 9000 + "chart\n",
    ],
)
def test_hostile_text_is_quick(text):
    start = time.process_time()
    block = KIND.parse(text)
    KIND.html(block), KIND.check(block), [*KIND.find(text)], [*KIND.words(text)]
    assert block.problems and time.process_time() - start < 1.0


@pytest.mark.parametrize(
    ("text", "value"),
    [("45%", 45), ("$1,200.50", 1200.5), ("(3.5)", -3.5), ("−7", -7), ("1e3", 1000), ("n/a", None), ("", None), ("1-2", None)],
)
def test_numbers_in_texts(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    ("value", "text"), [(8.0, "8"), (1e6, "1000000"), (1e-5, "0.00001"), (-2.50, "-2.5"), (1e20, "100000000000000000000")]
)
def test_numbers_are_written_in_full(value, text):
    assert figure(value) == text and json.loads(figure(value)) == value


def test_python_and_json_constants():
    assert read("{'a': None, 'b': True, \"c\": false, 'd': (1, 2,), 'e': nan}")[0]["d"] == [1, 2]
    assert KIND.parse("{'values': {'a': nan, 'b': 1}}").problems


def test_it_is_shown_as_a_table_and_a_drawing():
    shown = KIND.html(KIND.parse(TWO))
    assert "<td>2.5</td>" in shown and "<svg" in shown and "T</figcaption>" in shown
    broken = KIND.html(KIND.parse(TWO[:-4]))
    assert "<svg" not in broken and "<td>2.5</td>" in broken
    for kind in ("line", "stacked area", "pie", "donut", "histogram"):
        assert "<svg" in KIND.html(KIND.parse(f'{{"type": "{kind}", "series": {{"<b>": 1, "y": 3}}}}'))


def test_words_are_those_printed():
    assert [word for _, word in KIND.words('{"type": "bar", "title": "Two words", "series": {"A b": 1.5, "c": -2}}')] == [
        "Two",
        "words",
        "A",
        "b",
        "1.5",
        "c",
        "-2",
    ]


def test_scores_fall_with_damage():
    other = TWO.replace("2.5", "2.6")
    for name, score in KIND.scores.items():
        assert score(TWO, TWO) == 1.0, name
        assert score("rubbish {", TWO) == 0.0 and 0 <= score(TWO[:40], TWO) < 1
    assert KIND.scores["scrm_strict"](other, TWO) < 1 and KIND.scores["scrm_slight"](other, TWO) == 1
