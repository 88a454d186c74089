"""convert: text given back, or files that appear whole, in a folder within, over nothing that is there."""

from __future__ import annotations

import json
import stat

import pytest

WRITE = {"write": True}


def files(room) -> set[str]:
    return {str(path.relative_to(room)) for path in room.rglob("*") if path.is_file()}


def test_text_is_given_back(call):
    found = call("convert", path="sign.png", to=["text", "json", "text"])
    assert list(found.texts) == ["text", "json"] and found.texts["text"] == "Bakery\n" and found.pages == 1
    assert json.loads(found.texts["json"])["pages"][0]["blocks"][0]["text"] == "Bakery"
    assert found.said[1:] == list(found.texts.values())
    assert list(call("convert", path="sign.png", to="text, json").texts) == ["text", "json"]


def test_what_is_no_text_needs_a_folder(call):
    assert "start it with --write" in call("convert", path="sign.png", to=["docx"]).error
    assert "give a folder" in call("convert", settings=WRITE, path="sign.png", to=["docx"]).error
    assert "a file for each thing" in call("convert", path="sign.png", to=["mol"]).error
    assert "folder" in call("convert", path="sign.png", to=["text"], folder="out").error, "not without --write"
    assert "to.0" in call("convert", path="sign.png", to=["doc"]).error


def test_a_long_text_is_not_given_back(call):
    assert "max_chars is 500" in call("convert", path="note.png", to=["json"], max_chars=500).error


def test_files_are_written(call, room):
    docx = pytest.importorskip("docx")
    before = files(room)
    found = call("convert", settings=WRITE, path="note.png", to=["docx", "html", "csv"], folder="out/deep")
    assert files(room) - before == {"out/deep/note/note.docx", "out/deep/note/note.html"}
    assert [(file["path"], file["format"]) for file in found.files] == [("out/deep/note/note.docx", "docx"), ("out/deep/note/note.html", "html")]
    assert all((room / file["path"]).stat().st_size == file["bytes"] for file in found.files)
    assert "harbour" in "\n".join(paragraph.text for paragraph in docx.Document(room / "out/deep/note/note.docx").paragraphs)
    assert found.warnings == ["nothing in it to be written as csv"] and found.pages == 1
    assert stat.S_IMODE((room / "out/deep/note").stat().st_mode) & 0o500 == 0o500


def test_a_searchable_pdf_holds_its_source(call, room, kit):
    pytest.importorskip("pikepdf")
    import pypdfium2

    kit.pages(room / "three.pdf", 3)
    found = call("convert", settings=WRITE, path="three.pdf", to=["pdf"], folder=".")
    with pypdfium2.PdfDocument(room / found.files[0]["path"]) as pdf:
        assert len(pdf) == 3 and found.files[0]["path"] == "three/three.pdf"


def test_nothing_is_written_over(call, room):
    (room / "out" / "sign").mkdir(parents=True)
    (room / "out" / "sign" / "sign.md").write_text("mine")
    assert "is there already" in call("convert", settings=WRITE, path="sign.png", to=["markdown", "text"], folder="out").error
    assert files(room / "out") == {"sign/sign.md"} and (room / "out/sign/sign.md").read_text() == "mine"
    call("convert", settings=WRITE, path="sign.png", to=["markdown"], folder="out", overwrite=True)
    assert "Bakery" in (room / "out/sign/sign.md").read_text()


def test_the_source_is_never_written_over(call, room, kit):
    (room / "a").mkdir()
    kit.pages(room / "a" / "a.pdf", 1)
    before = (room / "a" / "a.pdf").read_bytes()
    for overwrite in (False, True):
        assert "over its source" in call("convert", settings=WRITE, path="a/a.pdf", to=["pdf"], folder=".", overwrite=overwrite).error
    (room / "link" / "a").mkdir(parents=True)
    (room / "link" / "a" / "a.pdf").symlink_to(room / "a" / "a.pdf")
    assert "over its source" in call("convert", settings=WRITE, path="a/a.pdf", to=["pdf"], folder="link", overwrite=True).error
    assert (room / "a" / "a.pdf").read_bytes() == before


