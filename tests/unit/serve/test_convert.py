"""POST /v1/convert: files of every format come back as others write them; broken forms, files and clients cost nobody else anything."""

from __future__ import annotations

import io
import json
import socket
import tempfile
import threading
import zipfile
from dataclasses import replace
from urllib.parse import unquote

import pytest
from PIL import Image

from gotocr.formats import FORMATS

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")
pytest.importorskip("python_multipart")

BORDER = "b0rder"
KIND = f"multipart/form-data; boundary={BORDER}"


def form(file=None, name="scan.png", *fields):
    """The body of a form."""
    parts = [f'Content-Disposition: form-data; name="{field}"\r\n\r\n{value}'.encode() for field, value in fields]
    if file is not None:
        parts.append(f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: image/png\r\n\r\n'.encode() + file)
    return b"".join(b"--%s\r\n%s\r\n" % (BORDER.encode(), part) for part in parts) + b"--%s--\r\n" % BORDER.encode()


@pytest.fixture
def sign(kit):
    return (kit.examples / "sign.png").read_bytes()


@pytest.fixture
def convert(kit):
    def ask(server, file, *fields, name="scan.png", **headers):
        return kit.send(server, form(file, name, *fields), "/v1/convert", Content_Type=KIND, **headers)

    return ask


def names(answer):
    """The two names of an attachment: for old clients, and as it is."""
    kind, plain, real = (part.strip() for part in answer.headers["Content-Disposition"].split(";"))
    assert kind == "attachment" and real.startswith("filename*=UTF-8''")
    return plain.removeprefix('filename="').removesuffix('"'), unquote(real.removeprefix("filename*=UTF-8''"))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_served(nano_server, nano, kit, convert, sign, name):
    one = FORMATS[name]
    try:
        one.ready()
    except Exception as error:
        pytest.skip(str(error))
    answer = convert(nano_server, sign, ("to", name))
    if one.parts is None:  # a file for each thing: of music, molecules and drawings there are none
        assert answer.status == 422 and "nothing in scan.png" in kit.error(answer)["message"]
        return
    assert answer.status == 200 and answer.headers["Content-Type"] == one.media_type and names(answer) == (f"scan{one.suffix}",) * 2
    if not one.binary:
        document = replace(nano.read(kit.examples / "sign.png"), source="scan.png")
        assert answer.body == one.write(document) and document.pages[0].text == "Bakery"
        assert answer.headers["x-gotocr-empty-formats"] == (None if answer.body else name)


def test_several_formats_come_as_one_zip_that_is_the_same_each_time(nano_server, convert, sign):
    answer = convert(nano_server, sign, ("to", "markdown,json"), ("to", "csv"), ("report", "1"), name="a b.png")
    assert answer.status == 200 and answer.headers["Content-Type"] == "application/zip" and names(answer)[1] == "a b.zip"
    with zipfile.ZipFile(io.BytesIO(answer.body)) as whole:
        assert whole.testzip() is None and set(whole.namelist()) == {"a b.md", "a b.json", "a b.report.html"}
        assert answer.headers["x-gotocr-empty-formats"] == "csv"
        assert whole.read("a b.md") == b"Bakery\n" and json.loads(whole.read("a b.json"))["source"] == "a b.png"
        assert b"data:image/webp;base64," in whole.read("a b.report.html") or b"data:image/jpeg" in whole.read("a b.report.html")
    assert convert(nano_server, sign, ("to", "markdown,json,csv"), ("report", "1"), name="a b.png").body == answer.body


def test_options_are_those_of_the_command(nano_server, nano, kit, convert):
    note = (kit.examples / "note.png").read_bytes()
    answer = convert(nano_server, note, ("to", "text"), ("mode", "plain"), ("region", "0,0,640,80"))
    assert answer.body.decode().strip() == nano.read(kit.examples / "note.png", "plain", box=(0, 0, 640, 80)).pages[0].text.strip()
    assert convert(nano_server, note, ("to", "text"), ("pages", "2")).status == 422


def test_the_source_is_in_a_searchable_pdf(nano_server, convert, kit):
    pikepdf = pytest.importorskip("pikepdf")
    file = io.BytesIO()
    Image.open(kit.examples / "sign.png").convert("RGB").save(file, "PDF", title="Of the original")
    answer = convert(nano_server, file.getvalue(), ("to", "pdf"), name="sign.pdf")
    with pikepdf.open(io.BytesIO(answer.body)) as made:
        assert len(made.pages) == 1 and "Of the original" in str(made.docinfo["/Title"])


def test_pages_that_failed_are_told_in_a_header_and_those_that_all_failed_are_an_error(slow_server, scripted, kit, convert):
    scripted.texts = ["one ", "two "]
    broken = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(broken, "TIFF", save_all=True, append_images=[Image.new("RGB", (60, 40), "white")] * 2)
    data = bytearray(broken.getvalue())
    with slow_server(max_pixels=5000) as server:
        pages = [Image.new("L", size, 255) for size in ((60, 40), (400, 300), (60, 40))]
        file = io.BytesIO()
        pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
        answer = convert(server, file.getvalue(), ("to", "json"), name="fax.tiff")
        assert answer.status == 200 and answer.headers["x-gotocr-failed-pages"] == "2"
        told = [page["error"] for page in json.loads(answer.body)["pages"]]
        assert told[0] is None and told[2] is None and "fax.tiff" in told[1] and tempfile.gettempdir() not in told[1]
        answer = convert(server, data, ("pages", "2-3"))
        assert answer.status == 200 and "x-gotocr-failed-pages" not in answer.headers
        file = io.BytesIO()
        Image.new("L", (400, 300), 255).save(file, "PNG")
        assert convert(server, file.getvalue()).status == 413


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.md"),
        ("C:\\Users\\me\\scan 1.png", "scan 1.md"),
        ("naïve\u202egnp.png", "naïve\u202egnp.md"),
        ("..", "document.md"),
        ("", "document.md"),
        ("x" * 400 + ".png", "x" * 146 + ".md"),
        ("a;b=c.png", "a;b=c.md"),
        ("本" * 100 + ".png", "本" * 48 + ".md"),  # a disk takes 255 bytes
        ("本" * 100, "本" * 50 + ".md"),
        (".png", "png.md"),
        ("x." + "y" * 400, "x.md"),
    ],
)
def test_names_are_names_and_nothing_else(given, kept):
    from gotocr.serve.convert import attachment
    from gotocr.serve.upload import plain_name

    name = plain_name(given)
    stem = name.rpartition(".")[0] or name
    assert f"{stem}.md" == kept
    header = attachment(kept)
    assert header.isascii() and header.isprintable() and header.count('"') == 2 and unquote(header.rpartition("''")[2]) == kept


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", KIND, 400),
        (b"--b0rder--\r\n", KIND, 400),
        (b"garbage", KIND, 400),
        (b"--b0rder\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b0rder--\r\n", KIND, 400),
        (b'--b0rder\r\nContent-Disposition: form-data; name="file"\r\n\r\nno file\r\n--b0rder--\r\n', KIND, 400),
        (b'--b0rder\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\ncut o', KIND, 400),
        (form(b"x") * 3, "multipart/form-data", 400),
        (form(None, "", *[("to", "text")] * 300), KIND, 400),
        (form(None, "", ("to", "x" * 10_000)), KIND, 400),
        (form(b"")[:-12] + form(b"", "again.png"), KIND, 400),
        (form(b"x")[:-12] + b'--b0rder\r\nContent-Disposition: form-data; name="mode"\r\n\r\npla', KIND, 400),  # it breaks off
        (form(b"x"), f"{KIND}; charset=undefined", 400),
        (form(b"x"), f"{KIND}; charset=rot13", 422),
        (form(b""), KIND, 422),
        (form(b"%PDF-1.7 broken"), KIND, 422),
        (form(b"\x89PNG\r\n\x1a\n" + b"\0" * 50), KIND, 422),
        (b"{}", "application/json", 415),
        (b"file=x", "application/x-www-form-urlencoded", 415),
        (b"", "", 415),
    ],
)
def test_what_is_no_form_with_a_picture_is_refused(nano_server, kit, body, kind, status):
    answer = kit.send(nano_server, body, "/v1/convert", Content_Type=kind)
    assert answer.status == status and kit.error(answer)["message"]
    assert nano_server.desk.inside == 0


