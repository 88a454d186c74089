"""`gotocr read --to pdf` over a scripted engine: from files, pipes and addresses, some pages, cut off and gone on with."""

from __future__ import annotations

import io
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

pikepdf = pytest.importorskip("pikepdf")

from gotocr.cli import main  # noqa: E402
from gotocr.errors import EXIT_PARTIAL, EngineError  # noqa: E402
from tests.unit.formats.pdf.drawn import page, picture_of, saved, scan, with_text  # noqa: E402

IMAGE = page()[0]


@pytest.fixture
def cli(scripted, model_folder, capfdbinary):
    """Run a command; gives back the exit code, standard output and the lines of standard error."""

    def run(*argv):
        code = main(["read", "--model", str(model_folder), "--engine", "scripted", "--to", "pdf", *map(str, argv)])
        out, err = capfdbinary.readouterr()
        return code, out, err.decode().splitlines()

    return run


@pytest.fixture
def three(tmp_path):
    """A PDF of three scanned pages."""
    path = tmp_path / "three.pdf"
    images = [IMAGE.copy() for _ in range(3)]
    for number, image in enumerate(images):
        image.paste((250 + number,) * 3, (0, 0, 20, 20))  # no page is equal to another
    path.write_bytes(saved(scan(images)))
    return path


def texts(data: bytes, password=None) -> list[str]:
    import pypdfium2

    return [sheet.get_textpage().get_text_range().strip() for sheet in pypdfium2.PdfDocument(data, password=password)]


def test_a_pdf_and_its_pages(cli, scripted, three, tmp_path):
    scripted.texts = ["one", "two words", "three"]
    assert cli(three, "-o", tmp_path / "out")[::2] == (0, [])
    made = (tmp_path / "out" / "three" / "three.pdf").read_bytes()
    assert texts(made) == ["one", "two words", "three"]
    assert all(np.array_equal(picture_of(made, n), picture_of(three.read_bytes(), n)) for n in range(3))
    assert cli(three)[1] == made


def test_only_some_pages_have_text_and_all_are_there(cli, scripted, three):
    scripted.texts = ["two", "three"]
    assert texts(cli(three, "--pages", "2-")[1]) == ["", "two", "three"]


def test_a_page_that_fails_stays_without(cli, scripted, three, tmp_path):
    scripted.texts, scripted.faults = ["one", "two", "three"], {1: EngineError("out of memory")}
    code, _, err = cli(three, "-o", tmp_path / "out")
    assert code == EXIT_PARTIAL and len(err) == 1
    assert texts((tmp_path / "out" / "three" / "three.pdf").read_bytes()) == ["one", "", "three"]


def test_what_was_cut_off_is_gone_on_with(cli, scripted, three, tmp_path):
    out = tmp_path / "out" / "three"
    scripted.texts, scripted.faults = ["one", "two", "three"], {1: KeyboardInterrupt()}
    assert cli(three, "-o", tmp_path / "out")[0] == 130
    assert texts((out / "three.partial.pdf").read_bytes()) == ["one", "", ""]
    scripted.texts, scripted.faults = ["two", "three"], {}
    assert cli(three, "-o", tmp_path / "out", "--resume")[::2] == (0, [])
    assert [path.name for path in out.iterdir()] == ["three.pdf"] and texts((out / "three.pdf").read_bytes()) == ["one", "two", "three"]
    scripted.jobs.clear()
    assert cli(three, "-o", tmp_path / "out", "--resume")[0] == 0 and not scripted.jobs


def test_its_own_text(cli, scripted, tmp_path):
    path = tmp_path / "text.pdf"
    pdf = with_text(mode=3)
    pdf.pages[0].contents_add(pdf.make_stream(b" ".join(b"%d 100 4 12 re f" % x for x in range(20, 380, 9))))  # something to read
    path.write_bytes(saved(pdf))
    scripted.texts = ["new"]
    code, out, err = cli(path)
    assert (code, out) == (0, path.read_bytes()) and len(err) == 1 and "--own-text" in err[0] and err[0].startswith(f"gotocr: {path}: ")
    assert cli(path, "--quiet")[2] == []
    assert texts(cli(path, "--own-text", "replace")[1]) == ["new"]
    assert sorted(texts(cli(path, "--own-text", "add")[1])[0].split()) == ["Own", "new", "text"]


def test_standard_input(cli, scripted, three, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    for data in (three.read_bytes(), _png()):
        scripted.texts = ["one"]
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        code, out, err = cli("-", "--pages", "1")
        assert (code, err) == (0, []) and texts(out)[0] == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["three.pdf"], "nothing is left behind"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"no picture")))
    code, _, err = cli("-")
    assert code == 3 and len(err) == 1 and "<stdin>" in err[0]


def _png() -> bytes:
    out = io.BytesIO()
    IMAGE.save(out, "PNG")
    return out.getvalue()


def test_an_address(cli, scripted, three, tmp_path):
    class Answer(BaseHTTPRequestHandler):
        asked = 0

        def do_GET(self):
            Answer.asked += 1
            self.send_response(200)
            self.end_headers()
            self.wfile.write(three.read_bytes())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    scripted.texts = ["one", "two", "three"]
    try:
        assert cli(f"http://127.0.0.1:{server.server_port}/a.pdf", "-o", tmp_path / "out")[::2] == (0, [])
    finally:
        server.shutdown()
        server.server_close()
    assert texts((tmp_path / "out" / "a" / "a.pdf").read_bytes()) == ["one", "two", "three"] and Answer.asked == 1


def test_the_clipboard(cli, scripted, monkeypatch):
    from gotocr.pixels import kept

    monkeypatch.setattr(kept, "copied", lambda: IMAGE)
    scripted.texts = ["one"]
    code, out, err = cli("clipboard:")
    assert (code, err) == (0, []) and texts(out) == ["one"]


def test_a_source_is_never_written_over(cli, tmp_path):
    folder = tmp_path / "out" / "in"
    folder.mkdir(parents=True)
    path = folder / "in.pdf"
    path.write_bytes(saved(scan([IMAGE])))
    before = path.read_bytes()
    for more in ([], ["--resume"]):
        code, _, err = cli(path, "-o", tmp_path / "out", *more)
        assert code == 6 and len(err) == 1 and "over its source" in err[0] and path.read_bytes() == before


def test_a_locked_file(cli, scripted, tmp_path):
    path = tmp_path / "locked.pdf"
    path.write_bytes(saved(scan([IMAGE]), encryption=pikepdf.Encryption(owner="o", user="u")))
    assert cli(path)[0] == 3
    scripted.texts = ["one"]
    code, out, err = cli(path, "--password", "u")
    assert (code, err) == (0, []) and texts(out, "u") == ["one"]


def test_two_pages_of_a_tiff(cli, scripted, tmp_path):
    path = tmp_path / "two.tiff"
    IMAGE.save(path, save_all=True, append_images=[IMAGE.transpose(Image.Transpose.ROTATE_180)], dpi=(144, 144))
    scripted.texts = ["one", "two"]
    made = cli(path)[1]
    assert texts(made) == ["one", "two"] and picture_of(made).shape == (600, 800, 3)


def test_what_is_not_installed_is_said_first(cli, scripted, monkeypatch, three):
    monkeypatch.setitem(sys.modules, "pikepdf", None)
    code, _, err = cli(three)
    assert code == 4 and err == ["gotocr: writing searchable PDF needs the [pdf] extra; install it with: pip install 'gotocr[pdf]'"]
    assert not scripted.jobs
