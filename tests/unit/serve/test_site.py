"""The files of the page at /: what they are allowed to do, how they are kept by browsers, that no key is asked for them."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

from tests.unit.serve.jobs_server import maker  # noqa: E402

KINDS = {"/": "text/html", "/page.css": "text/css", "/page.js": "text/javascript", "/icon.svg": "image/svg+xml", "/examples/note.webp": "image/webp"}


@pytest.fixture
def make(scripted, model_folder, tmp_path):
    return maker(model_folder, tmp_path)


def test_the_files_are_there_without_a_key_and_are_asked_for_anew(make):
    with make(keys=("a key",)) as server:
        client = server.other(None)
        assert client.get("/v1/jobs").status == 401
        for path, kind in KINDS.items():
            answer = client.get(path)
            assert answer.status == 200 and answer.headers["Content-Type"].startswith(kind) and len(answer.body) > 300
            assert answer.headers["Cache-Control"] == "no-cache" and answer.headers["X-Content-Type-Options"] == "nosniff"
            again = client.send("GET", path, If_None_Match=f'W/{answer.headers["ETag"]}')
            assert again.status == 304 and again.body == b"" and again.headers["ETag"] == answer.headers["ETag"]
            assert client.send("GET", path, If_None_Match='"another"').status == 200
            head = client.send("HEAD", path)
            assert head.status == 200 and head.body == b"" and head.headers["Content-Length"] == str(len(answer.body))


def test_the_page_may_do_nothing_but_what_it_is_for(make):
    with make() as server:
        answer = server.client.get("/")
        (policy,) = answer.headers.get_all("Content-Security-Policy")
        parts = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
        assert parts["default-src"] == parts["base-uri"] == parts["form-action"] == parts["frame-ancestors"] == "'none'"
        assert parts["script-src"] == parts["style-src"] == parts["connect-src"] == "'self'" and "unsafe" not in policy
        assert parts["img-src"] == "'self' blob: data:" and parts["require-trusted-types-for"] == "'script'"
        assert answer.headers["Referrer-Policy"] == "no-referrer" and answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_nothing_of_it_comes_from_elsewhere_or_stands_in_line(make):
    with make() as server:
        html, style, script, icon = (server.client.get(path).body.decode() for path in list(KINDS)[:4])
        assert set(re.findall(r'(?:src|href)="([^"]*)"', html)) >= {"/page.css", "/page.js", "/icon.svg"}
        assert not re.findall(r'(?:src|href)="(?!/page|/icon|/docs|/examples/|#)', html) and not re.search(r"<style|<script>|\sstyle=|\son\w+=", html)
        assert "@import" not in style and "url(" not in style
        places = {address for text in (html, script, icon, style) for address in re.findall(r"https?://[\w./-]+", text)}
        assert places <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML", "http://www.w3.org/1999/xhtml"}


def test_the_paths_of_the_page_are_not_of_the_api(make):
    with make() as server:
        assert not set(KINDS) & set(server.client.get("/openapi.json").json["paths"])
        assert server.client.send("POST", "/").status == 405
