"""Of a trained nano make a folder to read with: its weights in a smaller form, alone or blended with another's; without torch."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..errors import OutputError, WeightsError
from . import FORMS, int8
from .nano_files import TOKENIZER, WEIGHTS, read_nano_config, read_tensors, save_nano
from .settings import CONFIG


def export_folder(source: str | Path, folder: str | Path, form: str = FORMS[0], blended: tuple[Path, float] | None = None) -> None:
    """Make of the trained nano in `source` a `folder` with weights in one of `FORMS`; it appears whole or not at all.

    `blended` is another nano and its share in the weights, see `blend`.

    A folder that is there keeps its other files, and is no model while its files are replaced. Raises WeightsError when
    `source` is no nano or a weight has no place in that form, OutputError when `folder` cannot be written.
    """
    source, folder = Path(source), Path(folder).absolute()
    config = read_nano_config(source)
    tensors = blend(source, *blended) if blended else read_tensors(source, config)
    part = folder.with_name(f".{folder.name}-{os.getpid()}.part")
    try:
        save_nano(part, int8.pack(tensors, form), config, source / TOKENIZER)
        if folder.is_dir() and any(folder.iterdir()):
            (folder / CONFIG).unlink(missing_ok=True)
            for name in (WEIGHTS, TOKENIZER, CONFIG):  # last what makes it a model
                os.replace(part / name, folder / name)
        else:
            os.replace(part, folder)
    except OSError as cause:
        raise OutputError(f"cannot write {folder}: {cause.strerror or cause}") from cause
    finally:
        shutil.rmtree(part, ignore_errors=True)


def blend(folder: str | Path, other: str | Path, share: float) -> Mapping[str, np.ndarray]:
    """The tensors between two nanos, one trained on from the other: 1 - `share` of those in `folder` and `share` of `other`'s.

    It often reads better than both (Wortsman et al., "Model soups", ICML 2022, and "Robust fine-tuning", CVPR 2022). Raises
    WeightsError where the two differ in shape or tokenizer, and what `nano_files.read_tensors` raises.
    """
    config, second = (replace(read_nano_config(one), temperature=1.0) for one in (folder, other))
    if config != second or (Path(folder) / TOKENIZER).read_bytes() != (Path(other) / TOKENIZER).read_bytes():
        raise WeightsError(f"{folder} and {other} differ in shape or tokenizer; only weights trained from each other can be blended")
    one, two = (read_tensors(path, config) for path in (folder, other))
    return {name: values + np.float32(share) * (two[name] - values) for name, values in one.items()}