def test_a_link_in_the_way_is_replaced_and_not_followed(call, room):
    (room / "out" / "sign").mkdir(parents=True)
    (room / "out/sign/sign.md").symlink_to(room.parent / "secret.png")
    before = (room.parent / "secret.png").read_bytes()
    assert "is there already" in call("convert", settings=WRITE, path="sign.png", folder="out").error
    call("convert", settings=WRITE, path="sign.png", folder="out", overwrite=True)
    assert (room.parent / "secret.png").read_bytes() == before and not (room / "out/sign/sign.md").is_symlink()


@pytest.mark.parametrize("folder", ["..", "/tmp", "out/../..", "up", "/", "~", "file:///tmp"])
def test_nothing_is_written_outside(call, room, folder):
    (room / "up").symlink_to(room.parent)
    outside = files(room.parent)
    assert "outside" in call("convert", settings=WRITE, path="sign.png", folder=folder).error
    assert files(room.parent) == outside


def test_what_goes_wrong_leaves_nothing(call, room, monkeypatch):
    from gotocr.formats import FORMATS

    before = {path for path in room.rglob("*")}
    broken = FORMATS["html"]

    def parts(leaves, source, model):
        yield b"half"
        raise OSError(28, "No space left on device")

    from dataclasses import replace

    monkeypatch.setitem(FORMATS._loaded, "html", replace(broken, parts=parts))
    assert "No space left" in call("convert", settings=WRITE, path="sign.png", to=["text", "html"], folder="out").error
    assert {path for path in room.rglob("*")} == before


def test_a_file_in_the_way_of_a_folder(call, room):
    (room / "out").write_text("a file")
    assert "cannot write" in call("convert", settings=WRITE, path="sign.png", folder="out").error
    assert (room / "out").read_text() == "a file"


def test_a_file_for_each_thing(call, room, scripted, model_folder):
    import gotocr

    scripted.texts = ["| a | b |\n|---|---|\n| 1 | 2 |"]
    with gotocr.load(model_folder, engine="scripted", quiet=True) as reader:
        found = call("convert", reader, WRITE, path="sign.png", to=["csv"], folder="out")
    assert [file["path"] for file in found.files] == ["out/sign/page-0001-table-1.csv"]
    assert (room / "out/sign/page-0001-table-1.csv").read_text("utf-8-sig").splitlines() == ["a,b", "1,2"]


def test_pages_that_fail_are_named(call, room, kit, scripted, model_folder):
    import gotocr
    from gotocr.errors import EngineError

    kit.pages(room / "three.pdf", 3)
    scripted.faults = {1: EngineError("it broke")}
    with gotocr.load(model_folder, engine="scripted", quiet=True) as reader:
        found = call("convert", reader, WRITE, path="three.pdf", to=["text"], folder="out")
    assert found.pages == 2 and found.failed == [{"page": 2, "error": "it broke"}] and "Page 2 could not be read" in found.said[0]


def test_an_address_becomes_a_file(call, room, kit, monkeypatch):
    pytest.importorskip("pikepdf")
    monkeypatch.setattr("gotocr.mcp.given.fetch_public", lambda address, limits: (kit.examples / "sign.png").read_bytes())
    found = call("convert", settings={**WRITE, "allow_urls": True}, path="https://example.org/x/shop.png?y=1", to=["pdf"], folder="out")
    assert [file["path"] for file in found.files] == ["out/shop/shop.pdf"]


def test_a_report_shows_the_pages(call, room, kit):
    kit.pages(room / "two.pdf", 2)
    found = call("convert", settings=WRITE, path="two.pdf", to=["text"], folder=".", report=True)
    assert [file["path"] for file in found.files] == ["two/two.txt", "two/two.report.html"]
    page = (room / "two/two.report.html").read_text("utf-8")
    assert page.count("data:image/") == 2 and "two.pdf" in page
    assert "is there already" in call("convert", settings=WRITE, path="two.pdf", to=["json"], folder=".", report=True).error
    assert "give a folder" in call("convert", settings=WRITE, path="two.pdf", to=["text"], report=True).error
    assert "report" in call("convert", path="two.pdf", to=["text"], report=True).error
