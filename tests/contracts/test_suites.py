"""Every suite of the registry on its three-item fixture: recognised, loaded, judged; perfect, empty and rubbish readings."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import pytest

from gotocr.errors import GotocrError
from gotocr.evaluate.suite import Item, Measure, Part, Score, Suite, Trouble
from gotocr.evaluate.suites import SUITES, suite_in
from gotocr.schema import MODES

FIXTURES = Path(__file__).parents[1] / "fixtures" / "suites"
PICTURES = frozenset([".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pdf"])
RUBBISH = {
    "backticks": "`" * 20_000,
    "control characters": "".join(map(chr, range(32))) * 600 + "\ud800",
    "one letter": "a" * 20_000,
    "open tables": "<table><tr><td colspan=1000 rowspan=60000>" * 450,
    "open everything": r"$\frac{ \begin{tabular}{c} a|b & \begin{tikzpicture} \draw (0,0) -- **kern C1=CC( {\"a\": [c4e4" * 200,
}


def loaded(suite: Suite, folder: Path) -> tuple[list[Item], list[Trouble]]:
    found = list(suite.load(folder))
    assert all(isinstance(one, (Item, Trouble)) for one in found)
    return [one for one in found if isinstance(one, Item)], [one for one in found if isinstance(one, Trouble)]


def value(score: Score) -> float | None:
    if isinstance(score, Part):
        return score.value / score.weight if score.weight else None
    return score


def judged(suite: Suite, item: Item, reading: str) -> dict[str, float | None]:
    subject = suite.subjects[item.type]
    scores = subject.judge(reading, item)
    assert set(scores) == set(subject.measures)
    assert all(score is None or isinstance(score, (Part, float, int)) for score in scores.values())
    return {key: value(score) for key, score in scores.items()}


def perfect(name: str, item: Item) -> str:
    return (FIXTURES / f"{name}.perfect" / f"{item.id}.md").read_text("utf-8")


def files(folder: Path, pictures: bool) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and (path.suffix.lower() in PICTURES) is pictures]


@pytest.fixture(params=[*SUITES])
def suite(request) -> Suite:
    return SUITES[request.param]


def test_it_says_what_it_is(suite):
    assert SUITES[suite.name] is suite and suite.title and len(suite.data) > 40
    for name, subject in suite.subjects.items():
        assert subject.name == name and subject.mode in MODES and subject.measures
        for measure in subject.measures.values():
            assert isinstance(measure, Measure) and measure.name and measure.definition.endswith((".", ")"))


def test_only_it_knows_its_fixture(suite, tmp_path):
    assert [name for name in SUITES if SUITES[name].is_in(FIXTURES / suite.name)] == [suite.name]
    assert not suite.is_in(tmp_path) and not suite.is_in(tmp_path / "missing")
    assert suite_in(FIXTURES / suite.name, suite.name) is suite


def test_three_items_without_trouble(suite):
    items, troubles = loaded(suite, FIXTURES / suite.name)
    assert troubles == [] and len(items) == 3
    assert len({item.id for item in items}) == 3
    for item in items:
        assert re.fullmatch(r"[A-Za-z0-9_][\w.+-]{0,150}", item.id) and item.type in suite.subjects
        assert item.image.is_file() and item.language and item.page >= 0
    assert sum(path.stat().st_size for path in files(FIXTURES / suite.name, pictures=True)) <= 30_000


def test_perfect_readings_are_best(suite):
    for item in loaded(suite, FIXTURES / suite.name)[0]:
        subject, scores = suite.subjects[item.type], judged(suite, item, perfect(suite.name, item))
        assert scores[next(iter(subject.measures))] is not None, "the headline says nothing"
        for key, measure in subject.measures.items():
            if scores[key] is not None and measure.share:
                assert scores[key] == pytest.approx(float(measure.higher), abs=0.01), (item.id, key)


def test_empty_readings_are_worst(suite):
    for item in loaded(suite, FIXTURES / suite.name)[0]:
        best = judged(suite, item, perfect(suite.name, item))
        for empty in ("", " \n"):
            scores = judged(suite, item, empty)
            for key, measure in suite.subjects[item.type].measures.items():
                if "left out" in measure.definition or best[key] is None:  # as the definition says
                    continue
                assert scores[key] is not None, (item.id, key)
                if measure.share:
                    assert scores[key] <= 0.0 if measure.higher else scores[key] >= 1.0, (item.id, key)


@pytest.mark.parametrize("name", RUBBISH)
def test_rubbish_is_judged_soon(suite, name):
    items = loaded(suite, FIXTURES / suite.name)[0]
    for item in {item.type: item for item in items}.values():
        took = []
        while not took or (min(took) > 10.0 and len(took) < 3):  # a busy machine may be slow once
            start = time.process_time()
            scores = judged(suite, item, RUBBISH[name])
            took.append(time.process_time() - start)
        assert min(took) < 10.0, item.id
        headline = next(iter(suite.subjects[item.type].measures.items()))
        if headline[1].share and scores[headline[0]] is not None:
            assert (scores[headline[0]] < 0.9) is headline[1].higher, item.id


def test_missing_pictures_are_told_and_count(suite, tmp_path):
    folder = tmp_path / "folder"
    shutil.copytree(FIXTURES / suite.name, folder)
    for picture in files(folder, pictures=True):
        picture.unlink()
    items, troubles = loaded(suite, folder)
    assert len(items) == 3 and len(troubles) >= 3


@pytest.mark.parametrize("damage", ["emptied", "rubbish", "cut short", "deleted"])
def test_damaged_truths_are_told(suite, tmp_path, damage):
    for number, path in enumerate(files(FIXTURES / suite.name, pictures=False)):
        folder = tmp_path / str(number)
        shutil.copytree(FIXTURES / suite.name, folder)
        file = folder / path.relative_to(FIXTURES / suite.name)
        whole = file.read_bytes()
        if damage == "deleted":
            file.unlink()
        else:
            file.write_bytes({"emptied": b"", "rubbish": b"\xff\x00{[<%" * 50, "cut short": whole[:-20]}[damage])
        try:
            items, troubles = loaded(suite, folder)
        except GotocrError:
            continue
        assert len(items) == 3 or troubles or not items or damage == "deleted", (file.name, "an item went without a word")


def test_an_empty_folder_is_no_accident(suite, tmp_path):
    try:
        assert loaded(suite, tmp_path)[0] == []
    except GotocrError:
        pass
