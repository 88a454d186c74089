"""`web.fetch` for addresses that strangers name: only public ones are connected to, whatever a name or a redirect leads to.

The address that was looked up is the one that is connected to, so that a name cannot change its mind in between. No proxy is
used.
"""

from __future__ import annotations

import socket
import urllib.request
from http.client import HTTPConnection, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from ..errors import InputError
from .limits import Limits
from .web import fetch

_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address within


def fetch_public(address: str, limits: Limits) -> bytes:
    """The body behind an address. Raises what `web.fetch` raises, and InputError for one that is not public."""
    return fetch(address, limits, (_Http(), _Https()))


def is_public(text: str) -> bool:
    """Whether an IP address belongs to the internet at large; of one that has another within, the inner one counts."""
    found = ip_address(text.partition("%")[0])
    return all(one.is_global and not one.is_multicast for one in (found, *_within(found)))


def _within(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(address, IPv4Address):
        return []
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in inner if one is not None]


def connect(place: tuple[str, int], timeout: Any = None, source_address: Any = None) -> socket.socket:
    """`socket.create_connection`, but every address that the name stands for must be public."""
    host, port = place
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not all(is_public(str(where[0])) for *_, where in found):
        raise InputError(f"{host:.200} is not a public address; send the picture itself")
    trouble: OSError = OSError("the name stands for no address")
    for family, kind, protocol, _, where in found:
        made = socket.socket(family, kind, protocol)
        try:
            made.settimeout(timeout)
            made.connect(where)
            return made
        except OSError as error:
            made.close()
            trouble = error
    raise trouble


class _HttpConnection(HTTPConnection):
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._create_connection = connect  # what `connect` of the standard library calls


class _HttpsConnection(HTTPSConnection):
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._create_connection = connect


class _Http(urllib.request.HTTPHandler):
    def http_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(_HttpConnection, request)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(_HttpsConnection, request)
