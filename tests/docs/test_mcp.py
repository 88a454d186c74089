"""docs/mcp.md: its tools are those there are (GOTOCR_REWRITE_GOLDEN=1 makes the table anew), its options and configurations are understood."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import pytest

from gotocr.cli.mcp import VERB
from tests.docs.generated import assert_holds

pytest.importorskip("mcp")

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "mcp.md"
_PLACE = re.compile(r"(<!-- tools -->\n).*?(<!-- end of tools -->)", re.DOTALL)


def table() -> str:
    from gotocr.mcp.settings import Settings
    from gotocr.mcp.tools import tools

    rows = ["| tool | what it does | what it takes |", "|---|---|---|"]
    rows += [f"| `{tool.name}` | {tool.title[0].lower()}{tool.title[1:]} | {', '.join(f'`{name}`' for name in tool.asked.model_fields)} |" for tool in tools(Settings(write=True)).values()]
    return "\n".join(rows) + "\n"


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser()
    VERB.add(made)
    return made


def test_the_page_lists_the_tools():
    assert_holds(PAGE, _PLACE, table())


def test_every_option_is_explained_and_no_other():
    page = PAGE.read_text("utf-8")
    rows = page[page.index("| option |") :].partition("\n\n")[0]
    options = {option for action in parser()._actions for option in action.option_strings if option.startswith("--")}
    assert set(re.findall(r"`(--[a-z-]+)", rows)) == options - {"--help"}


def test_the_defaults_are_the_real_ones():
    from gotocr.mcp.read import HANDOVER
    from gotocr.mcp.settings import Settings

    page, settings, given = PAGE.read_text("utf-8"), Settings(), parser().parse_args([])
    for option, value in {
        "max-bytes N": f"{settings.max_bytes >> 20} MiB",
        "max-pixels N": f"{settings.max_pixels // 10**6} million",
        "deadline S": f"{settings.deadline:g}",
        "host HOST`, `--port N": f"{given.host}, {given.port}",
    }.items():
        assert re.search(rf"^\| `--{re.escape(option)}` .* \| {re.escape(value)} \|$", page, re.MULTILINE), option
    assert f"after {HANDOVER:g} seconds" in page
    said = " ".join(parser().format_help().split())
    assert all(f"default: {value:g}" in said for value in (settings.deadline,))
    assert f"default: {settings.max_bytes}" in said and f"default: {settings.max_pixels}" in said


def test_the_configurations_are_understood():
    found = re.findall(r"^```json\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    servers = [server for one in map(json.loads, found) for group in one.values() for server in group.values()]
    commands = [server for server in servers if "command" in server]
    assert len(commands) == 2 and [server["url"] for server in servers if "url" in server] == ["http://127.0.0.1:8100/mcp"]
    for server in commands:
        assert server["command"] == "gotocr" and server["args"][0] == "mcp"
        assert len(parser().parse_args(server["args"][1:]).root) == 1
    for line in re.findall(r"gotocr (mcp --.*)$", PAGE.read_text("utf-8"), re.MULTILINE):
        assert parser().parse_args(line.split()[1:]).root
