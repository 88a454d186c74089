"""The remote engine reads by servers of OpenAI's form: scripted ones, our own, and as OpenAI's own client understands them."""

from __future__ import annotations

import base64
import io
import json
import math
import pickle
import threading
import time

import numpy as np
import pytest
from PIL import Image

import gotocr
from gotocr.cli import main
from gotocr.engines.remote_chat import Said as Bit
from gotocr.engines.remote_chat import Words
from gotocr.engines.remote_events import Events
from gotocr.engines.remote_picture import data_uri, views
from gotocr.engines.remote_prompts import is_got, prompt_of
from gotocr.engines.remote_server import Server
from gotocr.engines.remote_wraps import Wraps
from gotocr.errors import EngineError, GotocrError, ServerError, UsageError
from gotocr.schema import Page, Piece, Task
from tests.unit.engines.chat_server import JSON, Said, chatting, chunk, error, event, models, stream, whole

TEXT = "# A page\n\nWords that stand on it, one behind the other: ½ of them in “quotes”.\n\n- and a list"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr("gotocr.engines.remote_call.FIRST_WAIT", 0.01)


def read(server, source, mode="format", **options):
    with gotocr.load(server, quiet=True) as reader:
        return reader.read(source, mode, places=False, **options)


def letters(text: str) -> list[str]:
    return [text[at : at + 3] for at in range(0, len(text), 3)]


def test_a_page_is_read(picture):
    with chatting(lambda _: stream(*letters(TEXT))) as found:
        (leaf,) = read(found.url, picture).pages
    assert leaf.text == TEXT and not leaf.truncated and leaf.confidence is None
    assert [block.kind for block in leaf.blocks] == ["text"] * len(leaf.blocks)
    assert "how sure the writer was is not known: the server does not say" in leaf.warnings
    (asked,) = found.posts()
    assert asked.path == "/v1/chat/completions" and asked.body["model"] == "vlm" and asked.body["temperature"] == 0
    assert "authorization" not in asked.headers


def test_what_is_sent_is_the_page(picture):
    with chatting(lambda _: stream("x")) as found:
        read(found.url, picture, turn=0, trim=False, straighten=False, spreads=False)
    kind, text = found.posts()[0].body["messages"][0]["content"]
    assert text == {"type": "text", "text": prompt_of("format", "vlm")}
    head, _, data = kind["image_url"]["url"].partition(";base64,")
    seen = Image.open(io.BytesIO(base64.b64decode(data)))
    assert head == "data:image/png" and seen.size == (320, 64)
    assert np.array_equal(np.asarray(seen.convert("RGB")), np.asarray(Image.open(picture).convert("RGB")))


def test_openai_s_own_client_understands_the_scripted_server(picture):
    """So that the tests here are held against more than their own idea of the protocol."""
    openai = pytest.importorskip("openai")
    with chatting(lambda asked: stream(*letters(TEXT)) if asked.body.get("stream") else whole(TEXT)) as found:
        client = openai.OpenAI(base_url=found.url, api_key="k", max_retries=0)
        asked = {"model": "vlm", "messages": [{"role": "user", "content": "x"}]}
        streamed = "".join(part.choices[0].delta.content or "" for part in client.chat.completions.create(**asked, stream=True))
        at_once = client.chat.completions.create(**asked).choices[0].message.content
        listed = [model.id for model in client.models.list()]
    assert streamed == at_once == TEXT and listed == ["vlm"]


SURE = [("Hello", -0.01), (" wor", -0.7), ("ld", -0.2), ("!", -0.001)]


def sure(text, logprob):
    top = [{"token": text, "logprob": logprob, "bytes": None}, {"token": " won", "logprob": -1.0, "bytes": None}]
    return chunk(text, logprobs={"content": [{"token": text, "logprob": logprob, "bytes": None, "top_logprobs": top}], "refusal": None})


def test_how_sure_it_is_comes_from_logprobs_and_is_not_called_calibrated(picture):
    with chatting(lambda _: [*(sure(*one) for one in SURE), chunk(finish="stop")]) as found:
        (leaf,) = read(found.url, picture).pages
    first, second = leaf.blocks[0].words
    assert found.posts()[0].body["logprobs"] is True
    assert math.isclose(first.confidence, math.exp(-0.01), rel_tol=1e-6) and second.text == "world!"
    assert math.isclose(second.confidence, math.exp(-0.901), rel_tol=1e-6) and second.alternatives[0][0].startswith("won")
    assert any("not calibrated" in line for line in leaf.warnings)


