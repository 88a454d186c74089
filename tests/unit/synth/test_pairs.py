"""Pictures of others with their truths: found in folders and tars, spelled as drawn samples are, never thought to be located."""

from __future__ import annotations

import io
import json
import tarfile

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("skia")

from gotocr.draw.supply import Supply  # noqa: E402
from gotocr.errors import InputError, UsageError  # noqa: E402
from gotocr.kinds.page import parse  # noqa: E402
from gotocr.synth.pairs import Pairs, is_pairs, truths  # noqa: E402
from gotocr.synth.samples import Studio, check  # noqa: E402


def png(value: int, size=(60, 20)) -> bytes:
    held = io.BytesIO()
    Image.new("L", size, value).save(held, "PNG")
    return held.getvalue()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.png").write_bytes(png(10))
    with tarfile.open(tmp_path / "more.tar", "w") as archive:
        for name, value in (("x/b.png", 20), ("x/c.png", 30)):
            data, head = png(value), tarfile.TarInfo(name)
            head.size = len(data)
            archive.addfile(head, io.BytesIO(data))
    rows = [
        {"type": "scene", "image": "a.png", "truth": "Exit"},
        {"type": "molecule", "image": "more.tar#x/b.png", "truth": "CCO", "truth_format": "smiles"},
        {"type": "formula", "image": "more.tar#x/c.png", "truth": "{a \\over b}", "truth_format": "latex"},
    ]
    (tmp_path / "truth.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    return tmp_path


def test_rows_become_samples(folder) -> None:
    pairs = Pairs(f"{folder}/truth.jsonl")
    assert len(pairs) == 3
    for index, (value, plain, kind) in enumerate([(10, "Exit", "text"), (20, "", "molecule"), (30, "\\frac{a}{b}", "formula")]):
        sample = pairs[index]
        assert sample.image.shape == (20, 60, 3) and (sample.image == value).all()
        assert (sample.plain, sample.kind, sample.located) == (plain, kind, False) and not len(sample.glyphs.boxes)
    assert len(Pairs(f"{folder}/truth.jsonl#molecule")) == 1


def test_every_form_of_truth_is_read_back_as_its_kind() -> None:
    forms = {"latex": "formula", "html": "table", "smiles": "molecule", "abc": "music", "json": "chart", "tikz": "geometry"}
    truth = {"html": "<table><tr><td>a</td></tr></table>", "json": '{"type": "bar", "series": {"a": 1}}', "abc": "X:1\nK:C\nC |"}
    for form, kind in forms.items():
        _, marked, found = truths(truth.get(form, "x"), form)
        assert found == kind and [block.kind for block in parse(marked, (9, 9))] == [kind]
    with pytest.raises(InputError, match="smiles"):
        truths("x", "svg")


def test_a_studio_draws_from_pairs_reproducibly(folder) -> None:
    name = f"{folder}/truth.jsonl#scene"
    check(name)
    picture = Image.new("L", (60, 20), 255)
    picture.paste(0, (10, 5, 50, 15))
    picture.save(folder / "a.png")
    studio = Studio(Supply(), worn=0.0)
    one, two = (studio.draw_on(name, 5, (48, 256)) for _ in range(2))
    assert one.image.shape == (48, 256, 3) and (one.image == two.image).all() and one.plain == "Exit" and not one.located
    sizes = {(studio.draw_on(name, seed, (48, 256)).image < 60).any(2).sum() for seed in range(6)}
    assert len(sizes) > 3, "it comes larger and smaller"


def test_what_is_wrong_with_pairs_is_said(folder) -> None:
    with pytest.raises(InputError, match="cannot read"):
        Pairs(f"{folder}/none.jsonl")
    with pytest.raises(InputError, match="no rows of the type 'chart'"):
        Pairs(f"{folder}/truth.jsonl#chart")
    (folder / "bad.jsonl").write_text('{"image": "a.png", "truth": "a"}\n{"image": 3}\n')
    with pytest.raises(InputError, match="line 2"):
        Pairs(f"{folder}/bad.jsonl")
    (folder / "gone.jsonl").write_text('{"image": "more.tar#x/zz.png", "truth": "a"}\n')
    with pytest.raises(InputError, match="no picture more.tar#x/zz.png"):
        Pairs(f"{folder}/gone.jsonl")[0]
    assert not is_pairs("line") and not is_pairs("a.shard.zip")
    with pytest.raises(InputError, match="cannot read"):
        check(f"{folder}/none.jsonl")
    with pytest.raises(UsageError, match="jsonl"):
        check("nonsense")
