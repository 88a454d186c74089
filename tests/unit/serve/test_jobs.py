"""/v1/jobs: what is asked, read, looked at, cancelled and deleted; whose it is; what is refused."""

from __future__ import annotations

import io
import json
import socket
import threading
import zipfile

import pytest
from PIL import Image

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

from tests.unit.serve.jobs_server import maker, pages  # noqa: E402

KEYS = ("id", "object", "status", "name", "model", "created", "started", "finished", "expires")
KEYS += ("pages_total", "pages_done", "pages_failed", "queue_position", "options", "error")


@pytest.fixture
def make(scripted, model_folder, tmp_path):
    scripted.texts = ["# Hello\n\nwide world", "Second *page*"]
    return maker(model_folder, tmp_path)


def test_a_file_is_read_while_nobody_waits(make, kit):
    with make() as server:
        client = server.client
        answer = client.ask(pages(2), "häng.tif", to="html", password="secret", mode="format")
        assert answer.status == 202
        assert set(answer.json) == set(KEYS) and answer.json["object"] == "job" and answer.json["status"] in ("queued", "running")
        code = answer.json["id"]
        job = client.wait(code)
        assert (job["status"], job["pages_total"], job["pages_done"], job["pages_failed"]) == ("done", 2, 2, 0)
        assert job["name"] == "häng.tif" and job["model"] == "scripted" and job["error"] is None and job["queue_position"] is None
        assert job["options"] == {"to": ["html"], "mode": "format"}, "everything but the password"
        assert job["created"] <= job["started"] <= job["finished"] and job["expires"] == pytest.approx(job["finished"] + 86400, abs=2)
        listed = client.get("/v1/jobs").json
        assert listed == {"object": "list", "data": [job], "has_more": False}
        page = client.get(f"/v1/jobs/{code}/pages/2").json
        assert page["index"] == 1 and page["text"] == "Second *page*" and (page["width"], page["height"]) == (200, 40)
        assert page["blocks"][0]["words"][0]["text"] == "Second" and '<div class="block kind-text" id="block-2-0" data-block="0"' in page["html"]
        assert 'data-word="0"' in page["html"] and "data-box" in page["html"] and "data-sure" in page["html"]
        assert client.get(f"/v1/jobs/{code}/pages/3").status == 404
        assert b"secret" not in json.dumps(listed).encode()


def test_pages_are_as_the_json_format_has_them(make):
    with make() as server:
        client = server.client
        code = client.ask(pages(2)).json["id"]
        client.wait(code)
        whole = client.get(f"/v1/jobs/{code}/result", to="json").json
        for number, expected in enumerate(whole["pages"], 1):
            page = client.get(f"/v1/jobs/{code}/pages/{number}").json
            del page["html"]
            assert page == expected


def test_pictures_of_pages(make):
    with make() as server:
        client = server.client
        code = client.ask(pages(1, (2000, 500))).json["id"]
        client.wait(code)
        for query, size in (({}, (1400, 350)), ({"width": 160}, (160, 40)), ({"width": 1400}, (1400, 350))):
            answer = client.get(f"/v1/jobs/{code}/pages/1/picture", **query)
            assert answer.status == 200 and answer.headers["Content-Type"] in ("image/webp", "image/jpeg")
            assert Image.open(io.BytesIO(answer.body)).size == size
        for query in ("width=0", "width=99999", "width=x"):
            assert client.get(f"/v1/jobs/{code}/pages/1/picture?{query}").status == 400
        assert client.get(f"/v1/jobs/{code}/pages/2/picture").status == 404


