"""What lies beside the weights so that other programs can read them: settings, tokenizer, how pictures are prepared.

As in the published repositories, but for two things: the settings of generation name both tokens that end a text (the published
ones name only the second, and writing runs on), and there is a chat template (the published processor has none), which
spells the training prompt.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from ..errors import WeightsError
from ..model.config import GotConfig
from ..pixels.resize import PUBLISHED
from ..prompt.published import DEFAULT_STYLE, IMAGE_END, IMAGE_SLOT, IMAGE_START, QWEN_SPECIALS, STOPS, STYLES, TEXT_END, TURN, TURN_END
from ..prompt.qwen import build, byte_letters
from ..prompt.tokenizer import JSON_NAME, TIKTOKEN_NAME
from .config import hf_config, original_config
from .settings import CONFIG

_CONTEXT = 8000  # tokens: the published tokenizer's own limit
_QUESTION = STYLES[DEFAULT_STYLE].query.format(mode="", layout="")
# What is asked is the user's text, or the plain question where there is none; a picture takes one place, which a processor makes as many as it needs.
CHAT_TEMPLATE = (
    "{%- set first = messages[0] -%}\n"
    f"{{%- if first.role != 'system' %}}{{{{- {TURN + STYLES[DEFAULT_STYLE].system + TURN_END!r} }}}}{{% endif -%}}\n"
    "{%- for message in messages -%}\n"
    f"{{{{- {TURN!r} + message.role + '\\n' }}}}\n"
    "{%- if message.content is string %}{{- message.content }}{% else -%}\n"
    "{%- set ns = namespace(pictures=0, text='') -%}\n"
    "{%- for part in message.content -%}\n"
    "{%- if part.type in ('image', 'image_url') %}{%- set ns.pictures = ns.pictures + 1 %}"
    "{%- elif part.type == 'text' %}{%- set ns.text = ns.text + part.text %}{%- endif -%}\n"
    "{%- endfor -%}\n"
    f"{{%- if ns.pictures %}}{{{{- {IMAGE_START!r} + {IMAGE_SLOT!r} * ns.pictures + {IMAGE_END!r} + '\\n' }}}}{{% endif -%}}\n"
    f"{{{{- ns.text if ns.text or not ns.pictures else {_QUESTION!r} }}}}\n"
    "{%- endif -%}\n"
    f"{{{{- {TURN_END!r} }}}}\n"
    "{%- endfor -%}\n"
    f"{{%- if add_generation_prompt %}}{{{{- {TURN + 'assistant' + chr(10)!r} }}}}{{% endif -%}}\n"
)


def companions(layout: str, config: GotConfig, dtype: str | None, folder: Path) -> dict[str, str]:
    """The text of every file beside the weights of GOT in one of `LAYOUTS`, by name. `dtype` is that of the weights, None for several.

    The tokenizer is the one in `folder`. Raises WeightsError where there is none, or where it cannot be what `layout` has.
    """
    tokenizer = tokenizer_text(folder)
    ids = {token["content"]: token["id"] for token in json.loads(tokenizer).get("added_tokens", ())}
    if layout == "original":
        ranks = tiktoken(tokenizer)
        ends = dict.fromkeys(("bos_token_id", "eos_token_id"), ids[TEXT_END])
        return {CONFIG: _json({**original_config(config, dtype), **ends}), TIKTOKEN_NAME: ranks}
    files = {CONFIG: _json(hf_config(config, dtype)), JSON_NAME: tokenizer}
    if layout == "ours":
        return files
    files["preprocessor_config.json"] = _json(_pictures(config))
    if layout == "onnx":
        return files
    ends = [ids[stop] for stop in STOPS if stop in ids]
    if ends:
        start = ids.get(TEXT_END)
        told = {"bos_token_id": start, "eos_token_id": ends, "pad_token_id": start, "do_sample": False}
        files["generation_config.json"] = _json({key: value for key, value in told.items() if value is not None})
    spelled = {f"{part}_token": TEXT_END for part in ("bos", "eos", "pad")} if TEXT_END in ids else {}
    files["special_tokens_map.json"] = _json(spelled)
    files["tokenizer_config.json"] = _json(
        {
            **spelled,
            "clean_up_tokenization_spaces": False,
            "model_input_names": ["input_ids", "attention_mask"],
            "model_max_length": min(_CONTEXT, config.decoder.max_positions),
            "processor_class": "GotOcr2Processor",
            "tokenizer_class": "PreTrainedTokenizerFast",
        }
    )
    files["chat_template.jinja"] = CHAT_TEMPLATE
    return files


def tiktoken(tokenizer: str) -> str:
    """What `qwen.tiktoken` holds of a tokenizer.json. Raises WeightsError for a tokenizer that such a file cannot hold."""
    spec = json.loads(tokenizer)
    model, added = spec["model"], {token["id"]: token["content"] for token in spec.get("added_tokens", ())}
    values = {letter: byte for byte, letter in enumerate(byte_letters())}
    ranks = {number: token for token, number in model.get("vocab", {}).items() if number not in added} if model.get("type") == "BPE" else {}
    specials = {len(ranks) + number: token for number, token in enumerate(QWEN_SPECIALS)}
    spelled = all(letter in values for token in ranks.values() for letter in token)
    if not ranks or not spelled or sorted(ranks) != list(range(len(ranks))) or added != specials:
        stranger = next((repr(token) for number, token in added.items() if specials.get(number) != token), "its model")
        raise WeightsError(f"the authors' layout has no place for this tokenizer ({stranger:.60} is not the published one's); use --to hf or ours")
    lines = (base64.b64encode(bytes(values[letter] for letter in ranks[number])).decode() + f" {number}\n" for number in range(len(ranks)))
    return "".join(lines)


def tokenizer_text(folder: Path) -> str:
    """The tokenizer.json of a folder, as it lies there or made of its qwen.tiktoken. Raises WeightsError for one that cannot be opened."""
    for name in (JSON_NAME, TIKTOKEN_NAME):
        file = folder / name
        if not file.is_file():
            continue
        try:
            text = file.read_text("utf-8") if name == JSON_NAME else build(file).to_str(pretty=True)
            Tokenizer.from_str(text)  # which then is as the format says
            return text
        except Exception as error:  # what tokenizers raises has no other kind
            raise WeightsError(f"{file} is not a tokenizer ({str(error):.100}); fetch it again") from error
    raise WeightsError(f"no {JSON_NAME} or {TIKTOKEN_NAME} in {folder}; a model without a tokenizer reads nothing")


def _pictures(config: GotConfig) -> Mapping[str, Any]:
    side = config.vision.image_size
    return {
        "image_processor_type": "GotOcr2ImageProcessor",
        "processor_class": "GotOcr2Processor",
        "do_convert_rgb": True,
        "do_resize": True,
        "size": {"height": side, "width": side},
        "resample": 3,  # PIL's bicubic
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": list(PUBLISHED.mean),
        "image_std": list(PUBLISHED.std),
        "crop_to_patches": False,
        "min_patches": 1,
        "max_patches": 12,
    }


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"
