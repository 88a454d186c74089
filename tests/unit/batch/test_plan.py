"""What gets into the plan of a run: every page once, in shards whose names hang on contents; what is new, and only that, later."""

from __future__ import annotations

import os
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("zstandard")
pytest.importorskip("pyarrow")

from gotocr.batch import plan as room
from gotocr.batch.plan import plan, shard_of
from gotocr.batch.shard import Entry, divided
from gotocr.batch.sorting import sorted_rows
from gotocr.batch.store import Disk
from gotocr.batch.store import Entry as File
from gotocr.batch.wanted import Wanted, identity
from gotocr.errors import InputError, UsageError
from gotocr.schema import Region, Task

WANTED = Wanted(shard_pages=10)


@pytest.fixture
def source(tmp_path) -> Path:
    folder = tmp_path / "source"
    (folder / "b").mkdir(parents=True)
    for number in range(25):
        (folder / ("b" if number % 2 else "") / f"{number:02d}.png").write_bytes(b"picture %d" % number)
    (folder / "notes.txt").write_text("no picture")
    (folder / ".hidden.png").write_bytes(b"not seen")
    return folder


def places(found) -> list[tuple[str, int]]:
    store = Disk(found.out)
    shards = [shard_of(store, name) for name, _ in found.shards]
    assert [(shard.name, shard.pages) for shard in shards] == list(found.shards)
    return [(shard.entries[place.entry].name, place.page) for shard in shards for place in shard.places()]


def test_every_page_once_in_order_and_the_same_names_again(source, tmp_path):
    found = plan(str(source), str(tmp_path / "out"), WANTED)
    assert [pages for _, pages in found.shards] == [10, 10, 5] and found.pages == 25 and len(found.todo()) == 3
    names = [name for name, _ in places(found)]
    assert names == sorted(names) and len(set(names)) == 25
    assert plan(str(source), str(tmp_path / "out"), WANTED).shards == found.shards
    assert plan(str(source), str(tmp_path / "other"), WANTED).shards == found.shards, "names hang on nothing but the sources"


def test_what_is_new_or_changed_goes_into_new_shards(source, tmp_path):
    before = plan(str(source), str(tmp_path / "out"), WANTED)
    (source / "99.png").write_bytes(b"new")
    (source / "00.png").write_bytes(b"changed")
    os.utime(source / "02.png", (1, 1))  # looks changed, and is not
    after = plan(str(source), str(tmp_path / "out"), WANTED)
    assert after.shards[: len(before.shards)] == before.shards
    [(name, pages)] = after.shards[len(before.shards) :]
    assert [entry.name for entry in shard_of(Disk(after.out), name).entries] == ["00.png", "99.png"] and pages == 2
    assert plan(str(source), str(tmp_path / "out"), WANTED).shards == after.shards


def test_a_pdf_of_many_pages_is_parted(tmp_path):
    from PIL import Image

    source = tmp_path / "source"
    source.mkdir()
    sheets = [Image.new("RGB", (20, 20), (number, 0, 0)) for number in range(23)]
    sheets[0].save(source / "m.pdf", save_all=True, append_images=sheets[1:])
    sheets[0].save(source / "a.png")
    found = plan(str(source), str(tmp_path / "out"), WANTED)
    assert places(found) == [("a.png", 0), *(("m.pdf", page) for page in range(23))]
    assert [pages for _, pages in found.shards] == [10, 10, 4]


def test_sources_are_not_parted_where_a_shard_is_half_full():
    entries = [Entry(f"{n}", 1, "", f"c{n}", 0, pages) for n, pages in enumerate([6, 5, 3, 10, 1, 25, 2])]
    shards = list(divided(entries, "r", "w", 10))
    assert [[(entry.name, entry.first, entry.pages) for entry in shard.entries] for shard in shards] == [
        [("0", 0, 6)], [("1", 0, 5), ("2", 0, 3)], [("3", 0, 10)], [("4", 0, 1), ("5", 0, 9)], [("5", 9, 10)], [("5", 19, 6), ("6", 0, 2)],
    ]  # fmt: skip


