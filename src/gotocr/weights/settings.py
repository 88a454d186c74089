"""A model folder's config.json as a table of settings, whatever the family; what they mean is told elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..errors import WeightsError

CONFIG = "config.json"


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
