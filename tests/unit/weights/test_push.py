"""A converted model to a hub: what goes there is the manifest and what it names, and refusals are told in a line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gotocr.cli import main
from gotocr.weights.convert import MANIFEST
from tests.unit.weights.hub import TOKEN, open_hub

NAMES = {"README.md", "config.json", MANIFEST, "nano.safetensors", "tokenizer.json"}
SCRIPT = """
import json, sys
from gotocr.errors import GotocrError
from gotocr.weights.push import push
told = []
for folder, repo, private, revision in json.loads(sys.argv[1]):
    try:
        told.append([0, push(folder, repo, private, revision)])
    except GotocrError as error:
        told.append([error.exit_code, str(error)])
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def folder(tiny_nano, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("converted") / "nano"
    assert main(["convert", str(tiny_nano), "-o", str(out), "--quiet"]) == 0
    (out / "secret.txt").write_text("my own notes")
    return out


def environment(address: str, home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}
    return {**kept, "HF_ENDPOINT": address, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1", **more}


def pushed(calls: list, env: dict[str, str]) -> list:
    done = subprocess.run([sys.executable, "-c", SCRIPT, json.dumps(calls)], env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_what_goes_there_and_what_is_refused(folder, tmp_path):
    changed = tmp_path / "changed"
    changed.mkdir()
    for name in NAMES:
        (changed / name).write_bytes((folder / name).read_bytes())
    (changed / "config.json").write_text("{}")
    calls = [
        [str(folder), "me/nano", True, None],
        [str(folder), "me/nano", False, "next"],  # it is there already
        [str(folder), "other/nano", False, None],
        [str(folder), "me/full", False, None],
        [str(changed), "me/changed", False, None],
        [str(tmp_path), "me/empty", False, None],
        [str(folder), "nano", False, None],
        [str(folder), "me/open", True, None],
        [str(folder), "me/nano", False, "--next"],
    ]
    with open_hub() as hub:
        hub.repos["me/open"], hub.private["me/open"] = {"main": {}}, False
        told = pushed(calls, environment(hub.address, tmp_path, HF_TOKEN=TOKEN))
        assert told[0] == [0, f"{hub.address}/me/nano/commit/{told[0][1][-40:]}"] and told[1][0] == 0
        assert hub.private == {"me/nano": True, "me/open": False} and hub.repos.keys() == {"me/nano", "me/open"}
        for branch in ("main", "next"):
            there = hub.repos["me/nano"][branch]
            assert there.keys() == NAMES, "nothing but the manifest and what it names"
            assert all(data == (folder / name).read_bytes() for name, data in there.items())
        assert told[2][0] == 6 and "refuses to write to other/nano" in told[2][1] and "rights" in told[2][1]
        assert told[3][0] == 6 and "status 500" in told[3][1] and "no room" in told[3][1]
        assert told[4][0] == 5 and "config.json is not as the manifest.json" in told[4][1]
        assert told[5][0] == 5 and "gotocr convert MODEL" in told[5][1]
        assert told[6][0] == 2 and "USER/NAME" in told[6][1]
        assert told[7][0] == 6 and "public" in told[7][1] and hub.repos["me/open"] == {"main": {}}, "nothing private becomes public"
        assert told[8][0] == 2 and "no branch" in told[8][1]
        assert all("\n" not in said for _, said in told)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "hf auth login"),
        ({"HF_TOKEN": "hf_wrong"}, "does not know this token"),
        ({"HF_TOKEN": TOKEN, "HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE"),
        ({"HF_TOKEN": TOKEN, "HF_ENDPOINT": "http://127.0.0.1:9"}, "failed"),
    ],
    ids=["no token", "wrong token", "offline", "no hub"],
)
def test_who_cannot_upload_is_told_why(folder, tmp_path, more, says):
    with open_hub() as hub:
        ((code, said),) = pushed([[str(folder), "me/nano", False, None]], {**environment(hub.address, tmp_path), **more})
        assert code == 6 and says in said and "\n" not in said and not hub.repos


def test_the_command_uploads_what_it_made_with_the_kept_token(tiny_nano, tmp_path):
    (tmp_path / "token").write_text(TOKEN)  # where `hf auth login` keeps it
    argv = ["convert", str(tiny_nano), "-o", str(tmp_path / "out"), "--quiet", "--weights", "int8", "--push", "me/small", "--revision", "int8"]
    with open_hub() as hub:
        env = environment(hub.address, tmp_path)
        done = subprocess.run([sys.executable, "-m", "gotocr", *argv], env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert f"uploaded: {hub.address}/me/small/commit/" in done.stderr
        assert hub.repos["me/small"]["int8"].keys() == NAMES and not hub.repos["me/small"]["main"]
    front = hub.repos["me/small"]["int8"]["README.md"].decode()
    assert "hf download me/small --revision int8 --local-dir small" in front and 'gotocr.load("small")' in front
    assert front.startswith("---\nlicense: ") and "pipeline_tag: image-text-to-text" in front


def test_an_upload_that_fails_says_how_to_go_on(tiny_nano, tmp_path):
    argv = [sys.executable, "-m", "gotocr", "convert", str(tiny_nano), "-o", str(tmp_path / "out"), "--quiet", "--push", "me/full"]
    with open_hub() as hub:
        env = environment(hub.address, tmp_path)
        done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 6 and "hf auth login" in done.stderr and not (tmp_path / "out").exists(), "asked before anything is made"
        env["HF_TOKEN"] = TOKEN
        done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 6 and "no room" in done.stderr and "add --force" in done.stderr.splitlines()[-1]
        done = subprocess.run([*argv[:-1], "me/small", "--force"], env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 and hub.repos["me/small"]["main"].keys() == NAMES, done.stderr
