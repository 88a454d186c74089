"""docs/remote.md: its commands are ones that exist, its Python runs against a scripted server, its table has all options."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from dataclasses import fields
from pathlib import Path

from gotocr.cli.read import add
from gotocr.cli.remote import add as add_options
from gotocr.engines.remote_server import Server
from tests.unit.engines.chat_server import chatting, stream

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "remote.md").read_text("utf-8")


def test_commands_can_be_given():
    parser = ArgumentParser(exit_on_error=False)
    add(parser)
    lines = re.findall(r"^\$ .*?gotocr read (.*)$", PAGE, re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        Server(parser.parse_args(line.split()).url)


def test_every_option_is_explained():
    group = ArgumentParser()
    add_options(group)
    options = {option for action in group._actions for option in action.option_strings if option.startswith("--")} - {"--help"}
    table = PAGE[PAGE.index("| option |") :].partition("\n\n")[0]
    assert set(re.findall(r"`(--[a-z-]+)`", table)) == options | {"--model"}
    assert {field.name for field in fields(Server)} <= set(re.findall(r"`([a-z_]+)`", table))


def test_python_runs(tmp_path, monkeypatch, capsys):
    (code,) = re.findall(r"^```python no-test\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    monkeypatch.setenv("OPENAI_KEY", "sk-nothing")
    picture = ROOT / "examples" / "sign.png"
    with chatting(lambda _: stream("what stands there")) as found:
        code = code.replace("http://localhost:8000/v1", found.url).replace("https://api.openai.com/v1", found.url).replace("scan.pdf", str(picture))
        exec(compile(code, "remote.md", "exec"), {"__name__": "remote"})
    assert capsys.readouterr().out == "what stands there\n" * 2
    assert {one.headers.get("authorization") for one in found.posts()} == {None, "Bearer sk-nothing"}