REFUSALS = {
    "logprobs": (error(400, "logprobs is not supported here", "logprobs"), "logprobs", None),
    "max_tokens": (error(400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "max_tokens"), "max_tokens", "max_completion_tokens"),
    "too many": (error(400, "'max_tokens' or 'max_completion_tokens' is too large: 16384. This model's maximum context length is 8192 tokens"), "max_tokens", None),
    "temperature": (error(400, "Unsupported value: 'temperature' does not support 0 with this model.", "temperature"), "temperature", None),
    "stream": (error(422, "stream=true is not implemented"), "stream", None),
    "llama.cpp": (Said([event({"error": {"code": 400, "message": "logprobs is not supported with grammar", "type": "invalid_request_error"}})]), "logprobs", None),
}


def test_upstream_is_no_stream(picture):
    with chatting(lambda _: error(400, "the upstream provider refused this")) as found:
        with pytest.raises(EngineError, match="upstream"):
            read(found.url, picture)
    assert [asked.body["stream"] for asked in found.posts()] == [True]


@pytest.mark.parametrize("name", REFUSALS)
def test_what_a_server_does_not_take_is_left_out(picture, name):
    refusal, field, other = REFUSALS[name]

    def says(asked):
        if asked.body.get(field) is not None and asked.body[field] is not False:
            return refusal
        return stream(TEXT) if asked.body.get("stream") else whole(TEXT)

    with chatting(says) as found, gotocr.load(found.url) as reader:
        for _ in range(2):
            assert reader.read(picture, places=False).pages[0].text == TEXT
    first, *others = found.posts()
    assert field in first.body and not any(one.body.get(field) for one in others) and len(others) == 2  # it is learnt once
    assert other is None or others[0].body[other] == first.body[field]


def test_a_server_that_does_not_stream_is_understood(picture):
    with chatting(lambda _: whole(TEXT)) as found:
        assert read(found.url, picture).pages[0].text == TEXT


WAYS = {
    "crlf": lambda texts: [part.replace(b"\n", b"\r\n") for part in stream(*texts)],
    "cr": lambda texts: [part.replace(b"\n", b"\r") for part in stream(*texts)],
    "comments": lambda texts: [b": keep-alive\n\n" + part for part in stream(*texts)],
    "no done": lambda texts: stream(*texts, done=False),
    "no finish": lambda texts: stream(*texts, finish=None),
    "no empty lines": lambda texts: [part[:-1] for part in stream(*texts)],
    "no last line": lambda texts: [*stream(*texts, done=False)[:-1], chunk(finish="stop").rstrip()],
    "no blank": lambda texts: [part.replace(b"data: ", b"data:") for part in stream(*texts)],
    "named events": lambda texts: [b"event: message\nid: 7\n" + part for part in stream(*texts)],
    "a mark": lambda texts: [b"\xef\xbb\xbf", *stream(*texts)],
    "byte by byte": lambda texts: [bytes([byte]) for part in stream(*texts) for byte in part],
    "all at once": lambda texts: [b"".join(stream(*texts))],
    "empty deltas": lambda texts: [chunk(""), chunk(None), *stream(*texts)],
    "usage": lambda texts: [*stream(*texts, done=False), event({"choices": [], "usage": {"total_tokens": 3}}), b"data: [DONE]\n\n"],
    "data in two lines": lambda texts: [part.replace(b', "choices"', b',\ndata: "choices"') for part in stream(*texts)],
    "parts": lambda texts: [event({"choices": [{"delta": {"content": [{"type": "text", "text": text}]}}]}) for text in texts] + stream(),
}


@pytest.mark.parametrize("name", WAYS)
def test_events_in_any_shape(picture, name):
    with chatting(lambda _: WAYS[name](letters(TEXT))) as found:
        (leaf,) = read(found.url, picture).pages
    assert leaf.text == TEXT and leaf.error is None


def test_halves_of_letters_are_joined():
    """Of UTF-8 that is cut anywhere, and of surrogates that come in two events."""
    data = b"".join(stream("naïve 𝄞 clef"))
    for at in range(len(data)):
        events = Events()
        found = [*events.push(data[:at]), *events.push(data[at:]), *events.close()]
        assert found[0]["choices"][0]["delta"]["content"] == "naïve 𝄞 clef"
    words = Words()
    found = [bit.text for text in ("a \ud834", "\udd1e b", " \ud834", "c") for bit in words.push(Bit(text))]
    assert "".join([*found, *(bit.text for bit in words.close())]) == "a 𝄞 b \ufffdc"


