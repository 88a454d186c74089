"""What nano is trained on: the tokens going in and coming out, the ink of each, and the glyph in every cell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tokenizers import Tokenizer

pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.draw.supply import Supply  # noqa: E402
from gotocr.errors import WeightsError  # noqa: E402
from gotocr.model.config import CELL_HEIGHT, CELL_WIDTH, NANO  # noqa: E402
from gotocr.schema import AREA, Glyphs, Sample  # noqa: E402
from gotocr.synth.samples import Studio  # noqa: E402
from gotocr.train.phrases import PHRASES  # noqa: E402
from gotocr.train.recipe import Recipe, Window  # noqa: E402
from gotocr.train.targets import IGNORE, Targets, cell_map  # noqa: E402
from gotocr.train.vocabulary import with_phrases  # noqa: E402

SIZE = (96, 256)


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    studio = Studio(Supply(), worn=0.0)
    return [studio.draw_on("page" if seed % 2 else "paragraph", seed, SIZE) for seed in range(10)]


@pytest.fixture(scope="module")
def targets(tmp_path_factory):
    """Builds batches with nano's vocabulary, phrases and all."""
    file = tmp_path_factory.mktemp("vocabulary") / "tokenizer.json"
    with_phrases(Tokenizer.from_file(str(Recipe().tokenizer_file)), PHRASES).save(str(file))
    return lambda **window: Targets(file, Window(**window))


