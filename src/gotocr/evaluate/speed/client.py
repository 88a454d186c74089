"""A client of OpenAI-compatible servers that takes the time of every answer: pictures as data URIs, answers as a stream.

The wire is that of POST /chat/completions with `stream`: server-sent events (WHATWG HTML, "Server-sent events") whose data
are JSON chunks, then "[DONE]"; with `stream_options.include_usage` one more chunk says how many tokens were written.
"""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import BadStatusLine, HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from ...errors import EngineError, UsageError

KEY = "GOTOCR_API_KEY"  # the environment variable with the server's key, where it wants one
DONE = "[DONE]"
LONGEST = 1 << 20  # bytes of one line, and of an answer that is no stream
LINGER = 1.0  # seconds to wait for the end of a stream that said it was done
QUESTION = "OCR: "
SHOWN = 200  # letters of a server's complaint


@dataclass(frozen=True)
class Server:
    """Where to ask, for what model. `usage` asks the server to count its tokens, which not every one understands."""

    url: str  # up to and with /v1
    model: str = ""
    timeout: float = 120.0  # seconds an answer may take
    max_tokens: int = 256
    usage: bool = True


@dataclass(frozen=True)
class Answer:
    """One answer: seconds from sending to the first text and to the end. Without `counted`, chunks stand for tokens."""

    first: float
    wall: float
    tokens: int
    counted: bool
    streamed: bool


class Client:
    """One connection, kept open from question to question. Raises EngineError for whatever goes wrong with the server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        parts = _split(server.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port, timeout=server.timeout)
        self._path = parts.path.rstrip("/").removesuffix("/chat/completions")
        self._used = False

    def models(self) -> list[str]:
        """The names of the models the server says it has."""
        response = self._send("GET", "/models", None)
        try:
            return [str(model["id"]) for model in json.loads(_whole(response))["data"]]
        except (ValueError, KeyError, TypeError, RecursionError) as cause:
            raise EngineError(f"{self.server.url}/models gives no list of models; name one with --model") from cause

    def ask(self, picture: bytes) -> Answer:
        """Have one PNG read, and wait for the end of the answer."""
        body = json.dumps(_question(self.server, picture)).encode()
        began = time.perf_counter()
        response = self._send("POST", "/chat/completions", body)
        try:
            if "event-stream" in response.getheader("Content-Type", ""):
                return self._follow(response, began)
            message = json.loads(_whole(response))
            text, wall = message["choices"][0]["message"]["content"], time.perf_counter() - began
            count = _count(message)
            return Answer(wall, wall, count if count is not None else int(bool(text)), count is not None, False)
        except (OSError, HTTPException) as cause:
            raise self._failed(cause) from cause
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as cause:  # of a shape nobody promised
            self.close()
            raise EngineError(f"{self.server.url} answers with something else than a chat completion") from cause
        except EngineError:
            self.close()
            raise

    def _follow(self, response: HTTPResponse, began: float) -> Answer:
        first, chunks, count, ended = None, 0, None, False
        for data in events(_lines(response, began + self.server.timeout)):
            if data == DONE:
                ended = True
                break
            chunk = json.loads(data)
            if chunk.get("error"):
                raise EngineError(f"{self.server.url} broke off: {_said(chunk)}")
            count = _count(chunk) if _count(chunk) is not None else count
            choices = chunk.get("choices") or ()
            ended = ended or any(choice.get("finish_reason") for choice in choices)
            if any((choice.get("delta") or {}).get("content") for choice in choices):
                first = time.perf_counter() - began if first is None else first
                chunks += 1
        if not ended:
            raise EngineError(f"{self.server.url} broke off in the middle of an answer")
        wall = time.perf_counter() - began
        self._finish(response)
        return Answer(wall if first is None else first, wall, chunks if count is None else count, count is not None, True)

    def _finish(self, response: HTTPResponse) -> None:
        """Read what follows the end of a stream, or the connection cannot be used again; where it goes on, close it."""
        try:
            if self._connection.sock is None:
                return
            self._connection.sock.settimeout(LINGER)
            if len(response.read(LONGEST)) < LONGEST:
                self._connection.sock.settimeout(self.server.timeout)
                return
        except (OSError, HTTPException):
            pass
        self.close()

    def _send(self, method: str, path: str, body: bytes | None) -> HTTPResponse:
        """The response, once its head is there; a connection that the server closed meanwhile is opened again once."""
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream, application/json"}
        if key := os.environ.get(KEY):
            headers["Authorization"] = f"Bearer {key}"
        for stale in (self._used, False):
            try:
                self._connection.request(method, self._path + path, body, headers)
                response = self._connection.getresponse()
                break
            except (ConnectionError, BadStatusLine) as cause:
                self.close()
                if not stale:
                    raise self._failed(cause) from cause
            except (OSError, HTTPException, ValueError) as cause:
                raise self._failed(cause) from cause
        self._used = True
        if response.status != 200:
            raise self._refused(response)
        return response

    def _refused(self, response: HTTPResponse) -> EngineError:
        try:
            said = _said(json.loads(_whole(response)))
        except (ValueError, OSError, HTTPException, RecursionError, EngineError):
            said = response.reason
        self.close()
        return Refusal(f"{self.server.url} answers {response.status}: {said:.{SHOWN}}", response.status)

    def _failed(self, cause: Exception) -> EngineError:
        self.close()
        if isinstance(cause, TimeoutError):
            why = f"no answer within {self.server.timeout:g} s"
        elif isinstance(cause, ConnectionRefusedError):
            why = "connection refused; start the server, or mend --url"
        else:
            why = (str(cause).splitlines() or [""])[0] or type(cause).__name__
        return EngineError(f"{self.server.url}: {why:.{SHOWN}}")

    def close(self) -> None:
        self._connection.close()
        self._used = False


class Refusal(EngineError):
    """The server answered, with another status than 200."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def events(lines: Iterator[bytes]) -> Iterator[str]:
    """The data of each server-sent event; other fields and comments are passed over, a last one without its end is kept."""
    data: list[str] = []
    for line in lines:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if text.startswith("data:"):
            data.append(text[5:].removeprefix(" "))
        elif not text and data:
            yield "\n".join(data)
            data = []
    if data:
        yield "\n".join(data)


