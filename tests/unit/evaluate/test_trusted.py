"""The figures of trust: what is invented is counted, proofs are asked for by name, tables say what was stored."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gotocr.evaluate.trusted import TABLES

STORED = {
    "invented": {"pictures": 200, "written": 5, "words": 1, "kinds": {"geometry": 4, "text": 1}},
    "loops": {
        "drawn": {"texts": 1800, "false": 0}, "collected": {"texts": 1000, "false": 1}, "repeating": {"texts": 600, "false": 0},
        "circles": {"exact": {"cases": 80, "caught": 1.0, "median": 245, "p90": 864}, "all": {"cases": 400, "caught": 0.92, "median": 351, "p90": 1928}, "drifting": {"cases": 3, "caught": 0.0}},
    },
    "mended": {"LaTeX formula": {"count": 200, "before": 0.32, "after": 1.0, "alike": [0.871, 0.892], "worse": 0.13, "others": {"KaTeX": {"count": 60, "before": 0.33, "after": 0.98}}}},
    "placed": {"clean, format, as it is, ink": {"words": 90, "placed": 0.945, "iou_50": 0.938, "wrong_line": 0.006}, "clean, plain, as it is, ink": {"words": 90, "placed": 0.9, "iou_50": 0.9, "wrong_line": 0.0}},
    "agreement": {"formula": {"pictures": 100, "auc_foreign": 0.97, "auc_gross": 0.91, "auc_small": 0.59, "above_small": 0.84, "real": {"auc_foreign": 0.98, "rank_correlation": 0.71}}, "geometry": {"pictures": 100, "auc_foreign": 1.0, "auc_gross": 0.84, "auc_small": 0.66, "above_small": 0.82}},
}  # fmt: skip


def test_tables_say_what_was_stored():
    said = {name: table(STORED) for name, table in TABLES.items()}
    assert "| anything written | 5 | 2.5 |" in said["invented"] and "| words, formulas or tables among it | 1 | 0.5 |" in said["invented"]
    assert "| drawn truths | 1800 | 0.0 |  |  |" in said["circles"] and "| circles: a round again and again | 80 | 100.0 | 245 | 864 |" in said["circles"]
    assert "| collected texts | 1000 | 0.1 |" in said["circles"] and "| circles: numbers that drift | 3 | 0.0 |  |  |" in said["circles"]
    assert "| LaTeX formula | 200 | 32.0 → 100.0 | 0.871 → 0.892 | 13.0 | KaTeX 33.0 → 98.0 |" in said["mended"]
    assert "| clean, as it is | by ink alone | 90 | 94.5 | 93.8 | 0.6 |" in said["placed"] and "90.0" not in said["placed"]
    assert "| formula | 100 | 0.97 | 0.91 | 0.59 | 0.84 | 0.98 | 0.71 |" in said["compared"] and "| geometry | 100 | 1.00 | 0.84 | 0.66 | 0.82 |  |  |" in said["compared"]


@pytest.fixture
def supply():
    pytest.importorskip("skia", exc_type=ImportError)
    pytest.importorskip("cv2")
    from gotocr.draw.supply import Supply

    return Supply()


class Inventor:
    """Reads a word on every second picture, and that another cannot be read."""

    def __init__(self) -> None:
        self.count = 0

    def read(self, image):
        from gotocr.schema import Block, Document, Leaf

        assert isinstance(image, np.ndarray) and image.shape[2] == 3
        self.count += 1
        text = ("", "word", "[unreadable]", "```tikz\n\\draw (0,0) -- (1,1);\n```")[self.count % 4]
        blocks = () if not text else (Block("geometry" if "tikz" in text else "text", text),)
        return Document("", (Leaf(0, 1, 1, text, blocks),))


def test_what_is_invented_is_counted(supply):
    from gotocr.evaluate.invented import invented

    found = invented(Inventor(), supply, 8)
    assert (found["pictures"], found["written"], found["words"]) == (8, 4, 2)
    assert found["kinds"] == {"text": 2, "geometry": 2} and len(found["examples"]) == 4


def test_proofs_are_asked_for_by_name(supply):
    from gotocr.evaluate.proofs import PROOFS, proofs

    assert set(PROOFS) == {"invented", "loops", "mended", "placed"}
    assert [name for name, _ in proofs(Inventor(), supply, 4, ("invented",))] == ["invented"]


def test_the_command_writes_what_it_found(supply, tmp_path, capsys):
    import gotocr
    from gotocr.cli import main

    texts = str(Path(gotocr.__file__).parent / "draw" / "texts")
    assert main(["evaluate", texts, "--trust", "--types", "invented", "--count", "3", "-o", str(tmp_path)]) == 0
    stored = json.loads((tmp_path / "trust.json").read_text("utf-8"))
    assert stored["invented"]["pictures"] == 3 and json.loads(capsys.readouterr().out) == {"invented": stored["invented"]}
    assert main(["evaluate", texts, "--trust", "--types", "fame"]) == 2
