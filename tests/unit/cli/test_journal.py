"""Pages that were read outlive the run that read them."""

from __future__ import annotations

import pytest

from gotocr.cli.journal import FOLDER, PAGES, Journal
from gotocr.errors import OutputError
from gotocr.schema import Block, Leaf

HEAD = {"source": "a.pdf", "size": 3}


def leaf(index: int, error: str | None = None) -> Leaf:
    return Leaf(index, 10, 20, f"page {index}", (Block("text", f"page {index}"),), error=error)


@pytest.fixture
def begun(tmp_path):
    journal = Journal(tmp_path)
    journal.open(HEAD)
    for index in (0, 1, 4):
        journal.add(leaf(index), b"jpeg" if index else None)
    return journal


def test_pages_come_back_in_order(begun):
    begun.add(leaf(2))
    assert list(begun.leaves()) == [leaf(index) for index in (0, 1, 2, 4)]
    assert [picture for _, picture in begun.pictures()] == [b"", b"jpeg", b"", b"jpeg"]
    begun.remove()
    assert not begun.folder.exists()


def test_another_run_goes_on(begun, tmp_path):
    begun.add(leaf(5, "it failed"))
    begun.close()
    path = tmp_path / FOLDER / PAGES
    path.write_bytes(path.read_bytes() + b'{"index": 6, "wid')
    again = Journal(tmp_path)
    again.open(HEAD, resume=True)
    assert again.done == {0, 1, 4}, "what failed or was torn is read once more"
    again.add(leaf(5)), again.add(leaf(6))
    assert [page.index for page in again.leaves()] == [0, 1, 4, 5, 6] and [page.error for page in again.leaves()] == [None] * 5


@pytest.mark.parametrize(("head", "resume"), [(HEAD, False), ({**HEAD, "size": 4}, True)])
def test_or_begins_anew(begun, tmp_path, head, resume):
    begun.close()
    again = Journal(tmp_path)
    again.open(head, resume)
    assert again.done == set() and not list(again.leaves()) and len(list((tmp_path / FOLDER).iterdir())) == 1


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        Journal(tmp_path / "file").open(HEAD)