def test_a_form_that_is_too_long_is_refused_while_it_comes(slow_server, kit, convert):
    with slow_server(max_bytes=20_000) as server:
        assert convert(server, b"x" * 30_000).status == 413
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as made:
            head = f"POST /v1/convert HTTP/1.1\r\nHost: localhost\r\nContent-Type: {KIND}\r\nTransfer-Encoding: chunked\r\n\r\n"
            made.sendall(head.encode())
            for _ in range(30):
                made.sendall(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
            assert made.recv(100).startswith((b"HTTP/1.1 413 ", b"HTTP/1.1 400 "))
        kit.wait_for(lambda: server.desk.inside == 0)


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder for temporary files, of nobody else: what lies in it is ours."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_who_goes_away_gives_rows_and_files_back(slow_server, scripted, kit, sign, temporary):
    scripted.texts = ["on and on "] * 50
    gate = threading.Semaphore(0)
    with slow_server(gate=gate) as server:
        body = form(sign)
        made = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        made.sendall(f"POST /v1/convert HTTP/1.1\r\nHost: localhost\r\nContent-Type: {KIND}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        kit.wait_for(lambda: server.engine.running == 1)
        assert list(temporary.glob("gotocr-*"))
        made.close()
        kit.wait_for(lambda: server.desk.inside == 0)
        gate.release(10_000)
        kit.wait_for(lambda: server.engine.running == 0 and not list(temporary.iterdir()))


def test_a_file_of_too_many_pages_is_refused_before_any_is_read(slow_server, scripted, kit, convert):
    file, page = io.BytesIO(), Image.new("L", (60, 40), 255)
    page.save(file, "TIFF", save_all=True, append_images=[page] * 3)
    with slow_server(max_pages=3) as server:
        answer = convert(server, file.getvalue())
        assert answer.status == 413 and "4 pages to be read, over the limit of 3" in kit.error(answer)["message"]
        page.save(file := io.BytesIO(), "PDF", save_all=True, append_images=[page] * 3)
        assert convert(server, file.getvalue()).status == 413
        asked = kit.question(kit.data_uri(file.getvalue(), "application/pdf"))
        assert kit.send(server, asked).status == 413
        assert server.engine.begun == 0
        assert convert(server, file.getvalue(), ("pages", "2-")).status == 200


def test_what_takes_too_long_is_an_error_that_says_what_to_do(slow_server, scripted, kit, convert, sign):
    scripted.texts = ["on and on "] * 50
    with slow_server(gate=threading.Semaphore(0), deadline=0.5) as server:
        answer = convert(server, sign)
        assert answer.status == 504 and "--deadline" in kit.error(answer)["message"]
        server.engine.gate.release(10_000)
        kit.wait_for(lambda: server.desk.inside == 0)


def test_what_writes_results_may_die_and_only_its_request_fails(nano_server, kit, convert, sign, monkeypatch):
    from gotocr.serve import results

    monkeypatch.setattr(results, "WRITE", "os:_exit")
    answer = convert(nano_server, sign)
    assert answer.status == 500 and "another format" in kit.error(answer)["message"]
    monkeypatch.setattr(results, "WRITE", "time:sleep")
    monkeypatch.setattr(results, "SECONDS", 0.3)
    assert convert(nano_server, sign).status == 500
    monkeypatch.undo()
    assert convert(nano_server, sign).status == 200


def test_no_room_for_results_is_the_servers_trouble_and_said_as_such(nano_server, kit, convert, sign, monkeypatch, tmp_path):
    from gotocr.serve import results, writing

    def full(folder, facts, path):
        return writing.write(folder, facts, str(tmp_path / "missing" / "made"))

    monkeypatch.setattr(results, "pool", lambda target, seconds: full)
    answer = convert(nano_server, sign)
    assert answer.status == 500 and "TMPDIR needs room" in kit.error(answer)["message"]


def test_the_formats_that_there_are_can_be_asked(nano_server, kit):
    listed = json.loads(kit.send(nano_server, None, "/v1/formats", "GET").body)["data"]
    assert [one["name"] for one in listed] == list(FORMATS)
    assert all(one["suffix"].startswith(".") and isinstance(one["available"], bool) for one in listed)


def test_an_extra_that_is_missing_is_said_before_anything_is_read(slow_server, scripted, kit, convert, sign, monkeypatch):
    from gotocr.errors import MissingExtraError

    def missing():
        raise MissingExtraError("formats", "writing DOCX")

    monkeypatch.setitem(FORMATS._loaded, "docx", replace(FORMATS["docx"], ready=missing))
    with slow_server() as server:
        answer = convert(server, sign, ("to", "docx"))
        assert answer.status == 501 and "pip install" in kit.error(answer)["message"] and server.engine.begun == 0
        listed = json.loads(kit.send(server, None, "/v1/formats", "GET").body)["data"]
        assert {one["name"] for one in listed if not one["available"]} >= {"docx"}


def test_temporary_files_are_for_this_user_alone(slow_server, scripted, kit, sign, temporary):
    gate = threading.Semaphore(0)
    with slow_server(gate=gate) as server:
        thread = threading.Thread(target=kit.send, args=(server, form(sign), "/v1/convert"), kwargs={"Content_Type": KIND})
        thread.start()
        kit.wait_for(lambda: server.engine.running == 1)
        made = list(temporary.glob("gotocr-*"))
        assert made and all(folder.stat().st_mode & 0o077 == 0 for folder in made)
        gate.release(10_000)
        thread.join(60)
