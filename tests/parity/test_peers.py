"""Systems of others as they really are: each reads pictures drawn here; transformers writes what this reader writes.

Tesseract 5.3.0, rapidocr 3.10.0 (and rapidocr-onnxruntime 1.4.4) and transformers 5.23.0 were tried; what is not
installed is skipped.
"""

from __future__ import annotations

import json
import shutil

import pytest
from PIL import Image, ImageDraw, ImageFont

from gotocr.errors import UsageError, WeightsError
from gotocr.evaluate.suite import Item
from gotocr.evaluate.systems import SYSTEMS
from gotocr.evaluate.systems.system import Choice
from gotocr.prompt.published import QWEN_SPECIALS
from gotocr.prompt.qwen import byte_letters
from tests.parity.theirs import loud

LINES = ["Reading matters", "more than writing", "on rainy days"]


def picture_of(lines: list[str], path, size: int = 40):
    """Black lines on white paper, 1.5 times their height apart."""
    font = ImageFont.load_default(size)
    width = int(max(font.getlength(line) for line in lines))
    image = Image.new("RGB", (width + size // 2, int(1.5 * size * len(lines))), "white")
    for number, line in enumerate(lines):
        ImageDraw.Draw(image).text((size // 4, 1.5 * size * number), line, "black", font)
    image.save(path)
    return path


def opened(name: str):
    if name == "tesseract" and shutil.which("tesseract") is None:
        pytest.skip("Tesseract is not installed")
    if name == "rapidocr":
        pytest.importorskip("cv2")
        try:
            __import__("rapidocr")
        except ImportError:
            pytest.importorskip("rapidocr_onnxruntime")
    return SYSTEMS[name](Choice())


@pytest.mark.parametrize("name", ["tesseract", "rapidocr"])
def test_words_lines_and_pages(name, tmp_path):
    system = opened(name)
    page = picture_of(LINES, tmp_path / "page.png")
    for kind, lines in {"word": ["Reading"], "text_line": LINES[:1], "text_page": LINES}.items():
        image = picture_of(lines, tmp_path / f"{kind}.png")
        assert system.read(Item(kind, kind, image, None), "plain").split() == " ".join(lines).split()
    boxed = Item("second", "text_line", page, None, notes={"box": (0, 60, Image.open(page).width, 118)})
    assert system.read(boxed, "plain") == LINES[1]
    assert any(digit.isdigit() for digit in system.version)
    Image.open(page).save(tmp_path / "page.pdf", save_all=True, append_images=[Image.open(tmp_path / "word.png")])
    assert system.read(Item("pdf", "word", tmp_path / "page.pdf", None, page=1), "plain") == "Reading"
    system.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Random weights in transformers' layout, of the published pictures' size but else tiny, with a tokenizer of bytes."""
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    import tokenizers
    from tokenizers import decoders, models, pre_tokenizers

    letters = [*byte_letters(), *QWEN_SPECIALS]
    made = tokenizers.Tokenizer(models.BPE({letter: number for number, letter in enumerate(letters)}, []))
    made.pre_tokenizer, made.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    made.add_special_tokens(list(QWEN_SPECIALS))
    ids = {name: made.token_to_id(name) for name in ("<imgpad>", "<|endoftext|>")}
    config = transformers.GotOcr2Config(
        vision_config=dict(
            hidden_size=16, output_channels=16, num_hidden_layers=2, num_attention_heads=2, image_size=1024, patch_size=16,
            mlp_dim=16, window_size=14, global_attn_indexes=[],
        ),
        text_config=dict(
            model_type="qwen2", vocab_size=len(letters), hidden_size=48, intermediate_size=64, num_hidden_layers=2,
            num_attention_heads=3, num_key_value_heads=3, max_position_embeddings=1024, tie_word_embeddings=True,
            eos_token_id=ids["<|endoftext|>"], pad_token_id=ids["<|endoftext|>"],
            rope_parameters=dict(rope_type="default", rope_theta=1e6),
        ),
        image_token_index=ids["<imgpad>"], image_seq_length=256,
    )  # fmt: skip
    model = loud(transformers.GotOcr2ForConditionalGeneration(config).eval(), 8)
    folder = tmp_path_factory.mktemp("got")
    model.save_pretrained(folder)
    made.save(str(folder / "tokenizer.json"))
    return folder


@pytest.mark.parametrize(
    ("mode", "notes"), [("plain", {}), ("format", {"box": (20, 10, 280, 140)}), ("plain", {"colour": "red"})], ids=str
)
def test_transformers_writes_what_this_reader_writes(folder, mode, notes, tmp_path):
    from gotocr.reader import load
    from gotocr.schema import Region, Task

    image = picture_of(LINES, tmp_path / "page.png")
    theirs = SYSTEMS["transformers"](Choice(model=str(folder), max_tokens=24))
    text = theirs.read(Item("page", "page", image, None, notes=notes), mode)
    task = Task(mode, Region(notes.get("box"), notes.get("colour")), max_tokens=24)
    for engine, precision in (("torch", None), ("onnx", "float32")):
        with load(folder, engine=engine, precision=precision, style="transformers") as reader:
            ours = reader.read(image, task).pages[0].text
        assert len(set(text)) > 3 and text == ours.strip(), engine
    assert f"{folder.name} (sha256 " in theirs.version and "float32" in theirs.version


def test_transformers_wants_weights_in_its_own_layout(folder, model_folder, tmp_path):
    with pytest.raises(WeightsError, match="base"):
        SYSTEMS["transformers"](Choice(model=str(model_folder)))
    with pytest.raises(UsageError, match="base"):
        SYSTEMS["transformers"](Choice(model="nano"))
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "got_ocr2"}))
    with pytest.raises(WeightsError, match="cannot load"):
        SYSTEMS["transformers"](Choice(model=str(tmp_path)))
