"""OLiMPiC's layout: lists of samples without endings, MusicXML beside the pictures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gotocr.evaluate.suite import Item, Trouble
from gotocr.evaluate.suites.olimpic import SUITE

FIXTURE = Path(__file__).parents[3] / "fixtures" / "suites" / "olimpic"


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(FIXTURE, tmp_path / "data")
    return tmp_path / "data"


def load(folder: Path):
    found = list(SUITE.load(folder))
    return [one for one in found if isinstance(one, Item)], [one for one in found if isinstance(one, Trouble)]


def test_the_test_list_is_read_before_the_development_list(folder):
    lines = (folder / "samples.test.txt").read_text().splitlines()
    (folder / "samples.dev.txt").write_text("\n".join(lines[1:]))
    (folder / "samples.test.txt").write_text(lines[0])
    items, troubles = load(folder)
    assert [item.id for item in items] == ["5032146__p1-s1"] and troubles == []
    (folder / "samples.test.txt").unlink()
    items, troubles = load(folder)
    assert len(items) == 2 and ["samples.dev.txt is read" in trouble.what for trouble in troubles] == [True, False]


def test_without_lists_all_samples_are_read(folder):
    (folder / "samples.test.txt").unlink()
    items, troubles = load(folder)
    assert len(items) == 3 and len(troubles) == 1


def test_what_cannot_be_used_is_told(folder):
    (folder / "samples" / "5032146" / "p1-s1.musicxml").write_text("<score-timewise/>")
    (folder / "samples" / "5032146" / "p1-s2.png").unlink()
    with open(folder / "samples.test.txt", "a") as file:
        file.write("samples/5032146/p1-s2\n/etc/passwd\nsamples/1/p9-s9\n\n")
    items, troubles = load(folder)
    assert [item.id for item in items] == ["5032146__p1-s2", "6001742__p2-s1"] and not items[0].image.is_file()
    assert [trouble.where for trouble in troubles] == [
        "5032146__p1-s1", "5032146__p1-s2", "samples/5032146/p1-s2", "/etc/passwd", "1__p9-s9",
    ]  # fmt: skip
