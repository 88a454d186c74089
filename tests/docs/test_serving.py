"""docs/serving.md: its examples are run against a server of their own, and its tables name everything there is."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gotocr.cli.serve import VERB

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "serving.md").read_text("utf-8")
ADDRESS = "http://localhost:8000"
CHAT, OCR, FILES, JOBS = "As OpenAI's clients do", "As Mistral's clients do", "A file for a file", "Long files"


def block(heading: str, language: str) -> str:
    """The one block of a language below a heading."""
    section = PAGE[PAGE.index(f"\n### {heading}\n") + 1 :]
    section = re.split(r"^##", section[3:], maxsplit=1, flags=re.MULTILINE)[0]
    (found,) = re.findall(rf"^```{language}(?: no-test)?\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    return found


@pytest.fixture(scope="module")
def address():
    from gotocr.evaluate.speed.own import OwnServer, Way

    with OwnServer(Way("nano", 2, 8, 60.0)) as server:
        yield server.url.removesuffix("/v1")


@pytest.fixture
def run(address, tmp_path):
    """Runs a block, in a folder with the examples: what it says, and that folder."""

    def run(heading: str, language: str):
        call, needed = {
            "sh": (["sh", "-c"], ("curl", "base64")),
            "python": ([sys.executable, "-c"], ()),
            "js": (["node", "--input-type=module", "-e"], ("node",)),
        }[language]
        if not all(map(shutil.which, needed)):
            pytest.skip(f"there is no {' or no '.join(needed)} here")
        code = block(heading, language)
        assert ADDRESS in code
        shutil.copytree(ROOT / "examples", tmp_path / "examples")
        code = code.replace(ADDRESS, address)
        done = subprocess.run([*call, code], cwd=tmp_path, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stderr
        return done.stdout, tmp_path

    return run


def test_curl(run):
    assert '"content":"Bakery"' in run(CHAT, "sh")[0]


def test_python(run):
    pytest.importorskip("openai")
    assert run(CHAT, "python")[0].startswith("The harbour books")


def test_javascript(run):
    assert run(CHAT, "js")[0] == "Bakery\n"


def test_curl_reads_pages(run):
    (page,) = json.loads(run(OCR, "sh")[0])["pages"]
    assert page["markdown"] == "Bakery" and page["confidence_scores"]["word_confidence_scores"][0]["text"] == "Bakery"


def test_mistral_s_client_reads_pages(run):
    pytest.importorskip("mistralai.client")
    assert run(OCR, "python")[0].startswith("The harbour books")


def test_javascript_reads_pages(run):
    assert re.fullmatch(r"text 0\.\d\d Bakery\n", run(OCR, "js")[0])


def test_curl_converts(run):
    _, folder = run(FILES, "sh")
    assert (folder / "scan.pdf").read_bytes().startswith(b"%PDF-")


def test_python_converts(run):
    pytest.importorskip("requests")
    assert run(FILES, "python")[0].startswith("The harbour books")


def test_javascript_converts(run):
    _, folder = run(FILES, "js")
    with zipfile.ZipFile(folder / "scan.zip") as made:
        assert sorted(made.namelist()) == ["scan.html", "scan.json"]


def test_curl_has_a_job_done(run):
    said, folder = run(JOBS, "sh")
    assert "event: leaf\n" in said and '"status": "done"' in said.rpartition("event: end\n")[2]
    assert (folder / "scan.pdf").read_bytes().startswith(b"%PDF-")


def test_python_has_a_job_done(run):
    pytest.importorskip("requests")
    assert run(JOBS, "python")[0].startswith("done 1 of 1\nThe harbour books")


def test_javascript_has_a_job_done(run):
    assert run(JOBS, "js")[0] == "Bakery\ndone\n"


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
        "max-pages": f"{settings.max_pages:,}",
    }.items():
        assert re.search(rf"^\| `--{option}` .* \| {value} \|$", table, re.MULTILINE), option
    said = " ".join(parser().format_help().split())
    assert all(f"default: {value:g}" in said for value in (settings.rows, settings.queue, settings.deadline))
    assert f"default: {settings.max_bytes}" in said and f"default: {settings.max_pixels}" in said


def test_every_metric_is_explained():
    from gotocr.serve.meters import Meters

    named = set(re.findall(r"`(gotocr_\w+)`", PAGE))
    own = {line.split()[2] for line in Meters().text().splitlines() if line.startswith("# TYPE")}
    code = "".join((ROOT / "src" / "gotocr" / "serve" / name).read_text("utf-8") for name in ("desk.py", "jobs/office.py"))
    assert named == own | set(re.findall(r'^ +"(gotocr_\w+)": \(', code, re.MULTILINE))


@pytest.mark.parametrize("name", ["Containerfile", "gotocr.service"])
def test_the_commands_of_the_examples_are_understood(name):
    text = (ROOT / "examples" / "serve" / name).read_text("utf-8")
    found = re.search(r"^(?:ENTRYPOINT (\[.*\])|ExecStart=\S*/(gotocr .*))$", text, re.MULTILINE)
    words = shlex.split(re.sub(r"[\[\],]", " ", found[1])) if found[1] else shlex.split(found[2])
    assert words[:2] == ["gotocr", "serve"]
    assert parser().parse_args(words[2:]).host == "0.0.0.0"
