"""From a checkpoint's config.json (transformers' or the original authors') to `model.config.GotConfig`, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import WeightsError
from ..model.config import BASE, DecoderConfig, GotConfig, VisionConfig

FILE = "config.json"

# our field -> their key
_DECODER_KEYS = {
    "vocab_size": "vocab_size",
    "hidden": "hidden_size",
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "kv_heads": "num_key_value_heads",
    "feed_forward": "intermediate_size",
    "eps": "rms_norm_eps",
    "max_positions": "max_position_embeddings",
}
_VISION_KEYS = {
    "image_size": "image_size",
    "patch": "patch_size",
    "channels": "num_channels",
    "width": "hidden_size",
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "feed_forward": "mlp_dim",
    "window": "window_size",
    "out_channels": "output_channels",
    "eps": "layer_norm_eps",
}
# What transformers' Qwen2 takes for a key that its file leaves out (its class defaults, 4.49 and 5.23).
_QWEN2 = DecoderConfig(
    vocab_size=151936,
    hidden=4096,
    layers=32,
    heads=32,
    kv_heads=32,
    feed_forward=22016,
    rope_theta=10_000.0,
    max_positions=32768,
)
_MOST = 1 << 24  # no real size is larger
_MOST_LAYERS = 1 << 10


def read_config(path: Path) -> GotConfig:
    """The config of a folder, or of the folder a weights file lies in; the published one when it has no config.json.

    Raises WeightsError when the file is broken, describes another kind of model, or asks for what is not built here.
    """
    file = (path if path.is_dir() else path.parent) / FILE
    if not file.is_file():
        return BASE
    try:
        described = json.loads(file.read_text(encoding="utf-8"))
        return _understand(described)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise WeightsError(f"cannot understand {file}: {error}") from error


def _understand(described: Mapping[str, Any]) -> GotConfig:
    family = described.get("model_type")
    if family == "GOT":  # the original: the decoder's keys at the top, the rest as published
        decoder = _decoder(described, BASE.decoder)
        vision = _vision(described.get("vision_config") or {})
        return GotConfig(vision, decoder, _image_id(described.get("im_patch_token"), decoder))
    if family != "got_ocr2":
        raise ValueError(f"model_type is {str(family)[:40]!r}, not 'got_ocr2' or 'GOT'")
    text, vision = described.get("text_config"), _vision(described.get("vision_config") or {})
    decoder = BASE.decoder if text is None else _decoder(text, _QWEN2)
    image_id = _image_id(described.get("image_token_index", described.get("image_token_id")), decoder)
    return GotConfig(vision, decoder, image_id)


def _vision(described: Mapping[str, Any]) -> VisionConfig:
    fields = _fields(described, _VISION_KEYS, BASE.vision)
    layers = tuple(described.get("global_attn_indexes", BASE.vision.global_layers))
    if not all(type(layer) is int for layer in layers):
        raise ValueError("global_attn_indexes are not layers")
    return VisionConfig(**fields, global_layers=layers)


def _image_id(described: Any, decoder: DecoderConfig) -> int:
    image_id = BASE.image_id if described is None else described
    if type(image_id) is not int or not 0 <= image_id < decoder.vocab_size:
        raise ValueError(f"its image token is {str(image_id)[:40]} of {decoder.vocab_size}")
    return image_id


def _decoder(text: Mapping[str, Any], default: DecoderConfig) -> DecoderConfig:
    rope = text.get("rope_parameters") or text.get("rope_scaling") or {}
    if rope.get("rope_type", rope.get("type", "default")) != "default":
        raise ValueError("scaled rotary positions are not supported")
    if text.get("use_sliding_window"):
        raise ValueError("sliding windows are not supported")
    text = {**text, "num_key_value_heads": text.get("num_key_value_heads") or text.get("num_attention_heads", default.kv_heads)}
    fields = _fields(text, _DECODER_KEYS, default)
    theta = float(rope.get("rope_theta", text.get("rope_theta", default.rope_theta)))
    config = DecoderConfig(**fields, rope_theta=theta)
    if config.heads % config.kv_heads or theta <= 0:
        raise ValueError("its attention heads or rope_theta make no sense")
    return config


def _fields(described: Mapping[str, Any], keys: Mapping[str, str], default: Any) -> dict[str, Any]:
    fields = {ours: described.get(theirs, getattr(default, ours)) for ours, theirs in keys.items()}
    for ours, value in fields.items():
        most = _MOST_LAYERS if ours == "layers" else _MOST
        whole = isinstance(getattr(default, ours), int)
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)) or not 0 < value <= most:
            raise ValueError(f"{keys[ours]} is {str(value)[:40]}")
    width = fields.get("hidden", fields.get("width"))
    if width % fields["heads"]:
        raise ValueError(f"{width} is not a multiple of {fields['heads']} heads")
    return fields


def write_config(config: GotConfig, folder: Path) -> None:
    """Write the config.json that transformers reads (both the 4.49 and the 5 way of naming the rotary base)."""
    (folder / FILE).write_text(json.dumps(hf_config(config), indent=2) + "\n", encoding="utf-8")


def hf_config(config: GotConfig, dtype: str | None = None) -> dict[str, Any]:
    """A config as transformers describes it; `dtype` is that of the weights, None to leave it out."""
    text = {theirs: getattr(config.decoder, ours) for ours, theirs in _DECODER_KEYS.items()}
    theta = config.decoder.rope_theta
    return {
        "architectures": ["GotOcr2ForConditionalGeneration"],
        "model_type": "got_ocr2",
        "image_token_index": config.image_id,
        "image_seq_length": config.tokens_per_tile,
        "tie_word_embeddings": True,
        **({"torch_dtype": dtype} if dtype else {}),
        "text_config": {
            "model_type": "qwen2",
            **text,
            "tie_word_embeddings": True,
            "rope_theta": theta,
            "rope_parameters": {"rope_type": "default", "rope_theta": theta},
        },
        "vision_config": _vision_config(config.vision),
    }


def original_config(config: GotConfig, dtype: str | None = None) -> dict[str, Any]:
    """A config as the authors describe it. Theirs has no place for the picture network: one that is not the published stands under
    `vision_config`, which `read_config` knows and their code does not."""
    text = {theirs: getattr(config.decoder, ours) for ours, theirs in _DECODER_KEYS.items()}
    first = config.image_id - 2  # the start and the end of a picture come before its places
    return {
        "architectures": ["GOTQwenForCausalLM"],
        "auto_map": {"AutoConfig": "modeling_GOT.GOTConfig", "AutoModel": "modeling_GOT.GOTQwenForCausalLM"},
        "model_type": "GOT",
        **text,
        "hidden_act": "silu",
        "attention_dropout": 0.0,
        "rope_theta": config.decoder.rope_theta,
        "tie_word_embeddings": True,
        "use_sliding_window": False,
        "use_cache": True,
        "use_im_start_end": True,
        "image_token_len": config.tokens_per_tile,
        "im_start_token": first,
        "im_end_token": first + 1,
        "im_patch_token": config.image_id,
        **({"torch_dtype": dtype} if dtype else {}),
        **({"vision_config": _vision_config(config.vision)} if config.vision != BASE.vision else {}),
    }


def _vision_config(vision: VisionConfig) -> dict[str, Any]:
    return {**{theirs: getattr(vision, ours) for ours, theirs in _VISION_KEYS.items()}, "global_attn_indexes": list(vision.global_layers)}
