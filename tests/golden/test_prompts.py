"""The published prompts, pinned id by id, and compared with transformers' processor where it can be run."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gotocr.prompt import published, template
from gotocr.prompt.tokenizer import Tokenizer
from gotocr.schema import Region, Task

VOCABULARY = Path(__file__).resolve().parents[3] / "shared" / "qwen.tiktoken"
SHA256 = "b2b1b8dfb5cc5f024bafc373121c6aba3f66f9a5a0269e243470a1de16a33186"
PAGE = (1000, 1000)

SYSTEM_OPEN = [151644, 8948, 198]
ADVICE = [1265, 1795, 279, 11221, 15516, 323, 10339, 697, 11253, 304, 7716, 13]
USER = [151645, 151644, 872, 198, 151857]
END = [25, 220, 151645, 151644, 77091, 198]
OPEN = {
    "github": [*SYSTEM_OPEN, 2610, *ADVICE, *USER],
    "hub": [*SYSTEM_OPEN, 286, 1446, *ADVICE, *USER],
    "transformers": [*SYSTEM_OPEN, 2610, *ADVICE, *USER],
}


def named(mode: str = "plain", tiles: int = 1, **region: object) -> Task:
    return Task(mode=mode, tiles=tiles, region=Region(**region) if region else None)


# name: task, tiles, pages, style, ids after the image slots, length
GOLDEN = {
    "plain": (named(), 1, 1, "github", [151858, 198, 93495, *END], 286),
    "format": (named("format"), 1, 1, "github", [151858, 198, 93495, 448, 3561, *END], 288),
    "colour": (named(colour="red"), 1, 1, "github", [151858, 198, 58, 1151, 60, 80577, *END], 289),
    "tiles": (
        named("format", 6),
        7,
        1,
        "github",
        [151858, 198, 93495, 448, 3561, 5193, 279, 10900, 5785, *END],
        36 + 256 * 7,
    ),
    "pages": (
        named("format"),
        3,
        3,
        "github",
        [151858, 198, 93495, 448, 3561, 3941, 7299, 6816, *END],
        35 + 256 * 3,
    ),
    "hub plain": (named(), 1, 1, "hub", [151858, 198, 93495, *END], 287),
    "hub format": (named("format"), 1, 1, "hub", [151858, 198, 93495, 448, 3561, *END], 289),
    "transformers plain": (named(), 1, 1, "transformers", [151858, 198, 80577, *END], 286),
}


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    if not VOCABULARY.is_file():
        pytest.skip("the published vocabulary is not at hand")
    return Tokenizer.from_folder(VOCABULARY)


def test_vocabulary_is_the_published_one(tokenizer: Tokenizer) -> None:
    assert hashlib.sha256(VOCABULARY.read_bytes()).hexdigest() == SHA256
    assert tokenizer.vocab_size == 151860
    ids = {name: tokenizer.id(name) for name in ("<|endoftext|>", "<|im_start|>", "<|im_end|>")}
    assert ids == {"<|endoftext|>": 151643, "<|im_start|>": 151644, "<|im_end|>": 151645}
    assert [tokenizer.id(name) for name in ("<|extra_0|>", "<|extra_204|>", "<ref>")] == [151646, 151850, 151851]
    assert [tokenizer.id(name) for name in ("<img>", "</img>", "<imgpad>")] == [151857, 151858, 151859]


@pytest.mark.parametrize("name", GOLDEN)
def test_prompt_ids(name: str, tokenizer: Tokenizer) -> None:
    task, tiles, pages, style, tail, length = GOLDEN[name]
    prompt = template.build(task, PAGE, tiles, tokenizer, style, pages)
    head, slots = OPEN[style], [151859] * (256 * tiles)
    assert list(prompt.ids) == [*head, *slots, *tail]
    assert len(prompt.ids) == length
    assert prompt.image_id == 151859
    assert prompt.stop_ids == (151645, 151643)


def test_box_prompt_ids(tokenizer: Tokenizer) -> None:
    task = named(box=(200.0, 100.0, 600.0, 200.0))
    prompt = template.build(task, (2000, 500), 1, tokenizer)
    assert len(prompt.ids) == 306
    tail = list(prompt.ids)[len(OPEN["github"]) + 256 :]
    assert tail[:8] == [151858, 198, 58, 16, 15, 15, 11, 220]
    assert tail[-8:] == [60, 80577, *END]
    assert "[100, 200, 300, 400] OCR: " in tokenizer.decode(prompt.ids, specials=True)


def test_ids_equal_tiktoken(tokenizer: Tokenizer) -> None:
    tiktoken = pytest.importorskip("tiktoken")
    from tiktoken.load import load_tiktoken_bpe

    ranks = load_tiktoken_bpe(str(VOCABULARY))
    specials = {name: len(ranks) + place for place, name in enumerate(published.QWEN_SPECIALS)}
    oracle = tiktoken.Encoding("qwen", pat_str=published.QWEN_SPLIT, mergeable_ranks=ranks, special_tokens=specials)
    for text in TEXTS:
        ids = oracle.encode(text, allowed_special="all")
        assert tokenizer.encode(text) == ids, text
        assert tokenizer.decode(ids, specials=True) == oracle.decode(ids), text
        assert tokenizer.encode(text, specials=False) == oracle.encode_ordinary(text), text


TEXTS = [
    "",
    " ",
    "\n\n\n  \t x",
    "OCR with format upon the patch reference: ",
    "<|im_start|>user\n<img><imgpad><imgpad></img>\nOCR: <|im_end|>",
    "\\begin{tabular}{l|c|r}\n\\hline 1 & 2.50 & 12345678 \\\\\n\\end{tabular}",
    r"\[ \int_{0}^{\infty} e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2} \tag{3} \]",
    "It's we'll THEY'RE o'clock 'S",
    "光学字符识别，端到端模型。混合 English 与数字 2024年12月",
    "日本語のテキスト ひらがな カタカナ 한국어 텍스트",
    "Ünïcödé café e\u0301 ﬁ ﬂ Ａ１ ½ ² № ™",
    "Привет, мир! Γειά σου שלום مرحبا नमस्ते",
    "👩‍👩‍👧‍👦🏳️‍🌈 𝔐𝔞𝔱𝔥 \u200b\ufeff\x00\x07",
    "**kern\n*clefG2\t*k[f#]\n4c\t8dd-\n==",
    "C1=CC=C(C=C1)C(=O)O.[Na+].[Cl-]",
    "{'title': 'Growth', 'values': {'2019': 1.5}}",
    "a" * 300 + " " * 70 + "=" * 130 + "\r\n\r\n" + "." * 90,
    *(chr(low) + chr(low + 7) * 3 + " " + chr(low + 3) for low in range(0x20, 0x3000, 97)),
    *(" ".join(str(number * number) for number in range(start, start + 9)) for start in range(0, 900, 90)),
]


@pytest.fixture(scope="module")
def processor(tokenizer: Tokenizer) -> object:
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    try:
        from transformers.models.got_ocr2.image_processing_pil_got_ocr2 import GotOcr2ImageProcessorPil
        from transformers.models.got_ocr2.processing_got_ocr2 import GotOcr2Processor
    except ImportError as error:
        pytest.skip(f"transformers cannot make its processor here: {error}")
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer._inner, pad_token="<|endoftext|>", model_input_names=["input_ids", "attention_mask"]
    )
    return GotOcr2Processor(GotOcr2ImageProcessorPil(size={"height": 8, "width": 8}), fast)


@pytest.mark.parametrize(
    ("task", "options"),
    [
        (named(), {}),
        (named("format"), {"format": True}),
        (named(box=(11.0, 5.0, 77.7, 30.0)), {"box": [11.0, 5.0, 77.7, 30.0]}),
        (named("format", box=(11.0, 5.0, 77.7, 30.0)), {"box": [11.0, 5.0, 77.7, 30.0], "format": True}),
        (named("format", colour="green"), {"color": "green", "format": True}),
        (named(colour="red", box=(1.0, 2.0, 50.0, 30.0)), {"color": "red", "box": [1.0, 2.0, 50.0, 30.0]}),
        (named("format", 6), {"format": True, "crop_to_patches": True, "max_patches": 6}),
        (named("plain", 6), {"crop_to_patches": True, "max_patches": 6}),
    ],
)
def test_prompt_equals_transformers(task: Task, options: dict, processor: object, tokenizer: Tokenizer) -> None:
    from PIL import Image

    size = (90, 31)
    made = processor(Image.new("RGB", size, "white"), return_tensors=None, **options)
    ids = [int(index) for index in list(made["input_ids"])[0]]
    tiles = len(made["pixel_values"])
    assert (tiles > 1) == (task.tiles > 1)
    assert ids == list(template.build(task, size, tiles, tokenizer, "transformers").ids)


def test_pages_prompt_equals_transformers(processor: object, tokenizer: Tokenizer) -> None:
    from PIL import Image

    pages = [Image.new("RGB", (20, 30), "white")] * 2
    made = processor(pages, return_tensors=None, multi_page=True, format=True)
    ids = [int(index) for index in list(made["input_ids"])[0]]
    assert ids == list(template.build(named("format"), (20, 30), 2, tokenizer, "transformers", pages=2).ids)
