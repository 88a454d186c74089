"""The text lies where the words are, whatever the page's shape; nothing else of the PDF changes, in sight or out of it."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest

pikepdf = pytest.importorskip("pikepdf")

from pikepdf import Array, Dictionary, Name, String  # noqa: E402

from gotocr.errors import InputError, OutputError  # noqa: E402
from gotocr.formats import FORMATS  # noqa: E402
from gotocr.formats.format import Original  # noqa: E402
from gotocr.schema import Block, Document, Leaf, Word  # noqa: E402
from tests.unit.formats.pdf.drawn import page, picture_of, saved, scan, with_text, words_of  # noqa: E402

POINTS = 6  # of a page of 400 x 300 points; letters are 14 points high
PIXELS = 2 * POINTS  # the pages are read at 144 dpi


def written(tmp_path, data: bytes, *leaves: Leaf, **how) -> tuple[bytes, list[str]]:
    """What is written of a PDF, and what was said."""
    path, heard = tmp_path / "in.pdf", []
    path.write_bytes(data)
    target = Original(path, say=heard.append, **how)
    return b"".join(FORMATS["pdf"].over(leaves, target, "nano")), heard


def in_a_tree(pdf):
    """Everything of the page that can be inherited is."""
    inside = pdf.pages[0].obj
    for key in ("/MediaBox", "/CropBox", "/Rotate", "/Resources"):
        if key in inside:
            inside.Parent[key] = inside[key]
            del inside[key]
    return pdf


def with_entry(pdf, key, value):
    pdf.pages[0].obj[key] = value
    return pdf


IMAGE, LEAF = page()
SHAPES = {
    "plain": lambda: scan([IMAGE]),
    "turned by 90": lambda: scan([IMAGE], (0, 0, 300, 400), 90),
    "turned by 180": lambda: scan([IMAGE], turn=180),
    "turned by 270": lambda: scan([IMAGE], (0, 0, 300, 400), 270),
    "turned by -90": lambda: scan([IMAGE], (0, 0, 300, 400), -90),
    "turned by 450": lambda: scan([IMAGE], (0, 0, 300, 400), 450),
    "beside the origin": lambda: scan([IMAGE], (-200, 500, 200, 800)),
    "cropped": lambda: scan([IMAGE], (100, 50, 500, 350), media=(-30, -40, 900, 700)),
    "cropped and turned": lambda: scan([IMAGE], (100, 50, 400, 450), 90, media=(-30, -40, 900, 700)),
    "box upside down": lambda: with_entry(scan([IMAGE]), "/MediaBox", Array([400, 300, 0, 0])),
    "crop beyond the page": lambda: with_entry(scan([IMAGE]), "/CropBox", Array([-100, -100, 900, 900])),
    "in large units": lambda: with_entry(scan([IMAGE]), "/UserUnit", 2.5),
    "inherited": lambda: in_a_tree(scan([IMAGE], (100, 50, 400, 450), 90, media=(-30, -40, 900, 700))),
    "resources are none": lambda: with_entry(with_entry(scan([IMAGE]), "/Contents", Array([])), "/Resources", Name.None_),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_words_stand_at_their_boxes_and_the_page_looks_the_same(tmp_path, shape):
    before = saved(SHAPES[shape]())
    after, heard = written(tmp_path, before, LEAF)
    found, known = words_of(after, LEAF), LEAF.blocks[0].words
    assert not heard and [word.text for word in found] == [word.text for word in known]
    for word, truth in zip(found, known, strict=True):
        assert [word.box[at] for at in (0, 2)] == pytest.approx([truth.box[at] for at in (0, 2)], abs=0.5)
        assert word.box == pytest.approx(truth.box, abs=PIXELS)
    assert np.array_equal(picture_of(before), picture_of(after))
    assert pikepdf.open(io.BytesIO(after)).check_pdf_syntax() == []


def full(images) -> pikepdf.Pdf:
    """A PDF with everything that could be lost."""
    pdf = scan(images)
    first = pdf.pages[0].obj
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[10, 10, 90, 40], A=Dictionary(S=Name.URI, URI=String("https://example.org/")))
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("name"), V=String("Ada"), Rect=[10, 50, 90, 70])
    field = pdf.make_indirect(field)
    first.Annots = Array([pdf.make_indirect(link), field])
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.r), 1, Dictionary(S=Name.D)]))
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Chapter", 1))
    pdf.attachments["data.txt"] = b"attached"
    with pdf.open_metadata() as metadata:
        metadata["dc:title"] = "The title"
    pdf.docinfo["/Author"] = "A. N. Other"
    return pdf


def test_nothing_is_lost(tmp_path):
    before = saved(full([IMAGE, IMAGE]))
    after = pikepdf.open(io.BytesIO(written(tmp_path, before, LEAF)[0]))
    old = pikepdf.open(io.BytesIO(before))
    assert [annot.Subtype for annot in after.pages[0].Annots] == ["/Link", "/Widget"]
    assert str(after.pages[0].Annots[0].A.URI) == "https://example.org/" and str(after.Root.AcroForm.Fields[0].V) == "Ada"
    assert [sheet.label for sheet in after.pages] == [sheet.label for sheet in old.pages] == ["i", "1"]
    with after.open_outline() as outline:
        assert outline.root[0].title == "Chapter"
    assert after.attachments["data.txt"].get_file().read_bytes() == b"attached"
    assert after.open_metadata()["dc:title"] == "The title" and str(after.docinfo.Author) == "A. N. Other"
    for number in range(2):
        pictures = [pdf.pages[number].Resources.XObject.Scan for pdf in (old, after)]
        assert pictures[0].read_raw_bytes() == pictures[1].read_raw_bytes()
    assert after.Root.get("/Metadata").read_bytes() == old.Root.get("/Metadata").read_bytes()


def test_pages_that_were_not_read_or_failed_stay_without_text(tmp_path):
    data = saved(scan([IMAGE] * 4))
    read = Leaf(1, LEAF.width, LEAF.height, LEAF.text, LEAF.blocks)
    after, _ = written(tmp_path, data, read, Leaf(2, 0, 0, "", error="out of memory"), Leaf(9, 10, 10, "no such page"))
    assert [len(words_of(after, LEAF, number)) > 5 for number in range(4)] == [False, True, False, False]
    assert np.array_equal(picture_of(data, 2), picture_of(after, 2))


def test_a_page_with_text_is_left_alone(tmp_path):
    data = saved(with_text())
    after, heard = written(tmp_path, data, LEAF)
    assert after == data and len(heard) == 1 and "1 page has text" in heard[0]  # to the byte: nothing was to be added
    for mode in (0, 3):
        both, heard = written(tmp_path, saved(with_text(mode=mode)), LEAF, own_text="add")
        assert not heard and {"Own", "fox"} <= {word.text for word in words_of(both, LEAF)}


def in_a_form(pdf):
    """The page's content within a form of its own, as OCRmyPDF puts its text."""
    inside = pdf.pages[0].obj
    form = pdf.make_stream(inside.Contents[0].read_bytes())
    form.Type, form.Subtype, form.BBox, form.Resources = Name.XObject, Name.Form, Array([0, 0, 400, 300]), inside.Resources
    inside.Resources = Dictionary(XObject=Dictionary(Text=form))
    inside.Contents = pdf.make_stream(b"q /Text Do Q 1 0 0 rg 10 10 50 50 re f")
    return pdf


