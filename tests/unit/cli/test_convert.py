"""`gotocr convert`: what it says, what it refuses, and that nothing half done is left."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from gotocr.cli import main
from gotocr.cli.convert import size
from gotocr.weights import nano_files


@pytest.mark.parametrize(
    ("argv", "code", "says"),
    [
        (["nowhere", "-o", "out"], 2, "nowhere"),
        (["nano"], 2, "-o"),
        (["nano", "-o", "out", "--weights", "int4"], 2, "float16, int8, float32, not 'int4'"),
        (["nano", "-o", "out", "--to", "hf"], 2, "only gotocr reads"),
        (["nano", "-o", "out", "--to", "gguf"], 2, "gguf"),
        (["nano", "-o", "out", "--shard", "some"], 2, "500MB"),
        (["nano", "-o", "out", "--private"], 2, "--push"),
        (["nano", "-o", "out", "--push", "nobody"], 2, "USER/NAME"),
        (["nano", "-o", "out", "--push", "a/../b"], 2, "USER/NAME"),
    ],
)
def test_errors_are_one_line(argv, code, says, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["convert", *argv]) == code
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("gotocr") and says in last and not list(tmp_path.iterdir())


@pytest.mark.parametrize(("text", "bytes_"), [("500MB", 500_000_000), ("1.5 gb", 1_500_000_000), ("12", 12), ("2KB", 2000)])
def test_sizes(text, bytes_):
    assert size(text) == bytes_


def test_a_folder_that_is_there(tiny_nano, tmp_path, monkeypatch, capsys):
    from gotocr.weights import convert

    out = tmp_path / "out"
    argv = ["convert", str(tiny_nano), "-o", str(out), "--quiet"]
    out.mkdir()  # an empty one is as good as none
    assert main(argv) == 0
    told = capsys.readouterr().err
    assert "found: nano" in told and "manifest.json" in told and "rounding error" in told
    assert nano_files.read_nano_config(out) == nano_files.read_nano_config(tiny_nano)
    before = (out / "nano.safetensors").read_bytes()
    assert main(argv) == 6 and "--force" in capsys.readouterr().err
    with monkeypatch.context() as patched:
        patched.setattr(convert.int8, "pack", lambda tensors, form: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            main([*argv, "--force"])
    assert (out / "nano.safetensors").read_bytes() == before, "an error leaves what was there"
    assert main([*argv, "--force", "--weights", "int8"]) == 0
    assert (out / "nano.safetensors").read_bytes() != before
    assert [path.name for path in tmp_path.iterdir()] == ["out"], "nothing half done is left behind"


def test_what_is_no_model_is_never_replaced(tiny_nano, tmp_path, capsys):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("friend")
    (tmp_path / "file").write_text("")
    (tmp_path / "app" / "src").mkdir(parents=True)
    (tmp_path / "app" / "config.json").write_text("{}")  # as many a program has
    for name in ("file", "letters", "app"):
        assert main(["convert", str(tiny_nano), "-o", str(tmp_path / name), "--force"]) == 6
    assert "something else than a model" in capsys.readouterr().err
    assert (tmp_path / "letters" / "dear.txt").is_file() and (tmp_path / "app" / "src").is_dir()


def test_what_lies_beside_a_model_is_never_taken_away(tiny_nano, tmp_path, capsys):
    argv = ["convert", str(tiny_nano), "-o", str(tmp_path / "out"), "--quiet", "--force"]
    assert main(argv) == 0
    (tmp_path / "out" / "model.int8.packed").write_text("")  # what reading keeps there is no loss
    assert main(argv) == 0 and not (tmp_path / "out" / "model.int8.packed").exists()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    assert main(argv) == 6 and "'notes.txt'" in capsys.readouterr().err
    (tmp_path / "out" / "notes.txt").unlink()
    (tmp_path / "out" / ".git").mkdir()
    assert main(argv) == 6 and (tmp_path / "out" / ".git").is_dir()


def test_a_model_is_not_replaced_by_what_is_made_of_it(tiny_nano, tmp_path, capsys):
    model = tmp_path / "model"
    assert main(["convert", str(tiny_nano), "-o", str(model), "--quiet"]) == 0
    for out in (model, tmp_path):
        assert main(["convert", str(model), "-o", str(out), "--force"]) == 6
        assert "holds a model that is converted" in capsys.readouterr().err
    assert main(["convert", str(tiny_nano), "-o", str(model), "--force", "--blend", str(model)]) == 6
    assert "holds a model that is converted" in capsys.readouterr().err


def test_blending_is_for_nanos_of_one_shape(tiny_nano, tmp_path, capsys):
    assert main(["convert", str(tiny_nano), "-o", str(tmp_path / "out"), "--blend", "src/gotocr/weights/nano"]) == 5
    assert main(["convert", str(tiny_nano), "-o", str(tmp_path / "out"), "--blend", str(tiny_nano), "--share", "0.3", "--quiet"]) == 0
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["weights"] == "float16"


def test_a_share_of_nothing_is_no_option(tiny_nano, tmp_path, capsys):
    assert main(["convert", str(tiny_nano), "-o", str(tmp_path / "out"), "--share", "0.3"]) == 2
    assert "--blend" in capsys.readouterr().err


def test_it_needs_no_torch(tiny_nano, tmp_path):
    code = f"import sys; from gotocr.cli import main; print(main(['convert', {str(tiny_nano)!r}, '-o', {str(tmp_path / 'out')!r}]), 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.split("\n")[0] == "0 False", done.stderr


def test_a_reader_saves_its_model(tiny_nano, tmp_path):
    import gotocr

    with gotocr.load(tiny_nano, quiet=True) as reader:
        reader.save(tmp_path / "out", weights="int8")
        with pytest.raises(gotocr.GotocrError, match="--force"):
            reader.save(tmp_path / "out")
        reader.save(tmp_path / "out", force=True)
        with pytest.raises(gotocr.GotocrError, match="only gotocr reads"):
            reader.save(tmp_path / "other", layout="hf")
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["weights"] == "float16"
    with pytest.raises(gotocr.GotocrError, match="stays with its server"):
        gotocr.load("http://127.0.0.1:9/v1").save(tmp_path / "served")
