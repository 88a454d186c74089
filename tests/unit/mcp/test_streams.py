"""`gotocr mcp` as clients start it: a process of its own, spoken to over its standard streams."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time

import pytest

HELLO = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}}
READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def line(message) -> bytes:
    return json.dumps(message).encode() + b"\n"


def ask(number, name, **arguments) -> bytes:
    return line({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": name, "arguments": arguments}})


def said(process) -> dict:
    return json.loads(process.stdout.readline())


def run(question):
    return asyncio.run(asyncio.wait_for(question, 400))


def events(log) -> list[str]:
    return log.read_text().split() if log.exists() else []


async def until(condition, patience=120.0):
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_lists_reads_shows_and_writes(room, kit, mode):
    async def talk():
        async with kit.over_streams(room, "--write", mode=mode) as client:
            assert client.server_info.name == "gotocr" and "never instructions" in client.instructions
            assert len((await client.list_tools()).tools) == 5
            read = await client.call_tool("read_file", {"path": "note.png"})
            assert "harbour" in read.structured_content["pages"][0]["text"] and not read.is_error
            shown = await client.call_tool("show_page", {"path": "note.png", "region": "0,0,100,100"})
            assert [part.type for part in shown.content] == ["text", "image"]
            written = await client.call_tool("convert", {"path": "sign.png", "to": ["html"], "folder": "."})
            assert written.structured_content["files"][0]["path"] == "sign/sign.html"
            refused = await client.call_tool("read_file", {"path": "../secret.png"})
            assert refused.is_error and "outside" in refused.content[0].text

    run(talk())
    assert "Bakery" in (room / "sign" / "sign.html").read_text()


def test_the_end_of_input_is_the_end(room, kit):
    with kit.process("--root", str(room)) as process:
        process.stdin.write(line(HELLO))
        process.stdin.flush()
        assert said(process)["result"]["serverInfo"]["name"] == "gotocr"
        process.stdin.close()
        assert process.wait(60) == 0
        assert process.stdout.read() == b""


def test_a_client_that_never_says_anything(room, kit):
    with kit.process("--root", str(room)) as process:
        out, err = process.communicate(timeout=120)
    assert (process.returncode, out, err) == (0, b"", b"")


def test_garbage_is_passed_over(room, kit):
    with kit.process("--root", str(room)) as process:
        for garbage in (b"\n", b"not json\n", b"\xff\xfe\x00\n", b"[1, 2]\n", b'{"jsonrpc": "2.0"}\n', b"{" * 5000 + b"\n", b'{"jsonrpc": "1.0", "id": 9, "method": "x"}\n'):
            process.stdin.write(garbage)
        process.stdin.write(line(HELLO) + line(READY) + b"more of it\n" + ask(1, "list_files"))
        process.stdin.flush()
        answers = {}
        while 1 not in answers:
            found = said(process)
            answers[found.get("id")] = found
        assert {"note.png", "sign.png"} == {file["path"] for file in answers[1]["result"]["structuredContent"]["files"]}
        process.stdin.write(line({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "read_file", "arguments": [1]}}))
        process.stdin.write(line({"jsonrpc": "2.0", "id": 3, "method": "no/such"}))
        process.stdin.flush()
        assert {said(process)["id"], said(process)["id"]} == {2, 3}
        process.stdin.close()
        assert process.wait(60) == 0


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_at_once(room, kit, sent):
    with kit.process("--root", str(room)) as process:
        process.stdin.write(line(HELLO))
        process.stdin.flush()
        said(process)
        process.send_signal(sent)
        assert process.wait(60) == 0 and b"Traceback" not in process.stderr.read()


def test_an_input_that_ends_while_it_reads(room, slow):
    async def talk():
        async with slow(pause=0.05, text="x y z " * 1000) as client:
            task = asyncio.create_task(client.call_tool("read_file", {"path": "note.png"}))
            await until(lambda: "begin" in events(slow.log))
            began = time.monotonic()
            task.cancel()
        return time.monotonic() - began

    assert run(talk()) < 60  # whole, it would take minutes


def test_a_process_whose_client_dies_ends(room, slow, kit, tmp_path):
    """It is reading at that moment, and nobody says good-bye."""
    script = tmp_path / "slow.py"
    more = kit.environment(PAUSE="0.05", LOG=str(slow.log), TEXT="x y z " * 1000)
    process = subprocess.Popen([sys.executable, str(script), "--root", str(room), "--engine", "slow"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=more)
    try:
        process.stdin.write(line(HELLO) + line(READY) + ask(1, "read_file", path="note.png"))
        process.stdin.flush()
        asyncio.run(until(lambda: "begin" in events(slow.log)))
        process.stdout.close()
        process.stdin.close()
        assert process.wait(60) == 0
    finally:
        process.kill()


def test_what_libraries_print_is_no_protocol(slow):
    async def talk():
        async with slow() as client:
            return await client.call_tool("read_file", {"path": "sign.png"})

    assert run(talk()).structured_content["pages"][0]["text"] == "slowly written"


def test_progress_comes_page_by_page(room, slow, kit):
    kit.pages(room / "four.pdf", 4)
    heard = []

    async def hear(done, total, message):
        heard.append((done, total, message))

    async def talk():
        async with slow(pause=0.01) as client:
            return await client.call_tool("read_file", {"path": "four.pdf", "pages": "2-4"}, progress_callback=hear)

    assert [page["page"] for page in run(talk()).structured_content["pages"]] == [2, 3, 4]
    done = [one[0] for one in heard]
    assert done == sorted(done) and {one[1] for one in heard if one[1]} == {3.0}
    assert any(one[2].startswith("loading") for one in heard) and any(one[2] == "reading page 3 of 4" for one in heard)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_call_that_is_cancelled_frees_its_work(room, slow, mode):
    """The next one does not wait for it: whole, it would take minutes."""

    async def talk():
        async with slow(pause=0.05, text="x y z " * 1000, mode=mode) as client:
            task = asyncio.create_task(client.call_tool("read_file", {"path": "note.png"}))
            await until(lambda: "begin" in events(slow.log))
            assert "end" not in events(slow.log)
            task.cancel()
            await until(lambda: events(slow.log).count("end") == events(slow.log).count("begin"))
            began = time.monotonic()
            assert not (await client.call_tool("list_files", {})).is_error
            return time.monotonic() - began

    assert run(talk()) < 60  # whole, it would take minutes


def test_two_at_once_are_both_answered_and_nothing_else_waits(room, slow, tmp_path):
    async def talk():
        async with slow(text="ab" * 20, gate=tmp_path / "gate") as client:
            both = [asyncio.create_task(client.call_tool("read_file", {"path": path})) for path in ("note.png", "sign.png")]
            await until(lambda: "begin" in events(slow.log))
            listed = await client.call_tool("list_files", {})
            assert not any(task.done() for task in both), "the event loop is free, and so is a thread"
            assert len(listed.structured_content["files"]) == 2
            (tmp_path / "gate").touch()
            return [(await task).structured_content["source"] for task in both]

    assert run(talk()) == ["note.png", "sign.png"]


def test_a_deadline_ends_a_call_and_what_was_read_is_kept(room, slow, kit):
    """Asked again and again, it comes to an end: each time some pages more are there."""
    kit.pages(room / "three.pdf", 3)

    async def talk():
        answers = []
        async with slow("--deadline", "2.4", pause=0.025, text="word " * 8) as client:
            while not answers or answers[-1].is_error:
                assert len(answers) < 9
                answers.append(await client.call_tool("convert", {"path": "three.pdf", "to": ["text"]}))
            return answers

    *late, converted = run(talk())
    assert late and all("of 3 pages were read when the time was up" in one.content[0].text for one in late)
    assert converted.structured_content["texts"]["text"].count("word word") >= 3


def test_memory_stays_where_it_is_over_many_pages(room, slow, kit):
    """Of a long file the pages handed over are kept, and no pictures."""
    if not os.path.isdir("/proc/self"):
        pytest.skip("memory is not told of here")
    kit.pages(room / "long.pdf", 60)

    async def talk():
        async with slow(text="some words of a page") as client:
            await client.call_tool("read_file", {"path": "long.pdf", "pages": "1-5"})
            sizes = []
            for pages in ("1-15", "1-60"):
                assert not (await client.call_tool("convert", {"path": "long.pdf", "pages": pages, "to": ["text"]})).is_error
                sizes.append(resident(room))
            return sizes

    few, many = run(talk())
    assert many - few < 40 << 20


def resident(room) -> int:
    """Bytes that the server holds whose root this is."""
    for folder in os.listdir("/proc"):
        if folder.isdigit():
            try:
                command = open(f"/proc/{folder}/cmdline", "rb").read()
                if str(room).encode() in command and b"slow.py" in command:
                    return int(open(f"/proc/{folder}/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            except OSError:
                continue
    raise AssertionError("there is no such process")


def test_it_starts_without_what_reads(room, kit):
    """Until something is to be read: programs start all their servers at once."""
    code = (
        "import sys, threading, os, gotocr.mcp.run as run\n"
        "def look(calls):\n"
        "    print(*(name for name in ('torch', 'onnxruntime', 'pypdfium2', 'PIL', 'transformers', 'fastapi') if name in sys.modules), file=sys.stderr)\n"
        "    os._exit(0)\n"
        "run._end = look\n"
        "from gotocr.cli import main\n"
        f"main(['mcp', '--root', {str(room)!r}])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], input=line(HELLO), capture_output=True, env=kit.environment(), timeout=120)
    assert json.loads(done.stdout)["id"] == 0 and done.stderr.decode().strip() == ""


@pytest.mark.parametrize(
    "options, code, said",
    [(["--root", "/no/such/folder"], 2, "--root"), (["--model", "nonesuch"], 2, "no model"), (["--port", "x"], 2, "port"), (["--http", "--host", "0.0.0.0"], 2, "--api-key-file"), (["--roots"], 2, "unrecognized")],
)
def test_wrong_options_are_told_in_a_line(kit, tmp_path, monkeypatch, options, code, said):
    monkeypatch.chdir(tmp_path)
    with kit.process(*options) as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == code and out == b"" and said in err.decode() and b"Traceback" not in err


def test_without_the_sdk_one_line_says_what_to_install(room, kit):
    code = f"import sys; sys.modules['mcp'] = None; from gotocr.cli import main; sys.exit(main(['mcp', '--root', {str(room)!r}]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=kit.environment(), timeout=120)
    assert done.returncode == 4 and "pip install 'gotocr[mcp]'" in done.stderr and len(done.stderr.splitlines()) == 1
