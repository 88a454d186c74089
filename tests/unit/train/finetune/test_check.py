"""Every bad line of a file is found and said, nothing leaks between what is learnt and what is held out."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace

import pytest
from PIL import Image

pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.cli import main  # noqa: E402
from gotocr.errors import InputError  # noqa: E402
from gotocr.train.finetune.check import check, load, save, usable  # noqa: E402
from gotocr.train.finetune.course import Course  # noqa: E402


@pytest.fixture
def desk(tmp_path, strokes):
    """A function that writes lines to a file; `a.png` ... `h.png` lie beside it, each another picture."""
    for number, letter in enumerate("abcdefgh"):
        strokes((200 + 9 * number, 40)).save(tmp_path / f"{letter}.png")
    shutil.copyfile(tmp_path / "a.png", tmp_path / "copy.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    (tmp_path / "words.png").write_text("no picture at all")
    strokes((3000, 2000)).save(tmp_path / "poster.png")

    def write(*lines, name: str = "data.jsonl") -> str:
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
        return str(tmp_path / name)

    return write


def whys(course: Course) -> dict[int, str]:
    """Number of a line -> what is wrong with it."""
    return {int(bad.where.rpartition(":")[2]): bad.why for bad in check(course).bad}


def test_every_bad_line_is_listed_with_what_to_do(desk):
    file = desk(
        {"image": "a.png", "text": "fine"},
        {"image": "nowhere.png", "text": "x"},
        {"image": "broken.png", "text": "x"},
        {"image": "words.png", "text": "x"},
        {"image": "b.png", "text": " \n"},
        {"image": "b.png", "text": "a" * 500},
        {"image": "b.png", "text": "Ж \u4e2d"},
        {"image": "b.png", "text": "half \ud800"},
        {"image": "b.png", "text": "bell \a"},
        {"image": "b.png", "text": "x", "region": [0, 0, 2000, 10]},
        {"image": "b.png", "text": "x", "region": [-1, 0, 20, 10]},
        {"image": "b.png", "text": "x", "colour": "red"},
        {"image": "copy.png", "text": "fine"},
        {"image": "copy.png", "text": "not so"},
        {"image": "poster.png", "text": "x"},
        {"image": "b.png", "text": "x", "prompt": "[1500,0,1600,10] OCR: "},
        {"image": "c.png", "text": "fine as well", "region": [0, 0, 20, 20]},
        {"image": ".", "text": "x"},
        {"image": "pipe", "text": "x"},
        {"image": "d.png", "text": "x", "region": [0.1, 0.1, 0.9, 0.9]},
        {"image": "\ud800.png", "text": "x"},
    )
    os.mkfifo(file.replace("data.jsonl", "pipe"))
    found = whys(Course(data=file))
    said = {
        2: "there is no picture nowhere.png", 3: "broken.png", 4: "words.png", 5: "--allow-empty", 6: "501 tokens long",
        7: "no sign for 'Ж' (U+0416 CYRILLIC CAPITAL LETTER ZHE), '中'", 8: "lone surrogate", 9: "U+0007", 10: "reaches out of the picture",
        11: "reaches out", 12: "nano looks for no coloured frames", 13: f"says the same as {file}:1", 14: f"contradicts {file}:1",
        15: "cut it into lines", 16: "reaches out", 18: "is no file", 19: "pipe is no file", 20: "in pixels, not in shares", 21: "cannot be opened",
    }  # fmt: skip
    assert found.keys() == said.keys()
    assert not {number: found[number] for number, words in said.items() if words not in found[number]}


def test_a_text_may_be_empty_where_it_is_said(desk):
    file = desk({"image": "a.png", "text": ""}, {"image": "b.png", "text": "x"})
    assert list(whys(Course(data=file))) == [1] and not whys(Course(data=file, allow_empty=True))


def test_letters_are_composed(desk):
    found = check(Course(data=desk({"image": "a.png", "text": "cafe\u0301"}, {"image": "b.png", "text": "x"})))
    assert {lesson.text for lesson in (*found.lessons, *found.held)} == {"café", "x"} and not found.bad


def test_the_same_picture_may_be_asked_in_several_ways(desk):
    ways = [{}, {"mode": "format"}, {"region": [0, 0, 50, 30]}, {"region": [50, 0, 90, 30]}]
    found = check(Course(data=desk(*({"image": "a.png", "text": "x", **way} for way in ways), {"image": "b.png", "text": "x"})))
    sides = [{lesson.image for lesson in part} for part in (found.lessons, found.held)]
    assert not found.bad and len(found.lessons) + len(found.held) == 5 and not sides[0] & sides[1]


def test_copies_of_a_picture_are_held_out_together(desk, displays, tmp_path):
    rows = [json.loads(row) for row in displays.read_text().splitlines()]
    for row in rows:
        shutil.copyfile(displays.parent / row["image"], tmp_path / f"again-{row['image']}")
    lines = [{"image": str(displays.parent / row["image"]), "text": row["text"]} for row in rows]
    lines += [{"image": f"again-{row['image']}", "text": row["text"], "mode": "format"} for row in rows]
    found = check(Course(data=desk(*lines), share=0.3))
    held, learnt = ({lesson.image.rpartition("/")[2].removeprefix("again-") for lesson in part} for part in (found.held, found.lessons))
    assert not held & learnt and len(held) + len(learnt) == 60 and 8 <= len(held) <= 30
    fewer = check(Course(data=desk(*lines[:40]), share=0.3))
    assert {lesson.image for lesson in fewer.held} <= {lesson.image for lesson in found.held}, "more data moves no picture"


def test_what_is_held_out_in_a_file_is_not_learnt(desk):
    own = desk({"image": "a.png", "text": "x"}, {"image": "d.png", "text": "x"}, name="held.jsonl")
    lines = [{"image": "copy.png", "text": "x"}, {"image": "a.png", "text": "y", "region": [0, 0, 9, 9]}, {"image": "b.png", "text": "x"}]
    course = Course(data=desk(*lines), held_out=own)
    found = whys(course)
    assert list(found) == [1, 2] and all("its picture is held out, too" in why for why in found.values())
    with pytest.raises(InputError, match=r"^2 lines cannot be used; mend them, or leave them out with --skip-bad: .*data.jsonl:1: "):
        usable(check(course), course)
    kept = usable(check(course), replace(course, skip_bad=True))
    assert [lesson.image.rpartition("/")[2] for lesson in kept.lessons] == ["b.png"] and len(kept.held) == 2


def test_one_picture_cannot_be_learnt_and_held_out(desk):
    course = Course(data=desk({"image": "a.png", "text": "x"}))
    with pytest.raises(InputError, match="1 lines to learn and 0 held out"):
        usable(check(course), course)
    found = check(Course(data=desk({"image": "a.png", "text": "x"}, {"image": "b.png", "text": "x"})))
    assert len(found.lessons) == len(found.held) == 1, "of two pictures one is held out, whatever their hashes"


def test_nano_sees_letters_at_the_reader_s_size(desk, displays):
    from gotocr.pixels.native import SEEN_LETTERS

    found = check(Course(data=str(displays)))
    assert all(0.2 < lesson.scale <= 2 for lesson in found.lessons) and SEEN_LETTERS == (8.0, 16.0)
    for lesson in found.lessons[:5]:
        width, height = Image.open(lesson.image).size
        assert lesson.size == (round(height * lesson.scale), round(width * lesson.scale)) and lesson.tokens == len(lesson.text) + 1


def test_base_writes_any_letter_and_knows_frames(desk, small_base):
    rows = [{"image": "a.png", "text": "Ж 中 🜚"}, {"image": "b.png", "text": "x", "colour": "red"}, {"image": "c.png", "text": "a" * 2000}]
    course = Course(data=desk(*rows, {"image": "d.png", "text": "x", "prompt": "[0,0,500,1000] OCR: "}), model=str(small_base))
    found = check(course)
    (bad,) = found.bad
    assert bad.where.endswith(":3") and "2001 tokens long" in bad.why and "fit behind picture and prompt" in bad.why
    needed = int(bad.why.partition("--length ")[2].split()[0])
    assert not check(replace(course, length=needed)).bad and len(check(replace(course, length=needed - 1)).bad) == 1
    box = next(lesson.box for lesson in (*found.lessons, *found.held) if lesson.box)
    assert box == (0, 0, (200 + 27) / 2, 40), "thousandths of the picture"


def test_lessons_come_back_as_they_were(desk, tmp_path):
    rows = [{"image": "a.png", "text": "x", "region": [0, 0, 20, 20]}, {"image": "b.png", "text": "é\n"}]
    found = check(Course(data=desk(*rows)))
    lessons = [*found.lessons, *found.held]
    save(lessons, tmp_path / "some" / "lessons.jsonl")
    assert load(tmp_path / "some" / "lessons.jsonl") == lessons
    (tmp_path / "torn.jsonl").write_text('{"image": ')
    with pytest.raises(InputError, match="holds no lessons"):
        load(tmp_path / "torn.jsonl")


def test_the_command_lists_all_and_ends_with_3(desk, capsys):
    rows = [{"image": f"no-{number}\x1b[2J.png", "text": "x"} for number in range(30)]
    file = desk({"image": "a.png", "text": "x"}, {"image": "b.png", "text": "x"}, *rows)
    assert main(["train", "finetune", file, "--check"]) == 3
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 30 and "\x1b" not in out and err.endswith("1 lines to learn, 1 held out, 30 bad ones\n")
    assert main(["train", "finetune", file, "-o", file + ".out"]) == 3
    err = capsys.readouterr().err
    assert "and 10 more (--check lists all)" in err and len(err.splitlines()) == 1 and "\x1b" not in err
    assert main(["train", "finetune", desk(*[{"image": f"{letter}.png", "text": "x"} for letter in "abcd"]), "--check"]) == 0
