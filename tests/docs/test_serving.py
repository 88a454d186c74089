"""docs/serving.md: its examples are run against a server of their own, and its tables name everything there is."""

from __future__ import annotations

import argparse
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gotocr.cli.serve import VERB

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "serving.md").read_text("utf-8")
ADDRESS = "http://localhost:8000/v1"


def block(language: str) -> str:
    """The page's one block of a language."""
    (found,) = re.findall(rf"^```{language}(?: no-test)?\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return found


@pytest.fixture(scope="module")
def address():
    from gotocr.evaluate.speed.own import OwnServer, Way

    with OwnServer(Way("nano", 2, 8, 60.0)) as server:
        yield server.url


def run(call, code, address, folder) -> str:
    assert ADDRESS in code
    shutil.copytree(ROOT / "examples", folder / "examples")
    code = code.replace(ADDRESS, address)
    done = subprocess.run([*call, code], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_curl(address, tmp_path):
    if not (shutil.which("curl") and shutil.which("base64")):
        pytest.skip("there is no curl here")
    assert '"content":"Bakery"' in run(["sh", "-c"], block("sh"), address, tmp_path)


def test_python(address, tmp_path):
    pytest.importorskip("openai")
    assert run([sys.executable, "-c"], block("python"), address, tmp_path).startswith("The harbour books")


def test_javascript(address, tmp_path):
    if not shutil.which("node"):
        pytest.skip("there is no node here")
    assert run(["node", "--input-type=module", "-e"], block("js"), address, tmp_path) == "Bakery\n"


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser()
    VERB.add(made)
    return made


def test_every_option_is_explained_and_no_other():
    table = PAGE[PAGE.index("| option |") :].partition("\n\n")[0]
    options = {option for action in parser()._actions for option in action.option_strings if option.startswith("--")}
    assert set(re.findall(r"`(--[a-z-]+)`", table)) == options - {"--help"}


def test_the_defaults_are_the_real_ones():
    from gotocr.serve.settings import Settings

    table, settings = PAGE[PAGE.index("| option |") :].partition("\n\n")[0], Settings()
    for option, value in {
        "rows": settings.rows,
        "queue": settings.queue,
        "max-bytes": f"{settings.max_bytes >> 20} MiB",
        "max-pixels": f"{settings.max_pixels // 10**6} million",
        "deadline": f"{settings.deadline:g}",
    }.items():
        assert re.search(rf"^\| `--{option}` .* \| {value} \|$", table, re.MULTILINE), option
    said = " ".join(parser().format_help().split())
    assert all(f"default: {value:g}" in said for value in (settings.rows, settings.queue, settings.deadline))
    assert f"default: {settings.max_bytes}" in said and f"default: {settings.max_pixels}" in said


def test_every_metric_is_explained():
    from gotocr.serve.meters import Meters

    named = set(re.findall(r"`(gotocr_\w+)`", PAGE))
    own = {line.split()[2] for line in Meters().text().splitlines() if line.startswith("# TYPE")}
    desk = (ROOT / "src" / "gotocr" / "serve" / "desk.py").read_text("utf-8")
    assert named == own | set(re.findall(r'^ +"(gotocr_\w+)": \(', desk, re.MULTILINE))


@pytest.mark.parametrize("name", ["Containerfile", "gotocr.service"])
def test_the_commands_of_the_examples_are_understood(name):
    text = (ROOT / "examples" / "serve" / name).read_text("utf-8")
    found = re.search(r"^(?:ENTRYPOINT (\[.*\])|ExecStart=\S*/(gotocr .*))$", text, re.MULTILINE)
    words = shlex.split(re.sub(r"[\[\],]", " ", found[1])) if found[1] else shlex.split(found[2])
    assert words[:2] == ["gotocr", "serve"]
    assert parser().parse_args(words[2:]).host == "0.0.0.0"