@pytest.mark.parametrize("wrap", [lambda pdf: pdf, in_a_form])
def test_an_older_reading_is_replaced_and_what_can_be_seen_is_not(tmp_path, wrap):
    old = saved(wrap(with_text("old words", 3)))
    kept, heard = written(tmp_path, old, LEAF)
    assert kept == old and heard
    after, heard = written(tmp_path, old, LEAF, own_text="replace")
    words = {word.text for word in words_of(after, LEAF)}
    assert not heard and "fox" in words and not words & {"old", "words"}
    assert np.array_equal(picture_of(old), picture_of(after))
    seen = saved(wrap(with_text("old words")))
    after, heard = written(tmp_path, seen, LEAF, own_text="replace")
    assert after == seen and len(heard) == 1


def test_what_was_written_once_can_be_written_again(tmp_path):
    once, _ = written(tmp_path, saved(scan([IMAGE])), LEAF)
    assert written(tmp_path, once, LEAF)[0] == once
    other = Leaf(0, 800, 600, "other", (Block("text", "other", (10, 10, 90, 40), words=(Word("other", (10, 10, 90, 40)),)),))
    again, _ = written(tmp_path, once, other, own_text="replace")
    assert [word.text for word in words_of(again, LEAF)] == ["other"]
    both, _ = written(tmp_path, once, other, own_text="add")
    assert {"other", "fox"} <= {word.text for word in words_of(both, LEAF)}


def test_a_locked_file_stays_locked(tmp_path):
    lock = pikepdf.Encryption(owner="owner", user="user", allow=pikepdf.Permissions(print_highres=False))
    before = saved(scan([IMAGE]), encryption=lock)
    for password in ("user", "owner"):
        after, _ = written(tmp_path, before, LEAF, password=password)
        assert "fox" in {word.text for word in words_of(after, LEAF, password=password)}
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(io.BytesIO(after))
        for right in ("user", "owner"):
            with pikepdf.open(io.BytesIO(after), password=right) as opened:
                assert not opened.allow.print_highres and opened.owner_password_matched == (right == "owner")
    with pytest.raises(InputError, match="locked"):
        written(tmp_path, before, LEAF, password="wrong")