def test_pieces_do_not_hang_on_how_a_text_was_parted(picture):
    cuts = [[TEXT], letters(TEXT), list(TEXT)]
    found = []
    for texts in cuts:
        with chatting(lambda _, texts=texts: stream(*texts)) as server, gotocr.load(server.url) as reader:
            found.append([piece for piece in reader.follow(picture, Task(places=False)) if isinstance(piece, Piece)])
    assert found[0] == found[1] == found[2] and len(found[0]) > 15
    assert len({piece.token for piece in found[0]}) > 10


def test_the_order_is_kept_and_several_are_under_way(tmp_path, strokes):
    paths = []
    for number in range(12):
        paths.append(tmp_path / f"{number:02}.png")
        strokes((200 + number, 64)).save(paths[-1])
    gate = threading.Barrier(4, timeout=20)

    def says(asked):
        picture = asked.body["messages"][0]["content"][0]["image_url"]["url"].partition(",")[2]
        width = Image.open(io.BytesIO(base64.b64decode(picture))).width
        if 3 <= asked.number < 7:
            gate.wait()  # only where four are under way at once does this go on
        time.sleep(0.01 * (7 - asked.number % 7))
        return stream(f"page {width}")

    with chatting(says) as found, gotocr.load(Server(found.url, at_once=5)) as reader:
        texts = [leaf.text for steps in reader.follow_each([(path, None) for path in paths], Task(places=False, trim=False)) for leaf in steps if isinstance(leaf, gotocr.schema.Leaf)]
    assert texts == [f"page {200 + number}" for number in range(12)] and 4 <= found.most <= 5


def test_turning_away_hangs_up(picture):
    def endless():
        for number in range(100_000):
            yield chunk(f"word{number} ")
            yield lambda: time.sleep(0.01)

    with chatting(lambda _: endless()) as found, gotocr.load(found.url) as reader:
        steps = reader.stream(picture, places=False)
        next(steps)
        began = time.monotonic()
        steps.close()
        assert time.monotonic() - began < 1 and found.hung_up.wait(10)


def test_a_circle_is_cut_and_the_line_closed(picture):
    def circle():
        yield chunk("The page begins as pages do, with words that make sense. ")
        while True:
            yield chunk("And then the cat sat on the mat, for it was tired of all that. ")

    with chatting(lambda _: circle()) as found:
        (leaf,) = read(found.url, picture).pages
        assert found.hung_up.wait(10)
    assert leaf.truncated and leaf.text.count("cat sat") == 1 and leaf.text.startswith("The page begins")


def test_the_caps_are_kept(picture):
    with chatting(lambda _: (chunk(f"w{number * number % 9973:x} ") for number in range(10_000))) as found:
        (leaf,) = read(found.url, picture, max_tokens=50).pages
    assert leaf.truncated and len(leaf.text.split()) <= 50 and found.posts()[0].body["max_tokens"] == 50
    with chatting(lambda _: stream("all that fits", finish="length")) as found:
        (leaf,) = read(found.url, picture).pages
    assert leaf.truncated and leaf.text == "all that fits"


def test_the_time_of_a_page_is_kept_though_the_server_is_silent(picture):
    gate = threading.Event()
    with chatting(lambda _: [chunk("one two "), gate.wait]) as found:
        began = time.monotonic()
        (leaf,) = read(found.url, picture, seconds=0.5).pages
        assert time.monotonic() - began < 5
        gate.set()
    assert leaf.truncated and leaf.text == "one two"
    assert "cut off: the time for a page was up" in leaf.blocks[-1].problems


def test_blank_paper_is_not_sent():
    with chatting(lambda _: stream("invented")) as found:
        (leaf,) = read(found.url, np.full((300, 300, 3), 255, np.uint8)).pages
    assert leaf.text == "" and not found.posts()


def test_regions_are_cut_out(tmp_path, strokes):
    path = tmp_path / "page.png"
    strokes((400, 100)).save(path)
    with chatting(lambda asked: stream(f"part {asked.number}")) as found:
        (leaf,) = read(found.url, path, box=(0, 0, 200, 100)).pages
    picture = found.posts()[0].body["messages"][0]["content"][0]["image_url"]["url"].partition(",")[2]
    assert leaf.text == "part 0" and Image.open(io.BytesIO(base64.b64decode(picture))).width <= 200


