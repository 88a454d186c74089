"""The own form of a folder: everything in it is an item or a trouble."""

from __future__ import annotations

import json

from gotocr.evaluate.subjects import SUBJECTS
from gotocr.evaluate.suite import Item, Trouble
from gotocr.evaluate.suites import suite_in
from gotocr.evaluate.suites.folder import SUITE

GOOD = {"id": "a", "type": "text_line", "image": "a.png", "truth": "one line"}


def load(folder, *lines):
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (folder / "truth.jsonl").write_text(text, "utf-8")
    found = list(SUITE.load(folder))
    return [one for one in found if isinstance(one, Item)], [one for one in found if isinstance(one, Trouble)]


def test_a_line_is_an_item(tmp_path):
    (tmp_path / "a.png").write_bytes(b"x")
    items, troubles = load(tmp_path, GOOD | {"lang": "de", "group": "old", "page": 2, "licence": "CC0"})
    assert troubles == []
    assert items == [Item("a", "text_line", tmp_path / "a.png", "one line", "de", "old", 2, {"licence": "CC0"})]


def test_nothing_is_left_out_in_silence(tmp_path):
    lines = [
        GOOD,  # its picture is missing
        "{not json",
        "[1]",
        "[" * 100_000,
        {"id": "b", "type": "text_line", "image": "b.png"},
        GOOD | {"id": "c", "type": "poem"},
        GOOD | {"id": "a", "truth": "again"},
        "",
    ]
    items, troubles = load(tmp_path, *lines)
    assert [item.id for item in items] == ["a"]
    said = "\n".join(f"{trouble.where}: {trouble.what}" for trouble in troubles)
    assert len(troubles) == 7, said
    for part in ("a.png is missing", "line 2", "line 3", "line 4", "b has no truth", "unknown type 'poem'", "came before"):
        assert part in said


def test_truths_that_are_no_text_are_kept_as_json(tmp_path):
    items, _ = load(tmp_path, GOOD | {"type": "chart", "truth": {"values": {"a": 1}}}, GOOD | {"id": 7, "truth": ""})
    assert json.loads(items[0].truth) == {"values": {"a": 1}}
    assert items[1].id == "7" and items[1].truth == ""


def test_what_make_writes_is_a_suite(tmp_path):
    assert not SUITE.is_in(tmp_path)
    load(tmp_path, GOOD)
    assert suite_in(tmp_path) is SUITE
    from gotocr.synth.records import FORMS, TYPES

    assert {*FORMS, *TYPES.values()} <= {*SUBJECTS}
