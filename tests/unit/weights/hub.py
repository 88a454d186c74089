"""A hub of one's own for tests: as much of the Hugging Face hub's HTTP API as huggingface_hub needs to upload a model.

What it keeps is written to it by the library itself: repositories, branches, files of commits, large files by their sha256.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "hf_right"


class Hub:
    """What lies there: repository -> branch -> path -> bytes; `private` of those that are; every path that was asked for."""

    def __init__(self) -> None:
        self.repos: dict[str, dict[str, dict[str, bytes]]] = {}
        self.private: dict[str, bool] = {}
        self.large: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.address = ""


@contextmanager
def open_hub():
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_) -> None:
        pass

    def _answer(self, status: int, said: object = None, code: str = "") -> None:
        data = json.dumps(said if said is not None else {}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        if code:
            self.send_header("X-Error-Code", code)
        self.end_headers()
        self.wfile.write(data)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_GET(self) -> None:
        self.hub.asked.append(self.path)
        name = self.path.removeprefix("/api/models/")
        if name in self.hub.repos and self.headers.get("Authorization") == f"Bearer {TOKEN}":
            return self._answer(200, {"id": name, "private": self.hub.private[name]})
        return self._answer(404, {"error": "Repository not found"}, "RepoNotFound")

    def do_PUT(self) -> None:
        data, oid = self._body(), self.path.rpartition("/")[2]
        if hashlib.sha256(data).hexdigest() != oid:
            return self._answer(400, {"error": "not what was promised"})
        self.hub.large[oid] = data
        return self._answer(200)

    def do_POST(self) -> None:
        body, path = self._body(), self.path.partition("?")[0]
        self.hub.asked.append(path)
        if path == "/api/validate-yaml":
            return self._answer(200, {"errors": [], "warnings": []})
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._answer(401, {"error": "Invalid username or password."})
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        if path.endswith(".git/info/lfs/objects/batch"):
            objects = json.loads(body)["objects"]
            return self._answer(200, {"transfer": "basic", "objects": [{**one, "actions": {"upload": {"href": f"{self.hub.address}/large/{one['oid']}"}}} for one in objects]})
        _, _, _, user, name, verb, branch = path.split("/", 6)
        return self._repo(f"{user}/{name}", verb, branch, body)

    def _create(self, asked: dict) -> None:
        name = f"{asked.get('organization') or 'me'}/{asked['name']}"
        if not name.startswith("me/"):
            return self._answer(403, {"error": "You don't have the rights to create a model under the namespace"})
        if name == "me/full":
            return self._answer(500, {"error": "no room"})
        if name in self.hub.repos:
            return self._answer(409, {"error": "You already created this model repo", "url": f"{self.hub.address}/{name}"})
        self.hub.repos[name], self.hub.private[name] = {"main": {}}, bool(asked.get("private")) or asked.get("visibility") == "private"
        return self._answer(200, {"url": f"{self.hub.address}/{name}", "name": name})

    def _repo(self, repo: str, verb: str, branch: str, body: bytes) -> None:
        branches = self.hub.repos.get(repo)
        if branches is None or repo == "me/gone":
            return self._answer(404, {"error": "Repository not found"}, "RepoNotFound")
        if verb == "branch":
            branches.setdefault(branch, dict(branches["main"]))
            return self._answer(200)
        if branch not in branches:
            return self._answer(404, {"error": "Invalid rev id"}, "RevisionNotFound")
        if verb == "preupload":
            files = json.loads(body)["files"]
            large = (".safetensors", ".onnx")
            told = [{"path": one["path"], "uploadMode": "lfs" if one["path"].endswith(large) else "regular", "shouldIgnore": False} for one in files]
            return self._answer(200, {"files": told})
        if verb != "commit":
            return self._answer(404)
        for line in map(json.loads, body.splitlines()):
            value = line["value"]
            if line["key"] == "file":
                branches[branch][value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                branches[branch][value["path"]] = self.hub.large[value["oid"]]
        oid = hashlib.sha1(body).hexdigest()
        url = f"{self.hub.address}/{repo}/commit/{oid}"
        return self._answer(200, {"success": True, "commitOid": oid, "commitUrl": url, "hookOutput": ""})
