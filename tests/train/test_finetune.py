"""nano is taught what it cannot read, in seconds: the gain, what it forgets, going on to the bit, and an early end."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import asdict
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("peft")
pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr import load  # noqa: E402
from gotocr.cli import main  # noqa: E402
from gotocr.draw.supply import Supply  # noqa: E402
from gotocr.errors import InputError, OutputError, UsageError  # noqa: E402
from gotocr.train.finetune import finetune  # noqa: E402
from gotocr.train.nano import NanoPupil  # noqa: E402
from gotocr.train.recipe import read_recipe  # noqa: E402
from gotocr.train.validate import Candidate, Examination  # noqa: E402
from gotocr.weights.nano_files import FOLDER  # noqa: E402

ROOT = Path(__file__).parents[2]
SHORT = {"steps": 4, "check_every": 2, "batch": 24, "judged": 3, "drawn": 0, "workers": 0, "threads": 1, "minutes": 60}


@pytest.fixture(scope="module")
def displays(tmp_path_factory) -> Path:
    """Pictures of seven-segment displays, drawn by the example of the documentation."""
    spec = importlib.util.spec_from_file_location("displays", ROOT / "examples" / "finetune" / "displays.py")
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    folder = tmp_path_factory.mktemp("displays")
    example.main(str(folder), 240)
    return folder / "data.jsonl"


@pytest.fixture(scope="module")
def few(displays) -> Path:
    """The first forty of them."""
    file = displays.with_name("few.jsonl")
    file.write_text("".join(displays.read_text().splitlines(keepends=True)[:40]))
    return file


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> str:
    """A nano of a few thousand weights that learnt nothing."""
    pupil = NanoPupil(read_recipe(ROOT / "recipes" / "tiny.toml"))
    return str(pupil.save(pupil.network.state_dict(), tmp_path_factory.mktemp("small") / "nano"))


def texts(model: str) -> float:
    """Share of the characters of lines and paragraphs, in fonts and words it never learnt from, that a model reads wrong."""
    supply = Supply(validate=True)
    papers = [*Examination(Candidate(model, "onnx"), supply, exams=("line", "paragraph"), count=6).papers()]
    shares = [next(iter(paper.scores.values())) for paper in papers]
    return 1 - sum(share.value for share in shares) / sum(share.weight for share in shares)


def test_nano_learns_displays_and_forgets_little(displays, tmp_path):
    """The smallest honest version of the example of docs/finetune.md: minutes there, some fifteen seconds of one core here."""
    out = tmp_path / "taught"
    told: list[str] = []
    options = {"steps": 16, "check_every": 8, "rate": 5e-4, "judged": 24, "drawn": 0, "workers": 0, "threads": 1, "batch": 72, "minutes": 60}
    result = finetune(str(displays), str(out), told.append, **options)
    before, after = (result[when]["held-out: characters"]["error"] for when in ("before", "after"))
    assert before > 0.12, "nano does not read such displays"
    assert after < 0.5 * before and after < 0.12
    assert texts(str(out)) < texts(str(FOLDER)) + 0.04, "and it reads print as before"
    assert result["kept"]["step"] > 0 and json.loads((out / "finetune.json").read_text("utf-8")) == json.loads(json.dumps(result))
    assert any(line.startswith("memory on cpu") for line in told) and any("held-out: characters" in line for line in told)
    picture = json.loads(displays.read_text().splitlines()[0])
    read = []
    for engine in ("onnx", "torch"):
        with load(str(out), engine=engine) as reader:
            read.append(reader.read(displays.parent / picture["image"], "plain").pages[0].text)
    assert read[0] == read[1] and read[0]


@pytest.mark.parametrize("learn", ["last-2", "lora"])
def test_the_others_leave_a_model_as_well(few, small, tmp_path, learn):
    from gotocr.weights.nano_files import load_nano

    finetune(str(few), str(tmp_path / "out"), model=small, learn=learn, rank=4, weights="int8", **SHORT)
    made, start = load_nano(tmp_path / "out" / "training").state_dict(), load_nano(small).state_dict()
    moved = {name.partition(".")[0] for name, value in made.items() if not torch.equal(value, start[name])}
    lora = {"stem", "context", "layers", "spread", "glyph", "point_key", "point_query"}
    assert moved == ({"layers", "norm", "where"} if learn == "last-2" else lora), "of the weights that were learnt last"
    with load(str(tmp_path / "out"), engine="onnx") as reader:
        assert isinstance(reader.read(few.parent / "0000.png", "plain", max_tokens=9).pages[0].text, str)


def test_a_course_that_goes_on_ends_with_the_same_bits(few, small, tmp_path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    one = finetune(str(few), str(whole), model=small, **{**SHORT, "steps": 6})

    def stop(line: str) -> None:
        if line.startswith("step      4  held out"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finetune(str(few), str(cut), stop, model=small, **{**SHORT, "steps": 6})
    assert not (cut / "nano.safetensors").exists()
    other = finetune(str(few), str(cut), model=small, resume=True, **{**SHORT, "steps": 6})
    assert (whole / "nano.safetensors").read_bytes() == (cut / "nano.safetensors").read_bytes(), "and so it is the same twice"
    assert [one[key] for key in ("looks", "kept", "before", "after")] == [other[key] for key in ("looks", "kept", "before", "after")]
    assert [look["step"] for look in one["looks"]] == [0, 2, 4, 6]


def test_it_ends_when_nothing_is_gained(few, small, tmp_path):
    told: list[str] = []
    result = finetune(str(few), str(tmp_path / "out"), told.append, model=small, rate=1e-12, patience=2, **{**SHORT, "steps": 1000, "check_every": 1})
    assert result["ended"] == "ended early: 2 looks without gain" and len(result["looks"]) <= 5
    assert any("the weights of step 0 are kept" in line for line in told) and not any("told to end" in line for line in told)


def test_what_cannot_be_done_is_refused_before_any_work(few, small, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("x")
    with pytest.raises(OutputError, match="is not empty; give another -o, or --resume"):
        finetune(str(few), str(tmp_path / "full"), model=small)
    with pytest.raises(UsageError, match="holds no course to go on with"):
        finetune(str(few), str(tmp_path / "none"), model=small, resume=True)
    with pytest.raises(UsageError, match="has 5 layers; give last-5 or full"):
        finetune(str(few), str(tmp_path / "none"), model=small, learn="last-6")
    with pytest.raises(UsageError, match="0.00 GB can be used"):
        finetune(str(few), str(tmp_path / "none"), model=small, memory=0.001)
    bad = few.with_name("bad.jsonl")
    bad.write_text(few.read_text() + '{"image": "none.png", "text": "x"}\n')
    with pytest.raises(InputError, match="1 lines cannot be used"):
        finetune(str(bad), str(tmp_path / "none"), model=small)
    assert not (tmp_path / "none").exists()
    result = finetune(str(bad), str(tmp_path / "none"), model=small, skip_bad=True, **{**SHORT, "steps": 2})
    assert result["data"]["bad"] == 1 and result["data"]["lines"] + result["data"]["held_out"] == 40


def test_what_training_would_refuse_is_refused_before_any_reading(few, small, tmp_path, monkeypatch):
    out = tmp_path / "none"
    with pytest.raises(UsageError, match="cannot use the device 'cuda:99'"):
        finetune(str(few), str(out), model=small, device="cuda:99")
    with pytest.raises(InputError, match="no text_"):
        finetune(str(few), str(out), model=small, corpus=str(tmp_path))
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UsageError, match="by one process; start it without torchrun"):
        finetune(str(few), str(out), model=small)
    assert not out.exists()


def test_what_it_ends_with_by_the_clock_is_looked_at(few, small, tmp_path):
    """A course of few slow steps would else keep the weights that it began with."""
    out, options = tmp_path / "out", {**SHORT, "check_every": 1000}
    result = finetune(str(few), str(out), model=small, rate=3e-3, **{**options, "steps": 10**6, "minutes": 0.05})
    assert len(result["looks"]) == 2 and result["looks"][1]["step"] > 0 and result["ended"] == ""
    again = {**options, "steps": 10**6, "minutes": 0.05, "rate": 3e-3, "resume": True}
    with pytest.raises(UsageError, match="is over at step .*; give more --steps or --minutes"):
        finetune(str(few), str(out), model=small, **again)
    weights = (out / "nano.safetensors").read_bytes()
    (out / "nano.safetensors").unlink()
    (out / "finetune.json").unlink()
    same = finetune(str(few), str(out), model=small, **again)  # as if it had been cut off before its result
    assert (out / "nano.safetensors").read_bytes() == weights
    assert [same[key] for key in ("looks", "kept", "before", "after")] == [result[key] for key in ("looks", "kept", "before", "after")]


def test_going_on_where_nothing_was_learnt_begins_anew_and_other_pictures_are_refused(few, small, tmp_path):
    out, told, options = tmp_path / "out", [], {**SHORT, "steps": 2}

    def stop(line: str) -> None:
        if line.startswith("step      0  held out"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finetune(str(few), str(out), stop, model=small, **options)
    with pytest.raises(OutputError, match="is not empty; give another -o, or --resume"):
        finetune(str(few), str(out), model=small, **options)
    finetune(str(few), str(out), told.append, model=small, resume=True, **options)
    assert any("cut off before its first checkpoint; it begins anew" in line for line in told)
    less = few.with_name("less.jsonl")
    less.write_text("".join(few.read_text().splitlines(keepends=True)[:30]))
    with pytest.raises(UsageError, match="are not those that the course in .* began with"):
        finetune(str(less), str(out), model=small, resume=True, **{**options, "steps": 4})
    same = few.with_name("same.jsonl")
    same.write_text(few.read_text())
    assert finetune(str(same), str(out), model=small, resume=True, **{**options, "steps": 4})["looks"][-1]["step"] == 4


def test_told_to_end_it_says_so(few, small, tmp_path):
    import os
    import signal

    told: list[str] = []

    def tell(line: str) -> None:
        told.append(line)
        if line.startswith("step      2  held out"):
            os.kill(os.getpid(), signal.SIGTERM)

    result = finetune(str(few), str(tmp_path / "out"), tell, model=small, **{**SHORT, "steps": 1000})
    assert result["ended"] == "told to end" and result["looks"][-1]["step"] == 2 and not any(line.startswith("done") for line in told)


def test_the_command_does_it_all(few, small, tmp_path, capsys):
    flags = [text for name, value in SHORT.items() for text in (f"--{name.replace('_', '-')}", str(value))]
    assert main(["train", "finetune", str(few), "-o", str(tmp_path / "out"), "--model", small, *flags]) == 0
    err = capsys.readouterr().err
    assert "gotocr read PICTURE --model" in err and "error rate" in err and "held-out: pictures not all right" in err
    assert main(["train", "--help"]) == 0 and "gotocr train finetune" in capsys.readouterr().out


def test_settings_are_told_with_the_result(few, small, tmp_path):
    from gotocr.train.finetune import Course

    result = finetune(str(few), str(tmp_path / "out"), model=small, **{**SHORT, "steps": 2})
    assert result["course"] == asdict(Course(data=str(few), out=str(tmp_path / "out"), model=small, **{**SHORT, "steps": 2}))
