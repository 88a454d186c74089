"""Sources that can be read once, kept in a file while they are needed."""

from __future__ import annotations

import io
import tempfile

import pytest

from gotocr.errors import OutputError
from gotocr.pixels import kept as keeping
from gotocr.pixels.kept import kept


def test_what_comes_once_lies_in_a_file_that_is_gone_afterwards(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(keeping, "read_once", lambda source, limits: b"once")
    with kept("-") as found:
        assert open(found.path, "rb").read() == found.source.read() == b"once" and found.source.name == "<stdin>"
    assert not list(tmp_path.iterdir())


def test_nothing_is_left_of_what_there_is_no_room_for(tmp_path, monkeypatch):
    class Full(io.BytesIO):
        def __init__(self, **_):
            super().__init__()
            self.name = str(tmp_path / "begun")
            open(self.name, "wb").close()

        def write(self, data):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeping, "NamedTemporaryFile", Full)
    monkeypatch.setattr(keeping, "read_once", lambda source, limits: b"once")
    with pytest.raises(OutputError, match="No space left"), kept("-"):
        pass
    assert not list(tmp_path.iterdir())
