"""What the tests of `gotocr read` share: the command over a scripted engine, and a file of two pages."""

from __future__ import annotations

import pytest

from gotocr.cli import main


@pytest.fixture
def cli(scripted, model_folder, capfdbinary):
    """Run a command; gives back the exit code, standard output and the lines of standard error."""

    def run(*argv):
        code = main(["read", "--model", str(model_folder), "--engine", "scripted", *map(str, argv)])
        out, err = capfdbinary.readouterr()
        return code, out.decode(errors="replace"), err.decode().splitlines()

    run.model = ["--model", str(model_folder), "--engine", "scripted"]
    return run


@pytest.fixture
def tiff(tmp_path, strokes):
    """Two pages."""
    path = tmp_path / "two.tiff"
    strokes((64, 32)).save(path, save_all=True, append_images=[strokes((64, 32), "lightgray")])
    return path
