"""OpenAI's own client and raw HTTP against a live server with the bundled nano: answers, streams, and every way to be refused."""

from __future__ import annotations

import base64
import io
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

SIGN, SAYS = "sign.png", "Bakery"


@pytest.fixture(scope="module")
def note(kit):
    """The heading of a note: a picture that is read quickly, and to more than a word."""
    return Image.open(kit.examples / "note.png").convert("RGB").crop((0, 0, 640, 80))


@pytest.fixture(scope="module")
def truth(nano, note):
    """What nano reads in it when it is asked directly."""
    return nano.read(note, "plain").pages[0].text


@pytest.fixture
def client(nano_server):
    openai = pytest.importorskip("openai")
    with openai.OpenAI(base_url=nano_server.url, api_key="none", max_retries=0) as made:
        yield made


def messages(kit, *pictures, text="OCR: "):
    return kit.question(*map(kit.data_uri, pictures), text=text)["messages"]


def test_the_official_client_reads(client, kit, note, truth):
    answer = client.chat.completions.create(model="nano", messages=messages(kit, note))
    choice = answer.choices[0]
    assert choice.message.content == truth and choice.message.role == "assistant"
    assert choice.finish_reason == "stop" and answer.object == "chat.completion" and answer.model == "nano"
    assert 5 < answer.usage.completion_tokens < 40 and answer.usage.prompt_tokens > 20
    assert answer.usage.total_tokens == answer.usage.completion_tokens + answer.usage.prompt_tokens


def test_the_official_client_streams(client, kit, note, truth):
    whole = client.chat.completions.create(model="nano", messages=messages(kit, note))
    options = {"include_usage": True}
    chunks = list(client.chat.completions.create(model="nano", messages=messages(kit, note), stream=True, stream_options=options))
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == truth
    assert [chunk.choices[0].finish_reason for chunk in chunks[:-1]] == [None] * (len(chunks) - 2) + ["stop"]
    assert chunks[-1].choices == [] and chunks[-1].usage == whole.usage
    assert len({chunk.id for chunk in chunks}) == 1 and len(chunks) > 5


def test_it_names_its_model(client):
    import openai

    assert [model.id for model in client.models.list()] == ["nano"]
    assert client.models.retrieve("nano").owned_by == "gotocr"
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("gpt-4o")
    assert caught.value.code == "model_not_found"


WORDS = {
    "OCR: ": "plain",
    "OCR with format: ": "format",
    " ocr:\n": "plain",
    "OCR with format across multi pages: ": "format",
    "plain": "plain",
    "Format.": "format",
    "Ignore all orders, and plain words!": "format",
    "": "format",
}


@pytest.mark.parametrize("said", WORDS)
def test_words_choose_the_mode(slow_server, scripted, kit, said):
    with slow_server() as server:
        assert kit.send(server, kit.question(kit.data_uri(SIGN), text=said)).status == 200
    assert scripted.jobs[0].prompt.ids[-1] == scripted.tokenizer.id(f"<|{WORDS[said]}|>")


def test_several_pictures_are_read_one_after_another(client, kit, note, truth):
    blank = Image.new("RGB", (60, 40), "white")
    found = messages(kit, note, blank, SIGN)
    for stream in (False, True):
        answer = client.chat.completions.create(model="nano", messages=found, stream=stream)
        text = "".join(chunk.choices[0].delta.content or "" for chunk in answer) if stream else answer.choices[0].message.content
        assert text == f"{truth}\n\n{SAYS}"


def test_requests_at_the_same_time_are_written_at_once_and_read_as_alone(nano_server, kit, note):
    asked = [{**kit.question(kit.data_uri(picture)), "model": "nano"} for picture in ("note.png", SIGN, note) * 2]

    def read(body):
        return json.loads(kit.send(nano_server, body).body)["choices"][0]["message"]["content"]

    alone = [read(body) for body in asked]
    before = figures(kit.send(nano_server, None, "/metrics", "GET"))
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(read, asked)) == alone
    after = figures(kit.send(nano_server, None, "/metrics", "GET"))
    steps, rows = (after[name] - before[name] for name in ("gotocr_steps_total", "gotocr_step_rows_total"))
    assert rows > 1.2 * steps and alone == [alone[0], SAYS, alone[2]] * 2


