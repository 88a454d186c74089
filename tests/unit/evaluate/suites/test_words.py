"""Lists of scene words in the forms they are handed around in."""

from __future__ import annotations

from pathlib import Path

import pytest

from gotocr.errors import InputError
from gotocr.evaluate.suite import Item, Trouble
from gotocr.evaluate.suites import suite_in
from gotocr.evaluate.suites.words import ICDAR, IIIT5K

SUITES = Path(__file__).parents[3] / "fixtures/suites"


def items(suite, folder):
    found = list(suite.load(folder))
    return [one for one in found if isinstance(one, Item)], [one for one in found if isinstance(one, Trouble)]


@pytest.mark.parametrize("suite", [IIIT5K, ICDAR], ids=lambda suite: suite.name)
def test_perfect_readings(suite):
    folder = SUITES / suite.name
    assert suite_in(folder) is suite
    found, _ = items(suite, folder)
    assert len(found) == 3
    for item in found:
        reading = (folder.with_suffix(".perfect") / f"{item.id}.md").read_text("utf-8")
        assert item.image.is_file()
        assert {*suite.subjects[item.type].judge(reading, item).values()} == {1.0}
        assert {*suite.subjects[item.type].judge("", item).values()} == {0.0}


def test_words_nobody_can_read_are_left_out_and_told_of(tmp_path):
    (tmp_path / "Challenge2_Test_Task3_GT.txt").write_text('word_1.png, "###"\nword_2.png, "&"\n', "utf-8-sig")
    (tmp_path / "word_2.png").write_bytes(b"")
    found, troubles = items(ICDAR, tmp_path)
    assert [item.truth for item in found] == ["&"]
    assert len(troubles) == 1 and troubles[0].where == "word_1.png" and "###" in troubles[0].what


@pytest.mark.parametrize(
    ("name", "line", "word"),
    [
        ("gt.txt", "word_1.png, \"Text\"", "Text"),
        ("gt.txt", "\ufeffword_1.png, \"a, \\\"b\\\"\"", 'a, "b"'),
        ("gt.txt", "word_1.png\tText", "Text"),
        ("labels.txt", "word_1.png Two words", "Two words"),
        ("label.txt", "./word_1.jpg,Text\r", "Text"),
        ("testdata.csv", 'word_1.png,"say ""no"""', 'say "no"'),
        ("testdata.csv", '"word_1.png","Text"', "Text"),
        ("Challenge4_Test_Task3_GT.txt", 'word_1.png, """', '"'),
    ],
)  # fmt: skip
def test_forms_of_lines(tmp_path, name, line, word):
    (tmp_path / name).write_text(line + "\n", "utf-8")
    assert ICDAR.is_in(tmp_path) and not IIIT5K.is_in(tmp_path)
    found, troubles = items(ICDAR, tmp_path)
    assert [(item.id, item.truth) for item in found] == [("word_1", word)]
    assert ["no picture" in trouble.what for trouble in troubles] == [True]


def test_nothing_is_left_out_in_silence(tmp_path):
    lines = ["image,word", "test/1.png,one", "no picture here", "test/1.png,again", "test/2.png,", "test/3.png,three"]
    (tmp_path / "gt.txt").write_text("\n".join(lines), "utf-8")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/3.png").write_bytes(b"")
    assert suite_in(tmp_path) is IIIT5K
    found, troubles = items(IIIT5K, tmp_path)
    assert [(item.id, item.truth, item.image.parent.name) for item in found] == [
        ("test_1", "one", "test"),
        ("test_3", "three", "elsewhere"),
    ]
    assert [(trouble.where, trouble.what.split(":")[0].split(";")[0]) for trouble in troubles] == [
        ("test/1.png", "has no picture"),
        ("gt.txt, line 3", "names no picture"),
        ("test/1.png", "is listed twice"),
        ("test/2.png", "is left out, as the protocol has it"),
    ]


def test_matlabs_table(tmp_path):
    io = pytest.importorskip("scipy.io")
    import numpy as np

    rows = np.array([("test/1_1.png", "HARBOUR"), ("test/1_2.png", "OPEN")], [("ImgName", "O"), ("GroundTruth", "O")])
    io.savemat(tmp_path / "testdata.mat", {"testdata": rows[None]})
    assert suite_in(tmp_path) is IIIT5K
    assert [(item.id, item.truth) for item in items(IIIT5K, tmp_path)[0]] == [("test_1_1", "HARBOUR"), ("test_1_2", "OPEN")]
    (tmp_path / "testdata.mat").write_bytes(b"MATLAB 5.0 MAT-file" * 20)
    with pytest.raises(InputError, match="fetch it again"):
        items(IIIT5K, tmp_path)


def test_no_list(tmp_path):
    for suite in (IIIT5K, ICDAR):
        assert not suite.is_in(tmp_path)
        with pytest.raises(InputError, match="no list of words"):
            items(suite, tmp_path)
