"""`gotocr read --show` and `--min-confidence`: pictures beside the results, and words that are marked or left out."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image


@pytest.mark.parametrize(("suffix", "kind"), [("png", "PNG"), ("jpg", "JPEG"), ("WEBP", "WEBP")])
def test_one_page_is_one_picture(cli, picture, tmp_path, suffix, kind):
    target = tmp_path / "new" / f"boxes.{suffix}"
    code, out, err = cli(picture, "--show", target)
    assert (code, err) == (0, []) and "wide world" in out
    with Image.open(target) as found:
        assert found.format == kind and max(found.size) > max(Image.open(picture).size), "small pages are drawn larger"
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_several_pages_are_numbered_and_go_into_folders_by_name(cli, tiff, picture, tmp_path):
    assert cli(tiff, picture, "--show", tmp_path / "some" / "b.png")[0] == 0
    assert sorted(path.name for path in (tmp_path / "some").iterdir()) == ["b-1.png", "b-2.png", "b-3.png"]
    assert cli(tiff, picture, "--show", tmp_path / "all")[0] == 0
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == [f"{picture.stem}-1.png", "two-1.png", "two-2.png"]


def test_what_cannot_be_drawn_to_is_said_in_one_line(cli, scripted, picture, tmp_path):
    code, _, err = cli(picture, "--show", tmp_path / "a.gif")
    assert code == 2 and len(err) == 1 and ".png" in err[0] and ".gif" in err[0]
    before = picture.read_bytes()
    code, _, err = cli(picture, "--show", picture)
    assert code == 6 and "over its source" in err[0] and picture.read_bytes() == before
    blocked = tmp_path / "file"
    blocked.write_text("")
    code, _, err = cli(picture, "--show", blocked / "a.png")
    assert code == 6 and len(err) == 1 and "cannot make the folder" in err[0]
    assert not scripted.jobs, "all of it is said before anything is read"


def test_a_source_is_not_written_over_where_the_first_picture_gets_its_number(cli, picture, tmp_path):
    sources = [tmp_path / "in" / f"page-{number}.png" for number in (1, 2)]
    sources[0].parent.mkdir()
    for source in sources:
        source.write_bytes(picture.read_bytes())
    code, _, err = cli(*sources, "--show", sources[0].with_name("page.png"))
    assert code == 8 and "over its source" in err[0], "the first source was read"
    assert [source.read_bytes() == picture.read_bytes() for source in sources] == [True, True]


def test_words_are_marked_or_left_out_in_what_is_written_and_not_in_the_picture(cli, scripted, picture, tmp_path):
    code, out, _ = cli(picture, "--min-confidence", "100%", "--to", "json", "--show", tmp_path / "one.png")
    page = json.loads(out)["pages"][0]
    assert code == 0 and page["text"] == "# [Hello?]\n\n[wide?] [world?]" and "marked: 3 words" in page["warnings"][-1]
    code, out, _ = cli(picture, "--min-confidence", "1:drop", "--show", tmp_path / "two.png")
    assert (code, out) == (0, "")
    one, two = (np.asarray(Image.open(tmp_path / f"{name}.png")) for name in ("one", "two"))
    assert (one == two).all()
    assert cli(picture, "--min-confidence", "0")[1] == cli(picture)[1]


@pytest.mark.parametrize("asked", ["2", "0.5:keep", "half"])
def test_a_confidence_that_is_none_is_a_wrong_option(cli, scripted, picture, asked):
    code, _, err = cli(picture, "--min-confidence", asked)
    assert code == 2 and asked.partition(":")[2] in err[-1] and not scripted.jobs


def test_pages_kept_with_other_demands_are_not_used_again(cli, scripted, tiff, tmp_path):
    out = tmp_path / "out"
    scripted.faults[1] = KeyboardInterrupt()
    cli(tiff, "-o", out)
    assert len(scripted.jobs) == 2
    scripted.faults.clear()
    code, *_ = cli(tiff, "-o", out, "--resume", "--min-confidence", "1")
    assert code == 0 and (out / "two" / "two.md").read_text().count("[Hello?]") == 2, "both pages are read anew"
