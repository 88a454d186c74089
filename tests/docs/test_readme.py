"""What the README shows is run: its Python blocks as they stand, its `$ gotocr` lines through the command itself."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from gotocr.cli import main
from gotocr.errors import MissingExtraError

ROOT = Path(__file__).parents[2]
PAGES = [path for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) if path.is_file()]
_FENCE = re.compile(r"^```(?P<language>\w+)(?P<rest>[^\n]*)\n(?P<code>.*?)^```", re.DOTALL | re.MULTILINE)
SKIP = "no-test"  # ```python no-test: shown only, for what needs a download or a GPU


def blocks(text: str, language: str) -> list[str]:
    """Fenced blocks of a language, without those marked `no-test`."""
    found = _FENCE.finditer(text)
    return [block["code"] for block in found if block["language"] == language and SKIP not in block["rest"]]


def commands(block: str) -> list[tuple[list[str], str]]:
    """The `$ gotocr ...` lines of a console block, each with the output shown under it."""
    parts = re.split(r"^\$ ", block.replace("\\\n", " "), flags=re.MULTILINE)[1:]
    lines = [part.partition("\n")[::2] for part in parts]
    return [(shlex.split(line, comments=True)[1:], shown) for line, shown in lines if line.startswith("gotocr")]


def cases(language: str):
    found = [(page, number, code) for page in PAGES for number, code in enumerate(blocks(page.read_text("utf-8"), language))]
    ids = [f"{page.name}-{number}" for page, number, _ in found]
    return pytest.mark.parametrize("code", [code for *_, code in found], ids=ids)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with a copy of the examples to work in, away from the repository."""
    if (ROOT / "examples").is_dir():
        shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@cases("python")
def test_python_blocks_run(code, desk):
    exec(compile(code, "README.md", "exec"), {"__name__": "readme"})


@cases("console")
def test_console_blocks_run(code, desk, capfd):
    for argv, shown in commands(code):
        plain = not set("|><&;") & set("".join(argv))
        if not plain:
            continue  # pipes and redirections are the shell's; `main` is tested with them elsewhere
        code = main(argv)
        if code == MissingExtraError.exit_code:
            pytest.skip("what draws is not installed here")
        assert code == 0, argv
        out = capfd.readouterr().out
        lines = [line for line in shown.splitlines() if line.strip() and line.strip() != "..."]
        assert all(line in out.splitlines() for line in lines), f"{argv} wrote:\n{out}"


def test_blocks_and_commands_are_found():
    text = "```python\nx = 1\n```\n```python no-test\ny\n```\n```console\n$ ls\n$ gotocr list \\\n  kinds  # c\ntext\n```\n"
    assert blocks(text, "python") == ["x = 1\n"]
    assert commands(blocks(text, "console")[0]) == [(["list", "kinds"], "text\n")]
