"""POST /v1/ocr: Mistral's own client and raw HTTP against live servers: every option, pages that fail, and every way to be refused."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import random
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from gotocr.errors import EngineError, TooLargeError
from gotocr.kinds.page import parse
from gotocr.schema import Block, Leaf, Piece, Word

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

PATH = "/v1/ocr"
RICH = """# Title & more

See [here](https://example.org/a_(b)), https://x.y/z. and *bold words* with $x^2+1$ end_of it.

- one
- two

$$\\frac{a}{b}=c$$

<table><tr><td>Name</td><td>a | b &lt; c</td></tr><tr><td>d</td><td>12 &amp; 13</td></tr></table>

```python
print("hi")
```

```smiles
CCO
```

```abc
X:1
K:C
CDEF|
```
"""


@pytest.fixture
def client(nano_server):
    yield from opened(nano_server)


def opened(server, key="none"):
    mistral = pytest.importorskip("mistralai.client")
    with mistral.Mistral(api_key=key, server_url=server.url.removesuffix("/v1")) as made:
        yield made


def asked(uri, **more) -> dict:
    return {"document": {"type": "document_url", "document_url": uri}, **more}


def sheets(kit, *pictures, kind="PDF") -> str:
    """A document with a page for each picture, as a data URI."""
    file = io.BytesIO()
    pictures[0].save(file, kind, save_all=True, append_images=pictures[1:])
    return kit.data_uri(file.getvalue(), {"PDF": "application/pdf", "TIFF": "image/tiff"}[kind])


def ask(kit, server, body) -> dict:
    answer = kit.send(server, body, PATH)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


@pytest.fixture
def book(kit, strokes):
    """Three pages with strokes, of different widths."""
    return sheets(kit, *(strokes((320 + 20 * n, 64)) for n in range(3)), kind="TIFF")


# What the official client gets


def test_the_official_client_reads_a_picture(client, kit, nano):
    answer = client.ocr.process(model="nano", document={"type": "image_url", "image_url": kit.data_uri("sign.png")})
    (page,) = answer.pages
    assert (page.index, page.markdown, answer.model) == (0, "Bakery", "nano")
    assert (page.dimensions.width, page.dimensions.height, page.dimensions.dpi) == (352, 96, 72)
    assert page.images == page.tables == page.hyperlinks == [] and page.header is page.footer is page.confidence_scores is None
    (block,) = page.blocks
    left, top, right, bottom = nano.read(kit.examples / "sign.png").pages[0].blocks[0].box
    assert (block.type, block.content) == ("text", "Bakery")
    assert block.top_left_x <= left < block.top_left_x + 1 and block.bottom_right_y - 1 < bottom <= block.bottom_right_y
    assert 0 < block.top_left_y < block.bottom_right_y < 96
    assert answer.usage_info.pages_processed == 1 and answer.usage_info.doc_size_bytes == (kit.examples / "sign.png").stat().st_size


def test_the_official_client_reads_pages_of_a_pdf(client, kit):
    sign, blank = Image.open(kit.examples / "sign.png").convert("RGB"), Image.new("RGB", (200, 100), "white")
    pdf = sheets(kit, blank, sign, blank, sign)
    document = {"type": "document_url", "document_url": pdf, "document_name": "book.pdf"}
    whole = client.ocr.process(model="mistral-ocr-latest", document=document)
    assert [page.markdown for page in whole.pages] == ["", "Bakery", "", "Bakery"] and whole.model == "nano"
    assert [page.index for page in whole.pages] == [0, 1, 2, 3] and whole.pages[1].dimensions.dpi == 144
    assert whole.pages[1].dimensions.width == 704, "a point of a PDF is two pixels"
    for pages in ([3, 1, 1], "1,3", "1-1, 3"):
        some = client.ocr.process(model="nano", document=document, pages=pages)
        assert [page.index for page in some.pages] == [1, 3] and some.usage_info.pages_processed == 2
    assert client.ocr.process(model=None, document={"document_url": pdf}, pages=[2]).pages[0].index == 2


def test_the_asynchronous_client_reads_several_at_once(nano_server, kit):
    mistral = pytest.importorskip("mistralai.client")

    async def read():
        async with mistral.Mistral(api_key="none", server_url=nano_server.url.removesuffix("/v1")) as client:
            document = {"type": "image_url", "image_url": {"url": kit.data_uri("sign.png")}}
            return await asyncio.gather(*(client.ocr.process_async(model="nano", document=document) for _ in range(3)))

    assert [answer.pages[0].markdown for answer in asyncio.run(read())] == ["Bakery"] * 3


def test_the_official_client_lists_the_models(client):
    (found,) = client.models.list().data
    assert found.id == "nano" and found.capabilities.ocr and client.models.retrieve(model_id="nano").id == "nano"


def test_how_sure_it_is(client, kit, nano):
    document = {"type": "image_url", "image_url": kit.data_uri("scan.jpg")}
    leaf = nano.read(kit.examples / "scan.jpg").pages[0]
    words = [word for block in leaf.blocks for word in block.words]

    def read(granularity):
        return client.ocr.process(model="nano", document=document, confidence_scores_granularity=granularity).pages[0]

    page = read("page")
    assert page.confidence_scores.average_page_confidence_score == pytest.approx(leaf.confidence, abs=1e-4)
    assert page.confidence_scores.minimum_page_confidence_score == pytest.approx(min(word.confidence for word in words), abs=1e-4)
    assert page.confidence_scores.word_confidence_scores is None and not page.blocks[0].confidence_scores
    page = read("word")
    found = page.confidence_scores.word_confidence_scores
    assert [word.text for word in found] == [word.text for word in words] and len(words) > 10
    assert [word.confidence for word in found] == pytest.approx([word.confidence for word in words], abs=1e-4)
    assert all(page.markdown.startswith(word.text, word.start_index) for word in found)
    assert [word.start_index for word in found] == sorted({word.start_index for word in found})
    scores = read("block").blocks[0].confidence_scores
    assert scores.average_content_confidence_score == pytest.approx(leaf.blocks[0].confidence, abs=1e-4)
    assert scores.minimum_content_confidence_score < scores.average_content_confidence_score
    assert scores.block_type_confidence_score is None


def test_errors_of_the_official_client_can_be_read(client, kit):
    from mistralai.client.errors import HTTPValidationError, SDKError

    document = {"type": "image_url", "image_url": kit.data_uri("sign.png")}
    with pytest.raises(SDKError, match="there is no model 'gpt-4o' here; ask for 'nano'") as caught:
        client.ocr.process(model="gpt-4o", document=document)
    assert caught.value.status_code == 404
    with pytest.raises(HTTPValidationError, match="not a picture or a PDF") as caught:
        client.ocr.process(model="nano", document={"type": "image_url", "image_url": kit.data_uri(b"no picture at all")})
    assert caught.value.status_code == 422
    with pytest.raises(SDKError, match="'document_annotation_format' is not supported here"):
        form = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}
        client.ocr.process(model="nano", document=document, document_annotation_format=form)
    with pytest.raises(SDKError, match="no files are kept here; send the document itself as document_url"):
        client.ocr.process(model="nano", document={"type": "file", "file_id": "f00"})
    with pytest.raises(SDKError, match="no files are kept here; send the document itself as document_url") as caught:
        client.files.upload(file={"file_name": "book.pdf", "content": b"%PDF" * 100_000}, purpose="ocr")
    assert caught.value.status_code == 404


def test_the_official_client_sends_its_key(slow_server, kit):
    with slow_server(keys=("secret",)) as server:
        for client in opened(server, "secret"):
            answer = client.ocr.process(model="slow", document={"type": "image_url", "image_url": kit.data_uri("sign.png")})
            assert [block.type for block in answer.pages[0].blocks] == ["title", "text"]
        assert kit.error(kit.send(server, asked(kit.data_uri("sign.png")), PATH))["code"] == "invalid_api_key"


# What an answer holds


def rich(**options):
    """The page of all kinds, every letter with a place of its own, as an answer to a request with some options has it."""
    from gotocr.serve.ocr_pages import Pages
    from gotocr.serve.ocr_words import OCRRequest

    pieces = [Piece(n, letter, 0.99, (n % 90, n // 90 * 9, n % 90 + 1, n // 90 * 9 + 8)) for n, letter in enumerate(RICH)]
    image = np.zeros((100, 100, 3), np.uint8)
    image[:, :, 0] = 2 * np.arange(100)[:, None]  # how red it is says how low it stands
    pages = Pages(OCRRequest(document={"document_url": ""}, **options), 144, 1 << 20)
    pages.add(Leaf(0, 100, 100, RICH, parse(pieces, (100, 100)), confidence=0.9), image)
    (page,) = pages.entries()
    return page


def holds(text, scores):
    """Whether each word stands where it is said to, as it is or with its signs escaped, one behind the other."""
    ends = [score["start_index"] + len(score["text"]) for score in scores]
    assert all(start["start_index"] >= end for start, end in zip(scores[1:], ends, strict=False))
    for score in scores:
        there = text[score["start_index"] :]
        assert there.startswith((score["text"], f"\\{score['text']}", {"<": "&lt;", "&": "&amp;"}.get(score["text"], "\0"))), score
    return [score["text"] for score in scores]


def test_every_kind_is_a_block_of_mistral_s():
    page = rich()
    types = [(block["type"], block["kind"]) for block in page["blocks"]]
    assert types == [
        ("title", "text"),
        ("text", "text"),
        ("list", "text"),
        ("equation", "formula"),
        ("table", "table"),
        ("code", "code"),
        ("image", "molecule"),
        ("image", "music"),
    ]
    assert "![img-0.jpeg](img-0.jpeg)\n\n```smiles\nCCO\n```\n\n![img-1.jpeg](img-1.jpeg)\n\n```abc" in page["markdown"]
    assert [image["id"] for image in page["images"]] == ["img-0.jpeg", "img-1.jpeg"]
    assert [block["image_id"] for block in page["blocks"][-2:]] == ["img-0.jpeg", "img-1.jpeg"]
    assert page["blocks"][-2]["content"] == "```smiles\nCCO\n```" and "image_id" not in page["blocks"][0]
    assert page["hyperlinks"] == ["https://example.org/a_(b)", "https://x.y/z"] and page["tables"] == []
    assert "| Name | a \\| b \\< c |" in page["markdown"] and "\n\n".join(block["content"] for block in page["blocks"][:6]) in page["markdown"]
    assert all(isinstance(page["blocks"][0][name], int) for name in ("top_left_x", "top_left_y", "bottom_right_x", "bottom_right_y"))
    assert rich(include_blocks=False)["blocks"] is None and len(rich(include_blocks=None)["blocks"]) == 8


@pytest.mark.parametrize(("form", "name"), [("html", "tbl-0.html"), ("markdown", "tbl-0.md")])
def test_tables_are_put_apart_as_mistral_does(form, name):
    page = rich(table_format=form, confidence_scores_granularity="word")
    (table,) = page["tables"]
    assert table["id"] == name and table["format"] == form and f"\n\n[{name}]({name})\n\n" in page["markdown"]
    assert ("<td>a | b &lt; c</td>" if form == "html" else "| Name | a \\| b \\< c |") in table["content"]
    assert page["blocks"][4]["table_id"] == name and page["blocks"][4]["content"] == table["content"]
    words = "Name a | b < c d 12 & 13".split()
    assert holds(table["content"], table["word_confidence_scores"]) == words
    said = holds(page["markdown"], page["confidence_scores"]["word_confidence_scores"])
    assert said[:2] == ["Title", "&"] and "Name" not in said and said[-2:] == ["CCO", "X:1\nK:C\nCDEF|"]
    assert rich(table_format=form)["tables"][0]["word_confidence_scores"] is None


def test_words_stand_where_they_are_said_to():
    page = rich(confidence_scores_granularity="word")
    said = holds(page["markdown"], page["confidence_scores"]["word_confidence_scores"])
    assert "bold words with $x^2+1$ end_of it." in " ".join(said) and "Name a | b < c d 12 & 13" in " ".join(said)
    assert page["blocks"][0]["words"][0]["text"] == "Title" and len(page["blocks"][0]["words"][0]["box"]) == 4
    assert page["confidence_scores"]["minimum_page_confidence_score"] <= page["confidence_scores"]["average_page_confidence_score"] == 0.9


@pytest.mark.parametrize("granularity", [None, "page", "block"])
def test_what_may_be_missing_and_not_null_is_missing(granularity):
    page = rich(confidence_scores_granularity=granularity)
    assert "word_confidence_scores" not in (page["confidence_scores"] or {})
    assert None not in [block.get(name, 0) for block in page["blocks"] for name in ("image_id", "table_id", "confidence_scores", "words")]


def test_pictures_are_cut_out_where_asked():
    assert [image["image_base64"] for image in rich()["images"]] == [None, None]
    page = rich(include_image_base64=True)
    for image in page["images"]:
        head, _, data = image["image_base64"].partition(",")
        cut = Image.open(io.BytesIO(base64.b64decode(data)))
        assert head == "data:image/jpeg;base64" and cut.format == "JPEG"
        assert cut.size == (image["bottom_right_x"] - image["top_left_x"], image["bottom_right_y"] - image["top_left_y"])
        red = np.asarray(cut)[:, :, 0].mean() / 2
        assert image["top_left_y"] - 3 < red < image["bottom_right_y"] + 3
    one = rich(image_limit=1)
    assert [image["id"] for image in one["images"]] == ["img-0.jpeg"] and one["markdown"].count("![") == 1
    assert "```abc" in one["markdown"] and one["blocks"][-1]["type"] == "code" and one["blocks"][-1]["kind"] == "music"
    assert rich(image_limit=0)["images"] == rich(image_min_size=99)["images"] == [] and len(rich(image_min_size=2)["images"]) == 2


def test_no_more_pictures_than_an_answer_may_hold():
    from gotocr.serve.ocr_pages import Pages
    from gotocr.serve.ocr_words import OCRRequest

    chart = Block("chart", "x", (0, 0, 50, 50))
    pages = Pages(OCRRequest(document={"document_url": ""}, include_image_base64=True), 72, 1500)
    pages.add(Leaf(0, 50, 50, "x", (chart,)), np.zeros((50, 50, 3), np.uint8))
    with pytest.raises(TooLargeError, match="more than 1,500 bytes; ask for fewer pages, or set image_limit"):
        pages.add(Leaf(1, 50, 50, "x", (chart, chart)), np.zeros((50, 50, 3), np.uint8))


def pages_of(*leaves, **options):
    from gotocr.serve.ocr_pages import Pages
    from gotocr.serve.ocr_words import OCRRequest

    pages = Pages(OCRRequest(document={"document_url": ""}, **options), 72, 1 << 20)
    for leaf in leaves:
        pages.add(leaf, None)
    return pages.entries()


def letter(index, *texts):
    """A page of 1000 pixels: the first text stands at its top, the last one at its foot."""
    tops = [10, *range(300, 300 + 50 * (len(texts) - 2), 50), 950]
    blocks = (Block("text", text, (0, top, 90, top + 40), 0.5, (Word(text, None, 0.5),)) for text, top in zip(texts, tops, strict=True))
    return Leaf(index, 100, 1000, "\n\n".join(texts), tuple(blocks), confidence=0.5)


def test_running_heads_and_feet_are_put_apart_where_asked():
    book = [letter(0, "The Book", "One", "- 1 -"), letter(1, "The Book", "Two", "- 2 -")]
    for page in pages_of(*book):
        assert page["header"] is page["footer"] is None and page["markdown"].startswith("The Book\n\n")
        assert [block["type"] for block in page["blocks"]] == ["header", "text", "footer"]
    page = pages_of(*book, extract_header=True, extract_footer=True, confidence_scores_granularity="word")[1]
    assert (page["header"], page["markdown"], page["footer"]) == ("The Book", "Two", "- 2 -") and len(page["blocks"]) == 3
    assert holds("Two", page["confidence_scores"]["word_confidence_scores"]) == ["Two"]
    page = pages_of(*book, extract_footer=True)[0]
    assert (page["header"], page["markdown"], page["footer"]) == (None, "The Book\n\nOne", "- 1 -")
    assert pages_of(letter(0, "7", "8"), extract_header=True)[0]["markdown"] == "7\n\n8"


def test_a_block_without_a_place_has_an_empty_box():
    page = pages_of(Leaf(0, 9, 9, "x", (Block("chart", "x"), Block("text", "y", (-3.5, 1.2, 99.1, 2.0)))), image_limit=5)[0]
    chart, text = page["blocks"]
    assert (chart["type"], chart["box"], chart["top_left_x"], chart["bottom_right_y"]) == ("code", None, 0, 0) and page["images"] == []
    assert (text["top_left_x"], text["top_left_y"], text["bottom_right_x"], text["bottom_right_y"]) == (0, 1, 9, 2)


@pytest.mark.parametrize(
    "text",
    ["http://" + ")" * 200_000, "http://x/" * 20_000, "<a" * 9_000, "a " * 20_000, "[x](" * 30_000, "(http://" + "(" * 99_999, "\ud800\0\u202e " * 9],
    ids=lambda text: text[:9].encode("ascii", "replace").decode(),
)
@pytest.mark.parametrize("kind", ["text", "table"])
def test_strange_texts_take_no_time(text, kind):
    words = tuple(Word(word, (0, 0, 1, 1), 0.5) for word in [*text.split()[:3000], *["elsewhere", "a", "<"] * 1000])
    leaf = Leaf(0, 9, 9, text, (Block(kind, text, (0, 0, 9, 9), 0.5, words),), confidence=0.5)
    began = time.process_time()
    (page,) = pages_of(leaf, confidence_scores_granularity="word", table_format="html", extract_header=True)
    assert time.process_time() - began < 5 and len(page["blocks"]) == 1


def test_addresses_are_found_whole():
    text = "(see http://a.b/c_(d)), <https://e.f?g=h&i>, [j](https://k.l/m), https://a.b/c. mailto:n@o.p; HTTPS://q.r! http:// ftp://s"
    links = pages_of(Leaf(0, 9, 9, text, (Block("text", f"{text} http://a.b/c_(d)"),)))[0]["hyperlinks"]
    assert links == ["http://a.b/c_(d)", "https://e.f?g=h&i", "https://k.l/m", "https://a.b/c", "mailto:n@o.p", "HTTPS://q.r"]


def test_what_is_not_whole_says_so():
    lost = Leaf(4, 0, 0, "", error="torn --> <script> and no page")
    cut = Leaf(5, 9, 9, "It goes on", (Block("text", "It goes on"),), truncated=True)
    half = Leaf(6, 9, 9, "Half", (Block("text", "Half"),), error="the engine broke")
    one, two, three = pages_of(lost, cut, half)
    assert one["markdown"] == "<!-- This page could not be read: torn - -&gt; <script&gt; and no page -->" and one["error"] == lost.error
    assert one["dimensions"] is None and one["blocks"] == [] and one["images"] == []
    assert two["markdown"] == "It goes on\n\n<!-- This page was not read to its end. -->" and two["truncated"] and two["error"] is None
    assert three["markdown"] == "Half\n\n<!-- This page could not be read: the engine broke -->"


def test_answers_are_as_openapi_says(nano_server, kit):
    jsonschema = pytest.importorskip("jsonschema")
    whole = json.loads(kit.send(nano_server, None, "/openapi.json", "GET").body)
    path = whole["paths"][PATH]["post"]
    schema = path["responses"]["200"]["content"]["application/json"]["schema"]
    assert path["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/OCRRequest"}
    answered = jsonschema.Draft202012Validator({**schema, "components": whole["components"]})
    question = jsonschema.Draft202012Validator({"$ref": "#/components/schemas/OCRRequest", "components": whole["components"]})
    for granularity in (None, "page", "block", "word"):
        body = asked(kit.data_uri("scan.jpg"), confidence_scores_granularity=granularity, pages="0")
        question.validate(body)
        answered.validate(ask(kit, nano_server, body))
        body = {"pages": [rich(confidence_scores_granularity=granularity, table_format="html")], "model": "x", "document_annotation": None}
        answered.validate({**body, "usage_info": {"pages_processed": 1, "doc_size_bytes": 1}})
    assert not question.is_valid({"document": {}}) and not answered.is_valid({"pages": []})
    for name in {"OCRRequest", "OCRResponse", "OCRPageObject", "OCRBlock"}:
        assert name in whole["components"]["schemas"]


# Pages that fail, and what is refused


def test_a_page_that_fails_is_not_passed_over_in_silence(slow_server, kit, scripted, book):
    scripted.texts, scripted.faults = ["One", "Two", "Three"], {1: EngineError("it broke")}
    with slow_server() as server:
        sent = kit.send(server, asked(book), PATH)
    answer = json.loads(sent.body)
    assert sent.headers["x-gotocr-failed-pages"] == "2" and "x-gotocr-cut-pages" not in sent.headers
    assert [page["markdown"] for page in answer["pages"]] == ["One", "<!-- This page could not be read: it broke -->", "Three"]
    assert [page["error"] for page in answer["pages"]] == [None, "it broke", None] and answer["usage_info"]["pages_processed"] == 2


def test_where_no_page_can_be_read_that_is_the_answer(slow_server, kit, scripted, book):
    scripted.faults = {number: EngineError("it broke") for number in range(3)}
    with slow_server() as server:
        answer = kit.send(server, asked(book), PATH)
    assert answer.status == 500 and kit.error(answer)["code"] == "engine_error" and "it broke" in kit.error(answer)["message"]
    assert answer.headers["x-should-retry"] == "false"


def test_pages_there_are_not(slow_server, kit, scripted, book):
    with slow_server() as server:
        answer = ask(kit, server, asked(book, pages=[1, 3]))
        assert [page["index"] for page in answer["pages"]] == [1, 3] and answer["pages"][1]["dimensions"] is None
        assert "there is no page 4" in answer["pages"][1]["error"] and answer["usage_info"]["pages_processed"] == 1
        none = kit.send(server, asked(book, pages="3-9"), PATH)
    assert none.status == 422 and kit.error(none)["message"].endswith("there is no page 4 (counted from 1; `pages` counts from 0)")


def test_pictures_come_with_the_pages_they_are_on(slow_server, kit, scripted):
    scripted.texts = ["```smiles\nCCO\n```"]
    first, second = (Image.new("RGB", (320, 200), colour) for colour in ("navy", "maroon"))
    for page in (first, second):
        page.paste("white", (0, 100, 320, 120))
    with slow_server() as server:
        answer = ask(kit, server, asked(sheets(kit, first, second, kind="TIFF"), include_image_base64=True))
    for page, paper, name in zip(answer["pages"], (first, second), ("img-0.jpeg", "img-1.jpeg"), strict=True):
        (image,) = page["images"]
        box = tuple(image[corner] for corner in ("top_left_x", "top_left_y", "bottom_right_x", "bottom_right_y"))
        cut = Image.open(io.BytesIO(base64.b64decode(image["image_base64"].partition(",")[2])))
        assert image["id"] == name and f"![{name}]({name})\n\n```smiles\nCCO\n```" == page["markdown"]
        assert np.abs(np.asarray(cut, float) - np.asarray(paper.crop(box), float)).mean() < 4


def test_many_pages_are_read_in_order(slow_server, kit, scripted, strokes):
    scripted.texts = [f"Page {number}" for number in range(150)]
    many = sheets(kit, *(strokes((64, 32)) for _ in range(150)), kind="TIFF")
    with slow_server() as server:
        answer = ask(kit, server, asked(many, include_blocks=False, extract_header=True))
        assert [page["index"] for page in answer["pages"]] == list(range(150)) and answer["usage_info"]["pages_processed"] == 150
        assert [page["markdown"] for page in answer["pages"]] == scripted.texts
        scripted.texts, scripted.jobs = ["x"], []
        assert [page["index"] for page in ask(kit, server, asked(many, pages="7,140-149,200"))["pages"]] == [7, *range(140, 150), 200]


REFUSALS = [
    ({"model": "gpt-4o"}, 404, "model"),
    ({"model": 3}, 400, "model"),
    ({"document": None}, 400, "document"),
    ({"document": [1]}, 400, "document"),
    ({"document": {"type": "video_url"}}, 400, "document"),
    ({"document": {"type": "document_url"}}, 400, "document.document_url"),
    ({"document": {"type": "document_url", "document_url": 3}}, 400, "document.document_url"),
    ({"document": {"type": "document_url", "document_url": "file:///etc/passwd"}}, 400, "document.document_url"),
    ({"document": {"type": "document_url", "document_url": "/etc/passwd"}}, 400, "document.document_url"),
    ({"document": {"type": "document_url", "document_url": "https://example.org/x.pdf"}}, 400, "document.document_url"),
    ({"document": {"type": "document_url", "document_url": "data:application/pdf,%25PDF"}}, 400, "document.document_url"),
    ({"document": {"type": "image_url", "image_url": {"url": "http://localhost/"}}}, 400, "document.image_url.url"),
    ({"document": {"type": "image_url", "image_url": {"url": 3}}}, 400, "document.image_url.url"),
    ({"document": {"type": "image_url", "image_url": "data:image/png;base64,!!!"}}, 400, "document.image_url"),
    ({"document": {"type": "file", "file_id": "abc"}}, 400, "document.file_id"),
    ({"pages": []}, 400, "pages"),
    ({"pages": [0, -1]}, 400, "pages"),
    ({"pages": [True]}, 400, "pages"),
    ({"pages": [1.5]}, 400, "pages"),
    ({"pages": {"0": 1}}, 400, "pages"),
    ({"pages": "5-2"}, 400, "pages"),
    ({"pages": "1,"}, 400, "pages"),
    ({"pages": "9" * 30}, 400, "pages"),
    ({"pages": [10**9]}, 400, "pages"),
    ({"table_format": "csv"}, 400, "table_format"),
    ({"image_limit": -1}, 400, "image_limit"),
    ({"image_min_size": "big"}, 400, "image_min_size"),
    ({"include_blocks": "perhaps"}, 400, "include_blocks"),
    ({"confidence_scores_granularity": "token"}, 400, "confidence_scores_granularity"),
    ({"bbox_annotation_format": {"type": "json_schema", "json_schema": {}}}, 400, "bbox_annotation_format"),
    ({"document_annotation_format": {"type": "json_object"}}, 400, "document_annotation_format"),
    ({"document_annotation_prompt": "What does it cost?"}, 400, "document_annotation_prompt"),
]


@pytest.mark.parametrize(("change", "status", "param"), REFUSALS)
def test_what_is_refused_says_where(nano_server, kit, change, status, param):
    answer = kit.send(nano_server, {**asked(kit.data_uri("sign.png")), **change}, PATH)
    assert (answer.status, kit.error(answer)["param"]) == (status, param), answer.body


def test_what_changes_nothing_is_passed_over(nano_server, kit):
    more = {"id": "x", "bbox_annotation_format": {"type": "text"}, "document_annotation_prompt": None, "unknown": [1], "pages": None}
    body = {"document": {"image_url": kit.data_uri("sign.png"), "detail": "high"}, "model": "mistral-ocr-2512", **more}
    assert ask(kit, nano_server, body)["pages"][0]["markdown"] == "Bakery"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"\xff\xfe{}", 400),
        (b'{"document": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", 400),
        (b'{"pages": [' + b"0," * 200_000 + b"0]}", 413),
        (b'{"pages": [' + b"9" * 9000 + b"]}", 400),
        (b'{"document": {"document_url": "\\ud800"}}', 400),
    ],
)
def test_bodies_that_are_no_request(nano_server, kit, body, status):
    answer = kit.send(nano_server, body, PATH)
    assert answer.status == status and kit.error(answer)["message"]


def test_hostile_names_stay_words(nano_server, kit):
    document = {"document_url": kit.data_uri(b"%PDF-1.4 torn"), "document_name": "../--><script>\r\nX: y\x00" + "z" * 5000}
    answer = kit.send(nano_server, {"document": document}, PATH)
    said = kit.error(answer)["message"]
    assert answer.status == 422 and "\n" not in said and len(said) < 1000 and answer.headers["content-type"] == "application/json"


def test_ways_to_ask_that_there_are_not(nano_server, kit):
    assert kit.send(nano_server, asked(kit.data_uri("sign.png")), PATH, Content_Type="text/plain").status == 415
    assert kit.send(nano_server, None, PATH, "GET").status == 405
    assert kit.send(nano_server, asked(kit.data_uri("sign.png")), PATH, Origin="https://evil.example").status == 403


def test_it_counts_pages_and_tokens(slow_server, kit, scripted, book):
    scripted.texts = ["word"]
    with slow_server() as server:
        ask(kit, server, asked(book))
        said = kit.send(server, None, "/metrics", "GET").body.decode()
    assert "gotocr_pages_total 3" in said and "gotocr_completion_tokens_total 15" in said  # four letters and the end, three times
    assert 'gotocr_requests_total{path="/v1/ocr",status="200"} 1' in said


# Time, and who goes away


def test_a_deadline_says_what_to_do(slow_server, kit, scripted, book):
    scripted.texts = ["It takes its time, and more of it"]
    with slow_server(pause=0.05, deadline=0.5) as server:
        answer = kit.send(server, asked(book), PATH)
        kit.wait_for(lambda: not server.engine.running)
    told = kit.error(answer)
    assert answer.status == 504 and told["param"] == "pages" and "ask for fewer `pages`, or send it to /v1/jobs" in told["message"]
    assert answer.headers["x-should-retry"] == "false" and server.desk.inside == 0


def test_whoever_goes_away_frees_the_rows(slow_server, kit, scripted, book):
    gate = threading.Semaphore(2)
    with slow_server(gate=gate) as server:
        content = json.dumps(asked(book)).encode()
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as made:
            head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
            made.sendall(head.encode() + content)
            kit.wait_for(lambda: server.engine.running)
        kit.wait_for(lambda: server.desk.inside == 0)
        gate.release(100)
        kit.wait_for(lambda: not server.engine.running)
        assert server.engine.begun == 1, "the other pages are not begun"
        counted = 'gotocr_requests_total{path="/v1/ocr",status="499"} 1'
        kit.wait_for(lambda: counted in kit.send(server, None, "/metrics", "GET").body.decode())


def test_a_full_queue_says_when_to_come_again(slow_server, kit, scripted, book):
    gate = threading.Semaphore(0)
    with slow_server(gate=gate, rows=1, queue=0) as server, ThreadPoolExecutor(1) as pool:
        first = pool.submit(kit.send, server, asked(book, pages=[0]), PATH)
        kit.wait_for(lambda: server.engine.running)
        second = kit.send(server, asked(book), PATH)
        assert second.status == 429 and int(second.headers["Retry-After"]) >= 1
        gate.release(1000)
        assert first.result().status == 200


def test_a_long_answer_goes_out_whole_to_who_reads_slowly(slow_server, kit, scripted, book):
    words = random.Random(1)
    scripted.texts = [" ".join("".join(words.choices("abcdefghijklmnopqrst", k=6)) for _ in range(300))]  # no circle
    with slow_server() as server:
        content = json.dumps(asked(book, confidence_scores_granularity="word")).encode()
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as made:
            head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
            made.sendall(head.encode() + content)
            parts = []
            while part := made.recv(20_000):
                parts.append(part)
                time.sleep(0.005)
    body = b"".join(parts).partition(b"\r\n\r\n")[2]
    assert len(json.loads(body)["pages"]) == 3 and len(body) > 100_000
