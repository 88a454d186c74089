"""Addresses of strangers: whatever they lead to, nothing on this machine or in its network is connected to."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from gotocr.errors import InputError, UsageError
from gotocr.pixels import public
from gotocr.pixels.limits import Limits
from gotocr.pixels.public import fetch_public, is_public

PRIVATE = """127.0.0.1 127.8.9.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 255.255.255.255 224.0.0.1 198.18.0.1
::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 2002:7f00:1:: 64:ff9b::a9fe:a9fe 2001:db8::1""".split()
PUBLIC = "8.8.8.8 1.1.1.1 93.184.216.34 2606:4700::1111 64:ff9b::808:808".split()


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address):
    assert is_public(address)


class Desk(BaseHTTPRequestHandler):
    def do_GET(self):  # noqa: N802
        self.server.asked.append((self.path, self.headers["Host"]))
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", f"http://inner.example:{self.server.server_port}/secret")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"data")

    def log_message(self, *_):
        pass


@pytest.fixture
def desk(monkeypatch):
    """A server whose name leads to an address that passes for public here, and another name to one that does not."""
    server = HTTPServer(("127.0.0.1", 0), Desk)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    names = {"outer.example": "127.0.0.1", "inner.example": "127.0.0.2", "both.example": ("127.0.0.1", "10.0.0.1")}
    real = socket.getaddrinfo

    def look_up(host, port, *given, **named):
        found = names.get(host, host)
        return [entry for one in ([found] if isinstance(found, str) else found) for entry in real(one, port, *given, **named)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(public, "is_public", lambda address: address == "127.0.0.1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # no proxy is used: it would look names up itself
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_what_is_public_is_fetched_by_its_name_and_without_a_proxy(desk):
    assert fetch_public(f"http://outer.example:{desk.server_port}/a.png", Limits()) == b"data"
    assert desk.asked == [("/a.png", f"outer.example:{desk.server_port}")]


@pytest.mark.parametrize("address", ["http://inner.example:{}/secret", "http://both.example:{}/x", "https://inner.example:{}/x"])
def test_a_name_that_leads_inside_is_refused(desk, address):
    with pytest.raises(InputError, match="not a public address"):
        fetch_public(address.format(desk.server_port), Limits())
    assert not desk.asked


def test_a_redirect_to_inside_is_refused(desk):
    with pytest.raises(InputError, match="not a public address"):
        fetch_public(f"http://outer.example:{desk.server_port}/moved", Limits())
    assert [path for path, _ in desk.asked] == ["/moved"]


def test_other_schemes_and_silent_places():
    with pytest.raises(UsageError, match="file://"):
        fetch_public("file:///etc/passwd", Limits())
    with pytest.raises(InputError, match="cannot fetch"):
        fetch_public("http://nonesuch.invalid/x.png", Limits(timeout=1))
