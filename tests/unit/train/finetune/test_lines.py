"""Lines of a user's file: every form that is read, and what is said of each that is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gotocr.errors import InputError
from gotocr.train.finetune.lines import Bad, Line, read_line, read_lines


def line(value, folder: Path = Path("/data")) -> Line | Bad:
    return read_line(value if isinstance(value, bytes) else json.dumps(value).encode(), "a.jsonl:7", folder)


def test_our_own_form():
    assert line({"image": "b/a.png", "text": "one\r\ntwo"}) == Line("a.jsonl:7", "b/a.png", Path("/data/b/a.png"), "one\ntwo")
    full = line({"image": "/a.png", "text": "x", "mode": "format", "region": [1, 2, 30.5, 40], "colour": "red"})
    assert (full.path, full.mode, full.box, full.colour, full.thousandths) == (Path("/a.png"), "format", (1, 2, 30.5, 40), "red", False)


@pytest.mark.parametrize(
    ("prompt", "mode", "box", "colour"),
    [
        ("OCR: ", "plain", None, None),
        ("<image>OCR with format: ", "format", None, None),
        ("<image>\nocr", "plain", None, None),
        ("[red] OCR: ", "plain", None, "red"),
        ("[10, 20,300,400] OCR with format: ", "format", (10.0, 20.0, 300.0, 400.0), None),
        ("<img>https://x/y.png</img>OCR: ", "plain", None, None),
    ],
)
def test_published_prompts_say_mode_and_region(prompt, mode, box, colour):
    found = line({"image": "a.png", "text": "x", "prompt": prompt})
    assert (found.mode, found.box, found.colour, found.thousandths) == (mode, box, colour, box is not None)
    turns = [{"role": "system", "content": "You are ..."}, {"role": "user", "content": prompt}, {"role": "assistant", "content": "x"}]
    assert line({"messages": turns, "images": ["a.png"]}) == found, "ms-swift's form of the same"
    assert line({"query": prompt, "response": "x", "images": ["a.png"]}) == found, "and its older one"


def test_forms_of_swift_in_parts():
    parts = [{"type": "image"}, {"type": "text", "text": "OCR: "}]
    turns = [{"role": "user", "content": parts}, {"role": "assistant", "content": [{"type": "text", "text": "hello"}]}]
    found = line({"messages": turns, "images": [{"path": "a.png"}]})
    assert (found.image, found.text, found.mode) == ("a.png", "hello", "plain")
    assert line({"query": "<image>", "response": "x", "images": "a.png"}).why.startswith("the prompt")


TALK = [{"role": "user", "content": "<image>OCR: "}, {"role": "assistant", "content": "x"}]
WRONG = {
    "no json": (b"{", "is not JSON"),
    "nan": (b'{"image": "a.png", "text": "x", "region": [NaN, 0, 1, 1]}', "NaN is no JSON"),
    "not utf-8": (b'{"image": "\xff"}', "not UTF-8"),
    "deep": (b"[" * 100_000, "is not JSON"),
    "list": ([1], "is not an object but list"),
    "unknown": ({"image": "a.png", "text": "x", "label": "y"}, "unknown keys 'label'; known are image, text"),
    "no text": ({"image": "a.png"}, "has no 'text'"),
    "no image": ({"text": "x"}, "has no 'image'"),
    "number": ({"image": "a.png", "text": 3}, "'text' must be a text, not 3"),
    "empty path": ({"image": "", "text": "x"}, "'image' is empty"),
    "address": ({"image": "https://x/a.png", "text": "x"}, "is an address; download"),
    "mode": ({"image": "a.png", "text": "x", "mode": "latex"}, "'mode' is one of plain, format, not 'latex'"),
    "colour": ({"image": "a.png", "text": "x", "colour": "pink"}, "'colour' is one of red, green, blue"),
    "three sides": ({"image": "a.png", "text": "x", "region": [1, 2, 3]}, "'region' is [left, top, right, bottom]"),
    "true": ({"image": "a.png", "text": "x", "region": [True, 2, 3, 4]}, "'region' is [left, top, right, bottom]"),
    "reversed": ({"image": "a.png", "text": "x", "region": [5, 2, 3, 4]}, "is empty; left must be below right"),
    "prompt": ({"image": "a.png", "text": "x", "prompt": "What is this?"}, "is none that a reader asks"),
    "both": ({"image": "a.png", "text": "x", "prompt": "OCR: ", "mode": "plain"}, "has both 'prompt' and 'mode'"),
    "prompt and region": ({"image": "a.png", "text": "x", "prompt": "[0,0,9,9] OCR: ", "region": [1, 2, 3, 4]}, "both 'prompt' and 'region'"),
    "no mode": ({"image": "a.png", "text": "x", "mode": ""}, "'mode' is one of plain, format, not ''"),
    "null": ({"image": "a.png", "text": None}, "has no 'text'"),
    "huge": ({"image": "a.png", "text": "x", "region": [0, 0, 10**400, 9]}, "'region' is [left, top, right, bottom]"),
    "endless": (b'{"image": "a.png", "text": "x", "region": [0, 0, 1e999, 9]}', "'region' is [left, top, right, bottom]"),
    "prompt's nan": ({"image": "a.png", "text": "x", "prompt": "[nan,nan,nan,nan] OCR: "}, "'region' is [left, top, right, bottom]"),
    "frame": ({"image": "a.png", "text": "x", "prompt": "[pink] OCR: "}, "is no box and no colour"),
    "two pictures": ({"messages": TALK, "images": ["a.png", "b.png"]}, "'images' must name one picture"),
    "no pictures": ({"messages": TALK}, "'images' must name one picture"),
    "talk": ({"messages": TALK * 2, "images": ["a.png"]}, "one of the user and one of the assistant"),
    "roles": ({"messages": TALK[::-1], "images": ["a.png"]}, "one of the user and one of the assistant"),
    "no answer": ({"query": "OCR: ", "images": ["a.png"]}, "its answer is missing"),
    "history": ({"query": "OCR: ", "response": "x", "history": [["a", "b"]], "images": ["a.png"]}, "has a 'history'"),
    "mixed": ({"image": "a.png", "query": "OCR: ", "response": "x"}, "unknown keys 'image'; ms-swift's are"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said(case):
    value, said = WRONG[case]
    found = line(value)
    assert isinstance(found, Bad) and said in found.why and found.where == "a.jsonl:7" and "\n" not in str(found)


def test_a_file_has_lines(tmp_path):
    file = tmp_path / "data.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"image": "a.png", "text": "x"}\r\n\r\n{"image": "b.png", "text": "y"}\n{')
    first, second, third = read_lines(file)
    assert (first.path, first.where) == (tmp_path / "a.png", f"{file}:1") and second.where == f"{file}:3"
    assert isinstance(third, Bad) and third.where == f"{file}:4"
    file.write_bytes(b"\n \n")
    with pytest.raises(InputError, match="has no lines"):
        [*read_lines(file)]
    with pytest.raises(InputError, match="cannot read it"):
        [*read_lines(tmp_path / "absent.jsonl")]