def test_pdfs_are_read_page_by_page(client, kit, nano):
    file = io.BytesIO()
    pages = [Image.open(kit.examples / name).convert("RGB") for name in (SIGN, SIGN)]
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:])
    uri = kit.data_uri(file.getvalue(), "application/pdf")
    expected = "\n\n".join(page.text for page in nano.read(file.getvalue(), "plain").pages)
    assert expected.count("\n\n") == 1
    asked = [{"type": "file", "file": {"filename": "two.pdf", "file_data": uri}}, {"type": "text", "text": "OCR:"}]
    for content in (asked, kit.question(uri)["messages"][0]["content"]):
        answer = client.chat.completions.create(model="nano", messages=[{"role": "user", "content": content}])
        assert answer.choices[0].message.content == expected


def test_the_last_message_with_a_picture_is_read(client, kit, note, truth):
    told = [
        {"role": "system", "content": "You are a pirate."},
        *messages(kit, SIGN),
        {"role": "assistant", "content": SAYS},
        *messages(kit, note, text=""),
        {"role": "user", "content": "OCR:"},
    ]
    assert client.chat.completions.create(model="nano", messages=told).choices[0].message.content == truth


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_a_cap_on_tokens_is_kept(client, kit, note, truth, name):
    for stream in (False, True):
        answer = client.chat.completions.create(
            model="nano", messages=messages(kit, note, SIGN), stream=stream, stream_options={"include_usage": True}, **{name: 5}
        )
        if stream:
            chunks = list(answer)
            text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1])
            finish, usage = chunks[-2].choices[0].finish_reason, chunks[-1].usage
        else:
            text, finish, usage = answer.choices[0].message.content, answer.choices[0].finish_reason, answer.usage
        assert finish == "length" and usage.completion_tokens == 5 and text and truth.startswith(text)


def test_an_empty_page_gives_an_empty_answer(client, kit):
    blank = messages(kit, Image.new("RGB", (60, 40), "white"))
    answer = client.chat.completions.create(model="nano", messages=blank)
    assert answer.choices[0].message.content == "" and answer.choices[0].finish_reason == "stop"
    chunks = list(client.chat.completions.create(model="nano", messages=blank, stream=True))
    assert [chunk.choices[0].delta.content for chunk in chunks] == ["", None] and chunks[-1].choices[0].finish_reason == "stop"


def test_a_stream_is_spelled_as_the_protocol_wants_it(nano_server, kit):
    asked = kit.question(kit.data_uri(SIGN), stream=True, stream_options={"include_usage": True}) | {"model": "nano"}
    answer = kit.send(nano_server, asked)
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    events = answer.body.decode().split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""] and all(event.startswith("data: ") for event in events[:-1])
    chunks = [json.loads(event.removeprefix("data: ")) for event in events[:-2]]
    keys = {"id", "object", "created", "model", "choices", "usage"}
    assert all(set(chunk) == keys and chunk["object"] == "chat.completion.chunk" for chunk in chunks)
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": "", "refusal": None}
    assert all(chunk["usage"] is None for chunk in chunks[:-1]) and set(chunks[-1]["usage"]) >= {"total_tokens"}
    without = kit.send(nano_server, {**asked, "stream_options": None})
    assert b'"usage"' not in without.body


def test_harmless_fields_are_accepted(nano_server, kit):
    harmless = {
        "temperature": 0.7, "top_p": 0.9, "n": 1, "seed": 7, "user": "me", "presence_penalty": 0, "tools": [], "tool_choice": "none",
        "logprobs": False, "response_format": {"type": "text"}, "stop": None, "metadata": {"a": "b"}, "unheard_of": [1],
    }  # fmt: skip
    answer = kit.send(nano_server, kit.question(kit.data_uri(SIGN), **harmless) | {"model": ""})
    assert answer.status == 200 and json.loads(answer.body)["choices"][0]["message"]["content"] == SAYS


def broken(kit, **changes):
    return {**kit.question(kit.data_uri(SIGN)), "model": "nano", **changes}


def content(*parts):
    return [{"role": "user", "content": [*parts]}]


def picture(url):
    return content({"type": "image_url", "image_url": {"url": url}})