def test_results_in_every_way(make):
    with make() as server:
        client = server.client
        code = client.ask(pages(2), "scan.tif", to="text").json["id"]
        client.wait(code)
        path = f"/v1/jobs/{code}/result"
        plain = client.get(path)
        assert plain.body == b"Hello\n\nwide world\n\x0cSecond *page*\n" and "scan.txt" in plain.headers["Content-Disposition"]
        assert client.get(path, to="markdown").body.startswith(b"# Hello\n\nwide world\n")
        for query in ({"to": "html,json"}, {"to": ["html", "json"]}):
            whole = zipfile.ZipFile(io.BytesIO(client.get(path, **query).body))
            assert whole.namelist() == ["scan.html", "scan.json"]
        report = client.get(path, report=1)
        assert report.headers["Content-Type"].startswith("text/html") and report.body.count(b"data:image/") == 2
        sure = client.get(path, to="text", min_confidence="1.0:drop")
        assert sure.status == 200 and len(sure.body) < len(plain.body)
        for query, param in (({"to": "nothing"}, "to"), ({"pages": "1"}, "pages"), ({"min_confidence": "x"}, "min_confidence"), ({"report": "x"}, "report")):
            answer = client.get(path, **query)
            assert answer.status == 400 and answer.json["error"]["param"] == param


def test_a_result_while_it_runs_has_what_there_is(make):
    gate = threading.Semaphore(0)
    with make(gate=gate) as server:
        client = server.client
        code = client.ask(pages(3)).json["id"]
        client.wait(code, "running")
        answer = client.get(f"/v1/jobs/{code}/result", to="text")
        assert answer.status == 409 and answer.json["error"]["code"] == "nothing_read"
        gate.release()
        while client.job(code)["pages_done"] < 1:
            pass
        for kind, content in (("text", b"Hello\n\nwide world\n"), ("markdown", b"# Hello\n\nwide world\n")):
            assert client.get(f"/v1/jobs/{code}/result", to=kind).body == content
        assert client.get(f"/v1/jobs/{code}/pages/1").status == 200 and client.get(f"/v1/jobs/{code}/pages/2").status == 404
        assert client.get(f"/v1/jobs/{code}/pages/2/picture").status == 200, "it can be seen while it is read"
        gate.release(9)
        assert client.wait(code)["pages_done"] == 3


def test_regions_of_a_file_that_is_there_already(make):
    with make() as server:
        client = server.client
        first = client.ask(pages(1), "scan.tif").json["id"]
        client.wait(first)
        second = client.ask(source=first, region="10%,0%,60%,100%").json
        assert second["name"] == "scan.tif" and client.wait(second["id"])["status"] == "done"
        assert client.send("DELETE", f"/v1/jobs/{first}").status == 204
        third = client.ask(source=second["id"])
        assert third.status == 202 and client.wait(third.json["id"])["status"] == "done", "the file is there as long as a job has it"
        for fields in ({"source": first}, {"source": "job_" + "0" * 32}, {"source": "../../etc/passwd"}):
            assert client.ask(**fields).status == 404
        assert client.ask().json["error"]["param"] == "file"
        assert client.ask(pages(1), source=second["id"]).status == 400


def test_cancelling_keeps_what_was_read(make, kit):
    gate = threading.Semaphore(1)
    with make(gate=gate, jobs=1) as server:
        client = server.client
        code, waiting = client.ask(pages(3)).json["id"], client.ask(pages(1)).json["id"]
        while client.job(code)["pages_done"] < 1:
            pass
        kit.wait_for(lambda: server.engine.begun == 2)
        assert client.job(waiting)["queue_position"] == 1
        for job in (waiting, code):
            answer = client.send("POST", f"/v1/jobs/{job}/cancel")
            assert answer.status == 200 and answer.json["status"] == "cancelled" and answer.json["error"] is None
        gate.release(9)
        kit.wait_for(lambda: not server.engine.running and not server.jobs.runner.running)
        job = client.job(code)
        assert (job["status"], job["pages_done"]) == ("cancelled", 1) and job["expires"]
        assert client.get(f"/v1/jobs/{code}/pages/1").status == 200
        assert client.get(f"/v1/jobs/{code}/pages/2/picture").status == 404
        assert client.send("POST", f"/v1/jobs/{code}/cancel").json == job, "once more changes nothing"
        after = client.ask(pages(1)).json["id"]
        assert client.wait(after)["status"] == "done"