def test_cells_belong_to_the_glyph_in_the_middle_of_which_they_lie():
    boxes = np.array([[0, 0, 8, 8], [8, 0, 32, 16], [41, 9, 42, 10]], np.float32)
    owner, centres = cell_map(boxes, (24, 48))
    assert owner.shape == (24 // CELL_HEIGHT, 48 // CELL_WIDTH)
    assert owner[0].tolist() == [0, 0, -1, 1, 1, 1, 1, -1, -1, -1, -1, -1]
    assert owner[1].tolist() == [-1, -1, -1, 1, 1, 1, 1, -1, -1, -1, 2, -1]
    assert centres.tolist() == [1, 12 + 5, 12 + 10]
    assert owner.flat[centres[2]] == 2 and (owner[2] == -1).all()
    assert cell_map(np.zeros((0, 4), np.float32), (16, 32))[0].tolist() == [[-1] * 8] * 2


def test_rows_are_texts_that_follow_themselves(samples, targets):
    build = targets(lengths=(24, 48, 96), formatted=0.5)
    marks = set(build.prompts.values())
    cut = 0
    for seed in range(6):
        batch = build.build(samples, np.random.default_rng(seed))
        for row, sample in enumerate(samples):
            ids, labels, positions = batch.ids[row], batch.labels[row], batch.positions[row]
            mode = next(mode for mode, token in build.prompts.items() if token == ids[0])
            whole = [*build.encode(sample, mode).ids, build.end]
            used = int((labels != IGNORE).nonzero()[0].max()) + 1
            behind = int(labels[0] == IGNORE)
            cut += behind
            assert ids[0] in marks and positions[0] == 0
            assert (ids[1:used] == labels[: used - 1])[behind:].all()
            assert [whole[at - 1] for at in positions[1:used]] == ids[1:used].tolist()
            assert (np.diff(positions[1:used]) == 1).all() and (positions[1] > 1) <= behind
            assert labels[used - 1] == whole[positions[used - 1]], "each label stands behind its token in the whole text"
            assert (labels[used:] == IGNORE).all() and (batch.first[row, used:] == -1).all()
            assert not behind or (batch.first[row, 0] == -1 and len(whole) > len(ids))
    assert cut > 3, "windows behind a cut were tried"


@pytest.mark.parametrize("dropout", [1.0, 0.0])
def test_each_token_has_the_box_of_its_glyphs(samples, dropout, targets):
    build = targets(lengths=(4000,), formatted=0.0, merge_dropout=dropout, fill=1.0)
    batch = build.build(samples, np.random.default_rng(0))
    long = 0
    for row, sample in enumerate(samples):
        at = 0
        for column, label in enumerate(batch.labels[row]):
            if label in (build.end, IGNORE):
                break
            text = build.tokenizer.id_to_token(int(label))
            assert sample.glyphs.text[at : at + len(text)] == text
            boxes = sample.glyphs.boxes[at : at + len(text)]
            assert np.allclose(batch.boxes[row, column], [*boxes[:, :2].min(0), *boxes[:, 2:].max(0)])
            assert batch.first[row, column] == at, "it points at the first of them"
            middle = (boxes[0, :2] + boxes[0, 2:]) / 2
            cell = divmod(int(batch.centre[row, column]), SIZE[1] // CELL_WIDTH)
            assert (0 <= middle[::-1] - np.array(cell) * (CELL_HEIGHT, CELL_WIDTH)).all()
            assert (middle[::-1] - np.array(cell) * (CELL_HEIGHT, CELL_WIDTH) <= (CELL_HEIGHT, CELL_WIDTH)).all()
            at, long = at + len(text), long + (len(text) > 1)
        assert at == len(sample.plain)
    assert bool(long) == (dropout == 0.0)


def row_of(text: str, step: float, format) -> Glyphs:
    boxes = [(step * n, 8.0, step * n + step - 1, 24.0) for n in range(len(text))]
    return Glyphs(text, np.array(boxes, np.float32), np.arange(len(text), dtype=np.int32), np.array([*format], np.int32))


def test_several_glyphs_stand_for_one_mark_and_areas_own_no_cells(targets):
    boxes = np.array([[0, 0, 60, 32], [4, 8, 12, 24], [40, 8, 48, 24]], np.float32)
    glyphs = Glyphs(AREA + "ab", boxes, np.array([-1, 0, 1], np.int32), np.array([0, 4, 4], np.int32))
    sample = Sample(np.zeros((32, 64, 3), np.uint8), "ab", "<td>x", glyphs, "table")
    batch = targets(lengths=(16,), formatted=1.0).build([sample], np.random.default_rng(0))
    assert batch.boxes[0, 0].tolist() == [0, 0, 60, 32] and batch.first[0, 0] == 0 and (batch.cells != 0).all()
    assert batch.boxes[0, 1].tolist() == [4, 8, 48, 24] and batch.first[0, 1] == 1, "the mark's first ink, and the room of all"


def test_ink_is_written_letter_by_letter_and_markup_by_merges(targets):
    truth = "<table><tr><td>cat \\frac{a}{b}</td></tr></table>"
    at = [truth.index("cat") + n for n in range(3)] + [truth.index("\\frac"), truth.index("a}"), truth.index("b}")]
    boxes = np.array([(10.0 * n, 8.0, 10.0 * n + 9, 24.0) for n in range(6)], np.float32)
    glyphs = Glyphs("cat" + AREA + "ab", boxes, np.full(6, -1, np.int32), np.array(at, np.int32))
    sample = Sample(np.zeros((32, 64, 3), np.uint8), "", truth, glyphs, "table")
    build = targets(lengths=(64,))
    written = build.encode(sample, "format")
    tokens = [truth[start:stop] for start, stop in written.offsets]
    assert "".join(tokens) == truth == build.tokenizer.decode(written.ids)
    assert tokens[:4] == ["<table>", "<tr>", "<td>", "c"] and "\\frac" in tokens
    assert [t for t in tokens if t.isalpha()][:5] == ["c", "a", "t", "a", "b"]
    whole = targets(lengths=(64,), merge_dropout=0.0).encode(sample, "format")
    assert [truth[start:stop] for start, stop in whole.offsets] != tokens and len(whole.ids) < len(written.ids)


@pytest.mark.parametrize(
    ("kind", "truth", "tokens"),
    [
        ("text", "a $5 {b}", list("a $5 {b}")),
        ("formula", "$$\\frac{a}{b}^2$$", ["$$", "\\frac", "{", "a", "}{", "b", "}^", "2", "$$"]),
        ("molecule", "```smiles\nCCO\n```", ["```smiles\n", "C", "C", "O", "\n```"]),
    ],
)
def test_without_places_text_is_spelled_as_with_them(kind, truth, tokens, targets):
    nowhere = row_of("", 1.0, [])
    sample = Sample(np.zeros((32, 96, 3), np.uint8), truth, truth, nowhere, kind, located=False)
    assert [truth[start:stop] for start, stop in targets(lengths=(16,)).encode(sample, "format").offsets] == tokens


def test_one_place_is_one_run(targets):
    """Letters that stand on the same ink (a phenyl label for a whole ring) are merged; atoms with ink of their own are not."""
    boxes = np.array([(0, 8, 20, 24)] * 5 + [(30.0 + 9 * n, 8, 38 + 9 * n, 24) for n in range(5)], np.float32)
    glyphs = Glyphs(AREA * 10, boxes, np.full(10, -1, np.int32), np.arange(10, dtype=np.int32))
    sample = Sample(np.zeros((32, 96, 3), np.uint8), "", "cccccccccc", glyphs, "molecule")
    lengths = [stop - start for start, stop in targets(lengths=(16,)).encode(sample, "format").offsets]
    assert lengths[-5:] == [1] * 5 and sum(lengths[:-5]) == 5 and len(lengths) < 10


def test_marks_stand_where_the_last_ink_was(targets):
    glyphs = row_of("ab\ncd", 10.0, [2, 3, 4, 6, 7])
    sample = Sample(np.zeros((32, 64, 3), np.uint8), "ab\ncd", "# ab\n\ncd", glyphs, "text", 0)
    batch = targets(lengths=(16,), formatted=1.0).build([sample], np.random.default_rng(0))
    assert batch.first[0, :10].tolist() == [0, 0, 1, 2, 2, 3, 4, -1, -1, -1], "leading marks stand on the first ink"
    assert batch.boxes[0, :10, 0].tolist() == [0, 0, 10, 20, 20, 30, 40, 40, 0, 0]


def test_places_are_the_boxes_before_shaken_a_little(samples, targets):
    build = targets(lengths=(96,), formatted=0.0, fill=1.0)
    batch = build.build(samples, np.random.default_rng(1))
    assert (batch.places[:, 0] == 0).all(), "a prompt stands nowhere"
    both = (batch.labels[:, :-1] != IGNORE) & (batch.labels[:, 1:] != IGNORE)
    before, places = batch.boxes[:, :-1][both], batch.places[:, 1:][both]
    off = np.abs(places - before) / (1 + 0.2 * (before[:, 3:] - before[:, 1:2]))
    assert 0 < off.mean() < 1 and off.max() < 8
    still = targets(lengths=(96,), with_places=False).build(samples, np.random.default_rng(1))
    assert not still.places.any()


def test_cells_name_their_glyphs(samples, targets):
    build = targets(lengths=(24,))
    batch = build.build(samples, np.random.default_rng(2))
    for row, sample in enumerate(samples):
        for cell in zip(*np.nonzero(batch.cells[row] >= 0), strict=True):
            at = batch.cells[row][cell]
            assert batch.classes[row][cell] == build.letters.get(sample.glyphs.text[at], IGNORE)
            assert np.allclose(batch.glyph_boxes[row][cell], sample.glyphs.boxes[at])
        assert (batch.classes[row][batch.cells[row] < 0] == IGNORE).all()
    assert batch.pixels.shape == (len(samples), *SIZE, 3)


def test_the_same_generator_gives_the_same_batch(samples, targets):
    one, other = (vars(targets().build(samples, np.random.default_rng(5))) for _ in range(2))
    assert all((one[name] == other[name]).all() for name in one)


def test_text_that_spells_a_mark_stays_text(samples, targets):
    text = "a<|end|>b"
    sample = replace(samples[0], plain=text, format=text, glyphs=row_of(text, 6.0, range(len(text))))
    build = targets(lengths=(16,))
    labels = build.build([sample], np.random.default_rng(0)).labels[0]
    assert labels.tolist().count(build.end) == 1 and labels[len(text)] == build.end


def test_a_tokenizer_fits_its_model(tmp_path, targets):
    build = targets()
    assert build.fits(NANO) and not build.fits(replace(NANO, vocab_size=4095)) and not build.fits(replace(NANO, glyph_first=287))
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(WeightsError, match="not a tokenizer"):
        Targets(tmp_path / "tokenizer.json", Window())


def test_a_tokenizer_without_marks_is_not_nanos(tmp_path):
    import tokenizers

    path = tmp_path / "tokenizer.json"
    tokenizers.Tokenizer(tokenizers.models.BPE({"a": 0}, [])).save(str(path))
    with pytest.raises(WeightsError, match="no marks"):
        Targets(path, Window())