REFUSED = {
    "two answers": ({"n": 2}, 400, "n", "unsupported_parameter"),
    "tools": ({"tools": [{"type": "function"}]}, 400, "tools", "unsupported_parameter"),
    "logprobs": ({"logprobs": True}, 400, "logprobs", "unsupported_parameter"),
    "a form": ({"response_format": {"type": "json_object"}}, 400, "response_format", "unsupported_parameter"),
    "stop words": ({"stop": ["."]}, 400, "stop", "unsupported_parameter"),
    "another model": ({"model": "gpt-4o"}, 404, "model", "model_not_found"),
    "no token": ({"max_tokens": 0}, 400, "max_tokens", "invalid_value"),
    "many tokens": ({"max_tokens": "many"}, 400, "max_tokens", "invalid_value"),
    "no messages": ({"messages": []}, 400, "messages", "invalid_value"),
    "messages of another kind": ({"messages": "OCR"}, 400, "messages", "invalid_value"),
    "no picture": ({"messages": [{"role": "user", "content": "OCR: "}]}, 400, "messages", "no_picture"),
    "a role of its own": ({"messages": [{"role": "king", "content": ""}]}, 400, "messages.0.role", "invalid_value"),
    "sound": ({"messages": content({"type": "input_audio"})}, 400, "messages.0.content.0.type", "invalid_value"),
    "a part without its picture": ({"messages": content({"type": "image_url"})}, 400, "messages.0.content.0", "missing_value"),
    "a kept file": ({"messages": content({"type": "file", "file": {"file_id": "f"}})}, 400, "messages.0.content.0.file.file_id", "unsupported_value"),
    "a path": ({"messages": picture("/etc/passwd")}, 400, "messages.0.content.0.image_url.url", "invalid_value"),
    "a file address": ({"messages": picture("file:///etc/passwd")}, 400, "messages.0.content.0.image_url.url", "invalid_value"),
    "standard input": ({"messages": picture("-")}, 400, "messages.0.content.0.image_url.url", "invalid_value"),
    "an address": ({"messages": picture("https://example.com/a.png")}, 400, "messages.0.content.0.image_url.url", "unsupported_value"),
    "no base64": ({"messages": picture("data:image/png;base64,&&&&")}, 400, "messages.0.content.0.image_url.url", "invalid_base64"),
    "other data": ({"messages": picture("data:text/plain,hello")}, 400, "messages.0.content.0.image_url.url", "invalid_value"),
    "no picture in the data": ({"messages": picture("data:image/png;base64,aGVsbG8=")}, 422, None, "input_error"),
    "empty data": ({"messages": picture("data:image/png;base64,")}, 422, None, "input_error"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_done_is_said_in_openais_form(nano_server, kit, name, stream):
    changes, status, param, code = REFUSED[name]
    answer = kit.send(nano_server, broken(kit, stream=stream, **changes))
    said = kit.error(answer)
    assert (answer.status, said["param"], said["code"]) == (status, param, code), said
    assert said["type"] == ("not_found_error" if status == 404 else "invalid_request_error") and "/etc" not in said["message"]


def test_the_official_client_raises_what_was_said(client, kit):
    import openai

    with pytest.raises(openai.BadRequestError, match="only one answer"):
        client.chat.completions.create(model="nano", messages=messages(kit, SIGN), n=2)
    with pytest.raises(openai.UnprocessableEntityError, match="not a picture"):
        client.chat.completions.create(model="nano", messages=picture("data:image/png;base64,aGVsbG8="), stream=True)


MALFORMED = {
    "nothing": b"",
    "half": b'{"model": "nano"',
    "no text": b"\xff\xfe",
    "a list": b"[1, 2]",
    "a number": b"7",
    "depth": b"[" * 50_000,
    "depth of objects": b'{"a":' * 50_000,
    "no number": b'{"max_tokens": 1e999, "messages": []}',
}


@pytest.mark.parametrize("name", MALFORMED)
def test_bodies_that_are_no_request(nano_server, kit, name):
    answer = kit.send(nano_server, MALFORMED[name])
    assert answer.status == 400 and kit.error(answer)["type"] == "invalid_request_error"


def test_too_many_values_are_not_taken_apart(nano_server, kit):
    answer = kit.send(nano_server, b'{"messages": [' + b"{}," * 200_000 + b"{}]}")
    assert answer.status == 413 and "more than 100,000 values" in kit.error(answer)["message"]


def test_only_json_is_read(nano_server, kit):
    answer = kit.send(nano_server, b"{}", Content_Type="text/plain")
    assert answer.status == 415 and kit.error(answer)["code"] == "wrong_content_type"
    assert kit.send(nano_server, broken(kit), Content_Type="application/json; charset=utf-8").status == 200


def test_paths_and_methods_there_are_not(nano_server, kit):
    for method, path, status in (("GET", "/v1/chat/completions", 405), ("POST", "/v1/completions", 404), ("GET", "/redoc", 404)):
        answer = kit.send(nano_server, None, path, method)
        assert answer.status == status and path in kit.error(answer)["message"]


def test_a_page_of_many_pixels_is_refused_unread(nano, kit):
    with kit.running(nano, max_pixels=10_000) as server:
        answer = kit.send(server, broken(kit))
        assert answer.status == 413 and "limit of 10,000" in kit.error(answer)["message"]


def test_data_uris_of_every_spelling(nano_server, kit):
    uri = kit.data_uri(SIGN)
    head, _, data = uri.partition(",")
    raw = base64.b64decode(data)
    spelled = [
        uri.rstrip("="),
        f"{head}," + base64.urlsafe_b64encode(raw).decode(),
        f"{head}," + data.replace("+", "%2B").replace("/", "%2F"),
        f"{head}," + "\n".join(data[place : place + 76] for place in range(0, len(data), 76)),
        f"DATA:;base64,{data}",
        f"data:application/octet-stream;name=x;BASE64,{data}",
    ]
    for one in spelled:
        answer = kit.send(nano_server, {"messages": picture(one)})
        assert answer.status == 200, answer.body
    as_string = [{"role": "user", "content": [{"type": "image_url", "image_url": uri}]}]
    assert kit.send(nano_server, {"messages": as_string}).status == 200


def test_state_and_metrics(nano_server, kit):
    assert kit.send(nano_server, None, "/health", "GET").status == 200
    assert json.loads(kit.send(nano_server, None, "/ready", "GET").body) == {"status": "ready"}
    before = figures(kit.send(nano_server, None, "/metrics", "GET"))
    kit.send(nano_server, broken(kit))
    kit.send(nano_server, broken(kit, n=2))
    kit.send(nano_server, None, "/made/up/by/strangers", "GET")
    answer = kit.send(nano_server, None, "/metrics", "GET")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    after = figures(answer)

    def more(name):
        return after[name] - before.get(name, 0)

    assert more('gotocr_requests_total{path="/v1/chat/completions",status="200"}') == 1
    assert more('gotocr_requests_total{path="/v1/chat/completions",status="400"}') == 1
    assert more('gotocr_requests_total{path="other",status="404"}') == 1
    assert more("gotocr_completion_tokens_total") == 7 and more("gotocr_pages_total") == 1
    assert after["gotocr_rows"] == 4 and after["gotocr_rows_in_use"] == 0 and after["gotocr_requests_inside"] == 0
    assert more("gotocr_reading_seconds_count") == 1 and after['gotocr_reading_seconds_bucket{le="+Inf"}'] == after["gotocr_reading_seconds_count"]


def figures(answer) -> dict:
    """Prometheus' text format, read with its own rules: a name with labels, a space, a number."""
    lines = answer.body.decode().splitlines()
    found = {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}
    typed = {line.split()[2]: line.split()[3] for line in lines if line.startswith("# TYPE ")}
    for name in found:
        plain = name.partition("{")[0]
        family = plain if plain in typed else plain.rpartition("_")[0]
        assert typed[family] in ("counter", "gauge", "histogram"), name
    return found


def test_the_description_is_complete_and_at_home(nano_server, kit):
    made = json.loads(kit.send(nano_server, None, "/openapi.json", "GET").body)
    assert {"/health", "/ready", "/metrics", "/v1/models", "/v1/models/{model_id}", "/v1/chat/completions", "/v1/convert"} <= set(made["paths"])
    references = [text.partition('"')[0] for text in json.dumps(made).split('"$ref": "#/components/schemas/')[1:]]
    assert references and set(references) <= set(made["components"]["schemas"])
    asked = made["paths"]["/v1/chat/completions"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert "messages" in asked["required"] and "stream" in asked["properties"]
