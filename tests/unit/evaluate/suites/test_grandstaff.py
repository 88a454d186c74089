"""GrandStaff's layout: partitions, two pictures of one system, and the decoupled spellings of its kern."""

from __future__ import annotations

import shutil
from pathlib import Path

from gotocr.evaluate.suite import Item, Trouble
from gotocr.evaluate.suites.grandstaff import SUITE, plain_kern
from gotocr.kinds.music.block import read
from gotocr.kinds.music.symbols import symbols

FIXTURE = Path(__file__).parents[3] / "fixtures" / "suites" / "grandstaff"
FIRST = "grandstaff_dataset/invented/waltzes/waltz1/original_m-1-2"


def load(folder: Path):
    found = list(SUITE.load(folder))
    return [one for one in found if isinstance(one, Item)], [one for one in found if isinstance(one, Trouble)]


def copy(tmp_path: Path) -> Path:
    shutil.copytree(FIXTURE, tmp_path / "data")
    return tmp_path / "data"


def test_distorted_pictures_are_items_of_their_own(tmp_path):
    folder = copy(tmp_path)
    shutil.copy(folder / f"{FIRST}.jpg", folder / f"{FIRST}_distorted.jpg")
    items, troubles = load(folder)
    assert [item.group for item in items] == ["engraved", "distorted", "engraved", "engraved"] and troubles == []
    assert items[1].id == items[0].id + "_distorted" and items[1].truth == items[0].truth


def test_partitions_choose_and_tell_what_they_leave(tmp_path):
    folder = copy(tmp_path)
    lines = (folder / "partitions_grandstaff" / "test.txt").read_text().splitlines()
    (folder / "partitions_grandstaff" / "test.txt").write_text("\n".join([lines[0], lines[0], "../outside.krn", "missing.krn"]))
    (folder / "partitions_grandstaff" / "train.txt").write_text(lines[1])
    items, troubles = load(folder)
    assert len(items) == 1 and [trouble.what.split(":")[0][:30] for trouble in troubles] == [
        f"{FIRST} came before; only the first one is read"[:30], "../outside lies outside of the", "has no truth", "1 systems are in no partition,",
    ]  # fmt: skip


def test_without_partitions_all_is_read(tmp_path):
    folder = copy(tmp_path)
    shutil.rmtree(folder / "partitions_grandstaff")
    items, troubles = load(folder)
    assert len(items) == 3 and len(troubles) == 1


def test_decoupled_kern_is_kern(tmp_path):
    plain = "**kern\t**kern\n*clefF4\t*clefG2\n4C\t8ccL\n.\t8.dd#J [16ee-\n=\t=\n*-\t*-\n"
    for header in ("**ekern_1.0", "**bekern", "**kern_1.1"):
        cut = plain.replace("**kern", header).replace("4C", "4@C").replace("8ccL", "8@c·cL").replace("8.dd#J", "8@.@dd@#·J")
        assert symbols(read(plain_kern(cut))[0]) == symbols(read(plain)[0])
    assert plain_kern(plain) == plain
    folder = copy(tmp_path)
    (folder / f"{FIRST}.krn").rename(folder / f"{FIRST}.bekrn")
    assert len(load(folder)[0]) == 3
