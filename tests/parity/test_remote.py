"""The remote engine against a server that nobody here wrote: `transformers serve` with a tiny random LLaVA, heard by OpenAI's client as well."""

from __future__ import annotations

import base64
import io
import socket
import sys
from importlib.util import find_spec

import pytest
from PIL import Image

import gotocr
from gotocr.engines.remote_server import Server
from gotocr.errors import GotocrError

pytestmark = pytest.mark.skipif(not all(map(find_spec, ("torch", "transformers", "openai", "uvicorn", "typer"))), reason="no such server here")

TEMPLATE = (
    "{% for message in messages %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% elif part['type'] == 'text' %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endfor %}"
)
WORDS = [f"{letter}{other}" for letter in "bdfklmnprst" for other in ("a", "e", "i", "o", "u", "an", "en", "or")]
MOST = 40  # tokens of an answer


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A folder with a model that sees pictures and writes nonsense words."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration, LlavaProcessor, PreTrainedTokenizerFast
    from transformers.models.clip import CLIPImageProcessor

    folder = tmp_path_factory.mktemp("llava")
    vocabulary = {token: number for number, token in enumerate(["<pad>", "<s>", "</s>", "<image>", *(f"Ġ{word}" for word in WORDS)])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<s>"))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(), decoders.ByteLevel()
    tokens = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>", extra_special_tokens={"image_token": "<image>"})
    pictures = CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    processor = LlavaProcessor(pictures, tokens, patch_size=16, vision_feature_select_strategy="default", chat_template=TEMPLATE, num_additional_image_tokens=1)
    sizes = {"hidden_size": 32, "intermediate_size": 32, "num_attention_heads": 2}
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(**sizes, num_hidden_layers=2, image_size=32, patch_size=16),
        text_config=LlamaConfig(**sizes, vocab_size=len(vocabulary), num_hidden_layers=1, max_position_embeddings=1024, pad_token_id=0, bos_token_id=1, eos_token_id=2),
        image_token_id=vocabulary["<image>"],
    )
    torch.manual_seed(4)
    network = LlavaForConditionalGeneration(config)
    with torch.no_grad():
        for weight in network.parameters():
            if weight.ndim > 1:
                weight.normal_(0, 1.2 * weight[0].numel() ** -0.5)
        network.get_output_embeddings().weight[:4] = 0  # it never ends, and writes words alone
    network.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def url(model):
    from transformers.cli.serve import Serve

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    hook = sys.excepthook
    server = Serve(force_model=str(model), device="cpu", host="127.0.0.1", port=port, log_level="error", non_blocking=True)
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.kill_server()
        sys.excepthook = hook


def as_openai_s_client_hears_it(url: str, model: str, picture) -> str:
    from openai import OpenAI

    file = io.BytesIO()
    Image.open(picture).save(file, "PNG")
    uri = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    content = [{"type": "image_url", "image_url": {"url": uri}}, {"type": "text", "text": "ba de"}]
    client = OpenAI(base_url=url, api_key="none", max_retries=0)
    answer = client.chat.completions.create(model=model, messages=[{"role": "user", "content": content}], max_tokens=MOST, temperature=0)
    return answer.choices[0].message.content


def test_it_reads_what_the_server_writes(url, model, tmp_path, strokes):
    texts = []
    for size in ((96, 64), (64, 64)):
        path = tmp_path / f"{size[0]}.png"
        strokes(size).save(path)
        with gotocr.load(Server(url, prompt="ba de")) as reader:
            as_it_is = {"turn": 0, "trim": False, "straighten": False, "spreads": False, "places": False}
            (leaf,) = reader.read(path, "plain", max_tokens=MOST, **as_it_is).pages
            assert reader.setting.config["model"] == str(model)
        assert leaf.truncated and leaf.text.strip() == as_openai_s_client_hears_it(url, str(model), path).strip()
        texts.append(leaf.text)
    assert all(len(text.split()) > 10 for text in texts)


def test_several_pages_and_turning_away(url, tmp_path, strokes):
    path = tmp_path / "pages.tiff"
    strokes((64, 64)).save(path, save_all=True, append_images=[strokes((96 + 8 * number, 64)) for number in range(3)])
    with gotocr.load(Server(url, prompt="ba de", at_once=3)) as reader:
        alone = [reader.read(path, "plain", pages=number, max_tokens=MOST, places=False).pages[0].text for number in range(1, 5)]
        assert [leaf.text for leaf in reader.read(path, "plain", max_tokens=MOST, places=False).pages] == alone
        steps = reader.stream(path, "plain", places=False)
        next(steps)
        steps.close()
        assert reader.read(path, "plain", pages=1, max_tokens=MOST, places=False).pages[0].text == alone[0]


def test_a_model_it_does_not_have_is_said(url, picture):
    with pytest.raises(GotocrError) as caught, gotocr.load(Server(url, "no/such-model", retries=0)) as reader:
        reader.read(picture, places=False)
    assert "no/such-model" in str(caught.value) or "refuses" in str(caught.value)
