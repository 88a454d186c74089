"""`gotocr mcp --http`: the same tools over streamable HTTP, behind the same door as the server's."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from contextlib import contextmanager
from http.client import HTTPConnection
from types import SimpleNamespace

import pytest

INITIALIZE = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}}
HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


@contextmanager
def serving(kit, room, *options, **more):
    with kit.process("--http", "--port", "0", "--root", str(room), *options, **more) as process:
        told = process.stdout.readline().decode()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/mcp$", told.strip())
        assert found, told + process.stderr.read().decode()
        yield SimpleNamespace(url=found[0], port=int(found[1]), process=process)


def post(server, body=INITIALIZE, path="/mcp", **headers):
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.request("POST", path, body if isinstance(body, bytes) else json.dumps(body), {**HEADERS, **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_reads_over_http(kit, room, mode):
    from mcp import Client

    heard = []

    async def hear(done, total, message):
        heard.append(message)

    async def talk(url):
        async with Client(url, mode=mode, read_timeout_seconds=240) as client:
            assert len((await client.list_tools()).tools) == 5
            both = await asyncio.gather(*(client.call_tool("read_file", {"path": path}, progress_callback=hear) for path in ("note.png", "sign.png")))
            assert (await client.call_tool("read_file", {"path": "../secret.png"})).is_error
            return [one.structured_content["pages"][0]["text"] for one in both]

    with serving(kit, room) as server:
        note, sign = asyncio.run(asyncio.wait_for(talk(server.url), 400))
        assert "harbour" in note and sign == "Bakery" and "reading page 1 of 1" in heard
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) == 0
        assert b"Traceback" not in server.process.stderr.read()


def test_who_may_come_in(kit, room):
    with serving(kit, room) as server:
        own = f"127.0.0.1:{server.port}"
        assert post(server)[0] == 200
        assert post(server, Host="example.org")[0] == 403, "a name that was made to point here"
        assert post(server, Origin="http://example.org")[0] == 403, "a web page of somebody else"
        assert post(server, Origin="null")[0] == 403
        assert post(server, Origin=f"http://{own}")[0] == 200
        assert post(server, path="/other")[0] == 404 and post(server, b"x" * (2 << 20))[0] == 413
        assert post(server, b"no json")[0] == 400


def test_a_key_is_asked_for(kit, room):
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client
    from mcp.shared._httpx_utils import create_mcp_http_client

    async def talk(url):
        async with create_mcp_http_client(headers={"Authorization": "Bearer open-sesame"}) as http:
            async with Client(streamable_http_client(url, http_client=http), read_timeout_seconds=240) as client:
                return await client.call_tool("list_files", {})

    with serving(kit, room, GOTOCR_API_KEY="open-sesame") as server:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic open-sesame"}):
            status, body = post(server, **headers)
            assert status == 401 and b"Bearer" in body
        assert len(asyncio.run(asyncio.wait_for(talk(server.url), 400)).structured_content["files"]) == 2


def test_a_port_that_is_taken(kit, room):
    with serving(kit, room) as server, kit.process("--http", "--port", str(server.port), "--root", str(room)) as second:
        out, err = second.communicate(timeout=60)
        assert second.returncode == 2 and b"--port 0" in err and out == b""


def test_it_ends_although_somebody_listens(kit, room):
    """A client that holds a stream open does not keep it."""
    with serving(kit, room) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request("POST", "/mcp", json.dumps(INITIALIZE), HEADERS)
        answer = connection.getresponse()
        session = answer.headers["mcp-session-id"]
        answer.read()
        connection.request("GET", "/mcp", headers={"Accept": "text/event-stream", "mcp-session-id": session})
        assert connection.getresponse().status == 200
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) == 0
        connection.close()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_call_that_is_cancelled_over_http_frees_its_work(kit, room, slow, tmp_path, mode):
    import subprocess
    import sys

    from mcp import Client

    def events():
        return slow.log.read_text().split() if slow.log.exists() else []

    async def until(condition):
        for _ in range(6000):
            if condition():
                return
            await asyncio.sleep(0.02)
        raise AssertionError("it did not come about")

    async def talk(url):
        async with Client(url, mode=mode, read_timeout_seconds=240) as client:
            task = asyncio.create_task(client.call_tool("read_file", {"path": "sign.png"}))
            await until(lambda: "begin" in events())
            task.cancel()
            await until(lambda: events().count("end") == events().count("begin"))
            assert not (await client.call_tool("list_files", {})).is_error

    more = kit.environment(PAUSE="0.05", LOG=str(slow.log), TEXT="x y z " * 1000)
    command = [sys.executable, str(tmp_path / "slow.py"), "--root", str(room), "--engine", "slow", "--http", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=more, text=True) as process:
        try:
            asyncio.run(asyncio.wait_for(talk(process.stdout.readline().split()[-1]), 400))
        finally:
            process.kill()
