"""Predictions of others are found by every way of naming them, and never guessed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gotocr.errors import InputError, TooLargeError, UsageError
from gotocr.evaluate.suite import Item
from gotocr.evaluate.systems import predictions
from gotocr.evaluate.systems.predictions import open_system
from gotocr.evaluate.systems.system import Choice


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def item(name: str = "one", image: str = "/data/suite/images/en/page.jpg", page: int = 0) -> Item:
    return Item(name, "page", Path(image), None, page=page)


def found(folder: Path, wanted: Item | None = None) -> str:
    return open_system(Choice(folders=(folder,))).read(wanted or item(), "format")


@pytest.mark.parametrize(
    "name",
    [
        *("one.md", "one.txt", "one.html", "one.json", "one.tex", "one.mmd", "one.abc", "one.krn", "one.musicxml", "one.smi"),
        *("page.md", "page.jpg.md", "en/page.md", "images/en/page.txt", "en/page.jpg.txt", "en/page_pg1_repeat1.md"),
    ],
)
def test_files_are_named_by_the_item_or_by_its_picture(tmp_path, name):
    assert found(written(tmp_path, {name: "\ufeffread", "other.md": "x", "page.png": "x", "notes.log": "x"})) == "read"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("predictions.jsonl", '{"id": "one", "text": "read"}\n\n{"id": "two", "text": "x"}\n'),
        ("any.jsonl", '{"image": "images/en/page.jpg", "prediction": "read"}'),
        ("any.jsonl", '{"image": "page.jpg", "id": "seven", "answer": "read", "question": "?"}'),
        ("any.jsonl", '{"image": "./en/page.jpg", "text": "read", "answer": "no"}'),
        ("any.csv", 'id,text\ntwo,x\none,"read"\n'),
        ("any.csv", "image,answer\r\nen/page.jpg,read\r\n"),
    ],
)
def test_tables_have_a_line_for_each_item(tmp_path, name, text):
    written(tmp_path, {name: text})
    assert found(tmp_path) == found(tmp_path / name) == "read"


def test_texts_come_as_they_were_written(tmp_path):
    rows = ['{"id": "one", "text": "a\u2028b\\n"}', '{"id": "two", "text": {"é": [1]}}', '{"id": "three", "text": null}']
    written(tmp_path, {"a.jsonl": "\n".join(rows)})
    assert [found(tmp_path, item(name)) for name in ("one", "two", "three")] == ["a\u2028b\n", '{"é": [1]}', ""]
    (tmp_path / "long.csv").write_text("id,text\nfour,\"" + "x\n" * 200_000 + '"\n')
    (tmp_path / "five.md").write_bytes(b"caf\xe9\r\n")
    assert found(tmp_path, item("four")) == "x\n" * 200_000
    assert found(tmp_path, item("five")) == "caf\ufffd\r\n"


@pytest.mark.parametrize(
    "names",
    [("one.md", "one.txt"), ("page.md", "page.jpg.md"), ("page.md", "page.txt"), ("page_pg1_repeat1.md", "page_pg1_repeat2.md")],
)
def test_two_that_might_be_meant_are_an_error(tmp_path, names):
    with pytest.raises(InputError, match="several") as caught:
        found(written(tmp_path, {name: "x" for name in names}))
    assert all(name in str(caught.value) for name in names)
    (tmp_path / "again.jsonl").write_text('{"id": "two", "text": "x"}\n{"id": "two", "text": "x"}\n')
    with pytest.raises(InputError, match="again.jsonl, line 1, again.jsonl, line 2"):
        found(tmp_path, item("two"))


def test_the_item_s_own_name_and_the_longer_path_come_first(tmp_path):
    written(tmp_path, {"one.md": "by id", "page.md": "by name", "en/page.md": "by path"})
    assert found(tmp_path) == "by id"
    assert found(tmp_path, item("two")) == "by path"
    assert found(tmp_path, item("three", "/data/suite/images/de/page.jpg")) == "by name"


def test_a_text_is_of_one_picture_only(tmp_path):
    system = open_system(Choice(folders=(written(tmp_path, {"page.md": "x", "one.md": "y"}),)))
    assert system.read(item("a"), "plain") == system.read(item("b"), "plain") == "x"  # two questions about one picture
    with pytest.raises(InputError, match="could be of"):
        system.read(item("c", "/data/suite/images/de/page.jpg"), "plain")
    with pytest.raises(InputError, match="page 2"):
        system.read(item("d", page=1), "plain")
    assert system.read(item("one", "/data/elsewhere/page.jpg"), "plain") == "y"


def test_pages_are_told_apart(tmp_path):
    written(tmp_path, {"doc_pg1_repeat1.md": "first", "doc_pg2_repeat1.md": "second"})
    assert [found(tmp_path, item("x", "/data/doc.pdf", page)) for page in (0, 1)] == ["first", "second"]


def test_what_is_missing_is_named(tmp_path):
    written(tmp_path, {"other.md": "x"})
    with pytest.raises(InputError, match=r"one.*looked for one\.md, page\.jpg\.md, page\.md \(or \.mmd \.txt"):
        found(tmp_path)


@pytest.mark.parametrize("name", ["../secret", "/secret", "a/../../secret", "..", "", "\0", "link", "C:\\secret"])
def test_names_do_not_lead_out_of_the_folder(tmp_path, name):
    (tmp_path / "secret.md").write_text("secret")
    folder = written(tmp_path / "inside", {"other.md": "x", ".hidden/link.md": "secret"})
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(InputError, match="no prediction"):
        found(folder, item(name))


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "holds no predictions"),
        ({"a.jsonl": '{"id": "one", "text": "x"}\nnonsense\n'}, "line 2 is not JSON"),
        ({"a.jsonl": "[" * 100_000}, "line 1 is not JSON"),
        ({"a.jsonl": "[1]"}, "line 1 is no object"),
        ({"a.jsonl": '{"id": "one"}'}, "line 1: no id"),
        ({"a.csv": "name,text\none,x\n"}, "line 2: no id"),
    ],
)
def test_folders_that_hold_nothing_of_use_are_refused(tmp_path, files, says):
    with pytest.raises(InputError, match=says):
        found(written(tmp_path, files))


def test_one_folder_that_is_there(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="there is no folder"):
        found(tmp_path / "absent")
    for folders in ((), (tmp_path, tmp_path)):
        with pytest.raises(UsageError, match="one folder"):
            open_system(Choice(folders=folders))
    monkeypatch.setattr(predictions, "MOST_BYTES", 10)
    with pytest.raises(TooLargeError):
        found(written(tmp_path, {"one.md": "x" * 11}))


def test_the_version_changes_with_the_texts(tmp_path):
    versions = []
    for text in ("a", "b", "a"):
        written(tmp_path, {"one.md": text, "p.jsonl": json.dumps({"id": "x", "text": ""})})
        versions.append(open_system(Choice(folders=(tmp_path,))).version)
    assert versions[0] == versions[2] != versions[1]
    assert versions[0].startswith(f"2 predictions in {tmp_path.name} (sha256 ")
