"""OCRmyPDF with us as its reader: what it writes has the words at their places, in PDF/A, turned and straightened."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
from PIL import Image

ocrmypdf = pytest.importorskip("ocrmypdf", minversion="17")

import gotocr.ocrmypdf as plugin  # noqa: E402
from gotocr.errors import EngineError, WeightsError  # noqa: E402
from gotocr.schema import Document, Leaf  # noqa: E402
from tests.unit.formats.pdf.drawn import page, saved, scan, with_text, words_of  # noqa: E402

LINES = [
    "We hold these truths to be self-evident, that all men are",
    "created equal, that they are endowed by their Creator with",
    "certain unalienable Rights, that among these are Life,",
    "Liberty and the pursuit of Happiness. That to secure these",
    "rights, Governments are instituted among Men, deriving their",
    "just powers from the consent of the governed, That whenever",
    "any Form of Government becomes destructive of these ends,",
    "it is the Right of the People to alter or to abolish it,",
]
IMAGE, LEAF = page(lines=LINES, height=26)
PIXELS = 14


def scaled(leaf: Leaf, size) -> Leaf:
    """The page as it is read from a picture of another size."""
    across, down = size[0] / leaf.width, size[1] / leaf.height

    def box(b):
        return b[0] * across, b[1] * down, b[2] * across, b[3] * down

    blocks = tuple(replace(b, box=box(b.box), words=tuple(replace(w, box=box(w.box)) for w in b.words)) for b in leaf.blocks)
    return replace(leaf, width=size[0], height=size[1], blocks=blocks)


@pytest.fixture
def reader(monkeypatch):
    """Reads what is known to be there from any picture, as large as that is."""

    class Known:
        folder = None
        sizes = []

        def read(self, path, task):
            with Image.open(path) as image:
                self.sizes.append(image.size)
                return Document(str(path), (scaled(LEAF, image.size),), "nano")

    known = Known()
    monkeypatch.setattr(plugin, "_loaded", lambda model, device: known)
    return known


def run(tmp_path, data: bytes, **how) -> bytes:
    source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
    source.write_bytes(data)
    settings = {"plugins": ["gotocr.ocrmypdf"], "use_threads": True, "progress_bar": False, "output_type": "pdf", "optimize": 0, "jobs": 1}
    ocrmypdf.ocr(source, target, **settings | how)
    return target.read_bytes()


def at_their_places(data: bytes, leaf=LEAF, within=PIXELS):
    found, known = words_of(data, leaf), leaf.blocks[0].words
    assert [word.text for word in found] == [word.text for word in known]
    for word, truth in zip(found, known, strict=True):
        assert word.box == pytest.approx(truth.box, abs=within)


def test_words_stand_at_their_places(tmp_path, reader):
    side = tmp_path / "side.txt"
    at_their_places(run(tmp_path, saved(scan([IMAGE])), sidecar=side))
    assert side.read_text("utf-8").split() == LEAF.text.split()


@pytest.mark.parametrize("renderer", ["sandwich", "fpdf2"])
def test_by_either_way_of_writing(tmp_path, reader, renderer):
    at_their_places(run(tmp_path, saved(scan([IMAGE], (0, 0, 300, 400), 90)), pdf_renderer=renderer))


def test_pdfa(tmp_path, reader):
    import pikepdf

    after = run(tmp_path, saved(scan([IMAGE])), output_type="pdfa")
    at_their_places(after)
    metadata = pikepdf.open(io.BytesIO(after)).open_metadata()
    assert metadata.pdfa_status and "gotocr" in str(metadata["xmp:CreatorTool"])


def test_pages_are_turned_and_straightened(tmp_path, reader):
    side = IMAGE.transpose(Image.Transpose.ROTATE_90)  # to the left
    after = run(tmp_path, saved(scan([side], (0, 0, 300, 400))), rotate_pages=True)
    at_their_places(after)
    assert reader.sizes[-1][0] > reader.sizes[-1][1], "it was upright when it was read"
    engine = plugin.GotocrEngine()
    askew = tmp_path / "askew.png"
    IMAGE.rotate(-3, expand=True, fillcolor="white").save(askew)
    degrees = engine.get_deskew(askew, None)
    assert degrees == pytest.approx(3, abs=0.3)
    askew.unlink()


def test_pages_with_text_are_skipped_as_ocrmypdf_does(tmp_path, reader):
    with pytest.raises(ocrmypdf.exceptions.PriorOcrFoundError):
        run(tmp_path, saved(with_text()))
    after = run(tmp_path, saved(with_text()), skip_text=True)
    assert [word.text for word in words_of(after, LEAF)] == ["Own", "text"] and not reader.sizes


def test_another_engine_may_be_named(tmp_path, reader):
    for name, mine in (("auto", True), ("gotocr", True), ("tesseract", False), ("none", False)):
        assert (plugin.get_ocr_engine(options=SimpleNamespace(ocr_engine=name)) is not None) == mine
    run(tmp_path, saved(scan([IMAGE])), ocr_engine="none")
    assert not reader.sizes


def test_the_model_is_an_option(tmp_path, monkeypatch, reader):
    asked = []
    monkeypatch.setattr(plugin, "_loaded", lambda model, device: asked.append((model, device)) or reader)
    run(tmp_path, saved(scan([IMAGE])))
    assert set(asked) == {("nano", "cpu")}
    asked.clear()
    from ocrmypdf.cli import get_options_and_plugins

    line = "--plugin gotocr.ocrmypdf --gotocr-model some/folder --gotocr-device cuda in.pdf out.pdf".split()
    options, _ = get_options_and_plugins(args=line)
    plugin._reader(options)
    assert asked == [("some/folder", "cuda")]


def test_what_goes_wrong_is_one_line_of_theirs(tmp_path, monkeypatch, reader):
    monkeypatch.setattr(plugin, "_loaded", lambda model, device: (_ for _ in ()).throw(WeightsError("no weights; get them")))
    with pytest.raises(ocrmypdf.exceptions.MissingDependencyError, match="gotocr: no weights"):
        run(tmp_path, saved(scan([IMAGE])))
    monkeypatch.setattr(plugin, "_loaded", lambda model, device: reader)
    monkeypatch.setattr(reader, "read", lambda path, task: Document("x", (Leaf(0, 1, 1, "", error="the page is too hard"),)), raising=False)
    with pytest.raises(ocrmypdf.exceptions.SubprocessOutputError, match="too hard"):
        run(tmp_path, saved(scan([IMAGE])))
    assert isinstance(plugin._theirs(EngineError("x")), ocrmypdf.exceptions.SubprocessOutputError)


def test_tesseract_need_not_be_there(tmp_path, monkeypatch, reader):
    which = plugin.shutil.which
    monkeypatch.setattr("shutil.which", lambda name, *more, **how: None if name == "tesseract" else which(name, *more, **how))
    blocked = []
    plugin.initialize(plugin_manager=SimpleNamespace(set_blocked=blocked.append))
    assert blocked == [plugin.TESSERACT] and plugin.TESSERACT in sys.modules
    at_their_places(run(tmp_path, saved(scan([IMAGE]))))


def test_lines_that_lie_on_their_side(tmp_path):
    from tests.unit.formats.pdf.test_place import lying

    for degrees in (90, 180, 270):
        line = plugin.tree(lying(LEAF, degrees)).lines[0]
        assert line.textangle == degrees and [word.text for word in line.words] == LINES[0].split()
    line = plugin.tree(LEAF).lines[0]
    assert line.baseline.slope == 0 and -8 < line.baseline.intercept < 0


def test_read_by_nano(tmp_path):
    """Once with the model itself, in a process of its own, as it is called from a shell."""
    import subprocess

    source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
    source.write_bytes(saved(scan([page(lines=LINES[:1], height=26)[0]])))
    options = "--plugin gotocr.ocrmypdf --output-type pdf -q -j1".split()
    subprocess.run([sys.executable, "-m", "ocrmypdf", *options, source, target], check=True, timeout=900)
    words = [word.text for word in words_of(target.read_bytes(), LEAF)]
    assert len(set(words) & set(LINES[0].split())) > 6