def test_what_is_deleted_is_gone(make, kit, tmp_path):
    gate = threading.Semaphore(0)
    with make(gate=gate) as server:
        client = server.client
        code = client.ask(pages(2), "a-name-to-look-for.tif", password="a-word-to-look-for").json["id"]
        client.wait(code, "running")
        kit.wait_for(lambda: server.engine.running)
        assert client.send("DELETE", f"/v1/jobs/{code}").status == 204
        for method, path in (("GET", ""), ("GET", "/events"), ("GET", "/pages/1"), ("GET", "/result"), ("POST", "/cancel"), ("DELETE", "")):
            assert client.send(method, f"/v1/jobs/{code}{path}").status == 404
        assert client.get("/v1/jobs").json["data"] == []
        gate.release(9)
        kit.wait_for(lambda: not server.jobs.runner.running)
        left = b"".join(path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file() and path.suffix != ".sqlite")
        assert not list((tmp_path / "store" / "jobs.sqlite.files").iterdir())
    left += (tmp_path / "store" / "jobs.sqlite").read_bytes()  # closed now: who opens it before takes its lock away
    for word in (b"a-name-to-look-for", b"a-word-to-look-for", code.encode()):
        assert word not in left


def test_nobody_sees_the_jobs_of_another(make):
    with make(keys=("one", "two")) as server:
        one, two = server.other("one"), server.other("two")
        code = one.ask(pages(1)).json["id"]
        one.wait(code)
        assert two.get("/v1/jobs").json["data"] == []
        paths = [("GET", ""), ("DELETE", ""), ("POST", "/cancel"), ("GET", "/events"), ("GET", "/pages/1"), ("GET", "/pages/1/picture"), ("GET", "/result")]
        for method, path in paths:
            foreign, unknown = (two.send(method, f"/v1/jobs/{name}{path}") for name in (code, code[:-1] + "x"))
            assert foreign.status == unknown.status == 404
            assert foreign.json["error"]["code"] == unknown.json["error"]["code"] == "job_not_found"
        assert two.send("PUT", f"/v1/jobs/{code}/pages/1/blocks/0", {"text": "mine"}).status == 404
        assert two.ask(source=code).status == 404
        assert server.other("three").get(f"/v1/jobs/{code}").status == 401
        assert one.job(code)["status"] == "done"


def test_ids_tell_nothing_and_lead_nowhere(make):
    with make() as server:
        client = server.client
        codes = [client.ask(pages(1)).json["id"] for _ in range(3)]
        assert len({code[4:12] for code in codes}) == 3 and all(len(code) == 36 for code in codes)
        for name in ("..%2f..%2fetc%2fpasswd", "%2e%2e", "jobs.sqlite", "%00", "'%20OR%201=1--", "job_" + "f" * 4000, "%F0%9F%92%A9"):
            for path in ("", "/events", "/result", "/pages/1", "/pages/1/picture"):
                assert client.get(f"/v1/jobs/{name}{path}").status == 404
        for number in ("0", "-1", "1.5", "x", "99999999999999999999", "%2e%2e"):
            assert client.get(f"/v1/jobs/{codes[0]}/pages/{number}").status in (400, 404)


def test_the_list_comes_in_parts(make):
    with make() as server:
        client = server.client
        codes = [client.ask(pages(1)).json["id"] for _ in range(5)][::-1]
        seen, after = [], {}
        while True:
            part = client.get("/v1/jobs", limit=2, **after).json
            seen += [job["id"] for job in part["data"]]
            if not part["has_more"]:
                break
            after = {"after": seen[-1]}
        assert seen == codes
        assert client.get("/v1/jobs", limit=0).status == 400 and client.get("/v1/jobs", after="nobody").status == 404


def test_a_full_queue_says_when_to_come_again(make):
    gate = threading.Semaphore(0)
    with make(gate=gate, queue=4, keys=("one", "two"), jobs=1) as server:
        one, two = server.other("one"), server.other("two")
        answers = [one.ask(pages(1)) for _ in range(4)]
        assert [answer.status for answer in answers] == [202, 202, 202, 429], "a place is left for another"
        assert int(answers[-1].headers["Retry-After"]) >= 1
        assert two.ask(pages(1)).status == 202 and two.ask(pages(1)).status == 429
        gate.release(9)
        for answer in answers[:3]:
            one.wait(answer.json["id"])
        assert one.ask(pages(1)).status == 202


