"""Nothing outside of the folders is touched or told of, however it is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gotocr.errors import InputError, TooLargeError, UsageError
from gotocr.formats.format import stem_of
from gotocr.mcp.places import OutsideError, Places
from gotocr.mcp.settings import Settings


@pytest.fixture
def places(tmp_path):
    root = tmp_path / "in"
    (root / "deep").mkdir(parents=True)
    (root / "a.png").write_bytes(b"a")
    (root / "deep" / "b.png").write_bytes(b"b")
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "inside.png").write_bytes(b"as if")  # begins as the root does
    return Places([root])


@pytest.mark.parametrize("name", ["a.png", "./a.png", "deep/../a.png", "deep//b.png", "{root}/a.png", "file://{root}/a.png", "file://localhost{root}/a.png"])
def test_files_within_are_found(places, name):
    found = places.file(name.format(root=places.roots[0]), 10)
    assert found.is_file() and found.is_relative_to(places.roots[0])


@pytest.mark.parametrize(
    "name",
    ["../secret.png", "deep/../../secret.png", "{root}/../secret.png", "{out}/secret.png", "{out}/inside.png", "/etc/passwd", "/", "..", "../nothing.png",
     "/proc/self/environ", "/dev/zero", "~root/x.png", "file:///etc/passwd", "file://{out}/secret.png", "file://{root}/%2e%2e/secret.png"],
)  # fmt: skip
def test_files_outside_are_not_told_of(places, name):
    with pytest.raises(OutsideError) as caught:
        places.file(name.format(root=places.roots[0], out=places.roots[0].parent), 10)
    assert "outside" in str(caught.value)


def test_whether_something_outside_is_there_is_not_said(places):
    said = []
    for name in ("../secret.png", "../nothing.png"):
        with pytest.raises(OutsideError) as caught:
            places.file(name, 10)
        said.append(str(caught.value).replace(name, ""))
    assert said[0] == said[1]


@pytest.mark.parametrize("name", ["", "a\0.png", "https://example.org/a.png", "ftp://example.org/a.png", "no.png", "deep", "a.png/x", "x" * 5000, "a\udcff.png", "~nobody-here/x"])
def test_other_names_are_refused_in_a_line(places, name):
    with pytest.raises((InputError, UsageError)) as caught:
        places.file(name, 10)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 600


def test_links_are_judged_by_where_they_lead(places):
    root = places.roots[0]
    (root / "out.png").symlink_to(root.parent / "secret.png")
    (root / "up").symlink_to(root.parent)
    (root / "round").symlink_to(root / "round")
    (root / "fine.png").symlink_to(root / "deep" / "b.png")
    for name in ("out.png", "up/secret.png", "up/in/../secret.png"):
        with pytest.raises(OutsideError):
            places.file(name, 10)
    with pytest.raises((InputError, OutsideError)):
        places.file("round", 10)
    assert places.file("fine.png", 10) == root / "deep" / "b.png"
    assert places.file("up/in/a.png", 10) == root / "a.png"
    assert {path.name for path in places.inside(root, frozenset({".png"}))} == {"a.png", "b.png", "fine.png"}


def test_a_root_that_is_a_link_is_where_it_leads(tmp_path, places):
    link = tmp_path / "link"
    link.symlink_to(places.roots[0])
    (found,) = Settings((link,)).folders
    assert Places([found]).file(str(link / "a.png"), 10) == places.roots[0] / "a.png"


def test_pipes_and_devices_are_no_files(places):
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no pipes with names here")
    os.mkfifo(places.roots[0] / "pipe.png")
    with pytest.raises(InputError, match="pipe or a device"):
        places.file("pipe.png", 10)
    assert [path.name for path in places.inside(places.roots[0], frozenset({".png"}))] == ["a.png", "b.png"]
    everything = Places([Path("/")])
    for name in ("/dev/zero", "/proc/self/environ", "/proc/self/root/etc/passwd/../../proc/self/environ", "/dev/stdin"):
        with pytest.raises((InputError, OutsideError)):
            everything.file(name, 1 << 30)


def test_a_file_may_not_be_too_large(places):
    (places.roots[0] / "large.png").write_bytes(b"x" * 11)
    with pytest.raises(TooLargeError, match="--max-bytes"):
        places.file("large.png", 10)


def test_names_are_looked_for_in_all_folders(tmp_path, places):
    second = tmp_path / "second"
    second.mkdir()
    (second / "c.png").write_bytes(b"c")
    both = Places([*places.roots, second])
    assert both.file("c.png", 10) == second / "c.png" and both.shown(second / "c.png") == str(second / "c.png")
    assert places.shown(places.roots[0] / "deep" / "b.png") == "deep/b.png"
    with pytest.raises(InputError, match="no file"):
        both.file("d.png", 10)


def test_results_go_to_a_folder_within(places):
    root = places.roots[0]
    assert places.target("out", "deep/b.png") == root / "out" / "b"
    assert places.target(str(root), "https://example.org/x/y.pdf?z=1") == root / "y"
    (root / "away").symlink_to(root.parent)
    (root / "b").symlink_to(root.parent)
    for folder in ("..", "/tmp", "away", "deep/../..", str(root.parent)):
        with pytest.raises(OutsideError):
            places.target(folder, "a.png")
    with pytest.raises(OutsideError):
        places.target(".", "b.png")


@pytest.mark.parametrize(
    "name, expected",
    [("a/b.c.pdf", "b.c"), ("..", "page"), ("https://example.org", "example"), ("https://example.org/", "example.org"), ("https://e.org/%2e%2e%2fx", "x"), ("a\nb:c.png", "a_b_c"), (".png", ".png")],
)
def test_a_source_names_its_folder(name, expected):
    found = stem_of(name)
    assert "/" not in found and found not in (".", "..") and (found == expected or name == "https://example.org")


def test_a_root_has_to_be_there(tmp_path, monkeypatch):
    with pytest.raises(UsageError, match="--root"):
        Settings((tmp_path / "none",)).folders
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="--root"):
        Settings((tmp_path / "file",)).folders
    monkeypatch.chdir(tmp_path)
    assert Settings().folders == (tmp_path.resolve(),)
    monkeypatch.chdir("/")
    with pytest.raises(UsageError, match="--root DIR"):
        Settings().folders
    assert Settings((Path("/"),)).folders == (Path("/"),), "who says so may"


def test_the_walk_ends(places, monkeypatch):
    monkeypatch.setattr("gotocr.mcp.places.MOST_LOOKED_AT", 3)
    for number in range(5):
        folder = places.roots[0] / f"f{number}"
        folder.mkdir()
        (folder / "x.png").write_bytes(b"x")
    assert 0 < len(list(places.inside(places.roots[0], frozenset({".png"})))) < 7
