"""Rows: what others read of the files, equal bytes for equal rows, and damage that is seen."""

from __future__ import annotations

import json

import pytest

pandas = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")
pytest.importorskip("zstandard")

from gotocr.batch import rows
from gotocr.batch.reading import read_of
from gotocr.errors import InputError
from gotocr.schema import Block, Leaf, Word

LEAF = Leaf(
    2, 100, 50, "Hi", (Block("text", "Hi", (0, 0, 9, 9), 0.5, (Word("Hi", (1.04, 2, 3, 4), 0.123456),), data={"role": "heading", "level": 1}),), confidence=0.987654, warnings=("doubt",)
)  # fmt: skip


def made(count: int) -> list[dict]:
    return [rows.row(f"/a/{n}.png", f"sha256:{n}", str(n), n % 3, read_of(LEAF) if n % 5 else rows.failed("no ink")) for n in range(count)]


@pytest.mark.parametrize("kind", ["parquet", "jsonl.zst"])
def test_there_and_back_and_in_pandas(tmp_path, kind):
    path, again = tmp_path / f"a{rows.SUFFIXES[kind]}", tmp_path / f"b{rows.SUFFIXES[kind]}"
    rows.write(path, kind, made(600))
    rows.write(again, kind, made(600))
    assert path.read_bytes() == again.read_bytes()
    assert list(rows.read(path, kind)) == made(600)
    table = pandas.read_parquet(path) if kind == "parquet" else pandas.read_json(path, lines=True, compression="zstd", dtype={"sha256": str})
    assert list(table.columns) == list(rows.COLUMNS) and len(table) == 600 and table.id.nunique() == 600
    assert table.error.notna().sum() == 120 and table.page.max() == 2
    one = table.iloc[1]
    assert one.text.strip() == "# Hi" and one.confidence == 0.9877 and list(one.warnings) == ["doubt"]
    assert json.loads(one.blocks)[0]["words"][0]["confidence"] == 0.1235


def test_half_characters_are_replaced(tmp_path):
    one = rows.row("/a/\udcff.png", "c", None, 0, {**rows.failed("x\ud800"), "notes": ["\udc80"]})
    rows.write(tmp_path / "a", "parquet", [one])
    assert [row["source"] for row in rows.read(tmp_path / "a", "parquet")] == ["/a/?.png"]


@pytest.mark.parametrize("kind", ["parquet", "jsonl.zst"])
def test_damage_is_seen(tmp_path, kind):
    path = tmp_path / "a"
    rows.write(path, kind, made(50))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="damaged"):
        list(rows.read(path, kind))


def test_a_row_has_an_id_of_source_content_and_page():
    ids = {rows.row(source, content, None, page, rows.failed(""))["id"] for source in "ab" for content in "cd" for page in (0, 1)}
    assert len(ids) == 8 and all(len(one) == 32 for one in ids)