def test_files_with_equal_bytes_are_in_one_shard(source, tmp_path):
    (source / "zz.png").write_bytes(b"picture 0")
    names = [name for name, _ in places(plan(str(source), str(tmp_path / "out"), WANTED))]
    assert names[:3] == ["00.png", "zz.png", "02.png"]


def test_another_way_of_reading_is_another_run(source, tmp_path):
    plan(str(source), str(tmp_path / "out"), WANTED)
    with pytest.raises(UsageError, match="mode differ"):
        plan(str(source), str(tmp_path / "out"), replace(WANTED, task=Task("plain")))
    assert plan(str(source), str(tmp_path / "out"), replace(WANTED, tries=9, lease=3.0, shard_pages=4)).pages == 25


def test_who_reads_is_known_by_the_models_files(tmp_path, tiny_nano):
    import shutil

    copy = shutil.copytree(tiny_nano, tmp_path / "copy")
    one = identity(Wanted(model=str(tiny_nano)))
    assert one == identity(Wanted(model=str(copy), tries=7, password="x")) != identity(Wanted(model=str(copy), dpi=200.0))
    with open(copy / "tokenizer.json", "a") as file:
        file.write(" ")
    assert one != identity(Wanted(model=str(copy)))


def test_what_is_wanted_goes_through_json():
    import json

    region = Region((1.0, 2.0, 3.0, 4.0), crop=True)
    wanted = Wanted(task=Task("plain", region=region, regions=(region, Region(colour="red")), drafts=("a",)), dpi=None, password="p")
    assert Wanted.unpacked(json.loads(json.dumps(wanted.packed()))) == wanted
    assert Wanted.unpacked(json.loads(json.dumps(replace(wanted, task=Task(drafts=None)).packed()))).task.drafts is None


@pytest.mark.parametrize(
    ("place", "error", "says"),
    [("missing", InputError, "no such file|cannot list|No such"), ("empty", InputError, "no pictures"), ("inside", UsageError, "among the sources")],
)
def test_places_that_make_no_sense(tmp_path, source, place, error, says):
    (tmp_path / "empty").mkdir()
    out = source / "out" if place == "inside" else tmp_path / "out"
    with pytest.raises(error, match=says):
        plan(str(source if place == "inside" else tmp_path / place), str(out), WANTED)


def test_names_that_are_no_text(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    try:
        Path(os.fsdecode(os.fsencode(source) + b"/\xff.png")).write_bytes(b"x")
    except OSError:
        pytest.skip("this disk takes no such names")
    assert len(places(plan(str(source), str(tmp_path / "out"), WANTED))) == 1


class Many:
    """A listing of objects that nobody holds."""

    root = "s3://bucket/many"

    def __init__(self, count: int) -> None:
        self.count = count

    def entries(self):
        return (File(f"{number * 7919 % self.count:07d}.png", 9, f"etag:{number}") for number in range(self.count))


def test_memory_does_not_grow_with_the_listing(tmp_path, monkeypatch):
    monkeypatch.setattr("gotocr.batch.sorting.RUN", 500)
    monkeypatch.setattr(sorted_rows, "__defaults__", (500,))
    monkeypatch.setattr(room, "PART", 500)
    peaks = []
    for count in (2_000, 12_000):
        store = Disk(str(tmp_path / str(count)))
        tracemalloc.start()
        room._extend(store, Many(count), Wanted(shard_pages=200), "who")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert sum(pages for _, pages in room.shards_of(store)) == count
    assert peaks[1] < 2.5 * peaks[0], peaks


def test_sorting_with_runs_on_disk():
    rows = [[number * 7919 % 1000, "ä\udc80", None] for number in range(1000)]
    assert list(sorted_rows(iter(rows), 64)) == sorted(rows)