def test_words_are_placed_and_marked_as_estimates():
    with chatting(lambda _: stream(nano_text())) as found, gotocr.load(found.url, quiet=True) as reader:
        (leaf,) = reader.read("examples/sign.png", "plain").pages
    words = [word for block in leaf.blocks for word in block.words]
    assert leaf.estimated and words and sum(word.box is not None for word in words) > 0.7 * len(words)


def nano_text() -> str:
    with gotocr.load(quiet=True) as reader:
        return reader.read("examples/sign.png", "plain").pages[0].text


# what is written, what is left of it, and what is told
WRAPPED = {
    "a fence": ("```markdown\n# T\n\ntext\n```", "# T\n\ntext", 1),
    "and a line": ("Here is the text of the page:\n\n```md\n# T\n```\n", "# T\n", 2),
    "and a farewell": ("```markdown\n# T\n```\n\nLet me know if you need more!", "# T\n", 2),
    "code within": ("```markdown\n# T\n```python\na = 1\n```\nmore\n```", "# T\n```python\na = 1\n```\nmore\n", 1),
    "bare code within": ("```markdown\n# T\n```\na = 1\n```\nmore\n```", "# T\n```\na = 1\n```\nmore\n", 1),
    "cut off": ("```markdown\n# T\n\ntext", "# T\n\ntext", 1),
    "longer fence": ("````markdown\n```chart\n{}\n```\n````", "```chart\n{}\n```\n", 1),
    "thoughts": ("<think>\nhm, a page\n</think>\n\n# T", "\n\n# T", 1),
    "thoughts and a fence": ("<think>x</think>\n```markdown\n# T\n```", "# T\n", 2),
    "code": ("```python\na = 1\n```", "```python\na = 1\n```", 0),
    "bare code": ("```\na = 1\n```", "```\na = 1\n```", 0),
    "a chart": ('```chart\n{"type": "bar"}\n```', '```chart\n{"type": "bar"}\n```', 0),
    "a fence later": ("# T\n\n```markdown\nx\n```", "# T\n\n```markdown\nx\n```", 0),
    "a line with a colon": ("Here is the text of the page:\n\n# T", "Here is the text of the page:\n\n# T", 0),
    "a colon and code": ("Run this:\n\n```sh\nls\n```", "Run this:\n\n```sh\nls\n```", 0),
    "nothing": ("", "", 0),
    "blanks": (" \n ", " \n ", 0),
}


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("name", WRAPPED)
def test_wraps_come_off_and_nothing_else(name, size):
    text, left, told = WRAPPED[name]
    wraps = Wraps("format")
    found = [bit for at in range(0, len(text), size) for bit in wraps.push(Bit(text[at : at + size]))]
    found += wraps.close()
    assert "".join(bit.text for bit in found).rstrip("\n") == left.rstrip("\n") and len(wraps.told) == told


def test_lines_as_printed_may_be_in_any_fence():
    wraps = Wraps("plain")
    assert "".join(bit.text for bit in [*wraps.push(Bit("```\na = 1\n```")), *wraps.close()]) == "a = 1\n" and wraps.told


def test_a_wrap_is_a_warning_of_the_page(picture):
    with chatting(lambda _: stream("Sure, here it is:\n\n", "```mark", "down\n# T\n\nte", "xt\n```")) as found:
        (leaf,) = read(found.url, picture).pages
    assert leaf.text == "# T\n\ntext" and any("fence" in line for line in leaf.warnings) and any("Sure, here" in line for line in leaf.warnings)


@pytest.mark.parametrize("name", ["stepfun-ai/GOT-OCR-2.0-hf", "GOT-OCR2_0", "got_ocr2", "ucas/got:latest", "got"])
def test_models_like_got_are_asked_as_was_published(name):
    assert is_got(name) and prompt_of("plain", name) == "OCR: " and prompt_of("format", name) == "OCR with format: "


@pytest.mark.parametrize("name", ["gotham-vl", "Qwen/Qwen2.5-VL-7B", "gpt-4.1-nano", "forgot-ocr", "florence-base"])
def test_others_are_told_in_words(name):
    assert not is_got(name) and "exactly as it is printed" in prompt_of("plain", name)
    assert all(f"```{info}" in prompt_of("format", name) for info in ("chart", "abc", "smiles", "tikz"))


def test_own_words_are_sent(picture):
    with chatting(lambda _: stream("x")) as found:
        read(Server(found.url, prompt="Lies das."), picture)
    assert found.posts()[0].body["messages"][0]["content"][1]["text"] == "Lies das."


