"""Everything that takes a kind takes `barcode`, of a package that is installed beside us; run in a process of its own by test_add_a_kind.py."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gotocr.cli import main
from gotocr.decode.grammar import Grammar
from gotocr.draw.supply import Supply
from gotocr.engines import nano_steps
from gotocr.evaluate.subjects import SUBJECTS
from gotocr.evaluate.suite import Item
from gotocr.formats import FORMATS
from gotocr.kinds import KINDS
from gotocr.kinds.page import parse
from gotocr.schema import Document, Leaf
from gotocr.synth.samples import Studio
from gotocr.trust.placing_text import units
from tests.contracts.opened import OPENED

NUMBER, WRONG = "9780306406157", "9780306406158"
PAGE = f"# Shop\n\n```barcode\n{NUMBER}\n```\n\nBehind."
RECIPE = """
name = "barcodes"
start = "fresh"
steps = 2
minutes = 5
workers = 0
threads = 1
pixels = 98_304
dense_share = 0.5
warmup = 1
buckets = [{ height = 96, width = 256, sources = ["barcode", "line"] }]
window = { lengths = [24], formatted = 0.5 }
model = { hidden = 64, heads = 2, layers = 2, read_after = 1, fine_width = 32, stem_width = 16, fine_blocks = 2, context_layers = 1, feed_forward = 96, pointer = 32 }
"""


@pytest.fixture(scope="module")
def studio():
    return Studio(Supply(), worn=0)


def test_it_is_found_parsed_checked_and_mended():
    _, block, behind = parse(PAGE, (100, 100))
    assert (block.kind, block.text, block.problems, behind.text) == ("barcode", NUMBER, (), "Behind.")
    (wrong,) = parse(PAGE.replace(NUMBER, WRONG).split("\n\n")[1], (100, 100))
    assert "should be 7" in wrong.problems[0]
    (mended,) = parse("```barcode\n978-0-306-40615-7\n```", (100, 100))
    assert (mended.text, mended.problems, len(mended.warnings)) == (NUMBER, (), 1)


def test_it_is_drawn_alike_and_each_glyph_stands_in_its_truth(studio):
    (sample,), (again,) = (studio.draw("barcode", 3) for _ in range(2))
    assert (sample.image == again.image).all()
    (block,) = parse(sample.format, (100, 100))
    assert block.kind == "barcode" and not block.problems
    assert all(sample.format[at] == letter for at, letter in zip(sample.glyphs.format, sample.glyphs.text, strict=True))


def test_pages_hold_it_where_they_are_asked_for_it(studio):
    def kinds(source: str) -> set[str]:
        return {block.kind for seed in range(4) for block in parse(studio.draw(source, seed)[0].format, (9, 9))}

    assert "barcode" in kinds("barcode-page") and "barcode" not in kinds("document")


def test_two_steps_are_learnt_from_it_and_from_lines(tmp_path, capsys):
    from gotocr.train.batches import Batches
    from gotocr.train.recipe import read_recipe

    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE, "utf-8")
    batches = Batches(read_recipe(path))
    assert batches.kinds == ("barcode", "line")
    assert all(set(batches(number).kinds.tolist()) == {0, 1} for number in range(2))
    assert main(["train", str(path), "--out", str(tmp_path / "out")]) == 0, capsys.readouterr().err
    (row,) = map(json.loads, (tmp_path / "out" / "log.jsonl").read_text("utf-8").splitlines())
    assert row["step"] == 2 and row["loss"] > 0


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A folder of four barcodes, and what somebody read in them: one digit is wrong in one, one is not read at all."""
    folder = tmp_path_factory.mktemp("drawn")
    assert main(["make", "barcode", "-n", "4", "-o", str(folder / "pictures"), "--workers", "0"]) == 0
    rows = [json.loads(line) for line in (folder / "pictures" / "truth.jsonl").read_text("utf-8").splitlines()]
    (folder / "read").mkdir()
    for place, row in enumerate(rows):
        number = row["truth"]
        last = str((int(number[-1]) + 1) % 10) if place == 0 else number[-1]
        written = "" if place == 1 else f"```barcode\n{number[:-1]}{last}\n```\n"
        (folder / "read" / f"{row['id']}.md").write_text(written, "utf-8")
    return folder, rows