def _lines(response: HTTPResponse, until: float) -> Iterator[bytes]:
    while line := response.readline(LONGEST):
        if time.perf_counter() > until:
            raise TimeoutError
        yield line


def _whole(response: HTTPResponse) -> bytes:
    content = response.read(LONGEST)
    if len(content) == LONGEST:
        raise EngineError(f"an answer of more than {LONGEST} bytes is no chat completion")
    return content


def _split(url: str):
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for what is no port
    except ValueError as cause:
        raise UsageError(f"--url {url!r} is no address ({cause}); give one like http://localhost:8000/v1") from cause
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or not url.isprintable() or " " in url:
        raise UsageError(f"--url {url!r} is no address of a server; give one like http://localhost:8000/v1")
    return parts


def _question(server: Server, picture: bytes) -> dict[str, Any]:
    address = "data:image/png;base64," + base64.b64encode(picture).decode()
    content = [{"type": "image_url", "image_url": {"url": address}}, {"type": "text", "text": QUESTION}]
    asked = {"model": server.model, "messages": [{"role": "user", "content": content}]}
    asked |= {"stream": True, "temperature": 0, "max_tokens": server.max_tokens}
    return {**asked, "stream_options": {"include_usage": True}} if server.usage else asked


def _count(message: dict[str, Any]) -> int | None:
    """How many tokens the server says it wrote; None where it does not."""
    usage = message.get("usage")
    count = usage.get("completion_tokens") if isinstance(usage, dict) else None
    return count if type(count) is int and count >= 0 else None


def _said(message: Any) -> str:
    """What a server complains of, in one of the forms in use: {"error": {"message"}}, {"error"}, {"detail"}, {"message"}."""
    if isinstance(message, dict):
        error = message.get("error") or message.get("detail") or message.get("message") or message
        message = error.get("message", error) if isinstance(error, dict) else error
    return "".join(letter if letter.isprintable() else " " for letter in str(message))[:SHOWN]
