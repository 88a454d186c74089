"""Which family of models a folder holds, from its config.json; nothing else of the folder is looked at."""

from __future__ import annotations

from pathlib import Path

from ..errors import WeightsError
from ..weights.settings import CONFIG, read_config

_PUBLISHED = ("got_ocr2", "GOT")  # what transformers and the original authors call it in "model_type"


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