def test_a_password_that_is_not_needed_is_no_matter(tmp_path, recwarn):
    after, heard = written(tmp_path, saved(scan([IMAGE])), LEAF, password="for another file")
    assert "fox" in {word.text for word in words_of(after, LEAF)} and not heard and not recwarn.list


def test_a_signature_is_spoken_of(tmp_path):
    pdf = scan([IMAGE])
    pdf.Root.AcroForm = Dictionary(SigFlags=3, Fields=Array([]))
    _, heard = written(tmp_path, saved(pdf), LEAF)
    assert len(heard) == 1 and "signature" in heard[0]


@pytest.mark.parametrize("breaks", ["%PDF-1.4\nnothing", "%PDF-1.7\n" + "<<" * 5000, "%PDF-1.4\ntrailer << /Root << /Pages << /Kids [1 0 R] >> >> >>"])
def test_a_broken_file_is_one_line(tmp_path, breaks):
    with pytest.raises((InputError, OutputError)) as caught:
        written(tmp_path, breaks.encode(), LEAF)
    assert "\n" not in str(caught.value) and "in.pdf" in str(caught.value)


def test_hostile_pages(tmp_path):
    """A form that shows itself, a tree of resources that goes in a circle, operators without operands."""
    pdf = scan([IMAGE])
    inside = pdf.pages[0].obj
    form = pdf.make_stream(b"/Again Do /Again Do")
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 9, 9])
    form.Resources = Dictionary(XObject=Dictionary(Again=form))
    inside.Resources.XObject.Again = form
    inside.Contents = pdf.make_stream(b"Tj Tr Q Q Q /Again Do /None Do Do (x) Tr [ (a)")
    inside.Rotate, inside.UserUnit = String("left"), Name.Much
    for own in ("keep", "replace"):
        after, _ = written(tmp_path, saved(pdf), LEAF, own_text=own)
        assert after.startswith(b"%PDF")


@pytest.mark.parametrize("own", ["keep", "replace", "add"])
def test_a_page_that_cannot_be_taken_apart_takes_no_other_with_it(tmp_path, own):
    pdf = scan([IMAGE, IMAGE])
    pdf.pages[0].obj.Contents = pikepdf.Stream(pdf, b"no deflated bytes", Filter=Name.FlateDecode)
    after, _ = written(tmp_path, saved(pdf), LEAF, replace(LEAF, index=1), own_text=own)
    assert "fox" in {word.text for word in words_of(after, replace(LEAF, index=1))}


def test_letters_that_a_picture_is_cut_out_by_stay(tmp_path):
    pdf = with_text("clipped", 7)
    before = saved(pdf)
    after, heard = written(tmp_path, before, LEAF, own_text="replace")
    assert after == before and len(heard) == 1


def test_what_goes_wrong_while_pages_are_read_is_not_the_files_fault(tmp_path):
    def leaves():
        yield LEAF
        raise KeyError("a bug")

    path = tmp_path / "in.pdf"
    path.write_bytes(saved(scan([IMAGE])))
    with pytest.raises(KeyError):
        b"".join(FORMATS["pdf"].over(leaves(), Original(path), "nano"))


def test_every_script_comes_back(tmp_path):
    lines = ["Ελληνικά кириллица", "中文字符 日本語", "𝒳𝓎 👍 ѱѡ", "한국어 ไทย", "naïve e\u0301"]
    words = []
    for number, line in enumerate(lines):
        words += [Word(word, (40 + 200 * at, 40 + 60 * number, 220 + 200 * at, 70 + 60 * number)) for at, word in enumerate(line.split())]
    leaf = Leaf(0, 800, 600, "", (Block("text", "\n".join(lines), words=tuple(words), data={"role": "lines"}),))
    after, _ = written(tmp_path, saved(scan([IMAGE])), leaf)
    assert [word.text for word in words_of(after, leaf)] == [word.text for word in words]


def test_in_the_api(tmp_path):
    path = tmp_path / "in.pdf"
    path.write_bytes(saved(scan([IMAGE])))
    document = Document("in.pdf", (LEAF,))
    assert FORMATS["pdf"].write(document, path) == FORMATS["pdf"].write(document, Original(path))
    alone = FORMATS["pdf"].write(document)
    assert "fox" in {word.text for word in words_of(alone, LEAF)} and picture_of(alone).min() == 255
    with pytest.raises(InputError, match="no file"):
        FORMATS["pdf"].write(document, tmp_path / "none.pdf")
