"""The door: pages of strangers may not ask, answers are data to browsers, every request counts for somebody; the handbook."""

from __future__ import annotations

import json
import re
from html import escape
from types import SimpleNamespace

import pytest

pytest.importorskip("fastapi")

from gotocr.serve.door import GUARDS, LOCAL_CLIENT, Door  # noqa: E402
from gotocr.serve.handbook import page  # noqa: E402
from gotocr.serve.meters import Meters  # noqa: E402
from gotocr.serve.settings import Settings  # noqa: E402


async def call(settings, method="GET", path="/v1/jobs/abc", address="127.0.0.1", paths=("/v1/jobs/{id}",), **headers):
    """What a request through the door comes to: whether it came in, for whom, the answer's status and headers, the counter's name."""
    seen = SimpleNamespace(client=None, status=None, headers=None)

    async def inner(scope, receive, send):
        seen.client = scope["state"]["client"]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"cache-control", b"max-age=9")]})
        await send({"type": "http.response.body", "body": b""})

    async def send(message):
        if message["type"] == "http.response.start":
            seen.status, seen.headers = message["status"], message["headers"]

    meters = Meters()
    given = {"host": "localhost:8000", **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope = {"type": "http", "method": method, "path": path, "client": (address, 1)}
    scope["headers"] = [(name.encode(), value.encode()) for name, value in given.items()]
    await Door(inner, settings, meters, paths)(scope, None, send)
    seen.counted = re.search(r'gotocr_requests_total\{path="([^"]*)"', meters.text())[1]
    return seen


def ask(settings=None, *given, **more):
    import asyncio

    return asyncio.run(call(settings or Settings(), *given, **more))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://localhost:8000"}, 200),
        ({"origin": "https://LOCALHOST:8000"}, 200),
        ({"origin": "http://localhost:9000"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "https://ocr.example"}, 200),  # a proxy calls us by another name
        ({"sec-fetch-site": "cross-site", "origin": "http://localhost:8000"}, 403),
    ],
)
def test_a_strangers_page_may_not_send_a_form_from_its_visitors_browser(headers, status):
    assert ask(None, "POST", **headers).status == status
    assert ask(None, "DELETE", **headers).status == status
    assert ask(None, "GET", **headers).status == 200  # it cannot see the answer
    keyed = Settings(keys=("key",))  # no page knows the key
    assert ask(keyed, "POST", authorization="Bearer key", **headers).status == 200


def test_every_answer_says_that_it_is_data_unless_it_says_otherwise():
    for answer in (ask(), ask(None, "POST", origin="null")):
        said = dict(answer.headers)
        assert all(said[name] == value for name, value in GUARDS.items() if name != b"cache-control")
        assert len(answer.headers) == len(said)
    assert dict(ask().headers)[b"cache-control"] == b"max-age=9" and dict(ask(None, "POST", origin="null").headers)[b"cache-control"] == b"no-store"


def test_a_request_counts_for_its_key_or_its_address():
    assert ask().client == ask(address="::1").client == LOCAL_CLIENT
    assert ask(Settings(host="0.0.0.0", without_key=True), address="192.0.2.7").client == "192.0.2.7"
    keyed = Settings(keys=("one", "two"))
    first, second = (ask(keyed, authorization=f"Bearer {key}", address="192.0.2.7").client for key in keyed.keys)
    assert first != second and "one" not in first and first == ask(keyed, authorization="bearer one").client
    assert ask(keyed).status == 401 and ask(keyed).client is None


def test_counters_know_paths_by_their_names_alone():
    assert ask(path="/v1/jobs/abc").counted == "/v1/jobs/{id}"
    assert ask(path="/v1/jobs/abc/def").counted == "other" and ask(path='/"} 1\n').counted == "other"
    assert ask(path="/metrics", paths=("/metrics", "/{any}")).counted == "/metrics"


def test_what_can_be_got_can_be_asked_for_without_its_body(nano_server, kit):
    for path in ("/health", "/v1/models", "/v1/models/other", "/docs", "/page.js", "/nothing", "/v1/convert"):
        got, head = (kit.send(nano_server, None, path, method) for method in ("GET", "HEAD"))
        assert (head.status, head.body) == (got.status, b"") and got.body
        assert {name: value for name, value in head.headers.items() if name != "date"} == {
            name: value for name, value in got.headers.items() if name != "date"
        }


def test_nobody_is_sent_elsewhere(nano_server, kit):
    for method, path in (("POST", "/v1/convert/"), ("GET", "/v1/models/"), ("GET", "/docs/"), ("GET", "//v1/models")):
        answer = kit.send(nano_server, None, path, method)
        assert answer.status == 404 and path in kit.error(answer)["message"] and "location" not in answer.headers


def test_the_handbook_tells_of_every_call_and_runs_nothing(nano_server, kit):
    answer = kit.send(nano_server, None, "/docs", "GET")
    text = answer.body.decode()
    made = json.loads(kit.send(nano_server, None, "/openapi.json", "GET").body)
    for path, methods in made["paths"].items():
        for method, said in methods.items():
            assert f">{method.upper()}</span><span class=\"path\">{path}</span>" in text and escape(said["summary"]) in text
    assert "messages[].content[].image_url.url" in text and "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in text and not re.search(r'(?:src|href)="(?!#|/openapi)', text)
    fields = re.findall(r"<td><code>([^<]+)</code>", text.partition('id="post-v1-chat-completions"')[2].partition("</table>")[0])
    assert len(fields) == len(set(fields))


def test_programs_are_told_where_a_key_is_needed(slow_server, nano_server, kit):
    assert "security" not in json.loads(kit.send(nano_server, None, "/openapi.json", "GET").body)
    with slow_server(keys=("key",)) as server:
        made = json.loads(kit.send(server, None, "/openapi.json", "GET").body)
        assert made["security"] == [{"key": []}] and made["components"]["securitySchemes"]["key"] == {"type": "http", "scheme": "bearer"}
        assert {"OCRRequest", "Content"} <= set(made["components"]["schemas"])
        for path, methods in made["paths"].items():
            if "get" in methods and "{" not in path:
                free = kit.send(server, None, path, "GET").status != 401
                assert (methods["get"].get("security") == []) is free


def test_the_handbook_escapes_what_it_shows():
    call = {"summary": "<b>", "responses": {"200": {"description": "<i>"}}}
    made = page({"info": {"title": "<t>", "version": "1"}, "paths": {"/<x>": {"get": call}}})
    assert "<b>" not in made and "<i>" not in made and "<x>" not in made and "&lt;b&gt;" in made