def test_clients_take_turns(make, kit):
    gate = threading.Semaphore(0)
    with make(gate=gate, keys=("one", "two"), jobs=1) as server:
        one, two = server.other("one"), server.other("two")
        first = [one.ask(pages(1)).json["id"] for _ in range(4)]
        one.wait(first[0], "running")
        second = [two.ask(pages(1)).json["id"] for _ in range(2)]
        places = [client.job(code)["queue_position"] for client, code in [*((one, code) for code in first[1:]), *((two, code) for code in second)]]
        assert places == [3, 4, 5, 1, 2] or places == [2, 4, 5, 1, 3], places
        gate.release(9)
        jobs = [*(one.wait(code) for code in first), *(two.wait(code) for code in second)]
        rows = server.jobs.store._data.rows("SELECT id FROM jobs ORDER BY started")
        order = [row["id"] for row in rows]
        assert all(job["status"] == "done" for job in jobs)
        assert order.index(second[0]) < order.index(first[1]) and order.index(second[1]) < order.index(first[3])


def test_a_page_that_fails_and_a_file_that_cannot_be_read(make, scripted):
    from gotocr.errors import EngineError

    scripted.faults = {1: EngineError("this page is too much")}
    with make() as server:
        client = server.client
        job = client.wait(client.ask(pages(3)).json["id"])
        assert (job["status"], job["pages_done"], job["pages_failed"], job["error"]) == ("done", 3, 1, None)
        page = client.get(f"/v1/jobs/{job['id']}/pages/2").json
        assert "too much" in page["error"] and "could not be read" in page["html"]
        job = client.wait(client.ask(b"no picture", "letter.pdf").json["id"])
        assert (job["status"], job["pages_done"]) == ("failed", 0) and "letter.pdf" in job["error"]["message"]
        assert job["error"]["code"] == "input_error" and "/" not in job["error"]["message"]
        answer = client.get(f"/v1/jobs/{job['id']}/result")
        assert answer.status == 409


def test_what_is_refused_before_it_waits(make):
    with make(max_bytes=60_000) as server:
        client = server.client
        for fields, param in (({"to": "nothing"}, "to"), ({"mode": "loud"}, "mode"), ({"page": "1"}, "page"), ({"region": "a"}, "region")):
            answer = client.ask(pages(1), **fields)
            assert answer.status == 400 and answer.json["error"]["param"] == param
        assert client.ask(bytes(70_000)).status == 413
        assert client.send("POST", "/v1/jobs", {"file": "x"}).status == 415
        assert client.get("/v1/jobs").json["data"] == []
        assert client.send("PATCH", "/v1/jobs").status == 405


def test_what_is_described_is_what_is_answered(make):
    with make() as server:
        client = server.client
        described = client.get("/openapi.json").json["paths"]
        paths = {path: sorted(methods) for path, methods in described.items() if path.startswith("/v1/jobs")}
        assert paths == {
            "/v1/jobs": ["get", "post"],
            "/v1/jobs/{job_id}": ["delete", "get"],
            "/v1/jobs/{job_id}/cancel": ["post"],
            "/v1/jobs/{job_id}/events": ["get"],
            "/v1/jobs/{job_id}/pages/{number}": ["get"],
            "/v1/jobs/{job_id}/pages/{number}/picture": ["get"],
            "/v1/jobs/{job_id}/pages/{number}/blocks/{block}": ["put"],
            "/v1/jobs/{job_id}/result": ["get"],
        }
        properties = described["/v1/jobs"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
        assert {"file", "source", "to", "region", "min_confidence"} <= set(properties)
        metrics = client.get("/metrics").body
        assert b"gotocr_jobs_running 0" in metrics and b"gotocr_jobs_queued 0" in metrics and b"gotocr_jobs_bytes" in metrics


def test_what_is_being_sent_takes_a_place_like_any_request(make, kit):
    with make(queue=1) as server:
        halves = []
        for number in range(2):
            made = socket.create_connection(("127.0.0.1", server.port), timeout=60)
            made.sendall(b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 999\r\n\r\n--x\r\n")
            halves.append(made)
            kit.wait_for(lambda: server.desk.inside == number + 1)  # noqa: B023
        assert server.client.ask(pages(1)).status == 429
        for made in halves:
            made.close()
        kit.wait_for(lambda: server.desk.inside == 0)
        assert server.client.ask(pages(1)).status == 202
