"""docs/add-a-kind.md: the package it shows is installed as a stranger's, and everything takes its kind, in a fresh process."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "examples" / "plugins" / "gotocr-barcode"
PAGE = ROOT / "docs" / "add-a-kind.md"
WALK = ("tests/docs/walk_a_kind.py", "tests/contracts/test_kinds.py", "tests/contracts/test_formats.py")


def python(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(site), str(ROOT / "src")])
    return subprocess.run([sys.executable, *arguments], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, cwd=ROOT)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The package, installed by pip into a folder of its own, without a network."""
    folder = tmp_path_factory.mktemp("plugin")
    shutil.copytree(PACKAGE, folder / "source")  # building writes beside the sources
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", str(folder / "site")]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(folder / "source")], check=True)
    return folder / "site"


def test_the_page_shows_the_package_s_code():
    code = "\n".join(path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*")) if path.suffix in (".py", ".toml"))
    pieces = re.findall(r"^```(?:python no-test|toml)\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert len(pieces) >= 7
    assert not [piece for piece in pieces if not piece.strip() or piece.strip() not in code]


def test_it_is_listed_and_drawn(site, tmp_path):
    assert python(site, "-m", "gotocr", "list", "kinds").stdout.split()[-1] == "barcode"
    made = python(site, "-m", "gotocr", "make", "barcode", "-n", "4", "-o", str(tmp_path / "out"), "--workers", "0")
    assert made.returncode == 0, made.stderr
    assert len((tmp_path / "out" / "truth.jsonl").read_text("utf-8").splitlines()) == 4


def test_everything_takes_it_and_it_keeps_the_contracts(site):
    run = python(site, "-m", "pytest", "-q", "-p", "no:cacheprovider", *WALK, "-k", "barcode or walk_a_kind")
    assert run.returncode == 0, run.stdout
    passed = int(re.search(r"(\d+) passed", run.stdout)[1])
    assert passed > 40, run.stdout  # the contracts were found and ran


def test_its_own_tests_pass(site):
    run = python(site, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(PACKAGE / "tests"))
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("body", ["raise RuntimeError('no')", "KIND = 7", "import nothing_of_that_name"])
def test_a_broken_one_is_named_and_harms_nothing(tmp_path, body):
    (tmp_path / "broken.py").write_text(body, "utf-8")
    about = tmp_path / "gotocr_broken-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: gotocr-broken\nVersion: 1\n", "utf-8")
    (about / "entry_points.txt").write_text("[gotocr.kinds]\nbroken = broken:KIND\ntext = broken:KIND\n", "utf-8")
    run = python(tmp_path, "-c", "from gotocr.kinds.page import parse; print([b.kind for b in parse('# A\\n\\n```x\\ny\\n```', (9, 9))])")
    assert run.stdout.strip() == "['text', 'code']", run.stderr
    assert len(run.stderr.splitlines()) == 1 and "pip uninstall gotocr-broken" in run.stderr
    asked = python(tmp_path, "-m", "gotocr", "make", "broken", "-n", "1", "-o", str(tmp_path / "out"), "--workers", "0")
    assert asked.returncode and "pip uninstall gotocr-broken" in asked.stderr and "Traceback" not in asked.stderr
