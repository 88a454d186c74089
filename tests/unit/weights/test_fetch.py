"""Finding and downloading weights, against a small hub of our own on the loopback interface."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gotocr.errors import WeightsError
from gotocr.weights import fetch

FILES = {"config.json": b'{"model_type": "got_ocr2"}', "model.safetensors": os.urandom(300_000)}
SHA = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
COMMIT = "0123456789abcdef0123456789abcdef01234567"

SCRIPT = """
import json, sys
from gotocr.errors import GotocrError
from gotocr.weights.fetch import Source, download
try:
    folder = download("small", Source("some/model", sys.argv[1], json.loads(sys.argv[2]), 0.1), quiet=sys.argv[3] == "quiet")
    print(json.dumps({"folder": str(folder), "torch": "torch" in sys.modules}))
except GotocrError as error:
    print(json.dumps({"error": type(error).__name__, "message": str(error), "code": error.exit_code}))
"""


class Hub(BaseHTTPRequestHandler):
    """Answers as the hub does for /some/model/resolve/COMMIT/FILE; counts what it gave away."""

    given: list[str] = []

    def answer(self, body: bool) -> None:
        name = self.path.rpartition("/")[2]
        if self.path != f"/some/model/resolve/{COMMIT}/{name}" or name not in FILES:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{SHA[name]}"')
        self.send_header("Content-Length", str(len(FILES[name])))
        self.end_headers()
        if body:
            self.given.append(name)
            self.wfile.write(FILES[name])

    def do_HEAD(self) -> None:  # noqa: N802
        self.answer(body=False)

    def do_GET(self) -> None:  # noqa: N802
        self.answer(body=True)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    Hub.given.clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def run(home, endpoint: str, sha=SHA, offline: bool = False, loud: bool = False) -> tuple[dict, str]:
    """What `download` did in a process of its own (the hub's library reads the environment once), and its stderr."""
    ours = [key for key in os.environ if key.startswith(("HF_", "HUGGING")) or key.lower().endswith("_proxy")]
    environment = {key: value for key, value in os.environ.items() if key not in ours}
    environment |= {"HF_HOME": str(home), "HF_ENDPOINT": endpoint, "HF_HUB_DISABLE_XET": "1"}
    environment |= {"HF_HUB_OFFLINE": "1"} if offline else {}
    environment |= {"TQDM_POSITION": "-1"} if loud else {}  # as on a terminal
    command = [sys.executable, "-c", SCRIPT, COMMIT, json.dumps(sha), "loud" if loud else "quiet"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


def test_download_once_then_work_offline(hub, tmp_path):
    first, noise = run(tmp_path, hub, loud=True)
    assert first["torch"] is False and "model.safetensors" in noise  # a progress bar
    folder = tmp_path / "hub" / "models--some--model" / "snapshots" / COMMIT
    assert first["folder"] == str(folder)
    assert {name: (folder / name).read_bytes() for name in FILES} == FILES
    assert sorted(Hub.given) == sorted(FILES)
    again, noise = run(tmp_path, "http://127.0.0.1:9", offline=True)
    assert again == first and noise == ""
    assert sorted(Hub.given) == sorted(FILES)  # nothing was fetched twice


def test_wrong_digests_are_refused_also_the_second_time(hub, tmp_path):
    wrong = {**SHA, "model.safetensors": "0" * 64}
    for _ in range(2):
        answer, _noise = run(tmp_path, hub, sha=wrong)
        assert answer["error"] == "WeightsError" and "delete" in answer["message"] and "model.safetensors" in answer["message"]


def test_a_file_changed_later_is_noticed(hub, tmp_path):
    folder = run(tmp_path, hub)[0]["folder"]
    with open(os.path.join(folder, "model.safetensors"), "r+b") as file:
        file.write(b"tampered")
    assert run(tmp_path, hub)[0]["error"] == "WeightsError"


@pytest.mark.parametrize("offline", [True, False])
def test_no_network(offline, tmp_path):
    answer, _noise = run(tmp_path, "http://127.0.0.1:9", offline=offline)
    assert answer["error"] == "OfflineError" and answer["code"] == 5
    wanted = ["HF_HUB_OFFLINE is set: unset it" if offline else "cannot be reached: connect", str(tmp_path / "hub")]
    wanted += [f"hf download some/model --revision {COMMIT} --local-dir model", "--model ./model", "--model nano"]
    assert all(part in answer["message"] for part in wanted) and "\n" not in answer["message"]


def test_a_repository_that_is_gone(hub, tmp_path):
    answer, _noise = run(tmp_path, hub, sha={"absent.json": "0" * 64})
    assert answer["error"] == "OfflineError" and "run the same command again" in answer["message"] and "\n" not in answer["message"]


def test_base_is_pinned():
    source = fetch.SOURCES["base"]
    assert source.repo == "stepfun-ai/GOT-OCR-2.0-hf" and len(source.revision) == 40
    assert source.files["model.safetensors"].startswith("6175ac78") and source.files["tokenizer.json"].startswith("36b382a3")
    assert all(len(sha) == 64 for sha in source.files.values())


def test_names_go_to_the_hub_and_paths_to_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "download", lambda name, source, quiet: (name, source.repo, quiet))
    assert fetch.find("base", quiet=True) == ("base", "stepfun-ai/GOT-OCR-2.0-hf", True)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base").mkdir()
    assert fetch.find("./base").samefile(tmp_path / "base")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert fetch.find("~/base") == tmp_path / "base"
    with pytest.raises(WeightsError, match="no such folder.*base"):
        fetch.find("bsae")


def test_what_is_at_hand_is_known_without_the_network(tmp_path, monkeypatch):
    import huggingface_hub

    look = partial(huggingface_hub.try_to_load_from_cache, cache_dir=tmp_path)
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", look)
    monkeypatch.setitem(fetch.SOURCES, "small", fetch.Source("some/model", COMMIT, SHA, 0.1))
    folder = tmp_path / "models--some--model" / "snapshots" / COMMIT
    folder.mkdir(parents=True)
    for name, content in FILES.items():
        assert not fetch.at_hand("small"), "only with every file"
        (folder / name).write_bytes(content)
    assert fetch.at_hand("small")
