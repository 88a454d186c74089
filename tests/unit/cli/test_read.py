"""`gotocr read` over a scripted engine: where results go, what is said, and with which code it ends."""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import replace

import pytest
from PIL import Image

from gotocr.cli import main
from gotocr.errors import EXIT_PARTIAL, EngineError, GotocrError, MissingExtraError, OutputError, WeightsError
from gotocr.formats import FORMATS
from gotocr.formats.format import Format, page_name

READ = "# Hello\n\nwide world\n"
SHADES = ("white", "lightgray", "ivory", "azure")  # of paper, so that no page is equal to another


def found(folder):
    """The files in a folder, hidden ones too, by their paths in it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def several(tmp_path, strokes):
    """Three sources of which the middle one is broken."""
    paths = [tmp_path / name for name in ("a.png", "b.png", "c.png")]
    for path, colour in zip(paths, SHADES, strict=False):
        strokes((64, 32), colour).save(path)
    paths[1].write_bytes(b"\x89PNG\r\n\x1a\nnot really")
    return paths


def test_markdown_on_standard_output(cli, picture):
    assert cli(picture) == (0, READ, [])


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format(cli, picture, tmp_path, name, capfdbinary):
    target, out = FORMATS[name], tmp_path / "out" / "page"
    assert cli(picture, "--to", name, "-o", tmp_path / "out", "--quiet") == (0, "", [])
    if target.parts:
        assert main(["read", *cli.model, str(picture), "--to", name]) == 0
        streamed = capfdbinary.readouterr().out
        assert streamed or target.drops
    if not target.files:
        assert (out / f"page{target.suffix}").read_bytes() == streamed
    elif target.parts is None:
        code, nothing, err = cli(picture, "--to", name)
        assert (code, nothing) == (2, "") and "-o DIR" in err[0]


def test_several_formats_at_once_from_one_reading(cli, scripted, picture, tmp_path):
    assert cli(picture, "--to", "markdown,json", "--to", "text", "-o", tmp_path / "out") == (0, "", [])
    assert sorted(os.listdir(tmp_path / "out" / "page")) == ["page.json", "page.md", "page.txt"] and len(scripted.jobs) == 1
    for name, suffix in (("markdown", ".md"), ("json", ".json"), ("text", ".txt")):
        assert cli(picture, "--to", name)[1].encode() == (tmp_path / "out" / "page" / f"page{suffix}").read_bytes()
    code, _, err = cli(picture, "--to", "markdown,json")
    assert code == 2 and "-o DIR" in err[0]


class Things:
    """A format of two files a page, and none of pages that are empty."""

    @staticmethod
    def files(leaves, source, model):
        for leaf in leaves:
            for number in range(1, 3 if leaf.text.strip() else 1):
                yield page_name(leaf, "thing", number, ".thing"), f"{leaf.text} {number}".encode()


def test_a_format_of_files_leaves_none_of_an_earlier_run(cli, scripted, tiff, tmp_path, monkeypatch):
    monkeypatch.setitem(FORMATS._loaded, "text", Format("text", ".thing", "text/plain", files=Things.files))
    scripted.texts, out = ["one", "two"], tmp_path / "out" / "two"
    assert cli(tiff, "--to", "text", "-o", tmp_path / "out")[0] == 0
    assert sorted(os.listdir(out)) == [f"page-000{page}-thing-{number}.thing" for page in (1, 2) for number in (1, 2)]
    assert (out / "page-0002-thing-1.thing").read_bytes() == b"two 1"
    (out / "mine.thing").write_text("not ours")
    scripted.texts = ["one", ""]
    assert cli(tiff, "--to", "text", "-o", tmp_path / "out")[0] == 0
    assert sorted(os.listdir(out)) == ["mine.thing", "page-0001-thing-1.thing", "page-0001-thing-2.thing"]
    assert cli(tiff, "--to", "text")[0] == 2
    scripted.texts = [""]
    code, _, err = cli(tiff, "--to", "text", "-o", tmp_path / "out")
    assert code == 0 and "nothing in it to be written as text" in err[0] and os.listdir(out) == ["mine.thing"]


def test_a_binary_format_goes_to_a_pipe_but_to_no_terminal(cli, several, monkeypatch):
    monkeypatch.setitem(FORMATS._loaded, "text", replace(FORMATS["text"], binary=True))
    assert cli(several[0], "--to", "text")[1] == "Hello\n\nwide world\n"
    assert cli(several[0], several[2], "--to", "text")[0] == 2
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert cli(several[0], "--to", "text")[0] == 2


def test_pages_are_chosen(cli, scripted, tiff):
    scripted.texts = ["one"]
    assert cli(tiff, "--pages", "2")[1] == "one\n"
    assert len(scripted.jobs) == 1
    for wrong in ("0", "x", "2-1"):
        assert cli(tiff, "--pages", wrong)[0] == 2
    code, _, err = cli(tiff, "--pages", "7")
    assert code == 3 and len(err) == 1


def test_a_page_that_fails_is_said_and_the_others_are_written(cli, scripted, tmp_path, strokes):
    path, out = tmp_path / "four.tiff", tmp_path / "out"
    frames = [strokes((64, 32), colour) for colour in SHADES]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    scripted.texts, scripted.faults = ["one", "two", "three", "four"], {1: EngineError("out of memory")}
    code, _, err = cli(path, "--to", "json,markdown", "-o", out)
    assert code == EXIT_PARTIAL and err == [f"gotocr: {path}: page 2: out of memory"]
    pages = json.loads((out / "four" / "four.json").read_text())["pages"]
    assert [page["error"] for page in pages] == [None, "out of memory", None, None] and pages[3]["text"] == "four"


def test_what_was_read_outlives_an_interruption(cli, scripted, tiff, tmp_path):
    out = tmp_path / "out" / "two"
    scripted.texts, scripted.faults = ["one", "two"], {1: KeyboardInterrupt()}
    code, _, err = cli(tiff, "-o", tmp_path / "out")
    assert code == 130 and err[-1] == "gotocr: interrupted" and "1 pages are kept" in err[0] and "--resume" in err[0]
    assert sorted(os.listdir(out)) == [".gotocr", "two.partial.md"] and (out / "two.partial.md").read_text() == "one\n"
    scripted.texts, scripted.faults = ["two"], {}
    scripted.jobs.clear()
    assert cli(tiff, "-o", tmp_path / "out", "--resume") == (0, "", [])
    assert os.listdir(out) == ["two.md"] and len(scripted.jobs) == 1
    assert (out / "two.md").read_text() == "one\n\n<!-- page 2 -->\n\ntwo\n"
    scripted.jobs.clear()
    assert cli(tiff, "-o", tmp_path / "out", "--resume") == (0, "", []) and not scripted.jobs, "what is whole is left alone"
    os.utime(tiff, (2e9, 2e9))
    scripted.texts = ["new", "er"]
    assert cli(tiff, "-o", tmp_path / "out", "--resume")[0] == 0 and len(scripted.jobs) == 2, "unless the source is newer"


def test_pages_of_another_task_are_not_used_again(cli, scripted, tiff, tmp_path):
    scripted.texts, scripted.faults = ["one", "two"], {1: KeyboardInterrupt()}
    assert cli(tiff, "-o", tmp_path)[0] == 130
    scripted.texts, scripted.faults = ["uno", "due"], {}
    scripted.jobs.clear()
    assert cli(tiff, "-o", tmp_path, "--resume", "--task", "plain")[0] == 0 and len(scripted.jobs) == 2
    assert (tmp_path / "two" / "two.md").read_text().startswith("uno")


def test_several_regions_are_read_one_behind_the_other(cli, scripted, picture):
    scripted.texts = ["right", "left"]
    assert cli(picture, "--region", "0.5,0.0,1.0,1.0", "--region", "0,0,64,64")[1] == "right\n\nleft\n"
    assert [job.pixels.page_size for job in scripted.jobs] == [(160, 64), (64, 64)]


class Terminal(io.StringIO):
    """A screen that standard output and standard error share; writes of standard output are between bars."""

    encoding = "utf-8"

    def isatty(self):
        return True


def test_the_bar_makes_room_for_text_on_the_terminal(scripted, model_folder, tiff, monkeypatch):
    screen, out = Terminal(), Terminal()
    monkeypatch.setattr("gotocr.cli.progress.DELAY", 0.0)
    monkeypatch.setattr(out, "write", lambda text: screen.write(f"\x02{text}\x03") if text else 0)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(sys, "stdout", out)
    scripted.texts = ["one.", "two."]
    assert main(["read", "--model", str(model_folder), "--engine", "scripted", str(tiff)]) == 0
    shown = screen.getvalue()
    assert "page" in shown and "one." in shown and "two." in shown
    for before in shown.split("\x02")[:-1]:
        assert not before.rpartition("\x03")[2].rstrip(" ").rpartition("\r")[2].strip(), "no bar stands where text is written"


def test_json_is_the_document(cli, picture):
    document = json.loads(cli(picture, "--to", "json")[1])
    assert document["source"] == str(picture) and "origin top left" in document["coordinates"]
    (page,) = document["pages"]
    assert [block["kind"] for block in page["blocks"]] == ["text", "text"]
    word = page["blocks"][1]["words"][0]
    assert word["text"] == "wide" and len(word["box"]) == 4 and 0 < word["confidence"] <= 1


def test_options_reach_the_model(cli, scripted, picture):
    code, out, err = cli(picture, "--task", "plain", "--region", "0,0,64,32", "--max-tokens", "3", "--device", "cuda")
    assert code == 0 and out == "\\# H\n"
    assert scripted.jobs[0].max_tokens == 3 and scripted.opened[0][1] == "cuda"
    assert len(err) == 1 and "page 1: cut off: the cap" in err[0] and "--max-tokens" in err[0]
    assert cli(picture, "--max-tokens", "3", "--quiet")[2] == []


def test_what_cut_a_page_off_is_named(cli, scripted, picture, monkeypatch):
    """The option that set the cap, and no other."""
    times = iter(range(10_000))
    monkeypatch.setattr("gotocr.sheets.cap.monotonic", lambda: float(next(times)))
    (late,) = cli(picture, "--max-seconds", "9.5")[2]
    assert "page 1: cut off: the time" in late and "--max-seconds" in late and "--max-tokens" not in late
    (early,) = cli(picture, "--max-seconds", "0.5")[2]
    assert early.endswith("page 1: cut off; --max-tokens and --max-seconds set the caps"), "nothing was written"


def test_a_broken_source_is_one_line_and_the_others_are_read(cli, several, tmp_path):
    code, out, err = cli(*several)
    assert code == EXIT_PARTIAL and out.count("wide world") == 2
    assert len(err) == 1 and err[0].startswith(f"gotocr: {several[1]}")
    code, _, err = cli(*several, "-o", tmp_path / "out")
    assert code == EXIT_PARTIAL and len(err) == 1
    assert found(tmp_path / "out") == ["a/a.md", "c/c.md"]


def test_the_code_when_nothing_was_read_is_the_error_s_own(cli, scripted, several):
    assert cli(several[1])[0] == 3
    assert cli("missing.png", several[1])[0] == 3
    scripted.fault = (0, EngineError("out of memory"))
    code, out, err = cli(several[0])
    assert (code, out) == (EngineError.exit_code, "") and "out of memory" in err[0]


def test_a_missing_part_or_model_ends_it_at_once(cli, scripted, several):
    for fault in (MissingExtraError("torch", "this"), WeightsError("damaged")):
        scripted.fault = (0, fault)
        code, _, err = cli(several[0], several[2])
        assert code == fault.exit_code and len(err) == 1 and str(fault) in err[0]


def test_an_unexpected_error_is_one_line_too(cli, scripted, several, monkeypatch):
    scripted.fault = (2, ZeroDivisionError("oh"))
    code, _, err = cli(several[0])
    assert code == 1 and len(err) == 1 and "ZeroDivisionError: oh" in err[0] and "GOTOCR_TRACE" in err[0]
    monkeypatch.setenv("GOTOCR_TRACE", "1")
    assert "Traceback" in cli(several[0])[2][0]


def test_several_documents_on_one_stream_say_where_they_begin(cli, several):
    _, out, _ = cli(several[0], several[2])
    assert out == f"<!-- {several[0]} -->\n\n{READ}\n<!-- {several[2]} -->\n\n{READ}"
    _, out, _ = cli(several[0], several[2], "--to", "text")
    assert out.startswith(f"==> {several[0]} <==\n") and f"\n==> {several[2]} <==\n" in out
    _, out, _ = cli(*several, "--to", "json")
    first, end = json.JSONDecoder().raw_decode(out)
    second, _ = json.JSONDecoder().raw_decode(out[end:].lstrip())
    assert [first["source"], second["source"]] == [str(several[0]), str(several[2])]


def test_a_document_that_fails_half_way_leaves_no_half_file(cli, scripted, tmp_path, strokes):
    path, out = tmp_path / "two.tiff", tmp_path / "out"
    frames = [strokes((64, 32), colour) for colour in SHADES[:2]]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    (out / "two").mkdir(parents=True)
    (out / "two" / "two.md").write_text("older")
    scripted.texts, scripted.fault = ["ab", "abcdef"], (4, GotocrError("stalled"))
    assert cli(path, "-o", out)[0] == 1
    assert (out / "two" / "two.md").read_text() == "older" and (out / "two" / "two.partial.md").read_text() == "ab\n"
    assert cli(path, "--to", "json")[1] == "", "half a JSON document is worth nothing"
    assert cli(path)[1] == "ab\n", "half a Markdown document is"


def test_equal_names_are_numbered_in_order(cli, tmp_path):
    paths = [tmp_path / "x" / "p.png", tmp_path / "y" / "P.png", tmp_path / "x" / "p.gif"]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (32, 32)).save(path)
    assert cli(*paths, "-o", tmp_path / "out")[0] == 0
    assert found(tmp_path / "out") == ["P-2/P-2.md", "p-3/p-3.md", "p/p.md"]


def test_a_new_result_takes_the_place_of_the_old(cli, picture, tmp_path):
    path = tmp_path / "page" / "page.md"
    path.parent.mkdir()
    path.write_text("older and longer than the new one by far")
    assert cli(picture, "-o", tmp_path)[0] == 0
    assert path.read_text() == READ
    before = os.umask(0o022)
    os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o666 & ~before


def test_folders_and_globs(cli, several, tmp_path):
    several[1].unlink()
    for source in (tmp_path, f"{tmp_path}/*.png"):
        assert cli(source)[1].count("wide world") == 2
    (tmp_path / "inner").mkdir()
    several[0].rename(tmp_path / "inner" / "a.png")
    assert cli(tmp_path)[1].count("wide world") == 1 and cli(tmp_path, "--recursive")[1].count("wide world") == 2
    code, _, err = cli(tmp_path / "nothing*.png")
    assert code == 3 and len(err) == 1


def test_standard_input(cli, picture, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(picture.read_bytes())))
    assert cli("-")[1] == READ
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(picture.read_bytes())))
    assert cli("-", "-o", tmp_path / "out")[0] == 0 and found(tmp_path / "out") == ["stdin/stdin.md"]


def test_standard_input_is_another_each_time(cli, scripted, picture, monkeypatch, tmp_path):
    for text in ("one", "two"):
        scripted.texts = [text]
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(picture.read_bytes())))
        assert cli("-", "-o", tmp_path, "--resume")[0] == 0
        assert (tmp_path / "stdin" / "stdin.md").read_text() == f"{text}\n"


@pytest.mark.parametrize(
    "argv", [["--region", "1,2,3"], ["--region", "5,5,1,9"], ["--region", "a,b,c,d"], ["--max-tokens", "0"], ["--max-tokens", "x"],
             ["--tiles", "-1"], ["--to", "doc"], ["--to", "text,doc"], ["--resume"], ["--report"], ["--dpi", "0"], ["--dpi", "x"], ["--turn", "45"], ["--task", "poem"], ["--engine", "steam"], ["-o", "x.md"]],
)  # fmt: skip
def test_wrong_options(cli, scripted, picture, argv):
    code, out, err = cli(picture, *argv)
    assert (code, out) == (2, "") and err and scripted.jobs == []


def test_a_box_outside_the_page_is_said(cli, picture):
    code, _, err = cli(picture, "--region", "900,900,950,950")
    assert code == 2 and "320 x 64" in err[0]


def test_an_output_that_cannot_be_written(cli, picture, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = cli(picture, "-o", tmp_path / "file")
    assert code == 6 and len(err) == 1
    (tmp_path / "out" / "page" / "page.md").mkdir(parents=True)
    code, _, err = cli(picture, "-o", tmp_path / "out")
    assert code == 6 and "page.md" in err[-1]


def test_control_characters_of_a_name_reach_no_terminal(cli):
    _, _, err = cli("evil\x1b[2J\n.png")
    assert len(err) == 1 and "\x1b" not in err[0]


def test_interrupting_is_clean(cli, scripted, picture, tmp_path):
    scripted.fault = (2, KeyboardInterrupt())
    code, _, err = cli(picture, "-o", tmp_path / "out")
    assert code == 130 and err == ["gotocr: interrupted"] and os.listdir(tmp_path / "out") == []


def test_equal_pages_are_read_once_and_it_is_said(cli, scripted, tmp_path, strokes):
    path = tmp_path / "four.tiff"
    frames = [strokes((64, 32), colour) for colour in ("white", "white", "ivory", "white")]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    scripted.texts = ["one", "two"]
    code, out, err = cli(path, "--to", "text")
    assert code == 0 and out.split() == ["one", "one", "two", "one"] and len(scripted.jobs) == 2
    assert err == ["gotocr: memory: 2 pages were equal to ones that had been read before"]
    assert cli(path, "--quiet")[2] == [] and len(scripted.jobs) == 4, "nothing is kept beyond a run"


def test_pages_of_other_runs_are_taken_from_a_memory(cli, scripted, tiff, tmp_path):
    scripted.texts, kept = ["one", "two"], tmp_path / "kept"
    code, fresh, err = cli(tiff, "--to", "json", "--memory", kept)
    assert (code, err) == (0, []) and len(scripted.jobs) == len(os.listdir(kept)) == 2
    other = tmp_path / "elsewhere" / "two.tiff"
    other.parent.mkdir()
    other.write_bytes(tiff.read_bytes())
    code, again, err = cli(other, "--to", "json", "--memory", kept)
    assert (code, len(scripted.jobs)) == (0, 2) and "2 pages were equal" in err[0]
    assert json.loads(again)["pages"] == json.loads(fresh)["pages"]
    assert cli(tiff, "-o", tmp_path / "out", "--memory", kept)[0] == 0 and len(scripted.jobs) == 2
    assert cli(tiff, "--task", "plain", "--memory", kept)[0] == 0 and len(scripted.jobs) == 4
    assert cli(tiff, "--memory", tiff)[0] == OutputError.exit_code


def test_drafts_change_nothing_and_are_none_or_a_text(cli, picture, tmp_path):
    file = tmp_path / "earlier.md"
    file.write_text("what was read before", "utf-8")
    for name in ("auto", "none", file):
        assert cli(picture, "--draft", name) == (0, READ, [])
    file.write_bytes(b"\xff\xfe\x00")
    for name in (file, tmp_path / "nothing.md"):
        code, _, err = cli(picture, "--draft", name)
        assert code == 2 and len(err) == 1 and "give auto, none, or a text file" in err[0]
