"""Which family of models a folder holds, from its config.json; nothing else of the folder is looked at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..errors import WeightsError

CONFIG = "config.json"
_PUBLISHED = ("got_ocr2", "GOT")  # what transformers and the original authors call it in "model_type"


def read_config(model: Path) -> dict[str, Any]:
    """The config.json of a model's folder (or of the folder its weights file lies in); empty when there is none.

    Raises WeightsError when it cannot be understood.
    """
    file = (model if model.is_dir() else model.parent) / CONFIG
    if not file.is_file():
        return {}
    try:
        config = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise WeightsError(f"{file} is damaged ({error}); fetch the model again") from error
    if not isinstance(config, dict):
        raise WeightsError(f"{file} is damaged (it holds no settings); fetch the model again")
    return config


def family_of(model: Path) -> str:
    """ "nano", "got", or the name of a plug-in's family. A folder without a config.json is taken for the published model."""
    if not model.exists():
        raise WeightsError(f"there is no model at {model}; give a folder with {CONFIG} and its weights")
    config = read_config(model)
    family = config.get("family")
    if isinstance(family, str):
        return family
    kind = config.get("model_type", _PUBLISHED[0])
    if kind not in _PUBLISHED:
        raise WeightsError(f"{model} holds a model of the kind {str(kind)[:40]!r}, which is not known here")
    return "got"