def test_pictures_are_small_enough_and_kept_as_they_are_where_that_is_small():
    rng = np.random.default_rng(3)
    drawn = np.full((3000, 2000, 3), 255, np.uint8)
    for top in range(100, 2900, 60):
        for left in range(100, 1900, 24):
            drawn[top : top + 24, left : left + 10] = 0
    noise = np.clip(drawn + rng.integers(-20, 20, drawn.shape), 0, 255).astype(np.uint8)
    for image, kind in ((drawn, "png"), (noise, "jpeg")):
        (view,) = views(Page(image), Task(trim=False), 1024)
        uri = data_uri(view.pixels.values)
        seen = Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))
        assert uri.startswith(f"data:image/{kind}") and max(seen.size) == 1024 and len(uri) < 6 << 20
    assert len(data_uri(view.pixels.values, 2)) < len(uri)


def test_small_letters_are_shown_in_bands_where_tiles_are_allowed():
    page = np.full((1600, 1200, 3), 255, np.uint8)
    for top in range(60, 1560, 40):
        for left in range(60, 1140, 12):
            page[top : top + 11, left : left + 6] = 20
    assert len(views(Page(page), Task(), 512)) == 1
    several = views(Page(page), Task(tiles=0), 512)
    assert len(several) > 1 and 1 < len(views(Page(page), Task(tiles=3), 512)) <= 3
    assert {view.pixels.values.dtype for view in several} == {np.dtype(np.uint8)}


def test_lines_thinner_than_a_patch_are_padded():
    line = np.full((20, 900, 3), 255, np.uint8)
    line[5:15, 10:890:9] = 0
    (view,) = views(Page(line), Task(trim=False), 2048)
    assert view.pixels.values.shape[2] >= 64 and view.pixels.scale == (1.0, 1.0)


WRONG = ["localhost:8000", "ftp://host/v1", "http://", "http://user:pw@host/v1", "http://host/v1?key=s3cret", "http://host:99999/v1", "http://ho st/v1", "http://host\n/v1"]


@pytest.mark.parametrize("url", WRONG)
def test_addresses_that_are_none(url):
    with pytest.raises(UsageError) as caught:
        Server(url)
    assert "\n" not in str(caught.value) and "s3cret" not in str(caught.value) and "pw" not in str(caught.value)


def test_addresses_as_people_paste_them():
    assert {Server(url).url for url in ("http://h:1/v1", "http://h:1/", "http://h:1", "http://h:1/v1/", "http://h:1/v1/chat/completions")} == {"http://h:1/v1"}
    assert Server("https://h/openai/v2").url == "https://h/openai/v2"


KEY = "sk-very-secret-0123456789"


def test_the_key_goes_to_the_server_and_nowhere_else(picture, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SOME_KEY", f" {KEY}\n")
    file = tmp_path / "key"
    file.write_text(KEY)
    for given in ({"key_env": "SOME_KEY"}, {"key_file": str(file)}):
        with chatting(lambda _: error(400, f"wrong, and your key is {KEY}")) as found:
            server = Server(found.url, **given)
            with pytest.raises(EngineError) as caught, gotocr.load(server) as reader:
                reader.read(picture, places=False)
        assert {one.headers["authorization"] for one in found.asked} == {f"Bearer {KEY}"}
        assert KEY not in str(caught.value) and KEY not in repr(server) and KEY not in str(pickle.dumps(server))
    with chatting(lambda _: stream("text")) as found:
        argv = ["read", str(picture), "--url", found.url, "--key-env", "SOME_KEY", "--no-places", "-o", str(tmp_path / "out"), "--to", "json", "--memory", str(tmp_path / "memory")]
        assert main(argv) == 0
        assert main([*argv, "--resume"]) == 0
    assert KEY not in capsys.readouterr().err
    written = [path for folder in ("out", "memory") for path in (tmp_path / folder).rglob("*") if path.is_file()]
    assert len(written) >= 2 and not any(KEY.encode() in path.read_bytes() for path in written)


def test_keys_that_are_none(monkeypatch, tmp_path):
    monkeypatch.delenv("NO_KEY", raising=False)
    with pytest.raises(UsageError, match="NO_KEY is not set"):
        Server("http://h", key_env="NO_KEY").key()
    for text in ("", "two words", "line\nline", "ключ"):
        (tmp_path / "key").write_text(text)
        with pytest.raises(UsageError) as caught:
            Server("http://h", key_file=str(tmp_path / "key")).key()
        assert not text or text not in str(caught.value)
    with pytest.raises(UsageError):
        Server("http://h", key_env="A", key_file="b")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--engine", "remote"], "--url"),
        (["--prompt", "x"], "--url"),
        (["--url", "http://h", "--engine", "onnx"], "not for onnx"),
        (["--model", "http://h", "--engine", "onnx"], "not for onnx"),
        (["--url", "http://h", "--device", "cuda"], "--device"),
        (["--url", "http://h", "--precision", "int8"], "precision"),
        (["--model", "http://h", "--url", "http://h", "--key-env", "NO_KEY"], "NO_KEY is not set"),
    ],
)
def test_options_that_make_no_sense_together(picture, capsys, argv, said):
    assert main(["read", str(picture), str(picture), "--quiet", *argv]) == 2
    told = capsys.readouterr().err
    assert said in told and len(told.splitlines()) == 1, "said once, however many files there are"


