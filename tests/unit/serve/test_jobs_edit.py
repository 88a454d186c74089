"""Blocks that somebody wrote anew: parsed by their kind, the page consistent afterwards, in every format."""

from __future__ import annotations

import json

import pytest

from gotocr.formats import FORMATS
from gotocr.kinds.page import parse
from gotocr.schema import Document, Leaf, Piece
from gotocr.serve.jobs.editing import changed

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

from tests.unit.serve.jobs_server import maker, pages  # noqa: E402

PAGE = """# Head *it*

Hello wrold, this
is it.

- a
- b

$$x^2$$

| a | b |
|---|---|
| 1 | 2 |

```python
print(1)
```

```smiles
CCO
```

Last words."""
KINDS = ["text", "text", "text", "formula", "table", "code", "molecule", "text"]
NEW = ["New head", "Hello world, this\nis it.", "- a\n- c\n- d", "y^3", "| a | b |\n|---|---|\n| 1 | 3 |", "print(2)", "CCN", "The end."]


def read(text=PAGE, mode="format"):
    """The page as a model wrote it, a box for each character."""
    pieces = [Piece(at, letter, 0.9, (at, 0.0, at + 1.0, 9.0)) for at, letter in enumerate(text)]
    blocks = parse(pieces, (2000, 10), mode)
    return Leaf(0, 2000, 10, text, blocks, confidence=0.9)


def formats():
    for name, one in FORMATS.items():
        try:
            one.ready()
        except Exception:
            continue
        yield name, one


@pytest.mark.parametrize("place", range(len(KINDS)))
def test_each_kind_is_read_again_as_it_is(place):
    before = read()
    assert [block.kind for block in before.blocks] == KINDS
    after = changed(before, place, NEW[place])
    old, new = before.blocks[place], after.blocks[place]
    assert (new.kind, new.box, new.confidence, new.problems) == (old.kind, old.box, None, ()) and new.data["edited"] is True
    assert {key: value for key, value in new.data.items() if key != "edited"} == old.data, "a heading stays one, Python stays Python"
    others = [block for number, block in enumerate(after.blocks) if number != place]
    assert others == [block for number, block in enumerate(before.blocks) if number != place]
    again = parse(after.text, (2000, 10))
    assert [(block.kind, block.text) for block in again] == [(block.kind, block.text) for block in after.blocks], "text and blocks agree"
    assert after.text != before.text and PAGE.splitlines()[0 if place else -1] in after.text


def test_everything_in_turn_and_every_format():
    leaf = read()
    for place, text in enumerate(NEW):
        leaf = changed(leaf, place, text)
    assert leaf.confidence is None
    assert [(block.kind, block.text) for block in parse(leaf.text, (2000, 10))] == [(block.kind, block.text) for block in leaf.blocks]
    document = Document("scan.png", (leaf,), "nano")
    for name, one in formats():
        if one.parts is not None:
            assert one.write(document), name
        else:
            assert all(data for _, data in one.files(document.pages, "scan.png", "nano"))
    words = FORMATS["text"].write(document).decode()
    assert "Hello world, this" in words and "wrold" not in words and "CCN" in words and "CCO" not in words
    assert json.loads(FORMATS["json"].write(document))["pages"][0]["blocks"][1]["data"]["edited"] is True
    for count in range(len(KINDS), 0, -1):
        leaf = changed(leaf, 0, " \n")
        assert len(leaf.blocks) == count - 1
    assert leaf.text == "" and leaf.blocks == ()
    for name, one in formats():
        if one.parts is not None:
            assert one.write(Document("scan.png", (leaf,), "nano")) is not None, name


def test_words_keep_their_places():
    leaf = read("Hello wrold, this is it.\n\nNext.")
    old = {word.text: word.box for word in leaf.blocks[0].words}
    words = changed(leaf, 0, "Hello world, this really is it.").blocks[0].words
    boxes = {word.text: word.box for word in words}
    assert boxes == {"Hello": old["Hello"], "world,": old["wrold,"], "this": old["this"], "really": None, "is": old["is"], "it.": old["it."]}
    assert all(word.confidence is None and not word.alternatives for word in words)