def test_its_truth_is_bare(drawn):
    assert [(row["type"], row["truth_format"], len(row["truth"])) for row in drawn[1]] == [("barcode", "barcode", 13)] * 4


def test_it_is_evaluated_by_its_own_scores(drawn, tmp_path):
    folder, _ = drawn
    arguments = ["evaluate", str(folder / "pictures"), "--types", "barcode", "--predictions", f"read={folder / 'read'}"]
    assert main([*arguments, "-o", str(tmp_path / "out")]) == 0
    result = json.loads((tmp_path / "out" / "result.json").read_text("utf-8"))
    assert list(result["subjects"]["barcode"]["measures"]) == ["digits", "exact", "valid"]
    items = [item["readings"]["read"]["scores"] for item in result["items"]]
    assert sorted(item["digits"] for item in items) == pytest.approx([0, 12 / 13, 1, 1])
    assert sum(item["exact"] for item in items) == 2 and sum(item["valid"] for item in items) == 2
    report = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "gotocr-barcode" in report and "digits" in report


def test_nano_is_evaluated_on_it(drawn, tmp_path, capsys):
    assert main(["evaluate", str(drawn[0] / "pictures"), "--limit", "1", "-o", str(tmp_path / "out")]) == 0
    assert "digits" in capsys.readouterr().out


def test_a_score_that_is_none_costs_no_run(monkeypatch):
    kind = KINDS["barcode"]
    item = Item("a", "barcode", None, NUMBER)
    assert SUBJECTS["barcode"].judge(f"{NUMBER}\n", item) == {"digits": 1.0, "exact": 1.0, "valid": 1.0}
    monkeypatch.setitem(kind.scores, "exact", lambda written, truth: 7.0)
    with pytest.raises(ValueError, match="'exact' of barcode is 7.0"):
        SUBJECTS["barcode"].judge(NUMBER, item)
    assert SUBJECTS["barcode"].judge("", item) == {"digits": 0.0, "exact": 0.0, "valid": 0.0}


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_writes_it(name):
    target = FORMATS[name]
    found = parse(PAGE, (100, 100))
    blocks = tuple(replace(block, box=(1, 9 * place, 90, 9 * place + 8)) for place, block in enumerate(found))
    document = Document("page.png", (Leaf(0, 100, 100, PAGE, blocks),), "nano")
    if target.parts is None:
        assert list(target.files(document.pages, document.source, document.model)) == []  # of tables or drawings there are none
        return
    written = target.write(document)
    if target.drops:  # formats of one kind of content say so
        assert NUMBER.encode() not in written
    else:
        assert NUMBER in OPENED.get(name, lambda data: data.decode("utf-8"))(written)


def test_the_grammar_lets_nothing_else_be_written():
    grammar = nano_steps.grammar("barcode")
    assert isinstance(grammar, Grammar)
    state = grammar.start.after(NUMBER)
    assert state is not None and not state.is_done
    assert state.after("1") is None and state.after("\nx") is None
    assert state.after("\n```").is_done and state.closing() == "\n```"
    assert [text for text in ("x", "-", "1x", "```", "123\n") if grammar.start.after(text) is not None] == []
    assert len(grammar.start.after("12").closing()) == 11 + len("\n```")


def test_it_stands_as_one_drawing_where_words_are_placed():
    assert [unit.said for unit in units(f"```barcode\n{NUMBER}\n```")] == [None]


def test_the_server_has_the_same_formats_as_ever():
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    from gotocr.serve import convert

    app = FastAPI()
    convert.add(app, None, "nano")
    listed = [one["name"] for one in TestClient(app).get("/v1/formats").json()["data"]]
    assert listed == list(FORMATS) and "barcode" not in listed
    assert not any("barcode" in FORMATS[name].drops for name in FORMATS)
