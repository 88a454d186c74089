"""docs/add-a-language.md: all of its commands run, in its order, on a tiny corpus with fonts of the system; few steps, few pictures."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest

from gotocr.cli import main

pytest.importorskip("skia")
pytest.importorskip("torch")

PAGE = (Path(__file__).parents[2] / "docs" / "add-a-language.md").read_text("utf-8")
DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
FONTS = ("DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuMathTeXGyre.ttf")  # the last one's family is held out
SENTENCES = ("Ẹ kú àbọ̀ sí ilé wa.", "Ọmọ náà ń ka ìwé ní ilé.", "Ṣé ẹ wà dáadáa lónìí?", "Mo ra iṣu àti ẹja.")
FEW = {  # what makes a command short; options given later win
    "train": "--steps 2 --threads 1 --workers 0", "train finetune": "--steps 1 --drawn 0 --mix 0 --threads 1 --workers 0 --judged 1 --share 0.4",
    "make": "-n 8 --workers 0", "examine": "--count 1", "calibrate": "--count 2", "evaluate": "--limit 1",
}  # fmt: skip
CODES = {"train letters": (3,)}  # combining marks stay


def written() -> list[list[str]]:
    """The commands of the page, in its order."""
    return [shlex.split(line)[1:] for line in re.findall(r"^    (gotocr .*)$", PAGE, re.MULTILINE)]


def verb(command: list[str]) -> str:
    return " ".join(command[:2]) if command[:2] in (["train", "letters"], ["train", "finetune"]) else command[0]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    if not all((DEJAVU / name).is_file() for name in FONTS):
        pytest.skip("the fonts of DejaVu are not installed here")
    (tmp_path / "fonts").mkdir()
    for name in FONTS:
        shutil.copy(DEJAVU / name, tmp_path / "fonts")
    (tmp_path / "texts").mkdir()
    lines = [" ".join(SENTENCES[(number + step) % len(SENTENCES)] for step in range(4)) for number in range(40)]
    (tmp_path / "texts" / "text_yo.txt").write_text("\n".join(lines), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def prepare(command: list[str], folder: Path) -> None:
    """What the reader of the page brings along."""
    if verb(command) == "train":
        (recipe,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
        (folder / "yoruba.toml").write_text(recipe.replace("196_608", "49_152"), "utf-8")
    if verb(command) in ("read", "train finetune"):
        rows = [json.loads(line) for line in (folder / "drawn" / "truth.jsonl").read_text("utf-8").splitlines()]
        lines = [row for row in rows if "\u0300" not in row["plain"] and "\u0301" not in row["plain"]]
        lines = [row for row in lines if len(row["plain"]) < 120]
        shutil.copy(folder / "drawn" / lines[0]["image"], folder / "page.png")
        real = [{"image": f"drawn/{row['image']}", "text": row["plain"]} for row in lines]
        (folder / "real.jsonl").write_text("\n".join(map(json.dumps, real)), "utf-8")


def test_every_command_of_the_page_works_in_its_order(folder, capfd):
    commands, read = written(), ""
    assert {verb(command) for command in commands} == {*FEW, "train letters", "convert", "read"}
    for command in commands:
        prepare(command, folder)
        name = verb(command)
        few = [] if "--check" in command else FEW.get(name, "").split()
        code = main([*command, *few])
        out, err = capfd.readouterr()
        assert code in CODES.get(name, (0,)), f"{command}: {code}\n{out}\n{err}"
        read = out if name == "read" else read
    assert len(read.strip()) > 5
    assert (folder / "sheet.png").stat().st_size > 10_000
    assert {row["lang"] for row in map(json.loads, (folder / "drawn" / "truth.jsonl").open(encoding="utf-8"))} == {"en"}
    assert json.loads((folder / "mine" / "config.json").read_text("utf-8"))["glyph_count"] > 489


def test_a_vocabulary_of_your_own_has_its_letters_and_a_fresh_nano_learns_with_it(folder, capfd):
    (code,) = re.findall(r"^```python no-test\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    syllables = [first + vowel + last for first in "bcdđghklmnrstvx" for vowel in "aảấậẹọeio" for last in ("", "n", "ng", "ch")]
    words = [one + other for one in syllables for other in syllables[::37]]  # merges for all of the markup, which takes their places
    (folder / "texts" / "text_vi.txt").write_text(f"Tất cả mọi người sinh ra đều được tự do.\n{' '.join(words)}\n" * 3, "utf-8")
    exec(compile(code, "docs/add-a-language.md", "exec"), {})  # noqa: S102
    count = int(capfd.readouterr().out.split("=")[1])
    recipe = (Path(__file__).parents[2] / "recipes" / "tiny.toml").read_text("utf-8")
    recipe = recipe.replace('start = "fresh"', 'start = "fresh"\ntokenizer = "tokenizer.json"') + f"glyph_count = {count}\n"
    (folder / "own.toml").write_text(recipe, "utf-8")
    assert main(["train", "own.toml", "--corpus", "texts", "--fonts", "fonts", "--out", "own"]) == 0
    from gotocr.weights.nano_letters import known

    assert {*"ảấậđọẹ"} <= known(folder / "own")
    assert np.isfinite(json.loads((folder / "own" / "log.jsonl").read_text("utf-8").splitlines()[-1])["loss"])