def test_lines_as_printed_stay_lines():
    leaf = read("# 1 *a*\n  b\n\nc", "plain")
    after = changed(leaf, 0, "# 2 *a*\n  b")
    assert after.text == "# 2 *a*\n  b\n\nc" and after.blocks[0].data == {"role": "lines", "edited": True}
    assert FORMATS["text"].write(Document("x", (after,))) == b"# 2 *a*\n  b\n\nc\n"


def test_what_makes_no_sense_is_kept_and_said():
    after = changed(read(), 3, r"\frac{1}{")
    assert after.blocks[3].kind == "formula" and after.blocks[3].problems and after.blocks[3].text == r"\frac{1}{"
    after = changed(read(), 1, "<script>alert(1)</script>\n\nand more\n\n| x |")
    assert after.blocks[1].kind == "text" and len(after.blocks) == len(KINDS) and "and more" in after.text
    last = changed(after, 7, "The end.")
    assert last.text.endswith("The end.") and "<script>" in last.text, "though its blocks cannot be told apart any more"
    assert b"<script>" not in FORMATS["html"].write(Document("x", (last,)))


@pytest.fixture
def make(scripted, model_folder, tmp_path):
    scripted.texts = ["# Hello\n\nwide world"]
    return maker(model_folder, tmp_path)


def test_over_the_wire(make):
    with make() as server:
        client = server.client
        code = client.ask(pages(1)).json["id"]
        client.wait(code)
        path = f"/v1/jobs/{code}/pages/1"
        answer = client.send("PUT", f"{path}/blocks/1", {"text": "wide <b>world</b> & more"})
        assert answer.status == 200 and answer.json == client.get(path).json
        page = answer.json
        assert page["text"] == "# Hello\n\nwide <b>world</b> & more" and page["blocks"][1]["data"] == {"role": "paragraph", "edited": True}
        assert page["blocks"][1]["confidence"] is None and "<b>" not in page["html"] and "&lt;b&gt;" in page["html"]
        assert client.get(f"/v1/jobs/{code}/result", to="text").body == b"Hello\n\nwide <b>world</b> & more\n"
        assert client.send("PUT", f"{path}/blocks/0", {"text": ""}).json["text"] == "wide <b>world</b> & more"
        refused = [{"text": 1}, {"words": ""}, {}, {"text": "a", "kind": "code"}, [], {"text": None}, {"text": "x" * 400_001}]
        for body in refused:
            assert client.send("PUT", f"{path}/blocks/0", body).status == 400, str(body)[:80]
        assert client.send("PUT", f"{path}/blocks/0", b'{"text": "a"}').status == 415
        assert client.send("PUT", f"{path}/blocks/0", b"{", Content_Type="application/json").status == 400
        assert client.send("PUT", f"{path}/blocks/0", {"text": "x" * 2_000_000}).status == 413
        for place, status in (("1", 404), ("-1", 400), ("x", 400), ("99999999999999", 400)):
            assert client.send("PUT", f"{path}/blocks/{place}", {"text": "a"}).status == status
        assert client.send("PUT", f"/v1/jobs/{code}/pages/2/blocks/0", {"text": "a"}).status == 404
        half = client.send("PUT", f"{path}/blocks/0", b'{"text": "half \\ud83d of it"}', Content_Type="application/json")
        assert half.status == 200 and client.get(f"/v1/jobs/{code}/result", to="text").status == 200


def test_drawings_that_cannot_be_had_are_left_out(make, monkeypatch, scripted):
    from gotocr.errors import WorkerError
    from gotocr.serve.jobs import showing

    def dies(*_):
        raise WorkerError("drawn died of its input")

    scripted.texts = ["```smiles\nC<b>O\n```"]
    monkeypatch.setattr(showing, "pool", lambda *_: dies)
    with make() as server:
        code = server.client.ask(pages(1)).json["id"]
        server.client.wait(code)
        page = server.client.get(f"/v1/jobs/{code}/pages/1").json
        assert page["blocks"][0]["kind"] == "molecule" and "C&lt;b&gt;O" in page["html"] and "not drawn" in page["html"] and "<b>" not in page["html"]