def test_an_address_may_be_given_as_the_model(picture, capsys):
    with chatting(lambda _: stream(TEXT)) as found:
        for argv in (["--at-once", "2"], ["--engine", "remote"], []):
            assert main(["read", str(picture), "--no-places", "--quiet", "--model", found.url, *argv]) == 0
            assert capsys.readouterr().out.strip() == TEXT


def test_the_command_reads_several_formats_and_goes_on(picture, tmp_path, capsys):
    with chatting(lambda _: stream(TEXT)) as found:
        argv = ["read", str(picture), "--engine", "remote", "--url", found.url, "--no-places", "-o", str(tmp_path), "--to", "json,text", "--report"]
        assert main(argv) == 0 and main([*argv, "--resume"]) == 0
        assert len(found.posts()) == 1
    (written,) = tmp_path.rglob("*.json")
    page = json.loads(written.read_text("utf-8"))
    assert page["pages"][0]["text"] == TEXT and page["pages"][0]["confidence"] is None


def test_which_model_reads(picture):
    with chatting(lambda _: stream("x"), lambda _: models("one", "two")) as found:
        with pytest.raises(ServerError, match="one, two.*--model"):
            read(found.url, picture)
        document = read(Server(found.url, "two"), picture)
        assert document.model == "two" and found.posts()[0].body["model"] == "two"
        found.says = lambda asked: error(404, "The model `three` does not exist.")
        with pytest.raises(ServerError, match="no model 'three'.*one, two"):
            read(Server(found.url, "three"), picture)
    with chatting(lambda _: stream("x"), lambda _: error(404, "not here")) as found:
        assert read(Server(found.url, "any"), picture).pages[0].text == "x"
        with pytest.raises(ServerError, match="--model"):
            read(found.url, picture)


def test_memory_does_not_mix_servers_prompts_and_models(picture, tmp_path):
    with chatting(lambda asked: stream(f"text {asked.number}"), lambda _: models("first")) as found:

        def text(**options) -> str:
            with gotocr.load(Server(found.url, **options)) as reader:
                return reader.remember(tmp_path / "memory").read(picture, places=False).pages[0].text

        assert [text(), text(), text(prompt="p"), text(side=1999)] == ["text 0", "text 0", "text 1", "text 2"]
        found.lists = lambda _: models("second")
        assert text() == "text 3"


def test_our_own_server_is_one_of_them(picture):
    pytest.importorskip("fastapi")
    from tests.unit.serve.conftest import running

    with gotocr.load(quiet=True) as nano, running(nano, rows=2) as found, gotocr.load(found.url, quiet=True) as reader:
        for mode in ("plain", "format"):
            near, far = (one.read("examples/sign.png", mode).pages[0].text for one in (nano, reader))
            assert near and far == near


def test_our_own_server_in_front_of_another(picture):
    pytest.importorskip("fastapi")
    from tests.unit.serve.conftest import running

    with chatting(lambda _: stream(*letters(TEXT))) as behind, gotocr.load(behind.url, quiet=True) as reader, running(reader, rows=2) as front:
        assert read(front.url, picture).pages[0].text == TEXT
        behind.says = lambda _: error(400, "no pictures")
        with pytest.raises(EngineError, match="no pictures"):
            read(Server(front.url, retries=0), picture)


def test_a_server_is_plain_data():
    server = Server("http://h", "m", key_env="K")
    assert pickle.loads(pickle.dumps(server)) == server and hash(server) and isinstance(ServerError("x"), GotocrError)
    assert JSON["Content-Type"] == "application/json"
